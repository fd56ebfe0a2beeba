/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The steps of a history. Each ends with everybody in the same new epoch, and all who can be in it
 * agree on each epoch on the way. */
#include "mls/world.h"

#include <string.h>

#define LETTERS_MAX 3
#define PROPOSALS_MAX 3
#define DRAFT_MAX WORLD_PEOPLE_MAX

/* ---- application messages that cross a commit ---- */

typedef struct {
  GBytes *message;
  CvMlsLeaf from;
  char text[32];
} Letter;

static void
write_letter (World *world, Letter *letter)
{
  const Member *writer = world_pick (world, TRUE, NULL);
  g_autoptr (GError) error = NULL;

  g_snprintf (letter->text, sizeof letter->text, "letter %u", world->n_serial++);
  letter->from = cv_mls_group_get_own_leaf (writer->group);
  letter->message = cv_mls_group_protect (
      writer->group, cv_span (letter->text, strlen (letter->text)), CV_SPAN_EMPTY, &error);
  g_assert_no_error (error);
}

static gboolean
try_open (CvMlsGroup *group, const Letter *letter, GError **error)
{
  CvMlsReceiveParams params = {.message = cv_span_from_bytes (letter->message),
                               .now_s = TEST_NOW_S};
  g_auto (CvMlsReceived) received = {0};

  if (!cv_mls_group_receive (group, &params, &received, error))
    return FALSE;
  g_assert_cmpuint (received.sender.index, ==, letter->from.index);
  g_assert_true (cv_span_equal (cv_span_from_array (received.data),
                                cv_span (letter->text, strlen (letter->text))));
  return TRUE;
}

