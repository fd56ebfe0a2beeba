/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "sframe/receiver.h"

#include "sframe/sender.h"

#include <string.h>

static CvCrypto *crypto;

static CvSframeKey *
new_key (guint16 suite, guint64 kid)
{
  g_autoptr (GError) error = NULL;
  CvSframeKey *key =
      cv_sframe_key_new (crypto, cv_crypto_suites_find_sframe ((CvSframeSuiteId){suite}), kid,
                         CV_SPAN_LITERAL ("0123456789abcdef"), &error);

  g_assert_no_error (error);
  return key;
}

typedef struct {
  guint8 data[64];
  gsize len;
} Frame;

static Frame
seal (CvSframeSender *sender)
{
  Frame frame;

  g_assert_true (cv_sframe_sender_seal (sender, CV_SPAN_LITERAL ("meta"), CV_SPAN_LITERAL ("frame"),
                                        frame.data, sizeof frame.data, &frame.len, NULL));
  return frame;
}

static CvSframeVerdict
open_frame (CvSframeReceiver *receiver, CvSpan frame)
{
  guint8 out[64];
  gsize len = 0;
  CvSframeVerdict verdict =
      cv_sframe_receiver_open (receiver, CV_SPAN_LITERAL ("meta"), frame, out, &len, NULL);

  if (verdict == CV_SFRAME_OPENED)
    g_assert_cmpmem (out, len, "frame", 5);
  return verdict;
}

#define open_sealed(receiver, frame) open_frame (receiver, cv_span ((frame).data, (frame).len))

static void
test_unknown_kid (void)
{
  g_autoptr (CvSframeSender) sender = cv_sframe_sender_new (new_key (5, 9));
  g_autoptr (CvSframeReceiver) receiver = cv_sframe_receiver_new ();
  Frame first = seal (sender);
  Frame second = seal (sender);

  g_assert_cmpint (open_sealed (receiver, first), ==, CV_SFRAME_UNKNOWN_KID);
  g_assert_true (cv_sframe_receiver_add_key (receiver, new_key (5, 9)));
  g_assert_true (cv_sframe_receiver_has_key (receiver, 9));
  g_assert_cmpint (open_sealed (receiver, first), ==, CV_SFRAME_OPENED);
  cv_sframe_receiver_remove_key (receiver, 9);
  cv_sframe_receiver_remove_key (receiver, 9);
  g_assert_cmpint (open_sealed (receiver, second), ==, CV_SFRAME_UNKNOWN_KID);
}

static void
test_replay (void)
{
  g_autoptr (CvSframeSender) sender = cv_sframe_sender_new (new_key (5, 9));
  g_autoptr (CvSframeReceiver) receiver = cv_sframe_receiver_new ();
  Frame first = seal (sender);
  Frame second = seal (sender);

  cv_sframe_receiver_add_key (receiver, new_key (5, 9));
  g_assert_cmpint (open_sealed (receiver, second), ==, CV_SFRAME_OPENED);
  g_assert_cmpint (open_sealed (receiver, first), ==, CV_SFRAME_OPENED);
  g_assert_cmpint (open_sealed (receiver, first), ==, CV_SFRAME_REPLAY);
  g_assert_cmpint (open_sealed (receiver, second), ==, CV_SFRAME_REPLAY);
  /* A second key for the KID would open them again. */
  g_assert_false (cv_sframe_receiver_add_key (receiver, new_key (5, 9)));
  g_assert_cmpint (open_sealed (receiver, first), ==, CV_SFRAME_REPLAY);
}

/* Every bit of a frame counts, and no forgery uses up the counter of the real frame. */
static void
test_one_bit (void)
{
  for (guint16 suite = 1; suite <= 8; suite++) {
    g_autoptr (CvSframeSender) sender = cv_sframe_sender_new (new_key (suite, 9));
    g_autoptr (CvSframeReceiver) receiver = cv_sframe_receiver_new ();
    Frame frame = seal (sender);

    cv_sframe_receiver_add_key (receiver, new_key (suite, 9));
    for (gsize bit = 0; bit < 8 * frame.len; bit++) {
      Frame bad = frame;

      bad.data[bit / 8] ^= (guint8)(1 << bit % 8);
      g_assert_cmpint (open_sealed (receiver, bad), !=, CV_SFRAME_OPENED);
    }
    for (gsize len = 0; len < frame.len; len++)
      g_assert_cmpint (open_frame (receiver, cv_span (frame.data, len)), !=, CV_SFRAME_OPENED);
    g_assert_cmpint (open_sealed (receiver, frame), ==, CV_SFRAME_OPENED);
  }
}

