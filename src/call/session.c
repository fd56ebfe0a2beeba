/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The object that the window binds to: properties, states and the way down. What each part does
 * is in the files that session-private.h lists.
 *
 *   LOBBY ─host, join─▶ JOINING ─▶ IN_CALL ⇄ RECONNECTING
 *                          └──────────┴──────────┴──▶ ENDED   (leave, or a failure) */
#include "base/log.h"
#include "call/session-private.h"
#include "identity/statement.h"

#include <string.h>

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

static GParamSpec *props[CV_SESSION_N_PROPS];

enum { PARTICIPANT_JOINED, PARTICIPANT_LEFT, NOTICE, ROSTER_CHANGED, LINK_CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

void
cv_session_notify (CvSession *self, CvSessionProp prop)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

void
cv_session_emit_notice (CvSession *self, const char *sentence)
{
  g_signal_emit (self, signals[NOTICE], 0, sentence);
}

void
cv_session_emit_link (CvSession *self, const CvRoutingLinkFacts *facts)
{
  g_signal_emit (self, signals[LINK_CHANGED], 0, facts);
}

void
cv_session_emit_roster (CvSession *self)
{
  g_signal_emit (self, signals[ROSTER_CHANGED], 0);
}

void
cv_session_emit_participant (CvSession *self, gboolean has_joined, CvParticipant *participant)
{
  g_signal_emit (self, signals[has_joined ? PARTICIPANT_JOINED : PARTICIPANT_LEFT], 0, participant);
}

void
cv_session_set_state (CvSession *self, CvSessionState state)
{
  if (self->state == state)
    return;
  self->state = state;
  cv_session_notify (self, CV_SESSION_PROP_STATE);
}

void
cv_session_set_step (CvSession *self, CvJoinStep step)
{
  if (self->step == step)
    return;
  self->step = step;
  cv_session_notify (self, CV_SESSION_PROP_STEP);
}

const CvMlsSuite *
cv_session_get_suite (CvSession *self)
{
  const char *name = self->link && self->link->suite ? self->link->suite : "pq";

  return cv_crypto_suites_find_room (name);
}

/* ---- the way down ---- */

static void
wipe_text (char **text)
{
  if (*text)
    cv_secret_wipe (*text, strlen (*text));
  g_clear_pointer (text, g_free);
}

/* From what uses the keys to what holds them, and the connection last, so that the goodbye is
 * still carried. */
static void
take_down (CvSession *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->door_timeout, g_source_remove);
  cv_session_roster_note_contacts (self);
  if (self->snapshot_dir)
    cv_session_peers_save_snapshots (self, self->snapshot_dir);
  cv_session_peers_stop (self);
  cv_session_local_media_close (self);
  cv_session_group_stop (self);
  if (self->client)
    cv_signaling_client_close (self->client);
  g_clear_object (&self->client);
  cv_session_hosting_close (self);
  g_clear_pointer (&self->net, cv_transport_net_thread_unref);
  g_clear_pointer (&self->certificate, cv_transport_certificate_unref);
  g_clear_pointer (&self->room_keys, cv_e2ee_room_keys_unref);
  g_clear_pointer (&self->contacts, cv_identity_contacts_free);
  g_hash_table_remove_all (self->met);
  g_clear_pointer (&self->identity, cv_identity_key_pair_unref);
  wipe_text (&self->passcode);
  cv_session_peers_clear_ice_servers (self);
}

void
cv_session_end (CvSession *self, int failure)
{
  g_autoptr (CvSession) alive = g_object_ref (self);

  if (self->end_idle != 0)
    failure = self->pending_failure;
  g_clear_handle_id (&self->end_idle, g_source_remove);
  if (self->state == CV_SESSION_ENDED)
    return;
  self->state = CV_SESSION_ENDED;
  self->failure = failure;
  take_down (self);
  self->shield = CV_SHIELD_CONNECTING;
  cv_session_notify (self, CV_SESSION_PROP_SHIELD);
  cv_session_notify (self, CV_SESSION_PROP_FAILURE);
  cv_session_notify (self, CV_SESSION_PROP_STATE);
}

