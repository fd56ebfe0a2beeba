/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A server that swaps, withholds, plays again and lies: what it must not achieve. */
#include "fixtures/e2ee-world.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

typedef struct {
  World *world;
  Person *alice;
  Person *bob;
  Person *carol;
} Meeting;

static void
set_up (Meeting *meeting, gconstpointer data)
{
  meeting->world = world_new ((CvMlsSuiteId){0x0001});
  meeting->alice = world_add (meeting->world, "Alice", "");
  meeting->bob = world_add (meeting->world, "Bob", "");
  meeting->carol = world_add (meeting->world, "Carol", "");
  world_host (meeting->world, meeting->alice, CV_E2EE_ADMISSION_LINK);
  world_join (meeting->world, meeting->bob);
  world_join (meeting->world, meeting->carol);
  world_run_for (meeting->world, 2 * SECOND);
}

static void
tear_down (Meeting *meeting, gconstpointer data)
{
  world_free (meeting->world);
}

static CvE2eeShieldState
shield (Person *person)
{
  return cv_e2ee_group_driver_get_trust (person->driver)->state;
}

static gboolean
is_warned (World *world, gpointer data)
{
  return shield (data) == CV_E2EE_SHIELD_WARNING;
}

static gboolean
is_encrypted (World *world, gpointer data)
{
  return shield (data) == CV_E2EE_SHIELD_ENCRYPTED;
}

static GBytes *
flip_bit (GBytes *bytes, gsize at)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  guint8 *copy = g_memdup2 (data, len);
  copy[MIN (at, len - 1)] ^= 1;
  return g_bytes_new_take (copy, len);
}

static void
test_wrong_passcode (Meeting *meeting, gconstpointer data)
{
  Person *dave = world_add (meeting->world, "Dave", "not the passcode");
  guint64 epoch = meeting->world->epoch;
  world_knock (meeting->world, dave);
  world_run_for (meeting->world, 3 * SECOND);
  g_assert_cmpint (dave->end, ==, CV_E2EE_END_UNREADABLE);
  g_assert_cmpuint (dave->n_joined, ==, 0);
  g_assert_cmpuint (meeting->world->epoch, ==, epoch);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_visitors (meeting->alice->driver), ==, 0);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->alice->driver, CV_E2EE_NOTICE_BAD_KNOCK), ==, 1);
}

static void
test_swapped_key_package (Meeting *meeting, gconstpointer data)
{
  /* Somebody without the link, brought in by the server under another's knock. */
  World *elsewhere = world_new ((CvMlsSuiteId){0x0001});
  elsewhere->secret[0] ^= 1;
  Person *mallory = world_add (elsewhere, "Mallory", "");
  Person *dave = world_add (meeting->world, "Dave", "");
  world_knock (elsewhere, mallory);
  dave->knock_instead = g_bytes_ref (mallory->last_knock);
  world_knock (meeting->world, dave);
  world_run_for (meeting->world, 3 * SECOND);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (meeting->alice->driver), ==, 3);
  g_assert_cmpint (dave->end, ==, CV_E2EE_END_UNREADABLE);
  world_free (elsewhere);
}

static void
test_old_knock_played_again (Meeting *meeting, gconstpointer data)
{
  /* Taken for a return, it would throw Bob out of his place. */
  Person *dave = world_add (meeting->world, "Dave", "");
  guint64 epoch = meeting->world->epoch;
  dave->knock_instead = g_bytes_ref (meeting->bob->last_knock);
  world_knock (meeting->world, dave);
  world_run_for (meeting->world, 3 * SECOND);
  g_assert_cmpuint (meeting->world->epoch, ==, epoch);
  g_assert_cmpuint (meeting->bob->n_ended, ==, 0);
  world_assert_agree (meeting->world);
}

