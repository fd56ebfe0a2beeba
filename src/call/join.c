/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Into the call, by numbered steps: each does one thing, tells the next, and any failure has the
 * one way out, cv_session_end. Hosting walks the same steps; only the door is its own. */
#include "base/log.h"
#include "call/session-private.h"
#include "identity/store-file.h"
#include "identity/store-keyring.h"
#include "identity/store-memory.h"

#include <string.h>

#define DOOR_TIMEOUT_S 300

/* The one exit. A cancelled step has ended the session already. */
static void
fail (CvSession *self, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  cv_log_warning ("joining: %s", error->message);
  cv_session_end (self, (int)cv_call_error_from (error));
}

/* ---- 3: connect, then the door ---- */

static gboolean
on_door_timeout (gpointer data)
{
  CvSession *self = data;

  self->door_timeout = 0;
  cv_session_end (self, CV_CALL_ERROR_TIMEOUT);
  return G_SOURCE_REMOVE;
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CvSession) self = data;
  g_autoptr (GError) error = NULL;

  if (!cv_signaling_client_connect_finish (CV_SIGNALING_CLIENT (source), result, &error)) {
    fail (self, error);
    return;
  }
  if (self->state != CV_SESSION_JOINING)
    return;
  if (!self->is_hosting && !cv_signaling_client_get_is_occupied (self->client)) {
    cv_session_end (self, CV_CALL_ERROR_OVER);
    return;
  }
  cv_session_set_step (self, self->is_hosting ? CV_JOIN_STEP_KEYS : CV_JOIN_STEP_DOOR);
  if (!self->is_hosting)
    self->door_timeout = g_timeout_add_seconds (DOOR_TIMEOUT_S, on_door_timeout, self);
  if (!cv_session_group_start (self, &error))
    fail (self, error);
}

/* Our own room is reached through loopback whatever address the others use. */
static CvInviteLink *
dup_connect_link (CvSession *self)
{
  const CvInviteLink *link = self->link;

  return cv_invite_link_new (
      self->is_own_server && self->connect_host ? self->connect_host : link->host, link->port,
      link->room, link->secret, link->has_pin ? link->pin : NULL, NULL);
}

static void
step_connect (CvSession *self)
{
  g_autoptr (CvInviteLink) link = dup_connect_link (self);

  cv_session_set_step (self, CV_JOIN_STEP_CONNECT);
  self->client = cv_signaling_client_new (link);
  cv_signaling_client_connect_async (self->client, self->cancellable, on_connected,
                                     g_object_ref (self));
}

/* ---- 2: identity ---- */

/* Full; NULL: a one-time identity knows nobody and leaves nothing behind. Contacts are sealed with a
 * key of their identity, so those of each file identity are a file of their own. */
static char *
dup_contacts_path (CvSession *self)
{
  g_autofree char *folder = self->data_dir
                                ? g_strdup (self->data_dir)
                                : g_build_filename (g_get_user_data_dir (), "conclave", NULL);
  g_autofree char *file = NULL;
  g_autofree char *sum = NULL;
  g_autofree char *name = NULL;

  if (self->identity_kind == CV_IDENTITY_ONE_TIME)
    return NULL;
  if (self->identity_kind == CV_IDENTITY_KEYRING)
    return g_build_filename (folder, "contacts", NULL);
  file = g_canonicalize_filename (self->identity_file, NULL);
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, file, -1);
  name = g_strdup_printf ("contacts-%.16s", sum);
  return g_build_filename (folder, name, NULL);
}

static gboolean
open_contacts (CvSession *self, CvSecret *key, GError **error)
{
  g_autofree char *path = dup_contacts_path (self);
  g_autoptr (GError) local = NULL;

  self->contacts = cv_identity_contacts_new (self->crypto, key, path, &local);
  /* Also when the seal is wrong: that is no keyring which does not answer. */
  if (!self->contacts)
    g_set_error (error, CV_CALL_ERROR, CV_CALL_ERROR_STORAGE, "contacts: %s", local->message);
  return self->contacts != NULL;
}

