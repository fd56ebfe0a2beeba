/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Taking another member's commit, or a joiner's external one, to the next epoch
 * (RFC 9420 §12.4.2). The group it starts from is only read. */
#include "mls/error.h"
#include "mls/group-private.h"

static gboolean
invalid (GError **error, const char *what)
{
  return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "%s", what);
}

/* The commit's list with its references looked up. */
static GPtrArray *
resolve_items (const CvMlsGroup *group, const CvMlsCommit *commit, CvMlsLeaf committer,
               GError **error)
{
  g_autoptr (GPtrArray) items = cv_mls_proposal_items_new ();

  for (guint i = 0; i < commit->proposals->len; i++) {
    const CvMlsProposalOrRef *entry = g_ptr_array_index (commit->proposals, i);
    const CvMlsProposalItem *sent;

    if (entry->proposal) {
      g_ptr_array_add (items, cv_mls_proposal_item_new (entry->proposal, committer));
      continue;
    }
    sent = cv_mls_group_find_proposal (group, cv_span_from_bytes (entry->reference));
    /* §12.4: a reference is to a proposal that was sent before. */
    if (!sent) {
      cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "commit names a proposal that did not come");
      return NULL;
    }
    g_ptr_array_add (items, cv_mls_proposal_item_copy (sent));
  }
  return g_steal_pointer (&items);
}

/* §12.4.2, §7.3: the leaf of the path, in the place it is to have. */
static gboolean
check_path_leaf (const CvMlsStagedCommit *staged, CvMlsLeaf committer, const CvMlsLeafNode *node,
                 guint64 now_s, GError **error)
{
  const CvMlsEpoch *before = staged->before;
  const CvMlsLeafNode *old = cv_mls_ratchet_tree_get_leaf (staged->tree, committer);

  if (node->source != CV_MLS_LEAF_SOURCE_COMMIT)
    return invalid (error, "leaf of an update path is no commit's");
  if (old && old != node && g_bytes_equal (old->encryption_key, node->encryption_key))
    return invalid (error, "update path repeats the old leaf key");
  return cv_mls_leaf_node_check (&before->cipher, node, now_s, error)
         && cv_mls_leaf_node_verify (&before->cipher, node,
                                     cv_span_from_bytes (before->context.group_id), committer,
                                     error);
}

static gboolean
merge_path (CvMlsStagedCommit *staged, CvMlsLeaf committer, const CvMlsUpdatePath *path,
            guint64 now_s, GError **error)
{
  const CvMlsCipher *cipher = &staged->before->cipher;

  return check_path_leaf (staged, committer, path->leaf_node, now_s, error)
         && cv_mls_treekem_merge (cipher, staged->tree, committer, path, error)
         && cv_mls_tree_validation_check_new_leaf (staged->tree, committer,
                                                   staged->effects.extensions, error)
         && cv_mls_tree_validation_check_path (cipher, staged->tree, committer, error);
}

static gboolean
open_path (const CvMlsGroup *group, CvMlsStagedCommit *staged, CvMlsLeaf committer,
           const CvMlsUpdatePath *path, GError **error)
{
  CvMlsTreekemOpen open = {
      .sender = committer,
      .update = path,
      .added = staged->effects.added,
      .group_context = cv_span_from_bytes (staged->encoded_context),
  };

  staged->commit_secret =
      cv_mls_treekem_open (&group->epoch->cipher, staged->tree, staged->keys, &open, error);
  return staged->commit_secret != NULL;
}

/* The external joiner takes the leftmost blank leaf, as an Add would (§12.4.3.2). */
static gboolean
seat_joiner (CvMlsStagedCommit *staged, CvMlsLeafNode *node, CvMlsLeaf *leaf, GError **error)
{
  if (cv_mls_ratchet_tree_add (staged->tree, node, leaf))
    return TRUE;
  return cv_mls_error_fail (error, CV_MLS_ERROR_UNSUPPORTED, "the tree is full");
}

static gboolean
set_external_init (const CvMlsGroup *group, CvMlsStagedCommit *staged, GError **error)
{
  g_auto (CvCryptoKeyPair) pair = {0};

  if (!cv_mls_key_schedule_external_pair (&group->epoch->cipher,
                                          cv_secret_span (group->epoch->secrets.external_secret),
                                          &pair, error))
    return FALSE;
  staged->init_secret = cv_mls_key_schedule_external_init_receive (
      &group->epoch->cipher, cv_secret_span (pair.private_key),
      cv_span_from_bytes (staged->effects.kem_output), error);
  return staged->init_secret != NULL;
}

