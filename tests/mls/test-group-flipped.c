/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Any flipped bit of any message is rejected, gives nothing out and leaves everything as it was: the
 * whole state hashes to the same, and the message as it was sent is taken after all of it. So it is
 * with messages that end too early or too late.
 *
 * Every bit with suite 0x0001, and with the others every n-th one: the post-quantum messages are ten
 * times as long, and the larger curves slow. Costs 10 s of processor under sanitizers. */
#include "mls/group-digest.h"
#include "mls/members.h"

#include <string.h>

#define N_PEOPLE 4
#define CHECK_EVERY 512 /* flips between two looks at the whole state */

typedef struct {
  guint16 suite;
  gsize stride; /* bits; odd, so that each of the eight comes */
} Row;

typedef struct {
  gsize stride;
  Member *people[N_PEOPLE]; /* the last one is outside */
} World;

static void
world_init (World *world, const Row *row)
{
  world->stride = row->stride;
  for (guint i = 0; i < N_PEOPLE; i++) {
    g_autofree char *name = g_strdup_printf ("person %u", i);

    world->people[i] = member_new (members_get_suite (row->suite), name);
  }
  member_create (world->people[0]);
  for (guint i = 1; i + 1 < N_PEOPLE; i++)
    member_add (world->people[0], world->people[i], world->people, N_PEOPLE);
}

static void
world_clear (World *world)
{
  for (guint i = 0; i < N_PEOPLE; i++)
    member_free (world->people[i]);
}

/* Takes the copy, and gives out whether it was taken. Asserts that a refusal gives out nothing. */
typedef gboolean (*Taker) (World *world, CvSpan message);

/* As much as is there of each of some lengths, and one byte more than all. */
static void
cut_all (World *world, CvSpan message, Taker take)
{
  g_autofree guint8 *longer = g_malloc0 (message.len + 1);

  memcpy (longer, message.data, message.len);
  for (gsize len = 0; len < message.len; len += 1 + world->stride / 8)
    g_assert_false (take (world, cv_span (longer, len)));
  g_assert_false (take (world, cv_span (longer, message.len - 1)));
  g_assert_false (take (world, cv_span (longer, message.len + 1)));
}

static void
flip_all (World *world, const Member *watched, GBytes *message, Taker take)
{
  CvSpan span = cv_span_from_bytes (message);
  g_autofree guint8 *copy = g_memdup2 (span.data, span.len);
  g_autoptr (GBytes) before = watched ? group_digest_dup (watched->group) : NULL;
  guint n_flips = 0;

  cut_all (world, span, take);
  for (gsize bit = 0; bit < span.len * 8; bit += world->stride) {
    guint8 mask = (guint8)(1u << bit % 8);

    copy[bit / 8] ^= mask;
    if (take (world, cv_span (copy, span.len)))
      g_error ("bit %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " was flipped and nobody saw it", bit,
               span.len * 8);
    copy[bit / 8] ^= mask;
    if (watched && (++n_flips % CHECK_EVERY == 0 || bit + world->stride >= span.len * 8)) {
      g_autoptr (GBytes) after = group_digest_dup (watched->group);

      g_assert_true (g_bytes_equal (before, after));
    }
  }
  g_assert_true (take (world, span));
}

/* ---- messages of a group, to the one at leaf 1 ---- */

static gboolean
take_as_member (World *world, CvSpan message)
{
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  if (member_try_receive (world->people[1], message, &received, &error)) {
    g_assert_no_error (error);
    return TRUE;
  }
  g_assert_nonnull (error);
  g_assert_true (!received.data && !received.next && !received.authenticated_data
                 && !received.summary.added && !received.proposal.reference);
  return FALSE;
}

static void
test_application (gconstpointer row)
{
  World world;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message = NULL;

  world_init (&world, row);
  message = cv_mls_group_protect (world.people[0]->group, CV_SPAN_LITERAL ("hello"),
                                  CV_SPAN_LITERAL ("about"), &error);
  g_assert_no_error (error);
  flip_all (&world, world.people[1], message, take_as_member);
  world_clear (&world);
}