/* Opens once, and never again. */
static void
open_letter (CvMlsGroup *group, const Letter *letter)
{
  g_autoptr (GError) error = NULL;

  if (cv_mls_group_get_own_leaf (group).index == letter->from.index)
    return;
  g_assert_true (try_open (group, letter, &error) || error);
  g_assert_no_error (error);
  g_assert_false (try_open (group, letter, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_GENERATION);
}

/* Letters of one epoch: to each reader some come before its commit, some after, some never. */
typedef struct {
  Letter letters[LETTERS_MAX];
  guint n_letters;
  CvMlsGroup *reader; /* one of the readers, at that epoch */
  gboolean is_late[LETTERS_MAX];
} Post;

static void
post_before (World *world, Post *post)
{
  *post = (Post){.n_letters = world_roll (world, LETTERS_MAX + 1)};
  post->reader = cv_mls_group_ref (world_pick (world, TRUE, NULL)->group);
  for (guint i = 0; i < post->n_letters; i++)
    write_letter (world, &post->letters[i]);
  /* The last one first. */
  for (guint i = post->n_letters; i > 0; i--) {
    guint fate = world_roll (world, 3);

    post->is_late[i - 1] = fate == 1;
    if (fate == 0)
      open_letter (post->reader, &post->letters[i - 1]);
  }
}

static void
post_after (Post *post)
{
  for (guint i = 0; i < post->n_letters; i++) {
    if (post->is_late[i])
      open_letter (post->reader, &post->letters[i]);
    g_bytes_unref (post->letters[i].message);
  }
  cv_mls_group_unref (post->reader);
}

/* ---- what follows a commit ---- */

static gboolean
is_in (const CvMlsGroup *group, const Member *person)
{
  for (guint32 i = 0; i < cv_mls_group_get_leaf_count (group); i++) {
    CvMlsMember member;

    if (cv_mls_group_get_member (group, (CvMlsLeaf){i}, &member)
        && cv_span_equal (member.identity, cv_span (person->name, strlen (person->name))))
      return TRUE;
  }
  return FALSE;
}

static void
join (Member *person, const CvMlsCommitResult *result)
{
  g_autoptr (GBytes) tree = cv_mls_group_dup_ratchet_tree (result->next);
  CvMlsJoinParams params = {.welcome = cv_span_from_bytes (result->welcome),
                            .ratchet_tree = cv_span_from_bytes (tree),
                            .find_psk = members_find_psk,
                            .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;

  person->group = cv_mls_group_join (members_get_crypto (), person->joiner, &params, &error);
  g_assert_no_error (error);
}

/* A copy with one bit changed never gets through and changes nothing. */
static void
assert_damage_is_seen (World *world, Member *person, GBytes *message)
{
  CvSpan span = cv_span_from_bytes (message);
  g_autofree guint8 *copy = g_memdup2 (span.data, span.len);
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  copy[world_roll (world, (guint)span.len)] ^= (guint8)(1u << world_roll (world, 8));
  g_assert_false (member_try_receive (person, cv_span (copy, span.len), &received, &error));
  g_assert_nonnull (error);
  g_assert_null (received.next);
}

/* Who was removed keeps the old epoch for a last look at the door. */
static void
assert_is_locked_out (CvMlsGroup *old, CvMlsGroup *next)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message =
      cv_mls_group_protect (next, CV_SPAN_LITERAL ("x"), CV_SPAN_EMPTY, &error);
  Letter letter = {.message = message};

  g_assert_no_error (error);
  g_assert_false (try_open (old, &letter, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_EPOCH);
}

static void
fall_behind (World *world, Member *person)
{
  g_assert_null (world->behind);
  world->absent = person;
  world->behind = g_steal_pointer (&person->group);
}

/* Who did not hear a proposal cannot follow the commit that names it, and stays where it was. */
static void
follow_deaf (World *world, Member *person, GBytes *commit)
{
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  if (!member_try_receive (person, cv_span_from_bytes (commit), &received, &error)) {
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
    fall_behind (world, person);
    world->tally.n_deeds[WORLD_DEED_DEAFNESS]++;
    return;
  }
  cv_mls_group_unref (person->group);
  person->group = g_steal_pointer (&received.next);
}

void
world_settle (World *world, Member *committer, const CvMlsCommitResult *result)
{
  for (guint i = 0; i < world->n_people; i++) {
    Member *person = world->people[i];
    g_autoptr (CvMlsGroup) before = person->group ? cv_mls_group_ref (person->group) : NULL;

    if (!before || person == committer)
      continue;
    if (person == world->deaf) {
      follow_deaf (world, person, result->commit);
      continue;
    }
    if (world_roll (world, 4) == 0)
      assert_damage_is_seen (world, person, result->commit);
    member_follow (person, result->commit);
    g_assert_true ((person->group != NULL) == is_in (result->next, person));
    if (!person->group)
      assert_is_locked_out (before, result->next);
  }
  g_clear_pointer (&committer->group, cv_mls_group_unref);
  committer->group = cv_mls_group_ref (result->next);
  for (guint i = 0; result->welcome && i < world->n_people; i++)
    if (!world->people[i]->group && is_in (result->next, world->people[i]))
      join (world->people[i], result);
  world_assert_agree (world, world->absent && is_in (result->next, world->absent) ? 1 : 0);
}

/* ---- a commit by value ---- */

typedef struct {
  CvMlsCommitParams params;
  CvSpan offers[DRAFT_MAX];
  CvMlsLeaf removes[2];
  CvSpan policy;
  CvMlsPsk psk;
  CvMlsResumption resumption;
  char text[32];
} Draft;

static void
draft_adds (World *world, Draft *draft, guint want, GPtrArray *offered)
{
  for (guint i = 0; i < world->n_people && draft->params.n_adds < want; i++) {
    Member *person = world->people[i];

    if (!person->group && !(offered && g_ptr_array_find (offered, person, NULL)))
      draft->offers[draft->params.n_adds++] = member_offer (person);
  }
}

static void
draft_removes (World *world, const Member *committer, Draft *draft)
{
  guint want = world_roll (world, 3);

  for (guint i = 0; i < world->n_people && draft->params.n_removes < want; i++) {
    const Member *person = world->people[i];

    if (person != committer && person->group && world_roll (world, 2))
      draft->removes[draft->params.n_removes++] = cv_mls_group_get_own_leaf (person->group);
  }
}

static void
draft_extras (World *world, const Member *committer, Draft *draft)
{
  if (world_roll (world, 5) == 0) {
    g_snprintf (draft->text, sizeof draft->text, "policy %u", world->n_serial++);
    draft->policy = cv_span (draft->text, strlen (draft->text));
    draft->params.policy = &draft->policy;
    draft->params.policy_type = TEST_POLICY_TYPE;
  }
  if (world_roll (world, 3) == 0) {
    draft->psk = members_get_psk ();
    draft->params.psks = &draft->psk;
    draft->params.n_psks = 1;
  }
  /* Newcomers have no past to prove. */
  if (world_roll (world, 6) == 0 && draft->params.n_adds == 0) {
    draft->resumption.epoch = cv_mls_group_get_epoch (committer->group);
    draft->params.resumptions = &draft->resumption;
    draft->params.n_resumptions = 1;
  }
}

static void
draft_init (World *world, Draft *draft)
{
  *draft = (Draft){.params = {.authenticated_data = CV_SPAN_LITERAL ("admissions"),
                              .find_psk = members_find_psk,
                              .now_s = TEST_NOW_S}};
  draft->params.adds = draft->offers;
  draft->params.removes = draft->removes;
  draft->params.is_pathless = world_roll (world, 2) == 0;
  draft->params.is_public = world_roll (world, 4) == 0;
  draft->params.is_tree_beside = world_roll (world, 4) == 0;
}

static void
count_by_value (WorldTally *tally, const CvMlsCommitParams *params)
{
  tally->n_deeds[WORLD_DEED_ADD] += params->n_adds > 0 ? 1 : 0;
  tally->n_deeds[WORLD_DEED_REMOVE] += params->n_removes > 0 ? 1 : 0;
  tally->n_deeds[WORLD_DEED_POLICY] += params->policy ? 1 : 0;
  tally->n_deeds[WORLD_DEED_PSK] += params->n_psks > 0 ? 1 : 0;
  tally->n_deeds[WORLD_DEED_RESUMPTION] += params->n_resumptions > 0 ? 1 : 0;
}

static void
commit (World *world, Member *committer, const CvMlsCommitParams *params)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  count_by_value (&world->tally, params);
  g_assert_true (cv_mls_group_commit (committer->group, params, &result, &error) || error);
  g_assert_no_error (error);
  world_settle (world, committer, &result);
}

void
world_add (World *world, guint n_newcomers)
{
  Draft draft;

  draft_init (world, &draft);
  draft_adds (world, &draft, n_newcomers, NULL);
  commit (world, world_pick (world, TRUE, NULL), &draft.params);
}

static void
step_commit (World *world)
{
  Member *committer = world_pick (world, TRUE, NULL);
  Draft draft;
  Post post;

  post_before (world, &post);
  draft_init (world, &draft);
  draft_adds (world, &draft, world_roll (world, 4), NULL);
  if (world_count_inside (world) > 2)
    draft_removes (world, committer, &draft);
  draft_extras (world, committer, &draft);
  commit (world, committer, &draft.params);
  post_after (&post);
  world->tally.n_deeds[WORLD_DEED_COMMIT]++;
}

/* By an external commit, from the old epoch that the others have left. */
static void
come_back (World *world, const Member *host)
{
  Member *absent = g_steal_pointer (&world->absent);
  g_autoptr (CvMlsGroup) old = g_steal_pointer (&world->behind);
  g_auto (CvMlsCommitResult) back = {0};
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) info = cv_mls_group_dup_group_info (host->group, &error);

  g_assert_no_error (error);
  g_assert_true (cv_mls_group_resync (old, cv_span_from_bytes (info), TEST_NOW_S, &back, &error)
                 || error);
  g_assert_no_error (error);
  world_settle (world, absent, &back);
}