static gboolean
on_end_idle (gpointer data)
{
  CvSession *self = data;

  self->end_idle = 0;
  cv_session_end (self, self->pending_failure);
  return G_SOURCE_REMOVE;
}

void
cv_session_end_soon (CvSession *self, int failure)
{
  if (self->end_idle != 0 || self->state == CV_SESSION_ENDED)
    return;
  self->pending_failure = failure;
  self->end_idle = g_idle_add_full (G_PRIORITY_DEFAULT, on_end_idle, self, NULL);
}

static void
clear_host (CvSession *self)
{
  g_free ((char *)self->host.listen);
  g_free ((char *)self->host.suite);
  g_free ((char *)self->host.server);
  g_free ((char *)self->host.server_pin);
  self->host = (CvHostOptions){0};
}

static void
cv_session_dispose (GObject *object)
{
  CvSession *self = CV_SESSION (object);

  g_clear_handle_id (&self->end_idle, g_source_remove);
  take_down (self);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->self_participant);
  g_clear_object (&self->participants);
  g_clear_object (&self->door);
  g_clear_object (&self->chat);
  G_OBJECT_CLASS (cv_session_parent_class)->dispose (object);
}

static void
cv_session_finalize (GObject *object)
{
  CvSession *self = CV_SESSION (object);

  g_clear_pointer (&self->peers, g_hash_table_unref);
  g_clear_pointer (&self->met, g_hash_table_unref);
  g_clear_pointer (&self->ice_servers, g_array_unref);
  g_clear_pointer (&self->ice_texts, g_ptr_array_unref);
  g_clear_pointer (&self->crypto, cv_crypto_context_unref);
  g_clear_pointer (&self->link, cv_invite_link_free);
  wipe_text (&self->link_text);
  wipe_text (&self->code);
  g_free (self->provider);
  g_free (self->name);
  g_free (self->video);
  g_free (self->audio);
  g_free (self->identity_file);
  g_free (self->data_dir);
  g_free (self->snapshot_dir);
  g_free (self->camera_id);
  g_free (self->microphone_id);
  g_free (self->speaker_id);
  g_free (self->connect_host);
  g_free (self->shield_text);
  clear_host (self);
  G_OBJECT_CLASS (cv_session_parent_class)->finalize (object);
}

/* ---- properties ---- */

static void
get_media_property (CvSession *self, CvSessionProp prop, GValue *value)
{
  switch (prop) {
  case CV_SESSION_PROP_MICROPHONE_MUTED:
    g_value_set_boolean (value, self->wants_muted);
    break;
  case CV_SESSION_PROP_CAMERA_OFF:
    g_value_set_boolean (value, self->wants_camera_off);
    break;
  case CV_SESSION_PROP_MICROPHONE_LEVEL:
    g_value_set_double (value,
                        self->engine ? cv_media_engine_get_microphone_level (self->engine) : 0);
    break;
  case CV_SESSION_PROP_PREVIEW:
    g_value_set_object (value, self->engine ? cv_media_engine_get_preview (self->engine) : NULL);
    break;
  default:
    break;
  }
}

static void
cv_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CvSession *self = CV_SESSION (object);

  switch ((CvSessionProp)id) {
  case CV_SESSION_PROP_STATE:
    g_value_set_enum (value, self->state);
    break;
  case CV_SESSION_PROP_STEP:
    g_value_set_enum (value, self->step);
    break;
  case CV_SESSION_PROP_FAILURE:
    g_value_set_int (value, self->failure);
    break;
  case CV_SESSION_PROP_LINK:
    g_value_set_string (value, self->link_text);
    break;
  case CV_SESSION_PROP_NAME:
    g_value_set_string (value, self->name);
    break;
  case CV_SESSION_PROP_NEEDS_PASSCODE:
    g_value_set_boolean (value, cv_session_get_needs_passcode (self));
    break;
  case CV_SESSION_PROP_IS_MODERATOR:
    g_value_set_boolean (value, self->is_moderator);
    break;
  case CV_SESSION_PROP_IS_LOCKED:
    g_value_set_boolean (value, self->is_locked);
    break;
  case CV_SESSION_PROP_ADMISSION_MODERATED:
    g_value_set_boolean (value, self->is_moderated);
    break;
  case CV_SESSION_PROP_SHIELD:
    g_value_set_enum (value, self->shield);
    break;
  case CV_SESSION_PROP_SHIELD_TEXT:
    g_value_set_string (value, cv_session_get_shield_text (self));
    break;
  case CV_SESSION_PROP_MEETING_CODE:
    g_value_set_string (value, self->code);
    break;
  case CV_SESSION_PROP_CODE_CONFIRMED:
    g_value_set_boolean (value, self->is_code_confirmed);
    break;
  case CV_SESSION_PROP_SUITE_TEXT:
    g_value_set_string (value, cv_session_get_suite_text (self));
    break;
  default:
    get_media_property (self, (CvSessionProp)id, value);
    break;
  }
}

