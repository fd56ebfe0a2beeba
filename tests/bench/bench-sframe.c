/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What SFrame costs above the bare cipher: AES-256-GCM with a fixed key, a fresh nonce for each
 * message and the tag, straight through EVP, against cv_sframe_sender_seal and
 * cv_sframe_receiver_open on the same bytes. The two take turns within a round, so that a slow
 * moment of the machine hits both; the medians of the rounds are compared. */
#include "sframe/receiver.h"
#include "sframe/sender.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N_ROUNDS 1001
#define BYTES_PER_ROUND ((gsize)256 * 1024) /* stays in the cache, as a frame does that just came */
#define FRAMES_MAX 20000
#define TAG_LEN 16

enum { RAW_SEAL, SFRAME_SEAL, RAW_OPEN, SFRAME_OPEN, N_KINDS };

typedef struct {
  EVP_CIPHER_CTX *seal_ctx;
  EVP_CIPHER_CTX *open_ctx;
  CvSframeSender *sender;
  CvSframeReceiver *receiver;
  gsize frame_len;
  gsize n_frames; /* a round */
  gsize stride; /* between sealed frames */
  guint8 *plain;
  guint8 *sealed;
  guint8 *opened;
} Bench;

static void
set_nonce (guint8 nonce[static 12], guint64 n)
{
  memset (nonce, 0, 12);
  for (guint i = 0; i < 8; i++)
    nonce[11 - i] = (guint8)(n >> 8 * i);
}

static void
require (gboolean is_ok)
{
  if (!is_ok)
    g_error ("a cipher failed");
}

static void
raw_seal (Bench *bench)
{
  for (gsize i = 0; i < bench->n_frames; i++) {
    guint8 *out = bench->sealed + i * bench->stride;
    guint8 nonce[12];
    int n;

    set_nonce (nonce, i);
    require (EVP_EncryptInit_ex2 (bench->seal_ctx, NULL, NULL, nonce, NULL) == 1
             && EVP_EncryptUpdate (bench->seal_ctx, out, &n, bench->plain, (int)bench->frame_len)
                    == 1
             && EVP_EncryptFinal_ex (bench->seal_ctx, out + n, &n) == 1
             && EVP_CIPHER_CTX_ctrl (bench->seal_ctx, EVP_CTRL_AEAD_GET_TAG, TAG_LEN,
                                     out + bench->frame_len)
                    == 1);
  }
}

static void
raw_open (Bench *bench)
{
  for (gsize i = 0; i < bench->n_frames; i++) {
    guint8 *in = bench->sealed + i * bench->stride;
    guint8 nonce[12];
    int n;

    set_nonce (nonce, i);
    require (EVP_DecryptInit_ex2 (bench->open_ctx, NULL, NULL, nonce, NULL) == 1
             && EVP_DecryptUpdate (bench->open_ctx, bench->opened, &n, in, (int)bench->frame_len)
                    == 1
             && EVP_CIPHER_CTX_ctrl (bench->open_ctx, EVP_CTRL_AEAD_SET_TAG, TAG_LEN,
                                     in + bench->frame_len)
                    == 1
             && EVP_DecryptFinal_ex (bench->open_ctx, bench->opened + n, &n) == 1);
  }
}

static gsize sealed_lens[FRAMES_MAX];

static void
sframe_seal (Bench *bench)
{
  for (gsize i = 0; i < bench->n_frames; i++)
    require (cv_sframe_sender_seal (
        bench->sender, CV_SPAN_EMPTY, cv_span (bench->plain, bench->frame_len),
        bench->sealed + i * bench->stride, bench->stride, &sealed_lens[i], NULL));
}

static void
sframe_open (Bench *bench)
{
  for (gsize i = 0; i < bench->n_frames; i++) {
    gsize len;

    require (cv_sframe_receiver_open (bench->receiver, CV_SPAN_EMPTY,
                                      cv_span (bench->sealed + i * bench->stride, sealed_lens[i]),
                                      bench->opened, &len, NULL)
             == CV_SFRAME_OPENED);
  }
}

static EVP_CIPHER_CTX *
new_raw_ctx (const CvCrypto *crypto, gboolean is_seal)
{
  static const guint8 key[32] = {1};
  EVP_CIPHER *cipher =
      EVP_CIPHER_fetch (cv_crypto_context_get_libctx (crypto), "AES-256-GCM", NULL);
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new ();

  require (EVP_CipherInit_ex2 (ctx, cipher, key, NULL, is_seal, NULL) == 1);
  EVP_CIPHER_free (cipher);
  return ctx;
}

