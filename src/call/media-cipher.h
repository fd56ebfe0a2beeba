/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Where media's vtable meets the group's keys: the adapter that streaming threads go through. */
#pragma once

#include "e2ee/receiver.h"
#include "e2ee/sender.h"
#include "media/frame-cipher.h"

G_BEGIN_DECLS

typedef struct CvCallMediaCipher CvCallMediaCipher;

/* References both. */
CvCallMediaCipher *cv_call_media_cipher_new (CvE2eeSender *sender, CvE2eeReceiver *receiver);
void cv_call_media_cipher_free (CvCallMediaCipher *self); /* after every pipeline is gone */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvCallMediaCipher, cv_call_media_cipher_free)

/* Borrowed. The participant number of unprotect is the leaf index. */
const CvFrameCipher *cv_call_media_cipher_get (CvCallMediaCipher *self);

G_END_DECLS
