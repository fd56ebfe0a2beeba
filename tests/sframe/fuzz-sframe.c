/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Bytes from outside as frames: into the header's parser, and into a receiver that has the key, so
 * that what comes behind the lookup is reached. No input but a sealed frame may ever open.
 *
 * Built with -fsanitize=fuzzer it is a libFuzzer target; alone it changes real frames, as many as
 * its argument says, from a fixed seed so that a failure can be repeated. */
#include "sframe/receiver.h"
#include "sframe/sender.h"

#include <stdlib.h>
#include <string.h>

#define N_SUITES 8
#define N_FRAMES 4 /* a suite */
#define KID 0x235
#define FRAME_MAX 128

typedef struct {
  guint8 data[FRAME_MAX];
  gsize len;
} Frame;

typedef struct {
  CvCrypto *crypto;
  Frame frames[N_SUITES][N_FRAMES];
} World;

int LLVMFuzzerTestOneInput (const guint8 *data, size_t len);

static CvSframeKey *
new_key (const World *world, guint suite)
{
  const CvSframeSuite *row = cv_crypto_suites_find_sframe ((CvSframeSuiteId){(guint16)(suite + 1)});
  CvSframeKey *key =
      cv_sframe_key_new (world->crypto, row, KID, CV_SPAN_LITERAL ("0123456789abcdef"), NULL);

  g_assert_nonnull (key);
  return key;
}

static void
seal_frames (World *world, guint suite)
{
  g_autoptr (CvSframeSender) sender = cv_sframe_sender_new (new_key (world, suite));
  static const guint64 counters[N_FRAMES] = {0, 7, 300, G_GUINT64_CONSTANT (0xfffffffe)};
  static const guint8 plaintext[64] = {1};

  for (guint i = 0; i < N_FRAMES; i++) {
    Frame *frame = &world->frames[suite][i];

    cv_sframe_sender_skip_to (sender, counters[i]);
    g_assert_true (cv_sframe_sender_seal (sender, CV_SPAN_EMPTY,
                                          cv_span (plaintext, i * sizeof plaintext / N_FRAMES),
                                          frame->data, sizeof frame->data, &frame->len, NULL));
  }
}

static World *
get_world (void)
{
  static World *world;

  if (world)
    return world;
  world = g_new0 (World, 1);
  world->crypto = cv_crypto_context_new (FALSE, NULL);
  g_assert_nonnull (world->crypto);
  for (guint suite = 0; suite < N_SUITES; suite++)
    seal_frames (world, suite);
  return world;
}

static void
feed_header (CvSpan input)
{
  CvSframeHeader header;
  gsize len = cv_sframe_header_parse (input, &header);
  guint8 again[CV_SFRAME_HEADER_MAX];

  /* One header has one form. */
  if (len > 0) {
    g_assert_cmpuint (len, <=, input.len);
    g_assert_cmpuint (cv_sframe_header_write (&header, again), ==, len);
    g_assert_cmpmem (again, len, input.data, len);
  }
}

static gboolean
is_sealed_frame (const World *world, guint suite, CvSpan input)
{
  for (guint i = 0; i < N_FRAMES; i++) {
    const Frame *frame = &world->frames[suite][i];

    if (cv_span_equal (cv_span (frame->data, frame->len), input))
      return TRUE;
  }
  return FALSE;
}

static void
feed_receiver (const World *world, guint suite, CvSpan input)
{
  g_autoptr (CvSframeReceiver) receiver = cv_sframe_receiver_new ();
  g_autofree guint8 *out = g_malloc (input.len + 1);
  gboolean is_real = is_sealed_frame (world, suite, input);
  gsize len = 0;
  CvSframeVerdict verdict;

  cv_sframe_receiver_add_key (receiver, new_key (world, suite));
  verdict = cv_sframe_receiver_open (receiver, CV_SPAN_EMPTY, input, out, &len, NULL);
  g_assert_cmpint (verdict == CV_SFRAME_OPENED, ==, is_real);
  if (!is_real)
    return;
  g_assert_cmpint (cv_sframe_receiver_open (receiver, CV_SPAN_EMPTY, input, out, &len, NULL), ==,
                   CV_SFRAME_REPLAY);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t len)
{
  const World *world = get_world ();
  CvSpan input;

  if (len == 0)
    return 0;
  /* The first byte chooses the suite. A 4-byte tag may be guessed by chance: those two are out. */
  input = len > 1 ? cv_span (data + 1, len - 1) : CV_SPAN_EMPTY;
  feed_header (input);
  if (data[0] % N_SUITES != 2 && data[0] % N_SUITES != 7)
    feed_receiver (world, data[0] % N_SUITES, input);
  return 0;
}

#ifndef CV_LIBFUZZER
static gint n_runs;

static void
feed_changed (const World *world, GRand *rand)
{
  guint suite = (guint)g_rand_int_range (rand, 0, N_SUITES);
  const Frame *frame = &world->frames[suite][g_rand_int_range (rand, 0, N_FRAMES)];
  gsize len = 1 + frame->len;
  g_autofree guint8 *input = g_malloc (len);
  g_autofree guint8 *exact = NULL;

  input[0] = (guint8)suite;
  memcpy (input + 1, frame->data, frame->len);
  /* Mostly at the front, where the header is. */
  for (gint i = g_rand_int_range (rand, 0, 4); i > 0; i--)
    input[1 + g_rand_int_range (rand, 0, g_rand_boolean (rand) ? 6 : (gint32)frame->len)] =
        (guint8)g_rand_int (rand);
  if (g_rand_int_range (rand, 0, 8) == 0)
    len = (gsize)g_rand_int_range (rand, 1, (gint32)len + 1);
  /* A copy of the very size, so that the sanitizer sees a read behind it. */
  exact = g_memdup2 (input, len);
  LLVMFuzzerTestOneInput (exact, len);
}

static void
test_changed_frames (void)
{
  World *world = get_world ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (9605);

  for (gint i = 0; i < n_runs; i++)
    feed_changed (world, rand);
  cv_crypto_context_unref (world->crypto);
  g_free (world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  n_runs = argc > 1 ? atoi (argv[1]) : 50000;
  g_test_add_func ("/sframe/fuzz/changed-frames", test_changed_frames);
  return g_test_run ();
}
#endif