static void
test_forgery_does_not_move_window (void)
{
  g_autoptr (CvSframeSender) sender = cv_sframe_sender_new (new_key (5, 9));
  g_autoptr (CvSframeReceiver) receiver = cv_sframe_receiver_new ();
  CvSframeHeader far = {.kid = 9, .ctr = G_MAXUINT64};
  guint8 forged[64] = {0};
  Frame frame = seal (sender);

  cv_sframe_receiver_add_key (receiver, new_key (5, 9));
  g_assert_cmpuint (cv_sframe_header_write (&far, forged), >, 0);
  g_assert_cmpint (open_frame (receiver, CV_SPAN_ARRAY (forged)), ==, CV_SFRAME_UNAUTHENTIC);
  g_assert_cmpint (open_sealed (receiver, frame), ==, CV_SFRAME_OPENED);
}

static void
test_metadata (void)
{
  g_autoptr (CvSframeSender) sender = cv_sframe_sender_new (new_key (5, 9));
  g_autoptr (CvSframeReceiver) receiver = cv_sframe_receiver_new ();
  Frame frame = seal (sender);
  guint8 out[64];
  gsize len;
  CvSframeHeader header;

  memset (out, 0xee, sizeof out);
  cv_sframe_receiver_add_key (receiver, new_key (5, 9));
  g_assert_cmpint (cv_sframe_receiver_open (receiver, CV_SPAN_LITERAL ("Meta"),
                                            cv_span (frame.data, frame.len), out, &len, &header),
                   ==, CV_SFRAME_UNAUTHENTIC);
  g_assert_cmpmem (out, 5, "\0\0\0\0\0", 5);
  g_assert_cmpuint (header.kid, ==, 9);
  g_assert_cmpuint (header.ctr, ==, 0);
}

static void
test_reflection (void)
{
  /* Leaf 2 of S = 6 and epoch 16: every context of it is our own. */
  guint64 mask = (1 << 10) - 1;
  g_autoptr (CvSframeSender) own = cv_sframe_sender_new (new_key (5, 0x820));
  g_autoptr (CvSframeSender) other = cv_sframe_sender_new (new_key (5, 0x830));
  g_autoptr (CvSframeReceiver) receiver = cv_sframe_receiver_new ();
  Frame reflected = seal (own);
  Frame foreign = seal (other);

  cv_sframe_receiver_add_own (receiver, mask, 0x020);
  g_assert_cmpint (open_sealed (receiver, reflected), ==, CV_SFRAME_REFLECTION);
  cv_sframe_receiver_add_key (receiver, new_key (5, 0x820));
  cv_sframe_receiver_add_key (receiver, new_key (5, 0x830));
  g_assert_cmpint (open_sealed (receiver, reflected), ==, CV_SFRAME_REFLECTION);
  g_assert_cmpint (open_sealed (receiver, foreign), ==, CV_SFRAME_OPENED);
  cv_sframe_receiver_remove_own (receiver, mask, 0x030);
  g_assert_cmpint (open_sealed (receiver, reflected), ==, CV_SFRAME_REFLECTION);
  cv_sframe_receiver_remove_own (receiver, mask, 0x020);
  g_assert_cmpint (open_sealed (receiver, reflected), ==, CV_SFRAME_OPENED);
}

static void
test_malformed (void)
{
  g_autoptr (CvSframeReceiver) receiver = cv_sframe_receiver_new ();

  cv_sframe_receiver_add_key (receiver, new_key (5, 7));
  g_assert_cmpint (open_frame (receiver, CV_SPAN_EMPTY), ==, CV_SFRAME_MALFORMED);
  g_assert_cmpint (open_frame (receiver, CV_SPAN_LITERAL ("\xff")), ==, CV_SFRAME_MALFORMED);
  g_assert_cmpint (open_frame (receiver, CV_SPAN_LITERAL ("\x80\x07"
                                                          "0123456789abcdef0")),
                   ==, CV_SFRAME_MALFORMED);
  g_assert_cmpint (open_frame (receiver, CV_SPAN_LITERAL ("\x70"
                                                          "0123456789abcde")),
                   ==, CV_SFRAME_MALFORMED);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  crypto = cv_crypto_context_new (FALSE, &error);
  g_assert_no_error (error);
  g_test_add_func ("/sframe/receiver/unknown-kid", test_unknown_kid);
  g_test_add_func ("/sframe/receiver/replay", test_replay);
  g_test_add_func ("/sframe/receiver/one-bit", test_one_bit);
  g_test_add_func ("/sframe/receiver/forgery-does-not-move-window",
                   test_forgery_does_not_move_window);
  g_test_add_func ("/sframe/receiver/metadata", test_metadata);
  g_test_add_func ("/sframe/receiver/reflection", test_reflection);
  g_test_add_func ("/sframe/receiver/malformed", test_malformed);
  status = g_test_run ();
  cv_crypto_context_unref (crypto);
  return status;
}
