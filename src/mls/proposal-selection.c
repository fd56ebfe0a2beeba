/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One bad proposal must not keep an honest member from committing the others. What is wrong with a
 * proposal by itself shows at once; what only the new tree shows is found by halving the list. */
#include "mls/proposal-selection.h"

/* How far apart two members' clocks may be. */
#define CLOCK_MARGIN_S 60

typedef struct {
  const CvMlsProposalRules *rules;
  const CvMlsPskLookup *lookup;
  GPtrArray *items;
} Selection;

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
  const CvMlsProposal *proposal = item->proposal;

  if (!cv_mls_proposal_rules_check_item (selection->rules, item, NULL))
    return FALSE;
  if (proposal->type == CV_MLS_PROPOSAL_ADD)
    return is_clear_of_clocks (proposal->key_package->leaf_node, selection->rules->now_s);
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

/* Whether the tree is still a valid one with these, too. */
static gboolean
fits (const Selection *selection, const GPtrArray *candidates, guint from, guint to)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_copy (selection->rules->tree);
  g_auto (CvMlsProposalEffects) effects = {0};

  for (guint i = 0; i < selection->items->len; i++)
    g_ptr_array_add (list, g_ptr_array_index (selection->items, i));
  for (guint i = from; i < to; i++)
    g_ptr_array_add (list, g_ptr_array_index (candidates, i));
  return cv_mls_proposal_rules_apply (selection->rules, list, tree, &effects, NULL);
}

/* Recursion as deep as the logarithm of CV_MLS_LIMIT_ENTRIES. */
static void
take (const Selection *selection, const GPtrArray *candidates, guint from, guint to)
{
  guint middle = from + (to - from) / 2;

  if (from == to)
    return;
  if (fits (selection, candidates, from, to)) {
    for (guint i = from; i < to; i++)
      g_ptr_array_add (selection->items,
                       cv_mls_proposal_item_copy (g_ptr_array_index (candidates, i)));
    return;
  }
  if (to - from == 1)
    return;
  take (selection, candidates, from, middle);
  take (selection, candidates, middle, to);
}

void
cv_mls_proposal_selection_add (const CvMlsProposalRules *rules, const CvMlsPskLookup *lookup,
                               const GPtrArray *pending, GPtrArray *items)
{
  const Selection selection = {rules, lookup, items};
  g_autoptr (GPtrArray) candidates = cv_mls_proposal_items_new ();

  /* Only what was checked may be applied, to a copy of the tree either: a Remove of a leaf that is
   * not there. Such a list is refused by who asked. */
  if (!cv_mls_proposal_rules_check (rules, items, NULL))
    return;
  for (guint rank = 0; rank <= 3; rank++)
    consider (&selection, pending, rank, candidates);
  take (&selection, candidates, 0, candidates->len);
}
