/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The rules that every client enforces, whatever the server ordered (E2EE.md sections 4 to 6).
 *
 * Nothing here changes the driver: a commit is judged, then taken or refused as a whole. */
#include "crypto/kem.h"
#include "e2ee/driver-private.h"

#include <string.h>

#define PARENT_MORE_LEN 128 /* parent hash, unmerged leaves, lengths */
#define WELCOME_MORE_LEN (192 * 1024) /* the secrets of a batch of newcomers, the policy */
#define REQUIRED_CAPABILITIES 0x0003 /* RFC 9420 §13.4 */
#define REQUIRED_MAX_LEN 64

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_POLICY, why);
  return FALSE;
}

static gboolean
check_size (const CvMlsMember *member, GError **error)
{
  return member->leaf_len <= CV_E2EE_LEAF_MAX_LEN
         || refuse (error, "expected leaves of a size that a full room can carry");
}

/* Full, NULL: the leaf is too large or has no valid statement. The times matter when it is new. */
static CvIdentityStatement *
read_leaf (const CvE2eeGroupDriver *driver, const CvMlsGroup *group, CvMlsLeaf leaf,
           gboolean is_new, GError **error)
{
  CvMlsMember member;
  if (!cv_mls_group_get_member (group, leaf, &member)) {
    refuse (error, "expected a member, got a blank leaf");
    return NULL;
  }
  if (!check_size (&member, error))
    return NULL;
  if (!cv_e2ee_commit_is_id (member.application_id)) {
    refuse (error, "expected a leaf to name its connection");
    return NULL;
  }
  CvIdentityStatementChecks checks = {
      .mls_public = member.signature_public,
      .room_id = cv_e2ee_room_keys_get_room_id (driver->room_keys),
      .now_s = is_new ? driver->now_s : 0,
      .oldest_s = cv_e2ee_driver_absence_get_oldest_s (driver),
  };
  return cv_identity_statement_verify (driver->crypto, member.identity, &checks, error);
}

static gboolean
is_removed_identity (const CvE2eeGroupDriver *driver, const CvMlsCommitSummary *summary,
                     const CvIdentityStatement *statement)
{
  const CvE2eeDriverMember *member =
      cv_e2ee_driver_roster_find_identity (driver, statement->identity_hash);
  return member != NULL && cv_e2ee_driver_roster_has_leaf (summary->removed, member->public.leaf);
}

static gboolean
does_name (const CvMlsMember *leaf, const char *member_id)
{
  return cv_span_equal (leaf->application_id, cv_span (member_id, strlen (member_id)));
}

/* Who stays keeps name and key: a path may renew the HPKE key alone. */
static gboolean
check_unchanged (const CvE2eeGroupDriver *driver, const CvMlsReceived *received, GError **error)
{
  const CvMlsCommitSummary *summary = &received->summary;
  for (guint i = 0; i < driver->members->len; i++) {
    const CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    CvMlsMember now;
    if (cv_e2ee_driver_roster_has_leaf (summary->removed, member->public.leaf))
      continue;
    if (!cv_mls_group_get_member (received->next, member->public.leaf, &now)
        || !cv_span_equal (now.identity, cv_span_from_bytes (member->identity))
        || !cv_span_equal (now.signature_public, cv_span_from_bytes (member->signature_public))
        || !does_name (&now, member->member_id))
      return refuse (error, "expected members to stay who they are");
    if (!check_size (&now, error))
      return FALSE;
  }
  guint n_before = driver->members->len - summary->removed->len;
  guint n_new = summary->added->len + (summary->is_external ? 1 : 0);
  if (cv_mls_group_get_n_members (received->next) != n_before + n_new)
    return refuse (error, "expected only announced members to come");
  return TRUE;
}

