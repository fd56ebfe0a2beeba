/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The tree's shape without any group: growing, shrinking, sharing; and encodings that are refused.
 * Its hashes and validity are in the vector tests. */
#include "mls/ratchet-tree.h"

#include <string.h>

/* A leaf with nothing but a key and a credential in it: the shape does not look further.
 * supported: the encoding of capabilities.credentials. */
static CvMlsLeafNode *
make_leaf_with (guint8 key, guint8 signature_key, guint16 credential, CvSpan supported)
{
  g_auto (CvWriter) writer = {0};
  CvReader reader;
  CvMlsLeafNode *leaf;

  cv_writer_init (&writer);
  cv_writer_vector (&writer, cv_span (&key, 1));
  cv_writer_vector (&writer, cv_span (&signature_key, 1));
  cv_writer_u16 (&writer, credential);
  cv_writer_vector (&writer, credential == CV_MLS_CREDENTIAL_X509 ? CV_SPAN_LITERAL ("\1x")
                                                                  : cv_span (&key, 1));
  for (guint i = 0; i < 4; i++)
    cv_writer_vector (&writer, CV_SPAN_EMPTY);
  cv_writer_vector (&writer, supported);
  cv_writer_u8 (&writer, CV_MLS_LEAF_SOURCE_UPDATE);
  cv_writer_vector (&writer, CV_SPAN_EMPTY);
  cv_writer_vector (&writer, CV_SPAN_EMPTY);
  cv_reader_init (&reader, cv_writer_span (&writer));
  leaf = cv_mls_leaf_node_read (&reader);
  g_assert_nonnull (leaf);
  return leaf;
}

static CvMlsLeafNode *
make_leaf (guint8 key)
{
  return make_leaf_with (key, key, CV_MLS_CREDENTIAL_BASIC, CV_SPAN_EMPTY);
}

static CvMlsLeaf
add (CvMlsRatchetTree *tree, guint8 key)
{
  g_autoptr (CvMlsLeafNode) node = make_leaf (key);
  CvMlsLeaf leaf;

  g_assert_true (cv_mls_ratchet_tree_add (tree, node, &leaf));
  return leaf;
}

static CvMlsRatchetTree *
make_tree (guint n_leaves)
{
  CvMlsRatchetTree *tree = cv_mls_ratchet_tree_new ();

  for (guint i = 0; i < n_leaves; i++)
    g_assert_cmpuint (add (tree, (guint8)(i + 1)).index, ==, i);
  return tree;
}

static void
put_parent (CvMlsRatchetTree *tree, guint32 index)
{
  guint8 key = (guint8)(0x80 + index);
  g_autoptr (CvMlsParentNode) node = cv_mls_parent_node_new (cv_span (&key, 1), CV_SPAN_EMPTY);

  cv_mls_ratchet_tree_set_parent (tree, (CvMlsNode){index}, node);
}

static void
assert_resolution (const CvMlsRatchetTree *tree, guint32 node, const char *expected)
{
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (CvMlsNode));
  g_autoptr (GString) text = g_string_new (NULL);

  cv_mls_ratchet_tree_resolve (tree, (CvMlsNode){node}, nodes);
  for (guint i = 0; i < nodes->len; i++)
    g_string_append_printf (text, "%u ", g_array_index (nodes, CvMlsNode, i).index);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_grows_and_shrinks (void)
{
  g_autoptr (CvMlsRatchetTree) tree = make_tree (5);

  g_assert_cmpuint (cv_mls_ratchet_tree_get_leaf_count (tree), ==, 8);
  cv_mls_ratchet_tree_remove (tree, (CvMlsLeaf){1});
  g_assert_cmpuint (cv_mls_ratchet_tree_get_leaf_count (tree), ==, 8);
  cv_mls_ratchet_tree_remove (tree, (CvMlsLeaf){4});
  g_assert_cmpuint (cv_mls_ratchet_tree_get_leaf_count (tree), ==, 4);
  g_assert_cmpuint (add (tree, 9).index, ==, 1);
  cv_mls_ratchet_tree_remove (tree, (CvMlsLeaf){2});
  cv_mls_ratchet_tree_remove (tree, (CvMlsLeaf){3});
  cv_mls_ratchet_tree_remove (tree, (CvMlsLeaf){1});
  g_assert_cmpuint (cv_mls_ratchet_tree_get_leaf_count (tree), ==, 1);
  g_assert_cmpuint (cv_mls_ratchet_tree_get_n_members (tree), ==, 1);
}

