/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Extendable-output functions by name: those that OpenSSL lacks (TurboSHAKE) work when another
 * provider of the library context has them. */
#include "crypto/xof.h"

#include "crypto/context-internal.h"
#include "crypto/hash-internal.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD, EVP_MD_free)

typedef struct {
  CvXof xof;
  const char *name;
  guint8 len; /* Nh */
} Row;

static const Row rows[] = {
    {CV_XOF_SHAKE128, "SHAKE128", 32},
    {CV_XOF_SHAKE256, "SHAKE256", 64},
    {CV_XOF_TURBOSHAKE128, "TURBOSHAKE128", 32},
    {CV_XOF_TURBOSHAKE256, "TURBOSHAKE256", 64},
};

static const Row *
find (CvXof xof)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].xof == xof)
      return &rows[i];
  return NULL;
}

/* Only SHAKE256, which the hybrid KEMs need, was fetched with the context. */
static EVP_MD *
fetch (const CvCrypto *crypto, const Row *row)
{
  if (row && row->xof == CV_XOF_SHAKE256 && crypto->shake256
      && EVP_MD_up_ref (crypto->shake256) == 1)
    return crypto->shake256;
  return row ? EVP_MD_fetch (crypto->libctx, row->name, crypto->query) : NULL;
}

guint8
cv_crypto_xof_len (CvXof xof)
{
  const Row *row = find (xof);

  return row ? row->len : 0;
}

CvSecret *
cv_crypto_xof_expand (const CvCrypto *crypto, CvXof xof, const CvSpan *parts, gsize n_parts,
                      gsize len, GError **error)
{
  g_autoptr (EVP_MD) md = fetch (crypto, find (xof));
  g_autoptr (EVP_MD_CTX) ctx = EVP_MD_CTX_new ();
  g_autoptr (CvSecret) out = cv_secret_new (len);
  gboolean is_ok;

  if (!md) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_UNSUPPORTED,
                            "extendable-output function not available");
    return NULL;
  }
  is_ok = ctx && EVP_DigestInit_ex2 (ctx, md, NULL) == 1;
  for (gsize i = 0; is_ok && i < n_parts; i++)
    is_ok = EVP_DigestUpdate (ctx, parts[i].data, parts[i].len) == 1;
  if (is_ok && EVP_DigestFinalXOF (ctx, cv_secret_get_data (out), len) == 1)
    return g_steal_pointer (&out);
  cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "extendable-output function failed");
  return NULL;
}
