/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Does what a session would do to its properties and lists at once, and nothing else. The names
 * hold what a hostile peer would try: markup, direction marks, length. */
#include "ui/fake-call.h"

#include "call/chat-message-private.h"
#include "call/knock-private.h"
#include "call/participant-private.h"

struct _CvSession {
  GObject parent_instance;
  CvFakeMeeting meeting;
  char *name;
  char *link;
  char *code; /* NULL: the one from the start */
  gboolean is_locked;
  gboolean is_muted;
  gboolean is_camera_off;
  double level;
  GdkPaintable *preview;
  GListStore *participants;
  GListStore *door;
  GListStore *chat;
};

enum {
  PROP_STATE = 1,
  PROP_STEP,
  PROP_FAILURE,
  PROP_LINK,
  PROP_NAME,
  PROP_NEEDS_PASSCODE,
  PROP_IS_MODERATOR,
  PROP_IS_LOCKED,
  PROP_ADMISSION_MODERATED,
  PROP_MICROPHONE_MUTED,
  PROP_CAMERA_OFF,
  PROP_MICROPHONE_LEVEL,
  PROP_PREVIEW,
  PROP_SHIELD,
  PROP_SHIELD_TEXT,
  PROP_MEETING_CODE,
  PROP_CODE_CONFIRMED,
  PROP_SUITE_TEXT,
  N_PROPERTIES
};
static GParamSpec *properties[N_PROPERTIES];

