/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Media keys across epochs and threads: what the sender seals, only the right ones open. */
#include "fixtures/e2ee-world.h"
#include "sframe/header.h"
#include "sframe/kid.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC
#define N_FRAMES 2000

typedef struct {
  World *world;
  Person *alice;
  Person *bob;
} Meeting;

static void
set_up (Meeting *meeting, gconstpointer data)
{
  meeting->world = world_new ((CvMlsSuiteId){0x0001});
  meeting->alice = world_add (meeting->world, "Alice", "");
  meeting->bob = world_add (meeting->world, "Bob", "");
  world_host (meeting->world, meeting->alice, CV_E2EE_ADMISSION_LINK);
  world_join (meeting->world, meeting->bob);
  world_run_for (meeting->world, SECOND);
}

static void
tear_down (Meeting *meeting, gconstpointer data)
{
  world_free (meeting->world);
}

static void
test_key_id (Meeting *meeting, gconstpointer data)
{
  /* Epoch, leaf and context stand in the frame's key id as RFC 9605 §5.2 says. */
  CvSframeHeader header;
  g_autoptr (GBytes) sealed = world_seal_frame (meeting->bob, CV_E2EE_TRACK_SCREEN);
  g_assert_cmpuint (cv_sframe_header_parse (cv_span_from_bytes (sealed), &header), >, 0);
  CvSframeKid kid = cv_sframe_kid_unpack (1, header.kid);
  g_assert_cmpuint (kid.epoch, ==, cv_e2ee_group_driver_get_epoch (meeting->bob->driver) % 16);
  g_assert_cmpuint (kid.leaf, ==, world_leaf (meeting->bob).index);
  g_assert_cmpuint (kid.context, ==, CV_E2EE_TRACK_SCREEN);
  g_assert_cmpuint (header.ctr, ==, 0);
}

static void
test_no_plaintext (Meeting *meeting, gconstpointer data)
{
  g_autoptr (GBytes) sealed = world_seal_frame (meeting->bob, CV_E2EE_TRACK_MICROPHONE);
  gsize len;
  const void *bytes = g_bytes_get_data (sealed, &len);
  g_assert_null (memmem (bytes, len, "frame", 5));
}

static void
test_nothing_without_an_epoch (void)
{
  g_autoptr (CvE2eeSender) sender = cv_e2ee_sender_new ();
  g_autoptr (CvE2eeReceiver) receiver = cv_e2ee_receiver_new ();
  g_autoptr (GError) error = NULL;
  CvE2eeEnvelope envelope = {.codec = 1};
  GBytes *frame = NULL;
  g_assert_null (cv_e2ee_sender_protect (sender, CV_E2EE_TRACK_MICROPHONE, &envelope,
                                         CV_SPAN_LITERAL ("frame"), &error));
  g_assert_error (error, CV_E2EE_ERROR, CV_E2EE_ERROR_STATE);
  g_assert_cmpint (cv_e2ee_receiver_unprotect (receiver, (CvMlsLeaf){0}, CV_E2EE_TRACK_MICROPHONE,
                                               CV_SPAN_LITERAL ("\x01\x02 and more"), &envelope,
                                               &frame),
                   ==, CV_E2EE_NO_KEY);
  g_assert_null (frame);
}

static void
test_reserved_tracks (Meeting *meeting, gconstpointer data)
{
  CvE2eeEnvelope envelope = {.codec = 1};
  CvE2eeSender *sender = cv_e2ee_group_driver_get_sender (meeting->bob->driver);
  for (int track = -1; track <= 9; track++) {
    g_autoptr (GBytes) sealed =
        cv_e2ee_sender_protect (sender, (CvE2eeTrack)track, &envelope, CV_SPAN_LITERAL ("x"), NULL);
    g_assert_cmpint (sealed != NULL, ==, track >= 0 && track <= 5);
  }
}

/* ---- a leaf that is given to somebody else ---- */

static CvE2eeVerdict
open_frame (Person *to, CvMlsLeaf leaf, GBytes *sealed)
{
  CvE2eeEnvelope envelope;
  g_autoptr (GBytes) frame = NULL;
  return cv_e2ee_receiver_unprotect (cv_e2ee_group_driver_get_receiver (to->driver), leaf,
                                     CV_E2EE_TRACK_MICROPHONE, cv_span_from_bytes (sealed),
                                     &envelope, &frame);
}

static void
let_in_one_commit (Meeting *meeting, Person *carol, Person *dave)
{
  g_autoptr (GError) error = NULL;
  guint64 epoch = meeting->world->epoch;
  world_knock (meeting->world, dave);
  world_run_for (meeting->world, SECOND / 100);
  /* Nobody but Alice knows of it: she commits both. */
  cv_e2ee_group_driver_on_knock_gone (meeting->bob->driver, dave->id);
  cv_e2ee_group_driver_on_knock_gone (carol->driver, dave->id);
  g_assert_true (cv_e2ee_group_driver_remove (meeting->alice->driver, world_leaf (carol), &error));
  world_run_for (meeting->world, 3 * SECOND / 2);
  g_assert_cmpuint (meeting->world->epoch, ==, epoch + 1);
}

static void
let_one_after_another (Meeting *meeting, Person *carol, Person *dave)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_e2ee_group_driver_remove (meeting->alice->driver, world_leaf (carol), &error));
  world_run_for (meeting->world, SECOND);
  carol->is_member = FALSE;
  world_join (meeting->world, dave);
}