static void
on_identity (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CvSession) self = data;
  g_autoptr (CvSecret) contacts_key = NULL;
  g_autoptr (GError) error = NULL;
  CvIdentityKeyPair *identity =
      cv_identity_store_load_finish (CV_IDENTITY_STORE (source), result, &contacts_key, &error);

  if (!identity) {
    fail (self, error);
    return;
  }
  if (self->state != CV_SESSION_JOINING) {
    cv_identity_key_pair_unref (identity);
    return;
  }
  g_clear_pointer (&self->identity, cv_identity_key_pair_unref);
  self->identity = identity;
  g_clear_pointer (&self->contacts, cv_identity_contacts_free);
  if (!open_contacts (self, contacts_key, &error)) {
    fail (self, error);
    return;
  }
  step_connect (self);
}

static CvIdentityStore *
make_store (CvSession *self)
{
  g_autoptr (CvSecret) passphrase = NULL;
  const char *text = g_getenv ("CONCLAVE_PASSPHRASE");

  switch (self->identity_kind) {
  case CV_IDENTITY_KEYRING:
    return cv_identity_store_keyring_new (CV_APPLICATION_ID);
  case CV_IDENTITY_ONE_TIME:
    return cv_identity_store_memory_new ();
  case CV_IDENTITY_FILE:
    break;
  }
  if (!text || !*text)
    return NULL;
  passphrase = cv_secret_new_from (cv_span (text, strlen (text)));
  return cv_identity_store_file_new (self->crypto, self->identity_file, passphrase);
}

static void
step_identity (CvSession *self)
{
  g_autoptr (CvIdentityStore) store = make_store (self);

  cv_session_set_step (self, CV_JOIN_STEP_IDENTITY);
  if (!store) {
    cv_log_warning ("joining: a file identity needs CONCLAVE_PASSPHRASE");
    cv_session_end (self, CV_CALL_ERROR_KEYRING);
    return;
  }
  cv_identity_store_load_async (store, self->crypto, self->cancellable, on_identity,
                                g_object_ref (self));
}

/* ---- 1: the link and its keys ---- */

typedef struct {
  CvCrypto *crypto;
  guint8 room[CV_INVITE_LINK_ROOM_BYTES];
  CvSecret *secret;
  CvSecret *passcode; /* NULL: none */
  CvCryptoPassword kdf;
} RoomKeysInput;

static void
room_keys_input_free (gpointer data)
{
  RoomKeysInput *input = data;

  cv_crypto_context_unref (input->crypto);
  cv_secret_unref (input->secret);
  cv_secret_unref (input->passcode);
  g_free (input);
}

static void
derive_room_keys (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const RoomKeysInput *input = data;
  GError *error = NULL;
  const CvE2eeRoomKeysParams params = {
      .room_id = CV_SPAN_ARRAY (input->room),
      .secret = cv_secret_span (input->secret),
      .passcode = cv_secret_span (input->passcode),
      .kdf = input->kdf,
  };
  CvE2eeRoomKeys *keys = cv_e2ee_room_keys_derive (input->crypto, &params, &error);

  if (keys)
    g_task_return_pointer (task, keys, (GDestroyNotify)cv_e2ee_room_keys_unref);
  else
    g_task_return_error (task, error);
}

static void
on_room_keys (GObject *source, GAsyncResult *result, gpointer data)
{
  CvSession *self = CV_SESSION (source);
  g_autoptr (GError) error = NULL;
  CvE2eeRoomKeys *keys = g_task_propagate_pointer (G_TASK (result), &error);

  if (!keys) {
    fail (self, error);
    return;
  }
  g_clear_pointer (&self->room_keys, cv_e2ee_room_keys_unref);
  self->room_keys = keys;
  step_identity (self);
}

