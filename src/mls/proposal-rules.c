/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Committer and receivers run the same checks, so that no honest member makes a commit that
 * another would refuse. */
#include "mls/proposal-rules.h"

#include "mls/error.h"

static gboolean
invalid (GError **error, const char *what)
{
  return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "%s", what);
}

static const CvMlsProposalItem *
item_at (const GPtrArray *items, guint i)
{
  return g_ptr_array_index (items, i);
}

static guint
count_type (const GPtrArray *items, CvMlsProposalType type)
{
  guint count = 0;

  for (guint i = 0; i < items->len; i++)
    count += item_at (items, i)->proposal->type == type ? 1 : 0;
  return count;
}

/* The leaf that an Update or Remove is about. */
static gboolean
get_target (const CvMlsProposalItem *item, CvMlsLeaf *leaf)
{
  if (item->proposal->type == CV_MLS_PROPOSAL_REMOVE)
    *leaf = item->proposal->removed;
  else if (item->proposal->type == CV_MLS_PROPOSAL_UPDATE)
    *leaf = item->proposer;
  else
    return FALSE;
  return TRUE;
}

static gboolean
check_update (const CvMlsProposalRules *rules, const CvMlsProposalItem *item, GError **error)
{
  const CvMlsLeafNode *node = item->proposal->leaf_node;
  const CvMlsLeafNode *old = cv_mls_ratchet_tree_get_leaf (rules->tree, item->proposer);

  /* RFC 9420 §12.2: nor may the committer commit its own Update; by value it would be just that. */
  if (!item->reference || cv_mls_tree_math_leaf_equal (item->proposer, rules->committer))
    return invalid (error, "committer cannot update itself by proposal");
  /* RFC 9420 §7.3: a leaf that was made as an Update, in the place of one that is there. */
  if (!old || node->source != CV_MLS_LEAF_SOURCE_UPDATE)
    return invalid (error, "update proposal has the wrong leaf node source");
  /* RFC 9420 §12.1.2, §7.3: the encryption key must be a new one. */
  if (g_bytes_equal (node->encryption_key, old->encryption_key))
    return invalid (error, "update proposal repeats the old key");
  return cv_mls_leaf_node_check (rules->cipher, node, rules->now_s, error)
         && cv_mls_leaf_node_verify (rules->cipher, node,
                                     cv_span_from_bytes (rules->context->group_id), item->proposer,
                                     error);
}

/* §7.3: it is to be good when it is added. Who gets a commit late knows only between which times that
 * was: the one of them that is nearest to the lifetime's end tells. */
static guint64
choose_time (const CvMlsProposalRules *rules, const CvMlsLeafNode *leaf)
{
  if (rules->oldest_s == 0 || rules->oldest_s >= rules->now_s)
    return rules->now_s;
  return CLAMP (leaf->not_after_s, rules->oldest_s, rules->now_s);
}

static gboolean
check_add (const CvMlsProposalRules *rules, const CvMlsKeyPackage *package, GError **error)
{
  const CvMlsLeafNode *leaf = package->leaf_node;

  if (!cv_mls_key_package_verify (rules->cipher, package, choose_time (rules, leaf), error))
    return FALSE;
  return rules->now_s == 0 || cv_mls_leaf_node_check_range (leaf, error);
}

static gboolean
check_psk (const CvMlsProposalRules *rules, const CvMlsPskId *psk, GError **error)
{
  /* RFC 9420 §12.1.4: reinit and branch are for the first commit of such a group only. */
  if (psk->type == CV_MLS_PSK_RESUMPTION && psk->usage != CV_MLS_PSK_USAGE_APPLICATION
      && psk->usage != rules->successor_usage)
    return invalid (error, "resumption psk of a commit is not for application use");
  /* RFC 9420 §12.1.4: a PSK's nonce is as long as a hash. */
  if (g_bytes_get_size (psk->nonce) != rules->cipher->suite->hash_len)
    return invalid (error, "psk nonce has the wrong length");
  return TRUE;
}

static gboolean
check_remove (const CvMlsProposalRules *rules, CvMlsLeaf removed, GError **error)
{
  /* RFC 9420 §12.1.3: who is removed is there. */
  if (!cv_mls_ratchet_tree_get_leaf (rules->tree, removed))
    return invalid (error, "remove proposal is for a blank leaf");
  /* RFC 9420 §12.2: the committer stays, for it makes the next epoch's keys. */
  if (!rules->joiner && cv_mls_tree_math_leaf_equal (removed, rules->committer))
    return invalid (error, "committer cannot remove itself");
  return TRUE;
}

