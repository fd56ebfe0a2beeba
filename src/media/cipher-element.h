/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Seals encoded frames: the only element whose caps a payloader takes.
 *
 * Sink: what an encoder of media/codecs makes. Source: CV_SEALED_CAPS, PTS in running time. A frame
 * that the cipher refuses is dropped. */
#pragma once

#include "media/frame-cipher.h"

#include <gst/gst.h>

G_BEGIN_DECLS

#define CV_TYPE_CIPHER_ELEMENT (cv_cipher_element_get_type ())
G_DECLARE_FINAL_TYPE (CvCipherElement, cv_cipher_element, CV, CIPHER_ELEMENT, GstElement)

GstElement *cv_cipher_element_new (const CvFrameCipher *cipher, CvTrack track); /* floating */

G_END_DECLS
