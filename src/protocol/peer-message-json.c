/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The field tables of the peer messages. A message is one row of `kinds` and one table. */
#include "protocol/peer-message-json.h"

#include "protocol/limits.h"

#define FIELD(path, wire, of_kind, ...)                                                            \
  {.name = (wire), .kind = (of_kind), .offset = G_STRUCT_OFFSET (CvPeerMessage, path), __VA_ARGS__}
#define TO(path)                                                                                   \
  FIELD (path, "to", CV_FIELD_TEXT, .min = 1, .max = CV_LIMITS_PARTICIPANT_ID_CHARACTERS)
#define SHORT_TEXT(path, wire, limit)                                                              \
  FIELD (path, wire, CV_FIELD_TEXT, .is_optional = TRUE, .min = 1, .max = (limit))
#define CANDIDATES(path)                                                                           \
  FIELD (path, "candidates", CV_FIELD_TEXTS, .is_optional = TRUE, .min = 1,                        \
         .max = CV_LIMITS_CANDIDATE_CHARACTERS, .count = CV_LIMITS_CANDIDATES)
#define CONTEXT(path) FIELD (path, "context", CV_FIELD_NUMBER, .max = 7)
#define PIXELS(path, wire) FIELD (path, wire, CV_FIELD_NUMBER, .max = 16384)
#define TABLE(of_fields)                                                                           \
  {.size_bytes = sizeof (CvPeerMessage),                                                           \
   .fields = (of_fields),                                                                          \
   .n_fields = G_N_ELEMENTS (of_fields)}

static const char *const setups[] = {"actpass", "active", "passive", NULL};
static const char *const cameras[] = {"off", "on", NULL};

#define TRACK(member, wire, ...)                                                                   \
  {.name = (wire),                                                                                 \
   .kind = CV_FIELD_NUMBER,                                                                        \
   .offset = G_STRUCT_OFFSET (CvPeerTrack, member),                                                \
   __VA_ARGS__}

static const CvField track_fields[] = {
    TRACK (context, "context", .max = 7),
    TRACK (ssrc, "ssrc", .min = 1, .max = G_MAXUINT32),
    TRACK (rtx_ssrc, "rtx-ssrc", .is_optional = TRUE, .max = G_MAXUINT32),
    TRACK (payload_type, "payload-type", .max = 127),
    TRACK (width, "width", .is_optional = TRUE, .max = 16384),
    TRACK (height, "height", .is_optional = TRUE, .max = 16384),
};

/* A track is numbers only: nothing to clear. */
static const CvFieldTable track_table = {
    .size_bytes = sizeof (CvPeerTrack),
    .fields = track_fields,
    .n_fields = G_N_ELEMENTS (track_fields),
    .free_item = g_free,
};

static const CvField chat_fields[] = {
    FIELD (chat.text, "text", CV_FIELD_TEXT, .min = 1, .max = CV_LIMITS_CHAT_CHARACTERS),
};
static const CvField description_fields[] = {
    TO (description.to),
    FIELD (description.attempt, "attempt", CV_FIELD_NUMBER, .max = G_MAXUINT32),
    SHORT_TEXT (description.ufrag, "ufrag", 256),
    SHORT_TEXT (description.pwd, "pwd", 256),
    SHORT_TEXT (description.fingerprint, "fingerprint", 200),
    FIELD (description.setup, "setup", CV_FIELD_WORD, .is_optional = TRUE, .words = setups),
    CANDIDATES (description.candidates),
    SHORT_TEXT (description.sdp, "sdp", CV_LIMITS_SDP_CHARACTERS),
};
static const CvField candidates_fields[] = {
    TO (candidates.to),
    FIELD (candidates.attempt, "attempt", CV_FIELD_NUMBER, .max = G_MAXUINT32),
    CANDIDATES (candidates.candidates),
    FIELD (candidates.is_last, "last", CV_FIELD_FLAG, .is_optional = TRUE),
};
static const CvField tracks_fields[] = {
    FIELD (tracks.is_muted, "muted", CV_FIELD_FLAG),
    FIELD (tracks.camera, "camera", CV_FIELD_WORD, .words = cameras),
    FIELD (tracks.has_screen, "screen", CV_FIELD_FLAG, .is_optional = TRUE),
    FIELD (tracks.tracks, "tracks", CV_FIELD_LIST, .is_optional = TRUE, .count = CV_LIMITS_TRACKS,
           .items = &track_table),
};
static const CvField layer_request_fields[] = {
    TO (layer_request.to),
    CONTEXT (layer_request.context),
    PIXELS (layer_request.width, "width"),
    PIXELS (layer_request.height, "height"),
};
static const CvField key_frame_request_fields[] = {
    TO (key_frame_request.to),
    CONTEXT (key_frame_request.context),
};