/* §6.1, §12.1.8: who may propose what. */
static gboolean
check_sender (const CvMlsProposalItem *item, GError **error)
{
  CvMlsProposalType type = item->proposal->type;

  switch (item->sender_type) {
  case CV_MLS_SENDER_MEMBER:
  case CV_MLS_SENDER_NEW_MEMBER_COMMIT:
    return TRUE;
  case CV_MLS_SENDER_EXTERNAL:
    return (type != CV_MLS_PROPOSAL_UPDATE && type != CV_MLS_PROPOSAL_EXTERNAL_INIT)
           || invalid (error, "external senders cannot propose this");
  case CV_MLS_SENDER_NEW_MEMBER_PROPOSAL:
    return type == CV_MLS_PROPOSAL_ADD || invalid (error, "newcomers can propose an add only");
  }
  return invalid (error, "unknown kind of sender");
}

gboolean
cv_mls_proposal_rules_check_item (const CvMlsProposalRules *rules, const CvMlsProposalItem *item,
                                  GError **error)
{
  const CvMlsProposal *proposal = item->proposal;

  if (!check_sender (item, error))
    return FALSE;
  switch (proposal->type) {
  case CV_MLS_PROPOSAL_ADD:
    return check_add (rules, proposal->key_package, error);
  case CV_MLS_PROPOSAL_UPDATE:
    return check_update (rules, item, error);
  case CV_MLS_PROPOSAL_REMOVE:
    return check_remove (rules, proposal->removed, error);
  case CV_MLS_PROPOSAL_PSK:
    return check_psk (rules, &proposal->psk, error);
  case CV_MLS_PROPOSAL_EXTERNAL_INIT:
    /* RFC 9420 §12.1.6: only a newcomer starts from the external key. */
    return rules->joiner || invalid (error, "external init in a member's commit");
  case CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
    return cv_mls_extension_list_check_context (proposal->extensions, error);
  case CV_MLS_PROPOSAL_REINIT:
    /* RFC 9420 §12.1.5: a group never goes back to an older version. */
    return proposal->version >= CV_MLS_VERSION_10
           || invalid (error, "reinit goes back to an older version");
  }
  /* RFC 9420 §13.2: a proposal that not all support is not committed. */
  return cv_mls_error_fail (error, CV_MLS_ERROR_UNSUPPORTED, "unknown proposal type");
}

static gboolean
is_for_successor (const CvMlsProposal *proposal)
{
  return proposal->type == CV_MLS_PROPOSAL_PSK && proposal->psk.type == CV_MLS_PSK_RESUMPTION
         && proposal->psk.usage != CV_MLS_PSK_USAGE_APPLICATION;
}

static gboolean
is_type (const CvMlsProposalItem *item, CvMlsProposalType type)
{
  return item->proposal->type == type;
}

/* §12.2: what may not stand side by side. Lists are short enough to compare each with each. */
gboolean
cv_mls_proposal_rules_check_pair (const CvMlsProposalItem *a, const CvMlsProposalItem *b,
                                  GError **error)
{
  CvMlsLeaf left;
  CvMlsLeaf right;

  /* RFC 9420 §12.2: a ReInit is alone; it can wait for another epoch, the others cannot. */
  if (is_type (a, CV_MLS_PROPOSAL_REINIT) || is_type (b, CV_MLS_PROPOSAL_REINIT))
    return invalid (error, "reinit together with another proposal");
  /* RFC 9420 §12.2: each would replace the other's extensions. */
  if (is_type (a, CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS)
      && is_type (b, CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS))
    return invalid (error, "extensions are changed twice in one commit");
  /* RFC 9420 §12.4.3.1: at most one PSK is of the group that is followed. */
  if (is_for_successor (a->proposal) && is_for_successor (b->proposal))
    return invalid (error, "two psks of the group before");
  /* RFC 9420 §12.2: one Update or Remove a leaf. */
  if (get_target (a, &left) && get_target (b, &right) && cv_mls_tree_math_leaf_equal (left, right))
    return invalid (error, "two proposals for one leaf");
  /* RFC 9420 §12.2: no PSK twice. */
  if (is_type (a, CV_MLS_PROPOSAL_PSK) && is_type (b, CV_MLS_PROPOSAL_PSK)
      && cv_mls_psk_id_is_same (&a->proposal->psk, &b->proposal->psk))
    return invalid (error, "one psk twice");
  /* RFC 9420 §12.2: no client twice; who has the same signature key is the same one. */
  if (is_type (a, CV_MLS_PROPOSAL_ADD) && is_type (b, CV_MLS_PROPOSAL_ADD)
      && g_bytes_equal (a->proposal->key_package->leaf_node->signature_key,
                        b->proposal->key_package->leaf_node->signature_key))
    return invalid (error, "two adds for one client");
  return TRUE;
}