enum { JOINED, LEFT, NOTICE, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CvSession, cv_session, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (CvSessionState, cv_session_state,
                    G_DEFINE_ENUM_VALUE (CV_SESSION_LOBBY, "lobby"),
                    G_DEFINE_ENUM_VALUE (CV_SESSION_JOINING, "joining"),
                    G_DEFINE_ENUM_VALUE (CV_SESSION_IN_CALL, "in-call"),
                    G_DEFINE_ENUM_VALUE (CV_SESSION_RECONNECTING, "reconnecting"),
                    G_DEFINE_ENUM_VALUE (CV_SESSION_ENDED, "ended"))
G_DEFINE_ENUM_TYPE (CvJoinStep, cv_join_step, G_DEFINE_ENUM_VALUE (CV_JOIN_STEP_LINK, "link"),
                    G_DEFINE_ENUM_VALUE (CV_JOIN_STEP_IDENTITY, "identity"),
                    G_DEFINE_ENUM_VALUE (CV_JOIN_STEP_CONNECT, "connect"),
                    G_DEFINE_ENUM_VALUE (CV_JOIN_STEP_DOOR, "door"),
                    G_DEFINE_ENUM_VALUE (CV_JOIN_STEP_KEYS, "keys"),
                    G_DEFINE_ENUM_VALUE (CV_JOIN_STEP_LINKS, "links"),
                    G_DEFINE_ENUM_VALUE (CV_JOIN_STEP_DONE, "done"))
G_DEFINE_ENUM_TYPE (CvShieldState, cv_shield_state,
                    G_DEFINE_ENUM_VALUE (CV_SHIELD_CONNECTING, "connecting"),
                    G_DEFINE_ENUM_VALUE (CV_SHIELD_ENCRYPTED, "encrypted"),
                    G_DEFINE_ENUM_VALUE (CV_SHIELD_VERIFIED, "verified"),
                    G_DEFINE_ENUM_VALUE (CV_SHIELD_WARNING, "warning"))

static const char *const names[] = {
    "Ada Lovelace",
    "Grace Hopper",
    "Joan Clarke",
    "<b>Mallory</b> & Co",
    "Noor \xe2\x80\xae"
    "Inayat",
    "Alan Turing",
    "Hedy Lamarr",
    "Mary Jackson",
    "Radia Perlman von der Leitung zu Netzwerk",
    "Katherine Johnson",
    "Emmy Noether",
    "Rózsa Péter",
};

static const char fingerprint[] =
    "3f2a 91c4 07be d158 66a0 4c1d 92ef 7b35 e8d2 1a6f 53c9 b047 2e8b 90f1 d4a3 6c57";
static const char safety_number[] =
    "84612 30975 11846 59023 77418 06352 94187 25560 38291 60744 15839 02267";

static void
add_participant (CvSession *self, int i)
{
  g_autofree char *id = g_strdup_printf ("%016x", i);
  g_autoptr (CvParticipant) who = cv_participant_new (id, i == 0);
  g_autoptr (GBytes) payload = g_bytes_new (safety_number, 64);
  g_autoptr (GdkPaintable) picture = cv_fake_picture_new (i, TRUE);
  CvContactState contact =
      self->meeting.shield == CV_SHIELD_VERIFIED ? CV_CONTACT_VERIFIED : (CvContactState)(i % 3);
  CvPictureState state = CV_PICTURE_SHOWN;

  if (self->meeting.has_odd_states && i > 0) {
    state = (CvPictureState)((i - 1) % 6);
    contact = state == CV_PICTURE_HELD_BACK ? CV_CONTACT_CHANGED : (CvContactState)(i % 3);
  }

  const CvParticipantFacts facts = {
      .name = i == 0 && *self->name != '\0' ? self->name : names[i % (int)G_N_ELEMENTS (names)],
      .fingerprint = fingerprint,
      .safety_number = i > 0 ? safety_number : NULL,
      .safety_payload = i > 0 ? payload : NULL,
      .contact = contact,
      .is_moderator = i == 0,
      .is_confirmed = self->meeting.is_code_confirmed,
  };

  cv_participant_set_facts (who, &facts);
  cv_participant_set_muted (who, i % 4 == 2);
  cv_participant_set_speaking (who, i == 1);
  cv_participant_set_aspect (who, 16.0 / 9);
  cv_participant_set_paintable (who, G_OBJECT (picture));
  cv_participant_set_picture (who, state);
  g_list_store_append (self->participants, who);
}

static void
add_message (CvSession *self, const char *sender, const char *text, gboolean is_self)
{
  g_autoptr (CvChatMessage) message = cv_chat_message_new ("0", sender, text, is_self);

  g_list_store_append (self->chat, message);
}

static void
fill (CvSession *self)
{
  static const char *const lines[] = {
      "Good morning! Can everybody hear me?",
      "Loud and clear.",
      "I will read the meeting code aloud in a minute, please open the shield.",
      "<b>not bold</b> & https://example.org/?a=b is not a link either",
  };

  for (int i = 0; i < self->meeting.n_people; i++)
    add_participant (self, i);
  for (int i = 0; i < self->meeting.n_knocks; i++) {
    g_autofree char *id = g_strdup_printf ("k%d", i);
    g_autoptr (CvKnock) knock =
        cv_knock_new (id, i == 0 ? "Rosa <i>Parks</i>" : names[i % 12], fingerprint,
                      i == 0 ? CV_CONTACT_NEW : CV_CONTACT_CHANGED);

    g_list_store_append (self->door, knock);
  }
  for (int i = 0; i < self->meeting.n_chat; i++)
    add_message (self, names[1 + i % 3], lines[i % 4], i % 3 == 1);
}

static void
get_state_property (CvSession *self, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id) {
  case PROP_STATE:
    g_value_set_enum (value, self->meeting.state);
    break;
  case PROP_STEP:
    g_value_set_enum (value, self->meeting.step);
    break;
  case PROP_FAILURE:
    g_value_set_int (value, self->meeting.failure);
    break;
  case PROP_SHIELD:
    g_value_set_enum (value, self->meeting.shield);
    break;
  case PROP_MICROPHONE_LEVEL:
    g_value_set_double (value, self->level);
    break;
  case PROP_PREVIEW:
    g_value_set_object (value, self->preview);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (G_OBJECT (self), id, pspec);
  }
}

static void
cv_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CvSession *self = CV_SESSION (object);

  switch (id) {
  case PROP_LINK:
    g_value_set_string (value, self->link);
    break;
  case PROP_NAME:
    g_value_set_string (value, self->name);
    break;
  case PROP_SHIELD_TEXT:
    g_value_set_string (value, cv_session_get_shield_text (self));
    break;
  case PROP_MEETING_CODE:
    g_value_set_string (value, cv_session_get_meeting_code (self));
    break;
  case PROP_SUITE_TEXT:
    g_value_set_string (value, cv_session_get_suite_text (self));
    break;
  case PROP_NEEDS_PASSCODE:
    g_value_set_boolean (value, self->meeting.needs_passcode);
    break;
  case PROP_IS_MODERATOR:
  case PROP_ADMISSION_MODERATED:
    g_value_set_boolean (value, TRUE);
    break;
  case PROP_IS_LOCKED:
    g_value_set_boolean (value, self->is_locked);
    break;
  case PROP_MICROPHONE_MUTED:
    g_value_set_boolean (value, self->is_muted);
    break;
  case PROP_CAMERA_OFF:
    g_value_set_boolean (value, self->is_camera_off);
    break;
  case PROP_CODE_CONFIRMED:
    g_value_set_boolean (value, self->meeting.is_code_confirmed);
    break;
  default:
    get_state_property (self, id, value, pspec);
  }
}