/* Dave gets Carol's leaf while the keys of her last epoch are still kept for frames under way. */
static void
test_leaf_passed_on (Meeting *meeting, gconstpointer is_at_once)
{
  CvE2eeReceiverCounts counts;
  Person *carol = world_add (meeting->world, "Carol", "");
  Person *dave = world_add (meeting->world, "Dave", "");
  world_join (meeting->world, carol);
  world_run_for (meeting->world, SECOND);
  CvMlsLeaf leaf = world_leaf (carol);
  g_autoptr (GBytes) first = world_seal_frame (carol, CV_E2EE_TRACK_MICROPHONE);
  g_autoptr (GBytes) carols = world_seal_frame (carol, CV_E2EE_TRACK_MICROPHONE);
  g_autoptr (GBytes) alices = world_seal_frame (meeting->alice, CV_E2EE_TRACK_MICROPHONE);
  g_assert_cmpint (open_frame (meeting->bob, leaf, first), ==, CV_E2EE_OPENED);
  if (is_at_once != NULL)
    let_in_one_commit (meeting, carol, dave);
  else
    let_one_after_another (meeting, carol, dave);
  g_assert_cmpuint (world_leaf (dave).index, ==, leaf.index);

  g_assert_cmpint (open_frame (meeting->bob, leaf, carols), ==, CV_E2EE_DROPPED);
  g_assert_cmpint (open_frame (meeting->bob, world_leaf (meeting->alice), alices), ==,
                   CV_E2EE_OPENED);
  world_assert_media (dave, meeting->bob, CV_E2EE_OPENED);
  cv_e2ee_receiver_get_counts (cv_e2ee_group_driver_get_receiver (meeting->bob->driver), leaf,
                               CV_E2EE_TRACK_MICROPHONE, &counts);
  g_assert_cmpuint (counts.n_opened, ==, 1);
  g_assert_cmpuint (counts.n_dropped, ==, 1);
  /* Carol's last frames are no attack on Dave. */
  world_run_for (meeting->world, SECOND);
  g_assert_false (world_has_reason (meeting->bob, CV_E2EE_REASON_IMPOSTOR));
}

/* ---- threads: main changes epochs while frames flow ---- */

typedef struct {
  CvE2eeSender *sender;
  CvE2eeReceiver *receiver;
  CvMlsLeaf leaf;
  CvE2eeTrack track;
  gint n_opened;
  gint is_done;
} Stream;

static gpointer
run_stream (gpointer data)
{
  Stream *stream = data;
  CvE2eeEnvelope envelope = {.codec = 1};
  for (guint i = 0; i < N_FRAMES; i++) {
    CvE2eeEnvelope opened;
    g_autoptr (GBytes) frame = NULL;
    g_autoptr (GBytes) sealed = cv_e2ee_sender_protect (stream->sender, stream->track, &envelope,
                                                        CV_SPAN_LITERAL ("frame"), NULL);
    g_assert_nonnull (sealed);
    stream->n_opened += cv_e2ee_receiver_unprotect (stream->receiver, stream->leaf, stream->track,
                                                    cv_span_from_bytes (sealed), &opened, &frame)
                        == CV_E2EE_OPENED;
    if (i % 50 == 0)
      g_thread_yield ();
  }
  g_atomic_int_set (&stream->is_done, TRUE);
  return NULL;
}

static void
test_threads (Meeting *meeting, gconstpointer data)
{
  Stream streams[4];
  GThread *threads[4];
  gboolean are_done = FALSE;
  for (guint i = 0; i < 4; i++) {
    streams[i] = (Stream){
        .sender = cv_e2ee_group_driver_get_sender (meeting->bob->driver),
        .receiver = cv_e2ee_group_driver_get_receiver (meeting->alice->driver),
        .leaf = world_leaf (meeting->bob),
        .track = (CvE2eeTrack)i,
    };
    threads[i] = g_thread_new ("stream", run_stream, &streams[i]);
  }
  /* People come and go meanwhile. */
  for (guint round = 0; round < 6 && !are_done; round++) {
    Person *guest = world_add (meeting->world, "Guest", "");
    world_join (meeting->world, guest);
    world_run_for (meeting->world, SECOND);
    world_leave (meeting->world, guest);
    world_run_until_members (meeting->world, 2, 2 * SECOND);
    world_run_for (meeting->world, SECOND);
    are_done = TRUE;
    for (guint i = 0; i < 4; i++)
      are_done = are_done && g_atomic_int_get (&streams[i].is_done);
  }
  for (guint i = 0; i < 4; i++) {
    g_thread_join (threads[i]);
    g_assert_cmpint (streams[i].n_opened, ==, N_FRAMES);
    g_assert_cmpuint (cv_e2ee_sender_get_n_frames (streams[i].sender, streams[i].track), ==,
                      N_FRAMES);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/e2ee/epoch-keys/key-id", Meeting, NULL, set_up, test_key_id, tear_down);
  g_test_add ("/e2ee/epoch-keys/no-plaintext", Meeting, NULL, set_up, test_no_plaintext, tear_down);
  g_test_add_func ("/e2ee/epoch-keys/nothing-without-an-epoch", test_nothing_without_an_epoch);
  g_test_add ("/e2ee/epoch-keys/reserved-tracks", Meeting, NULL, set_up, test_reserved_tracks,
              tear_down);
  g_test_add ("/e2ee/epoch-keys/leaf-passed-on", Meeting, NULL, set_up, test_leaf_passed_on,
              tear_down);
  g_test_add ("/e2ee/epoch-keys/leaf-passed-on-at-once", Meeting, GINT_TO_POINTER (TRUE), set_up,
              test_leaf_passed_on, tear_down);
  g_test_add ("/e2ee/epoch-keys/threads", Meeting, NULL, set_up, test_threads, tear_down);
  return g_test_run ();
}
