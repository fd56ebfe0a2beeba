/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The transcript of commits: two running hashes, and the tag over them (RFC 9420 §8.2). */
#pragma once

#include "mls/framing.h"

G_BEGIN_DECLS

/* confirmed[n] from interim[n-1] (empty for epoch 0) and the signed commit; the commit's
 * confirmation tag is not read. */
GBytes *cv_mls_transcript_confirmed (const CvMlsCipher *cipher, CvSpan interim_before,
                                     const CvMlsAuthenticatedContent *commit,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *
cv_mls_transcript_interim (const CvMlsCipher *cipher, CvSpan confirmed, CvSpan confirmation_tag,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

GBytes *cv_mls_transcript_tag (const CvMlsCipher *cipher, CvSpan confirmation_key, CvSpan confirmed,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Constant time; AUTHENTICATION when it differs. */
gboolean
cv_mls_transcript_check_tag (const CvMlsCipher *cipher, CvSpan confirmation_key, CvSpan confirmed,
                             CvSpan tag, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
