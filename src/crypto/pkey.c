/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Keys of one curve, in and out of EVP. */
#include "crypto/pkey.h"

#include "crypto/context-internal.h"
#include "crypto/ec-public.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>
#include <string.h>

#define PRIVATE_LEN_MAX 66
#define PUBLIC_LEN_MAX 133

typedef struct {
  const char *type; /* EVP key type */
  const char *group; /* NULL for the curves with raw keys */
  int nid;
  gsize private_len;
  gsize public_len;
} Curve;

static const Curve curves[] = {
    [CV_CRYPTO_CURVE_P256] = {"EC", "P-256", NID_X9_62_prime256v1, 32, 65},
    [CV_CRYPTO_CURVE_P384] = {"EC", "P-384", NID_secp384r1, 48, 97},
    [CV_CRYPTO_CURVE_P521] = {"EC", "P-521", NID_secp521r1, 66, 133},
    [CV_CRYPTO_CURVE_X25519] = {"X25519", NULL, 0, 32, 32},
    [CV_CRYPTO_CURVE_X448] = {"X448", NULL, 0, 56, 56},
    [CV_CRYPTO_CURVE_ED25519] = {"ED25519", NULL, 0, 32, 32},
    [CV_CRYPTO_CURVE_ED448] = {"ED448", NULL, 0, 57, 57},
    [CV_CRYPTO_CURVE_NONE] = {NULL, NULL, 0, 0, 0},
};

gsize
cv_crypto_pkey_private_len (CvCryptoCurve curve)
{
  return curves[curve].private_len;
}

gsize
cv_crypto_pkey_public_len (CvCryptoCurve curve)
{
  return curves[curve].public_len;
}

static EC_GROUP *
new_group (const CvCrypto *crypto, CvCryptoCurve curve)
{
  return EC_GROUP_new_by_curve_name_ex (crypto->libctx, crypto->query, curves[curve].nid);
}

/* Constant time: how far two scalars agree must not show. */
static gboolean
is_below_and_not_zero (const guint8 *scalar, const guint8 *order, gsize len)
{
  guint borrow = 0;
  guint8 any = 0;

  for (gsize i = len; i-- > 0;) {
    guint difference = 256u + scalar[i] - order[i] - borrow;

    borrow = 1u - (difference >> 8);
    any |= scalar[i];
  }
  return cv_secret_reveal ((borrow == 1) & (any != 0));
}

gboolean
cv_crypto_pkey_is_scalar (const CvCrypto *crypto, CvCryptoCurve curve, CvSpan scalar)
{
  guint8 order[PRIVATE_LEN_MAX];
  EC_GROUP *group;
  gboolean is_ok;

  if (scalar.len != curves[curve].private_len)
    return FALSE;
  if (!curves[curve].group)
    return TRUE;
  group = new_group (crypto, curve);
  is_ok = group
          && BN_bn2binpad (EC_GROUP_get0_order (group), order, (int)scalar.len) == (int)scalar.len
          && is_below_and_not_zero (scalar.data, order, scalar.len);
  EC_GROUP_free (group);
  return is_ok;
}

static EVP_PKEY *
from_params (const CvCrypto *crypto, CvCryptoCurve curve, int selection, OSSL_PARAM *params)
{
  g_autoptr (EVP_PKEY_CTX) ctx =
      EVP_PKEY_CTX_new_from_name (crypto->libctx, curves[curve].type, crypto->query);
  EVP_PKEY *pkey = NULL;

  if (!ctx || EVP_PKEY_fromdata_init (ctx) != 1
      || EVP_PKEY_fromdata (ctx, &pkey, selection, params) != 1)
    return NULL;
  return pkey;
}

static EVP_PKEY *
new_ec_private (const CvCrypto *crypto, CvCryptoCurve curve, CvSpan private_key)
{
  guint8 native[PRIVATE_LEN_MAX];
  OSSL_PARAM params[3];
  EVP_PKEY *pkey;

  if (!cv_crypto_pkey_is_scalar (crypto, curve, private_key))
    return NULL;
  /* OSSL_PARAM carries integers in the machine's byte order. */
  for (gsize i = 0; i < private_key.len; i++)
    native[i] = private_key.data[G_BYTE_ORDER == G_LITTLE_ENDIAN ? private_key.len - 1 - i : i];
  params[0] =
      OSSL_PARAM_construct_utf8_string (OSSL_PKEY_PARAM_GROUP_NAME, (char *)curves[curve].group, 0);
  params[1] = OSSL_PARAM_construct_BN (OSSL_PKEY_PARAM_PRIV_KEY, native, private_key.len);
  params[2] = OSSL_PARAM_construct_end ();
  pkey = from_params (crypto, curve, EVP_PKEY_KEYPAIR, params);
  cv_secret_wipe (native, sizeof native);
  return pkey;
}

