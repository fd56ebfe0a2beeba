/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One path for both directions, so that a committer and its receivers cannot drift apart. */
#include "mls/staged-commit.h"

#include "mls/error.h"

static void
set_bytes (GBytes **field, GBytes *value)
{
  g_clear_pointer (field, g_bytes_unref);
  *field = value;
}

void
cv_mls_staged_commit_clear (CvMlsStagedCommit *staged)
{
  g_clear_pointer (&staged->joiner_secret, cv_secret_unref);
  g_clear_pointer (&staged->psk_secret, cv_secret_unref);
  g_clear_pointer (&staged->init_secret, cv_secret_unref);
  g_clear_pointer (&staged->commit_secret, cv_secret_unref);
  g_clear_pointer (&staged->encoded_context, g_bytes_unref);
  cv_mls_group_context_clear (&staged->context);
  cv_mls_proposal_effects_clear (&staged->effects);
  g_clear_pointer (&staged->items, g_ptr_array_unref);
  g_clear_pointer (&staged->signature_private, cv_secret_unref);
  g_clear_pointer (&staged->keys, cv_mls_tree_keys_free);
  g_clear_pointer (&staged->tree, cv_mls_ratchet_tree_free);
  staged->before = NULL;
}

/* An own Update that is committed: its keys take the old ones' place. */
static void
learn_own_update (CvMlsStagedCommit *staged)
{
  CvMlsNode own = cv_mls_tree_math_from_leaf (cv_mls_tree_keys_get_own (staged->keys));

  for (guint i = 0; i < staged->items->len; i++) {
    const CvMlsProposalItem *item = g_ptr_array_index (staged->items, i);

    if (item->leaf_private)
      cv_mls_tree_keys_set (staged->keys, own, item->leaf_private);
    if (item->signature_private)
      staged->signature_private = cv_secret_ref (item->signature_private);
  }
}

/* §13.4, §13.5: the others' leaves are checked with what they list; ours with what we support. */
static gboolean
check_own_support (const CvMlsStagedCommit *staged, GError **error)
{
  const CvMlsLeafNode *own =
      cv_mls_ratchet_tree_get_leaf (staged->tree, cv_mls_tree_keys_get_own (staged->keys));

  return !own || !staged->effects.changes_extensions
         || cv_mls_leaf_node_check_own (own, staged->effects.extensions, error);
}

gboolean
cv_mls_staged_commit_begin (CvMlsStagedCommit *staged, const CvMlsEpoch *before,
                            const CvMlsTreeKeys *keys, const CvMlsProposalRules *rules,
                            GPtrArray *items, GError **error)
{
  /* §8.1: the epoch goes up by one, and never round. */
  if (before->context.epoch == G_MAXUINT64)
    return cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "the last epoch is reached");
  if (!cv_mls_proposal_rules_check (rules, items, error))
    return FALSE;
  staged->before = before;
  staged->items = g_ptr_array_ref (items);
  staged->tree = cv_mls_ratchet_tree_copy (before->tree);
  if (!cv_mls_proposal_rules_apply (rules, items, staged->tree, &staged->effects, error))
    return FALSE;
  if (keys) {
    staged->keys = cv_mls_tree_keys_copy (keys);
    cv_mls_tree_keys_prune (staged->keys, staged->tree);
    learn_own_update (staged);
    if (!check_own_support (staged, error))
      return FALSE;
  }
  cv_mls_group_context_copy (&staged->context, &before->context);
  staged->context.epoch++;
  g_clear_pointer (&staged->context.extensions, g_ptr_array_unref);
  staged->context.extensions = g_ptr_array_ref (staged->effects.extensions);
  return TRUE;
}

gboolean
cv_mls_staged_commit_fix_tree (CvMlsStagedCommit *staged, GError **error)
{
  const CvMlsEpoch *before = staged->before;
  CvSpan hash;

  /* The path has brought another leaf. */
  if (!cv_mls_tree_validation_check_len (&before->cipher, before->tree, staged->tree, error))
    return FALSE;
  hash = cv_mls_tree_hash_update (&before->cipher, staged->tree, error);
  if (hash.len == 0)
    return FALSE;
  set_bytes (&staged->context.tree_hash, cv_span_dup (hash));
  /* RFC 9420 §12.4.1: path secrets are bound to a context with the old transcript hash. */
  set_bytes (&staged->encoded_context, cv_mls_group_context_encode (&staged->context));
  return TRUE;
}

CvMlsEpoch *
cv_mls_staged_commit_close (CvMlsStagedCommit *staged, const CvMlsAuthenticatedContent *commit,
                            GError **error)
{
  const CvMlsEpoch *before = staged->before;
  CvSecret *init = staged->init_secret ? staged->init_secret : before->secrets.init_secret;
  g_autoptr (GBytes) encoded = NULL;
  GBytes *confirmed = cv_mls_transcript_confirmed (
      &before->cipher, cv_span_from_bytes (before->interim), commit, error);

  if (!confirmed)
    return NULL;
  set_bytes (&staged->context.confirmed_transcript_hash, confirmed);
  encoded = cv_mls_group_context_encode (&staged->context);
  if (!staged->commit_secret)
    staged->commit_secret = cv_mls_key_schedule_zero (&before->cipher);
  staged->joiner_secret = cv_mls_key_schedule_joiner (&before->cipher, cv_secret_span (init),
                                                      cv_secret_span (staged->commit_secret),
                                                      cv_span_from_bytes (encoded), error);
  if (!staged->joiner_secret)
    return NULL;
  return cv_mls_epoch_new (&before->cipher, &staged->context, staged->tree,
                           cv_secret_span (staged->joiner_secret),
                           cv_secret_span (staged->psk_secret), error);
}
