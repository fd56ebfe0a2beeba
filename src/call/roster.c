/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* From MLS leaves to people on screen. The list of participants is made here and nowhere else, and
 * only from what the driver verified: a stream or a server message never adds anybody. */
#include "base/log.h"
#include "call/session-private.h"
#include "identity/safety-number.h"

/* Whoever has the link can come and go under ever new keys. */
#define MET_MOST 4096

typedef struct {
  GBytes *key;
  char *name;
} Met;

static void
met_free (gpointer data)
{
  Met *met = data;

  g_bytes_unref (met->key);
  g_free (met->name);
  g_free (met);
}

GHashTable *
cv_session_roster_new_met (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, met_free);
}

/* Also who leaves before us was met. */
static void
remember_met (CvSession *self, const CvE2eeMember *member)
{
  Met *met;

  if (member->is_self || g_hash_table_contains (self->met, member->id)
      || g_hash_table_size (self->met) >= MET_MOST)
    return;
  met = g_new0 (Met, 1);
  met->key = cv_span_dup (member->identity_key);
  met->name = g_strdup (member->name);
  g_hash_table_insert (self->met, g_strdup (member->id), met);
}

static CvContactState
contact_of (CvIdentityContactState state)
{
  switch (state) {
  case CV_IDENTITY_CONTACT_KNOWN:
    return CV_CONTACT_KNOWN;
  case CV_IDENTITY_CONTACT_VERIFIED:
    return CV_CONTACT_VERIFIED;
  case CV_IDENTITY_CONTACT_CHANGED:
    return CV_CONTACT_CHANGED;
  case CV_IDENTITY_CONTACT_NEW:
    break;
  }
  return CV_CONTACT_NEW;
}

CvParticipant *
cv_session_roster_find (CvSession *self, const char *id)
{
  GListModel *model = G_LIST_MODEL (self->participants);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++) {
    g_autoptr (CvParticipant) participant = g_list_model_get_item (model, i);

    if (g_str_equal (cv_participant_get_id (participant), id))
      return participant; /* the list keeps it */
  }
  return NULL;
}

const CvE2eeMember *
cv_session_roster_find_member (CvSession *self, const char *id)
{
  if (!self->driver)
    return NULL;
  for (guint i = 0; i < cv_e2ee_group_driver_get_n_members (self->driver); i++) {
    const CvE2eeMember *member = cv_e2ee_group_driver_get_member (self->driver, i);

    if (g_str_equal (member->id, id))
      return member;
  }
  return NULL;
}

static void
update_facts (CvSession *self, CvParticipant *participant, const CvE2eeMember *member)
{
  const CvSpan own_key = cv_identity_key_pair_get_key (self->identity);
  g_autofree char *fingerprint = cv_identity_key_pair_dup_fingerprint (member->identity_hash);
  g_autofree char *number = g_strdup (cv_participant_get_safety_number (participant));
  g_autoptr (GBytes) payload = cv_participant_dup_safety_payload (participant);
  g_autoptr (GError) error = NULL;
  CvParticipantFacts facts = {
      .name = member->name,
      .fingerprint = fingerprint,
      .contact = contact_of (member->contact),
      .is_moderator = member->is_moderator,
      .is_confirmed = member->is_confirmed,
  };

  /* Thousands of hash rounds: once a participant, whose identity key never changes. */
  if (!member->is_self && !number)
    number = cv_identity_safety_number_dup (self->crypto, own_key, member->identity_key, &error);
  if (!member->is_self && !payload)
    payload =
        cv_identity_safety_number_dup_payload (self->crypto, own_key, member->identity_key, NULL);
  if (error)
    cv_log_warning ("no safety number: %s", error->message);
  facts.safety_number = number;
  facts.safety_payload = payload;
  cv_participant_set_facts (participant, &facts);
}

static void
remove_gone (CvSession *self)
{
  GListModel *model = G_LIST_MODEL (self->participants);

  for (guint i = g_list_model_get_n_items (model); i-- > 0;) {
    g_autoptr (CvParticipant) participant = g_list_model_get_item (model, i);

    if (cv_session_roster_find_member (self, cv_participant_get_id (participant)))
      continue;
    cv_session_peers_remove (self, cv_participant_get_id (participant));
    g_list_store_remove (self->participants, i);
    cv_session_emit_participant (self, FALSE, participant);
  }
}

static void
add_self (CvSession *self, const CvE2eeMember *member)
{
  self->self_participant = cv_participant_new (member->id, TRUE);
  update_facts (self, self->self_participant, member);
  g_list_store_insert (self->participants, 0, self->self_participant);
  cv_session_peers_start (self);
}

static void
add_or_update (CvSession *self, const CvE2eeMember *member, gboolean is_first)
{
  CvParticipant *known = cv_session_roster_find (self, member->id);
  g_autoptr (CvParticipant) fresh = NULL;

  remember_met (self, member);
  if (known) {
    update_facts (self, known, member);
    if (!member->is_self)
      cv_session_peers_add (self, known, member->leaf.index);
    cv_session_peers_refresh (self, known);
    return;
  }
  fresh = cv_participant_new (member->id, FALSE);
  update_facts (self, fresh, member);
  g_list_store_append (self->participants, fresh);
  cv_session_peers_add (self, fresh, member->leaf.index);
  if (!is_first)
    cv_session_emit_participant (self, TRUE, fresh);
}

static void
update_flag (CvSession *self, gboolean *field, gboolean value, CvSessionProp prop)
{
  if (*field == value)
    return;
  *field = value;
  cv_session_notify (self, prop);
}