/* Whoever came after that epoch never had its secret, and would be left behind without a moderator. */
static gboolean
check_all_can_follow (const CvE2eeGroupDriver *driver, const CvMlsCommitSummary *summary,
                      GError **error)
{
  for (guint i = 0; i < driver->members->len; i++) {
    const CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    if (!cv_e2ee_driver_roster_has_leaf (summary->removed, member->public.leaf)
        && member->since_epoch > summary->resumption_epoch)
      return refuse (error, "expected everybody to have been here in the epoch that somebody comes"
                            " back from");
  }
  return TRUE;
}

/* RFC 9420 §12.4.3.2 allows strangers to join by themselves; this profile does not. */
static gboolean
check_external (const CvE2eeGroupDriver *driver, const CvMlsReceived *received, GError **error)
{
  const CvMlsCommitSummary *summary = &received->summary;
  if (!summary->has_resumption_psk || summary->added->len > 0 || summary->changes_policy
      || summary->removed->len != 1)
    return refuse (error, "expected an external commit to be a re-synchronisation");
  if (!check_all_can_follow (driver, summary, error))
    return FALSE;
  g_autoptr (CvIdentityStatement) statement =
      read_leaf (driver, received->next, summary->committer, FALSE, error);
  if (statement == NULL)
    return FALSE;
  if (!is_removed_identity (driver, summary, statement))
    return refuse (error, "expected a member to re-synchronise in its own place");
  const CvE2eeDriverMember *before =
      cv_e2ee_driver_roster_find_identity (driver, statement->identity_hash);
  CvMlsMember now;
  if (!cv_mls_group_get_member (received->next, summary->committer, &now)
      || !does_name (&now, before->member_id))
    return refuse (error, "expected a member to come back by its own connection");
  return TRUE;
}

/* RFC 9420 lets a moderator list external senders, and as many bytes as fit: nothing that a meeting
 * uses, and every Welcome would carry it. The policy is bounded by its parser. */
static gboolean
check_extensions (const CvMlsGroup *group, GError **error)
{
  gsize policy_len = cv_mls_group_get_extension (group, CV_E2EE_POLICY_TYPE).len;
  gsize required_len = cv_mls_group_get_extension (group, REQUIRED_CAPABILITIES).len;
  return (cv_mls_group_get_n_extensions (group) == 2 && policy_len > 0 && required_len > 0
          && required_len <= REQUIRED_MAX_LEN)
         || refuse (error, "expected a policy, required capabilities and no other extension");
}

static gboolean
check_policy (const CvE2eeGroupDriver *driver, const CvMlsReceived *received, gboolean by_moderator,
              GError **error)
{
  CvSpan before = cv_mls_group_get_extension (driver->group, CV_E2EE_POLICY_TYPE);
  CvSpan after = cv_mls_group_get_extension (received->next, CV_E2EE_POLICY_TYPE);
  CvE2eePolicy next;
  if (!cv_span_equal (cv_mls_group_get_extension (driver->group, REQUIRED_CAPABILITIES),
                      cv_mls_group_get_extension (received->next, REQUIRED_CAPABILITIES)))
    return refuse (error, "expected the required capabilities to stay");
  if (!received->summary.changes_policy)
    return cv_span_equal (before, after) || refuse (error, "expected the policy to stay");
  if (!by_moderator)
    return refuse (error, "expected a moderator to change the policy");
  if (received->summary.added->len > 0)
    return refuse (error, "expected a change of policy to add nobody");
  if (!check_extensions (received->next, error) || !cv_e2ee_policy_parse (after, &next, error))
    return FALSE;
  return cv_e2ee_policy_may_become (&driver->policy, &next)
         || refuse (error, "expected meeting, creator and suite to stay");
}

/* Each joining makes a fresh MLS key and a fresh statement: a KeyPackage that the server plays again
 * has those of the leaf that is here, or of one before it. Needs no memory of what was used. */
