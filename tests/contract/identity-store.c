/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The contract of identity stores. */
#include "contract/identity-store.h"

static gboolean
is_same_pair (CvIdentityKeyPair *a, CvIdentityKeyPair *b)
{
  g_autoptr (CvSecret) left = cv_identity_key_pair_dup_private (a);
  g_autoptr (CvSecret) right = cv_identity_key_pair_dup_private (b);
  return cv_secret_span_equal (cv_secret_span (left), cv_secret_span (right))
         && cv_span_equal (cv_identity_key_pair_get_key (a), cv_identity_key_pair_get_key (b));
}

static CvIdentityStore *
make_empty (IdentityStoreContract *contract)
{
  g_autoptr (GError) error = NULL;
  CvIdentityStore *store = contract->make (contract->data);
  g_assert_true (cv_identity_store_forget (store, NULL, &error));
  g_assert_no_error (error);
  return store;
}

static void
test_loads_what_it_made (gconstpointer data)
{
  IdentityStoreContract *contract = (gpointer)data;
  g_autoptr (CvIdentityStore) store = make_empty (contract);
  g_autoptr (GError) error = NULL;
  g_autoptr (CvIdentityKeyPair) first =
      cv_identity_store_load_key_pair (store, contract->crypto, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (CvIdentityKeyPair) second =
      cv_identity_store_load_key_pair (store, contract->crypto, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (is_same_pair (first, second));
  g_autoptr (CvSecret) key =
      cv_identity_store_load_contacts_key (store, contract->crypto, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (CvSecret) again =
      cv_identity_store_load_contacts_key (store, contract->crypto, NULL, &error);
  g_assert_cmpuint (cv_secret_get_len (key), ==, 32);
  g_assert_true (cv_secret_span_equal (cv_secret_span (key), cv_secret_span (again)));
}

static void
test_lasts (gconstpointer data)
{
  IdentityStoreContract *contract = (gpointer)data;
  g_autoptr (CvIdentityStore) store = make_empty (contract);
  g_autoptr (GError) error = NULL;
  g_autoptr (CvIdentityKeyPair) first =
      cv_identity_store_load_key_pair (store, contract->crypto, NULL, &error);
  g_autoptr (CvIdentityStore) next = contract->make (contract->data);
  g_autoptr (CvIdentityKeyPair) second =
      cv_identity_store_load_key_pair (next, contract->crypto, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (is_same_pair (first, second), ==, contract->is_lasting);
}

static void
test_forgets (gconstpointer data)
{
  IdentityStoreContract *contract = (gpointer)data;
  g_autoptr (CvIdentityStore) store = make_empty (contract);
  g_autoptr (GError) error = NULL;
  g_autoptr (CvIdentityKeyPair) first =
      cv_identity_store_load_key_pair (store, contract->crypto, NULL, &error);
  g_assert_true (cv_identity_store_forget (store, NULL, &error));
  /* Nothing there is no failure. */
  g_assert_true (cv_identity_store_forget (store, NULL, &error));
  g_assert_no_error (error);
  g_autoptr (CvIdentityKeyPair) second =
      cv_identity_store_load_key_pair (store, contract->crypto, NULL, &error);
  g_assert_false (is_same_pair (first, second));
}

static void
test_cancelled (gconstpointer data)
{
  IdentityStoreContract *contract = (gpointer)data;
  g_autoptr (CvIdentityStore) store = make_empty (contract);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_cancellable_cancel (cancellable);
  g_assert_null (cv_identity_store_load_key_pair (store, contract->crypto, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

typedef struct {
  CvIdentityStore *store;
  CvIdentityKeyPair *pair;
  CvSecret *contacts_key;
  GError *error;
  gboolean is_done;
} Loading;

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  Loading *loading = data;
  loading->pair = cv_identity_store_load_finish (CV_IDENTITY_STORE (source), result,
                                                 &loading->contacts_key, &loading->error);
  loading->is_done = TRUE;
}

static void
test_async (gconstpointer data)
{
  IdentityStoreContract *contract = (gpointer)data;
  g_autoptr (CvIdentityStore) store = make_empty (contract);
  Loading loading = {0};
  cv_identity_store_load_async (store, contract->crypto, NULL, on_loaded, &loading);
  while (!loading.is_done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (loading.error);
  g_assert_nonnull (loading.pair);
  g_assert_nonnull (loading.contacts_key);
  g_autoptr (CvIdentityKeyPair) again =
      cv_identity_store_load_key_pair (store, contract->crypto, NULL, NULL);
  g_assert_true (is_same_pair (loading.pair, again));
  cv_identity_key_pair_unref (loading.pair);
  cv_secret_unref (loading.contacts_key);
}

void
identity_store_contract_add (const char *prefix, IdentityStoreContract *contract)
{
  static const struct {
    const char *name;
    GTestDataFunc test;
  } rows[] = {
      {"loads-what-it-made", test_loads_what_it_made},
      {"lasts", test_lasts},
      {"forgets", test_forgets},
      {"cancelled", test_cancelled},
      {"async", test_async},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("%s/%s", prefix, rows[i].name);
    g_test_add_data_func (path, contract, rows[i].test);
  }
}