static void
added_clear (gpointer data)
{
  CvMlsAdded *added = data;

  g_clear_pointer (&added->key_package_ref, g_bytes_unref);
  g_clear_pointer (&added->identity, g_bytes_unref);
}

static gboolean
summarise_added (const CvMlsStagedCommit *staged, CvMlsCommitSummary *summary, GError **error)
{
  for (guint i = 0; i < staged->effects.added->len; i++) {
    const CvMlsKeyPackage *package = g_ptr_array_index (staged->effects.packages, i);
    CvMlsAdded added = {.leaf = g_array_index (staged->effects.added, CvMlsLeaf, i)};

    added.key_package_ref =
        cv_mls_key_package_dup_ref_hash (&staged->before->cipher, package, error);
    if (!added.key_package_ref)
      return FALSE;
    added.identity = g_bytes_ref (package->leaf_node->credential.identity);
    g_array_append_val (summary->added, added);
  }
  return TRUE;
}

static void
summarise_leaves (const CvMlsGroup *group, const CvMlsStagedCommit *staged,
                  CvMlsCommitSummary *summary)
{
  CvMlsLeaf own = cv_mls_group_get_own_leaf (group);

  for (guint i = 0; i < staged->effects.removed->len; i++) {
    CvMlsLeaf leaf = g_array_index (staged->effects.removed, CvMlsLeaf, i);

    g_array_append_val (summary->removed, leaf);
    summary->removes_self = summary->removes_self || cv_mls_tree_math_leaf_equal (leaf, own);
  }
  g_array_append_vals (summary->updated, staged->effects.updated->data,
                       staged->effects.updated->len);
}

static gboolean
summarise (const CvMlsGroup *group, const CvMlsStagedCommit *staged, CvMlsCommitSummary *summary,
           GError **error)
{
  *summary = (CvMlsCommitSummary){
      .added = g_array_new (FALSE, FALSE, sizeof (CvMlsAdded)),
      .removed = g_array_new (FALSE, FALSE, sizeof (CvMlsLeaf)),
      .updated = g_array_new (FALSE, FALSE, sizeof (CvMlsLeaf)),
      .psk_ids = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref),
      .changes_policy = staged->effects.changes_extensions,
      .has_reinit = staged->effects.reinit != NULL,
  };
  g_array_set_clear_func (summary->added, added_clear);
  for (guint i = 0; i < staged->effects.psks->len; i++) {
    const CvMlsPskId *id = g_ptr_array_index (staged->effects.psks, i);

    if (id->type == CV_MLS_PSK_RESUMPTION) {
      summary->resumption_epoch =
          summary->has_resumption_psk ? MIN (summary->resumption_epoch, id->epoch) : id->epoch;
      summary->has_resumption_psk = TRUE;
    } else
      g_ptr_array_add (summary->psk_ids, g_bytes_ref (id->id));
  }
  summarise_leaves (group, staged, summary);
  return summarise_added (staged, summary, error);
}

/* A path may carry another credential or signature key (§12.4.2 leaves that to the application),
 * so the application must hear of it as of an Update. */
static void
summarise_committer (const CvMlsGroup *group, const CvMlsUpdatePath *path,
                     CvMlsCommitSummary *summary)
{
  const CvMlsLeafNode *old = cv_mls_ratchet_tree_get_leaf (group->epoch->tree, summary->committer);

  if (!path || summary->is_external || !old)
    return;
  if (old->credential.type != path->leaf_node->credential.type
      || !g_bytes_equal (old->credential.identity, path->leaf_node->credential.identity)
      || !g_bytes_equal (old->signature_key, path->leaf_node->signature_key))
    g_array_append_val (summary->updated, summary->committer);
}