static void
test_older_knock_of_who_came_back (Meeting *meeting, gconstpointer data)
{
  g_autoptr (GBytes) first = g_bytes_ref (meeting->bob->last_knock);
  Person *dave = world_add (meeting->world, "Dave", "");
  Person *erin = world_add (meeting->world, "Erin", "");
  world_cut (meeting->world, meeting->bob);
  meeting->bob->is_member = FALSE;
  world_run_for (meeting->world, 2 * SECOND);
  world_knock (meeting->world, meeting->bob);
  world_run_for (meeting->world, 2 * SECOND);
  g_assert_cmpuint (meeting->bob->n_joined, ==, 2);
  /* Erin never saw the first knock used. */
  world_join (meeting->world, erin);
  world_leave (meeting->world, meeting->alice);
  world_leave (meeting->world, meeting->carol);
  world_run_until_members (meeting->world, 2, 5 * SECOND);
  world_run_for (meeting->world, 2 * SECOND);
  guint64 epoch = meeting->world->epoch;
  dave->knock_instead = g_bytes_ref (first);
  world_knock (meeting->world, dave);
  world_run_for (meeting->world, 3 * SECOND);
  g_assert_cmpuint (meeting->world->epoch, ==, epoch);
  world_assert_agree (meeting->world);
}

static void
test_changed_knock (Meeting *meeting, gconstpointer data)
{
  Person *dave = world_add (meeting->world, "Dave", "");
  world_knock (meeting->world, dave);
  g_clear_pointer (&dave->driver, cv_e2ee_group_driver_free);
  world_run_for (meeting->world, 3 * SECOND);
  g_autoptr (GBytes) sealed = g_bytes_ref (dave->last_knock);
  for (gsize at = 0; at < g_bytes_get_size (sealed); at += 97) {
    g_autoptr (GBytes) changed = flip_bit (sealed, at);
    cv_e2ee_group_driver_on_knock (meeting->alice->driver, dave->id, changed);
    g_assert_cmpuint (cv_e2ee_group_driver_get_n_visitors (meeting->alice->driver), ==, 0);
  }
}

static void
test_injected_commit (Meeting *meeting, gconstpointer data)
{
  g_autoptr (GBytes) rubbish = g_bytes_new_static ("\0\1\0\2rubbish", 11);
  g_autoptr (GBytes) changed = NULL;
  guint64 epoch = cv_e2ee_group_driver_get_epoch (meeting->alice->driver);
  world_tell_ordered (meeting->alice, rubbish);
  /* A real one, with a bit changed on its way. */
  Person *dave = world_add (meeting->world, "Dave", "");
  meeting->alice->holds_commits = meeting->bob->holds_commits = meeting->carol->holds_commits =
      TRUE;
  world_knock (meeting->world, dave);
  world_run_for (meeting->world, 3 * SECOND);
  changed = flip_bit (meeting->bob->last_commit->bytes, 200);
  world_tell_ordered (meeting->alice, changed);
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (meeting->alice->driver), ==, epoch);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->alice->driver, CV_E2EE_NOTICE_BAD_COMMIT), ==,
      2);
  meeting->alice->holds_commits = meeting->bob->holds_commits = meeting->carol->holds_commits =
      FALSE;
  world_release (meeting->world);
  world_run_until_members (meeting->world, 4, 15 * SECOND);
}

static void
test_changed_welcome (Meeting *meeting, gconstpointer data)
{
  g_autoptr (GBytes) rubbish = g_bytes_new_static ("\0\1\0\3welcome to nowhere", 22);
  Person *dave = world_add (meeting->world, "Dave", "");
  world_knock (meeting->world, dave);
  cv_e2ee_group_driver_on_welcome (dave->driver, rubbish);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_notices (dave->driver, CV_E2EE_NOTICE_BAD_WELCOME),
                    ==, 1);
  g_assert_cmpint (cv_e2ee_group_driver_get_phase (dave->driver), ==, CV_E2EE_PHASE_DOOR);
  world_run_until_members (meeting->world, 4, 5 * SECOND);
}

static void
test_commit_played_again (Meeting *meeting, gconstpointer data)
{
  Person *dave = world_add (meeting->world, "Dave", "");
  world_join (meeting->world, dave);
  world_run_for (meeting->world, 15 * SECOND);
  CvE2eeCommit *last = g_ptr_array_index (meeting->world->log, meeting->world->log->len - 1);
  guint64 epoch = cv_e2ee_group_driver_get_epoch (meeting->bob->driver);
  cv_e2ee_group_driver_on_ordered_message (meeting->bob->driver, last);
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (meeting->bob->driver), ==, epoch);
  world_assert_agree (meeting->world);
}