/* ---- proposals that somebody else commits ---- */

/* Fills one proposal; `offered` gets who asks to be added, so that nobody adds them twice. */
static CvMlsProposeParams
draft_proposal (World *world, const Member *proposer, CvMlsResumption *resumption,
                GPtrArray *offered)
{
  CvMlsProposeParams params = {
      .type = CV_MLS_PROPOSAL_UPDATE, .is_public = world_roll (world, 4) == 0, .now_s = TEST_NOW_S};
  Member *outside = world_pick (world, FALSE, NULL);
  const Member *other = world_pick (world, TRUE, proposer);

  switch (world_roll (world, 5)) {
  case 0:
    if (world->deaf || !outside || g_ptr_array_find (offered, outside, NULL))
      break;
    g_ptr_array_add (offered, outside);
    params.type = CV_MLS_PROPOSAL_ADD;
    params.key_package = member_offer (outside);
    break;
  case 1:
    if (!other || world_count_inside (world) < 4)
      break;
    params.type = CV_MLS_PROPOSAL_REMOVE;
    params.removed = cv_mls_group_get_own_leaf (other->group);
    break;
  case 2:
    params.type = CV_MLS_PROPOSAL_PSK;
    params.psk_id = members_get_psk ().id;
    break;
  case 3:
    resumption->epoch = cv_mls_group_get_epoch (proposer->group);
    params.type = CV_MLS_PROPOSAL_PSK;
    params.resumption = resumption;
    break;
  }
  return params;
}