static CvMlsEpoch *
close_epoch (const CvMlsGroup *group, CvMlsStagedCommit *staged,
             const CvMlsAuthenticatedContent *auth, const CvMlsReceiveParams *params,
             GError **error)
{
  CvMlsPskLookup lookup = {
      .find = params->find_psk,
      .find_resumption = params->find_resumption,
      .data = params->psk_data,
      .past = group->past,
      .group_id = cv_mls_group_get_id (group),
  };
  g_autoptr (CvMlsEpoch) next = NULL;

  staged->psk_secret =
      cv_mls_psk_lookup_secret (&group->epoch->cipher, &lookup, staged->effects.psks, error);
  if (!staged->psk_secret)
    return NULL;
  next = cv_mls_staged_commit_close (staged, auth, error);
  if (!next || !cv_mls_epoch_check_tag (next, cv_span_from_bytes (auth->confirmation_tag), error))
    return NULL;
  return g_steal_pointer (&next);
}

/* Proposals, the joiner's seat and the public side of the path. */
static gboolean
stage (const CvMlsGroup *group, const CvMlsAuthenticatedContent *auth,
       const CvMlsReceiveParams *params, CvMlsStagedCommit *staged, CvMlsCommitSummary *summary,
       GError **error)
{
  const CvMlsCommit *commit = auth->content.commit;
  CvMlsLeaf committer = auth->content.sender.leaf;
  gboolean is_external = auth->content.sender.type == CV_MLS_SENDER_NEW_MEMBER_COMMIT;
  CvMlsProposalRules rules = {
      .cipher = &group->epoch->cipher,
      .context = &group->epoch->context,
      .tree = group->epoch->tree,
      .committer = committer,
      .joiner = is_external ? commit->path->leaf_node : NULL,
      .now_s = params->now_s,
      .oldest_s = params->oldest_s,
  };
  g_autoptr (GPtrArray) items = resolve_items (group, commit, committer, error);

  if (!items
      || !cv_mls_staged_commit_begin (staged, group->epoch, group->keys, &rules, items, error))
    return FALSE;
  /* §12.4: a path, unless there are proposals and all of them are Add, PSK or ReInit. */
  if (staged->effects.needs_path && !commit->path)
    return invalid (error, "commit lacks the path that its proposals need");
  if (is_external && !seat_joiner (staged, commit->path->leaf_node, &committer, error))
    return FALSE;
  if (!summarise (group, staged, summary, error))
    return FALSE;
  summary->committer = committer;
  summary->is_external = is_external;
  summary->has_path = commit->path != NULL;
  summarise_committer (group, commit->path, summary);
  if (commit->path && !merge_path (staged, committer, commit->path, params->now_s, error))
    return FALSE;
  return cv_mls_staged_commit_fix_tree (staged, error);
}

void
cv_mls_commit_summary_clear (CvMlsCommitSummary *summary)
{
  g_clear_pointer (&summary->added, g_array_unref);
  g_clear_pointer (&summary->removed, g_array_unref);
  g_clear_pointer (&summary->updated, g_array_unref);
  g_clear_pointer (&summary->psk_ids, g_ptr_array_unref);
}

gboolean
cv_mls_group_process_commit (const CvMlsGroup *group, const CvMlsAuthenticatedContent *auth,
                             const CvMlsReceiveParams *params, CvMlsReceived *received,
                             GError **error)
{
  const CvMlsUpdatePath *path = auth->content.commit->path;
  CvMlsCommitSummary *summary = &received->summary;
  g_auto (CvMlsStagedCommit) staged = {0};
  g_autoptr (CvMlsEpoch) next = NULL;
  CvMlsGroupParts parts = {
      .crypto = group->crypto,
      .epoch = &next,
      .keys = &staged.keys,
      .signature_private = group->signature_private,
      .past = group->past,
  };

  /* §12.4.3.2: the joiner's leaf is in its path. */
  if (auth->content.sender.type == CV_MLS_SENDER_NEW_MEMBER_COMMIT && !path)
    return invalid (error, "external commit without a path");
  if (!stage (group, auth, params, &staged, summary, error))
    return FALSE;
  received->sender = summary->committer;
  /* Who is removed cannot know the next epoch's secrets; the signature was checked. */
  if (summary->removes_self)
    return TRUE;
  if (summary->is_external && !set_external_init (group, &staged, error))
    return FALSE;
  if (path && !open_path (group, &staged, summary->committer, path, error))
    return FALSE;
  next = close_epoch (group, &staged, auth, params, error);
  if (!next)
    return FALSE;
  parts.reinit = staged.effects.reinit;
  if (staged.signature_private)
    parts.signature_private = staged.signature_private;
  received->next = cv_mls_group_assemble (&parts, error);
  return received->next != NULL;
}
