/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* LabeledExtract and LabeledExpand (RFC 9180 §4), and LabeledDerive of HPKE's drafts. */
#include "crypto/labeled.h"

#include "crypto/context-internal.h"
#include "crypto/hash-internal.h"
#include "crypto/xof.h"

#include <string.h>

static const CvSpan version = CV_SPAN_LITERAL ("HPKE-v1");

/* HKDF-Extract is one HMAC; in parts, the secret is not copied. */
static gboolean
extract (const CvCryptoLabeled *self, CvSpan salt, const char *label, CvSpan ikm, guint8 *out,
         GError **error)
{
  CvSpan parts[] = {version, self->suite_id, cv_span (label, strlen (label)), ikm};

  return cv_crypto_hash_hmac_parts (self->crypto, self->hash, salt, parts, G_N_ELEMENTS (parts),
                                    out, error);
}

/* The length is part of what is hashed, in two bytes. */
static gboolean
check_len (gsize len, GError **error)
{
  if (len > 0 && len <= G_MAXUINT16)
    return TRUE;
  return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT,
                                 "expected 1 to 65535 bytes of derived key");
}

CvSecret *
cv_crypto_labeled_extract (const CvCryptoLabeled *self, CvSpan salt, const char *label, CvSpan ikm,
                           GError **error)
{
  g_autoptr (CvSecret) prk = cv_secret_new (cv_crypto_hash_len (self->hash));

  if (!extract (self, salt, label, ikm, cv_secret_get_data (prk), error))
    return NULL;
  return g_steal_pointer (&prk);
}

gboolean
cv_crypto_labeled_hash (const CvCryptoLabeled *self, const char *label, CvSpan input, guint8 *out,
                        GError **error)
{
  return extract (self, CV_SPAN_EMPTY, label, input, out, error);
}

CvSecret *
cv_crypto_labeled_expand (const CvCryptoLabeled *self, CvSpan prk, const char *label, CvSpan info,
                          gsize len, GError **error)
{
  g_auto (CvWriter) labeled = {0};

  if (!check_len (len, error))
    return NULL;
  cv_writer_init (&labeled);
  cv_writer_u16 (&labeled, (guint16)len);
  cv_writer_put (&labeled, version);
  cv_writer_put (&labeled, self->suite_id);
  cv_writer_put (&labeled, cv_span (label, strlen (label)));
  cv_writer_put (&labeled, info);
  return cv_crypto_hkdf_expand (self->crypto, self->hash, prk, cv_writer_span (&labeled), len,
                                error);
}

CvSecret *
cv_crypto_labeled_derive (const CvCryptoLabeled *self, CvSpan ikm, const char *label,
                          CvSpan context, gsize len, GError **error)
{
  g_auto (CvWriter) labeled = {0};
  CvSpan parts[3] = {ikm};

  if (!check_len (len, error))
    return NULL;
  cv_writer_init (&labeled);
  cv_writer_put (&labeled, version);
  cv_writer_put (&labeled, self->suite_id);
  cv_writer_u16 (&labeled, (guint16)strlen (label));
  cv_writer_put (&labeled, cv_span (label, strlen (label)));
  cv_writer_u16 (&labeled, (guint16)len);
  parts[1] = cv_writer_span (&labeled);
  parts[2] = context;
  return cv_crypto_xof_expand (self->crypto, self->xof, parts, G_N_ELEMENTS (parts), len, error);
}