gboolean
cv_e2ee_driver_rules_is_later (const CvIdentityStatement *statement,
                               const CvE2eeDriverMember *member)
{
  const CvIdentityStatement *before = member->statement;
  return statement->not_before_s >= before->not_before_s
         && memcmp (statement->mls_key_hash, before->mls_key_hash, sizeof before->mls_key_hash)
                != 0;
}

static gboolean
is_admitted (const CvE2eeGroupDriver *driver, GBytes *ref, const GPtrArray *admissions)
{
  for (guint i = 0; i < admissions->len; i++) {
    const CvE2eeAdmission *admission = g_ptr_array_index (admissions, i);
    const CvE2eeDriverMember *moderator = cv_e2ee_driver_roster_find (driver, admission->moderator);
    if (moderator == NULL
        || !cv_e2ee_policy_is_moderator (&driver->policy, moderator->statement->identity_hash)
        || !g_bytes_equal (admission->key_package_ref, ref))
      continue;
    if (cv_e2ee_admission_verify (driver->group, admission,
                                  cv_e2ee_driver_absence_get_oldest_s (driver), driver->now_s,
                                  NULL))
      return TRUE;
  }
  return FALSE;
}

/* Whoever removes one leaf must not throw out another's connection. */
static gboolean
check_connection (const CvE2eeGroupDriver *driver, const CvMlsReceived *received, CvMlsLeaf leaf,
                  GError **error)
{
  CvMlsMember added;
  if (!cv_mls_group_get_member (received->next, leaf, &added))
    return refuse (error, "expected a member, got a blank leaf");
  for (guint i = 0; i < driver->members->len; i++) {
    const CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    if (does_name (&added, member->member_id)
        && !cv_e2ee_driver_roster_has_leaf (received->summary.removed, member->public.leaf))
      return refuse (error, "expected each leaf to name another connection");
  }
  return TRUE;
}

static gboolean
check_added (const CvE2eeGroupDriver *driver, const CvMlsReceived *received,
             const CvMlsAdded *added, const GPtrArray *admissions, GError **error)
{
  g_autoptr (CvIdentityStatement) statement =
      read_leaf (driver, received->next, added->leaf, TRUE, error);
  if (statement == NULL)
    return FALSE;
  if (driver->policy.is_locked
      && !cv_e2ee_driver_returns_is_allowed (driver, statement->identity_hash))
    return refuse (error, "expected nobody to come while the meeting is locked");
  if (driver->policy.admission == CV_E2EE_ADMISSION_MODERATOR
      && !is_admitted (driver, added->key_package_ref, admissions))
    return refuse (error, "expected a moderator to have admitted who comes");
  if (cv_e2ee_driver_roster_find_identity (driver, statement->identity_hash) != NULL
      && !is_removed_identity (driver, &received->summary, statement))
    return refuse (error, "expected an identity to be in the meeting once");
  const CvE2eeDriverMember *known =
      cv_e2ee_driver_roster_find_identity (driver, statement->identity_hash);
  /* What was used by somebody who left is refused at the door only: who came later cannot know it,
   * and a rule that some cannot keep would split the meeting. */
  if (known != NULL && !cv_e2ee_driver_rules_is_later (statement, known))
    return refuse (error, "expected a KeyPackage to be used once");
  return check_connection (driver, received, added->leaf, error);
}

/* The tree at its largest: every parent has a key. What else a Welcome has is small beside it. */
gboolean
cv_e2ee_driver_rules_can_carry (const CvMlsSuite *suite, guint n_members, gsize leaves_len)
{
  gsize parent_len = cv_crypto_kem_public_len (suite->kem) + PARENT_MORE_LEN;
  return n_members <= CV_E2EE_MAX_MEMBERS
         && leaves_len + n_members * parent_len <= CV_E2EE_GROUP_INFO_MAX - WELCOME_MORE_LEN;
}

