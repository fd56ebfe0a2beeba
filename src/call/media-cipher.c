/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Nothing is decided here: frames go to e2ee/sender and e2ee/receiver and come back sealed or
 * opened. It exists so that media never sees e2ee and e2ee never sees media. */
#include "call/media-cipher.h"

struct CvCallMediaCipher {
  CvFrameCipher cipher;
  CvE2eeSender *sender;
  CvE2eeReceiver *receiver;
};

/* The two layers name the same registry (E2EE.md section 3) apart from each other. */
G_STATIC_ASSERT ((int)CV_TRACK_MICROPHONE == (int)CV_E2EE_TRACK_MICROPHONE);
G_STATIC_ASSERT ((int)CV_TRACK_CAMERA_LOW == (int)CV_E2EE_TRACK_CAMERA_LOW);
G_STATIC_ASSERT ((int)CV_TRACK_CAMERA_MIDDLE == (int)CV_E2EE_TRACK_CAMERA_MIDDLE);
G_STATIC_ASSERT ((int)CV_TRACK_SCREEN == (int)CV_E2EE_TRACK_SCREEN);
G_STATIC_ASSERT ((int)CV_FRAME_OPENED == (int)CV_E2EE_OPENED);
G_STATIC_ASSERT ((int)CV_FRAME_NO_KEY == (int)CV_E2EE_NO_KEY);
G_STATIC_ASSERT ((int)CV_FRAME_UNDECRYPTABLE == (int)CV_E2EE_UNDECRYPTABLE);
G_STATIC_ASSERT ((int)CV_FRAME_DROPPED == (int)CV_E2EE_DROPPED);

static GBytes *
on_protect (gpointer data, CvTrack track, const CvFrameInfo *info, CvSpan frame)
{
  CvCallMediaCipher *self = data;
  const CvE2eeEnvelope envelope = {
      .codec = (guint8)info->codec,
      .is_key_frame = info->is_key_frame,
      .temporal_layer = info->temporal_layer,
      .width = info->width,
      .height = info->height,
      .capture_time_us = info->capture_time_us,
  };

  /* Without keys nothing is sent: the one error that media needs to know is that there is none. */
  return cv_e2ee_sender_protect (self->sender, (CvE2eeTrack)track, &envelope, frame, NULL);
}

static CvFrameVerdict
on_unprotect (gpointer data, guint32 participant, CvTrack track, CvSpan sealed, CvFrameInfo *info,
              GBytes **frame)
{
  CvCallMediaCipher *self = data;
  CvE2eeEnvelope envelope = {0};
  const CvE2eeVerdict verdict = cv_e2ee_receiver_unprotect (
      self->receiver, (CvMlsLeaf){participant}, (CvE2eeTrack)track, sealed, &envelope, frame);

  if (verdict == CV_E2EE_OPENED)
    *info = (CvFrameInfo){
        .codec = (CvCodec)envelope.codec,
        .is_key_frame = envelope.is_key_frame,
        .temporal_layer = envelope.temporal_layer,
        .width = envelope.width,
        .height = envelope.height,
        .capture_time_us = envelope.capture_time_us,
    };
  return (CvFrameVerdict)verdict;
}

static const CvFrameCipherClass cipher_class = {
    .protect = on_protect,
    .unprotect = on_unprotect,
};

CvCallMediaCipher *
cv_call_media_cipher_new (CvE2eeSender *sender, CvE2eeReceiver *receiver)
{
  CvCallMediaCipher *self = g_new0 (CvCallMediaCipher, 1);

  self->cipher.klass = &cipher_class;
  self->cipher.data = self;
  self->sender = cv_e2ee_sender_ref (sender);
  self->receiver = cv_e2ee_receiver_ref (receiver);
  return self;
}

void
cv_call_media_cipher_free (CvCallMediaCipher *self)
{
  if (!self)
    return;
  cv_e2ee_sender_unref (self->sender);
  cv_e2ee_receiver_unref (self->receiver);
  g_free (self);
}

const CvFrameCipher *
cv_call_media_cipher_get (CvCallMediaCipher *self)
{
  return &self->cipher;
}
