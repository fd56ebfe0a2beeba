/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The field tables of the room messages. A message is one row of `kinds` and one table. */
#include "protocol/message-json.h"

#include "protocol/limits.h"

#define FIELD(path, wire, of_kind, ...)                                                            \
  {.name = (wire), .kind = (of_kind), .offset = G_STRUCT_OFFSET (CvMessage, path), __VA_ARGS__}
#define NUMBER(path, wire) FIELD (path, wire, CV_FIELD_NUMBER, .max = CV_LIMITS_NUMBER_MAX)
#define ID(path, wire)                                                                             \
  FIELD (path, wire, CV_FIELD_TEXT, .min = 1, .max = CV_LIMITS_MEMBER_ID_CHARACTERS)
#define GROUP(path)                                                                                \
  FIELD (path, "group", CV_FIELD_PAYLOAD, .min = 1, .max = CV_LIMITS_GROUP_ID_BYTES)
#define PAYLOAD(path, limit) FIELD (path, "payload", CV_FIELD_PAYLOAD, .min = 1, .max = (limit))
#define IDS(path, wire, most)                                                                      \
  FIELD (path, wire, CV_FIELD_TEXTS, .is_optional = TRUE, .min = 1,                                \
         .max = CV_LIMITS_MEMBER_ID_CHARACTERS, .count = (most))
#define SEQ FIELD (seq, "seq", CV_FIELD_NUMBER, .min = 1, .max = CV_LIMITS_NUMBER_MAX)
#define TABLE(of_fields)                                                                           \
  {.size_bytes = sizeof (CvMessage), .fields = (of_fields), .n_fields = G_N_ELEMENTS (of_fields)}

static const char *const denials[] = {"other", "moderator", "locked", "unreadable", "full", NULL};
static const char *const reasons[] = {"other", "stale-epoch", "wrong-group", "too-fast", NULL};
static const char *const codes[] = {
    "other",          "bad-message", "unknown-type", "too-big",    "too-fast",  "version",
    "not-allowed",    "room-full",   "server-full",  "room-empty", "not-empty", "resume-failed",
    "no-such-member", "gap-too-old", "timeout",      "voided",     "shutdown",  NULL};

/* ---- entries of lists -------------------------------------------------------------------------- */

static const CvField member_fields[] = {
    {.name = "id",
     .kind = CV_FIELD_TEXT,
     .offset = G_STRUCT_OFFSET (CvMessageMember, id),
     .min = 1,
     .max = CV_LIMITS_MEMBER_ID_CHARACTERS},
    {.name = "away",
     .kind = CV_FIELD_FLAG,
     .offset = G_STRUCT_OFFSET (CvMessageMember, is_away),
     .is_optional = TRUE},
};

static void free_member (gpointer data);
static void free_ice_server (gpointer data);

static const CvFieldTable member_table = {
    .size_bytes = sizeof (CvMessageMember),
    .fields = member_fields,
    .n_fields = G_N_ELEMENTS (member_fields),
    .free_item = free_member,
};

static const CvField ice_server_fields[] = {
    {.name = "urls",
     .kind = CV_FIELD_TEXTS,
     .offset = G_STRUCT_OFFSET (CvMessageIceServer, urls),
     .min = 1,
     .max = CV_LIMITS_URL_CHARACTERS,
     .count = CV_LIMITS_ICE_SERVERS},
    {.name = "username",
     .kind = CV_FIELD_TEXT,
     .offset = G_STRUCT_OFFSET (CvMessageIceServer, username),
     .is_optional = TRUE,
     .max = CV_LIMITS_URL_CHARACTERS},
    {.name = "credential",
     .kind = CV_FIELD_TEXT,
     .offset = G_STRUCT_OFFSET (CvMessageIceServer, credential),
     .is_optional = TRUE,
     .max = CV_LIMITS_URL_CHARACTERS},
};

static const CvFieldTable ice_server_table = {
    .size_bytes = sizeof (CvMessageIceServer),
    .fields = ice_server_fields,
    .n_fields = G_N_ELEMENTS (ice_server_fields),
    .free_item = free_ice_server,
};

static void
free_member (gpointer data)
{
  cv_field_table_clear (&member_table, data);
  g_free (data);
}

static void
free_ice_server (gpointer data)
{
  cv_field_table_clear (&ice_server_table, data);
  g_free (data);
}

#define MEMBERS(path)                                                                              \
  FIELD (path, "members", CV_FIELD_LIST, .is_optional = TRUE, .count = CV_LIMITS_ROOM_MEMBERS,     \
         .items = &member_table)
