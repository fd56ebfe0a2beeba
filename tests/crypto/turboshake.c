/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* TurboSHAKE128 and TurboSHAKE256 with the domain byte 0x1f: SHAKE with half of Keccak's rounds. */
#include "turboshake.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <string.h>

#define N_LANES 25
#define DOMAIN 0x1f

typedef struct {
  guint64 lanes[N_LANES];
  gsize rate;
  gsize at; /* bytes absorbed of the current block */
} Sponge;

/* The last twelve of FIPS 202's 24 round constants. */
static const guint64 round_constants[12] = {
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

static guint64
rotate (guint64 lane, guint by)
{
  return by == 0 ? lane : lane << by | lane >> (64 - by);
}

/* FIPS 202 §3.2: θ, ρ and π, χ, ι. */
static void
permute_round (guint64 lanes[static N_LANES], guint64 constant)
{
  guint64 columns[5];
  guint64 moved[N_LANES];
  guint x = 1;
  guint y = 0;

  for (guint i = 0; i < 5; i++)
    columns[i] = lanes[i] ^ lanes[i + 5] ^ lanes[i + 10] ^ lanes[i + 15] ^ lanes[i + 20];
  for (guint i = 0; i < N_LANES; i++)
    lanes[i] ^= columns[(i + 4) % 5] ^ rotate (columns[(i + 1) % 5], 1);
  moved[0] = lanes[0];
  for (guint t = 0; t < N_LANES - 1; t++) {
    guint next = (2 * x + 3 * y) % 5;

    moved[y + 5 * next] = rotate (lanes[x + 5 * y], (t + 1) * (t + 2) / 2 % 64);
    x = y;
    y = next;
  }
  for (guint i = 0; i < N_LANES; i++)
    lanes[i] = moved[i] ^ (~moved[i / 5 * 5 + (i + 1) % 5] & moved[i / 5 * 5 + (i + 2) % 5]);
  lanes[0] ^= constant;
}

static void
permute (Sponge *sponge)
{
  for (guint i = 0; i < G_N_ELEMENTS (round_constants); i++)
    permute_round (sponge->lanes, round_constants[i]);
}

static void
absorb_byte (Sponge *sponge, gsize at, guint8 byte)
{
  sponge->lanes[at / 8] ^= (guint64)byte << 8 * (at % 8);
}

/* ---- the functions of a provider's digest ---- */

static void *
new_128 (void *provider)
{
  Sponge *sponge = g_new0 (Sponge, 1);

  sponge->rate = 168;
  return sponge;
}

static void *
new_256 (void *provider)
{
  Sponge *sponge = g_new0 (Sponge, 1);

  sponge->rate = 136;
  return sponge;
}

static int
init (void *data, const OSSL_PARAM params[])
{
  Sponge *sponge = data;

  memset (sponge->lanes, 0, sizeof sponge->lanes);
  sponge->at = 0;
  return 1;
}

static int
update (void *data, const unsigned char *in, size_t len)
{
  Sponge *sponge = data;

  for (gsize i = 0; i < len; i++) {
    absorb_byte (sponge, sponge->at++, in[i]);
    if (sponge->at == sponge->rate) {
      permute (sponge);
      sponge->at = 0;
    }
  }
  return 1;
}

static int
final (void *data, unsigned char *out, size_t *out_len, size_t out_size)
{
  Sponge *sponge = data;

  absorb_byte (sponge, sponge->at, DOMAIN);
  absorb_byte (sponge, sponge->rate - 1, 0x80);
  for (gsize i = 0; i < out_size; i++) {
    if (i % sponge->rate == 0)
      permute (sponge);
    out[i] = (guint8)(sponge->lanes[i % sponge->rate / 8] >> 8 * (i % 8));
  }
  *out_len = out_size;
  return 1;
}

static int
get_params (OSSL_PARAM params[])
{
  OSSL_PARAM *block = OSSL_PARAM_locate (params, OSSL_DIGEST_PARAM_BLOCK_SIZE);
  OSSL_PARAM *size = OSSL_PARAM_locate (params, OSSL_DIGEST_PARAM_SIZE);
  OSSL_PARAM *xof = OSSL_PARAM_locate (params, OSSL_DIGEST_PARAM_XOF);

  return (!block || OSSL_PARAM_set_size_t (block, 136))
         && (!size || OSSL_PARAM_set_size_t (size, 32)) && (!xof || OSSL_PARAM_set_int (xof, 1));
}

#define TURBOSHAKE(bits)                                                                           \
  static const OSSL_DISPATCH functions_##bits[] = {                                                \
      {OSSL_FUNC_DIGEST_NEWCTX, (void (*) (void))new_##bits},                                      \
      {OSSL_FUNC_DIGEST_INIT, (void (*) (void))init},                                              \
      {OSSL_FUNC_DIGEST_UPDATE, (void (*) (void))update},                                          \
      {OSSL_FUNC_DIGEST_FINAL, (void (*) (void)) final},                                           \
      {OSSL_FUNC_DIGEST_FREECTX, (void (*) (void))g_free},                                         \
      {OSSL_FUNC_DIGEST_GET_PARAMS, (void (*) (void))get_params},                                  \
      OSSL_DISPATCH_END}
TURBOSHAKE (128);
TURBOSHAKE (256);

static const OSSL_ALGORITHM *
query (void *provider, int operation, int *no_cache)
{
  static const OSSL_ALGORITHM digests[] = {
      {"TURBOSHAKE128", "provider=turboshake", functions_128, NULL},
      {"TURBOSHAKE256", "provider=turboshake", functions_256, NULL},
      {NULL, NULL, NULL, NULL},
  };

  *no_cache = 0;
  return operation == OSSL_OP_DIGEST ? digests : NULL;
}

static int
start (const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *core, const OSSL_DISPATCH **provider,
       void **data)
{
  static const OSSL_DISPATCH functions[] = {
      {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*) (void))query}, OSSL_DISPATCH_END};

  *provider = functions;
  *data = (void *)handle;
  return 1;
}

OSSL_PROVIDER *
turboshake_load (OSSL_LIB_CTX *libctx)
{
  OSSL_PROVIDER *provider = NULL;

  if (OSSL_PROVIDER_add_builtin (libctx, "turboshake", start) == 1)
    provider = OSSL_PROVIDER_load (libctx, "turboshake");
  g_assert_nonnull (provider);
  return provider;
}