/* From the one at leaf 2. */
static void
flip_proposal (World *world, CvMlsProposeParams params)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message = NULL;
  guint n_pending = cv_mls_group_get_n_pending (world->people[1]->group);

  params.now_s = TEST_NOW_S;
  message = cv_mls_group_propose (world->people[2]->group, &params, &error);
  g_assert_no_error (error);
  flip_all (world, world->people[1], message, take_as_member);
  g_assert_cmpuint (cv_mls_group_get_n_pending (world->people[1]->group), ==, n_pending + 1);
}

/* Each while those before it wait. */
static void
flip_proposals (const Row *row, gboolean is_public)
{
  static const CvMlsExtensionValue policy = {TEST_POLICY_TYPE, CV_SPAN_LITERAL ("policy 1")};
  World world;
  CvMlsResumption resumption = {0};
  CvMlsReinit reinit = {.group_id = CV_SPAN_LITERAL ("next"), .suite = {row->suite}};
  CvMlsProposeParams proposals[] = {
      {.type = CV_MLS_PROPOSAL_UPDATE},
      {.type = CV_MLS_PROPOSAL_ADD},
      {.type = CV_MLS_PROPOSAL_REMOVE, .removed = {0}},
      {.type = CV_MLS_PROPOSAL_PSK, .psk_id = members_get_psk ().id},
      {.type = CV_MLS_PROPOSAL_PSK, .resumption = &resumption},
      {.type = CV_MLS_PROPOSAL_REINIT, .reinit = &reinit},
      {.type = CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS, .extensions = &policy, .n_extensions = 1},
  };

  world_init (&world, row);
  resumption.epoch = cv_mls_group_get_epoch (world.people[1]->group);
  for (gsize i = 0; i < G_N_ELEMENTS (proposals); i++) {
    if (proposals[i].type == CV_MLS_PROPOSAL_ADD)
      proposals[i].key_package = member_offer (world.people[3]);
    proposals[i].is_public = is_public;
    flip_proposal (&world, proposals[i]);
  }
  world_clear (&world);
}

static void
test_proposals (gconstpointer row)
{
  flip_proposals (row, FALSE);
}

static void
test_public_proposals (gconstpointer row)
{
  flip_proposals (row, TRUE);
}

/* With a path, a newcomer, a PSK, and while a proposal waits. */
static void
flip_commit (const Row *row, gboolean is_public)
{
  World world;
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) proposal = NULL;
  CvMlsProposeParams propose = {.type = CV_MLS_PROPOSAL_UPDATE, .now_s = TEST_NOW_S};
  CvMlsPsk psk = members_get_psk ();
  CvMlsCommitParams params = {.psks = &psk,
                              .n_psks = 1,
                              .n_adds = 1,
                              .is_public = is_public,
                              .authenticated_data = CV_SPAN_LITERAL ("admissions"),
                              .now_s = TEST_NOW_S};
  CvSpan offer;

  world_init (&world, row);
  offer = member_offer (world.people[3]);
  params.adds = &offer;
  proposal = cv_mls_group_propose (world.people[2]->group, &propose, &error);
  g_assert_no_error (error);
  g_assert_true (
      member_try_receive (world.people[1], cv_span_from_bytes (proposal), &received, &error));
  g_assert_true (cv_mls_group_commit (world.people[0]->group, &params, &result, &error));
  flip_all (&world, world.people[1], result.commit, take_as_member);
  world_clear (&world);
}

static void
test_commit (gconstpointer row)
{
  flip_commit (row, FALSE);
}

static void
test_public_commit (gconstpointer row)
{
  flip_commit (row, TRUE);
}

/* ---- from and to the outside ---- */