#define ICE_SERVERS(path)                                                                          \
  FIELD (path, "ice-servers", CV_FIELD_LIST, .is_optional = TRUE, .count = CV_LIMITS_ICE_SERVERS,  \
         .items = &ice_server_table)

/* ---- client → server --------------------------------------------------------------------------- */

static const CvField hello_fields[] = {
    NUMBER (hello.version, "version"),
    FIELD (hello.room, "room", CV_FIELD_TEXT, .min = CV_LIMITS_ROOM_ID_CHARACTERS,
           .max = CV_LIMITS_ROOM_ID_CHARACTERS),
    FIELD (hello.token, "token", CV_FIELD_TEXT, .is_optional = TRUE, .min = 1,
           .max = CV_LIMITS_TOKEN_CHARACTERS),
    FIELD (hello.last_seq, "last-seq", CV_FIELD_NUMBER, .is_optional = TRUE,
           .max = CV_LIMITS_NUMBER_MAX),
};
static const CvField group_fields[] = {GROUP (group.group)};
static const CvField knock_fields[] = {PAYLOAD (knock.payload, CV_LIMITS_KNOCK_BYTES)};
static const CvField commit_fields[] = {
    GROUP (group_message.group),
    NUMBER (group_message.epoch, "epoch"),
    PAYLOAD (group_message.payload, CV_LIMITS_COMMIT_BYTES),
    IDS (group_message.adds, "adds", CV_LIMITS_WELCOME_BATCH),
    IDS (group_message.removes, "removes", CV_LIMITS_ROOM_MEMBERS),
};
static const CvField application_fields[] = {
    GROUP (group_message.group),
    NUMBER (group_message.epoch, "epoch"),
    PAYLOAD (group_message.payload, CV_LIMITS_APPLICATION_BYTES),
};
static const CvField welcome_fields[] = {
    FIELD (welcome.to, "to", CV_FIELD_TEXTS, .min = 1, .max = CV_LIMITS_MEMBER_ID_CHARACTERS,
           .count = CV_LIMITS_WELCOME_BATCH),
    GROUP (welcome.group),
    NUMBER (welcome.epoch, "epoch"),
    PAYLOAD (welcome.payload, CV_LIMITS_WELCOME_BYTES),
};
static const CvField group_info_fields[] = {
    ID (group_info.to, "to"),
    PAYLOAD (group_info.payload, CV_LIMITS_WELCOME_BYTES),
};
static const CvField from_epoch_fields[] = {NUMBER (epoch.epoch, "epoch")};
static const CvField deny_fields[] = {
    ID (deny.id, "to"),
    FIELD (deny.reason, "reason", CV_FIELD_WORD, .is_optional = TRUE, .words = denials),
};
static const CvField ping_fields[] = {
    FIELD (ping.last_seq, "last-seq", CV_FIELD_NUMBER, .is_optional = TRUE,
           .max = CV_LIMITS_NUMBER_MAX),
};

/* ---- server → client --------------------------------------------------------------------------- */

static const CvField hello_ok_fields[] = {
    ID (hello_ok.member, "member"),
    FIELD (hello_ok.token, "token", CV_FIELD_TEXT, .min = 1, .max = CV_LIMITS_TOKEN_CHARACTERS),
    FIELD (hello_ok.is_resumed, "resumed", CV_FIELD_FLAG, .is_optional = TRUE),
    FIELD (hello_ok.received, "received", CV_FIELD_NUMBER, .is_optional = TRUE,
           .max = CV_LIMITS_NUMBER_MAX),
    FIELD (hello_ok.is_occupied, "occupied", CV_FIELD_FLAG, .is_optional = TRUE),
};
static const CvField opened_fields[] = {SEQ, GROUP (opened.group),
                                        ICE_SERVERS (opened.ice_servers)};
