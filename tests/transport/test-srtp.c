/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "transport/srtp.h"

#include <string.h>

#define SSRC 0x11223344
#define ROOM 256

typedef struct {
  CvTransportSrtp *a;
  CvTransportSrtp *b;
} Pair;

static void
set_up (Pair *pair, gconstpointer data)
{
  const CvTransportSrtpProfile *profile = cv_transport_srtp_profile_find (GPOINTER_TO_UINT (data));
  g_auto (CvTransportSrtpKeys) keys = {.profile = profile};
  g_auto (CvTransportSrtpKeys) swapped = {.profile = profile};
  g_autoptr (GError) error = NULL;

  memset (keys.local, 0x11, sizeof keys.local);
  memset (keys.remote, 0x22, sizeof keys.remote);
  memcpy (swapped.local, keys.remote, sizeof keys.remote);
  memcpy (swapped.remote, keys.local, sizeof keys.local);
  pair->a = cv_transport_srtp_new ();
  pair->b = cv_transport_srtp_new ();
  g_assert_true (cv_transport_srtp_set_keys (pair->a, &keys, &error));
  g_assert_true (cv_transport_srtp_set_keys (pair->b, &swapped, &error));
  g_assert_true (cv_transport_srtp_allow_ssrc (pair->b, SSRC));
}

static void
tear_down (Pair *pair, gconstpointer data)
{
  cv_transport_srtp_free (pair->a);
  cv_transport_srtp_free (pair->b);
}

typedef struct {
  _Alignas (8) guint8 bytes[ROOM];
  gsize len;
} Packet;

static Packet
make_rtp (guint16 sequence, guint32 ssrc)
{
  Packet packet = {.len = 12 + 50};
  guint16 sequence_be = GUINT16_TO_BE (sequence);
  guint32 ssrc_be = GUINT32_TO_BE (ssrc);

  packet.bytes[0] = 0x80;
  packet.bytes[1] = 96;
  memcpy (packet.bytes + 2, &sequence_be, 2);
  memcpy (packet.bytes + 8, &ssrc_be, 4);
  memset (packet.bytes + 12, (int)(sequence & 0xff), 50);
  return packet;
}

static Packet
make_rtcp (guint32 ssrc)
{
  Packet packet = {.len = 8};
  guint32 ssrc_be = GUINT32_TO_BE (ssrc);

  packet.bytes[0] = 0x80;
  packet.bytes[1] = 201;
  packet.bytes[3] = 1;
  memcpy (packet.bytes + 4, &ssrc_be, 4);
  return packet;
}

static Packet
protect (Pair *pair, Packet packet, gboolean is_rtcp)
{
  g_assert_cmpint (cv_transport_srtp_protect (pair->a, packet.bytes, &packet.len, is_rtcp), ==,
                   CV_TRANSPORT_SRTP_OK);
  return packet;
}

static CvTransportSrtpResult
unprotect (Pair *pair, Packet packet, gboolean is_rtcp)
{
  return cv_transport_srtp_unprotect (pair->b, packet.bytes, &packet.len, is_rtcp);
}

static void
test_round_trip (Pair *pair, gconstpointer data)
{
  Packet plain = make_rtp (1, SSRC);
  Packet sealed = protect (pair, plain, FALSE);

  g_assert_cmpuint (sealed.len, >, plain.len);
  g_assert_cmpuint (sealed.len, <=, plain.len + CV_TRANSPORT_SRTP_TRAILER_MAX);
  g_assert_cmpint (memcmp (sealed.bytes + 12, plain.bytes + 12, 50), !=, 0);
  g_assert_cmpint (cv_transport_srtp_unprotect (pair->b, sealed.bytes, &sealed.len, FALSE), ==,
                   CV_TRANSPORT_SRTP_OK);
  g_assert_cmpmem (sealed.bytes, sealed.len, plain.bytes, plain.len);

  plain = make_rtcp (5);
  sealed = protect (pair, plain, TRUE);
  g_assert_cmpuint (sealed.len, <=, plain.len + CV_TRANSPORT_SRTP_TRAILER_MAX);
  g_assert_cmpint (cv_transport_srtp_unprotect (pair->b, sealed.bytes, &sealed.len, TRUE), ==,
                   CV_TRANSPORT_SRTP_OK);
  g_assert_cmpmem (sealed.bytes, sealed.len, plain.bytes, plain.len);
}

