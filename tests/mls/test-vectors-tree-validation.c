/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* mls/tree-validation.json: hashes, resolutions and validity of whole trees; then the same trees
 * with one byte changed, which must not stay valid under the same tree hash. */
#include "mls/mls-vectors.h"
#include "mls/tree-validation.h"

#include <string.h>

static void
check_resolution (const CvMlsRatchetTree *tree, JsonArray *expected, CvMlsNode node)
{
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (CvMlsNode));

  cv_mls_ratchet_tree_resolve (tree, node, nodes);
  g_assert_cmpuint (nodes->len, ==, json_array_get_length (expected));
  for (guint i = 0; i < nodes->len; i++)
    g_assert_cmpuint (g_array_index (nodes, CvMlsNode, i).index, ==,
                      cv_vectors_get_uint_element (expected, i));
}

static void
check_nodes (const CvMlsRatchetTree *tree, JsonObject *test_case, guint index)
{
  JsonArray *hashes = cv_vectors_get_array (test_case, "tree_hashes");
  JsonArray *resolutions = cv_vectors_get_array (test_case, "resolutions");
  guint n_nodes = cv_mls_tree_math_n_nodes (cv_mls_ratchet_tree_get_leaf_count (tree));

  g_assert_cmpuint (json_array_get_length (hashes), ==, n_nodes);
  g_assert_cmpuint (json_array_get_length (resolutions), ==, n_nodes);
  for (guint i = 0; i < n_nodes; i++) {
    g_autoptr (GBytes) hash = cv_vectors_parse_hex (cv_vectors_get_string_element (hashes, i));
    CvMlsNode node = {i};

    cv_vectors_assert_equal (cv_mls_ratchet_tree_get_hash (tree, node), cv_span_from_bytes (hash),
                             "tree hash", index);
    check_resolution (tree, cv_vectors_get_array_element (resolutions, i), node);
  }
}

static gboolean
is_valid (const CvMlsCipher *cipher, CvSpan encoded, CvSpan group_id, CvSpan root_hash)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_parse (encoded, &error);
  CvSpan hash;

  if (!tree)
    return FALSE;
  hash = cv_mls_tree_hash_update (cipher, tree, &error);
  g_assert_no_error (error);
  return cv_span_equal (hash, root_hash)
         && cv_mls_tree_validation_check_tree (cipher, tree, group_id, NULL, &error);
}

static void
check_damaged (const CvMlsCipher *cipher, CvSpan encoded, CvSpan group_id, CvSpan root_hash)
{
  g_autofree guint8 *copy = g_memdup2 (encoded.data, encoded.len);

  for (gsize i = 0; i < 16; i++) {
    gsize at = (encoded.len - 1) * i / 15;

    copy[at] ^= 0x40;
    g_assert_false (is_valid (cipher, cv_span (copy, encoded.len), group_id, root_hash));
    copy[at] ^= 0x40;
    g_assert_false (is_valid (cipher, cv_span (copy, at), group_id, root_hash));
  }
}

static void
run (JsonObject *test_case, guint index, const CvMlsCipher *cipher)
{
  g_autoptr (GBytes) encoded = cv_vectors_dup_hex (test_case, "tree");
  g_autoptr (GBytes) group_id = cv_vectors_dup_hex (test_case, "group_id");
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsRatchetTree) tree =
      cv_mls_ratchet_tree_parse (cv_span_from_bytes (encoded), &error);
  g_auto (CvWriter) writer = {0};
  CvSpan root_hash;

  g_assert_no_error (error);
  root_hash = cv_mls_tree_hash_update (cipher, tree, &error);
  g_assert_no_error (error);
  check_nodes (tree, test_case, index);
  g_assert_true (
      cv_mls_tree_validation_check_tree (cipher, tree, cv_span_from_bytes (group_id), NULL, &error)
      || error);
  g_assert_no_error (error);
  cv_writer_init (&writer);
  cv_mls_ratchet_tree_write (tree, &writer);
  mls_vectors_assert_member (cv_writer_span (&writer), test_case, "tree", index);
  check_damaged (cipher, cv_span_from_bytes (encoded), cv_span_from_bytes (group_id), root_hash);

  /* Leaves of sources update and commit are signed for their group. */
  if (cv_mls_ratchet_tree_get_parent (
          tree, cv_mls_tree_math_root (cv_mls_ratchet_tree_get_leaf_count (tree))))
    g_assert_false (cv_mls_tree_validation_check_tree (
        cipher, tree, CV_SPAN_LITERAL ("another group"), NULL, NULL));
}

static void
test_tree_validation (void)
{
  mls_vectors_run ("mls/tree-validation.json", run);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/vectors/tree-validation", test_tree_validation);
  return g_test_run ();
}
