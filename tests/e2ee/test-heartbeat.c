/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Heartbeats: the bytes, and when silence or disagreement counts. */
#include "e2ee/heartbeat.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

static GBytes *
make (void)
{
  CvE2eeHeartbeat heartbeat = {.epoch = 7};
  g_autoptr (GBytes) transcript = g_bytes_new_static ("transcript", 10);
  heartbeat.transcript_hash = transcript;
  memset (heartbeat.authenticator_hash, 5, sizeof heartbeat.authenticator_hash);
  for (guint i = 0; i < CV_E2EE_N_TRACKS; i++)
    heartbeat.n_frames[i] = i * 1000;
  heartbeat.sent_us = 123456789;
  return cv_e2ee_heartbeat_write (&heartbeat);
}

static void
test_round_trip (void)
{
  g_autoptr (GBytes) encoded = make ();
  g_auto (CvE2eeHeartbeat) parsed = {0};
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_e2ee_heartbeat_parse (cv_span_from_bytes (encoded), &parsed, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (parsed.epoch, ==, 7);
  g_assert_cmpuint (parsed.n_frames[7], ==, 7000);
  g_assert_cmpuint (parsed.sent_us, ==, 123456789);
}

static void
test_rejects (void)
{
  g_autoptr (GBytes) encoded = make ();
  gsize len;
  const guint8 *data = g_bytes_get_data (encoded, &len);
  g_autofree guint8 *changed = g_malloc0 (len + 1);
  for (gsize i = 0; i < len; i++) {
    g_auto (CvE2eeHeartbeat) parsed = {0};
    g_assert_false (cv_e2ee_heartbeat_parse (cv_span (data, i), &parsed, NULL));
  }
  g_auto (CvE2eeHeartbeat) parsed = {0};
  memcpy (changed, data, len);
  g_assert_false (cv_e2ee_heartbeat_parse (cv_span (changed, len + 1), &parsed, NULL));
  changed[0] = 9;
  g_assert_false (cv_e2ee_heartbeat_parse (cv_span (changed, len), &parsed, NULL));
}

static void
test_interval (void)
{
  g_assert_cmpint (cv_e2ee_heartbeat_interval_us (2), ==, 2 * SECOND);
  g_assert_cmpint (cv_e2ee_heartbeat_interval_us (50), ==, 2 * SECOND);
  g_assert_cmpint (cv_e2ee_heartbeat_interval_us (500), ==, 20 * SECOND);
}

static void
test_tracker (void)
{
  g_autoptr (CvE2eeHeartbeatTracker) tracker = cv_e2ee_heartbeat_tracker_new ();
  CvMlsLeaf leaf = {3};
  cv_e2ee_heartbeat_tracker_add (tracker, leaf, 0);
  cv_e2ee_heartbeat_tracker_note (tracker, leaf, TRUE, 5 * SECOND, 5 * SECOND);
  /* Adding twice does not restart the time. */
  cv_e2ee_heartbeat_tracker_add (tracker, leaf, 15 * SECOND);
  g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 3, 16 * SECOND), ==,
                   CV_E2EE_HEARTBEAT_AGREES);
  g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 3, 17 * SECOND), ==,
                   CV_E2EE_HEARTBEAT_SILENT);
  cv_e2ee_heartbeat_tracker_note (tracker, leaf, FALSE, 20 * SECOND, 20 * SECOND);
  g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 3, 20 * SECOND), ==,
                   CV_E2EE_HEARTBEAT_DISAGREES);
  cv_e2ee_heartbeat_tracker_note (tracker, leaf, TRUE, 21 * SECOND, 21 * SECOND);
  g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 3, 22 * SECOND), ==,
                   CV_E2EE_HEARTBEAT_AGREES);
  /* In a big room the interval is longer than the limit. */
  g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 500, 60 * SECOND), ==,
                   CV_E2EE_HEARTBEAT_AGREES);
  cv_e2ee_heartbeat_tracker_remove (tracker, leaf);
  g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 3, 900 * SECOND), ==,
                   CV_E2EE_HEARTBEAT_AGREES);
}

/* One word of the server goes as far as many. */
static void
test_excuse (void)
{
  g_autoptr (CvE2eeHeartbeatTracker) tracker = cv_e2ee_heartbeat_tracker_new ();
  CvMlsLeaf leaf = {3};
  cv_e2ee_heartbeat_tracker_add (tracker, leaf, 0);
  for (gint64 at_us = SECOND; at_us < 100 * SECOND; at_us += SECOND) {
    CvE2eeHeartbeatState expected = at_us < 12 * SECOND   ? CV_E2EE_HEARTBEAT_AGREES
                                    : at_us < 27 * SECOND ? CV_E2EE_HEARTBEAT_EXCUSED
                                                          : CV_E2EE_HEARTBEAT_SILENT;
    cv_e2ee_heartbeat_tracker_excuse (tracker, leaf, 3, at_us);
    cv_e2ee_heartbeat_tracker_excuse_all (tracker, 3, at_us);
    g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 3, at_us), ==, expected);
  }
  /* Heard again, in disagreement: no new excuse. */
  cv_e2ee_heartbeat_tracker_note (tracker, leaf, FALSE, 100 * SECOND, 100 * SECOND);
  cv_e2ee_heartbeat_tracker_excuse (tracker, leaf, 3, 100 * SECOND);
  g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 3, 101 * SECOND), ==,
                   CV_E2EE_HEARTBEAT_DISAGREES);
  /* An agreement ends the excuse. */
  cv_e2ee_heartbeat_tracker_note (tracker, leaf, TRUE, 110 * SECOND, 110 * SECOND);
  cv_e2ee_heartbeat_tracker_excuse (tracker, leaf, 3, 111 * SECOND);
  cv_e2ee_heartbeat_tracker_note (tracker, leaf, TRUE, 112 * SECOND, 112 * SECOND);
  g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 3, 124 * SECOND), ==,
                   CV_E2EE_HEARTBEAT_SILENT);
  /* A word after that takes nothing back. */
  cv_e2ee_heartbeat_tracker_excuse (tracker, leaf, 3, 124 * SECOND);
  g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 3, 124 * SECOND), ==,
                   CV_E2EE_HEARTBEAT_SILENT);
  /* Heartbeats of a big room are rarer: one more interval. */
  cv_e2ee_heartbeat_tracker_note (tracker, leaf, TRUE, 200 * SECOND, 200 * SECOND);
  cv_e2ee_heartbeat_tracker_excuse (tracker, leaf, 200, 201 * SECOND);
  g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 200, 232 * SECOND), ==,
                   CV_E2EE_HEARTBEAT_EXCUSED);
  g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 200, 233 * SECOND), ==,
                   CV_E2EE_HEARTBEAT_SILENT);
}

