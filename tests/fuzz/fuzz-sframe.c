/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Frames from outside: into the header's parser, into a receiver that has the key, and real frames
 * of a sender out of order, twice, and changed on the way.
 *
 * Promises: one header has one form; no input but a sealed frame ever opens; each opens once, as
 * long as it is not too late, whatever else comes between.
 *
 *   input = kind and suite (1) arguments */
#include "fuzz/fuzz.h"
#include "sframe/receiver.h"
#include "sframe/replay.h"

#include <string.h>

#define N_SUITES 8
#define KID 0x235
#define FRAME_MAX 512
#define N_FRAMES 4 /* a suite, as seeds */
#define KIND_PLAY 0x80

typedef struct {
  CvCrypto *crypto;
} World;

typedef struct {
  guint8 data[FRAME_MAX];
  gsize len;
} Frame;

/* What the receiver must know: every counter that was opened. */
typedef struct {
  GHashTable *opened; /* guint64 counters */
  guint64 highest;
} Model;

static const World *
get_world (void)
{
  static World *world;

  if (world)
    return world;
  world = g_new0 (World, 1);
  world->crypto = cv_crypto_context_new (FALSE, NULL);
  g_assert_nonnull (world->crypto);
  return world;
}

static CvSframeKey *
new_key (guint suite, guint64 kid)
{
  const CvSframeSuite *row = cv_crypto_suites_find_sframe ((CvSframeSuiteId){(guint16)(suite + 1)});
  CvSframeKey *key = cv_sframe_key_new (get_world ()->crypto, row, kid,
                                        CV_SPAN_LITERAL ("0123456789abcdef"), NULL);

  g_assert_nonnull (key);
  return key;
}

/* Any counter, backwards too: a sender would only go up. */
static void
seal (CvSframeKey *key, guint64 ctr, CvSpan metadata, CvSpan plaintext, Frame *frame)
{
  const CvSframeHeader header = {cv_sframe_key_get_kid (key), ctr};
  gsize header_len = cv_sframe_header_write (&header, frame->data);
  const CvSpan aad[2] = {cv_span (frame->data, header_len), metadata};

  g_assert_true (cv_sframe_key_seal (key, ctr, aad, plaintext, frame->data + header_len, NULL));
  frame->len = header_len + plaintext.len + cv_sframe_key_get_suite (key)->tag_len;
}

/* ---- somebody without the key ---- */

static void
feed_header (CvSpan input)
{
  CvSframeHeader header;
  gsize len = cv_sframe_header_parse (input, &header);
  guint8 again[CV_SFRAME_HEADER_MAX];

  if (len == 0)
    return;
  g_assert_cmpuint (len, <=, input.len);
  g_assert_cmpuint (cv_sframe_header_write (&header, again), ==, len);
  g_assert_cmpmem (again, len, input.data, len);
}

/* A frame (rest). Of all there are, only those that the seeds hold were sealed with this key. */
static void
feed_frame (guint suite, CvReader *input)
{
  CvSpan frame = cv_reader_take (input, cv_reader_remaining (input));
  g_autoptr (CvSframeReceiver) receiver = cv_sframe_receiver_new ();
  g_autofree guint8 *out = g_malloc (frame.len + 1);
  CvSframeHeader header;
  gsize len = 0;

  feed_header (frame);
  cv_sframe_receiver_add_key (receiver, new_key (suite, KID));
  if (cv_sframe_receiver_open (receiver, CV_SPAN_EMPTY, frame, out, &len, &header)
      != CV_SFRAME_OPENED)
    return;
  g_assert_true (header.kid == KID && header.ctr < N_FRAMES);
  g_assert_cmpuint (len, ==, 16 * header.ctr);
  g_assert_cmpint (cv_sframe_receiver_open (receiver, CV_SPAN_EMPTY, frame, out, &len, NULL), ==,
                   CV_SFRAME_REPLAY);
}

/* ---- a sender, and a network that does what it likes ---- */

static CvSframeVerdict
expect (const Model *model, guint64 ctr)
{
  if (g_hash_table_size (model->opened) == 0)
    return CV_SFRAME_OPENED;
  if (ctr <= model->highest && model->highest - ctr >= CV_SFRAME_REPLAY_WINDOW)
    return CV_SFRAME_REPLAY;
  return g_hash_table_contains (model->opened, &ctr) ? CV_SFRAME_REPLAY : CV_SFRAME_OPENED;
}

static void
note (Model *model, guint64 ctr)
{
  guint64 *kept = g_new (guint64, 1);

  *kept = ctr;
  g_hash_table_add (model->opened, kept);
  model->highest = MAX (model->highest, ctr);
}

/* Changes one byte, at a place (2) by an amount (1); FALSE when the amount is 0. */
static gboolean
damage (CvReader *input, Frame *frame)
{
  gsize place = cv_reader_u16 (input) % frame->len;
  guint8 amount = cv_reader_u8 (input);

  frame->data[place] ^= amount;
  return amount != 0;
}