static void
test_unmerged (void)
{
  g_autoptr (CvMlsRatchetTree) tree = make_tree (3);

  put_parent (tree, 1);
  put_parent (tree, 3);
  assert_resolution (tree, 3, "3 ");
  add (tree, 9);
  assert_resolution (tree, 3, "3 6 ");
  assert_resolution (tree, 5, "4 6 ");
  assert_resolution (tree, 1, "1 ");
  cv_mls_ratchet_tree_remove (tree, (CvMlsLeaf){0});
  assert_resolution (tree, 3, "2 4 6 ");
}

static void
test_update_blanks_path (void)
{
  g_autoptr (CvMlsRatchetTree) tree = make_tree (4);
  g_autoptr (CvMlsLeafNode) node = make_leaf (9);

  put_parent (tree, 1);
  put_parent (tree, 3);
  put_parent (tree, 5);
  cv_mls_ratchet_tree_update (tree, (CvMlsLeaf){2}, node);
  assert_resolution (tree, 3, "1 4 6 ");
  g_assert_true (cv_mls_ratchet_tree_is_blank (tree, (CvMlsNode){5}));
  g_assert_false (cv_mls_ratchet_tree_is_blank (tree, (CvMlsNode){1}));
}

static void
test_filtered_path (void)
{
  g_autoptr (CvMlsRatchetTree) tree = make_tree (5);
  g_autoptr (GArray) steps = cv_mls_ratchet_tree_dup_filtered_path (tree, (CvMlsLeaf){4});

  /* Leaf 4 is alone in its half: only the root has somebody on the other side. */
  g_assert_cmpuint (steps->len, ==, 1);
  g_assert_cmpuint (g_array_index (steps, CvMlsPathStep, 0).node.index, ==, 7);
  g_assert_cmpuint (g_array_index (steps, CvMlsPathStep, 0).copath.index, ==, 3);
}

static void
test_copy_is_apart (void)
{
  g_autoptr (CvMlsRatchetTree) tree = make_tree (4);
  g_autoptr (CvMlsRatchetTree) copy = NULL;

  put_parent (tree, 3);
  copy = cv_mls_ratchet_tree_copy (tree);
  g_assert_true (cv_mls_ratchet_tree_get_leaf (tree, (CvMlsLeaf){1})
                 == cv_mls_ratchet_tree_get_leaf (copy, (CvMlsLeaf){1}));
  cv_mls_ratchet_tree_remove (copy, (CvMlsLeaf){3});
  add (copy, 7);
  add (copy, 8);
  g_assert_cmpuint (cv_mls_ratchet_tree_get_leaf_count (tree), ==, 4);
  g_assert_cmpuint (cv_mls_ratchet_tree_get_leaf_count (copy), ==, 8);
  assert_resolution (tree, 3, "3 ");
}

static void
test_hash_goes_stale (void)
{
  g_autoptr (CvMlsRatchetTree) tree = make_tree (4);

  for (guint32 i = 0; i < 7; i++)
    cv_mls_ratchet_tree_store_hash (tree, (CvMlsNode){i}, CV_SPAN_LITERAL ("hash"));
  put_parent (tree, 1);
  for (guint32 i = 0; i < 7; i++)
    g_assert_true ((cv_mls_ratchet_tree_get_hash (tree, (CvMlsNode){i}).len == 0)
                   == (i == 1 || i == 3));
}

static guint
count_shared (const CvMlsRatchetTree *a, const CvMlsRatchetTree *b)
{
  guint32 n_nodes = cv_mls_tree_math_n_nodes (cv_mls_ratchet_tree_get_leaf_count (a));
  guint n_shared = 0;

  for (guint32 i = 0; i < n_nodes; i++)
    n_shared += cv_mls_ratchet_tree_get_subtree (a, (CvMlsNode){i})
                        == cv_mls_ratchet_tree_get_subtree (b, (CvMlsNode){i})
                    ? 1
                    : 0;
  return n_shared;
}

