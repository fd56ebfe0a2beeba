/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One bad proposal must not keep an honest member from committing the others. What is wrong with a
 * proposal by itself shows at once; what only the new tree shows is found by putting one after the
 * other on a draft of it. To try whole lists again and again would cost a bad one in each place as many
 * applications as there are pairs of proposals. */
#include "mls/proposal-selection.h"

/* How far apart two members' clocks may be. */
#define CLOCK_MARGIN_S 60

typedef struct {
  const CvMlsProposalRules *rules;
  const CvMlsPskLookup *lookup;
  GPtrArray *items;
} Selection;

/* The group as the commit would make it. */
typedef struct {
  CvMlsRatchetTree *tree;
  GPtrArray *extensions; /* of the GroupContext */
} Draft;

static void
draft_clear (Draft *draft)
{
  g_clear_pointer (&draft->extensions, g_ptr_array_unref);
  g_clear_pointer (&draft->tree, cv_mls_ratchet_tree_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Draft, draft_clear)

/* RFC 9420 §7.2: clients keep their clocks together. Each member judges the lifetime by its own (§7.3):
 * one that starts or ends about now is good here and refused there, and the whole commit with it. */
static gboolean
is_clear_of_clocks (const CvMlsLeafNode *leaf, guint64 now_s)
{
  return now_s == 0
         || (now_s >= leaf->not_before_s && now_s - leaf->not_before_s >= CLOCK_MARGIN_S
             && now_s <= leaf->not_after_s && leaf->not_after_s - now_s >= CLOCK_MARGIN_S);
}

static gboolean
is_possible (const Selection *selection, const CvMlsProposalItem *item)
{
  const CvMlsProposalRules *rules = selection->rules;
  const CvMlsProposal *proposal = item->proposal;

  if (!cv_mls_proposal_rules_check_item (rules, item, NULL))
    return FALSE;
  if (proposal->type == CV_MLS_PROPOSAL_ADD)
    return is_clear_of_clocks (proposal->key_package->leaf_node, rules->now_s);
  /* RFC 9420 §13.5: for others our leaf supports its GREASE, too; we ourselves could not follow. */
  if (proposal->type == CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS)
    return cv_mls_leaf_node_check_own (cv_mls_ratchet_tree_get_leaf (rules->tree, rules->committer),
                                       proposal->extensions, NULL);
  return proposal->type != CV_MLS_PROPOSAL_PSK
         || cv_mls_psk_lookup_knows (selection->lookup, &proposal->psk);
}

static gboolean
is_compatible (const GPtrArray *items, const CvMlsProposalItem *item)
{
  for (guint i = 0; i < items->len; i++)
    if (!cv_mls_proposal_rules_check_pair (g_ptr_array_index (items, i), item, NULL))
      return FALSE;
  return TRUE;
}

static guint
get_rank (const CvMlsProposalItem *item)
{
  switch (item->proposal->type) {
  case CV_MLS_PROPOSAL_REMOVE:
    return 0;
  case CV_MLS_PROPOSAL_UPDATE:
    return 1;
  case CV_MLS_PROPOSAL_ADD:
  case CV_MLS_PROPOSAL_PSK:
  case CV_MLS_PROPOSAL_EXTERNAL_INIT:
  case CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
    return 2;
  case CV_MLS_PROPOSAL_REINIT:
    break;
  }
  return 3;
}

/* Nobody reads a longer commit, and as many may wait as it can hold. */
static gboolean
has_room (const Selection *selection, const GPtrArray *candidates)
{
  return selection->items->len + candidates->len < CV_MLS_LIMIT_ENTRIES;
}

/* Those of one rank that are possible, in the order of preference. */
static void
consider (const Selection *selection, const GPtrArray *pending, guint rank, GPtrArray *candidates)
{
  for (guint i = 0; i < pending->len && has_room (selection, candidates); i++) {
    /* RFC 9420 §12.2: of several Updates the most recent one. */
    const CvMlsProposalItem *item =
        g_ptr_array_index (pending, rank == 1 ? pending->len - 1 - i : i);

    if (get_rank (item) == rank && is_compatible (selection->items, item)
        && is_compatible (candidates, item) && is_possible (selection, item))
      g_ptr_array_add (candidates, cv_mls_proposal_item_copy (item));
  }
}

/* Whether the tree is a valid one with all of them: of what the caller wants alone, or with the
 * candidates, too. */
static gboolean
fits (const Selection *selection, const GPtrArray *candidates, Draft *draft)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_auto (CvMlsProposalEffects) effects = {0};

  for (guint i = 0; i < selection->items->len; i++)
    g_ptr_array_add (list, g_ptr_array_index (selection->items, i));
  for (guint i = 0; candidates && i < candidates->len; i++)
    g_ptr_array_add (list, g_ptr_array_index (candidates, i));
  draft_clear (draft);
  draft->tree = cv_mls_ratchet_tree_copy (selection->rules->tree);
  if (!cv_mls_proposal_rules_apply (selection->rules, list, draft->tree, &effects, NULL))
    return FALSE;
  draft->extensions = g_ptr_array_ref (effects.extensions);
  return TRUE;
}