gsize
cv_e2ee_driver_rules_get_leaves_len (const CvMlsGroup *group)
{
  gsize len = 0;
  CvMlsMember member;
  for (guint32 i = 0; i < cv_mls_group_get_leaf_count (group); i++)
    if (cv_mls_group_get_member (group, (CvMlsLeaf){i}, &member))
      len += member.leaf_len;
  return len;
}

/* Hashes are longer than ids: one set holds both. */
static gboolean
add_distinct (GHashTable *seen, const CvMlsGroup *group, CvMlsLeaf leaf,
              const CvIdentityStatement *statement, GError **error)
{
  CvMlsMember member;
  if (!g_hash_table_add (seen, g_bytes_new (statement->identity_hash, CV_IDENTITY_HASH_LEN)))
    return refuse (error, "expected an identity to be in the meeting once");
  if (!cv_mls_group_get_member (group, leaf, &member)
      || !g_hash_table_add (seen, cv_span_dup (member.application_id)))
    return refuse (error, "expected each leaf to name another connection");
  return TRUE;
}

static gboolean
check_distinct (const CvE2eeGroupDriver *driver, const CvMlsReceived *received, GError **error)
{
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  for (guint i = 0; i < received->summary.added->len; i++) {
    const CvMlsAdded *added = &g_array_index (received->summary.added, CvMlsAdded, i);
    g_autoptr (CvIdentityStatement) statement =
        read_leaf (driver, received->next, added->leaf, FALSE, error);
    if (statement == NULL || !add_distinct (seen, received->next, added->leaf, statement, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_adds (const CvE2eeGroupDriver *driver, const CvMlsReceived *received, GError **error)
{
  const CvMlsCommitSummary *summary = &received->summary;
  g_autoptr (GPtrArray) admissions = NULL;
  if (summary->added->len == 0)
    return TRUE;
  /* More at once, or in all, and the next honest commit would be too large to be relayed. */
  if (summary->added->len > CV_E2EE_DRIVER_BATCH_MAX
      || !cv_e2ee_driver_rules_can_carry (driver->suite,
                                          cv_mls_group_get_n_members (received->next),
                                          cv_e2ee_driver_rules_get_leaves_len (received->next)))
    return refuse (error, "expected a meeting to grow by as many as it can carry");
  if (summary->psk_ids->len != 1
      || !cv_span_equal (cv_span_from_bytes (g_ptr_array_index (summary->psk_ids, 0)),
                         cv_e2ee_room_keys_get_psk_id (driver->room_keys)))
    return refuse (error, "expected the room's key in a commit that adds");
  if (driver->policy.admission == CV_E2EE_ADMISSION_MODERATOR) {
    admissions =
        cv_e2ee_admission_parse_list (cv_span_from_bytes (received->authenticated_data), error);
    if (admissions == NULL)
      return FALSE;
  }
  for (guint i = 0; i < summary->added->len; i++)
    if (!check_added (driver, received, &g_array_index (summary->added, CvMlsAdded, i), admissions,
                      error))
      return FALSE;
  return check_distinct (driver, received, error);
}

/* Somebody who comes back takes the place of the leaf left behind. */
static gboolean
is_replaced (const CvE2eeGroupDriver *driver, const CvMlsReceived *received,
             const CvE2eeDriverMember *member)
{
  const CvMlsCommitSummary *summary = &received->summary;
  for (guint i = 0; i < summary->added->len; i++) {
    g_autoptr (CvIdentityStatement) statement = read_leaf (
        driver, received->next, g_array_index (summary->added, CvMlsAdded, i).leaf, FALSE, NULL);
    if (statement != NULL
        && memcmp (statement->identity_hash, member->statement->identity_hash, CV_IDENTITY_HASH_LEN)
               == 0)
      return cv_e2ee_driver_rules_is_later (statement, member);
  }
  return FALSE;
}

static gboolean
check_removes (const CvE2eeGroupDriver *driver, const CvMlsReceived *received,
               gboolean by_moderator, GError **error)
{
  const CvMlsCommitSummary *summary = &received->summary;
  for (guint i = 0; i < summary->removed->len && !by_moderator; i++) {
    const CvE2eeDriverMember *member =
        cv_e2ee_driver_roster_find (driver, g_array_index (summary->removed, CvMlsLeaf, i));
    if (member == NULL)
      return refuse (error, "expected a member to be removed, got a blank leaf");
    /* We know best whether we are here: only after an absence others may have given us up. */
    gboolean may_be_missed =
        cv_e2ee_driver_absence_hides_removals (driver)
        && !(member->public.is_self && cv_e2ee_driver_absence_is_newcomer (driver));
    if (may_be_missed || (received->next != NULL && is_replaced (driver, received, member)))
      continue;
    if (cv_e2ee_driver_roster_was_given_up (driver, member))
      continue;
    /* It came back while its removal was on its way to us. */
    if (driver->now_us < member->removable_until_us)
      continue;
    /* Gone before we came, or added and never arrived: who knew it as here has heard of it. */
    if (!member->was_heard && !member->public.is_self
        && driver->now_us >= member->earliest_expected_us - CV_E2EE_DRIVER_GRACE_SLACK_US)
      continue;
    return refuse (error, "expected a moderator to remove somebody who is here");
  }
  return TRUE;
}

/* What RFC 9420 leaves to a member and this profile does not. */
static gboolean
check_form (const CvMlsReceived *received, GError **error)
{
  /* In the open the server would read who comes and what the policy says. */
  if (received->is_public)
    return refuse (error, "expected a member's commit to be encrypted");
  /* Who came after that epoch could not follow: a removal without a moderator. */
  if (received->summary.has_resumption_psk)
    return refuse (error, "expected nobody but who comes back to use an old epoch's key");
  return TRUE;
}

gboolean
cv_e2ee_driver_rules_check_commit (CvE2eeGroupDriver *driver, const CvMlsReceived *received,
                                   GError **error)
{
  const CvMlsCommitSummary *summary = &received->summary;
  if (summary->updated->len > 0)
    return refuse (error, "expected no Update proposals");
  /* RFC 9420 §11.2 would end the meeting's group at once, for everybody. */
  if (summary->has_reinit)
    return refuse (error, "expected the meeting's group to go on");
  if (summary->is_external)
    return check_external (driver, received, error) && check_unchanged (driver, received, error)
           && check_policy (driver, received, FALSE, error);

  const CvE2eeDriverMember *committer = cv_e2ee_driver_roster_find (driver, summary->committer);
  if (committer == NULL)
    return refuse (error, "expected a member to commit");
  gboolean by_moderator =
      cv_e2ee_policy_is_moderator (&driver->policy, committer->statement->identity_hash);
  if (!check_form (received, error) || !check_removes (driver, received, by_moderator, error))
    return FALSE;
  /* Nothing else can be seen of the epoch that we are removed from. */
  if (received->next == NULL)
    return TRUE;
  return check_unchanged (driver, received, error)
         && check_policy (driver, received, by_moderator, error)
         && check_adds (driver, received, error);
}

/* Of those added; of leaves in `added` only. Full. */
static GPtrArray *
dup_added_ids (const CvMlsReceived *received)
{
  GPtrArray *ids = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  for (guint i = 0; i < received->summary.added->len; i++) {
    CvMlsMember member;
    CvMlsLeaf leaf = g_array_index (received->summary.added, CvMlsAdded, i).leaf;
    if (cv_mls_group_get_member (received->next, leaf, &member))
      g_ptr_array_add (ids, cv_span_dup_text (member.application_id));
  }
  return ids;
}

/* Who comes back keeps its connection: neither comes nor goes. Full. */
static GPtrArray *
dup_removed_ids (const CvE2eeGroupDriver *driver, const CvMlsReceived *received)
{
  const CvMlsCommitSummary *summary = &received->summary;
  GPtrArray *ids = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  for (guint i = 0; i < summary->removed->len && !summary->is_external; i++) {
    const CvE2eeDriverMember *member =
        cv_e2ee_driver_roster_find (driver, g_array_index (summary->removed, CvMlsLeaf, i));
    if (member != NULL)
      g_ptr_array_add (ids, g_strdup (member->member_id));
  }
  return ids;
}

gboolean
cv_e2ee_driver_rules_check_ids (const CvE2eeGroupDriver *driver, const CvMlsReceived *received,
                                const CvE2eeCommit *commit, GError **error)
{
  g_autoptr (GPtrArray) added = dup_added_ids (received);
  g_autoptr (GPtrArray) removed = dup_removed_ids (driver, received);
  if (!cv_e2ee_commit_are_ids_equal ((const char *const *)commit->adds,
                                     (const char *const *)added->pdata))
    return refuse (error, "expected the connections of those who come");
  return cv_e2ee_commit_are_ids_equal ((const char *const *)commit->removes,
                                       (const char *const *)removed->pdata)
         || refuse (error, "expected the connections of those who go");
}

/* A group that we were welcomed to, or come back to. */
gboolean
cv_e2ee_driver_rules_check_group (CvE2eeGroupDriver *driver, const CvMlsGroup *group,
                                  GError **error)
{
  CvE2eePolicy policy;
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  CvSpan room_id = cv_e2ee_room_keys_get_room_id (driver->room_keys);
  if (!check_extensions (group, error)
      || !cv_e2ee_policy_parse (cv_mls_group_get_extension (group, CV_E2EE_POLICY_TYPE), &policy,
                                error))
    return FALSE;
  if (memcmp (policy.meeting_id, room_id.data, sizeof policy.meeting_id) != 0)
    return refuse (error, "expected this meeting's group, got another one's");
  if (cv_mls_group_get_suite (group)->id.value != driver->suite->id.value)
    return refuse (error, "expected the room's cipher suite");
  for (guint32 i = 0; i < cv_mls_group_get_leaf_count (group); i++) {
    CvMlsMember member;
    if (!cv_mls_group_get_member (group, (CvMlsLeaf){i}, &member))
      continue;
    g_autoptr (CvIdentityStatement) statement =
        read_leaf (driver, group, member.leaf, FALSE, error);
    if (statement == NULL || !add_distinct (seen, group, member.leaf, statement, error))
      return FALSE;
  }
  return TRUE;
}

/* What changed while we were away, and by whom, cannot be seen. A moderator could have changed all of
 * it, so a moderator is believed; not who could not, be it half of the meeting. What we ask for
 * ourselves may have been ordered without our knowing. */
static gboolean
may_tell (const CvE2eeGroupDriver *driver, CvMlsLeaf teller, const CvE2eePolicy *next)
{
  const CvE2eeDriverMember *member = cv_e2ee_driver_roster_find (driver, teller);
  return cv_e2ee_driver_wishes_explain (driver, next)
         || (member != NULL
             && cv_e2ee_policy_is_moderator (&driver->policy, member->statement->identity_hash));
}

gboolean
cv_e2ee_driver_rules_check_return (CvE2eeGroupDriver *driver, const CvMlsGroup *group,
                                   CvMlsLeaf teller, GError **error)
{
  CvE2eePolicy policy;
  if (!cv_e2ee_driver_rules_check_group (driver, group, error)
      || !cv_e2ee_policy_parse (cv_mls_group_get_extension (group, CV_E2EE_POLICY_TYPE), &policy,
                                error))
    return FALSE;
  if (!cv_e2ee_policy_may_become (&driver->policy, &policy))
    return refuse (error, "expected meeting, creator and suite to stay while we were away");
  return may_tell (driver, teller, &policy)
         || refuse (error, "expected a moderator to tell what has changed while we were away");
}