/* What a person typed becomes the nearest name that may be signed; NULL when nothing is left. The
 * name is in the leaf, so it cannot change inside a meeting. */
static void
set_name (CvSession *self, const char *typed)
{
  g_autofree char *clean = typed ? cv_identity_statement_dup_clean_name (typed) : NULL;

  if (self->state == CV_SESSION_LOBBY && g_set_str (&self->name, clean))
    cv_session_notify (self, CV_SESSION_PROP_NAME);
}

static void
set_muted (CvSession *self, gboolean is_muted)
{
  if (self->wants_muted == is_muted)
    return;
  self->wants_muted = is_muted;
  if (self->engine)
    cv_media_engine_set_muted (self->engine, is_muted);
  cv_session_notify (self, CV_SESSION_PROP_MICROPHONE_MUTED);
}

static void
set_camera_off (CvSession *self, gboolean is_off)
{
  if (self->wants_camera_off == is_off)
    return;
  self->wants_camera_off = is_off;
  if (self->engine)
    cv_media_engine_set_camera_off (self->engine, is_off);
  cv_session_notify (self, CV_SESSION_PROP_CAMERA_OFF);
}

static void
cv_session_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CvSession *self = CV_SESSION (object);

  switch (id) {
  case CV_SESSION_PROP_NAME:
    set_name (self, g_value_get_string (value));
    break;
  case CV_SESSION_PROP_MICROPHONE_MUTED:
    set_muted (self, g_value_get_boolean (value));
    break;
  case CV_SESSION_PROP_CAMERA_OFF:
    set_camera_off (self, g_value_get_boolean (value));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags r = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags rw = r | G_PARAM_WRITABLE;

  props[CV_SESSION_PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, CV_TYPE_SESSION_STATE, CV_SESSION_LOBBY, r);
  props[CV_SESSION_PROP_STEP] =
      g_param_spec_enum ("step", NULL, NULL, CV_TYPE_JOIN_STEP, CV_JOIN_STEP_LINK, r);
  props[CV_SESSION_PROP_FAILURE] =
      g_param_spec_int ("failure", NULL, NULL, -1, G_MAXINT, CV_SESSION_NO_FAILURE, r);
  props[CV_SESSION_PROP_LINK] = g_param_spec_string ("link", NULL, NULL, NULL, r);
  props[CV_SESSION_PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, rw);
  props[CV_SESSION_PROP_NEEDS_PASSCODE] =
      g_param_spec_boolean ("needs-passcode", NULL, NULL, FALSE, r);
  props[CV_SESSION_PROP_IS_MODERATOR] = g_param_spec_boolean ("is-moderator", NULL, NULL, FALSE, r);
  props[CV_SESSION_PROP_IS_LOCKED] = g_param_spec_boolean ("is-locked", NULL, NULL, FALSE, r);
  props[CV_SESSION_PROP_ADMISSION_MODERATED] =
      g_param_spec_boolean ("admission-moderated", NULL, NULL, FALSE, r);
  props[CV_SESSION_PROP_MICROPHONE_MUTED] =
      g_param_spec_boolean ("microphone-muted", NULL, NULL, FALSE, rw);
  props[CV_SESSION_PROP_CAMERA_OFF] = g_param_spec_boolean ("camera-off", NULL, NULL, FALSE, rw);
  props[CV_SESSION_PROP_MICROPHONE_LEVEL] =
      g_param_spec_double ("microphone-level", NULL, NULL, 0, 1, 0, r);
  props[CV_SESSION_PROP_PREVIEW] = g_param_spec_object ("preview", NULL, NULL, G_TYPE_OBJECT, r);
  props[CV_SESSION_PROP_SHIELD] =
      g_param_spec_enum ("shield", NULL, NULL, CV_TYPE_SHIELD_STATE, CV_SHIELD_CONNECTING, r);
  props[CV_SESSION_PROP_SHIELD_TEXT] = g_param_spec_string ("shield-text", NULL, NULL, NULL, r);
  props[CV_SESSION_PROP_MEETING_CODE] = g_param_spec_string ("meeting-code", NULL, NULL, NULL, r);
  props[CV_SESSION_PROP_CODE_CONFIRMED] =
      g_param_spec_boolean ("code-confirmed", NULL, NULL, FALSE, r);
  props[CV_SESSION_PROP_SUITE_TEXT] = g_param_spec_string ("suite-text", NULL, NULL, NULL, r);
  g_object_class_install_properties (klass, CV_SESSION_N_PROPS, props);
}