static void
test_message_played_again (Meeting *meeting, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_e2ee_group_driver_send_application (meeting->alice->driver, CV_E2EE_EVERYBODY,
                                                        CV_SPAN_LITERAL ("once"), &error));
  /* The same ciphertext to Bob twice: taken from Carol's copy on its way. */
  world_run_for (meeting->world, 100 * 1000);
  g_assert_cmpuint (meeting->bob->received->len, ==, 1);
  g_assert_nonnull (meeting->alice->last_application);
  cv_e2ee_group_driver_on_application (meeting->bob->driver, meeting->alice->id,
                                       meeting->alice->last_application);
  g_assert_cmpuint (meeting->bob->received->len, ==, 1);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->bob->driver, CV_E2EE_NOTICE_BAD_APPLICATION), ==,
      1);
}

static void
test_dropped_removal (Meeting *meeting, gconstpointer data)
{
  /* Carol leaves; the server keeps the removal from Bob, who must not go on as if nothing was. */
  meeting->bob->no_ordered = TRUE;
  world_leave (meeting->world, meeting->carol);
  world_run_until (meeting->world, is_warned, meeting->bob, 17 * SECOND);
  g_assert_true (world_has_reason (meeting->bob, CV_E2EE_REASON_SILENT)
                 || world_has_reason (meeting->bob, CV_E2EE_REASON_DISAGREES));
  g_assert_true (world_has_reason (meeting->bob, CV_E2EE_REASON_ALONE));
  g_autoptr (GBytes) frame = world_seal_frame (meeting->bob, CV_E2EE_TRACK_MICROPHONE);
  g_assert_null (frame);
  /* The server gives in: the meeting heals. */
  meeting->bob->no_ordered = FALSE;
  world_run_until (meeting->world, is_encrypted, meeting->bob, 20 * SECOND);
  world_run_for (meeting->world, SECOND);
  world_assert_agree (meeting->world);
}

static void
test_withheld_heartbeats (Meeting *meeting, gconstpointer data)
{
  gint64 from_us = meeting->world->clock.monotonic_us;
  meeting->bob->no_applications = TRUE;
  world_run_for (meeting->world, 10 * SECOND);
  g_assert_cmpint (shield (meeting->bob), ==, CV_E2EE_SHIELD_ENCRYPTED);
  world_run_until (meeting->world, is_warned, meeting->bob, 6 * SECOND);
  g_assert_cmpint (meeting->world->clock.monotonic_us - from_us, <=, 16 * SECOND);
  g_assert_cmpint (shield (meeting->alice), ==, CV_E2EE_SHIELD_ENCRYPTED);
  meeting->bob->no_applications = FALSE;
  world_run_until (meeting->world, is_encrypted, meeting->bob, 4 * SECOND);
  world_assert_agree (meeting->world);
}

static void
test_one_silenced_member (Meeting *meeting, gconstpointer data)
{
  meeting->carol->is_silenced = TRUE;
  world_run_until (meeting->world, is_warned, meeting->alice, 17 * SECOND);
  const CvE2eeTrust *trust = cv_e2ee_group_driver_get_trust (meeting->alice->driver);
  g_assert_cmpuint (trust->reasons->len, ==, 1);
  CvE2eeReason reason = g_array_index (trust->reasons, CvE2eeReason, 0);
  g_assert_cmpint (reason.kind, ==, CV_E2EE_REASON_SILENT);
  g_assert_cmpuint (reason.leaf.index, ==, world_leaf (meeting->carol).index);
  g_autoptr (GBytes) frame = world_seal_frame (meeting->alice, CV_E2EE_TRACK_MICROPHONE);
  g_assert_nonnull (frame);
}

static void
test_lie_about_who_is_gone (Meeting *meeting, gconstpointer data)
{
  guint64 epoch = meeting->world->epoch;
  cv_e2ee_group_driver_on_member_gone (meeting->alice->driver, meeting->bob->id, FALSE);
  cv_e2ee_group_driver_on_member_gone (meeting->carol->driver, meeting->bob->id, FALSE);
  world_run_for (meeting->world, 30 * SECOND);
  g_assert_cmpuint (meeting->world->epoch, ==, epoch);
  world_assert_agree (meeting->world);
}

static void
test_group_replaced (Meeting *meeting, gconstpointer data)
{
  cv_e2ee_group_driver_on_group (meeting->bob->driver, CV_SPAN_LITERAL ("another group"));
  g_assert_cmpint (meeting->bob->end, ==, CV_E2EE_END_GROUP_GONE);
  g_assert_null (world_seal_frame (meeting->bob, CV_E2EE_TRACK_MICROPHONE));
}

/* ---- media ---- */