static void
cv_session_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CvSession *self = CV_SESSION (object);

  switch (id) {
  case PROP_NAME:
    g_set_str (&self->name, g_value_get_string (value));
    break;
  case PROP_MICROPHONE_MUTED:
    self->is_muted = g_value_get_boolean (value);
    break;
  case PROP_CAMERA_OFF:
    self->is_camera_off = g_value_get_boolean (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
cv_session_finalize (GObject *object)
{
  CvSession *self = CV_SESSION (object);

  g_free (self->name);
  g_free (self->link);
  g_free (self->code);
  g_clear_object (&self->preview);
  g_clear_object (&self->participants);
  g_clear_object (&self->door);
  g_clear_object (&self->chat);
  G_OBJECT_CLASS (cv_session_parent_class)->finalize (object);
}

static void
cv_session_class_init (CvSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const struct {
    guint id;
    const char *name;
  } strings[] = {{PROP_LINK, "link"},
                 {PROP_SHIELD_TEXT, "shield-text"},
                 {PROP_MEETING_CODE, "meeting-code"},
                 {PROP_SUITE_TEXT, "suite-text"}},
    booleans[] = {{PROP_NEEDS_PASSCODE, "needs-passcode"},
                  {PROP_IS_MODERATOR, "is-moderator"},
                  {PROP_IS_LOCKED, "is-locked"},
                  {PROP_ADMISSION_MODERATED, "admission-moderated"},
                  {PROP_CODE_CONFIRMED, "code-confirmed"}};

  object_class->get_property = cv_session_get_property;
  object_class->set_property = cv_session_set_property;
  object_class->finalize = cv_session_finalize;
  for (gsize i = 0; i < G_N_ELEMENTS (strings); i++)
    properties[strings[i].id] =
        g_param_spec_string (strings[i].name, NULL, NULL, NULL, G_PARAM_READABLE);
  for (gsize i = 0; i < G_N_ELEMENTS (booleans); i++)
    properties[booleans[i].id] =
        g_param_spec_boolean (booleans[i].name, NULL, NULL, FALSE, G_PARAM_READABLE);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, G_PARAM_READWRITE);
  properties[PROP_MICROPHONE_MUTED] =
      g_param_spec_boolean ("microphone-muted", NULL, NULL, FALSE, G_PARAM_READWRITE);
  properties[PROP_CAMERA_OFF] =
      g_param_spec_boolean ("camera-off", NULL, NULL, FALSE, G_PARAM_READWRITE);
  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, CV_TYPE_SESSION_STATE, 0, G_PARAM_READABLE);
  properties[PROP_STEP] =
      g_param_spec_enum ("step", NULL, NULL, CV_TYPE_JOIN_STEP, 0, G_PARAM_READABLE);
  properties[PROP_SHIELD] =
      g_param_spec_enum ("shield", NULL, NULL, CV_TYPE_SHIELD_STATE, 0, G_PARAM_READABLE);
  properties[PROP_FAILURE] =
      g_param_spec_int ("failure", NULL, NULL, -1, G_MAXINT, -1, G_PARAM_READABLE);
  properties[PROP_MICROPHONE_LEVEL] =
      g_param_spec_double ("microphone-level", NULL, NULL, 0, 1, 0, G_PARAM_READABLE);
  properties[PROP_PREVIEW] =
      g_param_spec_object ("preview", NULL, NULL, G_TYPE_OBJECT, G_PARAM_READABLE);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  signals[JOINED] = g_signal_new ("participant-joined", CV_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, CV_TYPE_PARTICIPANT);
  signals[LEFT] = g_signal_new ("participant-left", CV_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 1, CV_TYPE_PARTICIPANT);
  signals[NOTICE] = g_signal_new ("notice", CV_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
cv_session_init (CvSession *self)
{
  self->name = g_strdup ("");
  self->meeting.failure = CV_SESSION_NO_FAILURE;
  self->participants = g_list_store_new (CV_TYPE_PARTICIPANT);
  self->door = g_list_store_new (CV_TYPE_KNOCK);
  self->chat = g_list_store_new (CV_TYPE_CHAT_MESSAGE);
}

CvSession *
cv_fake_session_new (const CvFakeMeeting *meeting)
{
  CvSession *self = g_object_new (CV_TYPE_SESSION, NULL);

  self->meeting = *meeting;
  self->level = 0.6;
  self->preview = cv_fake_picture_new (0, TRUE);
  self->link = g_strdup ("conclave://meet.example.org/AAECAwQFBgcICQoLDA0ODw#k=not-a-real-secret");
  fill (self);
  return self;
}

void
cv_fake_session_set_state (CvSession *self, CvSessionState state, int failure)
{
  self->meeting.failure = failure;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FAILURE]);
  self->meeting.state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
cv_fake_session_set_code (CvSession *self, const char *code)
{
  g_set_str (&self->code, code);
  self->meeting.is_code_confirmed = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MEETING_CODE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CODE_CONFIRMED]);
}

