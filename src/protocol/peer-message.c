/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "protocol/peer-message.h"

#include "protocol/peer-message-json.h"

G_DEFINE_BOXED_TYPE (CvPeerMessage, cv_peer_message, cv_peer_message_ref, cv_peer_message_unref)

CvPeerMessage *
cv_peer_message_new (CvPeerMessageType type)
{
  CvPeerMessage *message = g_atomic_rc_box_new0 (CvPeerMessage);

  message->type = type;
  return message;
}

CvPeerMessage *
cv_peer_message_ref (CvPeerMessage *message)
{
  return g_atomic_rc_box_acquire (message);
}

static void
clear_message (gpointer data)
{
  CvPeerMessage *message = data;

  cv_field_table_clear (cv_peer_message_json_get_table (message->type), message);
}

void
cv_peer_message_unref (CvPeerMessage *message)
{
  if (message != NULL)
    g_atomic_rc_box_release_full (message, clear_message);
}

void
cv_peer_message_add_track (CvPeerMessage *message, const CvPeerTrack *track)
{
  g_return_if_fail (message->type == CV_PEER_MESSAGE_TRACKS);

  if (message->tracks.tracks == NULL)
    message->tracks.tracks = cv_field_table_new_list (cv_peer_message_json_get_track_table ());
  g_ptr_array_add (message->tracks.tracks, g_memdup2 (track, sizeof *track));
}

const char *
cv_peer_message_get_to (const CvPeerMessage *message)
{
  switch (message->type) {
  case CV_PEER_MESSAGE_OFFER:
  case CV_PEER_MESSAGE_ANSWER:
    return message->description.to;
  case CV_PEER_MESSAGE_CANDIDATES:
    return message->candidates.to;
  case CV_PEER_MESSAGE_LAYER_REQUEST:
    return message->layer_request.to;
  case CV_PEER_MESSAGE_KEY_FRAME_REQUEST:
    return message->key_frame_request.to;
  case CV_PEER_MESSAGE_CHAT:
  case CV_PEER_MESSAGE_TRACKS:
  case CV_PEER_MESSAGE_N_TYPES:
    break;
  }
  return NULL;
}
