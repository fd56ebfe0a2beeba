/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Proposals that wait for a commit, the own ones and those of others (RFC 9420 §12.4).
 *
 * What was forgotten is kept until the epoch ends. Another member may commit it, and whoever forgot it
 * must be able to follow: it could not be received again, for its key is used up, and the private key of
 * an own Update is nowhere else. */
#include "mls/error.h"
#include "mls/group-private.h"

/* Whether anybody could commit it: what is not valid does not wait, and is not sent. */
static gboolean
check (const CvMlsGroup *group, const CvMlsProposalItem *item, guint64 now_s, GError **error)
{
  CvMlsProposalRules rules = {
      .cipher = &group->epoch->cipher,
      .context = &group->epoch->context,
      .tree = group->epoch->tree,
      .committer = {G_MAXUINT32}, /* somebody else */
      .now_s = now_s,
  };

  return cv_mls_proposal_rules_check_item (&rules, item, error);
}

static gboolean
is_from_outside (const CvMlsProposalItem *item)
{
  return item->sender_type != CV_MLS_SENDER_MEMBER;
}

static gboolean
is_same (const CvMlsProposalItem *a, const CvMlsProposalItem *b)
{
  return g_bytes_equal (a->reference, b->reference);
}

typedef struct {
  guint n_items;
  gsize size_bytes;
} Load;

/* How full it is, as the sender of one proposal sees it. */
typedef struct {
  const CvMlsProposalItem *item;
  Load all;
  Load share; /* of the item's sender */
} Room;

/* Members have a share each. Outsiders can be as many as they like, so they have one together. */
static gboolean
is_of_share (const CvMlsProposalItem *item, const CvMlsProposalItem *other)
{
  if (is_from_outside (item) || is_from_outside (other))
    return is_from_outside (item) && is_from_outside (other);
  return cv_mls_tree_math_leaf_equal (item->proposer, other->proposer);
}

static void
room_add (Room *room, const CvMlsProposalItem *other)
{
  Load *loads[] = {&room->all, &room->share};
  gsize n_loads = is_of_share (room->item, other) ? 2 : 1;

  for (gsize i = 0; i < n_loads; i++) {
    loads[i]->n_items++;
    loads[i]->size_bytes += other->size_bytes;
  }
}

static void
room_add_list (Room *room, const GPtrArray *items, gboolean has_outsiders)
{
  for (guint i = 0; i < items->len; i++) {
    const CvMlsProposalItem *item = g_ptr_array_index (items, i);

    if (!is_same (item, room->item) && (has_outsiders || !is_from_outside (item)))
      room_add (room, item);
  }
}

/* Whether there is room for the item, be it there already or not. */
static gboolean
has_room (const CvMlsGroup *group, const CvMlsProposalItem *item, gboolean has_forgotten_outsiders)
{
  Room room = {.item = item};

  room_add (&room, item);
  room_add_list (&room, group->pending, TRUE);
  room_add_list (&room, group->forgotten, has_forgotten_outsiders);
  return room.all.n_items <= CV_MLS_LIMIT_ENTRIES && room.all.size_bytes <= CV_MLS_LIMIT_PENDING
         && room.share.n_items <= CV_MLS_LIMIT_ENTRIES_SHARE
         && room.share.size_bytes <= CV_MLS_LIMIT_PENDING_SHARE;
}

static gboolean
drop_forgotten_of_outsiders (CvMlsGroup *group)
{
  for (guint i = 0; i < group->forgotten->len; i++)
    if (is_from_outside (g_ptr_array_index (group->forgotten, i))) {
      g_ptr_array_remove_index (group->forgotten, i);
      return TRUE;
    }
  return FALSE;
}

/* Nobody must fill the memory of all the others, nor keep them from proposing: a member not without
 * three more, outsiders not at all. */
static gboolean
check_room (const CvMlsGroup *group, const CvMlsProposalItem *item, GError **error)
{
  return has_room (group, item, FALSE)
         || cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "too many proposals wait for a commit");
}

/* FALSE: `from` has none of that reference. */
static gboolean
move (GPtrArray *from, GPtrArray *to, CvSpan reference)
{
  const CvMlsProposalItem *item = cv_mls_proposal_items_find (from, reference);
  guint i;

  if (!item || !g_ptr_array_find (from, item, &i))
    return FALSE;
  g_ptr_array_add (to, g_ptr_array_steal_index (from, i));
  return TRUE;
}

CvMlsProposalItem *
cv_mls_group_judge_proposal (const CvMlsGroup *group, const CvMlsAuthenticatedContent *auth,
                             guint64 now_s, GError **error)
{
  g_autoptr (GBytes) reference =
      cv_mls_framing_dup_proposal_ref (&group->epoch->cipher, auth, error);
  g_autoptr (CvMlsProposalItem) item = NULL;

  if (!reference)
    return NULL;
  item = cv_mls_proposal_item_new_sent (&auth->content, reference);
  if (!cv_mls_proposal_items_find (group->pending, cv_span_from_bytes (reference))
      && (!check_room (group, item, error) || !check (group, item, now_s, error)))
    return NULL;
  return g_steal_pointer (&item);
}

void
cv_mls_group_keep_proposal (CvMlsGroup *group, CvMlsProposalItem *item)
{
  CvSpan reference = cv_span_from_bytes (item->reference);

  /* A PublicMessage can be replayed by anybody: it must not fill the list. Of two that are the same the
   * first one stays, which may have an own Update's key. */
  if (cv_mls_proposal_items_find (group->pending, reference)
      || move (group->forgotten, group->pending, reference)) {
    cv_mls_proposal_item_free (item);
    return;
  }
  g_ptr_array_add (group->pending, item);
  /* Forgotten ones of outsiders go for a new one, the oldest first. They came as PublicMessages, which no
   * key is used up by: should a commit name one, it can be received again. */
  while (!has_room (group, item, TRUE) && drop_forgotten_of_outsiders (group))
    ;
}

const CvMlsProposalItem *
cv_mls_group_find_proposal (const CvMlsGroup *group, CvSpan reference)
{
  const CvMlsProposalItem *item = cv_mls_proposal_items_find (group->pending, reference);

  return item ? item : cv_mls_proposal_items_find (group->forgotten, reference);
}

guint
cv_mls_group_get_n_pending (const CvMlsGroup *group)
{
  return group->pending->len;
}

gboolean
cv_mls_group_forget_proposals (CvMlsGroup *group, CvSpan reference)
{
  gboolean was_any = group->pending->len > 0;

  if (reference.len > 0)
    return move (group->pending, group->forgotten, reference);
  while (group->pending->len > 0)
    g_ptr_array_add (group->forgotten, g_ptr_array_steal_index (group->pending, 0));
  return was_any;
}