static CvSframeKey *
new_key (const CvCrypto *crypto)
{
  /* A KID as of a meeting of 30: two bytes in the header. */
  CvSframeKey *key =
      cv_sframe_key_new (crypto, cv_crypto_suites_find_sframe (CV_SFRAME_SUITE_AES_256_GCM), 0x0235,
                         CV_SPAN_LITERAL ("0123456789abcdef0123456789abcdef"), NULL);

  require (key != NULL);
  return key;
}

static double
time_ns (void (*run) (Bench *bench), Bench *bench)
{
  struct timespec from;
  struct timespec to;

  clock_gettime (CLOCK_MONOTONIC, &from);
  run (bench);
  clock_gettime (CLOCK_MONOTONIC, &to);
  return ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec))
         / (double)bench->n_frames;
}

static int
compare (const void *a, const void *b)
{
  double left = *(const double *)a;
  double right = *(const double *)b;

  return (left > right) - (left < right);
}

static double
median (double *values)
{
  qsort (values, N_ROUNDS, sizeof *values, compare);
  return values[N_ROUNDS / 2];
}

static void
bench_size (const CvCrypto *crypto, gsize frame_len)
{
  static void (*const kinds[N_KINDS]) (Bench *bench) = {raw_seal, sframe_seal, raw_open,
                                                        sframe_open};
  static double ns[N_KINDS][N_ROUNDS];
  double medians[N_KINDS];
  Bench bench = {.frame_len = frame_len};

  bench.n_frames = MIN (BYTES_PER_ROUND / frame_len, FRAMES_MAX);
  bench.stride = frame_len + CV_SFRAME_HEADER_MAX + TAG_LEN;
  bench.plain = g_malloc0 (frame_len);
  bench.opened = g_malloc0 (bench.stride);
  bench.sealed = g_malloc0 (bench.stride * bench.n_frames);
  bench.seal_ctx = new_raw_ctx (crypto, TRUE);
  bench.open_ctx = new_raw_ctx (crypto, FALSE);
  bench.sender = cv_sframe_sender_new (new_key (crypto));
  bench.receiver = cv_sframe_receiver_new ();
  cv_sframe_receiver_add_key (bench.receiver, new_key (crypto));

  /* Raw and SFrame side by side; opening needs what the sealing before it wrote. */
  for (guint round = 0; round < N_ROUNDS; round++) {
    ns[RAW_SEAL][round] = time_ns (kinds[RAW_SEAL], &bench);
    ns[RAW_OPEN][round] = time_ns (kinds[RAW_OPEN], &bench);
    ns[SFRAME_SEAL][round] = time_ns (kinds[SFRAME_SEAL], &bench);
    ns[SFRAME_OPEN][round] = time_ns (kinds[SFRAME_OPEN], &bench);
  }
  for (guint kind = 0; kind < N_KINDS; kind++)
    medians[kind] = median (ns[kind]);
  for (guint kind = 0; kind < N_KINDS; kind += 2)
    printf ("%-10s %8zu %10.0f %10.0f %8.0f %10.0f %12.0f %8.2f\n",
            kind == RAW_SEAL ? "protect" : "unprotect", frame_len, medians[kind], medians[kind + 1],
            medians[kind + 1] - medians[kind], (double)frame_len * 1e3 / medians[kind],
            (double)frame_len * 1e3 / medians[kind + 1], medians[kind] / medians[kind + 1]);

  cv_sframe_receiver_free (bench.receiver);
  cv_sframe_sender_free (bench.sender);
  EVP_CIPHER_CTX_free (bench.open_ctx);
  EVP_CIPHER_CTX_free (bench.seal_ctx);
  g_free (bench.sealed);
  g_free (bench.opened);
  g_free (bench.plain);
}

int
main (void)
{
  static const gsize frame_lens[] = {100, 1200, 10000, 60000};
  g_autoptr (GError) error = NULL;
  g_autoptr (CvCrypto) crypto = cv_crypto_context_new (FALSE, &error);
  g_autofree char *provider = NULL;

  if (!crypto) {
    fprintf (stderr, "bench-sframe: %s\n", error->message);
    return 1;
  }
  provider = cv_crypto_context_dup_provider (crypto);
  printf ("SFrame AES_256_GCM_SHA512_128 against raw EVP AES-256-GCM, medians of %d rounds, %s\n\n",
          N_ROUNDS, provider);
  printf ("%-10s %8s %10s %10s %8s %10s %12s %8s\n", "", "bytes", "raw ns", "sframe ns", "over ns",
          "raw MB/s", "sframe MB/s", "ratio");
  for (gsize i = 0; i < G_N_ELEMENTS (frame_lens); i++)
    bench_size (crypto, frame_lens[i]);
  return 0;
}