static void
wipe_passcode (CvSession *self)
{
  if (self->passcode)
    cv_secret_wipe (self->passcode, strlen (self->passcode));
  g_clear_pointer (&self->passcode, g_free);
}

static void
step_link (CvSession *self)
{
  RoomKeysInput *input = g_new0 (RoomKeysInput, 1);
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, on_room_keys, NULL);

  input->crypto = cv_crypto_context_ref (self->crypto);
  memcpy (input->room, self->link->room, sizeof input->room);
  input->secret = cv_secret_ref (self->link->secret);
  if (cv_session_get_needs_passcode (self) && self->passcode && *self->passcode)
    input->passcode = cv_secret_new_from (cv_span (self->passcode, strlen (self->passcode)));
  input->kdf = self->link->passcode == CV_INVITE_LINK_PASSCODE_PBKDF2 ? CV_CRYPTO_PASSWORD_PBKDF2
                                                                      : CV_CRYPTO_PASSWORD_ARGON2ID;
  wipe_passcode (self);
  g_task_set_source_tag (task, step_link);
  g_task_set_task_data (task, input, room_keys_input_free);
  g_task_run_in_thread (task, derive_room_keys);
}

/* CV_SESSION_NO_FAILURE: the link is one that this program can follow. */
static int
check_link (CvSession *self)
{
  const CvMlsSuite *suite = cv_session_get_suite (self);

  if (cv_session_get_needs_passcode (self) && !(self->passcode && *self->passcode))
    return CV_CALL_ERROR_PASSCODE;
  if (!suite)
    return CV_CALL_ERROR_VERSION;
  /* Before anything is sent: the server must not even learn that a FIPS client came. */
  if (!cv_crypto_context_allows (self->crypto, suite)
      || (cv_crypto_context_is_fips (self->crypto)
          && self->link->passcode == CV_INVITE_LINK_PASSCODE_ARGON2ID))
    return CV_CALL_ERROR_NOT_FIPS;
  return CV_SESSION_NO_FAILURE;
}

void
cv_session_join_start (CvSession *self)
{
  int failure;

  g_autoptr (GError) error = NULL;

  cv_session_set_state (self, CV_SESSION_JOINING);
  cv_session_set_step (self, CV_JOIN_STEP_LINK);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  if (!self->name) {
    cv_session_end (self, CV_CALL_ERROR_NAME);
    return;
  }
  if (!self->crypto) {
    cv_session_end (self, CV_CALL_ERROR_NO_FIPS);
    return;
  }
  if (self->is_hosting && !cv_session_hosting_open (self, &error)) {
    fail (self, error);
    return;
  }
  failure = check_link (self);
  if (failure != CV_SESSION_NO_FAILURE) {
    cv_session_end (self, failure);
    return;
  }
  step_link (self);
}

/* ---- 5 to 7: the group took us in ---- */

void
cv_session_join_on_member (CvSession *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&self->door_timeout, g_source_remove);
  cv_session_set_step (self, CV_JOIN_STEP_LINKS);
  self->certificate =
      cv_transport_certificate_new (self->crypto, g_get_real_time () / G_USEC_PER_SEC, &error);
  if (!self->certificate) {
    cv_log_warning ("joining: %s", error->message);
    cv_session_end_soon (self, CV_CALL_ERROR_INTERNAL);
    return;
  }
  /* From here on roster changes make tiles: what they need is there. */
  self->has_joined = TRUE;
  self->net = cv_transport_net_thread_new ();
  cv_session_local_media_open (self);
  self->cipher = cv_call_media_cipher_new (cv_e2ee_group_driver_get_sender (self->driver),
                                           cv_e2ee_group_driver_get_receiver (self->driver));
  cv_media_engine_set_cipher (self->engine, cv_call_media_cipher_get (self->cipher));
  cv_session_roster_update (self);
  cv_session_roster_update_shield (self);
  cv_session_set_step (self, CV_JOIN_STEP_DONE);
  cv_session_set_state (self, CV_SESSION_IN_CALL);
}