/* §12.2: only the joiner's own old leaf may go, else anybody outside could remove members. A basic
 * credential proves nothing by itself, so the signature key must be the same one. */
static gboolean
check_replaced (const CvMlsProposalRules *rules, CvMlsLeaf leaf, GError **error)
{
  const CvMlsLeafNode *removed = cv_mls_ratchet_tree_get_leaf (rules->tree, leaf);

  if (!removed || removed->credential.type != rules->joiner->credential.type
      || !g_bytes_equal (removed->credential.identity, rules->joiner->credential.identity)
      || !g_bytes_equal (removed->signature_key, rules->joiner->signature_key))
    return invalid (error, "external commit removes somebody else");
  /* RFC 9420 §12.2: the leaf meets what an Update of the removed one would (§7.3). */
  if (g_bytes_equal (removed->encryption_key, rules->joiner->encryption_key))
    return invalid (error, "external commit repeats the old leaf key");
  return TRUE;
}

/* §12.2: one ExternalInit, at most one Remove, PSKs; §12.4.3.2: all of them by value. */
static gboolean
check_external (const CvMlsProposalRules *rules, const GPtrArray *items, GError **error)
{
  if (count_type (items, CV_MLS_PROPOSAL_EXTERNAL_INIT) != 1)
    return invalid (error, "external commit needs exactly one external init");
  if (count_type (items, CV_MLS_PROPOSAL_REMOVE) > 1)
    return invalid (error, "external commit removes more than one leaf");
  for (guint i = 0; i < items->len; i++) {
    const CvMlsProposalItem *item = item_at (items, i);

    if (item->reference)
      return invalid (error, "external commit with a proposal by reference");
    switch (item->proposal->type) {
    case CV_MLS_PROPOSAL_EXTERNAL_INIT:
    case CV_MLS_PROPOSAL_PSK:
      continue;
    case CV_MLS_PROPOSAL_REMOVE:
      if (!check_replaced (rules, item->proposal->removed, error))
        return FALSE;
      continue;
    case CV_MLS_PROPOSAL_ADD:
    case CV_MLS_PROPOSAL_UPDATE:
    case CV_MLS_PROPOSAL_REINIT:
    case CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
      break;
    }
    return invalid (error, "proposal is not allowed in an external commit");
  }
  return TRUE;
}

static void
apply_updates_and_removes (const GPtrArray *items, CvMlsRatchetTree *tree,
                           CvMlsProposalEffects *effects)
{
  for (guint i = 0; i < items->len; i++) {
    const CvMlsProposalItem *item = item_at (items, i);

    if (item->proposal->type != CV_MLS_PROPOSAL_UPDATE)
      continue;
    cv_mls_ratchet_tree_update (tree, item->proposer, item->proposal->leaf_node);
    g_array_append_val (effects->updated, item->proposer);
  }
  for (guint i = 0; i < items->len; i++) {
    const CvMlsProposalItem *item = item_at (items, i);

    if (item->proposal->type != CV_MLS_PROPOSAL_REMOVE)
      continue;
    cv_mls_ratchet_tree_remove (tree, item->proposal->removed);
    g_array_append_val (effects->removed, item->proposal->removed);
  }
}

static gboolean
apply_adds (const GPtrArray *items, CvMlsRatchetTree *tree, CvMlsProposalEffects *effects,
            GError **error)
{
  for (guint i = 0; i < items->len; i++) {
    CvMlsProposal *proposal = item_at (items, i)->proposal;
    CvMlsLeaf leaf;

    if (proposal->type != CV_MLS_PROPOSAL_ADD)
      continue;
    if (!cv_mls_ratchet_tree_add (tree, proposal->key_package->leaf_node, &leaf))
      return cv_mls_error_fail (error, CV_MLS_ERROR_UNSUPPORTED, "the tree is full");
    g_array_append_val (effects->added, leaf);
    g_ptr_array_add (effects->packages, proposal->key_package);
  }
  return TRUE;
}

