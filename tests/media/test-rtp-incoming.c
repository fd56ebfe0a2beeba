/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Who may enter a session, and who may be let go of. */
#include "media/rtp-incoming.h"

#include <gst/gst.h>

#define SSRC 0x11223344u
#define RTX_SSRC 0x55667788u
#define REPORTER 0x99aabbccu

static CvRtpIncoming *
make (void)
{
  static const CvRtpSessionEvents events = {0};
  static const CvMediaStream stream = {CV_TRACK_CAMERA_LOW, SSRC, RTX_SSRC};
  CvRtpIncoming *incoming = cv_rtp_incoming_new (NULL, &events, NULL);

  g_assert_true (cv_rtp_incoming_expect (incoming, &stream));
  return incoming;
}

static gboolean
push_rtp (CvRtpIncoming *incoming, guint32 ssrc)
{
  g_auto (CvWriter) packet = {0};

  cv_writer_init (&packet);
  cv_writer_u32 (&packet, 0x80600001);
  cv_writer_u32 (&packet, 0);
  cv_writer_u32 (&packet, ssrc);
  cv_writer_u32 (&packet, 0);
  return cv_rtp_incoming_accept (incoming, cv_writer_span (&packet), FALSE);
}

/* An empty receiver report: RFC 3550 §6.4.2. */
static gboolean
push_report (CvRtpIncoming *incoming, guint32 ssrc)
{
  g_auto (CvWriter) packet = {0};

  cv_writer_init (&packet);
  cv_writer_u32 (&packet, 0x80c90001);
  cv_writer_u32 (&packet, ssrc);
  return cv_rtp_incoming_accept (incoming, cv_writer_span (&packet), TRUE);
}

static void
test_refuses_strangers (void)
{
  CvRtpIncoming *incoming = make ();

  g_assert_true (push_rtp (incoming, SSRC));
  g_assert_true (push_rtp (incoming, RTX_SSRC));
  g_assert_false (push_rtp (incoming, SSRC + 1));
  g_assert_false (push_rtp (incoming, 0));
  g_assert_false (cv_rtp_incoming_accept (incoming, CV_SPAN_LITERAL ("\x80"), FALSE));
  g_assert_cmpuint (cv_rtp_incoming_get_refused (incoming), ==, 3);
  cv_rtp_incoming_free (incoming);
}

/* Or a stream that goes on in the moment of its removal would stay mute. */
static void
test_keeps_who_may_come_back (void)
{
  CvRtpIncoming *incoming = make ();

  g_assert_true (push_report (incoming, REPORTER));
  g_assert_false (cv_rtp_incoming_note_silence (incoming, SSRC));
  g_assert_false (cv_rtp_incoming_note_silence (incoming, REPORTER));
  g_assert_true (cv_rtp_incoming_note_silence (incoming, SSRC + 1));
  g_assert_true (push_rtp (incoming, SSRC));
  cv_rtp_incoming_free (incoming);
}

static void
test_lets_go_of_the_forgotten (void)
{
  CvRtpIncoming *incoming = make ();

  /* Still sending when it is forgotten: only after its silence. */
  g_assert_true (push_rtp (incoming, SSRC));
  g_assert_false (cv_rtp_incoming_forget (incoming, SSRC));
  g_assert_false (push_rtp (incoming, SSRC));
  g_assert_true (cv_rtp_incoming_note_silence (incoming, SSRC));
  cv_rtp_incoming_free (incoming);

  /* Silent before it is forgotten: at once. */
  incoming = make ();
  g_assert_false (cv_rtp_incoming_note_silence (incoming, SSRC));
  g_assert_true (cv_rtp_incoming_forget (incoming, SSRC));
  cv_rtp_incoming_free (incoming);

  /* Silent and back again: not at once. */
  incoming = make ();
  g_assert_false (cv_rtp_incoming_note_silence (incoming, SSRC));
  g_assert_true (push_rtp (incoming, SSRC));
  g_assert_false (cv_rtp_incoming_forget (incoming, SSRC));
  cv_rtp_incoming_free (incoming);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/media/rtp-incoming/refuses-strangers", test_refuses_strangers);
  g_test_add_func ("/media/rtp-incoming/keeps-who-may-come-back", test_keeps_who_may_come_back);
  g_test_add_func ("/media/rtp-incoming/lets-go-of-the-forgotten", test_lets_go_of_the_forgotten);
  return g_test_run ();
}
