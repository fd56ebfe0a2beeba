/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Proposals that wait for a commit, the own ones and those of others (RFC 9420 §12.4). */
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

/* One member must not fill the memory of all the others. */
static gboolean
check_room (const CvMlsGroup *group, const CvMlsProposalItem *item, GError **error)
{
  gsize size_bytes = item->size_bytes;

  for (guint i = 0; i < group->pending->len; i++)
    size_bytes += ((const CvMlsProposalItem *)g_ptr_array_index (group->pending, i))->size_bytes;
  if (group->pending->len >= CV_MLS_LIMIT_ENTRIES || size_bytes > CV_MLS_LIMIT_PENDING)
    return cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "too many proposals wait for a commit");
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
  /* A PublicMessage can be replayed by anybody: it must not fill the list. */
  if (cv_mls_proposal_items_find (group->pending, cv_span_from_bytes (item->reference)))
    cv_mls_proposal_item_free (item);
  else
    g_ptr_array_add (group->pending, item);
}

guint
cv_mls_group_get_n_pending (const CvMlsGroup *group)
{
  return group->pending->len;
}

gboolean
cv_mls_group_forget_proposals (CvMlsGroup *group, CvSpan reference)
{
  const CvMlsProposalItem *item;

  if (reference.len == 0) {
    gboolean was_any = group->pending->len > 0;

    g_ptr_array_set_size (group->pending, 0);
    return was_any;
  }
  item = cv_mls_proposal_items_find (group->pending, reference);
  return item && g_ptr_array_remove (group->pending, (gpointer)item);
}