static CvE2eeVerdict
open_as (Person *to, Person *from, CvE2eeTrack track, GBytes *sealed)
{
  CvE2eeEnvelope envelope;
  g_autoptr (GBytes) frame = NULL;
  return cv_e2ee_receiver_unprotect (cv_e2ee_group_driver_get_receiver (to->driver),
                                     world_leaf (from), track, cv_span_from_bytes (sealed),
                                     &envelope, &frame);
}

static void
test_media_crossed (Meeting *meeting, gconstpointer data)
{
  g_autoptr (GBytes) sealed = world_seal_frame (meeting->bob, CV_E2EE_TRACK_CAMERA_HIGH);
  g_autoptr (GBytes) changed = flip_bit (sealed, G_MAXSIZE);
  /* On another's stream, on another track, back at who sent it, changed, twice. */
  g_assert_cmpint (open_as (meeting->alice, meeting->carol, CV_E2EE_TRACK_CAMERA_HIGH, sealed), ==,
                   CV_E2EE_DROPPED);
  g_assert_cmpint (open_as (meeting->alice, meeting->bob, CV_E2EE_TRACK_SCREEN, sealed), ==,
                   CV_E2EE_DROPPED);
  g_assert_cmpint (open_as (meeting->bob, meeting->bob, CV_E2EE_TRACK_CAMERA_HIGH, sealed), ==,
                   CV_E2EE_DROPPED);
  g_assert_cmpint (open_as (meeting->alice, meeting->bob, CV_E2EE_TRACK_CAMERA_HIGH, changed), ==,
                   CV_E2EE_UNDECRYPTABLE);
  g_assert_cmpint (open_as (meeting->alice, meeting->bob, CV_E2EE_TRACK_CAMERA_HIGH, sealed), ==,
                   CV_E2EE_OPENED);
  g_assert_cmpint (open_as (meeting->alice, meeting->bob, CV_E2EE_TRACK_CAMERA_HIGH, sealed), ==,
                   CV_E2EE_DROPPED);
  world_run_for (meeting->world, 2 * SECOND);
  g_assert_cmpint (shield (meeting->alice), ==, CV_E2EE_SHIELD_WARNING);
  g_assert_true (world_has_reason (meeting->alice, CV_E2EE_REASON_IMPOSTOR));
}

static void
test_undecryptable_track (Meeting *meeting, gconstpointer data)
{
  for (guint i = 0; i < 50; i++) {
    g_autoptr (GBytes) sealed = world_seal_frame (meeting->bob, CV_E2EE_TRACK_MICROPHONE);
    g_autoptr (GBytes) changed = flip_bit (sealed, G_MAXSIZE);
    open_as (meeting->alice, meeting->bob, CV_E2EE_TRACK_MICROPHONE, changed);
    world_run_for (meeting->world, SECOND / 10);
  }
  g_assert_true (world_has_reason (meeting->alice, CV_E2EE_REASON_UNDECRYPTABLE));
  world_assert_media (meeting->bob, meeting->alice, CV_E2EE_OPENED);
  world_run_for (meeting->world, 2 * SECOND);
  g_assert_cmpint (shield (meeting->alice), ==, CV_E2EE_SHIELD_ENCRYPTED);
}

static GBytes *
make_junk_commit (const CvE2eeGroupDriver *driver)
{
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  cv_writer_u16 (&writer, 1); /* mls10 */
  cv_writer_u16 (&writer, 2); /* PrivateMessage */
  cv_writer_vector (&writer, cv_e2ee_group_driver_get_group_id (driver));
  cv_writer_u64 (&writer, cv_e2ee_group_driver_get_epoch (driver));
  cv_writer_u8 (&writer, 3); /* commit */
  for (guint i = 0; i < 3; i++)
    cv_writer_vector (&writer, CV_SPAN_LITERAL ("rubbish"));
  return cv_writer_take (&writer);
}

/* Two commits that are none, one right after the other, make Alice look when nothing is new. */
static void
test_looks_in_a_hurry (Meeting *meeting, gconstpointer data)
{
  g_autoptr (GBytes) junk = make_junk_commit (meeting->alice->driver);
  for (guint i = 0; i < 200; i++) {
    g_autoptr (GBytes) sealed = world_seal_frame (meeting->bob, CV_E2EE_TRACK_MICROPHONE);
    g_autoptr (GBytes) changed = flip_bit (sealed, G_MAXSIZE);
    open_as (meeting->alice, meeting->bob, CV_E2EE_TRACK_MICROPHONE, changed);
    world_run_for (meeting->world, SECOND / 50);
    if (i % 40 != 0)
      continue;
    world_tell_ordered (meeting->alice, junk);
    world_tell_ordered (meeting->alice, junk);
  }
  g_assert_true (world_has_reason (meeting->alice, CV_E2EE_REASON_UNDECRYPTABLE));
}

