/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* mls/tree-operations.json: one proposal applied to a tree. */
#include "mls/mls-vectors.h"
#include "mls/proposal.h"
#include "mls/tree-hash.h"

static CvMlsRatchetTree *
parse_tree (JsonObject *test_case, const char *member)
{
  g_autoptr (GBytes) encoded = cv_vectors_dup_hex (test_case, member);
  g_autoptr (GError) error = NULL;
  CvMlsRatchetTree *tree = cv_mls_ratchet_tree_parse (cv_span_from_bytes (encoded), &error);

  g_assert_no_error (error);
  return tree;
}

static void
apply (CvMlsRatchetTree *tree, const CvMlsProposal *proposal, CvMlsLeaf sender)
{
  CvMlsLeaf leaf;

  if (proposal->type == CV_MLS_PROPOSAL_ADD)
    g_assert_true (cv_mls_ratchet_tree_add (tree, proposal->key_package->leaf_node, &leaf));
  else if (proposal->type == CV_MLS_PROPOSAL_UPDATE)
    cv_mls_ratchet_tree_update (tree, sender, proposal->leaf_node);
  else if (proposal->type == CV_MLS_PROPOSAL_REMOVE)
    cv_mls_ratchet_tree_remove (tree, proposal->removed);
  else
    g_assert_not_reached ();
}

static void
run (JsonObject *test_case, guint index, const CvMlsCipher *cipher)
{
  g_autoptr (CvMlsRatchetTree) before = parse_tree (test_case, "tree_before");
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_copy (before);
  g_autoptr (GBytes) encoded = cv_vectors_dup_hex (test_case, "proposal");
  g_autoptr (CvMlsProposal) proposal = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (CvWriter) writer = {0};
  CvMlsLeaf sender = {(guint32)cv_vectors_get_uint (test_case, "proposal_sender")};
  CvReader reader;

  cv_reader_init (&reader, cv_span_from_bytes (encoded));
  proposal = cv_mls_proposal_read (&reader);
  g_assert_nonnull (proposal);
  g_assert_true (cv_reader_finish (&reader));
  mls_vectors_assert_member (cv_mls_tree_hash_update (cipher, tree, &error), test_case,
                             "tree_hash_before", index);
  apply (tree, proposal, sender);
  mls_vectors_assert_member (cv_mls_tree_hash_update (cipher, tree, &error), test_case,
                             "tree_hash_after", index);
  g_assert_no_error (error);
  cv_writer_init (&writer);
  cv_mls_ratchet_tree_write (tree, &writer);
  mls_vectors_assert_member (cv_writer_span (&writer), test_case, "tree_after", index);

  /* The copy shared its nodes with the tree that changed. */
  mls_vectors_assert_member (cv_mls_tree_hash_update (cipher, before, &error), test_case,
                             "tree_hash_before", index);
  g_assert_no_error (error);
}

static void
test_tree_operations (void)
{
  mls_vectors_run ("mls/tree-operations.json", run);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/vectors/tree-operations", test_tree_operations);
  return g_test_run ();
}
