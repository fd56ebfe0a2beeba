/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One JSON object a line, written whole and flushed. Fields may be added and are never renamed. */
#include "app/cli-events.h"

#include "media/codecs.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

struct CvCliEvents {
  CvSession *session;
  gboolean is_host;
  gboolean has_joined;
  char *last_shield;
  GHashTable *known_knocks; /* ids of those at the door now */
  GHashTable *known_participants; /* and of those inside */
  GHashTable *decoded; /* stream → frames decoded at the last report */
  gint64 last_media_us;
  guint media_timer;
};

static JsonBuilder *
begin (const char *event)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, event);
  return builder;
}

static void
add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_number (JsonBuilder *builder, const char *name, guint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64)value);
}

static void
add_flag (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static char *
finish (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (JsonBuilder) owned = builder;

  json_builder_end_object (owned);
  root = json_builder_get_root (owned);
  return json_to_string (root, FALSE);
}

static void
print (const char *line)
{
  fputs (line, stdout);
  fputc ('\n', stdout);
  fflush (stdout);
}

static void
emit (JsonBuilder *builder)
{
  g_autofree char *line = finish (builder);

  print (line);
}

static const char *
contact_word (CvContactState contact)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (CV_TYPE_CONTACT_STATE);
  const GEnumValue *value = g_enum_get_value (klass, (int)contact);

  return value ? value->value_nick : "new";
}

/* ---- people ---- */

static void
add_participant (JsonBuilder *builder, CvParticipant *participant)
{
  json_builder_begin_object (builder);
  add_text (builder, "id", cv_participant_get_id (participant));
  add_text (builder, "name", cv_participant_get_name (participant));
  add_text (builder, "fingerprint", cv_participant_get_fingerprint (participant));
  add_text (builder, "contact", contact_word (cv_participant_get_contact (participant)));
  add_flag (builder, "moderator", cv_participant_get_is_moderator (participant));
  add_flag (builder, "confirmed", cv_participant_get_is_confirmed (participant));
  add_flag (builder, "muted", cv_participant_get_is_muted (participant));
  add_text (builder, "safety_number", cv_participant_get_safety_number (participant));
  json_builder_end_object (builder);
}

/* Without a window every picture is wanted, at 360p, until a `view` command says otherwise. */
static void
view_newcomers (CvCliEvents *self, GListModel *participants)
{
  GHashTable *known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (participants); i++) {
    g_autoptr (CvParticipant) participant = g_list_model_get_item (participants, i);
    const char *id = cv_participant_get_id (participant);

    if (!cv_participant_get_is_self (participant)
        && !g_hash_table_contains (self->known_participants, id))
      cv_participant_set_view_size (participant, 640, 360);
    g_hash_table_add (known, g_strdup (id));
  }
  g_hash_table_unref (self->known_participants);
  self->known_participants = known;
}

static void
on_session_roster_changed (CvCliEvents *self)
{
  GListModel *participants = cv_session_get_participants (self->session);
  JsonBuilder *builder = begin ("roster");
  gboolean is_locked = FALSE;

  add_number (builder, "epoch", cv_session_get_epoch (self->session));
  add_text (builder, "code", cv_session_get_meeting_code (self->session));
  g_object_get (self->session, "is-locked", &is_locked, NULL);
  add_flag (builder, "locked", is_locked);
  json_builder_set_member_name (builder, "participants");
  json_builder_begin_array (builder);
  for (guint i = 0; i < g_list_model_get_n_items (participants); i++) {
    g_autoptr (CvParticipant) participant = g_list_model_get_item (participants, i);

    add_participant (builder, participant);
  }
  json_builder_end_array (builder);
  emit (builder);
  view_newcomers (self, participants);
}

static void
forget_participant (CvCliEvents *self, CvParticipant *participant)
{
  g_signal_handlers_disconnect_by_data (participant, self);
}

static void
on_participants_changed (GListModel *participants, guint position, guint removed, guint added,
                         CvCliEvents *self)
{
  for (guint i = position; i < position + added; i++) {
    g_autoptr (CvParticipant) participant = g_list_model_get_item (participants, i);

    forget_participant (self, participant); /* it may only have moved */
    g_signal_connect_swapped (participant, "notify::is-muted",
                              G_CALLBACK (on_session_roster_changed), self);
  }
}

