/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The conference policy: its bytes, and what it may become. */
#include "e2ee/policy.h"

#include <string.h>

static CvE2eePolicy
make_policy (void)
{
  CvE2eePolicy policy = {
      .n_moderators = 2,
      .admission = CV_E2EE_ADMISSION_MODERATOR,
      .is_locked = TRUE,
      .is_chat_allowed = TRUE,
      .sframe_suite = CV_SFRAME_SUITE_AES_256_GCM,
      .epoch_bits = 4,
  };
  memset (policy.meeting_id, 1, sizeof policy.meeting_id);
  memset (&policy.moderators[0], 2, sizeof policy.moderators[0]);
  memset (&policy.moderators[1], 3, sizeof policy.moderators[1]);
  return policy;
}

static void
test_round_trip (void)
{
  CvE2eePolicy policy = make_policy ();
  CvE2eePolicy parsed;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) encoded = cv_e2ee_policy_write (&policy);
  g_autoptr (GBytes) again = NULL;
  g_assert_true (cv_e2ee_policy_parse (cv_span_from_bytes (encoded), &parsed, &error));
  g_assert_no_error (error);
  g_assert_true (parsed.is_locked);
  g_assert_false (parsed.is_recording_allowed);
  g_assert_cmpint (parsed.admission, ==, CV_E2EE_ADMISSION_MODERATOR);
  again = cv_e2ee_policy_write (&parsed);
  g_assert_true (g_bytes_equal (encoded, again));
}

typedef void (*Change) (CvE2eePolicy *policy);

static void
no_moderators (CvE2eePolicy *policy)
{
  policy->n_moderators = 0;
}
static void
same_moderator_twice (CvE2eePolicy *policy)
{
  policy->moderators[1] = policy->moderators[0];
}
static void
short_tag_suite (CvE2eePolicy *policy)
{
  policy->sframe_suite.value = 0x0003;
}
static void
another_offered_suite (CvE2eePolicy *policy)
{
  policy->sframe_suite.value = 0x0004;
}
static void
unknown_suite (CvE2eePolicy *policy)
{
  policy->sframe_suite.value = 0x00ff;
}
static void
other_epoch_bits (CvE2eePolicy *policy)
{
  policy->epoch_bits = 8;
}
static void
unknown_admission (CvE2eePolicy *policy)
{
  policy->admission = (CvE2eeAdmissionMode)7;
}
static void
other_meeting (CvE2eePolicy *policy)
{
  policy->meeting_id[3] ^= 1;
}
static void
other_creator (CvE2eePolicy *policy)
{
  policy->moderators[0] = policy->moderators[1];
  policy->n_moderators = 1;
}
static void
unlock (CvE2eePolicy *policy)
{
  policy->is_locked = FALSE;
}
static void
fewer_moderators (CvE2eePolicy *policy)
{
  policy->n_moderators = 1;
}

static void
test_rejects (void)
{
  static const Change changes[] = {no_moderators,         same_moderator_twice, short_tag_suite,
                                   another_offered_suite, unknown_suite,        other_epoch_bits,
                                   unknown_admission};
  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++) {
    CvE2eePolicy policy = make_policy ();
    CvE2eePolicy parsed;
    g_autoptr (GError) error = NULL;
    changes[i](&policy);
    g_autoptr (GBytes) encoded = cv_e2ee_policy_write (&policy);
    g_assert_false (cv_e2ee_policy_parse (cv_span_from_bytes (encoded), &parsed, &error));
    g_assert_error (error, CV_E2EE_ERROR, CV_E2EE_ERROR_MALFORMED);
  }
}

static void
test_rejects_every_cut (void)
{
  CvE2eePolicy policy = make_policy ();
  CvE2eePolicy parsed;
  g_autoptr (GBytes) encoded = cv_e2ee_policy_write (&policy);
  gsize len;
  const guint8 *data = g_bytes_get_data (encoded, &len);
  g_autofree guint8 *longer = g_malloc0 (len + 1);
  for (gsize i = 0; i < len; i++)
    g_assert_false (cv_e2ee_policy_parse (cv_span (data, i), &parsed, NULL));
  memcpy (longer, data, len);
  g_assert_false (cv_e2ee_policy_parse (cv_span (longer, len + 1), &parsed, NULL));
  longer[0] = 2;
  g_assert_false (cv_e2ee_policy_parse (cv_span (longer, len), &parsed, NULL));
}

static void
test_may_become (void)
{
  static const struct {
    Change change;
    gboolean may;
  } rows[] = {
      {unlock, TRUE},         {fewer_moderators, TRUE}, {other_meeting, FALSE},
      {other_creator, FALSE}, {unknown_suite, FALSE},   {other_epoch_bits, FALSE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    CvE2eePolicy policy = make_policy ();
    CvE2eePolicy next = policy;
    rows[i].change (&next);
    g_assert_cmpint (cv_e2ee_policy_may_become (&policy, &next), ==, rows[i].may);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/e2ee/policy/round-trip", test_round_trip);
  g_test_add_func ("/e2ee/policy/rejects", test_rejects);
  g_test_add_func ("/e2ee/policy/rejects-every-cut", test_rejects_every_cut);
  g_test_add_func ("/e2ee/policy/may-become", test_may_become);
  return g_test_run ();
}