/* A heartbeat says that all was well when it was sent. */
static void
test_late (void)
{
  g_autoptr (CvE2eeHeartbeatTracker) tracker = cv_e2ee_heartbeat_tracker_new ();
  CvMlsLeaf leaf = {3};
  gint64 apart_us = 1000 * SECOND; /* the two clocks */
  cv_e2ee_heartbeat_tracker_add (tracker, leaf, apart_us);
  for (gint64 i = 0; i < 20; i++) /* every 2 s; they come every 6 s */
    cv_e2ee_heartbeat_tracker_note (tracker, leaf, TRUE, (guint64)(2 * i * SECOND),
                                    apart_us + 6 * i * SECOND);
  g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 3, apart_us + 114 * SECOND), ==,
                   CV_E2EE_HEARTBEAT_SILENT);
  /* What was sent in disagreement after that is not silence; a prompt agreement mends all. */
  cv_e2ee_heartbeat_tracker_note (tracker, leaf, FALSE, (guint64)(40 * SECOND),
                                  apart_us + 114 * SECOND);
  g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 3, apart_us + 114 * SECOND), ==,
                   CV_E2EE_HEARTBEAT_DISAGREES);
  cv_e2ee_heartbeat_tracker_note (tracker, leaf, TRUE, (guint64)(113 * SECOND),
                                  apart_us + 114 * SECOND);
  g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 3, apart_us + 114 * SECOND), ==,
                   CV_E2EE_HEARTBEAT_AGREES);
  /* A clock that leaps is its owner's own misfortune. */
  cv_e2ee_heartbeat_tracker_note (tracker, leaf, TRUE, G_MAXUINT64, apart_us + 115 * SECOND);
  cv_e2ee_heartbeat_tracker_note (tracker, leaf, TRUE, 0, apart_us + 130 * SECOND);
  g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 3, apart_us + 130 * SECOND), ==,
                   CV_E2EE_HEARTBEAT_SILENT);
}

/* Two days with a clock that loses 17 s; the line takes up to 3 s. */
static void
test_drift (void)
{
  g_autoptr (CvE2eeHeartbeatTracker) tracker = cv_e2ee_heartbeat_tracker_new ();
  CvMlsLeaf leaf = {3};
  cv_e2ee_heartbeat_tracker_add (tracker, leaf, 0);
  for (gint64 i = 0; i < 86400; i++) {
    gint64 sent_us = 2 * i * SECOND;
    gint64 now_us = sent_us + i % 4 * SECOND;
    cv_e2ee_heartbeat_tracker_note (tracker, leaf, TRUE, (guint64)(sent_us - sent_us / 10000),
                                    now_us);
    g_assert_cmpint (cv_e2ee_heartbeat_tracker_get (tracker, leaf, 3, now_us + 5 * SECOND), ==,
                     CV_E2EE_HEARTBEAT_AGREES);
  }
}

static void
test_clock (void)
{
  CvE2eeHeartbeatClock clock = {0};
  g_assert_cmpuint (cv_e2ee_heartbeat_clock_read (&clock, 500 * SECOND, 1000000), ==, 0);
  g_assert_cmpuint (cv_e2ee_heartbeat_clock_read (&clock, 510 * SECOND, 1000010), ==, 10 * SECOND);
  /* The computer slept for a minute, which the monotonic clock did not see. */
  g_assert_cmpuint (cv_e2ee_heartbeat_clock_read (&clock, 512 * SECOND, 1000072), ==, 72 * SECOND);
  /* The wall clock was set back by an hour. */
  g_assert_cmpuint (cv_e2ee_heartbeat_clock_read (&clock, 514 * SECOND, 996474), ==, 74 * SECOND);
  g_assert_cmpuint (cv_e2ee_heartbeat_clock_read (&clock, 516 * SECOND, G_MAXUINT64), >,
                    76 * SECOND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/e2ee/heartbeat/round-trip", test_round_trip);
  g_test_add_func ("/e2ee/heartbeat/rejects", test_rejects);
  g_test_add_func ("/e2ee/heartbeat/interval", test_interval);
  g_test_add_func ("/e2ee/heartbeat/tracker", test_tracker);
  g_test_add_func ("/e2ee/heartbeat/excuse", test_excuse);
  g_test_add_func ("/e2ee/heartbeat/late", test_late);
  g_test_add_func ("/e2ee/heartbeat/drift", test_drift);
  g_test_add_func ("/e2ee/heartbeat/clock", test_clock);
  return g_test_run ();
}
