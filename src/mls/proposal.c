/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Reading and writing the seven proposals. Unknown ones cannot be skipped, so they fail. */
#include "mls/proposal.h"

#include "mls/group-context.h"

static void
proposal_clear (gpointer data)
{
  CvMlsProposal *proposal = data;

  g_clear_pointer (&proposal->key_package, cv_mls_key_package_unref);
  g_clear_pointer (&proposal->leaf_node, cv_mls_leaf_node_unref);
  cv_mls_psk_id_clear (&proposal->psk);
  g_clear_pointer (&proposal->group_id, g_bytes_unref);
  g_clear_pointer (&proposal->kem_output, g_bytes_unref);
  g_clear_pointer (&proposal->extensions, g_ptr_array_unref);
}

static CvMlsProposal *
proposal_new (CvMlsProposalType type)
{
  CvMlsProposal *proposal = g_atomic_rc_box_new0 (CvMlsProposal);

  proposal->type = type;
  return proposal;
}

CvMlsProposal *
cv_mls_proposal_new_add (CvMlsKeyPackage *package)
{
  CvMlsProposal *proposal = proposal_new (CV_MLS_PROPOSAL_ADD);

  proposal->key_package = cv_mls_key_package_ref (package);
  return proposal;
}

CvMlsProposal *
cv_mls_proposal_new_update (CvMlsLeafNode *node)
{
  CvMlsProposal *proposal = proposal_new (CV_MLS_PROPOSAL_UPDATE);

  proposal->leaf_node = cv_mls_leaf_node_ref (node);
  return proposal;
}

CvMlsProposal *
cv_mls_proposal_new_remove (CvMlsLeaf removed)
{
  CvMlsProposal *proposal = proposal_new (CV_MLS_PROPOSAL_REMOVE);

  proposal->removed = removed;
  return proposal;
}

CvMlsProposal *
cv_mls_proposal_new_psk (const CvMlsPskId *psk)
{
  CvMlsProposal *proposal = proposal_new (CV_MLS_PROPOSAL_PSK);

  cv_mls_psk_id_copy (&proposal->psk, psk);
  return proposal;
}

CvMlsProposal *
cv_mls_proposal_new_external_init (CvSpan kem_output)
{
  CvMlsProposal *proposal = proposal_new (CV_MLS_PROPOSAL_EXTERNAL_INIT);

  proposal->kem_output = cv_span_dup (kem_output);
  return proposal;
}

CvMlsProposal *
cv_mls_proposal_new_group_context_extensions (GPtrArray *extensions)
{
  CvMlsProposal *proposal = proposal_new (CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS);

  proposal->extensions = g_ptr_array_ref (extensions);
  return proposal;
}

CvMlsProposal *
cv_mls_proposal_new_reinit (const CvMlsReinit *reinit)
{
  CvMlsProposal *proposal = proposal_new (CV_MLS_PROPOSAL_REINIT);

  proposal->group_id = cv_span_dup (reinit->group_id);
  proposal->version = reinit->version > 0 ? reinit->version : CV_MLS_VERSION_10;
  proposal->suite = reinit->suite;
  proposal->extensions = cv_mls_extension_list_new_from (reinit->extensions, reinit->n_extensions);
  return proposal;
}

CvMlsProposal *
cv_mls_proposal_ref (CvMlsProposal *proposal)
{
  return g_atomic_rc_box_acquire (proposal);
}

void
cv_mls_proposal_unref (CvMlsProposal *proposal)
{
  if (proposal)
    g_atomic_rc_box_release_full (proposal, proposal_clear);
}

static void
read_reinit (CvReader *reader, CvMlsProposal *proposal)
{
  proposal->group_id = cv_reader_dup_vector (reader, CV_MLS_LIMIT_GROUP_ID);
  proposal->version = cv_reader_u16 (reader);
  proposal->suite.value = cv_reader_u16 (reader);
  proposal->extensions = cv_mls_extension_list_read (reader);
}