static void
test_every_flipped_bit_is_refused (Pair *pair, gconstpointer data)
{
  Packet sealed = protect (pair, make_rtp (1, SSRC), FALSE);

  for (gsize bit = 0; bit < sealed.len * 8; bit++) {
    Packet bad = sealed;

    bad.bytes[bit / 8] ^= (guint8)(1u << (bit % 8));
    g_assert_cmpint (unprotect (pair, bad, FALSE), !=, CV_TRANSPORT_SRTP_OK);
  }
  /* None of it moved the state: the real one still opens. */
  g_assert_cmpint (unprotect (pair, sealed, FALSE), ==, CV_TRANSPORT_SRTP_OK);
}

static void
test_every_cut_is_refused (Pair *pair, gconstpointer data)
{
  Packet sealed = protect (pair, make_rtp (1, SSRC), FALSE);

  for (gsize len = 12; len < sealed.len; len++) {
    Packet bad = sealed;

    bad.len = len;
    g_assert_cmpint (unprotect (pair, bad, FALSE), !=, CV_TRANSPORT_SRTP_OK);
  }
}

static void
test_replays_are_refused (Pair *pair, gconstpointer data)
{
  Packet first = protect (pair, make_rtp (1, SSRC), FALSE);
  Packet skipped = protect (pair, make_rtp (2, SSRC), FALSE);
  Packet rtcp = protect (pair, make_rtcp (5), TRUE);

  g_assert_cmpint (unprotect (pair, first, FALSE), ==, CV_TRANSPORT_SRTP_OK);
  g_assert_cmpint (unprotect (pair, first, FALSE), ==, CV_TRANSPORT_SRTP_REPLAY);
  g_assert_cmpint (unprotect (pair, rtcp, TRUE), ==, CV_TRANSPORT_SRTP_OK);
  g_assert_cmpint (unprotect (pair, rtcp, TRUE), ==, CV_TRANSPORT_SRTP_REPLAY);

  /* 1024 packets later a late one is still welcome, once. */
  for (guint16 i = 3; i <= 1026; i++)
    g_assert_cmpint (unprotect (pair, protect (pair, make_rtp (i, SSRC), FALSE), FALSE), ==,
                     CV_TRANSPORT_SRTP_OK);
  g_assert_cmpint (unprotect (pair, skipped, FALSE), ==, CV_TRANSPORT_SRTP_OK);
  g_assert_cmpint (unprotect (pair, skipped, FALSE), ==, CV_TRANSPORT_SRTP_REPLAY);

  /* Far outside of the window it is refused, seen or not. */
  for (guint16 i = 1027; i <= 5000; i++)
    g_assert_cmpint (unprotect (pair, protect (pair, make_rtp (i, SSRC), FALSE), FALSE), ==,
                     CV_TRANSPORT_SRTP_OK);
  g_assert_cmpint (unprotect (pair, first, FALSE), ==, CV_TRANSPORT_SRTP_REPLAY);
}

static void
test_forgotten_keeps_its_window (Pair *pair, gconstpointer data)
{
  Packet first = protect (pair, make_rtp (1, SSRC), FALSE);
  Packet second = protect (pair, make_rtp (2, SSRC), FALSE);

  g_assert_cmpint (unprotect (pair, first, FALSE), ==, CV_TRANSPORT_SRTP_OK);
  cv_transport_srtp_forget_ssrc (pair->b, SSRC);
  g_assert_cmpint (unprotect (pair, second, FALSE), ==, CV_TRANSPORT_SRTP_UNKNOWN_SSRC);
  g_assert_true (cv_transport_srtp_allow_ssrc (pair->b, SSRC));
  g_assert_cmpint (unprotect (pair, first, FALSE), ==, CV_TRANSPORT_SRTP_REPLAY);
  g_assert_cmpint (unprotect (pair, second, FALSE), ==, CV_TRANSPORT_SRTP_OK);
}

