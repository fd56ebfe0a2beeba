/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One symmetric ratchet of one sender: a key for each generation, each once (RFC 9420 §9.1). */
#pragma once

#include "mls/labels.h"

G_BEGIN_DECLS

/* How far ahead a generation may be, and how many skipped keys a ratchet keeps. */
#define CV_MLS_RATCHET_SKIP_MAX 1000

typedef struct {
  guint32 generation;
  CvSecret *key;
  CvSecret *nonce;
} CvMlsMessageKey;

void cv_mls_message_key_clear (CvMlsMessageKey *key);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsMessageKey, cv_mls_message_key_clear)

typedef struct {
  CvSecret *secret; /* of `next`; NULL when the generations are spent */
  guint64 next; /* the first generation that was not derived yet; at most 2^32 */
  GArray *skipped; /* CvMlsMessageKey below `next`, ascending; NULL while there are none */
} CvMlsRatchet;

void cv_mls_ratchet_clear (CvMlsRatchet *ratchet);

/* The key of a generation; nothing changes. GENERATION: used already, or too far ahead. */
gboolean
cv_mls_ratchet_peek (const CvMlsCipher *cipher, const CvMlsRatchet *ratchet, guint32 generation,
                     CvMlsMessageKey *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Deletes that key. Keys of the generations passed over are kept, the newest
 * CV_MLS_RATCHET_SKIP_MAX of them. Unchanged on failure. */
gboolean cv_mls_ratchet_consume (const CvMlsCipher *cipher, CvMlsRatchet *ratchet,
                                 guint32 generation, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