static void
test_one_broken_frame (Meeting *meeting, gconstpointer data)
{
  g_autoptr (GBytes) sealed = world_seal_frame (meeting->bob, CV_E2EE_TRACK_MICROPHONE);
  g_autoptr (GBytes) changed = flip_bit (sealed, G_MAXSIZE);
  open_as (meeting->alice, meeting->bob, CV_E2EE_TRACK_MICROPHONE, changed);
  for (guint i = 0; i < 100; i++) {
    world_run_for (meeting->world, SECOND / 10);
    g_assert_cmpint (shield (meeting->alice), ==, CV_E2EE_SHIELD_ENCRYPTED);
  }
}

static void
test_rubbish_everywhere (Meeting *meeting, gconstpointer data)
{
  static const char *const heads[] = {"", "\0", "\0\1\0\1", "\0\1\0\2", "\xc1", "\xc2", "\xff"};
  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++)
    for (gsize len = 0; len < 200; len += 13) {
      guint8 bytes[256];
      for (gsize k = 0; k < sizeof bytes; k++)
        bytes[k] = (guint8)(k * 37 + len);
      memcpy (bytes, heads[i], i < 2 ? i : strlen (heads[i] + 1) + 1);
      g_autoptr (GBytes) rubbish = g_bytes_new (bytes, len);
      cv_e2ee_group_driver_on_application (meeting->bob->driver, meeting->carol->id, rubbish);
      cv_e2ee_group_driver_on_group_info (meeting->bob->driver, rubbish);
      world_tell_ordered (meeting->bob, rubbish);
      cv_e2ee_group_driver_on_knock (meeting->bob->driver, meeting->carol->id, rubbish);
      cv_e2ee_group_driver_on_welcome (meeting->bob->driver, rubbish);
      open_as (meeting->bob, meeting->alice, CV_E2EE_TRACK_SCREEN, rubbish);
    }
  cv_e2ee_group_driver_on_commit_accepted (meeting->bob->driver, 99);
  cv_e2ee_group_driver_on_commit_rejected (meeting->bob->driver, 99);
  cv_e2ee_group_driver_on_commit_voided (meeting->bob->driver, 99);
  cv_e2ee_group_driver_on_member_gone (meeting->bob->driver, "nobody", TRUE);
  cv_e2ee_group_driver_on_denied (meeting->bob->driver, CV_E2EE_DENIAL_MODERATOR);
  g_assert_cmpint (cv_e2ee_group_driver_get_phase (meeting->bob->driver), ==, CV_E2EE_PHASE_MEMBER);
  world_assert_agree (meeting->world);
}

#define ADD(path, test_fn)                                                                         \
  g_test_add ("/e2ee/hostile-server/" path, Meeting, NULL, set_up, test_fn, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("wrong-passcode", test_wrong_passcode);
  ADD ("swapped-key-package", test_swapped_key_package);
  ADD ("old-knock-played-again", test_old_knock_played_again);
  ADD ("older-knock-of-who-came-back", test_older_knock_of_who_came_back);
  ADD ("changed-knock", test_changed_knock);
  ADD ("injected-commit", test_injected_commit);
  ADD ("changed-welcome", test_changed_welcome);
  ADD ("commit-played-again", test_commit_played_again);
  ADD ("message-played-again", test_message_played_again);
  ADD ("dropped-removal", test_dropped_removal);
  ADD ("withheld-heartbeats", test_withheld_heartbeats);
  ADD ("one-silenced-member", test_one_silenced_member);
  ADD ("lie-about-who-is-gone", test_lie_about_who_is_gone);
  ADD ("group-replaced", test_group_replaced);
  ADD ("media-crossed", test_media_crossed);
  ADD ("undecryptable-track", test_undecryptable_track);
  ADD ("looks-in-a-hurry", test_looks_in_a_hurry);
  ADD ("one-broken-frame", test_one_broken_frame);
  ADD ("rubbish-everywhere", test_rubbish_everywhere);
  return g_test_run ();
}