/* Of 2N − 1 nodes, an epoch that changes a leaf has log2 N + 1 of its own. */
static void
test_shares_all_but_a_path (void)
{
  for (guint n_leaves = 2; n_leaves <= 128; n_leaves *= 2) {
    g_autoptr (CvMlsRatchetTree) tree = make_tree (n_leaves);
    g_autoptr (CvMlsRatchetTree) copy = cv_mls_ratchet_tree_copy (tree);
    g_autoptr (CvMlsLeafNode) node = make_leaf (0xFF);
    guint n_nodes = 2 * n_leaves - 1;
    guint n_path = 1 + cv_mls_tree_math_level (cv_mls_tree_math_root (n_leaves));

    g_assert_cmpuint (count_shared (tree, copy), ==, n_nodes);
    cv_mls_ratchet_tree_update (copy, (CvMlsLeaf){n_leaves / 3}, node);
    g_assert_cmpuint (count_shared (tree, copy), ==, n_nodes - n_path);
    put_parent (copy, n_leaves - 1);
    g_assert_cmpuint (count_shared (tree, copy), ==, n_nodes - n_path);
  }
}

/* A hash that was computed in a copy is not in what it was copied from. */
static void
test_hash_of_copy (void)
{
  g_autoptr (CvMlsRatchetTree) tree = make_tree (4);
  g_autoptr (CvMlsRatchetTree) copy = cv_mls_ratchet_tree_copy (tree);

  cv_mls_ratchet_tree_store_hash (copy, (CvMlsNode){2}, CV_SPAN_LITERAL ("hash"));
  g_assert_cmpuint (cv_mls_ratchet_tree_get_hash (copy, (CvMlsNode){2}).len, ==, 4);
  g_assert_cmpuint (cv_mls_ratchet_tree_get_hash (tree, (CvMlsNode){2}).len, ==, 0);
}

static void
test_unique_keys (void)
{
  g_autoptr (CvMlsRatchetTree) tree = make_tree (6);
  g_autoptr (CvMlsRatchetTree) copy = cv_mls_ratchet_tree_copy (tree);
  g_autoptr (CvMlsLeafNode) same_signature_key =
      make_leaf_with (0x40, 2, CV_MLS_CREDENTIAL_BASIC, CV_SPAN_EMPTY);
  g_autoptr (CvMlsLeafNode) same_parent_key = make_leaf (0x83);

  g_assert_true (cv_mls_ratchet_tree_has_unique_keys (tree));
  add (tree, 3);
  g_assert_false (cv_mls_ratchet_tree_has_unique_keys (tree));
  g_assert_true (cv_mls_ratchet_tree_has_unique_keys (copy));
  cv_mls_ratchet_tree_remove (tree, (CvMlsLeaf){2});
  g_assert_true (cv_mls_ratchet_tree_has_unique_keys (tree));

  cv_mls_ratchet_tree_set_leaf (copy, (CvMlsLeaf){5}, same_signature_key);
  g_assert_false (cv_mls_ratchet_tree_has_unique_keys (copy));
  cv_mls_ratchet_tree_remove (copy, (CvMlsLeaf){5});
  g_assert_true (cv_mls_ratchet_tree_has_unique_keys (copy));
  put_parent (copy, 3);
  put_parent (copy, 3);
  g_assert_true (cv_mls_ratchet_tree_has_unique_keys (copy));
  cv_mls_ratchet_tree_set_leaf (copy, (CvMlsLeaf){4}, same_parent_key);
  g_assert_false (cv_mls_ratchet_tree_has_unique_keys (copy));
  cv_mls_ratchet_tree_blank_path (copy, (CvMlsLeaf){0});
  g_assert_true (cv_mls_ratchet_tree_has_unique_keys (copy));
}

/* A node over an empty half, as a Welcome may bring it: when the tree shrinks to it and then past it,
 * its key is free again. What another epoch sees does not change. */
static void
test_keys_go_with_the_root (void)
{
  guint8 byte = 0x80 + 3;
  g_autoptr (GBytes) key = g_bytes_new (&byte, 1);
  g_autoptr (CvMlsRatchetTree) tree = make_tree (5);
  g_autoptr (CvMlsRatchetTree) before = NULL;

  cv_mls_ratchet_tree_set_leaf (tree, (CvMlsLeaf){2}, NULL);
  cv_mls_ratchet_tree_set_leaf (tree, (CvMlsLeaf){3}, NULL);
  put_parent (tree, 3);
  before = cv_mls_ratchet_tree_copy (tree);
  cv_mls_ratchet_tree_remove (tree, (CvMlsLeaf){4});
  g_assert_cmpuint (cv_mls_ratchet_tree_get_leaf_count (tree), ==, 2);
  g_assert_cmpuint (cv_mls_ratchet_tree_count_key (tree, key), ==, 0);
  add (tree, byte);
  g_assert_true (cv_mls_ratchet_tree_has_unique_keys (tree));
  g_assert_cmpuint (cv_mls_ratchet_tree_count_key (before, key), ==, 1);
  g_assert_false (cv_mls_ratchet_tree_is_blank (before, (CvMlsNode){3}));
}

