/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* mls/tree-math.json */
#include "mls/mls-vectors.h"
#include "mls/tree-math.h"

/* Compares one relation with a list of node indices or null. */
static void
check (JsonArray *expected, guint32 node, gboolean exists, guint32 actual)
{
  JsonNode *element = json_array_get_element (expected, node);

  g_assert_true (exists == !JSON_NODE_HOLDS_NULL (element));
  if (exists)
    g_assert_cmpint (json_node_get_int (element), ==, actual);
}

static void
run (JsonObject *test_case, guint index, gconstpointer data)
{
  guint32 n_leaves = (guint32)cv_vectors_get_uint (test_case, "n_leaves");
  guint32 n_nodes = (guint32)cv_vectors_get_uint (test_case, "n_nodes");
  guint32 root = (guint32)cv_vectors_get_uint (test_case, "root");

  g_assert_cmpuint (cv_mls_tree_math_n_nodes (n_leaves), ==, n_nodes);
  g_assert_cmpuint (cv_mls_tree_math_root (n_leaves).index, ==, root);
  g_assert_cmpuint (cv_mls_tree_math_n_leaves_for (n_nodes), ==, n_leaves);
  for (guint32 i = 0; i < n_nodes; i++) {
    CvMlsNode node = {i};
    gboolean is_leaf = cv_mls_tree_math_is_leaf (node);

    check (cv_vectors_get_array (test_case, "left"), i, !is_leaf,
           is_leaf ? 0 : cv_mls_tree_math_left (node).index);
    check (cv_vectors_get_array (test_case, "right"), i, !is_leaf,
           is_leaf ? 0 : cv_mls_tree_math_right (node).index);
    check (cv_vectors_get_array (test_case, "parent"), i, i != root,
           cv_mls_tree_math_parent (node).index);
    check (cv_vectors_get_array (test_case, "sibling"), i, i != root,
           i == root ? 0 : cv_mls_tree_math_sibling (node).index);
  }
}

static void
test_tree_math (void)
{
  cv_vectors_run ("mls/tree-math.json", NULL, run, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/vectors/tree-math", test_tree_math);
  return g_test_run ();
}
