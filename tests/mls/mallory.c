/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Mallory uses the layer's own inside, as a changed client would. */
#include "mls/mallory.h"

void
mallory_set_up (MalloryWorld *world, gconstpointer data)
{
  const CvMlsSuite *suite = members_get_suite (0x0001);

  world->mallory = world->all[0] = member_new (suite, "mallory");
  world->victim = world->all[1] = member_new (suite, "victim");
  world->other = world->all[2] = member_new (suite, "other");
  member_create (world->mallory);
  member_add (world->mallory, world->victim, world->all, 3);
  member_add (world->mallory, world->other, world->all, 3);
}

void
mallory_tear_down (MalloryWorld *world, gconstpointer data)
{
  for (gsize i = 0; i < 3; i++)
    member_free (world->all[i]);
}

void
mallory_start_commit (const MalloryWorld *world, CvMlsCommit *commit,
                      CvMlsAuthenticatedContent *auth)
{
  const CvMlsGroup *group = world->mallory->group;

  *auth = (CvMlsAuthenticatedContent){
      .wire_format = CV_MLS_WIRE_PRIVATE_MESSAGE,
      .content =
          {
              .group_id = g_bytes_ref (group->epoch->context.group_id),
              .epoch = group->epoch->context.epoch,
              .sender = {.type = CV_MLS_SENDER_MEMBER, .leaf = cv_mls_group_get_own_leaf (group)},
              .authenticated_data = cv_span_dup (CV_SPAN_EMPTY),
              .type = CV_MLS_CONTENT_COMMIT,
              .commit = commit,
          },
  };
}

GBytes *
mallory_forge (const MalloryWorld *world, CvMlsCommit *commit)
{
  const CvMlsGroup *group = world->mallory->group;
  CvMlsMessageKeys keys = cv_mls_group_message_keys (group);
  static const guint8 zeroes[32];
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_autoptr (GError) error = NULL;
  GBytes *message;

  mallory_start_commit (world, commit, &auth);
  g_assert_true (cv_mls_framing_sign (&keys.cipher, &auth,
                                      cv_span_from_bytes (group->epoch->encoded_context),
                                      cv_secret_span (group->signature_private), &error));
  auth.confirmation_tag = cv_span_dup (CV_SPAN_ARRAY (zeroes));
  message = cv_mls_private_message_protect (&keys, &auth, &error);
  g_assert_no_error (error);
  return message;
}

void
mallory_assert_refused (MalloryWorld *world, GBytes *message, CvMlsError code)
{
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;
  CvMlsError again = code == CV_MLS_ERROR_STATE ? code : CV_MLS_ERROR_GENERATION;
  g_autoptr (GError) second = NULL;
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) good = {0};

  g_assert_false (
      member_try_receive (world->victim, cv_span_from_bytes (message), &received, &error));
  g_assert_error (error, CV_MLS_ERROR, (gint)code);
  g_assert_null (received.next);
  g_assert_null (received.summary.added);

  /* RFC 9420 §9.2: it was authentic, so its key is gone; but what is missing may still come. */
  g_assert_false (
      member_try_receive (world->victim, cv_span_from_bytes (message), &received, &second));
  g_assert_error (second, CV_MLS_ERROR, (gint)again);

  /* And the group goes on as if nothing had come. */
  member_commit (world->other, &params, &good);
  member_follow (world->victim, good.commit);
  members_assert_agree (&world->all[1], 2);
  members_assert_talk (&world->all[1], 2);
}
