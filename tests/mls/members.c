/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Everything here asserts: a test that expects a failure calls the group itself. */
#include "mls/members.h"

#include "crypto/signature.h"

#include <string.h>

static const guint8 room_psk[32] = {1, 2, 3, 4, 5, 6, 7, 8};

CvCrypto *
members_get_crypto (void)
{
  static CvCrypto *crypto;
  GError *error = NULL;

  if (!crypto)
    crypto = cv_crypto_context_new (FALSE, &error);
  g_assert_no_error (error);
  return crypto;
}

const CvMlsSuite *
members_get_suite (guint16 id)
{
  const CvMlsSuite *suite = cv_crypto_suites_find_mls ((CvMlsSuiteId){id});

  g_assert_nonnull (suite);
  return suite;
}

Member *
member_new (const CvMlsSuite *suite, const char *name)
{
  Member *member = g_new0 (Member, 1);
  g_autoptr (GError) error = NULL;

  member->suite = suite;
  member->name = g_strdup (name);
  g_assert_true (cv_crypto_signature_generate (members_get_crypto (), suite->signature,
                                               &member->signature, &error));
  return member;
}

void
member_free (Member *member)
{
  if (!member)
    return;
  g_clear_pointer (&member->group, cv_mls_group_unref);
  g_clear_pointer (&member->joiner, cv_mls_joiner_free);
  cv_crypto_key_pair_clear (&member->signature);
  g_free (member->name);
  g_free (member);
}

CvMlsLeafParams
member_leaf_params (const Member *member)
{
  static const guint16 types[] = {TEST_POLICY_TYPE};

  return (CvMlsLeafParams){
      .suite = member->suite,
      .signature_private = cv_secret_span (member->signature.private_key),
      .signature_public = cv_span_from_bytes (member->signature.public_key),
      .identity = cv_span (member->name, strlen (member->name)),
      .extension_types = types,
      .n_extension_types = G_N_ELEMENTS (types),
      .not_before_s = TEST_NOW_S - 60,
      .not_after_s = TEST_NOW_S + 3600,
  };
}

void
member_create (Member *member)
{
  CvMlsLeafParams params = member_leaf_params (member);
  g_autoptr (GError) error = NULL;

  member->group = cv_mls_group_new (members_get_crypto (), &params, CV_SPAN_LITERAL ("group"),
                                    TEST_POLICY_TYPE, CV_SPAN_LITERAL ("policy 0"), &error);
  g_assert_no_error (error);
}

CvSpan
member_offer (Member *member)
{
  CvMlsLeafParams params = member_leaf_params (member);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&member->joiner, cv_mls_joiner_free);
  member->joiner = cv_mls_joiner_new (members_get_crypto (), &params, &error);
  g_assert_no_error (error);
  return cv_span_from_bytes (cv_mls_joiner_get_key_package (member->joiner));
}

CvSecret *
members_find_psk (gpointer data, CvSpan psk_id)
{
  if (!cv_span_equal (psk_id, CV_SPAN_LITERAL ("room")))
    return NULL;
  return cv_secret_new_from (CV_SPAN_ARRAY (room_psk));
}

CvMlsPsk
members_get_psk (void)
{
  static CvSecret *secret;

  if (!secret)
    secret = cv_secret_new_from (CV_SPAN_ARRAY (room_psk));
  return (CvMlsPsk){CV_SPAN_LITERAL ("room"), secret};
}

gboolean
member_try_join (Member *member, CvSpan welcome, GError **error)
{
  CvMlsJoinParams params = {.welcome = welcome, .find_psk = members_find_psk, .now_s = TEST_NOW_S};
  CvMlsGroup *group = cv_mls_group_join (members_get_crypto (), member->joiner, &params, error);

  if (!group)
    return FALSE;
  g_clear_pointer (&member->group, cv_mls_group_unref);
  member->group = group;
  return TRUE;
}

void
member_join (Member *member, GBytes *welcome)
{
  g_autoptr (GError) error = NULL;

  member_try_join (member, cv_span_from_bytes (welcome), &error);
  g_assert_no_error (error);
}

