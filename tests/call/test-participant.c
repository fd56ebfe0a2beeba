/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "call/participant-private.h"

static void
on_notify (GObject *object, GParamSpec *pspec, gpointer data)
{
  g_ptr_array_add (data, g_strdup (pspec->name));
}

static CvParticipant *
new_watched (GPtrArray *notified)
{
  CvParticipant *participant = cv_participant_new ("0123456789abcdef", FALSE);

  g_signal_connect (participant, "notify", G_CALLBACK (on_notify), notified);
  return participant;
}

static void
assert_once (GPtrArray *notified, const char *name)
{
  g_assert_cmpuint (notified->len, ==, 1);
  g_assert_cmpstr (notified->pdata[0], ==, name);
  g_ptr_array_set_size (notified, 0);
}

static void
test_setters_notify_once (void)
{
  g_autoptr (GPtrArray) notified = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (CvParticipant) participant = new_watched (notified);
  g_autoptr (GObject) paintable = g_object_new (G_TYPE_OBJECT, NULL);

  for (guint i = 0; i < 2; i++)
    cv_participant_set_muted (participant, TRUE);
  assert_once (notified, "is-muted");
  for (guint i = 0; i < 2; i++)
    cv_participant_set_speaking (participant, TRUE);
  assert_once (notified, "is-speaking");
  for (guint i = 0; i < 2; i++)
    cv_participant_set_picture (participant, CV_PICTURE_SHOWN);
  assert_once (notified, "picture");
  for (guint i = 0; i < 2; i++)
    cv_participant_set_paintable (participant, paintable);
  assert_once (notified, "paintable");
  for (guint i = 0; i < 2; i++)
    cv_participant_set_aspect (participant, 4.0 / 3.0);
  assert_once (notified, "aspect");
  for (guint i = 0; i < 2; i++)
    cv_participant_set_level (participant, 0.5);
  assert_once (notified, "level");
}

static void
test_facts_notify_what_changed (void)
{
  g_autoptr (GPtrArray) notified = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (CvParticipant) participant = new_watched (notified);
  g_autoptr (GBytes) payload = g_bytes_new_static ("p", 1);
  g_autoptr (GBytes) read = NULL;
  CvParticipantFacts facts = {.name = "Ada", .fingerprint = "aaaa", .safety_payload = payload};

  cv_participant_set_facts (participant, &facts);
  g_ptr_array_set_size (notified, 0);
  cv_participant_set_facts (participant, &facts);
  g_assert_cmpuint (notified->len, ==, 0);
  facts.contact = CV_CONTACT_CHANGED;
  cv_participant_set_facts (participant, &facts);
  assert_once (notified, "contact");
  facts.is_confirmed = TRUE;
  cv_participant_set_facts (participant, &facts);
  assert_once (notified, "is-confirmed");
  read = cv_participant_dup_safety_payload (participant);
  g_assert_true (g_bytes_equal (read, payload));
  facts.safety_payload = NULL;
  cv_participant_set_facts (participant, &facts);
  g_assert_null (cv_participant_dup_safety_payload (participant));
}

/* What comes from the other side stays in the property's range. */
static void
test_numbers_are_clamped (void)
{
  g_autoptr (CvParticipant) participant = cv_participant_new ("id", FALSE);

  cv_participant_set_level (participant, 7);
  g_assert_cmpfloat (cv_participant_get_level (participant), ==, 1);
  cv_participant_set_level (participant, -7);
  g_assert_cmpfloat (cv_participant_get_level (participant), ==, 0);
  cv_participant_set_aspect (participant, 65535);
  g_assert_cmpfloat (cv_participant_get_aspect (participant), ==, 10);
  cv_participant_set_aspect (participant, 0);
  g_assert_cmpfloat (cv_participant_get_aspect (participant), ==, 0.1);
}

static void
on_view_size_changed (CvParticipant *participant, guint *count)
{
  (*count)++;
}

static void
test_view_size_is_told_once (void)
{
  g_autoptr (CvParticipant) participant = cv_participant_new ("id", FALSE);
  guint count = 0;
  int width = -1;
  int height = -1;

  g_signal_connect (participant, "view-size-changed", G_CALLBACK (on_view_size_changed), &count);
  cv_participant_set_view_size (participant, -5, -5);
  g_assert_cmpuint (count, ==, 0);
  for (guint i = 0; i < 2; i++)
    cv_participant_set_view_size (participant, 320, 180);
  g_assert_cmpuint (count, ==, 1);
  cv_participant_set_view_size (participant, -1, 180);
  cv_participant_get_view_size (participant, &width, &height);
  g_assert_cmpint (width, ==, 0);
  g_assert_cmpint (height, ==, 180);
  cv_participant_set_view_size (participant, -2, 180);
  g_assert_cmpuint (count, ==, 2);
}

static void
test_begins_without_anything_known (void)
{
  g_autoptr (CvParticipant) participant = cv_participant_new ("id", TRUE);
  CvContactState contact = CV_CONTACT_VERIFIED;
  CvPictureState picture = CV_PICTURE_SHOWN;

  g_object_get (participant, "contact", &contact, "picture", &picture, NULL);
  g_assert_cmpint (contact, ==, CV_CONTACT_NEW);
  g_assert_cmpint (picture, ==, CV_PICTURE_CONNECTING);
  g_assert_true (cv_participant_get_is_self (participant));
  g_assert_null (cv_participant_get_safety_number (participant));
  g_assert_null (cv_participant_dup_safety_payload (participant));
  g_assert_false (cv_participant_get_is_confirmed (participant));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call/participant/setters-notify-once", test_setters_notify_once);
  g_test_add_func ("/call/participant/facts-notify-what-changed", test_facts_notify_what_changed);
  g_test_add_func ("/call/participant/numbers-are-clamped", test_numbers_are_clamped);
  g_test_add_func ("/call/participant/view-size-is-told-once", test_view_size_is_told_once);
  g_test_add_func ("/call/participant/begins-without-anything-known",
                   test_begins_without_anything_known);
  return g_test_run ();
}