void
cv_fake_session_emit_notice (CvSession *self, const char *sentence)
{
  g_signal_emit (self, signals[NOTICE], 0, sentence);
}

GListModel *
cv_session_get_participants (CvSession *self)
{
  return G_LIST_MODEL (self->participants);
}

GListModel *
cv_session_get_door (CvSession *self)
{
  return G_LIST_MODEL (self->door);
}

GListModel *
cv_session_get_chat (CvSession *self)
{
  return G_LIST_MODEL (self->chat);
}

CvSessionState
cv_session_get_state (CvSession *self)
{
  return self->meeting.state;
}

CvJoinStep
cv_session_get_step (CvSession *self)
{
  return self->meeting.step;
}

int
cv_session_get_failure (CvSession *self)
{
  return self->meeting.failure;
}

const char *
cv_session_get_link (CvSession *self)
{
  return self->link;
}

gboolean
cv_session_get_is_fips (CvSession *self)
{
  return self->meeting.is_fips;
}

gboolean
cv_session_get_needs_passcode (CvSession *self)
{
  return self->meeting.needs_passcode;
}

CvShieldState
cv_session_get_shield (CvSession *self)
{
  return self->meeting.shield;
}

const char *
cv_session_get_shield_text (CvSession *self)
{
  static const char *const texts[] = {
      [CV_SHIELD_CONNECTING] = "Connecting: no keys yet",
      [CV_SHIELD_ENCRYPTED] = "Encrypted, 2 of 3 people not verified",
      [CV_SHIELD_VERIFIED] = "Encrypted, everybody is verified",
      [CV_SHIELD_WARNING] = "Warning: the key of Mallory has changed",
  };

  return texts[self->meeting.shield];
}

char **
cv_session_dup_shield_reasons (CvSession *self)
{
  const char *reasons[] = {cv_session_get_shield_text (self), NULL};

  return g_strdupv ((char **)reasons);
}

const char *
cv_session_get_meeting_code (CvSession *self)
{
  return self->code != NULL ? self->code : "12345 67890 24680 13579 11223 44556";
}

const char *
cv_session_get_suite_text (CvSession *self)
{
  return "AES-256-GCM, X-Wing, post-quantum";
}

gboolean
cv_session_confirm_code (CvSession *self, const char *code)
{
  if (g_strcmp0 (code, cv_session_get_meeting_code (self)) != 0)
    return FALSE;
  self->meeting.is_code_confirmed = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CODE_CONFIRMED]);
  return TRUE;
}

static void
remove_item (GListStore *store, gpointer item)
{
  guint position;

  if (g_list_store_find (store, item, &position))
    g_list_store_remove (store, position);
}

void
cv_session_admit (CvSession *self, CvKnock *knock)
{
  g_autoptr (CvParticipant) who = NULL;

  remove_item (self->door, knock);
  add_participant (self, (int)g_list_model_get_n_items (G_LIST_MODEL (self->participants)));
  who = g_list_model_get_item (G_LIST_MODEL (self->participants),
                               g_list_model_get_n_items (G_LIST_MODEL (self->participants)) - 1);
  g_signal_emit (self, signals[JOINED], 0, who);
}

void
cv_session_deny (CvSession *self, CvKnock *knock)
{
  remove_item (self->door, knock);
}

void
cv_session_remove (CvSession *self, CvParticipant *participant)
{
  g_autoptr (CvParticipant) who = g_object_ref (participant);

  remove_item (self->participants, who);
  g_signal_emit (self, signals[LEFT], 0, who);
}

void
cv_session_set_locked (CvSession *self, gboolean is_locked)
{
  self->is_locked = is_locked;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_LOCKED]);
}

gboolean
cv_session_send_chat (CvSession *self, const char *text)
{
  if (*text == '\0' || g_utf8_strlen (text, -1) > CV_CHAT_MAX_CHARACTERS)
    return FALSE;
  add_message (self, self->name, text, TRUE);
  return TRUE;
}
