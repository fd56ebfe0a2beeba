/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Opens frames of many KIDs, each once (RFC 9605 §4.4.4).
 *
 * A KID selects exactly one key; there is no trial decryption. Used by one thread at a time: give
 * each receiving stream its own receiver, or a lock around a shared one. */
#pragma once

#include "sframe/header.h"
#include "sframe/key.h"

G_BEGIN_DECLS

typedef enum {
  CV_SFRAME_OPENED,
  CV_SFRAME_MALFORMED, /* no header in its shortest form, or shorter than a tag */
  CV_SFRAME_UNKNOWN_KID, /* the sender's epoch is not known yet, or no more */
  CV_SFRAME_REPLAY, /* seen before, or more than 1023 frames late */
  CV_SFRAME_UNAUTHENTIC, /* changed on the way, or sealed with another key */
  CV_SFRAME_REFLECTION, /* one of our own, sent back at us */
} CvSframeVerdict;

const char *cv_sframe_verdict_to_string (CvSframeVerdict verdict);

typedef struct CvSframeReceiver CvSframeReceiver;

CvSframeReceiver *cv_sframe_receiver_new (void);
void cv_sframe_receiver_free (CvSframeReceiver *self); /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvSframeReceiver, cv_sframe_receiver_free)

/* Takes key, always. FALSE, and nothing changes, when its KID has a key: replacing it would forget
 * which of its frames were seen. */
gboolean cv_sframe_receiver_add_key (CvSframeReceiver *self, CvSframeKey *key);
gboolean cv_sframe_receiver_has_key (const CvSframeReceiver *self, guint64 kid);
/* Wipes the key and forgets its frames. The KID may only come back with another key. */
void cv_sframe_receiver_remove_key (CvSframeReceiver *self, guint64 kid);

/* Frames whose KID, masked, equals value are our own: they are REFLECTION whether or not there is
 * a key. With KIDs of MLS mode: every bit but the context's. */
void cv_sframe_receiver_add_own (CvSframeReceiver *self, guint64 mask, guint64 value);
void cv_sframe_receiver_remove_own (CvSframeReceiver *self, guint64 mask, guint64 value);

/* out: room for frame.len bytes, apart from the frame or exactly where its ciphertext begins. On
 * OPENED *out_len is the plaintext's length; else out holds nothing of the frame. *header may be
 * looked at for every verdict but MALFORMED, and believed for OPENED alone; it may be NULL. */
CvSframeVerdict cv_sframe_receiver_open (CvSframeReceiver *self, CvSpan metadata, CvSpan frame,
                                         guint8 *out, gsize *out_len, CvSframeHeader *header);

G_END_DECLS
