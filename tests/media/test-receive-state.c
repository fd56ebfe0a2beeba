/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "media/receive-state.h"

#define MS 1000
#define LOW CV_TRACK_CAMERA_LOW
#define MIDDLE CV_TRACK_CAMERA_MIDDLE

static gint64 now_us = 100 * G_USEC_PER_SEC;

static gboolean
open_frame (CvReceiveState *state, CvTrack track, gboolean is_key, gboolean has_gap,
            gboolean *wants_key)
{
  CvFrameInfo info = {.codec = CV_CODEC_VP8, .is_key_frame = is_key};
  gboolean wants;

  now_us += 40 * MS;
  return cv_receive_state_opened (state, track, &info, has_gap, now_us,
                                  wants_key != NULL ? wants_key : &wants);
}

static CvMediaState
get_state (CvReceiveState *state)
{
  cv_receive_state_update (state, now_us);
  return state->stats.state;
}

static void
test_starts_with_a_key_frame (void)
{
  CvReceiveState state;
  gboolean wants_key = FALSE;

  cv_receive_state_init (&state, 1, CV_MEDIA_CAMERA);
  g_assert_cmpint (get_state (&state), ==, CV_MEDIA_WAITING);
  g_assert_false (open_frame (&state, LOW, FALSE, FALSE, &wants_key));
  g_assert_true (wants_key);
  g_assert_false (open_frame (&state, LOW, FALSE, FALSE, &wants_key));
  g_assert_false (wants_key); /* just asked */
  g_assert_true (open_frame (&state, LOW, TRUE, FALSE, NULL));
  g_assert_true (open_frame (&state, LOW, FALSE, FALSE, NULL));
  g_assert_cmpint (get_state (&state), ==, CV_MEDIA_FLOWING);
  g_assert_cmpuint (state.stats.frames, ==, 4);
  g_assert_cmpuint (state.stats.dropped, ==, 2);
}

static void
test_holds_back_after_loss (void)
{
  CvReceiveState state;
  gboolean wants_key = FALSE;
  guint asked = 0;

  cv_receive_state_init (&state, 1, CV_MEDIA_CAMERA);
  g_assert_true (open_frame (&state, LOW, TRUE, FALSE, NULL));
  g_assert_false (open_frame (&state, LOW, FALSE, TRUE, &wants_key));
  g_assert_true (wants_key);
  for (guint i = 0; i < 25; i++) {
    g_assert_false (open_frame (&state, LOW, FALSE, FALSE, &wants_key));
    asked += wants_key ? 1 : 0;
  }
  g_assert_cmpuint (asked, >=, 2);
  g_assert_cmpuint (asked, <=, 4);
  g_assert_cmpint (get_state (&state), ==, CV_MEDIA_LOST);
  /* A key frame behind a gap is whole by itself. */
  g_assert_true (open_frame (&state, LOW, TRUE, TRUE, NULL));
  g_assert_true (open_frame (&state, LOW, FALSE, FALSE, NULL));
  g_assert_cmpint (get_state (&state), ==, CV_MEDIA_FLOWING);
}

static void
test_holds_back_after_failure (void)
{
  CvReceiveState state;

  cv_receive_state_init (&state, 1, CV_MEDIA_CAMERA);
  g_assert_true (open_frame (&state, LOW, TRUE, FALSE, NULL));
  cv_receive_state_refused (&state, LOW, CV_FRAME_UNDECRYPTABLE, now_us);
  g_assert_false (open_frame (&state, LOW, FALSE, FALSE, NULL));
  g_assert_cmpuint (state.stats.undecryptable, ==, 1);
}

static void
test_replay_takes_nothing_away (void)
{
  CvReceiveState state;

  cv_receive_state_init (&state, 1, CV_MEDIA_CAMERA);
  g_assert_true (open_frame (&state, LOW, TRUE, FALSE, NULL));
  cv_receive_state_refused (&state, LOW, CV_FRAME_DROPPED, now_us);
  g_assert_true (open_frame (&state, LOW, FALSE, FALSE, NULL));
  g_assert_cmpint (get_state (&state), ==, CV_MEDIA_FLOWING);
}

static void
test_states_of_failure (void)
{
  CvReceiveState state;

  cv_receive_state_init (&state, 1, CV_MEDIA_CAMERA);
  cv_receive_state_refused (&state, LOW, CV_FRAME_NO_KEY, now_us);
  g_assert_cmpint (get_state (&state), ==, CV_MEDIA_NO_KEY);
  g_assert_true (open_frame (&state, LOW, TRUE, FALSE, NULL));
  cv_receive_state_refused (&state, LOW, CV_FRAME_UNDECRYPTABLE, now_us);
  g_assert_cmpint (get_state (&state), !=, CV_MEDIA_UNDECRYPTABLE); /* not yet 2 s */
  now_us += 2100 * MS;
  cv_receive_state_refused (&state, LOW, CV_FRAME_UNDECRYPTABLE, now_us);
  g_assert_cmpint (get_state (&state), ==, CV_MEDIA_UNDECRYPTABLE);
  now_us += 3100 * MS;
  g_assert_cmpint (get_state (&state), ==, CV_MEDIA_WAITING);
}

