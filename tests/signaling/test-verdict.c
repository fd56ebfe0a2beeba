/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "signaling/verdict.h"

static gboolean
is_final (CvMessageCode code, const char *about)
{
  CvMessageError error = {.code = (int)code, .about = (char *)about};

  return cv_signaling_verdict_is_final (&error);
}

static void
test_ends_for_good (void)
{
  g_assert_true (is_final (CV_MESSAGE_CODE_VERSION, NULL));
  g_assert_true (is_final (CV_MESSAGE_CODE_ROOM_FULL, NULL));
  g_assert_true (is_final (CV_MESSAGE_CODE_RESUME_FAILED, NULL));
  g_assert_true (is_final (CV_MESSAGE_CODE_VOIDED, "commit"));
  g_assert_true (is_final (CV_MESSAGE_CODE_TOO_FAST, NULL));
  g_assert_true (is_final (CV_MESSAGE_CODE_SHUTDOWN, NULL));
}

static void
test_goes_on (void)
{
  g_assert_false (is_final (CV_MESSAGE_CODE_TIMEOUT, NULL));
  g_assert_false (is_final (CV_MESSAGE_CODE_TOO_FAST, "knock"));
  g_assert_false (is_final (CV_MESSAGE_CODE_NOT_ALLOWED, "gap"));
  g_assert_false (is_final (CV_MESSAGE_CODE_ROOM_EMPTY, "knock"));
  g_assert_false (is_final (CV_MESSAGE_CODE_NOT_EMPTY, "open"));
  g_assert_false (is_final (CV_MESSAGE_CODE_NO_SUCH_MEMBER, "welcome"));
  g_assert_false (is_final (CV_MESSAGE_CODE_OTHER, NULL));
}

static void
test_tells_apart_what_a_person_can_do (void)
{
  g_assert_cmpint (cv_signaling_verdict_to_error (CV_MESSAGE_CODE_VERSION), ==,
                   CV_SIGNALING_ERROR_VERSION);
  g_assert_cmpint (cv_signaling_verdict_to_error (CV_MESSAGE_CODE_SERVER_FULL), ==,
                   CV_SIGNALING_ERROR_FULL);
  g_assert_cmpint (cv_signaling_verdict_to_error (CV_MESSAGE_CODE_RESUME_FAILED), ==,
                   CV_SIGNALING_ERROR_UNREACHABLE);
  g_assert_cmpint (cv_signaling_verdict_to_error (CV_MESSAGE_CODE_SHUTDOWN), ==,
                   CV_SIGNALING_ERROR_CLOSED);
  g_assert_cmpint (cv_signaling_verdict_to_error (CV_MESSAGE_CODE_BAD_MESSAGE), ==,
                   CV_SIGNALING_ERROR_PROTOCOL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signaling/verdict/ends-for-good", test_ends_for_good);
  g_test_add_func ("/signaling/verdict/goes-on", test_goes_on);
  g_test_add_func ("/signaling/verdict/tells-apart-what-a-person-can-do",
                   test_tells_apart_what_a_person_can_do);
  return g_test_run ();
}