EVP_PKEY *
cv_crypto_pkey_new_private (const CvCrypto *crypto, CvCryptoCurve curve, CvSpan private_key,
                            GError **error)
{
  EVP_PKEY *pkey = NULL;

  if (private_key.len == curves[curve].private_len)
    pkey = curves[curve].group
               ? new_ec_private (crypto, curve, private_key)
               : EVP_PKEY_new_raw_private_key_ex (crypto->libctx, curves[curve].type, crypto->query,
                                                  private_key.data, private_key.len);
  if (!pkey)
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "private key not accepted");
  return pkey;
}

EVP_PKEY *
cv_crypto_pkey_new_public (const CvCrypto *crypto, CvCryptoCurve curve, CvSpan public_key,
                           GError **error)
{
  EVP_PKEY *pkey = NULL;

  if (public_key.len == curves[curve].public_len && !curves[curve].group)
    pkey = EVP_PKEY_new_raw_public_key_ex (crypto->libctx, curves[curve].type, crypto->query,
                                           public_key.data, public_key.len);
  else if (public_key.len == curves[curve].public_len
           && public_key.data[0] == POINT_CONVERSION_UNCOMPRESSED) {
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string (OSSL_PKEY_PARAM_GROUP_NAME, (char *)curves[curve].group,
                                          0),
        OSSL_PARAM_construct_octet_string (OSSL_PKEY_PARAM_PUB_KEY, (void *)public_key.data,
                                           public_key.len),
        OSSL_PARAM_construct_end (),
    };

    pkey = from_params (crypto, curve, EVP_PKEY_PUBLIC_KEY, params);
  }
  if (!pkey)
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "public key not accepted");
  return pkey;
}

/* OpenSSL imports a bare scalar without computing its point. */
static GBytes *
dup_ec_public (const CvCrypto *crypto, CvCryptoCurve curve, CvSpan private_key)
{
  const Curve *row = &curves[curve];
  EC_GROUP *group = new_group (crypto, curve);
  EC_POINT *point = group ? EC_POINT_new (group) : NULL;
  BIGNUM *scalar = BN_secure_new ();
  BN_CTX *scratch = BN_CTX_secure_new_ex (crypto->libctx);
  guint8 out[PUBLIC_LEN_MAX];
  GBytes *public_key = NULL;

  if (point && scalar && scratch
      && BN_bin2bn (private_key.data, (int)private_key.len, scalar) == scalar
      && EC_POINT_mul (group, point, scalar, NULL, NULL, scratch) == 1
      && EC_POINT_point2oct (group, point, POINT_CONVERSION_UNCOMPRESSED, out, row->public_len,
                             scratch)
             == row->public_len)
    public_key = g_bytes_new (out, row->public_len);
  BN_CTX_free (scratch);
  BN_clear_free (scalar);
  EC_POINT_clear_free (point);
  EC_GROUP_free (group);
  return public_key;
}

/* The same, with the scalar only in the FIPS module. */
static GBytes *
dup_ec_public_inside (const CvCrypto *crypto, CvCryptoCurve curve, CvSpan private_key)
{
  EC_GROUP *group = new_group (crypto, curve);
  GBytes *public_key = group ? cv_crypto_ec_public_dup (crypto, curve, group, private_key) : NULL;

  EC_GROUP_free (group);
  return public_key;
}

GBytes *
cv_crypto_pkey_dup_public (const CvCrypto *crypto, CvCryptoCurve curve, CvSpan private_key,
                           GError **error)
{
  g_autoptr (EVP_PKEY) pkey = NULL;
  guint8 out[PUBLIC_LEN_MAX];
  gsize len = sizeof out;
  GBytes *public_key = NULL;

  if (curves[curve].group) {
    if (cv_crypto_pkey_is_scalar (crypto, curve, private_key))
      public_key = crypto->is_fips ? dup_ec_public_inside (crypto, curve, private_key)
                                   : dup_ec_public (crypto, curve, private_key);
    if (!public_key)
      cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "private key not accepted");
    return public_key;
  }
  pkey = cv_crypto_pkey_new_private (crypto, curve, private_key, error);
  if (!pkey)
    return NULL;
  if (EVP_PKEY_get_raw_public_key (pkey, out, &len) != 1 || len != curves[curve].public_len) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "no public key");
    return NULL;
  }
  return g_bytes_new (out, len);
}

static gboolean
read_private (const Curve *row, EVP_PKEY *pkey, CvSecret *private_key)
{
  gsize len = row->private_len;
  BIGNUM *scalar = NULL;
  gboolean is_ok;

  if (!row->group)
    return EVP_PKEY_get_raw_private_key (pkey, cv_secret_get_data (private_key), &len) == 1
           && len == row->private_len;
  is_ok = EVP_PKEY_get_bn_param (pkey, OSSL_PKEY_PARAM_PRIV_KEY, &scalar) == 1
          && BN_bn2binpad (scalar, cv_secret_get_data (private_key), (int)len) == (int)len;
  BN_clear_free (scalar);
  return is_ok;
}