gboolean
member_try_receive (Member *member, CvSpan message, CvMlsReceived *received, GError **error)
{
  CvMlsReceiveParams params = {
      .message = message, .find_psk = members_find_psk, .now_s = TEST_NOW_S};

  return cv_mls_group_receive (member->group, &params, received, error);
}

void
member_follow (Member *member, GBytes *commit)
{
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  member_try_receive (member, cv_span_from_bytes (commit), &received, &error);
  g_assert_no_error (error);
  g_assert_cmpint (received.type, ==, CV_MLS_CONTENT_COMMIT);
  g_assert_true (received.summary.removes_self == !received.next);
  g_clear_pointer (&member->group, cv_mls_group_unref);
  member->group = g_steal_pointer (&received.next);
}

void
member_commit (Member *member, const CvMlsCommitParams *params, CvMlsCommitResult *result)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_group_commit (member->group, params, result, &error) || error);
  g_assert_no_error (error);
  cv_mls_group_unref (member->group);
  member->group = cv_mls_group_ref (result->next);
}

void
member_add (Member *member, Member *newcomer, Member *const *present, gsize n_present)
{
  CvSpan offer = member_offer (newcomer);
  CvMlsPsk psk = members_get_psk ();
  CvMlsCommitParams params = {
      .adds = &offer, .n_adds = 1, .psks = &psk, .n_psks = 1, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  member_commit (member, &params, &result);
  for (gsize i = 0; i < n_present; i++)
    if (present[i] && present[i]->group && present[i] != member && present[i] != newcomer)
      member_follow (present[i], result.commit);
  member_join (newcomer, result.welcome);
}

void
members_assert_agree (Member *const *members, gsize n_members)
{
  const CvMlsGroup *first = NULL;

  for (gsize i = 0; i < n_members; i++) {
    const CvMlsGroup *group = members[i] ? members[i]->group : NULL;
    CvMlsMember self;

    if (!group)
      continue;
    first = first ? first : group;
    g_assert_cmpuint (cv_mls_group_get_epoch (group), ==, cv_mls_group_get_epoch (first));
    g_assert_true (cv_span_equal (cv_mls_group_get_epoch_authenticator (group),
                                  cv_mls_group_get_epoch_authenticator (first)));
    g_assert_true (cv_span_equal (cv_mls_group_get_confirmed_transcript_hash (group),
                                  cv_mls_group_get_confirmed_transcript_hash (first)));
    g_assert_cmpuint (cv_mls_group_get_leaf_count (group), ==, cv_mls_group_get_leaf_count (first));
    g_assert_true (cv_mls_group_get_member (group, cv_mls_group_get_own_leaf (group), &self));
    g_assert_true (
        cv_span_equal (self.identity, cv_span (members[i]->name, strlen (members[i]->name))));
  }
}

void
members_assert_talk (Member *const *members, gsize n_members)
{
  for (gsize i = 0; i < n_members; i++) {
    g_autoptr (GBytes) message = NULL;
    g_autoptr (GError) error = NULL;

    if (!members[i] || !members[i]->group)
      continue;
    message = cv_mls_group_protect (members[i]->group, CV_SPAN_LITERAL ("hello"),
                                    CV_SPAN_LITERAL ("about"), &error);
    g_assert_no_error (error);
    for (gsize j = 0; j < n_members; j++) {
      g_auto (CvMlsReceived) received = {0};

      if (j == i || !members[j] || !members[j]->group)
        continue;
      member_try_receive (members[j], cv_span_from_bytes (message), &received, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (received.sender.index, ==,
                        cv_mls_group_get_own_leaf (members[i]->group).index);
      g_assert_true (cv_span_equal (cv_span_from_array (received.data), CV_SPAN_LITERAL ("hello")));
      g_assert_true (cv_span_equal (cv_span_from_bytes (received.authenticated_data),
                                    CV_SPAN_LITERAL ("about")));
    }
  }
}