static void
test_external_commit (gconstpointer row)
{
  World world;
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) info = NULL;

  world_init (&world, row);
  info = cv_mls_group_dup_group_info (world.people[0]->group, &error);
  g_assert_no_error (error);
  g_assert_true (cv_mls_group_resync (world.people[2]->group, cv_span_from_bytes (info), TEST_NOW_S,
                                      &result, &error));
  flip_all (&world, world.people[1], result.commit, take_as_member);
  world_clear (&world);
}

static gboolean
take_as_sleeper (World *world, CvSpan info)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  if (cv_mls_group_resync (world->people[2]->group, info, TEST_NOW_S, &result, &error))
    return TRUE;
  g_assert_nonnull (error);
  g_assert_true (!result.commit && !result.next);
  return FALSE;
}

static void
test_group_info (gconstpointer row)
{
  World world;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) info = NULL;

  world_init (&world, row);
  info = cv_mls_group_dup_group_info (world.people[0]->group, &error);
  g_assert_no_error (error);
  flip_all (&world, world.people[2], info, take_as_sleeper);
  world_clear (&world);
}

static gboolean
take_as_newcomer (World *world, CvSpan welcome)
{
  g_autoptr (GError) error = NULL;

  if (member_try_join (world->people[3], welcome, &error))
    return TRUE;
  g_assert_nonnull (error);
  g_assert_null (world->people[3]->group);
  return FALSE;
}

/* For one newcomer: what is in it for another one is that one's to check (§12.4.3.1). */
static void
test_welcome (gconstpointer row)
{
  World world;
  g_auto (CvMlsCommitResult) result = {0};
  CvMlsPsk psk = members_get_psk ();
  CvMlsCommitParams params = {.n_adds = 1, .psks = &psk, .n_psks = 1, .now_s = TEST_NOW_S};
  CvSpan offer;

  world_init (&world, row);
  offer = member_offer (world.people[3]);
  params.adds = &offer;
  member_commit (world.people[0], &params, &result);
  flip_all (&world, NULL, result.welcome, take_as_newcomer);
  world_clear (&world);
}

static gboolean
take_key_package (World *world, CvSpan offer)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsKeyPackageInfo) info = {0};
  g_autoptr (GError) error = NULL;
  CvMlsCommitParams params = {
      .adds = &offer, .n_adds = 1, .is_pathless = TRUE, .now_s = TEST_NOW_S};
  gboolean is_good = cv_mls_key_package_inspect (members_get_crypto (), world->people[1]->suite,
                                                 offer, TEST_NOW_S, &info, NULL);

  if (cv_mls_group_commit (world->people[1]->group, &params, &result, &error)) {
    g_assert_true (is_good);
    return TRUE;
  }
  g_assert_nonnull (error);
  g_assert_true (!is_good && !info.ref && !result.commit && !result.next);
  return FALSE;
}

static void
test_key_package (gconstpointer row)
{
  World world;
  CvSpan offer;
  g_autoptr (GBytes) package = NULL;

  world_init (&world, row);
  offer = member_offer (world.people[3]);
  package = cv_span_dup (offer);
  flip_all (&world, world.people[1], package, take_key_package);
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  static const Row rows[] = {{0x0001, 1},   {0x0002, 61},  {0x0003, 31},
                             {0x0004, 167}, {0x0005, 167}, {0x0006, 167},
                             {0x0007, 167}, {0xF001, 401}, {0xF002, 797}};
  static const struct {
    const char *name;
    GTestDataFunc run;
  } tests[] = {
      {"application", test_application},
      {"proposals", test_proposals},
      {"public-proposals", test_public_proposals},
      {"commit", test_commit},
      {"public-commit", test_public_commit},
      {"external-commit", test_external_commit},
      {"group-info", test_group_info},
      {"welcome", test_welcome},
      {"key-package", test_key_package},
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (tests); j++) {
      g_autofree char *path =
          g_strdup_printf ("/mls/group/flipped/%04x/%s", rows[i].suite, tests[j].name);

      g_test_add_data_func (path, &rows[i], tests[j].run);
    }
  return g_test_run ();
}
