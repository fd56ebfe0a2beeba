/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What is counted about one stream, and the words for its kind and state. */
#pragma once

#include "media/frame-cipher.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* What people see or hear of somebody. All camera layers are one kind. */
typedef enum {
  CV_MEDIA_AUDIO,
  CV_MEDIA_CAMERA,
  CV_MEDIA_SCREEN,
  CV_MEDIA_SCREEN_AUDIO,
} CvMediaKind;

const char *cv_media_kind_to_string (CvMediaKind kind); /* as in conclave-cli's `media` event */
CvMediaKind cv_media_kind_of_track (CvTrack track);
gboolean cv_media_kind_is_audio (CvMediaKind kind);

/* The state of a received picture or voice. */
typedef enum {
  CV_MEDIA_WAITING, /* nothing has arrived yet, or nothing for 3 s */
  CV_MEDIA_FLOWING, /* decoded, or not seen and therefore only decrypted */
  CV_MEDIA_NO_KEY, /* arrives, but its epoch or sender is not known (yet) */
  CV_MEDIA_UNDECRYPTABLE, /* arrives, fails to authenticate, and nothing opened for 2 s */
  CV_MEDIA_LOST, /* a picture is missing: held until the next key frame */
} CvMediaState;

typedef struct {
  guint32 participant;
  CvMediaKind kind;
  CvMediaState state;
  CvCodec codec; /* 0: no frame was opened yet */
  guint64 frames; /* opened, since the start */
  guint64 decoded; /* shown or played */
  guint64 no_key;
  guint64 undecryptable;
  guint64 dropped; /* replays, incomplete frames, frames that depend on a lost one */
  guint width; /* of the last decoded picture, else of the last envelope that told it */
  guint height;
  double fps; /* opened frames in the last second */
  double latency_ms; /* capture to presentation, median of the last second; 0: unknown */
} CvMediaStats;

/* One link, for congestion control and layer choice. */
typedef struct {
  guint64 sent_packets;
  guint64 sent_bytes;
  guint64 received_packets;
  guint64 received_bytes;
  guint64 refused_packets; /* unknown SSRC, malformed, or a full queue */
  guint64 retransmitted_packets;
  double loss; /* 0 to 1, of what we send, by the peer's last report */
  double round_trip_ms; /* 0: unknown */
} CvMediaLinkStats;

G_END_DECLS