static guint
new_signal (const char *name, guint n_params, GType param)
{
  return g_signal_new (name, CV_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                       n_params, param);
}

static void
cv_session_class_init (CvSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = cv_session_dispose;
  object_class->finalize = cv_session_finalize;
  object_class->get_property = cv_session_get_property;
  object_class->set_property = cv_session_set_property;
  install_properties (object_class);
  signals[PARTICIPANT_JOINED] = new_signal ("participant-joined", 1, CV_TYPE_PARTICIPANT);
  signals[PARTICIPANT_LEFT] = new_signal ("participant-left", 1, CV_TYPE_PARTICIPANT);
  signals[NOTICE] = new_signal ("notice", 1, G_TYPE_STRING);
  signals[ROSTER_CHANGED] = new_signal ("roster-changed", 0, G_TYPE_NONE);
  signals[LINK_CHANGED] = new_signal ("link-changed", 1, G_TYPE_POINTER);
}

static void
cv_session_init (CvSession *self)
{
  self->failure = CV_SESSION_NO_FAILURE;
  self->participants = g_list_store_new (CV_TYPE_PARTICIPANT);
  self->door = g_list_store_new (CV_TYPE_KNOCK);
  self->chat = g_list_store_new (CV_TYPE_CHAT_MESSAGE);
  self->ice_servers = g_array_new (FALSE, FALSE, sizeof (CvTransportIceServer));
  self->ice_texts = g_ptr_array_new_with_free_func (g_free);
}

/* ---- public ---- */

/* One of each for the whole program, never freed: OpenSSL keeps state of a context in every thread that
 * used it, and crashes when such a thread ends after the context. Threads of GLib's and GStreamer's
 * pools outlive any session. */
static CvCrypto *
get_crypto (gboolean is_fips, GError **error)
{
  static CvCrypto *contexts[2];
  CvCrypto **crypto = &contexts[is_fips ? 1 : 0];

  if (!*crypto)
    *crypto = cv_crypto_context_new (is_fips, error);
  return *crypto;
}

/* FIPS mode that cannot work is told when somebody wants to meet; it never becomes the other mode. */
static void
set_crypto (CvSession *self, gboolean is_fips)
{
  g_autoptr (GError) error = NULL;
  CvCrypto *crypto = get_crypto (is_fips, &error);

  self->is_fips = is_fips;
  if (!crypto && !is_fips)
    g_error ("OpenSSL cannot be used: %s", error->message);
  if (!crypto) {
    cv_log_warning ("FIPS mode: %s", error->message);
    return;
  }
  self->crypto = cv_crypto_context_ref (crypto);
  self->provider = cv_crypto_context_dup_provider (crypto);
}

gboolean
cv_session_is_fips_wanted (gboolean is_asked)
{
  const char *text = g_getenv ("CONCLAVE_FIPS");

  return is_asked || (text && *text && !g_str_equal (text, "0"));
}

