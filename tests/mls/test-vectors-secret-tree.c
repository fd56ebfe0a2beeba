/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* mls/secret-tree.json. Every leaf is asked as another member would, and as its own sender. */
#include "mls/mls-vectors.h"
#include "mls/private-message.h"
#include "mls/secret-tree.h"

static void
check_sender_data (JsonObject *test_case, guint index, const CvMlsCipher *cipher)
{
  JsonObject *object = cv_vectors_get_object (test_case, "sender_data");
  g_autoptr (CvSecret) secret = mls_vectors_dup_secret (object, "sender_data_secret");
  g_autoptr (GBytes) ciphertext = cv_vectors_dup_hex (object, "ciphertext");
  g_auto (CvMlsMessageKey) key = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_private_message_sender_data_key (
      cipher, cv_secret_span (secret), cv_span_from_bytes (ciphertext), &key, &error));
  g_assert_no_error (error);
  mls_vectors_assert_member (cv_secret_span (key.key), object, "key", index);
  mls_vectors_assert_member (cv_secret_span (key.nonce), object, "nonce", index);
}

static void
check_key (JsonObject *entry, guint index, CvMlsRatchetType type, const CvMlsMessageKey *key)
{
  gboolean is_handshake = type == CV_MLS_RATCHET_HANDSHAKE;

  mls_vectors_assert_member (cv_secret_span (key->key), entry,
                             is_handshake ? "handshake_key" : "application_key", index);
  mls_vectors_assert_member (cv_secret_span (key->nonce), entry,
                             is_handshake ? "handshake_nonce" : "application_nonce", index);
}

static void
check_as_receiver (JsonObject *entry, guint index, CvMlsSecretTree *tree, CvMlsLeaf leaf)
{
  guint32 generation = (guint32)cv_vectors_get_uint (entry, "generation");

  for (guint type = 0; type < 2; type++) {
    g_auto (CvMlsMessageKey) key = {0};
    g_autoptr (GError) error = NULL;

    g_assert_true (
        cv_mls_secret_tree_peek (tree, leaf, (CvMlsRatchetType)type, generation, &key, &error));
    g_assert_no_error (error);
    check_key (entry, index, (CvMlsRatchetType)type, &key);
    g_assert_true (
        cv_mls_secret_tree_consume (tree, leaf, (CvMlsRatchetType)type, generation, &error));
    cv_mls_message_key_clear (&key);
    g_assert_false (
        cv_mls_secret_tree_peek (tree, leaf, (CvMlsRatchetType)type, generation, &key, &error));
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_GENERATION);
  }
}

static void
check_as_sender (JsonObject *entry, guint index, CvMlsSecretTree *tree)
{
  guint32 generation = (guint32)cv_vectors_get_uint (entry, "generation");

  for (guint type = 0; type < 2; type++) {
    g_auto (CvMlsMessageKey) key = {0};
    g_autoptr (GError) error = NULL;

    do {
      cv_mls_message_key_clear (&key);
      g_assert_true (cv_mls_secret_tree_next (tree, (CvMlsRatchetType)type, &key, &error));
      g_assert_cmpuint (key.generation, <=, generation);
    } while (key.generation < generation);
    check_key (entry, index, (CvMlsRatchetType)type, &key);
  }
}

static CvMlsSecretTree *
new_tree (const CvMlsCipher *cipher, const CvSecret *secret, guint32 n_leaves, guint32 own)
{
  g_autoptr (GError) error = NULL;
  CvMlsSecretTree *tree =
      cv_mls_secret_tree_new (cipher, cv_secret_span (secret), n_leaves, (CvMlsLeaf){own}, &error);

  g_assert_no_error (error);
  return tree;
}

static void
run (JsonObject *test_case, guint index, const CvMlsCipher *cipher)
{
  g_autoptr (CvSecret) secret = mls_vectors_dup_secret (test_case, "encryption_secret");
  JsonArray *leaves = cv_vectors_get_array (test_case, "leaves");
  guint32 n_leaves = json_array_get_length (leaves);
  g_autoptr (CvMlsSecretTree) first = new_tree (cipher, secret, n_leaves, 0);

  check_sender_data (test_case, index, cipher);
  for (guint32 leaf = 0; leaf < n_leaves; leaf++) {
    JsonArray *entries = cv_vectors_get_array_element (leaves, leaf);

    for (guint i = 0; i < json_array_get_length (entries); i++) {
      JsonObject *entry = cv_vectors_get_element (entries, i);
      g_autoptr (CvMlsSecretTree) own = new_tree (cipher, secret, n_leaves, leaf);

      check_as_sender (entry, index, own);
      if (leaf > 0)
        check_as_receiver (entry, index, first, (CvMlsLeaf){leaf});
    }
  }
}

static void
test_secret_tree (void)
{
  mls_vectors_run ("mls/secret-tree.json", run);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/vectors/secret-tree", test_secret_tree);
  return g_test_run ();
}
