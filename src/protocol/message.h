/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Every message between a client and the room server, as plain structures.
 *
 * docs/PROTOCOL.md says what each means and shows an example. Payloads are opaque to the server.
 * A message is shared by reference and not changed after it was sent. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  /* client → server */
  CV_MESSAGE_HELLO,
  CV_MESSAGE_OPEN,
  CV_MESSAGE_KNOCK,
  CV_MESSAGE_COMMIT,
  CV_MESSAGE_APPLICATION,
  CV_MESSAGE_WELCOME,
  CV_MESSAGE_GROUP,
  CV_MESSAGE_GROUP_INFO_REQUEST,
  CV_MESSAGE_GROUP_INFO,
  CV_MESSAGE_GAP,
  CV_MESSAGE_REJECT,
  CV_MESSAGE_DENY,
  CV_MESSAGE_LEAVE,
  CV_MESSAGE_PING,
  /* server → client */
  CV_MESSAGE_HELLO_OK,
  CV_MESSAGE_OPENED,
  CV_MESSAGE_ROOM_EMPTY,
  CV_MESSAGE_KNOCKED,
  CV_MESSAGE_KNOCK_GONE,
  CV_MESSAGE_ORDERED,
  CV_MESSAGE_RELAYED,
  CV_MESSAGE_ACCEPTED,
  CV_MESSAGE_REJECTED,
  CV_MESSAGE_VOIDED,
  CV_MESSAGE_WELCOMED,
  CV_MESSAGE_DENIED,
  CV_MESSAGE_GROUP_INFO_WANTED,
  CV_MESSAGE_GROUP_INFO_GIVEN,
  CV_MESSAGE_GAP_END,
  CV_MESSAGE_MEMBER_JOINED,
  CV_MESSAGE_MEMBER_LEFT,
  CV_MESSAGE_MEMBER_AWAY,
  CV_MESSAGE_MEMBER_BACK,
  CV_MESSAGE_ERROR,
  CV_MESSAGE_PONG,
  CV_MESSAGE_N_TYPES,
} CvMessageType;

#define CV_MESSAGE_FIRST_FROM_SERVER CV_MESSAGE_HELLO_OK

typedef enum {
  CV_MESSAGE_REASON_OTHER,
  CV_MESSAGE_REASON_STALE_EPOCH, /* another commit was first: process it, then try again */
  CV_MESSAGE_REASON_WRONG_GROUP,
  CV_MESSAGE_REASON_TOO_FAST, /* wait a second, then try again */
} CvMessageReason;

typedef enum {
  CV_MESSAGE_CODE_OTHER,
  CV_MESSAGE_CODE_BAD_MESSAGE,
  CV_MESSAGE_CODE_UNKNOWN_TYPE,
  CV_MESSAGE_CODE_TOO_BIG,
  CV_MESSAGE_CODE_TOO_FAST,
  CV_MESSAGE_CODE_VERSION,
  CV_MESSAGE_CODE_NOT_ALLOWED, /* a member's message from somebody who is none, or twice hello */
  CV_MESSAGE_CODE_ROOM_FULL,
  CV_MESSAGE_CODE_SERVER_FULL,
  CV_MESSAGE_CODE_ROOM_EMPTY, /* nobody there to knock at */
  CV_MESSAGE_CODE_NOT_EMPTY, /* open or group in a room with other members */
  CV_MESSAGE_CODE_RESUME_FAILED, /* too late or too much missed: connect afresh */
  CV_MESSAGE_CODE_NO_SUCH_MEMBER, /* the one addressed is gone */
  CV_MESSAGE_CODE_GAP_TOO_OLD,
  CV_MESSAGE_CODE_TIMEOUT,
  CV_MESSAGE_CODE_VOIDED, /* our commit was refused by the others */
  CV_MESSAGE_CODE_SHUTDOWN,
} CvMessageCode;

/* The word of who is inside to who knocks; the server only carries it. */
typedef enum {
  CV_MESSAGE_DENIAL_OTHER,
  CV_MESSAGE_DENIAL_MODERATOR, /* a moderator said no */
  CV_MESSAGE_DENIAL_LOCKED,
  CV_MESSAGE_DENIAL_UNREADABLE, /* the knock did not open: wrong passcode or link */
  CV_MESSAGE_DENIAL_FULL,
} CvMessageDenial;

/* An entry of a member list. */
typedef struct {
  char *id;
  gboolean is_away;
} CvMessageMember;

typedef struct {
  char **urls; /* "stun:host:port", "turn:host:port?transport=udp" */
  char *username; /* NULL for STUN */
  char *credential;
} CvMessageIceServer;

typedef struct {
  guint64 version;
  char *room; /* 22 characters of base64url */
  char *token; /* NULL: a new connection */
  guint64 last_seq; /* the last one received, with a token */
} CvMessageHello;

typedef struct {
  GBytes *group;
} CvMessageGroup; /* open, group */

typedef struct {
  char *id; /* of who knocks; NULL from the client */
  GBytes *payload; /* sealed */
} CvMessageKnock; /* knock, knocked */