static void
on_door_changed (CvCliEvents *self)
{
  GListModel *door = cv_session_get_door (self->session);
  GHashTable *known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (door); i++) {
    g_autoptr (CvKnock) knock = g_list_model_get_item (door, i);
    JsonBuilder *builder;

    g_hash_table_add (known, g_strdup (cv_knock_get_id (knock)));
    if (g_hash_table_contains (self->known_knocks, cv_knock_get_id (knock)))
      continue;
    builder = begin ("knock");
    add_text (builder, "participant", cv_knock_get_id (knock));
    add_text (builder, "name", cv_knock_get_name (knock));
    add_text (builder, "fingerprint", cv_knock_get_fingerprint (knock));
    add_text (builder, "contact", contact_word (cv_knock_get_contact (knock)));
    emit (builder);
  }
  g_hash_table_unref (self->known_knocks);
  self->known_knocks = known;
}

static void
on_chat_changed (CvCliEvents *self, guint position, guint removed, guint added, GListModel *chat)
{
  for (guint i = position; i < position + added; i++) {
    g_autoptr (CvChatMessage) line = g_list_model_get_item (chat, i);
    JsonBuilder *builder = begin ("chat");

    add_text (builder, "from", cv_chat_message_get_sender_id (line));
    add_text (builder, "name", cv_chat_message_get_sender_name (line));
    add_text (builder, "text", cv_chat_message_get_text (line));
    add_flag (builder, "self", cv_chat_message_get_is_self (line));
    emit (builder);
  }
}

/* ---- state ---- */

static void
on_session_shield (CvCliEvents *self)
{
  static const char *const words[] = {"connecting", "encrypted", "verified", "warning"};
  g_auto (GStrv) codes = cv_session_dup_shield_codes (self->session);
  JsonBuilder *builder = begin ("shield");
  g_autofree char *line = NULL;

  add_text (builder, "state", words[cv_session_get_shield (self->session)]);
  json_builder_set_member_name (builder, "reasons");
  json_builder_begin_array (builder);
  for (guint i = 0; codes[i]; i++)
    json_builder_add_string_value (builder, codes[i]);
  json_builder_end_array (builder);
  line = finish (builder);
  if (g_set_str (&self->last_shield, line))
    print (line);
}

static void
on_session_state (CvCliEvents *self)
{
  JsonBuilder *builder;

  if (self->has_joined || cv_session_get_state (self->session) != CV_SESSION_IN_CALL)
    return;
  self->has_joined = TRUE;
  if (self->is_host) {
    builder = begin ("ready");
    add_text (builder, "link", cv_session_get_link (self->session));
    emit (builder);
  }
  builder = begin ("joined");
  add_text (builder, "participant", cv_session_get_own_id (self->session));
  add_number (builder, "epoch", cv_session_get_epoch (self->session));
  add_text (builder, "suite", cv_session_get_suite_name (self->session));
  add_text (builder, "provider", cv_session_get_provider_text (self->session));
  emit (builder);
}

static void
on_session_link_changed (CvCliEvents *self, const CvRoutingLinkFacts *facts)
{
  JsonBuilder *builder = begin ("link");

  add_text (builder, "to", facts->participant);
  add_text (builder, "state", facts->state);
  add_text (builder, "profile", facts->profile);
  add_text (builder, "route", facts->route);
  add_text (builder, "candidate", facts->candidate);
  add_text (builder, "reason", facts->reason);
  emit (builder);
}

/* ---- media, each second ---- */

static double
update_rate (CvCliEvents *self, const CvSessionStream *stream, double seconds)
{
  char *key = g_strdup_printf ("%s/%d", stream->participant, stream->stats.kind);
  const guint64 *before = g_hash_table_lookup (self->decoded, key);
  const guint64 now = stream->stats.decoded;
  const double rate = before && now >= *before ? (double)(now - *before) / seconds : 0;

  g_hash_table_replace (self->decoded, key, g_memdup2 (&now, sizeof now));
  return rate;
}