void
cv_session_roster_update (CvSession *self)
{
  const gboolean is_first = self->self_participant == NULL;
  const guint n_members = cv_e2ee_group_driver_get_n_members (self->driver);

  for (guint i = 0; is_first && i < n_members; i++) {
    const CvE2eeMember *member = cv_e2ee_group_driver_get_member (self->driver, i);

    if (member->is_self)
      add_self (self, member);
  }
  if (!self->self_participant)
    return;
  remove_gone (self);
  for (guint i = 0; i < n_members; i++)
    add_or_update (self, cv_e2ee_group_driver_get_member (self->driver, i), is_first);
  if (g_set_str (&self->code, cv_e2ee_group_driver_get_meeting_code (self->driver)))
    cv_session_notify (self, CV_SESSION_PROP_MEETING_CODE);
  update_flag (self, &self->is_code_confirmed,
               cv_e2ee_group_driver_is_code_confirmed (self->driver),
               CV_SESSION_PROP_CODE_CONFIRMED);
  cv_session_roster_update_policy (self);
  cv_session_emit_roster (self);
}

void
cv_session_roster_update_door (CvSession *self)
{
  g_autoptr (GPtrArray) knocks = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < cv_e2ee_group_driver_get_n_visitors (self->driver); i++) {
    const CvE2eeVisitor *visitor = cv_e2ee_group_driver_get_visitor (self->driver, i);
    g_autofree char *fingerprint = cv_identity_key_pair_dup_fingerprint (visitor->identity_hash);

    /* Who is admitted already only waits for the commit: nothing is left to decide. */
    if (!visitor->is_admitted)
      g_ptr_array_add (knocks, cv_knock_new (visitor->knock_id, visitor->name, fingerprint,
                                             contact_of (visitor->contact)));
  }
  g_list_store_splice (self->door, 0, g_list_model_get_n_items (G_LIST_MODEL (self->door)),
                       knocks->pdata, knocks->len);
}

void
cv_session_roster_update_policy (CvSession *self)
{
  const CvE2eePolicy *policy = cv_e2ee_group_driver_get_policy (self->driver);

  if (!policy)
    return;
  update_flag (self, &self->is_moderator, cv_e2ee_group_driver_is_moderator (self->driver),
               CV_SESSION_PROP_IS_MODERATOR);
  update_flag (self, &self->is_locked, policy->is_locked, CV_SESSION_PROP_IS_LOCKED);
  update_flag (self, &self->is_moderated, policy->admission == CV_E2EE_ADMISSION_MODERATOR,
               CV_SESSION_PROP_ADMISSION_MODERATED);
}

static const char *
name_of (CvSession *self, CvMlsLeaf leaf)
{
  const CvE2eeMember *member = cv_e2ee_group_driver_find_member (self->driver, leaf);

  return member ? member->name : "?";
}

void
cv_session_roster_update_shield (CvSession *self)
{
  const CvE2eeTrust *trust = cv_e2ee_group_driver_get_trust (self->driver);
  const CvE2eeReason *first = NULL;

  self->shield = (CvShieldState)trust->state;
  if (trust->reasons && trust->reasons->len > 0)
    first = &g_array_index (trust->reasons, CvE2eeReason, 0);
  g_clear_pointer (&self->shield_text, g_free);
  self->shield_text = first && self->shield == CV_SHIELD_WARNING
                          ? cv_call_error_dup_reason (first->kind, name_of (self, first->leaf))
                          : g_strdup (cv_call_error_get_shield (self->shield));
  cv_session_notify (self, CV_SESSION_PROP_SHIELD);
  cv_session_notify (self, CV_SESSION_PROP_SHIELD_TEXT);
}

static char **
dup_reasons (CvSession *self, char *(*write) (int kind, const char *name))
{
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();
  const CvE2eeTrust *trust = self->driver ? cv_e2ee_group_driver_get_trust (self->driver) : NULL;

  for (guint i = 0; trust && trust->reasons && i < trust->reasons->len; i++) {
    const CvE2eeReason *reason = &g_array_index (trust->reasons, CvE2eeReason, i);

    g_strv_builder_take (lines, write (reason->kind, name_of (self, reason->leaf)));
  }
  return g_strv_builder_end (lines);
}

char **
cv_session_dup_shield_reasons (CvSession *self)
{
  return dup_reasons (self, cv_call_error_dup_reason);
}

static char *
write_code (int kind, const char *name)
{
  return g_strdup_printf ("%s:%s", cv_e2ee_trust_reason_to_string ((CvE2eeReasonKind)kind), name);
}

char **
cv_session_dup_shield_codes (CvSession *self)
{
  return dup_reasons (self, write_code);
}

/* Once a meeting: it does not get better by being said again. */
void
cv_session_roster_save_contacts (CvSession *self)
{
  g_autoptr (GError) error = NULL;

  if (cv_identity_contacts_save (self->contacts, &error))
    return;
  cv_log_info ("contacts were not saved: %s", error->message);
  if (!self->has_told_contacts)
    cv_session_emit_notice (self, cv_call_error_get_contacts_sentence ());
  self->has_told_contacts = TRUE;
}

void
cv_session_roster_note_contacts (CvSession *self)
{
  const guint64 now_s = (guint64)(g_get_real_time () / G_USEC_PER_SEC);
  GHashTableIter iter;
  gpointer value;

  if (!self->contacts || g_hash_table_size (self->met) == 0)
    return;
  g_hash_table_iter_init (&iter, self->met);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Met *met = value;

    /* Refuses, and changes nothing, while a changed key was not accepted. */
    (void)!cv_identity_contacts_note_met (self->contacts, cv_span_from_bytes (met->key), met->name,
                                          now_s);
  }
  cv_session_roster_save_contacts (self);
}
