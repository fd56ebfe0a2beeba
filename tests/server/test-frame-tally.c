/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "server/frame-tally.h"

#define TEXT 0x81
#define TEXT_BEGINS 0x01
#define CONTINUES 0x00
#define ENDS 0x80
#define CLOSE 0x88
#define PING 0x89
#define PONG 0x8a

/* A frame of a client; len in its shortest form. */
static void
append_frame (GByteArray *out, guint8 first, guint64 len, gboolean is_masked)
{
  guint8 header[14] = {first};
  guint n = 2, n_length = len < 126 ? 0 : len <= G_MAXUINT16 ? 2 : 8;

  header[1] = (guint8)(n_length == 0 ? len : n_length == 2 ? 126 : 127);
  for (guint i = n_length; i > 0; i--)
    header[n++] = (guint8)(len >> (8 * (i - 1)));
  if (is_masked) {
    header[1] |= 0x80;
    n += 4;
  }
  g_byte_array_append (out, header, n);
  /* What looks like a header must not be one. */
  for (guint64 i = 0; i < len; i++)
    g_byte_array_append (out, &(guint8){PING}, 1);
}

static void
test_follows_frames_in_any_pieces (void)
{
  static const gsize pieces[] = {1, 2, 3, 7, 1024, G_MAXUINT16, G_MAXUINT32};
  static const guint64 lens[] = {0, 1, 125, 126, G_MAXUINT16, G_MAXUINT16 + 1};

  for (gsize p = 0; p < G_N_ELEMENTS (pieces); p++) {
    g_autoptr (GByteArray) bytes = g_byte_array_new ();
    CvServerFrameTally tally = {0};

    for (gsize i = 0; i < G_N_ELEMENTS (lens); i++) {
      append_frame (bytes, TEXT, lens[i], TRUE);
      append_frame (bytes, PING, i, TRUE);
    }
    for (gsize at = 0; at < bytes->len; at += pieces[p])
      cv_server_frame_tally_add (&tally, bytes->data + at, MIN (pieces[p], bytes->len - at));
    g_assert_cmpuint (tally.n_bytes, ==, bytes->len);
    g_assert_cmpuint (tally.n_frames, ==, 12);
    g_assert_cmpuint (tally.n_pings, ==, 6);
    g_assert_cmpuint (tally.pong_bytes, ==, 6 * 2 + 15);
    g_assert_cmpuint (tally.n_extra, ==, 6);
    g_assert_cmpuint (tally.message_bytes, ==, 0);
  }
}

static void
test_knows_the_length_of_our_frames (void)
{
  static const gsize lens[] = {0, 125, 126, G_MAXUINT16, G_MAXUINT16 + 1};

  for (gsize i = 0; i < G_N_ELEMENTS (lens); i++) {
    g_autoptr (GByteArray) bytes = g_byte_array_new ();

    append_frame (bytes, TEXT, lens[i], FALSE);
    g_assert_cmpuint (cv_server_frame_tally_get_framed_len (lens[i]), ==, bytes->len);
  }
}

/* Also when other frames come in between, and before what was announced is there. */
static void
test_adds_up_the_pieces_of_a_message (void)
{
  static const guint8 huge[] = {TEXT_BEGINS, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  CvServerFrameTally tally = {0};

  append_frame (bytes, TEXT_BEGINS, 100, TRUE);
  append_frame (bytes, PING, 3, TRUE);
  append_frame (bytes, CONTINUES, 200, TRUE);
  append_frame (bytes, PONG, 5, TRUE);
  cv_server_frame_tally_add (&tally, bytes->data, bytes->len - 1);
  g_assert_cmpuint (tally.message_bytes, ==, 300);
  g_assert_cmpuint (tally.n_frames, ==, 3);
  cv_server_frame_tally_add (&tally, bytes->data + bytes->len - 1, 1);
  g_byte_array_set_size (bytes, 0);
  append_frame (bytes, ENDS, 7, TRUE);
  cv_server_frame_tally_add (&tally, bytes->data, 6);
  g_assert_cmpuint (tally.message_bytes, ==, 307);
  cv_server_frame_tally_add (&tally, bytes->data + 6, bytes->len - 6);
  g_assert_cmpuint (tally.message_bytes, ==, 0);
  g_assert_cmpuint (tally.n_extra, ==, 4);

  append_frame (bytes, TEXT_BEGINS, 1, TRUE);
  cv_server_frame_tally_add (&tally, bytes->data + 13, bytes->len - 13);
  cv_server_frame_tally_add (&tally, huge, sizeof huge);
  g_assert_cmpuint (tally.message_bytes, ==, G_MAXUINT64);
}

/* A close frame comes once. */
static void
test_a_close_is_nothing_extra (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  CvServerFrameTally tally = {0};

  append_frame (bytes, CLOSE, 2, TRUE);
  cv_server_frame_tally_add (&tally, bytes->data, bytes->len);
  g_assert_cmpuint (tally.n_frames, ==, 1);
  g_assert_cmpuint (tally.n_extra, ==, 0);
  g_assert_cmpuint (tally.n_pings, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/frame-tally/follows-frames-in-any-pieces",
                   test_follows_frames_in_any_pieces);
  g_test_add_func ("/server/frame-tally/knows-the-length-of-our-frames",
                   test_knows_the_length_of_our_frames);
  g_test_add_func ("/server/frame-tally/adds-up-the-pieces-of-a-message",
                   test_adds_up_the_pieces_of_a_message);
  g_test_add_func ("/server/frame-tally/a-close-is-nothing-extra", test_a_close_is_nothing_extra);
  return g_test_run ();
}
