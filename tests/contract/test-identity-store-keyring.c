/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The contract over a real Secret Service. Run by with-keyring, which starts one. */
#include "contract/identity-store.h"
#include "identity/store-keyring.h"

#include <libsecret/secret.h>

#define APPLICATION_ID "org.conclave.Conclave"

static CvCrypto *crypto;

static CvIdentityStore *
make_keyring (gpointer data)
{
  return cv_identity_store_keyring_new (APPLICATION_ID);
}

static GList *
find_items (void)
{
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;
  g_hash_table_insert (attributes, (char *)"xdg:schema", (char *)APPLICATION_ID ".Identity");
  GList *found =
      secret_service_search_sync (NULL, NULL, attributes, SECRET_SEARCH_ALL, NULL, &error);
  g_assert_no_error (error);
  return found;
}

static void
test_schema (void)
{
  g_autoptr (CvIdentityStore) store = make_keyring (NULL);
  g_autoptr (CvIdentityKeyPair) pair = cv_identity_store_load_key_pair (store, crypto, NULL, NULL);
  g_autoptr (CvSecret) key = cv_identity_store_load_contacts_key (store, crypto, NULL, NULL);
  g_assert_nonnull (pair);
  GList *found = find_items ();
  g_assert_cmpuint (g_list_length (found), ==, 2);
  g_list_free_full (found, g_object_unref);
}

/* Last: nobody is there to unlock it again. A locked keyring must not look like an empty one. */
static void
test_locked (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvIdentityStore) store = make_keyring (NULL);
  g_autoptr (CvIdentityKeyPair) pair = cv_identity_store_load_key_pair (store, crypto, NULL, NULL);
  g_assert_nonnull (pair);
  SecretService *service = secret_service_get_sync (SECRET_SERVICE_NONE, NULL, &error);
  g_assert_no_error (error);
  SecretCollection *collection = secret_collection_for_alias_sync (
      service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, NULL, &error);
  g_assert_no_error (error);
  GList *collections = g_list_append (NULL, collection);
  secret_service_lock_sync (service, collections, NULL, NULL, &error);
  g_assert_no_error (error);
  g_list_free_full (collections, g_object_unref);
  g_object_unref (service);
  g_assert_null (cv_identity_store_load_key_pair (store, crypto, NULL, &error));
  g_assert_true (g_error_matches (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_DENIED)
                 || g_error_matches (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_UNAVAILABLE));
  GList *found = find_items ();
  g_assert_cmpuint (g_list_length (found), ==, 2);
  g_list_free_full (found, g_object_unref);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  crypto = cv_crypto_context_new (FALSE, NULL);
  IdentityStoreContract keyring = {crypto, make_keyring, NULL, TRUE};
  identity_store_contract_add ("/contract/identity-store/keyring", &keyring);
  g_test_add_func ("/contract/identity-store/keyring/schema", test_schema);
  g_test_add_func ("/contract/identity-store/keyring/locked", test_locked);
  int status = g_test_run ();
  secret_service_disconnect ();
  cv_crypto_context_unref (crypto);
  return status;
}