static void
read_body (CvReader *reader, CvMlsProposal *proposal)
{
  switch (proposal->type) {
  case CV_MLS_PROPOSAL_ADD:
    proposal->key_package = cv_mls_key_package_read (reader);
    return;
  case CV_MLS_PROPOSAL_UPDATE:
    proposal->leaf_node = cv_mls_leaf_node_read (reader);
    return;
  case CV_MLS_PROPOSAL_REMOVE:
    proposal->removed.index = cv_reader_u32 (reader);
    return;
  case CV_MLS_PROPOSAL_PSK:
    cv_mls_psk_id_read (reader, &proposal->psk);
    return;
  case CV_MLS_PROPOSAL_REINIT:
    read_reinit (reader, proposal);
    return;
  case CV_MLS_PROPOSAL_EXTERNAL_INIT:
    proposal->kem_output = cv_reader_dup_vector (reader, CV_MLS_LIMIT_KEY);
    return;
  case CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
    proposal->extensions = cv_mls_extension_list_read (reader);
    return;
  }
  /* §12.1: these are defined; the length of another is not known. */
  cv_reader_fail (reader);
}

CvMlsProposal *
cv_mls_proposal_read (CvReader *reader)
{
  g_autoptr (CvMlsProposal) proposal = proposal_new ((CvMlsProposalType)cv_reader_u16 (reader));

  read_body (reader, proposal);
  return cv_reader_is_ok (reader) ? g_steal_pointer (&proposal) : NULL;
}

void
cv_mls_proposal_write (CvWriter *writer, const CvMlsProposal *proposal)
{
  cv_writer_u16 (writer, (guint16)proposal->type);
  switch (proposal->type) {
  case CV_MLS_PROPOSAL_ADD:
    cv_mls_key_package_write (writer, proposal->key_package);
    break;
  case CV_MLS_PROPOSAL_UPDATE:
    cv_mls_leaf_node_write (writer, proposal->leaf_node);
    break;
  case CV_MLS_PROPOSAL_REMOVE:
    cv_writer_u32 (writer, proposal->removed.index);
    break;
  case CV_MLS_PROPOSAL_PSK:
    cv_mls_psk_id_write (writer, &proposal->psk);
    break;
  case CV_MLS_PROPOSAL_REINIT:
    cv_writer_vector (writer, cv_span_from_bytes (proposal->group_id));
    cv_writer_u16 (writer, proposal->version);
    cv_writer_u16 (writer, proposal->suite.value);
    cv_mls_extension_list_write (writer, proposal->extensions);
    break;
  case CV_MLS_PROPOSAL_EXTERNAL_INIT:
    cv_writer_vector (writer, cv_span_from_bytes (proposal->kem_output));
    break;
  case CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
    cv_mls_extension_list_write (writer, proposal->extensions);
    break;
  }
}

#define BY_VALUE 1
#define BY_REFERENCE 2

void
cv_mls_proposal_or_ref_free (CvMlsProposalOrRef *item)
{
  if (!item)
    return;
  g_clear_pointer (&item->proposal, cv_mls_proposal_unref);
  g_clear_pointer (&item->reference, g_bytes_unref);
  g_free (item);
}

CvMlsProposalOrRef *
cv_mls_proposal_or_ref_new (CvMlsProposal *proposal)
{
  CvMlsProposalOrRef *item = g_new0 (CvMlsProposalOrRef, 1);

  item->proposal = cv_mls_proposal_ref (proposal);
  return item;
}

CvMlsProposalOrRef *
cv_mls_proposal_or_ref_new_reference (CvSpan reference)
{
  CvMlsProposalOrRef *item = g_new0 (CvMlsProposalOrRef, 1);

  item->reference = cv_span_dup (reference);
  return item;
}

CvMlsProposalOrRef *
cv_mls_proposal_or_ref_read (CvReader *reader)
{
  CvMlsProposalOrRef *item = g_new0 (CvMlsProposalOrRef, 1);
  guint8 kind = cv_reader_u8 (reader);

  if (kind == BY_VALUE)
    item->proposal = cv_mls_proposal_read (reader);
  else if (kind == BY_REFERENCE)
    item->reference = cv_reader_dup_vector (reader, CV_MLS_LIMIT_HASH);
  else /* §12.4: there is no third way. */
    cv_reader_fail (reader);
  if (cv_reader_is_ok (reader))
    return item;
  cv_mls_proposal_or_ref_free (item);
  return NULL;
}

void
cv_mls_proposal_or_ref_write (CvWriter *writer, const CvMlsProposalOrRef *item)
{
  if (item->proposal) {
    cv_writer_u8 (writer, BY_VALUE);
    cv_mls_proposal_write (writer, item->proposal);
    return;
  }
  cv_writer_u8 (writer, BY_REFERENCE);
  cv_writer_vector (writer, cv_span_from_bytes (item->reference));
}
