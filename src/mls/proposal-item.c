/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The private key of an own Update lives and goes with its item: no commit, no key. */
#include "mls/proposal-item.h"

CvMlsProposalItem *
cv_mls_proposal_item_new (CvMlsProposal *proposal, CvMlsLeaf proposer)
{
  CvMlsProposalItem *item = g_new0 (CvMlsProposalItem, 1);

  item->proposal = cv_mls_proposal_ref (proposal);
  item->sender_type = CV_MLS_SENDER_MEMBER;
  item->proposer = proposer;
  return item;
}

CvMlsProposalItem *
cv_mls_proposal_item_new_sent (const CvMlsFramedContent *content, GBytes *reference)
{
  CvMlsProposalItem *item = cv_mls_proposal_item_new (content->proposal, content->sender.leaf);
  g_auto (CvWriter) writer = {0};

  item->sender_type = content->sender.type;
  item->reference = g_bytes_ref (reference);
  cv_writer_init (&writer);
  cv_mls_proposal_write (&writer, content->proposal);
  item->size_bytes = cv_writer_span (&writer).len;
  return item;
}

CvMlsProposalItem *
cv_mls_proposal_item_copy (const CvMlsProposalItem *item)
{
  CvMlsProposalItem *copy = cv_mls_proposal_item_new (item->proposal, item->proposer);

  copy->sender_type = item->sender_type;
  copy->reference = item->reference ? g_bytes_ref (item->reference) : NULL;
  copy->size_bytes = item->size_bytes;
  copy->leaf_private = item->leaf_private ? cv_secret_ref (item->leaf_private) : NULL;
  copy->signature_private =
      item->signature_private ? cv_secret_ref (item->signature_private) : NULL;
  return copy;
}

void
cv_mls_proposal_item_free (CvMlsProposalItem *item)
{
  if (!item)
    return;
  g_clear_pointer (&item->signature_private, cv_secret_unref);
  g_clear_pointer (&item->leaf_private, cv_secret_unref);
  g_clear_pointer (&item->reference, g_bytes_unref);
  g_clear_pointer (&item->proposal, cv_mls_proposal_unref);
  g_free (item);
}

GPtrArray *
cv_mls_proposal_items_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)cv_mls_proposal_item_free);
}

const CvMlsProposalItem *
cv_mls_proposal_items_find (const GPtrArray *items, CvSpan reference)
{
  for (guint i = 0; i < items->len; i++) {
    const CvMlsProposalItem *item = g_ptr_array_index (items, i);

    if (item->reference && cv_span_equal (cv_span_from_bytes (item->reference), reference))
      return item;
  }
  return NULL;
}

void
cv_mls_proposal_items_name (const GPtrArray *items, CvMlsCommit *commit)
{
  for (guint i = 0; i < items->len; i++) {
    const CvMlsProposalItem *item = g_ptr_array_index (items, i);

    g_ptr_array_add (commit->proposals, item->reference
                                            ? cv_mls_proposal_or_ref_new_reference (
                                                  cv_span_from_bytes (item->reference))
                                            : cv_mls_proposal_or_ref_new (item->proposal));
  }
}
