/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The contract over the stores in memory and in a file; what the file alone must do. */
#include "contract/identity-store.h"
#include "crypto/aead.h"
#include "crypto/password.h"
#include "identity/sealed-file.h"
#include "identity/store-file.h"
#include "identity/store-memory.h"

#include <glib/gstdio.h>
#include <string.h>

static CvCrypto *crypto;
static char *path;

static CvIdentityStore *
make_memory (gpointer data)
{
  return cv_identity_store_memory_new ();
}

static CvIdentityStore *
make_file_with (const char *passphrase)
{
  g_autoptr (CvSecret) secret = cv_secret_new_from (cv_span (passphrase, strlen (passphrase)));
  return cv_identity_store_file_new (crypto, path, secret);
}

static CvIdentityStore *
make_file (gpointer data)
{
  return make_file_with ("correct horse");
}

static void
test_wrong_passphrase (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvIdentityStore) store = make_file (NULL);
  g_autoptr (CvIdentityKeyPair) pair =
      cv_identity_store_load_key_pair (store, crypto, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GBytes) before = cv_identity_sealed_file_read (path, NULL);
  g_autoptr (CvIdentityStore) wrong = make_file_with ("wrong horse");
  g_assert_null (cv_identity_store_load_key_pair (wrong, crypto, NULL, &error));
  g_assert_error (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_AUTHENTICATION);
  g_autoptr (GBytes) after = cv_identity_sealed_file_read (path, NULL);
  g_assert_true (g_bytes_equal (before, after));
}

static void
test_file_is_private_and_sealed (void)
{
  GStatBuf info;
  g_autoptr (CvIdentityStore) store = make_file (NULL);
  g_autoptr (CvIdentityKeyPair) pair = cv_identity_store_load_key_pair (store, crypto, NULL, NULL);
  g_autoptr (CvSecret) form = cv_identity_key_pair_dup_private (pair);
  g_autoptr (GBytes) contents = cv_identity_sealed_file_read (path, NULL);
  CvSpan all = cv_span_from_bytes (contents);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  g_assert_null (memmem (all.data, all.len, cv_secret_span (form).data + 1, 32));
}

static void
test_changed_file (void)
{
  g_autoptr (CvIdentityStore) store = make_file (NULL);
  g_autoptr (CvIdentityKeyPair) pair = cv_identity_store_load_key_pair (store, crypto, NULL, NULL);
  g_autoptr (GBytes) contents = cv_identity_sealed_file_read (path, NULL);
  gsize len;
  const guint8 *data = g_bytes_get_data (contents, &len);
  gsize places[] = {0, 8, 24, 40, len - 1};
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree guint8 *changed = g_memdup2 (data, len);
    changed[places[i]] ^= 1;
    g_assert_true (cv_identity_sealed_file_write (path, cv_span (changed, len), &error));
    g_autoptr (CvIdentityStore) next = make_file (NULL);
    g_assert_null (cv_identity_store_load_key_pair (next, crypto, NULL, &error));
    g_assert_true (g_error_matches (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_AUTHENTICATION)
                   || g_error_matches (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_MALFORMED));
  }
  g_assert_cmpint (g_unlink (path), ==, 0);
}

/* We never write one, but a file that holds one is no reason to crash. */
static void
test_empty_item_name (void)
{
  const CvSpan header = CV_SPAN_LITERAL ("CVIDENT1sixteen of salt.");
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) key = cv_crypto_password_derive (
      crypto, CV_CRYPTO_PASSWORD_ARGON2ID, CV_SPAN_LITERAL ("correct horse"),
      cv_span (header.data + 8, header.len - 8), &error);
  g_assert_no_error (error);
  g_auto (CvWriter) items = {0};
  cv_writer_init (&items);
  cv_writer_vector (&items, CV_SPAN_EMPTY);
  cv_writer_vector (&items, CV_SPAN_LITERAL ("secret"));
  g_autoptr (GBytes) box = cv_crypto_aead_seal_box (crypto, cv_secret_span (key), header,
                                                    cv_writer_span (&items), &error);
  g_auto (CvWriter) file = {0};
  cv_writer_init (&file);
  cv_writer_put (&file, header);
  cv_writer_put (&file, cv_span_from_bytes (box));
  g_assert_true (cv_identity_sealed_file_write (path, cv_writer_span (&file), &error));
  g_autoptr (CvIdentityStore) store = make_file (NULL);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (CvIdentityKeyPair) pair =
        cv_identity_store_load_key_pair (store, crypto, NULL, &error);
    g_assert_no_error (error);
    g_assert_nonnull (pair);
  }
  g_assert_cmpint (g_unlink (path), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autofree char *folder = g_dir_make_tmp ("conclave-identity-XXXXXX", NULL);
  crypto = cv_crypto_context_new (FALSE, NULL);
  path = g_build_filename (folder, "deeper", "identity", NULL);
  IdentityStoreContract memory = {crypto, make_memory, NULL, FALSE};
  IdentityStoreContract file = {crypto, make_file, NULL, TRUE};
  identity_store_contract_add ("/contract/identity-store/memory", &memory);
  identity_store_contract_add ("/contract/identity-store/file", &file);
  g_test_add_func ("/contract/identity-store/file/wrong-passphrase", test_wrong_passphrase);
  g_test_add_func ("/contract/identity-store/file/private-and-sealed",
                   test_file_is_private_and_sealed);
  g_test_add_func ("/contract/identity-store/file/changed", test_changed_file);
  g_test_add_func ("/contract/identity-store/file/empty-item-name", test_empty_item_name);
  int status = g_test_run ();
  g_autofree char *deeper = g_path_get_dirname (path);
  g_unlink (path);
  g_rmdir (deeper);
  g_rmdir (folder);
  g_free (path);
  cv_crypto_context_unref (crypto);
  return status;
}
