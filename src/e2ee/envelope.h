/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The frame envelope: what travels inside the ciphertext before the encoder's bytes (E2EE.md
 * section 3). Plain data; any thread. */
#pragma once

#include "base/bytes.h"
#include "e2ee/error.h"

G_BEGIN_DECLS

#define CV_E2EE_ENVELOPE_MAX_LEN 14

/* The fixed registry of SFrame contexts; the numbers of media's tracks. */
typedef enum {
  CV_E2EE_TRACK_MICROPHONE = 0,
  CV_E2EE_TRACK_CAMERA_LOW = 1,
  CV_E2EE_TRACK_CAMERA_MIDDLE = 2,
  CV_E2EE_TRACK_CAMERA_HIGH = 3,
  CV_E2EE_TRACK_SCREEN = 4,
  CV_E2EE_TRACK_SCREEN_AUDIO = 5,
  CV_E2EE_N_TRACKS = 8,
} CvE2eeTrack;

typedef struct {
  guint8 codec; /* 1 Opus, 2 VP8, 3 VP9, 4 AV1, 5 H.264 */
  gboolean is_key_frame;
  guint8 temporal_layer; /* 0 to 3 */
  guint16 width; /* 0: no dimensions; both or none */
  guint16 height;
  guint64 capture_time_us; /* since 1970 */
} CvE2eeEnvelope;

/* Returns the length written: 10 or 14. */
gsize cv_e2ee_envelope_write (const CvE2eeEnvelope *envelope,
                              guint8 out[static CV_E2EE_ENVELOPE_MAX_LEN]);
/* *frame: the encoder's bytes, inside plaintext. */
gboolean cv_e2ee_envelope_parse (CvSpan plaintext, CvE2eeEnvelope *envelope, CvSpan *frame,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
