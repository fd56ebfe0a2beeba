/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The one speaker output: all voices mixed, played, and shown to the echo canceller. Main thread
 * unless said otherwise. */
#pragma once

#include "media/engine.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct CvAudioOut CvAudioOut;
typedef struct CvVoice CvVoice;

/* failed: on main, error borrowed; it goes on with the default speaker or with none. */
CvAudioOut *
cv_audio_out_new (gboolean is_silent, void (*failed) (gpointer data, const GError *error),
                  gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_audio_out_free (CvAudioOut *out); /* all voices must be gone */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvAudioOut, cv_audio_out_free)

const char *
cv_audio_out_get_probe (CvAudioOut *out); /* for media/source-microphone; NULL when silent */
void cv_audio_out_set_speaker (CvAudioOut *out, const char *device_id);
void cv_audio_out_speaker_added (CvAudioOut *out); /* some speaker was plugged in */
void cv_audio_out_speaker_removed (CvAudioOut *out, const char *device_id);

/* level: on main, 10 times a second at most; after decryption and decoding. */
CvVoice *cv_audio_out_add_voice (CvAudioOut *out, void (*level) (gpointer data, double level),
                                 gpointer data);
void cv_audio_out_remove_voice (CvAudioOut *out, CvVoice *voice);
void cv_voice_set_muted (CvVoice *voice, gboolean is_muted);

/* Any thread. An Opus frame, borrowed. A gap before it of up to 120 ms is concealed. */
void cv_voice_push (CvVoice *voice, GBytes *frame, GstClockTime running_time);

G_END_DECLS
