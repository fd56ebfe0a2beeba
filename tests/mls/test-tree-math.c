/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "mls/tree-math.h"

static void
test_full (void)
{
  static const guint32 full[] = {1, 2, 4, 1024, CV_MLS_LEAVES_MAX};
  static const guint32 others[] = {0, 3, 5, 6, 1023, 2 * CV_MLS_LEAVES_MAX, G_MAXUINT32};

  for (gsize i = 0; i < G_N_ELEMENTS (full); i++)
    g_assert_true (cv_mls_tree_math_is_full (full[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (cv_mls_tree_math_is_full (others[i]));
}

static void
test_widths (void)
{
  static const struct {
    guint32 n_nodes;
    guint32 n_leaves;
  } table[] = {{0, 1}, {1, 1}, {2, 2}, {3, 2}, {4, 4}, {7, 4}, {8, 8}, {15, 8}, {16, 16}};

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpuint (cv_mls_tree_math_n_leaves_for (table[i].n_nodes), ==, table[i].n_leaves);
  g_assert_cmpuint (cv_mls_tree_math_n_nodes (0), ==, 0);
  /* Must end, whatever a peer's node count is. */
  g_assert_cmpuint (cv_mls_tree_math_n_leaves_for (G_MAXUINT32), >=, CV_MLS_LEAVES_MAX);
}

/* The picture in the header. */
static void
test_paths (void)
{
  static const guint32 direct[] = {9, 11, 7};
  static const guint32 co[] = {10, 13, 3};
  CvMlsNode path[CV_MLS_TREE_DEPTH_MAX];

  g_assert_cmpuint (cv_mls_tree_math_direct_path ((CvMlsLeaf){4}, 8, path), ==, 3);
  for (gsize i = 0; i < 3; i++)
    g_assert_cmpuint (path[i].index, ==, direct[i]);
  g_assert_cmpuint (cv_mls_tree_math_copath ((CvMlsLeaf){4}, 8, path), ==, 3);
  for (gsize i = 0; i < 3; i++)
    g_assert_cmpuint (path[i].index, ==, co[i]);
  g_assert_cmpuint (cv_mls_tree_math_direct_path ((CvMlsLeaf){0}, 1, path), ==, 0);
  g_assert_cmpuint (cv_mls_tree_math_copath ((CvMlsLeaf){0}, 1, path), ==, 0);
}

static void
test_paths_fit (void)
{
  CvMlsNode path[CV_MLS_TREE_DEPTH_MAX];

  g_assert_cmpuint (
      cv_mls_tree_math_direct_path ((CvMlsLeaf){CV_MLS_LEAVES_MAX - 1}, CV_MLS_LEAVES_MAX, path),
      ==, CV_MLS_TREE_DEPTH_MAX);
}

static void
test_ancestors (void)
{
  static const struct {
    guint32 a;
    guint32 b;
    guint32 node;
  } table[] = {{0, 1, 1}, {0, 0, 0}, {3, 3, 6}, {0, 3, 3}, {2, 3, 5}, {3, 4, 7}, {6, 4, 11}};

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_assert_cmpuint (
        cv_mls_tree_math_common_ancestor ((CvMlsLeaf){table[i].a}, (CvMlsLeaf){table[i].b}).index,
        ==, table[i].node);
    g_assert_true (cv_mls_tree_math_is_above ((CvMlsNode){table[i].node}, (CvMlsLeaf){table[i].a}));
  }
  g_assert_false (cv_mls_tree_math_is_above ((CvMlsNode){3}, (CvMlsLeaf){4}));
  g_assert_false (cv_mls_tree_math_is_above ((CvMlsNode){8}, (CvMlsLeaf){5}));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/tree-math/full-is-a-bounded-power-of-two", test_full);
  g_test_add_func ("/mls/tree-math/widths", test_widths);
  g_test_add_func ("/mls/tree-math/paths", test_paths);
  g_test_add_func ("/mls/tree-math/longest-path-fits", test_paths_fit);
  g_test_add_func ("/mls/tree-math/ancestors", test_ancestors);
  return g_test_run ();
}
