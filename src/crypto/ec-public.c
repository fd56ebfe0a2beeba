/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A module's key agreement of d with the generator G is the x coordinate of Q = dG, and that of
 * d + 1 the x coordinate of Q + G. The first leaves two points, Q and −Q; the second tells which,
 * as the x coordinates of Q + G and −Q + G differ. Everything but the two agreements is arithmetic
 * with what is public afterwards. */
#include "crypto/ec-public.h"

#include "crypto/context-internal.h"

#include <string.h>

#define COORDINATE_MAX 66
#define POINT_MAX (1 + 2 * COORDINATE_MAX)

/* The x coordinate of scalar times generator, from the provider. */
static gboolean
multiply (const CvCrypto *crypto, CvCryptoCurve curve, CvSpan scalar, CvSpan generator, guint8 *x)
{
  g_autoptr (EVP_PKEY) own = cv_crypto_pkey_new_private (crypto, curve, scalar, NULL);
  g_autoptr (EVP_PKEY) peer =
      own ? cv_crypto_pkey_new_public (crypto, curve, generator, NULL) : NULL;
  g_autoptr (EVP_PKEY_CTX) ctx =
      peer ? EVP_PKEY_CTX_new_from_pkey (crypto->libctx, own, crypto->query) : NULL;
  gsize len = scalar.len;

  /* The generator needs no check that it is on its curve. */
  return ctx && EVP_PKEY_derive_init (ctx) == 1 && EVP_PKEY_derive_set_peer_ex (ctx, peer, 0) == 1
         && EVP_PKEY_derive (ctx, x, &len) == 1 && len == scalar.len;
}

/* Constant time: where the carry ends must not show. */
static void
add_one (CvSpan scalar, guint8 *sum)
{
  guint carry = 1;

  for (gsize i = scalar.len; i-- > 0;) {
    carry += scalar.data[i];
    sum[i] = (guint8)carry;
    carry >>= 8;
  }
}

/* TRUE: the point with that sign is Q. */
static gboolean
is_sum (const EC_GROUP *group, const EC_POINT *point, const guint8 *expected, gsize len,
        BN_CTX *scratch)
{
  EC_POINT *sum = EC_POINT_new (group);
  guint8 encoded[POINT_MAX];
  gboolean is_equal =
      sum && EC_POINT_add (group, sum, point, EC_GROUP_get0_generator (group), scratch) == 1
      && EC_POINT_point2oct (group, sum, POINT_CONVERSION_UNCOMPRESSED, encoded, 1 + 2 * len,
                             scratch)
             == 1 + 2 * len
      && memcmp (encoded + 1, expected, len) == 0;

  EC_POINT_free (sum);
  return is_equal;
}

static GBytes *
find_point (const EC_GROUP *group, const guint8 *x, const guint8 *x_next, gsize len)
{
  BN_CTX *scratch = BN_CTX_new ();
  EC_POINT *point = EC_POINT_new (group);
  guint8 encoded[POINT_MAX];
  GBytes *public_key = NULL;

  memcpy (encoded + 1, x, len);
  for (guint8 form = 2; scratch && point && !public_key && form <= 3; form++) {
    encoded[0] = form;
    if (EC_POINT_oct2point (group, point, encoded, 1 + len, scratch) != 1
        || !is_sum (group, point, x_next, len, scratch))
      continue;
    if (EC_POINT_point2oct (group, point, POINT_CONVERSION_UNCOMPRESSED, encoded, 1 + 2 * len,
                            scratch)
        == 1 + 2 * len)
      public_key = g_bytes_new (encoded, 1 + 2 * len);
  }
  EC_POINT_free (point);
  BN_CTX_free (scratch);
  return public_key;
}

GBytes *
cv_crypto_ec_public_dup (const CvCrypto *crypto, CvCryptoCurve curve, const EC_GROUP *group,
                         CvSpan private_key)
{
  const gsize len = private_key.len;
  guint8 generator[POINT_MAX];
  guint8 next[COORDINATE_MAX];
  guint8 x[COORDINATE_MAX];
  guint8 x_next[COORDINATE_MAX];
  gboolean is_ok;

  g_return_val_if_fail (len == cv_crypto_pkey_private_len (curve) && len <= COORDINATE_MAX, NULL);

  add_one (private_key, next);
  is_ok =
      EC_POINT_point2oct (group, EC_GROUP_get0_generator (group), POINT_CONVERSION_UNCOMPRESSED,
                          generator, 1 + 2 * len, NULL)
          == 1 + 2 * len
      && multiply (crypto, curve, private_key, cv_span (generator, 1 + 2 * len), x)
      && multiply (crypto, curve, cv_span (next, len), cv_span (generator, 1 + 2 * len), x_next);
  cv_secret_wipe (next, sizeof next);
  return is_ok ? find_point (group, x, x_next, len) : NULL;
}
