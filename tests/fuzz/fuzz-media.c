/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What comes over a link behind SRTP: fragments of frames, RTCP, and the descriptions of links that
 * members send each other.
 *
 *   input = kind (1) arguments */
#include "fuzz/fuzz.h"
#include "media/frame-fragments.h"
#include "media/rtcp-filter.h"
#include "protocol/peer-message-json.h"
#include "routing/negotiate.h"

#include <gst/gst.h>
#include <string.h>

typedef enum { KIND_FRAGMENTS, KIND_CUT, KIND_RTCP, KIND_DESCRIPTION, N_KINDS } Kind;

static CvSpan
read_rest (CvReader *input)
{
  return cv_reader_take (input, cv_reader_remaining (input));
}

/* Packets: steps of sequence number and time (1 each), marker (1), payload (its length 2). */
static void
feed_fragments (CvReader *input)
{
  CvFrameAssembler assembler;
  guint16 seq = 65530;
  guint32 rtp_time = G_MAXUINT32 - 2;
  gsize n_bytes = 0;

  cv_frame_assembler_init (&assembler);
  while (cv_reader_remaining (input) > 0) {
    gboolean has_gap = FALSE;
    gboolean is_marked;
    gsize len;
    CvSpan payload;
    g_autoptr (GBytes) frame = NULL;

    seq = (guint16)(seq + (gint8)cv_reader_u8 (input));
    rtp_time += cv_reader_u8 (input) & 3;
    is_marked = cv_reader_u8 (input) & 1;
    len = cv_reader_u16 (input);
    payload = cv_reader_take (input, MIN (len, cv_reader_remaining (input)));
    n_bytes += payload.len;
    frame = cv_frame_assembler_push (&assembler, seq, rtp_time, is_marked, payload, &has_gap);
    if (frame)
      g_assert_cmpuint (g_bytes_get_size (frame), <=, MIN (n_bytes, CV_FRAME_MAX_BYTES));
  }
  cv_frame_assembler_clear (&assembler);
}

/* A frame (rest) that is cut arrives whole, but for the fragment that is lost (1). */
static void
feed_cut (CvReader *input)
{
  guint lost = cv_reader_u8 (input);
  CvSpan frame = read_rest (input);
  guint n = cv_frame_fragments_count (frame.len);
  CvFrameAssembler assembler;
  g_autoptr (GBytes) whole = NULL;

  if (frame.len == 0)
    return;
  cv_frame_assembler_init (&assembler);
  for (guint i = 0; i < n; i++) {
    guint8 payload[1 + CV_FRAME_FRAGMENT_MAX_BYTES];
    CvSpan part;
    gboolean has_gap;

    payload[0] = cv_frame_fragments_cut (frame, i, &part);
    g_assert_cmpuint (part.len, <=, CV_FRAME_FRAGMENT_MAX_BYTES);
    memcpy (payload + 1, part.data, part.len);
    g_assert_null (whole);
    if (i != lost)
      whole = cv_frame_assembler_push (&assembler, (guint16)i, 1, i == n - 1,
                                       cv_span (payload, 1 + part.len), &has_gap);
  }
  g_assert_true ((whole != NULL) == (lost >= n));
  if (whole)
    g_assert_true (cv_span_equal (cv_span_from_bytes (whole), frame));
  cv_frame_assembler_clear (&assembler);
}

static gboolean
claim_even (gpointer data, guint32 ssrc, gboolean is_sender)
{
  guint *n_claims = data;

  (*n_claims)++;
  return (ssrc & 1) == 0;
}

static void
feed_rtcp (CvReader *input)
{
  guint n_claims = 0;
  CvSpan packet = read_rest (input);
  gboolean is_allowed = cv_rtcp_filter_check (packet, claim_even, &n_claims);

  /* Each claim takes at least its four bytes. */
  g_assert_cmpuint (n_claims, <=, packet.len / 4);
  if (is_allowed)
    g_assert_cmpuint (packet.len, >=, 4);
}

static void
feed_description (CvReader *input)
{
  g_autoptr (CvPeerMessage) message = cv_peer_message_json_parse (read_rest (input), NULL);
  CvTransportDescription description;

  if (!message
      || (message->type != CV_PEER_MESSAGE_OFFER && message->type != CV_PEER_MESSAGE_ANSWER))
    return;
  if (cv_routing_negotiate_parse (message, &description, NULL))
    g_assert_true (description.ufrag && description.pwd);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t len)
{
  CvReader input;
  Kind kind;

  gst_init (NULL, NULL);
  cv_reader_init (&input, cv_span (data, len));
  kind = (Kind)(cv_reader_u8 (&input) % N_KINDS);
  if (kind == KIND_FRAGMENTS)
    feed_fragments (&input);
  else if (kind == KIND_CUT)
    feed_cut (&input);
  else if (kind == KIND_RTCP)
    feed_rtcp (&input);
  else
    feed_description (&input);
  return 0;
}

/* ---- seeds ---- */

GPtrArray *
fuzz_dup_seeds (void)
{
  static const guint8 sender_report[] = {
      0x80, 200, 0, 6, 0, 0, 0,    2,   0, 0, 0, 0, 0, 0, 0, 0, 0,   0,   0,   0,   0, 0,
      0,    0,   0, 0, 0, 0, 0x81, 202, 0, 3, 0, 0, 0, 2, 1, 4, 'n', 'a', 'm', 'e', 0, 0};
  static const guint8 feedback[] = {0x81, 206, 0, 2, 0, 0, 0, 2, 0, 0, 0, 4};
  static const char description[] =
      "{\"type\":\"offer\",\"to\":\"00112233aabbccdd\",\"attempt\":1,\"ufrag\":\"abcd\",\"pwd\":"
      "\"abcdefghijklmnopqrstuv\",\"fingerprint\":\"sha-256 "
      "AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:"
      "67:89\",\"setup\":\"actpass\"}";
  g_autofree guint8 *frame = g_malloc0 (1 + 3000);
  GPtrArray *seeds = fuzz_seeds_new ();

  fuzz_seeds_add_kind (seeds, KIND_FRAGMENTS,
                       CV_SPAN_LITERAL ("\1\0\0\0\3\200ab\1\0\0\0\3\0cd\1\0\1\0\3\100ef"
                                        "\1\1\1\0\4\300ghi"));
  frame[0] = 255;
  fuzz_seeds_add_kind (seeds, KIND_CUT, cv_span (frame, 1 + 3000));
  frame[0] = 1;
  fuzz_seeds_add_kind (seeds, KIND_CUT, cv_span (frame, 1 + 3000));
  fuzz_seeds_add_kind (seeds, KIND_RTCP, CV_SPAN_ARRAY (sender_report));
  fuzz_seeds_add_kind (seeds, KIND_RTCP, CV_SPAN_ARRAY (feedback));
  fuzz_seeds_add_kind (seeds, KIND_DESCRIPTION, CV_SPAN_LITERAL (description));
  return seeds;
}