static void
test_shared_credentials (void)
{
  static const CvSpan basic = {(const guint8 *)"\0\1", 2};
  static const CvSpan both = {(const guint8 *)"\0\2\0\1", 4};
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_new ();
  g_autoptr (CvMlsLeafNode) knows_basic = make_leaf_with (1, 1, CV_MLS_CREDENTIAL_BASIC, basic);
  g_autoptr (CvMlsLeafNode) knows_both = make_leaf_with (2, 2, CV_MLS_CREDENTIAL_BASIC, both);
  g_autoptr (CvMlsLeafNode) is_x509 = make_leaf_with (3, 3, CV_MLS_CREDENTIAL_X509, both);
  CvMlsLeaf leaf;

  g_assert_true (cv_mls_ratchet_tree_has_shared_credentials (tree));
  g_assert_true (cv_mls_ratchet_tree_add (tree, knows_basic, &leaf));
  g_assert_true (cv_mls_ratchet_tree_add (tree, knows_both, &leaf));
  g_assert_true (cv_mls_ratchet_tree_has_shared_credentials (tree));
  g_assert_true (cv_mls_ratchet_tree_add (tree, is_x509, &leaf));
  g_assert_false (cv_mls_ratchet_tree_has_shared_credentials (tree));
  cv_mls_ratchet_tree_remove (tree, (CvMlsLeaf){0});
  g_assert_true (cv_mls_ratchet_tree_has_shared_credentials (tree));
  /* The other direction: the newcomer does not know what is used already. */
  g_assert_true (cv_mls_ratchet_tree_add (tree, knows_basic, &leaf));
  g_assert_false (cv_mls_ratchet_tree_has_shared_credentials (tree));
}

static void
test_outside (void)
{
  g_autoptr (CvMlsRatchetTree) tree = make_tree (2);

  g_assert_null (cv_mls_ratchet_tree_get_leaf (tree, (CvMlsLeaf){2}));
  g_assert_null (cv_mls_ratchet_tree_get_leaf (tree, (CvMlsLeaf){G_MAXUINT32}));
  g_assert_null (cv_mls_ratchet_tree_get_parent (tree, (CvMlsNode){3}));
  g_assert_true (cv_mls_ratchet_tree_is_blank (tree, (CvMlsNode){G_MAXUINT32}));
  g_assert_cmpuint (cv_mls_ratchet_tree_get_key (tree, (CvMlsNode){9}).len, ==, 0);
}

static void
test_round_trip (void)
{
  g_autoptr (CvMlsRatchetTree) tree = make_tree (5);
  g_autoptr (CvMlsRatchetTree) parsed = NULL;
  g_auto (CvWriter) first = {0};
  g_auto (CvWriter) second = {0};
  g_autoptr (GError) error = NULL;

  put_parent (tree, 3);
  cv_mls_ratchet_tree_remove (tree, (CvMlsLeaf){2});
  put_parent (tree, 7);
  add (tree, 9);
  cv_writer_init (&first);
  cv_mls_ratchet_tree_write (tree, &first);
  parsed = cv_mls_ratchet_tree_parse (cv_writer_span (&first), &error);
  g_assert_no_error (error);
  cv_writer_init (&second);
  cv_mls_ratchet_tree_write (parsed, &second);
  g_assert_true (cv_span_equal (cv_writer_span (&first), cv_writer_span (&second)));
  g_assert_cmpuint (cv_mls_ratchet_tree_get_n_members (parsed), ==, 5);

  for (gsize len = 0; len < cv_writer_span (&first).len; len++)
    g_assert_null (cv_mls_ratchet_tree_parse (cv_span (cv_writer_span (&first).data, len), NULL));
}

typedef struct {
  const char *name;
  CvSpan encoded;
  CvMlsError code;
} Refused;

