/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "mls/mls-fixture.h"
#include "mls/secret-tree.h"

#define N_LEAVES 8

static CvMlsCipher cipher;

static CvMlsSecretTree *
new_tree (guint32 own)
{
  g_autoptr (CvSecret) secret = cv_secret_new (cipher.suite->hash_len);
  g_autoptr (GError) error = NULL;
  CvMlsSecretTree *tree =
      cv_mls_secret_tree_new (&cipher, cv_secret_span (secret), N_LEAVES, (CvMlsLeaf){own}, &error);

  g_assert_no_error (error);
  return tree;
}

static void
test_all_agree (void)
{
  for (guint32 sender = 0; sender < N_LEAVES; sender++) {
    g_autoptr (CvMlsSecretTree) own = new_tree (sender);
    g_autoptr (CvMlsSecretTree) other = new_tree ((sender + 3) % N_LEAVES);

    for (guint type = 0; type < 2; type++) {
      g_auto (CvMlsMessageKey) sent = {0};
      g_auto (CvMlsMessageKey) received = {0};
      g_autoptr (GError) error = NULL;

      if (!cv_mls_secret_tree_next (own, (CvMlsRatchetType)type, &sent, &error)
          || !cv_mls_secret_tree_peek (other, (CvMlsLeaf){sender}, (CvMlsRatchetType)type,
                                       sent.generation, &received, &error))
        g_assert_no_error (error);
      g_assert_true (
          cv_secret_span_equal (cv_secret_span (sent.key), cv_secret_span (received.key)));
      g_assert_true (
          cv_secret_span_equal (cv_secret_span (sent.nonce), cv_secret_span (received.nonce)));
    }
  }
}

static void
test_next_never_repeats (void)
{
  g_autoptr (CvMlsSecretTree) tree = new_tree (2);
  g_auto (CvMlsMessageKey) first = {0};
  g_auto (CvMlsMessageKey) second = {0};
  g_auto (CvMlsMessageKey) handshake = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_secret_tree_next (tree, CV_MLS_RATCHET_APPLICATION, &first, &error));
  g_assert_true (cv_mls_secret_tree_next (tree, CV_MLS_RATCHET_APPLICATION, &second, &error));
  g_assert_true (cv_mls_secret_tree_next (tree, CV_MLS_RATCHET_HANDSHAKE, &handshake, &error));
  g_assert_cmpuint (first.generation, ==, 0);
  g_assert_cmpuint (second.generation, ==, 1);
  g_assert_cmpuint (handshake.generation, ==, 0);
  g_assert_false (cv_secret_span_equal (cv_secret_span (first.key), cv_secret_span (second.key)));
  g_assert_false (
      cv_secret_span_equal (cv_secret_span (first.key), cv_secret_span (handshake.key)));
}

static void
test_ratchets_are_apart (void)
{
  g_autoptr (CvMlsSecretTree) tree = new_tree (0);
  g_auto (CvMlsMessageKey) key = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (
      cv_mls_secret_tree_consume (tree, (CvMlsLeaf){1}, CV_MLS_RATCHET_APPLICATION, 5, &error));
  g_assert_true (
      cv_mls_secret_tree_peek (tree, (CvMlsLeaf){1}, CV_MLS_RATCHET_HANDSHAKE, 5, &key, &error));
  cv_mls_message_key_clear (&key);
  g_assert_true (
      cv_mls_secret_tree_peek (tree, (CvMlsLeaf){2}, CV_MLS_RATCHET_APPLICATION, 5, &key, &error));
  cv_mls_message_key_clear (&key);
  g_assert_false (
      cv_mls_secret_tree_peek (tree, (CvMlsLeaf){1}, CV_MLS_RATCHET_APPLICATION, 5, &key, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_GENERATION);
}

static void
test_refuses_own_and_outside (void)
{
  static const struct {
    guint32 leaf;
    CvMlsError code;
  } table[] = {{3, CV_MLS_ERROR_STATE},
               {N_LEAVES, CV_MLS_ERROR_INVALID},
               {G_MAXUINT32, CV_MLS_ERROR_INVALID}};
  g_autoptr (CvMlsSecretTree) tree = new_tree (3);

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_auto (CvMlsMessageKey) key = {0};
    g_autoptr (GError) error = NULL;

    g_assert_false (cv_mls_secret_tree_peek (tree, (CvMlsLeaf){table[i].leaf},
                                             CV_MLS_RATCHET_HANDSHAKE, 0, &key, &error));
    g_assert_error (error, CV_MLS_ERROR, (gint)table[i].code);
    g_assert_null (key.key);
  }
}

static void
test_refuses_shapes (void)
{
  static const struct {
    guint32 n_leaves;
    guint32 own;
  } table[] = {{0, 0}, {3, 0}, {4, 4}, {2 * CV_MLS_LEAVES_MAX, 0}};
  g_autoptr (CvSecret) secret = cv_secret_new (cipher.suite->hash_len);

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (cv_mls_secret_tree_new (&cipher, cv_secret_span (secret), table[i].n_leaves,
                                           (CvMlsLeaf){table[i].own}, &error));
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cipher = mls_fixture_cipher (0xF001);
  g_test_add_func ("/mls/secret-tree/sender-and-receiver-agree", test_all_agree);
  g_test_add_func ("/mls/secret-tree/next-never-repeats", test_next_never_repeats);
  g_test_add_func ("/mls/secret-tree/ratchets-are-apart", test_ratchets_are_apart);
  g_test_add_func ("/mls/secret-tree/refuses-own-and-outside", test_refuses_own_and_outside);
  g_test_add_func ("/mls/secret-tree/refuses-shapes", test_refuses_shapes);
  return g_test_run ();
}