static gboolean
read_public (const Curve *row, EVP_PKEY *pkey, guint8 *out)
{
  gsize len = row->public_len;

  if (!row->group)
    return EVP_PKEY_get_raw_public_key (pkey, out, &len) == 1 && len == row->public_len;
  return EVP_PKEY_get_octet_string_param (pkey, OSSL_PKEY_PARAM_PUB_KEY, out, len, &len) == 1
         && len == row->public_len;
}

gboolean
cv_crypto_pkey_generate (const CvCrypto *crypto, CvCryptoCurve curve, CvCryptoKeyPair *pair,
                         GError **error)
{
  const Curve *row = &curves[curve];
  g_autoptr (EVP_PKEY) pkey =
      row->group ? EVP_PKEY_Q_keygen (crypto->libctx, crypto->query, row->type, row->group)
                 : EVP_PKEY_Q_keygen (crypto->libctx, crypto->query, row->type);
  g_autoptr (CvSecret) private_key = cv_secret_new (row->private_len);
  guint8 public_key[PUBLIC_LEN_MAX];

  if (!pkey)
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_UNSUPPORTED, "no new key on this curve");
  if (!read_private (row, pkey, private_key) || !read_public (row, pkey, public_key))
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "new key cannot be read");
  pair->private_key = g_steal_pointer (&private_key);
  pair->public_key = g_bytes_new (public_key, row->public_len);
  return TRUE;
}

/* Constant time: all of it is looked at, and nothing but the answer shows. */
static gboolean
is_zero (CvSpan secret)
{
  guint8 any = 0;

  for (gsize i = 0; i < secret.len; i++)
    any |= secret.data[i];
  return cv_secret_reveal (any == 0);
}

CvSecret *
cv_crypto_pkey_agree (const CvCrypto *crypto, CvCryptoCurve curve, CvSpan private_key,
                      CvSpan public_key, GError **error)
{
  g_autoptr (EVP_PKEY) own = cv_crypto_pkey_new_private (crypto, curve, private_key, error);
  g_autoptr (EVP_PKEY) peer =
      own ? cv_crypto_pkey_new_public (crypto, curve, public_key, error) : NULL;
  g_autoptr (EVP_PKEY_CTX) ctx = NULL;
  g_autoptr (CvSecret) shared = NULL;
  gsize len = curves[curve].private_len;

  if (!peer)
    return NULL;
  ctx = EVP_PKEY_CTX_new_from_pkey (crypto->libctx, own, crypto->query);
  /* The x coordinate or u: as long as a private key on all of these curves. */
  shared = cv_secret_new (len);
  if (!ctx || EVP_PKEY_derive_init (ctx) != 1 || EVP_PKEY_derive_set_peer_ex (ctx, peer, 1) != 1
      || EVP_PKEY_derive (ctx, cv_secret_get_data (shared), &len) != 1
      || len != curves[curve].private_len
      /* RFC 9180 §7.1.4: of NIST's curves the point alone is checked. OpenSSL looks too, but RFC 7748
       * lets a provider do without. */
      || (!curves[curve].group && is_zero (cv_secret_span (shared)))) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "no shared secret with this public key");
    return NULL;
  }
  return g_steal_pointer (&shared);
}

/* The points of small order of Curve25519 and its twist: 0, 1, the two of order 8, p − 1, and p and
 * p + 1, which are 0 and 1 once more. Looking for them costs nothing, where an agreement costs as
 * much as opening a message, for each key of a path. */
static gboolean
is_small_order_x25519 (const guint8 *public_key)
{
  static const guint8 small[][32] = {
      {0x00},
      {0x01},
      {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
       0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
       0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
      {0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
       0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
       0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
      {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
      {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
      {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
  };
  guint8 u[32];

  memcpy (u, public_key, sizeof u);
  u[31] &= 0x7f; /* RFC 7748 §5: the last bit is ignored */
  for (gsize i = 0; i < G_N_ELEMENTS (small); i++)
    if (memcmp (u, small[i], sizeof u) == 0)
      return TRUE;
  return FALSE;
}

gboolean
cv_crypto_pkey_check_public (const CvCrypto *crypto, CvCryptoCurve curve, CvSpan public_key,
                             GError **error)
{
  /* Any scalar shows a point of low order, as clamping makes each a multiple of the cofactor. */
  static const guint8 scalar[56] = {8};
  g_autoptr (EVP_PKEY) pkey = NULL;
  g_autoptr (CvSecret) shared = NULL;

  if (curve == CV_CRYPTO_CURVE_X25519)
    return (public_key.len == curves[curve].public_len && !is_small_order_x25519 (public_key.data))
           || cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "public key not accepted");
  if (curve == CV_CRYPTO_CURVE_X448) {
    shared = cv_crypto_pkey_agree (crypto, curve, cv_span (scalar, curves[curve].private_len),
                                   public_key, error);
    return shared != NULL;
  }
  pkey = cv_crypto_pkey_new_public (crypto, curve, public_key, error);
  return pkey != NULL;
}