/* optional<Node>: presence, type (1 leaf, 2 parent), node. A parent: key, parent hash, unmerged. */
static const Refused refused[] = {
    {"nothing", {(const guint8 *)"", 0}, CV_MLS_ERROR_MALFORMED},
    {"empty", {(const guint8 *)"\0", 1}, CV_MLS_ERROR_MALFORMED},
    {"trailing", {(const guint8 *)"\1\0\0", 3}, CV_MLS_ERROR_MALFORMED},
    {"blank-last", {(const guint8 *)"\3\0\0\0", 4}, CV_MLS_ERROR_INVALID},
    {"bad-presence", {(const guint8 *)"\1\2", 2}, CV_MLS_ERROR_MALFORMED},
    {"parent-at-leaf", {(const guint8 *)"\5\1\2\0\0\0", 6}, CV_MLS_ERROR_MALFORMED},
    {"leaf-at-parent", {(const guint8 *)"\3\0\1\1", 4}, CV_MLS_ERROR_MALFORMED},
    {"unknown-type", {(const guint8 *)"\2\1\3", 3}, CV_MLS_ERROR_MALFORMED},
    {"unmerged-outside", {(const guint8 *)"\xc\0\1\2\1k\0\4\0\0\0\x9", 12}, CV_MLS_ERROR_MALFORMED},
    {"unmerged-outside-of-tree",
     {(const guint8 *)"\xb\0\1\2\1k\0\4\0\0\0\x9", 12},
     CV_MLS_ERROR_INVALID},
    {"unmerged-unsorted",
     {(const guint8 *)"\xf\0\1\2\1k\0\x8\0\0\0\1\0\0\0\0", 16},
     CV_MLS_ERROR_MALFORMED},
    {"unmerged-doubled",
     {(const guint8 *)"\xf\0\1\2\1k\0\x8\0\0\0\1\0\0\0\1", 16},
     CV_MLS_ERROR_MALFORMED},
    {"unmerged-half", {(const guint8 *)"\x9\0\1\2\1k\0\2\0\0", 10}, CV_MLS_ERROR_MALFORMED},
};

static void
test_refused (gconstpointer data)
{
  const Refused *test = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (cv_mls_ratchet_tree_parse (test->encoded, &error));
  g_assert_error (error, CV_MLS_ERROR, (gint)test->code);
}

/* Blank nodes cost one byte each, so the width has its own bound. */
static void
test_too_wide (void)
{
  g_auto (CvWriter) writer = {0};
  g_autofree guint8 *blanks = g_malloc0 (2 * CV_MLS_LEAVES_MAX);
  g_autoptr (GError) error = NULL;

  cv_writer_init (&writer);
  cv_writer_vector (&writer, cv_span (blanks, 2 * CV_MLS_LEAVES_MAX));
  g_assert_null (cv_mls_ratchet_tree_parse (cv_writer_span (&writer), &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_UNSUPPORTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/ratchet-tree/grows-and-shrinks", test_grows_and_shrinks);
  g_test_add_func ("/mls/ratchet-tree/unmerged", test_unmerged);
  g_test_add_func ("/mls/ratchet-tree/update-blanks-path", test_update_blanks_path);
  g_test_add_func ("/mls/ratchet-tree/filtered-path", test_filtered_path);
  g_test_add_func ("/mls/ratchet-tree/copy-is-apart", test_copy_is_apart);
  g_test_add_func ("/mls/ratchet-tree/hash-goes-stale", test_hash_goes_stale);
  g_test_add_func ("/mls/ratchet-tree/shares-all-but-a-path", test_shares_all_but_a_path);
  g_test_add_func ("/mls/ratchet-tree/hash-of-copy", test_hash_of_copy);
  g_test_add_func ("/mls/ratchet-tree/unique-keys", test_unique_keys);
  g_test_add_func ("/mls/ratchet-tree/keys-go-with-the-root", test_keys_go_with_the_root);
  g_test_add_func ("/mls/ratchet-tree/shared-credentials", test_shared_credentials);
  g_test_add_func ("/mls/ratchet-tree/outside", test_outside);
  g_test_add_func ("/mls/ratchet-tree/round-trip", test_round_trip);
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/ratchet-tree/rejects/%s", refused[i].name);

    g_test_add_data_func (path, &refused[i], test_refused);
  }
  g_test_add_func ("/mls/ratchet-tree/rejects/too-wide", test_too_wide);
  return g_test_run ();
}