typedef struct {
  char *from; /* the author; NULL from the client */
  GBytes *group;
  guint64 epoch; /* the epoch the message was made in */
  GBytes *payload;
  /* Of a commit: connections whose leaves it adds and removes; NULL: none. For the server, which
   * cannot see it; clients compare it with the commit. */
  char **adds;
  char **removes;
} CvMessageGroupMessage; /* commit, application, ordered, relayed */

typedef struct {
  char **to; /* ids of knocks, 1 to CV_LIMITS_WELCOME_BATCH */
  GBytes *group;
  guint64 epoch; /* the epoch they start in */
  GBytes *payload;
} CvMessageWelcome;

typedef struct {
  char *to;
  GBytes *payload;
} CvMessageGroupInfo;

typedef struct {
  guint64 epoch;
} CvMessageEpoch; /* gap (from that epoch), reject, accepted, voided, gap-end */

typedef struct {
  char *id;
} CvMessageId; /* knock-gone, group-info-wanted, member-joined, member-away, member-back */

typedef struct {
  char *id; /* of who knocks; NULL from the server */
  int reason; /* CvMessageDenial */
} CvMessageDeny; /* deny, denied */

typedef struct {
  guint64 last_seq; /* everything up to here has arrived */
} CvMessagePing;

typedef struct {
  guint64 received; /* how many of our messages arrived, hello and ping not counted */
} CvMessagePong;

typedef struct {
  char *member; /* our id in this room, 16 hex digits */
  char *token; /* for a resume; a bearer secret: never log it */
  gboolean is_resumed; /* what was missed follows */
  guint64 received; /* as in CvMessagePong: what came later must be sent again */
  gboolean is_occupied; /* the room has members to knock at */
} CvMessageHelloOk;

typedef struct {
  GBytes *group;
  GPtrArray *ice_servers; /* CvMessageIceServer, or NULL */
} CvMessageOpened;

typedef struct {
  guint64 epoch;
  int reason; /* CvMessageReason */
} CvMessageRejected;

typedef struct {
  char *from; /* who let us in */
  GBytes *group;
  guint64 epoch;
  GBytes *payload;
  GPtrArray *members; /* CvMessageMember, the others; or NULL */
  GPtrArray *ice_servers; /* CvMessageIceServer, or NULL */
} CvMessageWelcomed;

typedef struct {
  char *from;
  GBytes *payload;
} CvMessageGroupInfoGiven;

typedef struct {
  char *id;
  gboolean is_graceful;
} CvMessageMemberLeft;

typedef struct {
  int code; /* CvMessageCode */
  char *about; /* the type of the message it answers; NULL: the connection as a whole */
  char *message; /* for the log, never for people */
} CvMessageError;

typedef struct {
  CvMessageType type;
  guint64 seq; /* of this connection, from 1; 0 for what no resume repeats */
  union {
    CvMessageHello hello;
    CvMessageGroup group; /* open, group */
    CvMessageKnock knock; /* knock, knocked */
    CvMessageGroupMessage group_message; /* commit, application, ordered, relayed */
    CvMessageWelcome welcome;
    CvMessageGroupInfo group_info;
    CvMessageEpoch epoch; /* gap, reject, accepted, voided, gap-end */
    CvMessageId id; /* see its type */
    CvMessageDeny deny; /* deny, denied */
    CvMessagePing ping;
    CvMessagePong pong;
    CvMessageHelloOk hello_ok;
    CvMessageOpened opened;
    CvMessageRejected rejected;
    CvMessageWelcomed welcomed;
    CvMessageGroupInfoGiven group_info_given;
    CvMessageMemberLeft member_left;
    CvMessageError error;
  };
} CvMessage;

#define CV_TYPE_MESSAGE (cv_message_get_type ())
GType cv_message_get_type (void);

CvMessage *cv_message_new (CvMessageType type); /* all fields zero: fill them in with full values */
CvMessage *cv_message_ref (CvMessage *message);
void cv_message_unref (CvMessage *message); /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMessage, cv_message_unref)

const char *cv_message_type_to_string (CvMessageType type); /* the word on the wire */
const char *cv_message_code_to_string (CvMessageCode code);
const char *cv_message_reason_to_string (CvMessageReason reason);

/* Shorthands for what is made often; full. Arguments are copied or referenced. */
CvMessage *
cv_message_new_group_message (CvMessageType type, GBytes *group, guint64 epoch, GBytes *payload);
CvMessage *cv_message_new_epoch (CvMessageType type, guint64 epoch);
CvMessage *cv_message_new_id (CvMessageType type, const char *id);
CvMessage *cv_message_new_error (CvMessageCode code, const char *about, const char *text);

/* Entries of lists, freed with the message that holds them; full. */
GPtrArray *cv_message_new_member_list (void);
GPtrArray *cv_message_new_ice_server_list (void);
void cv_message_add_member (GPtrArray *list, const char *id, gboolean is_away);
/* username and credential are NULL for STUN. */
void cv_message_add_ice_server (GPtrArray *list, const char *const *urls, const char *username,
                                const char *credential);

G_END_DECLS