/* One more on the tree that the others made: cv_mls_proposal_rules_apply for what this one changes. */
static gboolean
put (const CvMlsProposalItem *item, CvMlsRatchetTree *tree, const GPtrArray *extensions)
{
  const CvMlsProposal *proposal = item->proposal;
  CvMlsLeaf leaf;

  switch (proposal->type) {
  case CV_MLS_PROPOSAL_REMOVE:
    cv_mls_ratchet_tree_remove (tree, proposal->removed);
    return TRUE;
  case CV_MLS_PROPOSAL_UPDATE:
    cv_mls_ratchet_tree_update (tree, item->proposer, proposal->leaf_node);
    return cv_mls_tree_validation_check_new_leaf (tree, item->proposer, extensions, NULL);
  case CV_MLS_PROPOSAL_ADD:
    return cv_mls_ratchet_tree_add (tree, proposal->key_package->leaf_node, &leaf)
           && cv_mls_tree_validation_check_new_leaf (tree, leaf, extensions, NULL);
  case CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
    return cv_mls_tree_validation_check_support (tree, proposal->extensions, NULL);
  case CV_MLS_PROPOSAL_PSK:
  case CV_MLS_PROPOSAL_EXTERNAL_INIT:
  case CV_MLS_PROPOSAL_REINIT:
    break;
  }
  return TRUE;
}

/* Puts it on a copy, which costs no more than what it changes. FALSE: the draft is as it was. */
static gboolean
try_one (Draft *draft, const CvMlsProposalItem *item)
{
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_copy (draft->tree);

  if (!put (item, tree, draft->extensions))
    return FALSE;
  cv_mls_ratchet_tree_free (draft->tree);
  draft->tree = g_steal_pointer (&tree);
  if (item->proposal->type == CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS) {
    g_ptr_array_unref (draft->extensions);
    draft->extensions = g_ptr_array_ref (item->proposal->extensions);
  }
  return TRUE;
}

void
cv_mls_proposal_selection_add (const CvMlsProposalRules *rules, const CvMlsPskLookup *lookup,
                               const GPtrArray *pending, GPtrArray *items)
{
  const Selection selection = {rules, lookup, items};
  g_autoptr (GPtrArray) candidates = cv_mls_proposal_items_new ();
  g_auto (Draft) draft = {0};
  gboolean takes_all;

  /* Only what was checked may be applied, to a copy of the tree either: a Remove of a leaf that is
   * not there. Such a list is refused by who asked. */
  if (!cv_mls_proposal_rules_check (rules, items, NULL))
    return;
  for (guint rank = 0; rank <= 3; rank++)
    consider (&selection, pending, rank, candidates);
  takes_all = fits (&selection, candidates, &draft);
  if (!takes_all && !fits (&selection, NULL, &draft))
    return;
  for (guint i = 0; i < candidates->len; i++) {
    const CvMlsProposalItem *item = g_ptr_array_index (candidates, i);

    if (takes_all || try_one (&draft, item))
      g_ptr_array_add (items, cv_mls_proposal_item_copy (item));
  }
}