static void
count_by_reference (WorldTally *tally, const CvMlsProposeParams *params)
{
  static const WorldDeed deeds[] = {[CV_MLS_PROPOSAL_ADD] = WORLD_DEED_PROPOSED_ADD,
                                    [CV_MLS_PROPOSAL_UPDATE] = WORLD_DEED_PROPOSED_UPDATE,
                                    [CV_MLS_PROPOSAL_REMOVE] = WORLD_DEED_PROPOSED_REMOVE,
                                    [CV_MLS_PROPOSAL_PSK] = WORLD_DEED_PROPOSED_PSK};

  tally->n_deeds[params->resumption ? WORLD_DEED_PROPOSED_RESUMPTION : deeds[params->type]]++;
}

static void
spread_proposal (World *world, const Member *proposer, GBytes *message)
{
  for (guint i = 0; i < world->n_people; i++) {
    Member *person = world->people[i];
    g_auto (CvMlsReceived) received = {0};
    g_autoptr (GError) error = NULL;

    if (!person->group || person == proposer || person == world->deaf)
      continue;
    g_assert_true (member_try_receive (person, cv_span_from_bytes (message), &received, &error)
                   || error);
    g_assert_no_error (error);
    g_assert_cmpint (received.type, ==, CV_MLS_CONTENT_PROPOSAL);
  }
}

/* Somebody gives up what waits, and follows the commit that names it like the others. */
static void
forget (World *world, const Member *committer)
{
  Member *person = world_roll (world, 2) == 0 ? world_pick (world, TRUE, committer) : NULL;

  if (person && person != world->deaf
      && cv_mls_group_forget_proposals (person->group, CV_SPAN_EMPTY))
    world->tally.n_deeds[WORLD_DEED_FORGET]++;
}

/* After the commit: who was deaf to something that it named comes back, unless it was removed. Nobody
 * came in meanwhile: a newcomer could not check the PSK of an epoch that it was not in. */
static void
wake_deaf (World *world)
{
  const Member *host = world_pick (world, TRUE, world->deaf);

  world->deaf = NULL;
  if (!world->absent)
    return;
  if (is_in (host->group, world->absent)) {
    come_back (world, host);
    return;
  }
  world->absent = NULL;
  g_clear_pointer (&world->behind, cv_mls_group_unref);
}

