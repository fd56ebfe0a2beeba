/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Seals the frames of one KID (RFC 9605 §4.4.3).
 *
 * One sender a KID, so one for each stream of an epoch. A sender is used by one thread at a time
 * and shares nothing with any other: the audio and the video thread seal at the same moment, each
 * with its own. */
#pragma once

#include "sframe/header.h"
#include "sframe/key.h"

G_BEGIN_DECLS

#define CV_SFRAME_ERROR (cv_sframe_error_quark ())
GQuark cv_sframe_error_quark (void);

typedef enum {
  CV_SFRAME_ERROR_USED_UP, /* the counter is at its limit: stop sending, ask for a new epoch */
  CV_SFRAME_ERROR_BUFFER, /* out_size is too small: nothing was sealed, the counter stands */
  CV_SFRAME_ERROR_CIPHER, /* OpenSSL failed: drop the frame; its counter value is not used again */
} CvSframeError;

/* Frames that one key seals. 2^32 frames of 64 kB leave an attacker on AES-GCM a chance of 2^-41,
 * and last two years at 60 frames a second. */
#define CV_SFRAME_SENDER_LIMIT (G_GUINT64_CONSTANT (1) << 32)

typedef struct CvSframeSender CvSframeSender;

CvSframeSender *cv_sframe_sender_new (CvSframeKey *key); /* takes key; starts at CTR 0 */
void cv_sframe_sender_free (CvSframeSender *self); /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvSframeSender, cv_sframe_sender_free)

guint64 cv_sframe_sender_get_kid (const CvSframeSender *self);
/* CTR of the next frame: how many were sealed. Readable while another thread seals. */
guint64 cv_sframe_sender_get_counter (const CvSframeSender *self);

/* Leaves counter values out, forwards alone: a smaller one changes nothing. Not while another thread
 * seals. */
void cv_sframe_sender_skip_to (CvSframeSender *self, guint64 ctr);

/* Room for any frame of this length: header, ciphertext, tag. */
gsize cv_sframe_sender_max_len (const CvSframeSender *self, gsize plaintext_len);
gsize cv_sframe_sender_next_header_len (const CvSframeSender *self);

/* Writes header, ciphertext and tag to out, without allocating. plaintext lies outside of out, or
 * begins exactly at out + cv_sframe_sender_next_header_len(). metadata is authenticated, not sent,
 * and mostly empty. *out_len is set on success alone. */
gboolean
cv_sframe_sender_seal (CvSframeSender *self, CvSpan metadata, CvSpan plaintext, guint8 *out,
                       gsize out_size, gsize *out_len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