char *
cv_session_dup_provider (gboolean is_fips, GError **error)
{
  CvCrypto *crypto = get_crypto (is_fips, error);

  return crypto ? cv_crypto_context_dup_provider (crypto) : NULL;
}

CvSession *
cv_session_new (const CvSessionOptions *options)
{
  CvSession *self = g_object_new (CV_TYPE_SESSION, NULL);

  set_name (self, options->name);
  self->video = g_strdup (options->video ? options->video : "device");
  self->audio = g_strdup (options->audio ? options->audio : "device");
  self->identity_kind = options->identity;
  self->identity_file = g_strdup (options->identity_file);
  self->data_dir = g_strdup (options->data_dir);
  self->is_headless = options->is_headless;
  self->snapshot_dir = g_strdup (options->snapshot_dir);
  self->peers = cv_session_peers_new_table ();
  self->met = cv_session_roster_new_met ();
  set_crypto (self, options->is_fips);
  return self;
}

void
cv_session_start_preview (CvSession *self)
{
  g_return_if_fail (CV_IS_SESSION (self));

  if (self->state == CV_SESSION_LOBBY)
    cv_session_local_media_open (self);
}

void
cv_session_host (CvSession *self, const CvHostOptions *options)
{
  g_return_if_fail (CV_IS_SESSION (self));

  /* A second click comes before the lobby is gone. */
  if (self->state != CV_SESSION_LOBBY)
    return;
  self->is_hosting = TRUE;
  clear_host (self);
  self->host = (CvHostOptions){
      .listen = g_strdup (options->listen),
      .suite = g_strdup (options->suite || !self->is_fips ? options->suite : "pq-strict"),
      .is_moderated = options->is_moderated,
      .server = g_strdup (options->server),
      .server_pin = g_strdup (options->server_pin),
  };
  wipe_text (&self->passcode);
  self->passcode = g_strdup (options->passcode);
  cv_session_join_start (self);
}

gboolean
cv_session_set_link (CvSession *self, const char *link, GError **error)
{
  g_autoptr (GError) local = NULL;
  CvInviteLink *parsed;

  g_return_val_if_fail (CV_IS_SESSION (self) && self->state == CV_SESSION_LOBBY, FALSE);

  parsed = cv_invite_link_parse (link, &local);
  if (!parsed) {
    g_set_error (error, CV_CALL_ERROR, CV_CALL_ERROR_LINK, "%s", local->message);
    return FALSE;
  }
  g_clear_pointer (&self->link, cv_invite_link_free);
  self->link = parsed;
  wipe_text (&self->link_text);
  self->link_text = cv_invite_link_to_string (parsed);
  cv_session_notify (self, CV_SESSION_PROP_LINK);
  cv_session_notify (self, CV_SESSION_PROP_NEEDS_PASSCODE);
  cv_session_notify (self, CV_SESSION_PROP_SUITE_TEXT);
  return TRUE;
}

void
cv_session_join (CvSession *self, const char *passcode)
{
  g_return_if_fail (CV_IS_SESSION (self) && self->link);

  if (self->state != CV_SESSION_LOBBY)
    return;
  self->is_hosting = FALSE;
  wipe_text (&self->passcode);
  self->passcode = g_strdup (passcode);
  cv_session_join_start (self);
}

void
cv_session_leave (CvSession *self)
{
  g_return_if_fail (CV_IS_SESSION (self));

  /* Who leaves may stand in a signal of what ends. */
  cv_session_end_soon (self, CV_SESSION_NO_FAILURE);
}

void
cv_session_use_one_time_identity (CvSession *self)
{
  g_return_if_fail (CV_IS_SESSION (self));

  self->identity_kind = CV_IDENTITY_ONE_TIME;
  if (self->state != CV_SESSION_ENDED || self->failure != CV_CALL_ERROR_KEYRING)
    return;
  self->failure = CV_SESSION_NO_FAILURE;
  cv_session_set_step (self, CV_JOIN_STEP_LINK);
  cv_session_notify (self, CV_SESSION_PROP_FAILURE);
  cv_session_set_state (self, CV_SESSION_LOBBY);
}