static void
test_invisible (void)
{
  CvReceiveState state;

  cv_receive_state_init (&state, 1, CV_MEDIA_CAMERA);
  g_assert_true (open_frame (&state, LOW, TRUE, FALSE, NULL));
  cv_receive_state_set_visible (&state, FALSE);
  g_assert_false (open_frame (&state, LOW, FALSE, FALSE, NULL));
  g_assert_false (open_frame (&state, LOW, TRUE, FALSE, NULL));
  now_us += 600 * MS;
  g_assert_false (open_frame (&state, LOW, FALSE, FALSE, NULL));
  g_assert_cmpint (get_state (&state), ==, CV_MEDIA_FLOWING);
  cv_receive_state_set_visible (&state, TRUE);
  g_assert_false (open_frame (&state, LOW, FALSE, FALSE, NULL));
  g_assert_true (open_frame (&state, LOW, TRUE, FALSE, NULL));
}

static void
test_layers (void)
{
  CvReceiveState state;
  gboolean wants_key = FALSE;

  cv_receive_state_init (&state, 1, CV_MEDIA_CAMERA);
  g_assert_true (open_frame (&state, LOW, TRUE, FALSE, NULL));
  g_assert_true (open_frame (&state, MIDDLE, TRUE, FALSE, NULL));
  g_assert_false (open_frame (&state, LOW, FALSE, FALSE, &wants_key));
  g_assert_false (wants_key);
  g_assert_true (open_frame (&state, MIDDLE, FALSE, FALSE, NULL));
  /* The middle one ends, the low one goes on: it is wanted. */
  now_us += 400 * MS;
  g_assert_false (open_frame (&state, LOW, FALSE, FALSE, &wants_key));
  g_assert_true (wants_key);
  g_assert_true (open_frame (&state, LOW, TRUE, FALSE, NULL));
  g_assert_true (open_frame (&state, LOW, FALSE, FALSE, NULL));
}

static void
test_sound_needs_no_key_frame (void)
{
  CvReceiveState state;

  cv_receive_state_init (&state, 1, CV_MEDIA_AUDIO);
  g_assert_true (open_frame (&state, CV_TRACK_MICROPHONE, FALSE, FALSE, NULL));
  cv_receive_state_refused (&state, CV_TRACK_MICROPHONE, CV_FRAME_UNDECRYPTABLE, now_us);
  g_assert_true (open_frame (&state, CV_TRACK_MICROPHONE, FALSE, TRUE, NULL));
}

static void
test_rates (void)
{
  CvReceiveState state;

  cv_receive_state_init (&state, 1, CV_MEDIA_CAMERA);
  for (guint i = 0; i < 100; i++) {
    open_frame (&state, LOW, i == 0, FALSE, NULL);
    cv_receive_state_presented (&state, i % 10 == 0 ? 900.0 : 100.0, now_us);
  }
  cv_receive_state_update (&state, now_us);
  g_assert_cmpfloat_with_epsilon (state.stats.fps, 25.0, 0.1);
  g_assert_cmpfloat_with_epsilon (state.stats.latency_ms, 100.0, 0.1);
  now_us += 2000 * MS;
  cv_receive_state_update (&state, now_us);
  g_assert_cmpfloat (state.stats.fps, ==, 0.0);
  g_assert_cmpfloat (state.stats.latency_ms, ==, 0.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/receive-state/starts-with-a-key-frame", test_starts_with_a_key_frame);
  g_test_add_func ("/media/receive-state/holds-back-after-loss", test_holds_back_after_loss);
  g_test_add_func ("/media/receive-state/holds-back-after-failure", test_holds_back_after_failure);
  g_test_add_func ("/media/receive-state/replay-takes-nothing-away",
                   test_replay_takes_nothing_away);
  g_test_add_func ("/media/receive-state/states-of-failure", test_states_of_failure);
  g_test_add_func ("/media/receive-state/invisible", test_invisible);
  g_test_add_func ("/media/receive-state/layers", test_layers);
  g_test_add_func ("/media/receive-state/sound-needs-no-key-frame", test_sound_needs_no_key_frame);
  g_test_add_func ("/media/receive-state/rates", test_rates);
  return g_test_run ();
}