static const CvField seq_fields[] = {SEQ};
static const CvField knocked_fields[] = {
    SEQ,
    ID (knock.id, "id"),
    PAYLOAD (knock.payload, CV_LIMITS_KNOCK_BYTES),
};
static const CvField ordered_fields[] = {
    SEQ,
    ID (group_message.from, "from"),
    GROUP (group_message.group),
    NUMBER (group_message.epoch, "epoch"),
    PAYLOAD (group_message.payload, CV_LIMITS_COMMIT_BYTES),
    IDS (group_message.adds, "adds", CV_LIMITS_WELCOME_BATCH),
    IDS (group_message.removes, "removes", CV_LIMITS_ROOM_MEMBERS),
};
static const CvField relayed_fields[] = {
    SEQ,
    ID (group_message.from, "from"),
    GROUP (group_message.group),
    NUMBER (group_message.epoch, "epoch"),
    PAYLOAD (group_message.payload, CV_LIMITS_APPLICATION_BYTES),
};
static const CvField epoch_fields[] = {SEQ, NUMBER (epoch.epoch, "epoch")};
static const CvField rejected_fields[] = {
    SEQ,
    NUMBER (rejected.epoch, "epoch"),
    FIELD (rejected.reason, "reason", CV_FIELD_WORD, .words = reasons),
};
static const CvField welcomed_fields[] = {
    SEQ,
    ID (welcomed.from, "from"),
    GROUP (welcomed.group),
    NUMBER (welcomed.epoch, "epoch"),
    PAYLOAD (welcomed.payload, CV_LIMITS_WELCOME_BYTES),
    MEMBERS (welcomed.members),
    ICE_SERVERS (welcomed.ice_servers),
};
static const CvField group_info_given_fields[] = {
    SEQ,
    ID (group_info_given.from, "from"),
    PAYLOAD (group_info_given.payload, CV_LIMITS_WELCOME_BYTES),
};
static const CvField id_fields[] = {SEQ, ID (id.id, "id")};
static const CvField member_left_fields[] = {
    SEQ,
    ID (member_left.id, "id"),
    FIELD (member_left.is_graceful, "graceful", CV_FIELD_FLAG),
};
static const CvField denied_fields[] = {
    SEQ,
    FIELD (deny.reason, "reason", CV_FIELD_WORD, .is_optional = TRUE, .words = denials),
};
static const CvField error_fields[] = {
    FIELD (error.code, "code", CV_FIELD_WORD, .words = codes),
    FIELD (error.about, "about", CV_FIELD_TEXT, .is_optional = TRUE, .min = 1, .max = 40),
    FIELD (error.message, "message", CV_FIELD_TEXT, .max = CV_LIMITS_REASON_CHARACTERS),
};

static const CvField pong_fields[] = {
    FIELD (pong.received, "received", CV_FIELD_NUMBER, .is_optional = TRUE,
           .max = CV_LIMITS_NUMBER_MAX),
};

#define EMPTY {.size_bytes = sizeof (CvMessage)}

static const struct {
  const char *name;
  CvFieldTable table;
} kinds[CV_MESSAGE_N_TYPES] = {
    [CV_MESSAGE_HELLO] = {"hello", TABLE (hello_fields)},
    [CV_MESSAGE_OPEN] = {"open", TABLE (group_fields)},
    [CV_MESSAGE_KNOCK] = {"knock", TABLE (knock_fields)},
    [CV_MESSAGE_COMMIT] = {"commit", TABLE (commit_fields)},
    [CV_MESSAGE_APPLICATION] = {"application", TABLE (application_fields)},
    [CV_MESSAGE_WELCOME] = {"welcome", TABLE (welcome_fields)},
    [CV_MESSAGE_GROUP] = {"group", TABLE (group_fields)},
    [CV_MESSAGE_GROUP_INFO_REQUEST] = {"group-info-request", EMPTY},
    [CV_MESSAGE_GROUP_INFO] = {"group-info", TABLE (group_info_fields)},
    [CV_MESSAGE_GAP] = {"gap", TABLE (from_epoch_fields)},
    [CV_MESSAGE_REJECT] = {"reject", TABLE (from_epoch_fields)},
    [CV_MESSAGE_DENY] = {"deny", TABLE (deny_fields)},
    [CV_MESSAGE_LEAVE] = {"leave", EMPTY},
    [CV_MESSAGE_PING] = {"ping", TABLE (ping_fields)},
    [CV_MESSAGE_HELLO_OK] = {"hello-ok", TABLE (hello_ok_fields)},
    [CV_MESSAGE_OPENED] = {"opened", TABLE (opened_fields)},
    [CV_MESSAGE_ROOM_EMPTY] = {"room-empty", TABLE (seq_fields)},
    [CV_MESSAGE_KNOCKED] = {"knocked", TABLE (knocked_fields)},
    [CV_MESSAGE_KNOCK_GONE] = {"knock-gone", TABLE (id_fields)},
    [CV_MESSAGE_ORDERED] = {"ordered", TABLE (ordered_fields)},
    [CV_MESSAGE_RELAYED] = {"relayed", TABLE (relayed_fields)},
    [CV_MESSAGE_ACCEPTED] = {"accepted", TABLE (epoch_fields)},
    [CV_MESSAGE_REJECTED] = {"rejected", TABLE (rejected_fields)},
    [CV_MESSAGE_VOIDED] = {"voided", TABLE (epoch_fields)},
    [CV_MESSAGE_WELCOMED] = {"welcomed", TABLE (welcomed_fields)},
    [CV_MESSAGE_DENIED] = {"denied", TABLE (denied_fields)},
    [CV_MESSAGE_GROUP_INFO_WANTED] = {"group-info-wanted", TABLE (id_fields)},
    [CV_MESSAGE_GROUP_INFO_GIVEN] = {"group-info-given", TABLE (group_info_given_fields)},
    [CV_MESSAGE_GAP_END] = {"gap-end", TABLE (epoch_fields)},
    [CV_MESSAGE_MEMBER_JOINED] = {"member-joined", TABLE (id_fields)},
    [CV_MESSAGE_MEMBER_LEFT] = {"member-left", TABLE (member_left_fields)},
    [CV_MESSAGE_MEMBER_AWAY] = {"member-away", TABLE (id_fields)},
    [CV_MESSAGE_MEMBER_BACK] = {"member-back", TABLE (id_fields)},
    [CV_MESSAGE_ERROR] = {"error", TABLE (error_fields)},
    [CV_MESSAGE_PONG] = {"pong", TABLE (pong_fields)},
};