static void
emit_stream (CvCliEvents *self, const CvSessionStream *stream, double seconds)
{
  const CvMediaStats *stats = &stream->stats;
  JsonBuilder *builder = begin ("media");

  add_text (builder, "from", stream->participant);
  add_text (builder, "kind", cv_media_kind_to_string (stats->kind));
  add_text (builder, "codec", cv_media_codecs_get_name (stats->codec));
  add_number (builder, "frames", stats->decoded);
  add_number (builder, "opened", stats->frames);
  add_number (builder, "dropped", stats->dropped);
  add_number (builder, "no_key", stats->no_key);
  add_number (builder, "undecryptable", stats->undecryptable);
  add_number (builder, "width", stats->width);
  add_number (builder, "height", stats->height);
  json_builder_set_member_name (builder, "fps");
  json_builder_add_double_value (builder, update_rate (self, stream, seconds));
  json_builder_set_member_name (builder, "latency_ms");
  if (stats->latency_ms > 0)
    json_builder_add_double_value (builder, stats->latency_ms);
  else
    json_builder_add_null_value (builder);
  emit (builder);
}

static gboolean
on_media_timer (gpointer data)
{
  CvCliEvents *self = data;
  const gint64 now_us = g_get_monotonic_time ();
  const double seconds = (double)(now_us - self->last_media_us) / G_USEC_PER_SEC;
  g_autoptr (GArray) streams = cv_session_dup_streams (self->session);

  self->last_media_us = now_us;
  for (guint i = 0; i < streams->len; i++)
    emit_stream (self, &g_array_index (streams, CvSessionStream, i), seconds);
  /* Reasons may change under the same state. */
  if (self->has_joined)
    on_session_shield (self);
  return G_SOURCE_CONTINUE;
}

static void
on_session_notice (CvCliEvents *self, const char *sentence)
{
  JsonBuilder *builder = begin ("notice");

  add_text (builder, "message", sentence);
  emit (builder);
}

CvCliEvents *
cv_cli_events_new (CvSession *session, gboolean is_host)
{
  CvCliEvents *self = g_new0 (CvCliEvents, 1);

  self->session = session;
  self->is_host = is_host;
  self->known_knocks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->known_participants = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->decoded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->last_media_us = g_get_monotonic_time ();
  g_signal_connect_swapped (session, "notify::state", G_CALLBACK (on_session_state), self);
  g_signal_connect_swapped (session, "notify::shield", G_CALLBACK (on_session_shield), self);
  g_signal_connect_swapped (session, "roster-changed", G_CALLBACK (on_session_roster_changed),
                            self);
  g_signal_connect_swapped (session, "notice", G_CALLBACK (on_session_notice), self);
  g_signal_connect_swapped (session, "link-changed", G_CALLBACK (on_session_link_changed), self);
  g_signal_connect_swapped (cv_session_get_door (session), "items-changed",
                            G_CALLBACK (on_door_changed), self);
  g_signal_connect_swapped (cv_session_get_chat (session), "items-changed",
                            G_CALLBACK (on_chat_changed), self);
  g_signal_connect (cv_session_get_participants (session), "items-changed",
                    G_CALLBACK (on_participants_changed), self);
  self->media_timer = g_timeout_add (1000, on_media_timer, self);
  return self;
}

void
cv_cli_events_free (CvCliEvents *self)
{
  GListModel *participants = cv_session_get_participants (self->session);

  g_signal_handlers_disconnect_by_data (participants, self);
  for (guint i = 0; i < g_list_model_get_n_items (participants); i++) {
    g_autoptr (CvParticipant) participant = g_list_model_get_item (participants, i);

    forget_participant (self, participant);
  }
  g_signal_handlers_disconnect_by_data (self->session, self);
  g_signal_handlers_disconnect_by_data (cv_session_get_door (self->session), self);
  g_signal_handlers_disconnect_by_data (cv_session_get_chat (self->session), self);
  g_clear_handle_id (&self->media_timer, g_source_remove);
  g_hash_table_unref (self->known_knocks);
  g_hash_table_unref (self->known_participants);
  g_hash_table_unref (self->decoded);
  g_free (self->last_shield);
  g_free (self);
}

void
cv_cli_events_error (const char *code, const char *message)
{
  JsonBuilder *builder = begin ("error");

  add_text (builder, "code", code);
  add_text (builder, "message", message);
  emit (builder);
}

void
cv_cli_events_left (const char *reason)
{
  JsonBuilder *builder = begin ("left");

  add_text (builder, "reason", reason);
  emit (builder);
}
