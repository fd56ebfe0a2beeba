/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The key and salt of one KID, ready to seal or open (RFC 9605 §4.4.2).
 *
 * Not thread-safe: a key belongs to one sender or one receiver. */
#pragma once

#include "crypto/context.h"
#include "crypto/suites.h"

G_BEGIN_DECLS

typedef struct CvSframeKey CvSframeKey;

/* base_key: 1 to 64 bytes; not kept. The context must outlive this call only. */
CvSframeKey *cv_sframe_key_new (const CvCrypto *crypto, const CvSframeSuite *suite, guint64 kid,
                                CvSpan base_key, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_sframe_key_free (CvSframeKey *self); /* wipes; NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvSframeKey, cv_sframe_key_free)

guint64 cv_sframe_key_get_kid (const CvSframeKey *self);
const CvSframeSuite *cv_sframe_key_get_suite (const CvSframeKey *self); /* static */

/* RFC 9605 §4.4.3 with aad as {header, metadata}. out: plaintext.len + tag length; out and input
 * are apart or start at the same byte. The caller never seals one ctr twice. No allocation. */
gboolean
cv_sframe_key_seal (CvSframeKey *self, guint64 ctr, const CvSpan aad[static 2], CvSpan plaintext,
                    guint8 *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* out: ciphertext.len − tag length bytes; zeroed when it fails. FALSE: not authentic. */
gboolean cv_sframe_key_open (CvSframeKey *self, guint64 ctr, const CvSpan aad[static 2],
                             CvSpan ciphertext, guint8 *out) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
