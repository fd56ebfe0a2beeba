/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Sealing and opening a frame allocates nothing, whatever the suite, and a forged one neither. */
#include "fixtures/allocations.h"
#include "sframe/receiver.h"
#include "sframe/sender.h"

#include <string.h>

#define N_FRAMES 10000
#define FRAME_MAX 1200
#define KID 0x0235

typedef struct {
  CvSframeSender *sender;
  CvSframeReceiver *receiver;
  guint8 plain[FRAME_MAX];
  guint8 sealed[FRAME_MAX + 64];
  guint8 opened[FRAME_MAX + 64];
  gsize sealed_len;
} Pair;

static CvCrypto *crypto;

static CvSframeKey *
new_key (guint16 suite)
{
  g_autoptr (GError) error = NULL;
  CvSframeKey *key =
      cv_sframe_key_new (crypto, cv_crypto_suites_find_sframe ((CvSframeSuiteId){suite}), KID,
                         CV_SPAN_LITERAL ("0123456789abcdef0123456789abcdef"), &error);

  g_assert_no_error (error);
  return key;
}

static void
pair_init (Pair *pair, guint16 suite)
{
  memset (pair, 0, sizeof *pair);
  pair->sender = cv_sframe_sender_new (new_key (suite));
  pair->receiver = cv_sframe_receiver_new ();
  g_assert_true (cv_sframe_receiver_add_key (pair->receiver, new_key (suite)));
}

static void
pair_clear (Pair *pair)
{
  cv_sframe_sender_free (pair->sender);
  cv_sframe_receiver_free (pair->receiver);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pair, pair_clear)

static gboolean
seal (Pair *pair, gsize len)
{
  return cv_sframe_sender_seal (pair->sender, CV_SPAN_LITERAL ("metadata"),
                                cv_span (pair->plain, len), pair->sealed, sizeof pair->sealed,
                                &pair->sealed_len, NULL);
}

static CvSframeVerdict
open_sealed (Pair *pair)
{
  gsize len;

  return cv_sframe_receiver_open (pair->receiver, CV_SPAN_LITERAL ("metadata"),
                                  cv_span (pair->sealed, pair->sealed_len), pair->opened, &len,
                                  NULL);
}

/* Frames of all lengths; how many of them came out as expected. */
static guint
run (Pair *pair, guint n_frames)
{
  guint n_good = 0;

  for (guint i = 0; i < n_frames; i++)
    n_good += seal (pair, i % (FRAME_MAX + 1)) && open_sealed (pair) == CV_SFRAME_OPENED;
  return n_good;
}

static void
test_frames (void)
{
  for (guint16 suite = 1; suite <= 8; suite++) {
    g_auto (Pair) pair;
    guint64 before;
    guint64 after;
    guint n_good;

    pair_init (&pair, suite);
    g_assert_cmpuint (run (&pair, 10), ==, 10);
    before = allocations_get_count ();
    n_good = run (&pair, N_FRAMES);
    after = allocations_get_count ();
    g_assert_cmpuint (n_good, ==, N_FRAMES);
    g_assert_cmpuint (after - before, ==, 0);
  }
}

/* Who sends rubbish shall not make us work for the allocator either: forged, replayed, of a key that
 * we do not have, and too short. */
static guint
run_rubbish (Pair *pair, guint n_frames)
{
  guint n_good = 0;

  for (guint i = 0; i < n_frames; i++) {
    n_good += seal (pair, 100) && open_sealed (pair) == CV_SFRAME_OPENED
              && open_sealed (pair) == CV_SFRAME_REPLAY && seal (pair, 100);
    pair->sealed[pair->sealed_len - 1] ^= 1;
    n_good += open_sealed (pair) == CV_SFRAME_UNAUTHENTIC;
    pair->sealed[2] ^= 1;
    n_good += open_sealed (pair) == CV_SFRAME_UNKNOWN_KID;
    pair->sealed_len = 1;
    n_good += open_sealed (pair) == CV_SFRAME_MALFORMED;
  }
  return n_good;
}

static void
test_rubbish (void)
{
  for (guint16 suite = 1; suite <= 8; suite++) {
    g_auto (Pair) pair;
    guint64 before;
    guint64 after;
    guint n_good;

    pair_init (&pair, suite);
    g_assert_cmpuint (run_rubbish (&pair, 10), ==, 40);
    before = allocations_get_count ();
    n_good = run_rubbish (&pair, N_FRAMES / 10);
    after = allocations_get_count ();
    g_assert_cmpuint (n_good, ==, 4 * N_FRAMES / 10);
    g_assert_cmpuint (after - before, ==, 0);
  }
}

/* The control: a new key is made of allocations, also OpenSSL's. */
static void
test_control (void)
{
  guint64 before = allocations_get_count ();
  g_autoptr (CvSframeKey) key = new_key (5);

  g_assert_nonnull (key);
  g_assert_cmpuint (allocations_get_count (), >, before + 2);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  crypto = cv_crypto_context_new (FALSE, &error);
  g_assert_no_error (error);
  g_test_add_func ("/sframe/allocations/control", test_control);
  g_test_add_func ("/sframe/allocations/none-per-frame", test_frames);
  g_test_add_func ("/sframe/allocations/none-per-bad-frame", test_rubbish);
  status = g_test_run ();
  cv_crypto_context_unref (crypto);
  return status;
}
