/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* mls/tree-math.json */
#include "mls/mls-vectors.h"
#include "mls/tree-math.h"

/* Compares one relation with a list of node indices or null. */
static void
check (JsonArray *expected, guint32 node, gboolean exists, guint32 actual)
{
  g_assert_true (exists == !json_array_get_null_element (expected, node));
  if (exists)
    g_assert_cmpuint (cv_vectors_get_uint_element (expected, node), ==, actual);
}

static JsonArray *
get_relation (JsonObject *test_case, const char *name, guint32 n_nodes)
{
  JsonArray *relation = cv_vectors_get_array (test_case, name);

  g_assert_cmpuint (json_array_get_length (relation), ==, n_nodes);
  return relation;
}

static void
run (JsonObject *test_case, guint index, gconstpointer data)
{
  guint32 n_leaves = (guint32)cv_vectors_get_uint (test_case, "n_leaves");
  guint32 n_nodes = (guint32)cv_vectors_get_uint (test_case, "n_nodes");
  guint32 root = (guint32)cv_vectors_get_uint (test_case, "root");
  JsonArray *left = get_relation (test_case, "left", n_nodes);
  JsonArray *right = get_relation (test_case, "right", n_nodes);
  JsonArray *parent = get_relation (test_case, "parent", n_nodes);
  JsonArray *sibling = get_relation (test_case, "sibling", n_nodes);

  g_assert_cmpuint (cv_mls_tree_math_n_nodes (n_leaves), ==, n_nodes);
  g_assert_cmpuint (cv_mls_tree_math_root (n_leaves).index, ==, root);
  g_assert_cmpuint (cv_mls_tree_math_n_leaves_for (n_nodes), ==, n_leaves);
  for (guint32 i = 0; i < n_nodes; i++) {
    CvMlsNode node = {i};
    gboolean is_leaf = cv_mls_tree_math_is_leaf (node);

    check (left, i, !is_leaf, is_leaf ? 0 : cv_mls_tree_math_left (node).index);
    check (right, i, !is_leaf, is_leaf ? 0 : cv_mls_tree_math_right (node).index);
    check (parent, i, i != root, cv_mls_tree_math_parent (node).index);
    check (sibling, i, i != root, i == root ? 0 : cv_mls_tree_math_sibling (node).index);
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
