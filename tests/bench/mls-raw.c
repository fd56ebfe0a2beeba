/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "bench/mls-raw.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <time.h>

#define N_SAMPLES 301
#define SIGNATURE_MAX 256
#define CIPHERTEXT_MAX 2048

typedef struct {
  const CvCrypto *crypto;
  const char *md; /* of the signature; NULL: its own */
  const char *curve; /* of the KEM */
  const char *group; /* of that curve; NULL: its own */
  EVP_PKEY *signer;
  EVP_PKEY *own;
  EVP_PKEY *peer;
  EVP_PKEY *ml_kem; /* NULL: no hybrid */
  EVP_MD *hash;
  guint8 message[1024];
  guint8 signature[SIGNATURE_MAX];
  size_t signature_len;
  guint8 ciphertext[CIPHERTEXT_MAX];
  size_t ciphertext_len;
} Raw;

static void
require (gboolean is_ok)
{
  if (!is_ok)
    g_error ("OpenSSL failed");
}

static EVP_PKEY *
make_key (const Raw *raw, const char *type, const char *group)
{
  OSSL_LIB_CTX *libctx = cv_crypto_context_get_libctx (raw->crypto);
  EVP_PKEY *key = group ? EVP_PKEY_Q_keygen (libctx, NULL, type, group)
                        : EVP_PKEY_Q_keygen (libctx, NULL, type);

  require (key != NULL);
  return key;
}

static void
sign (Raw *raw)
{
  EVP_MD_CTX *ctx = EVP_MD_CTX_new ();

  raw->signature_len = sizeof raw->signature;
  require (EVP_DigestSignInit_ex (ctx, NULL, raw->md, cv_crypto_context_get_libctx (raw->crypto),
                                  NULL, raw->signer, NULL)
               == 1
           && EVP_DigestSign (ctx, raw->signature, &raw->signature_len, raw->message,
                              sizeof raw->message)
                  == 1);
  EVP_MD_CTX_free (ctx);
}

static void
verify (Raw *raw)
{
  EVP_MD_CTX *ctx = EVP_MD_CTX_new ();

  require (EVP_DigestVerifyInit_ex (ctx, NULL, raw->md, cv_crypto_context_get_libctx (raw->crypto),
                                    NULL, raw->signer, NULL)
               == 1
           && EVP_DigestVerify (ctx, raw->signature, raw->signature_len, raw->message,
                                sizeof raw->message)
                  == 1);
  EVP_MD_CTX_free (ctx);
}

static EVP_PKEY_CTX *
new_ctx (const Raw *raw, EVP_PKEY *key)
{
  EVP_PKEY_CTX *ctx =
      EVP_PKEY_CTX_new_from_pkey (cv_crypto_context_get_libctx (raw->crypto), key, NULL);

  require (ctx != NULL);
  return ctx;
}

static void
encapsulate (Raw *raw)
{
  EVP_PKEY_CTX *ctx = new_ctx (raw, raw->ml_kem);
  guint8 shared[32];
  size_t len = sizeof shared;

  raw->ciphertext_len = sizeof raw->ciphertext;
  require (EVP_PKEY_encapsulate_init (ctx, NULL) == 1
           && EVP_PKEY_encapsulate (ctx, raw->ciphertext, &raw->ciphertext_len, shared, &len) == 1);
  EVP_PKEY_CTX_free (ctx);
}

static void
decapsulate (Raw *raw)
{
  EVP_PKEY_CTX *ctx = new_ctx (raw, raw->own);
  guint8 shared[128];
  size_t len = sizeof shared;

  require (EVP_PKEY_derive_init (ctx) == 1 && EVP_PKEY_derive_set_peer (ctx, raw->peer) == 1
           && EVP_PKEY_derive (ctx, shared, &len) == 1);
  EVP_PKEY_CTX_free (ctx);
  if (!raw->ml_kem)
    return;
  ctx = new_ctx (raw, raw->ml_kem);
  len = sizeof shared;
  require (EVP_PKEY_decapsulate_init (ctx, NULL) == 1
           && EVP_PKEY_decapsulate (ctx, shared, &len, raw->ciphertext, raw->ciphertext_len) == 1);
  EVP_PKEY_CTX_free (ctx);
}

static void
generate (Raw *raw)
{
  EVP_PKEY_free (make_key (raw, raw->curve, raw->group));
  if (raw->ml_kem)
    EVP_PKEY_free (make_key (raw, "ML-KEM-768", NULL));
}

static void
hash (Raw *raw)
{
  guint8 out[64];
  unsigned int len;

  require (EVP_Digest (raw->message, sizeof raw->message, out, &len, raw->hash, NULL) == 1);
}

static void
set_up (Raw *raw, const CvMlsSuite *suite)
{
  gboolean is_p384 = suite->signature == CV_SIGNATURE_P384;

  raw->md = is_p384 ? "SHA384" : NULL;
  raw->curve = is_p384 ? "EC" : "X25519";
  raw->group = is_p384 ? "P-384" : NULL;
  raw->signer = make_key (raw, is_p384 ? "EC" : "ED25519", raw->group);
  raw->own = make_key (raw, raw->curve, raw->group);
  raw->peer = make_key (raw, raw->curve, raw->group);
  raw->hash = EVP_MD_fetch (cv_crypto_context_get_libctx (raw->crypto),
                            suite->hash == CV_HASH_SHA384 ? "SHA384" : "SHA256", NULL);
  if (suite->kem != CV_KEM_XWING)
    return;
  raw->ml_kem = make_key (raw, "ML-KEM-768", NULL);
  encapsulate (raw);
}

double
mls_raw_now_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static gint
compare_values (gconstpointer a, gconstpointer b)
{
  double left = *(const double *)a;
  double right = *(const double *)b;

  return left < right ? -1 : left > right;
}

double
mls_raw_median (double *values, gsize n_values)
{
  qsort (values, n_values, sizeof *values, compare_values);
  return values[n_values / 2];
}

MlsRawTimes
mls_raw_measure (const CvCrypto *crypto, const CvMlsSuite *suite)
{
  static void (*const kinds[MLS_RAW_N_KINDS]) (Raw *) = {
      [MLS_RAW_SIGN] = sign,         [MLS_RAW_VERIFY] = verify, [MLS_RAW_DECAPSULATE] = decapsulate,
      [MLS_RAW_KEY_PAIR] = generate, [MLS_RAW_HASH] = hash,
  };
  Raw raw = {.crypto = crypto};
  MlsRawTimes times;

  set_up (&raw, suite);
  for (gsize kind = 0; kind < MLS_RAW_N_KINDS; kind++) {
    double samples[N_SAMPLES];

    for (gsize i = 0; i < N_SAMPLES; i++) {
      double start = mls_raw_now_us ();

      kinds[kind](&raw);
      samples[i] = mls_raw_now_us () - start;
    }
    times.us[kind] = mls_raw_median (samples, N_SAMPLES);
  }
  EVP_MD_free (raw.hash);
  EVP_PKEY_free (raw.ml_kem);
  EVP_PKEY_free (raw.peer);
  EVP_PKEY_free (raw.own);
  EVP_PKEY_free (raw.signer);
  return times;
}
