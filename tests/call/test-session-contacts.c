/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Who is known, over several meetings of the same two people. */
#include "session-world.h"

#include <gst/gst.h>

typedef struct {
  CvSession *ada;
  CvSession *bob;
} Meeting;

static void
meet (Meeting *meeting, CvSession *bob)
{
  meeting->ada = session_world_new_file ("Ada", "ada");
  meeting->bob = bob;
  session_world_host (meeting->ada, NULL);
  session_world_join (meeting->bob, meeting->ada, NULL);
  session_world_wait_members (meeting->ada, 2);
  session_world_wait_members (meeting->bob, 2);
}

/* The guest goes first: he was met all the same. */
static void
part (Meeting *meeting)
{
  session_world_leave (meeting->bob);
  session_world_wait_members (meeting->ada, 1);
  session_world_leave (meeting->ada);
  session_world_drop (meeting->bob);
  session_world_drop (meeting->ada);
}

static void
assert_contact (CvSession *session, const char *name, CvContactState state)
{
  CvParticipant *participant = session_world_find (session, name);

  g_assert_nonnull (participant);
  g_assert_cmpint (cv_participant_get_contact (participant), ==, state);
}

static void
test_known_verified_and_changed (void)
{
  Meeting meeting;
  g_autofree char *number = NULL;
  CvParticipant *bob;

  meet (&meeting, session_world_new_file ("Bob", "bob"));
  assert_contact (meeting.ada, "Bob", CV_CONTACT_NEW);
  assert_contact (meeting.bob, "Ada", CV_CONTACT_NEW);
  number = g_strdup (cv_participant_get_safety_number (session_world_find (meeting.ada, "Bob")));
  g_assert_cmpstr (number, ==,
                   cv_participant_get_safety_number (session_world_find (meeting.bob, "Ada")));
  part (&meeting);

  meet (&meeting, session_world_new_file ("Bob", "bob"));
  assert_contact (meeting.ada, "Bob", CV_CONTACT_KNOWN);
  assert_contact (meeting.bob, "Ada", CV_CONTACT_KNOWN);
  bob = session_world_find (meeting.ada, "Bob");
  g_assert_cmpstr (cv_participant_get_safety_number (bob), ==, number);
  cv_session_verify_participant (meeting.ada, bob);
  assert_contact (meeting.ada, "Bob", CV_CONTACT_VERIFIED);
  session_world_wait_shield (meeting.ada, CV_SHIELD_VERIFIED);
  part (&meeting);

  meet (&meeting, session_world_new_file ("Bob", "bob"));
  assert_contact (meeting.ada, "Bob", CV_CONTACT_VERIFIED);
  assert_contact (meeting.bob, "Ada", CV_CONTACT_KNOWN);
  session_world_wait_shield (meeting.ada, CV_SHIELD_VERIFIED);
  part (&meeting);

  /* The name with another key. Meeting once more does not make it known. */
  for (guint i = 0; i < 2; i++) {
    meet (&meeting, session_world_new_file ("Bob", "another-bob"));
    bob = session_world_find (meeting.ada, "Bob");
    assert_contact (meeting.ada, "Bob", CV_CONTACT_CHANGED);
    g_assert_cmpint (cv_participant_get_picture (bob), ==, CV_PICTURE_HELD_BACK);
    session_world_wait_shield (meeting.ada, CV_SHIELD_WARNING);
    if (i == 0)
      part (&meeting);
  }
  cv_session_accept_changed_key (meeting.ada, bob);
  assert_contact (meeting.ada, "Bob", CV_CONTACT_KNOWN);
  g_assert_cmpint (cv_participant_get_picture (bob), !=, CV_PICTURE_HELD_BACK);
  session_world_wait_shield (meeting.ada, CV_SHIELD_ENCRYPTED);
  part (&meeting);
}

/* A one-time identity leaves nothing behind, and is nobody that somebody met. */
static void
test_a_one_time_identity_stays_new (void)
{
  Meeting meeting;

  for (guint i = 0; i < 2; i++) {
    meeting.ada = session_world_new ("Ada");
    meeting.bob = session_world_new_file ("Bob", "bob-of-one-time");
    session_world_host (meeting.ada, NULL);
    session_world_join (meeting.bob, meeting.ada, NULL);
    session_world_wait_members (meeting.ada, 2);
    assert_contact (meeting.ada, "Bob", CV_CONTACT_NEW);
    part (&meeting);
  }
}

/* Both programs have the same key: the newer one takes the place, and nobody is there twice. */
static void
test_the_same_identity_takes_its_own_place (void)
{
  Meeting meeting;
  CvSession *again = session_world_new_file ("Bob", "bob");

  meet (&meeting, session_world_new_file ("Bob", "bob"));
  session_world_join (again, meeting.ada, NULL);
  session_world_wait_failure (meeting.bob, CV_CALL_ERROR_REMOVED);
  session_world_wait_members (again, 2);
  session_world_wait_members (meeting.ada, 2);
  g_assert_true (cv_session_send_chat (again, "still me"));
  session_world_wait_chat (meeting.ada, 1);
  session_world_drop (meeting.bob);
  meeting.bob = again;
  part (&meeting);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  session_world_init ();
  g_test_add_func ("/call/session-contacts/known-verified-and-changed",
                   test_known_verified_and_changed);
  g_test_add_func ("/call/session-contacts/a-one-time-identity-stays-new",
                   test_a_one_time_identity_stays_new);
  g_test_add_func ("/call/session-contacts/the-same-identity-takes-its-own-place",
                   test_the_same_identity_takes_its_own_place);
  result = g_test_run ();
  session_world_clear ();
  return result;
}