static void
collect_rest (const CvMlsProposalRules *rules, const GPtrArray *items,
              CvMlsProposalEffects *effects)
{
  effects->extensions = g_ptr_array_ref (rules->context->extensions);
  effects->needs_path = items->len == 0;
  for (guint i = 0; i < items->len; i++) {
    CvMlsProposal *proposal = item_at (items, i)->proposal;

    if (proposal->type == CV_MLS_PROPOSAL_PSK)
      g_ptr_array_add (effects->psks, &proposal->psk);
    else if (proposal->type == CV_MLS_PROPOSAL_EXTERNAL_INIT)
      effects->kem_output = proposal->kem_output;
    else if (proposal->type == CV_MLS_PROPOSAL_REINIT)
      effects->reinit = proposal;
    else if (proposal->type == CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS) {
      g_clear_pointer (&effects->extensions, g_ptr_array_unref);
      effects->extensions = g_ptr_array_ref (proposal->extensions);
      effects->changes_extensions = TRUE;
    }
    /* RFC 9420 §12.4: only Add, PSK and ReInit do without a path. */
    if (proposal->type != CV_MLS_PROPOSAL_ADD && proposal->type != CV_MLS_PROPOSAL_PSK
        && proposal->type != CV_MLS_PROPOSAL_REINIT)
      effects->needs_path = TRUE;
  }
}

static gboolean
check_leaves (const CvMlsRatchetTree *tree, const GArray *leaves, const GPtrArray *extensions,
              GError **error)
{
  for (guint i = 0; i < leaves->len; i++)
    if (!cv_mls_tree_validation_check_new_leaf (tree, g_array_index (leaves, CvMlsLeaf, i),
                                                extensions, error))
      return FALSE;
  return TRUE;
}

gboolean
cv_mls_proposal_rules_check (const CvMlsProposalRules *rules, const GPtrArray *items,
                             GError **error)
{
  /* Ours, not the RFC's: as many as anybody reads. */
  if (items->len > CV_MLS_LIMIT_ENTRIES)
    return invalid (error, "too many proposals in one commit");
  for (guint i = 0; i < items->len; i++)
    for (guint j = 0; j < i; j++)
      if (!cv_mls_proposal_rules_check_pair (item_at (items, i), item_at (items, j), error))
        return FALSE;
  if (rules->joiner && !check_external (rules, items, error))
    return FALSE;
  for (guint i = 0; i < items->len; i++)
    if (!cv_mls_proposal_rules_check_item (rules, item_at (items, i), error))
      return FALSE;
  return TRUE;
}

void
cv_mls_proposal_effects_clear (CvMlsProposalEffects *effects)
{
  g_clear_pointer (&effects->added, g_array_unref);
  g_clear_pointer (&effects->packages, g_ptr_array_unref);
  g_clear_pointer (&effects->removed, g_array_unref);
  g_clear_pointer (&effects->updated, g_array_unref);
  g_clear_pointer (&effects->psks, g_ptr_array_unref);
  g_clear_pointer (&effects->extensions, g_ptr_array_unref);
  effects->kem_output = NULL;
  effects->reinit = NULL;
}

gboolean
cv_mls_proposal_rules_apply (const CvMlsProposalRules *rules, const GPtrArray *items,
                             CvMlsRatchetTree *tree, CvMlsProposalEffects *effects, GError **error)
{
  *effects = (CvMlsProposalEffects){
      .added = g_array_new (FALSE, FALSE, sizeof (CvMlsLeaf)),
      .packages = g_ptr_array_new (),
      .removed = g_array_new (FALSE, FALSE, sizeof (CvMlsLeaf)),
      .updated = g_array_new (FALSE, FALSE, sizeof (CvMlsLeaf)),
      .psks = g_ptr_array_new (),
  };
  collect_rest (rules, items, effects);
  apply_updates_and_removes (items, tree, effects);
  if (!apply_adds (items, tree, effects, error)
      || !cv_mls_tree_validation_check_len (rules->cipher, rules->tree, tree, error)
      || !check_leaves (tree, effects->added, effects->extensions, error)
      || !check_leaves (tree, effects->updated, effects->extensions, error))
    return FALSE;
  /* §12.1.7: everybody goes on understanding the group. Who came just now is checked above. */
  return !effects->changes_extensions
         || cv_mls_tree_validation_check_support (tree, effects->extensions, error);
}