static void
test_unknown_sources (Pair *pair, gconstpointer data)
{
  Packet sealed = protect (pair, make_rtp (1, SSRC + 1), FALSE);
  guint n_allowed = 1;

  g_assert_cmpint (unprotect (pair, sealed, FALSE), ==, CV_TRANSPORT_SRTP_UNKNOWN_SSRC);
  for (guint32 i = 1; n_allowed < CV_TRANSPORT_SRTP_ALLOWED_MAX; i++, n_allowed++)
    g_assert_true (cv_transport_srtp_allow_ssrc (pair->b, SSRC + i));
  g_assert_false (cv_transport_srtp_allow_ssrc (pair->b, 1));
  g_assert_true (cv_transport_srtp_allow_ssrc (pair->b, SSRC));
  g_assert_cmpint (unprotect (pair, sealed, FALSE), ==, CV_TRANSPORT_SRTP_OK);
}

static void
test_rtcp_senders_are_bounded (Pair *pair, gconstpointer data)
{
  for (guint32 i = 0; i < 1024; i++)
    g_assert_cmpint (unprotect (pair, protect (pair, make_rtcp (i + 1), TRUE), TRUE), ==,
                     CV_TRANSPORT_SRTP_OK);
  g_assert_cmpint (unprotect (pair, protect (pair, make_rtcp (9999), TRUE), TRUE), ==,
                   CV_TRANSPORT_SRTP_UNKNOWN_SSRC);
  g_assert_cmpint (unprotect (pair, protect (pair, make_rtcp (1), TRUE), TRUE), ==,
                   CV_TRANSPORT_SRTP_OK);
}

/* What we sent, thrown back at us, was protected with the other direction's key. */
static void
test_reflected_is_refused (Pair *pair, gconstpointer data)
{
  Packet sealed = protect (pair, make_rtp (1, SSRC), FALSE);

  g_assert_true (cv_transport_srtp_allow_ssrc (pair->a, SSRC));
  g_assert_cmpint (cv_transport_srtp_unprotect (pair->a, sealed.bytes, &sealed.len, FALSE), ==,
                   CV_TRANSPORT_SRTP_AUTHENTICATION);
}

static void
test_nothing_before_keys (void)
{
  g_autoptr (CvTransportSrtp) srtp = cv_transport_srtp_new ();
  Packet packet = make_rtp (1, SSRC);

  g_assert_true (cv_transport_srtp_allow_ssrc (srtp, SSRC));
  g_assert_cmpint (cv_transport_srtp_protect (srtp, packet.bytes, &packet.len, FALSE), ==,
                   CV_TRANSPORT_SRTP_NO_KEYS);
  g_assert_cmpint (cv_transport_srtp_unprotect (srtp, packet.bytes, &packet.len, FALSE), ==,
                   CV_TRANSPORT_SRTP_NO_KEYS);
}

int
main (int argc, char **argv)
{
  static const guint profiles[] = {0x0008, 0x0007, 0x0001};
  static const struct {
    const char *name;
    void (*run) (Pair *pair, gconstpointer data);
  } tests[] = {
      {"round-trip", test_round_trip},
      {"every-flipped-bit-is-refused", test_every_flipped_bit_is_refused},
      {"every-cut-is-refused", test_every_cut_is_refused},
      {"replays-are-refused", test_replays_are_refused},
      {"forgotten-keeps-its-window", test_forgotten_keeps_its_window},
      {"unknown-sources", test_unknown_sources},
      {"rtcp-senders-are-bounded", test_rtcp_senders_are_bounded},
      {"reflected-is-refused", test_reflected_is_refused},
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (profiles); i++) {
    for (gsize t = 0; t < G_N_ELEMENTS (tests); t++) {
      g_autofree char *path =
          g_strdup_printf ("/transport/srtp/%04x/%s", profiles[i], tests[t].name);

      g_test_add (path, Pair, GUINT_TO_POINTER (profiles[i]), set_up, tests[t].run, tear_down);
    }
  }
  g_test_add_func ("/transport/srtp/nothing-before-keys", test_nothing_before_keys);
  return g_test_run ();
}