static const struct {
  const char *name;
  CvFieldTable table;
} kinds[CV_PEER_MESSAGE_N_TYPES] = {
    [CV_PEER_MESSAGE_CHAT] = {"chat", TABLE (chat_fields)},
    [CV_PEER_MESSAGE_OFFER] = {"offer", TABLE (description_fields)},
    [CV_PEER_MESSAGE_ANSWER] = {"answer", TABLE (description_fields)},
    [CV_PEER_MESSAGE_CANDIDATES] = {"candidates", TABLE (candidates_fields)},
    [CV_PEER_MESSAGE_TRACKS] = {"tracks", TABLE (tracks_fields)},
    [CV_PEER_MESSAGE_LAYER_REQUEST] = {"layer-request", TABLE (layer_request_fields)},
    [CV_PEER_MESSAGE_KEY_FRAME_REQUEST] = {"key-frame-request", TABLE (key_frame_request_fields)},
};

static gboolean
find_type (JsonObject *object, CvPeerMessageType *type, GError **error)
{
  JsonNode *node = json_object_get_member (object, "type");

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING) {
    g_set_error (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_FIELD, "field 'type' is missing");
    return FALSE;
  }
  for (int i = 0; i < CV_PEER_MESSAGE_N_TYPES; i++) {
    if (g_str_equal (kinds[i].name, json_node_get_string (node))) {
      *type = (CvPeerMessageType)i;
      return TRUE;
    }
  }
  g_set_error (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_TYPE, "unknown message type");
  return FALSE;
}

CvPeerMessage *
cv_peer_message_json_parse (CvSpan text, GError **error)
{
  g_autoptr (JsonNode) root =
      cv_field_table_parse_text ((const char *)text.data, text.len, CV_LIMITS_PEER_MESSAGE_BYTES,
                                 CV_LIMITS_PEER_MESSAGE_ITEMS, error);
  g_autoptr (CvPeerMessage) message = NULL;
  CvPeerMessageType type;

  if (root == NULL || !find_type (json_node_get_object (root), &type, error))
    return NULL;
  message = cv_peer_message_new (type);
  if (!cv_field_table_read (&kinds[type].table, json_node_get_object (root), message, error)) {
    g_prefix_error (error, "%s: ", kinds[type].name);
    return NULL;
  }
  return g_steal_pointer (&message);
}

GBytes *
cv_peer_message_json_write (const CvPeerMessage *message)
{
  g_autoptr (JsonObject) object = json_object_new ();
  char *text;

  json_object_set_string_member (object, "type", kinds[message->type].name);
  cv_field_table_write (&kinds[message->type].table, object, message);
  text = cv_field_table_to_text (object);
  return g_bytes_new_take (text, strlen (text));
}

const CvFieldTable *
cv_peer_message_json_get_table (CvPeerMessageType type)
{
  return &kinds[type].table;
}

const CvFieldTable *
cv_peer_message_json_get_track_table (void)
{
  return &track_table;
}

const char *
cv_peer_message_type_to_string (CvPeerMessageType type)
{
  return type < CV_PEER_MESSAGE_N_TYPES ? kinds[type].name : "unknown";
}
