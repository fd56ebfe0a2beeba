/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a refused message leaves behind: the key of an authentic one is consumed (RFC 9420 §9.2) but
 * when something is missing that may still come; nothing else ever changes. Costs 0.1 s. */
#include "mls/group-digest.h"
#include "mls/mallory.h"

/* __wrap_x is called wherever another file calls x, and __real_x is x. */
gboolean __real_cv_mls_private_message_consume (const CvMlsMessageKeys *keys,
                                                const CvMlsFramedContent *content,
                                                guint32 generation, GError **error);
gboolean __wrap_cv_mls_private_message_consume (const CvMlsMessageKeys *keys,
                                                const CvMlsFramedContent *content,
                                                guint32 generation, GError **error);

static gboolean is_consume_broken;

gboolean
__wrap_cv_mls_private_message_consume (const CvMlsMessageKeys *keys,
                                       const CvMlsFramedContent *content, guint32 generation,
                                       GError **error)
{
  if (!is_consume_broken)
    return __real_cv_mls_private_message_consume (keys, content, generation, error);
  g_set_error_literal (error, CV_MLS_ERROR, CV_MLS_ERROR_UNSUPPORTED,
                       "the library is out of order");
  return FALSE;
}

static void
assert_refused (MalloryWorld *world, GBytes *message, CvMlsError code)
{
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  g_assert_false (
      member_try_receive (world->victim, cv_span_from_bytes (message), &received, &error));
  g_assert_error (error, CV_MLS_ERROR, (gint)code);
  g_assert_true (!received.next && !received.data && !received.proposal.reference);
}

static void
assert_taken (MalloryWorld *world, GBytes *message)
{
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (member_try_receive (world->victim, cv_span_from_bytes (message), &received, &error)
                 || error);
  g_assert_no_error (error);
}

/* Refused once for what it is, then because its key is gone; what came before it still opens. */
static void
test_key_goes (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposeParams propose = {
      .type = CV_MLS_PROPOSAL_REMOVE, .removed = {2}, .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) early = cv_mls_group_propose (world->mallory->group, &propose, &error);
  g_autoptr (GBytes) forged = mallory_forge (world, cv_mls_commit_new ());

  g_assert_no_error (error);
  assert_refused (world, forged, CV_MLS_ERROR_INVALID);
  assert_refused (world, forged, CV_MLS_ERROR_GENERATION);
  assert_taken (world, early);
  assert_refused (world, early, CV_MLS_ERROR_GENERATION);
}

/* The commit names a proposal that comes later. */
static void
test_key_stays (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposeParams propose = {
      .type = CV_MLS_PROPOSAL_REMOVE, .removed = {2}, .now_s = TEST_NOW_S};
  CvMlsCommitParams params = {.includes_pending = TRUE, .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) proposal = cv_mls_group_propose (world->mallory->group, &propose, &error);
  g_autoptr (GBytes) before = group_digest_dup (world->victim->group);
  g_autoptr (GBytes) after = NULL;
  g_auto (CvMlsCommitResult) result = {0};

  g_assert_true (cv_mls_group_commit (world->mallory->group, &params, &result, &error));
  assert_refused (world, result.commit, CV_MLS_ERROR_STATE);
  assert_refused (world, result.commit, CV_MLS_ERROR_STATE);
  after = group_digest_dup (world->victim->group);
  g_assert_true (g_bytes_equal (before, after));
  assert_taken (world, proposal);
  assert_taken (world, result.commit);
}

/* A message of each kind while keys cannot be let go: refused, it changes nothing, a proposal does not
 * wait; and it is taken when they can. */
static void
test_without_consume (MalloryWorld *world, gconstpointer data)
{
  CvMlsGroup *mallory = world->mallory->group;
  CvMlsProposeParams propose = {
      .type = CV_MLS_PROPOSAL_REMOVE, .removed = {2}, .now_s = TEST_NOW_S};
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GBytes) before = group_digest_dup (world->victim->group);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) hello =
      cv_mls_group_protect (mallory, CV_SPAN_LITERAL ("hello"), CV_SPAN_EMPTY, &error);
  g_autoptr (GBytes) proposal = cv_mls_group_propose (mallory, &propose, &error);
  GBytes *messages[3] = {hello, proposal};

  g_assert_true (cv_mls_group_commit (mallory, &params, &result, &error));
  messages[2] = result.commit;
  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++) {
    g_autoptr (GBytes) after = NULL;

    is_consume_broken = TRUE;
    assert_refused (world, messages[i], CV_MLS_ERROR_UNSUPPORTED);
    is_consume_broken = FALSE;
    after = group_digest_dup (world->victim->group);
    g_assert_true (g_bytes_equal (before, after));
    g_assert_cmpuint (cv_mls_group_get_n_pending (world->victim->group), ==, 0);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    assert_taken (world, messages[i]);
}

typedef struct {
  const char *name;
  void (*run) (MalloryWorld *world, gconstpointer data);
} Claim;

static const Claim claims[] = {
    {"key-goes", test_key_goes},
    {"key-stays-when-something-may-come", test_key_stays},
    {"nothing-is-taken-when-the-key-cannot-go", test_without_consume},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/group/refused/%s", claims[i].name);

    g_test_add (path, MalloryWorld, NULL, mallory_set_up, claims[i].run, mallory_tear_down);
  }
  return g_test_run ();
}