static gboolean
find_type (CvMessageSide side, JsonObject *object, CvMessageType *type, GError **error)
{
  JsonNode *node = json_object_get_member (object, "type");
  const char *name = NULL;
  int first = side == CV_MESSAGE_FROM_CLIENT ? 0 : CV_MESSAGE_FIRST_FROM_SERVER;
  int end = side == CV_MESSAGE_FROM_CLIENT ? CV_MESSAGE_FIRST_FROM_SERVER : CV_MESSAGE_N_TYPES;

  if (node != NULL && JSON_NODE_HOLDS_VALUE (node)
      && json_node_get_value_type (node) == G_TYPE_STRING)
    name = json_node_get_string (node);
  if (name == NULL) {
    g_set_error (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_FIELD, "field 'type' is missing");
    return FALSE;
  }
  for (int i = first; i < end; i++) {
    if (g_str_equal (kinds[i].name, name)) {
      *type = (CvMessageType)i;
      return TRUE;
    }
  }
  g_set_error (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_TYPE, "unknown message type");
  return FALSE;
}

CvMessage *
cv_message_json_parse (CvMessageSide side, const char *text, gsize len, gsize max_bytes,
                       GError **error)
{
  guint max_items =
      side == CV_MESSAGE_FROM_CLIENT ? CV_LIMITS_CLIENT_MESSAGE_ITEMS : CV_LIMITS_MESSAGE_ITEMS;
  g_autoptr (JsonNode) root = cv_field_table_parse_text (text, len, max_bytes, max_items, error);
  g_autoptr (CvMessage) message = NULL;
  CvMessageType type;

  if (root == NULL || !find_type (side, json_node_get_object (root), &type, error))
    return NULL;
  message = cv_message_new (type);
  if (!cv_field_table_read (&kinds[type].table, json_node_get_object (root), message, error)) {
    g_prefix_error (error, "%s: ", kinds[type].name);
    return NULL;
  }
  return g_steal_pointer (&message);
}

char *
cv_message_json_write (const CvMessage *message)
{
  g_autoptr (JsonObject) object = json_object_new ();

  json_object_set_string_member (object, "type", kinds[message->type].name);
  cv_field_table_write (&kinds[message->type].table, object, message);
  return cv_field_table_to_text (object);
}

const CvFieldTable *
cv_message_json_get_table (CvMessageType type)
{
  return &kinds[type].table;
}

const CvFieldTable *
cv_message_json_get_member_table (void)
{
  return &member_table;
}

const CvFieldTable *
cv_message_json_get_ice_server_table (void)
{
  return &ice_server_table;
}

const char *
cv_message_type_to_string (CvMessageType type)
{
  return type < CV_MESSAGE_N_TYPES ? kinds[type].name : "unknown";
}

const char *
cv_message_code_to_string (CvMessageCode code)
{
  return code < G_N_ELEMENTS (codes) - 1 ? codes[code] : "other";
}

const char *
cv_message_reason_to_string (CvMessageReason reason)
{
  return reason < G_N_ELEMENTS (reasons) - 1 ? reasons[reason] : "other";
}