/* how (1), step of the counter (8 or 2 bytes, signed), length (1). */
static void
play_frame (CvReader *input, CvSframeKey *key, CvSframeReceiver *receiver, Model *model,
            guint64 *ctr)
{
  guint how = cv_reader_u8 (input);
  static const guint8 plaintext[256] = {1, 2, 3};
  CvSpan metadata = how & 4 ? CV_SPAN_LITERAL ("metadata") : CV_SPAN_EMPTY;
  CvSframeVerdict expected;
  CvSframeVerdict verdict;
  guint8 out[FRAME_MAX];
  gsize out_len = 0;
  Frame frame;
  gsize len;

  *ctr += how & 1 ? cv_reader_u64 (input) : (guint64)(gint16)cv_reader_u16 (input);
  len = cv_reader_u8 (input);
  seal (key, *ctr, metadata, cv_span (plaintext, len), &frame);
  expected = expect (model, *ctr);
  if (how & 2 && damage (input, &frame)) {
    verdict = cv_sframe_receiver_open (receiver, metadata, cv_span (frame.data, frame.len), out,
                                       &out_len, NULL);
    g_assert_cmpint (verdict, !=, CV_SFRAME_OPENED);
    return;
  }
  if (how & 8)
    metadata = CV_SPAN_LITERAL ("other metadata");
  verdict = cv_sframe_receiver_open (receiver, metadata, cv_span (frame.data, frame.len), out,
                                     &out_len, NULL);
  if (how & 8 && expected == CV_SFRAME_OPENED) {
    g_assert_cmpint (verdict, ==, CV_SFRAME_UNAUTHENTIC);
    return;
  }
  g_assert_cmpint (verdict, ==, expected);
  if (verdict != CV_SFRAME_OPENED)
    return;
  g_assert_cmpmem (out, out_len, plaintext, len);
  note (model, *ctr);
}

/* kid (8), frames. */
static void
feed_play (guint suite, CvReader *input)
{
  guint64 kid = cv_reader_u64 (input);
  guint64 ctr = 0;
  g_autoptr (CvSframeReceiver) receiver = cv_sframe_receiver_new ();
  g_autoptr (CvSframeKey) key = new_key (suite, kid);
  Model model = {.opened = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL)};

  g_assert_true (cv_sframe_receiver_add_key (receiver, new_key (suite, kid)));
  g_assert_false (cv_sframe_receiver_add_key (receiver, new_key (suite, kid)));
  while (cv_reader_remaining (input) > 0)
    play_frame (input, key, receiver, &model, &ctr);
  cv_sframe_receiver_remove_key (receiver, kid);
  g_assert_false (cv_sframe_receiver_has_key (receiver, kid));
  g_hash_table_unref (model.opened);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t len)
{
  CvReader input;
  guint8 first;

  cv_reader_init (&input, cv_span (data, len));
  first = cv_reader_u8 (&input);
  /* A 4-byte tag may be guessed by chance: those two suites open no forged frames here. */
  if (first % N_SUITES == 2 || first % N_SUITES == 7)
    feed_header (cv_reader_take (&input, cv_reader_remaining (&input)));
  else if (first & KIND_PLAY)
    feed_play (first % N_SUITES, &input);
  else
    feed_frame (first % N_SUITES, &input);
  return 0;
}

/* ---- seeds ---- */

static void
add_frames (GPtrArray *seeds, guint8 suite)
{
  static const guint8 plaintext[16 * N_FRAMES];
  g_autoptr (CvSframeKey) key = new_key (suite, KID);
  Frame frame;

  for (gsize i = 0; i < N_FRAMES; i++) {
    seal (key, i, CV_SPAN_EMPTY, cv_span (plaintext, 16 * i), &frame);
    fuzz_seeds_add_kind (seeds, suite, cv_span (frame.data, frame.len));
  }
}

GPtrArray *
fuzz_dup_seeds (void)
{
  GPtrArray *seeds = fuzz_seeds_new ();

  for (guint8 suite = 0; suite < N_SUITES; suite++) {
    add_frames (seeds, suite);
    /* In order, with a gap, late, twice, far too late; one damaged, one with other metadata. */
    fuzz_seeds_add_kind (seeds, KIND_PLAY | suite,
                         CV_SPAN_LITERAL ("\0\0\0\0\0\0\2\65"
                                          "\0\0\1\4\0\0\1\4\0\0\11\4\0\377\376\4\0\0\0\4"
                                          "\1\0\0\0\0\0\0\10\0\4\0\370\0\4"
                                          "\2\0\1\4\0\3\1\14\0\1\4\4\0\1\5"));
    fuzz_seeds_add_kind (seeds, KIND_PLAY | suite,
                         CV_SPAN_LITERAL ("\377\0\0\0\0\0\2\65\1\377\377\377\377\377\377\377\377\1"
                                          "\0\0\1\1\0\377\377\1"));
  }
  return seeds;
}
