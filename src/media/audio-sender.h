/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The own microphone: captured, measured, encoded and sealed. Main thread. */
#pragma once

#include "media/video-sender.h"

G_BEGIN_DECLS

typedef struct CvAudioSender CvAudioSender;

/* level: on main, 20 times a second at most, before mute. probe: see media/source-microphone.h. */
CvAudioSender *
cv_audio_sender_new (const char *name, const char *probe, const CvSenderEvents *events,
                     void (*level) (gpointer data, double level),
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_audio_sender_free (CvAudioSender *sender);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvAudioSender, cv_audio_sender_free)

struct CvSourceSlot *cv_audio_sender_get_slot (CvAudioSender *sender);
void cv_audio_sender_set_muted (CvAudioSender *sender, gboolean is_muted);
void cv_audio_sender_start (CvAudioSender *sender, const CvFrameCipher *cipher);
void cv_audio_sender_stop (CvAudioSender *sender);
guint64 cv_audio_sender_get_frames (CvAudioSender *sender);

G_END_DECLS
