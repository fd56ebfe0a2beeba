/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a peer needs of its engine. Not for other layers. Main thread unless said otherwise. */
#pragma once

#include "media/audio-out.h"
#include "media/engine.h"
#include "media/rtp-session.h"

G_BEGIN_DECLS

const CvFrameCipher *cv_media_engine_get_cipher (CvMediaEngine *self); /* NULL: none yet */
CvMediaPictures cv_media_engine_get_pictures (CvMediaEngine *self);
CvAudioOut *cv_media_engine_get_audio_out (CvMediaEngine *self);

/* Open peers; the engine closes them when it closes. No reference is taken. */
void cv_media_engine_add_peer (CvMediaEngine *self, CvMediaPeer *peer);
void cv_media_engine_remove_peer (CvMediaEngine *self, CvMediaPeer *peer);

/* The session gets every sealed frame of the track until the route is removed; it must be removed
 * before the session is freed. */
void cv_media_engine_add_route (CvMediaEngine *self, CvRtpSession *session, CvTrack track);
void cv_media_engine_remove_route (CvMediaEngine *self, CvRtpSession *session, CvTrack track);

void cv_media_engine_request_key_frame (CvMediaEngine *self, CvTrack track); /* any thread */

G_END_DECLS