static void
step_propose (World *world)
{
  Member *committer = world_pick (world, TRUE, NULL);
  guint n_proposals = 1 + world_roll (world, PROPOSALS_MAX);
  g_autoptr (GPtrArray) offered = g_ptr_array_new ();
  gboolean has_resumption = FALSE;
  Draft draft;
  Post post;

  post_before (world, &post);
  world->deaf = world_roll (world, 4) == 0 ? world_pick (world, TRUE, committer) : NULL;
  for (guint i = 0; i < n_proposals; i++) {
    Member *proposer = world_pick (world, TRUE, world->deaf);
    CvMlsResumption resumption = {0};
    CvMlsProposeParams params = draft_proposal (world, proposer, &resumption, offered);
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) message = NULL;

    /* Who is added cannot know this group's past. */
    if (params.resumption && offered->len > 0)
      continue;
    has_resumption = has_resumption || params.resumption;
    if (params.type == CV_MLS_PROPOSAL_ADD && has_resumption)
      continue;
    message = cv_mls_group_propose (proposer->group, &params, &error);
    g_assert_no_error (error);
    count_by_reference (&world->tally, &params);
    spread_proposal (world, proposer, message);
  }
  forget (world, committer);
  draft_init (world, &draft);
  draft.params.includes_pending = TRUE;
  if (!has_resumption && !world->deaf)
    draft_adds (world, &draft, world_roll (world, 2), offered);
  commit (world, committer, &draft.params);
  post_after (&post);
  wake_deaf (world);
  world->tally.n_deeds[WORLD_DEED_PROPOSE]++;
}

/* ---- two at once, sleepers, guests ---- */

/* Two commits on one epoch: one wins, and the loser follows it and then says its own again. */
static void
step_race (World *world)
{
  Member *winner = world_pick (world, TRUE, NULL);
  Member *loser = world_pick (world, TRUE, winner);
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) lost = {0};
  g_autoptr (GError) error = NULL;
  Draft draft;

  if (!loser) {
    step_commit (world);
    return;
  }
  draft_init (world, &draft);
  draft_adds (world, &draft, world_roll (world, 2), NULL);
  g_assert_true (cv_mls_group_commit (loser->group, &draft.params, &lost, &error) || error);
  g_assert_no_error (error);
  commit (world, winner, &params);
  commit (world, loser, &draft.params);
  world->tally.n_deeds[WORLD_DEED_RACE]++;
}

/* One misses a commit or two and comes back by an external one. */
static void
step_resync (World *world)
{
  Member *sleeper = world_pick (world, TRUE, NULL);
  Member *other = world_pick (world, TRUE, sleeper);
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};

  if (!other) {
    step_commit (world);
    return;
  }
  fall_behind (world, sleeper);
  for (guint i = world_roll (world, 2) + 1; i > 0; i--)
    commit (world, other, &params);
  come_back (world, other);
  world->tally.n_deeds[WORLD_DEED_SLEEP]++;
}

/* Somebody comes in by itself, with the room's PSK. */
static void
step_guest (World *world)
{
  Member *guest = world_pick (world, FALSE, NULL);
  const Member *host = world_pick (world, TRUE, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) info = cv_mls_group_dup_group_info (host->group, &error);
  g_auto (CvMlsCommitResult) result = {0};
  CvMlsPsk psk = members_get_psk ();
  CvMlsLeafParams leaf;
  CvMlsExternalJoinParams params = {.leaf = &leaf, .psks = &psk, .n_psks = 1, .now_s = TEST_NOW_S};

  g_assert_no_error (error);
  if (!guest) {
    step_commit (world);
    return;
  }
  leaf = member_leaf_params (guest);
  params.group_info = cv_span_from_bytes (info);
  g_assert_true (cv_mls_group_external_join (members_get_crypto (), &params, &result, &error)
                 || error);
  g_assert_no_error (error);
  world_settle (world, guest, &result);
  world->tally.n_deeds[WORLD_DEED_GUEST]++;
}

void
world_step (World *world)
{
  switch (world_roll (world, 10)) {
  case 0:
    step_race (world);
    break;
  case 1:
    step_resync (world);
    break;
  case 2:
    step_guest (world);
    break;
  case 3:
  case 4:
  case 5:
    step_propose (world);
    break;
  default:
    step_commit (world);
    break;
  }
}
