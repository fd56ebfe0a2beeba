/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The words for kinds of media. */
#include "media/stats.h"

const char *
cv_media_kind_to_string (CvMediaKind kind)
{
  switch (kind) {
  case CV_MEDIA_AUDIO:
    return "audio";
  case CV_MEDIA_CAMERA:
    return "camera";
  case CV_MEDIA_SCREEN:
    return "screen";
  case CV_MEDIA_SCREEN_AUDIO:
    return "screen-audio";
  }
  return "unknown";
}

CvMediaKind
cv_media_kind_of_track (CvTrack track)
{
  switch (track) {
  case CV_TRACK_MICROPHONE:
    return CV_MEDIA_AUDIO;
  case CV_TRACK_SCREEN:
    return CV_MEDIA_SCREEN;
  case CV_TRACK_SCREEN_AUDIO:
    return CV_MEDIA_SCREEN_AUDIO;
  case CV_TRACK_CAMERA_LOW:
  case CV_TRACK_CAMERA_MIDDLE:
  case CV_TRACK_CAMERA_HIGH:
  case CV_N_TRACKS:
    break;
  }
  return CV_MEDIA_CAMERA;
}

gboolean
cv_media_kind_is_audio (CvMediaKind kind)
{
  return kind == CV_MEDIA_AUDIO || kind == CV_MEDIA_SCREEN_AUDIO;
}
