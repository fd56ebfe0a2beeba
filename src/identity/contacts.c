/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The contacts: a list in memory, an AES-256-GCM box on disk. */
#include "identity/contacts.h"

#include "crypto/aead.h"
#include "identity/invisible.h"
#include "identity/sealed-file.h"
#include "identity/statement.h"

#include <string.h>

#define MAGIC "CVCONTA1"
#define MAGIC_LEN 8
#define CONTACTS_MAX 10000
#define NAME_MAX_BYTES (CV_IDENTITY_NAME_MAX_CHARACTERS * 4)

struct CvIdentityContacts {
  CvCrypto *crypto;
  CvSecret *key;
  char *path;
  GPtrArray *contacts; /* CvIdentityContact */
};

static void
contact_free (CvIdentityContact *contact)
{
  if (contact == NULL)
    return;
  g_clear_pointer (&contact->identity_key, g_bytes_unref);
  g_clear_pointer (&contact->name, g_free);
  g_free (contact);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvIdentityContact, contact_free)

static CvIdentityContact *
find (const CvIdentityContacts *self, CvSpan identity_key)
{
  for (guint i = 0; i < self->contacts->len; i++) {
    CvIdentityContact *contact = g_ptr_array_index (self->contacts, i);
    if (cv_span_equal (cv_span_from_bytes (contact->identity_key), identity_key))
      return contact;
  }
  return NULL;
}

/* "Anna" and "ＡＮＮＡ" are one name to the eye of who reads it in a hurry. No statement has an
 * invisible character; an older file may. */
static char *
dup_folded (const char *name)
{
  g_autofree char *visible = cv_identity_invisible_dup_without (name);
  g_autofree char *compatible = g_utf8_normalize (visible, -1, G_NORMALIZE_NFKC);
  g_autofree char *folded = g_utf8_casefold (compatible != NULL ? compatible : visible, -1);
  return g_utf8_normalize (folded, -1, G_NORMALIZE_NFKC);
}

static gboolean
has_name (const CvIdentityContact *contact, const char *folded)
{
  g_autofree char *own = dup_folded (contact->name);
  return g_strcmp0 (own, folded) == 0;
}

static gboolean
is_name_known (const CvIdentityContacts *self, const char *folded)
{
  for (guint i = 0; i < self->contacts->len; i++)
    if (has_name (g_ptr_array_index (self->contacts, i), folded))
      return TRUE;
  return FALSE;
}

static CvIdentityContact *
read_contact (CvReader *reader)
{
  g_autoptr (CvIdentityContact) contact = g_new0 (CvIdentityContact, 1);
  contact->identity_key = cv_reader_dup_vector (reader, CV_IDENTITY_KEY_MAX);
  CvSpan name = cv_reader_vector (reader, NAME_MAX_BYTES);
  contact->first_seen_s = cv_reader_u64 (reader);
  contact->last_seen_s = cv_reader_u64 (reader);
  contact->how = (CvIdentityVerifiedHow)cv_reader_u8 (reader);
  contact->verified_s = cv_reader_u64 (reader);
  if (!cv_reader_is_ok (reader) || contact->how > CV_IDENTITY_VERIFIED_QR_CODE
      || !g_utf8_validate ((const char *)name.data, (gssize)name.len, NULL))
    return NULL;
  contact->name = cv_span_dup_text (name);
  return g_steal_pointer (&contact);
}

static gboolean
parse_all (CvIdentityContacts *self, CvSpan plaintext)
{
  CvReader reader;
  cv_reader_init (&reader, plaintext);
  while (cv_reader_remaining (&reader) > 0 && self->contacts->len < CONTACTS_MAX) {
    CvIdentityContact *contact = read_contact (&reader);
    if (contact == NULL)
      return FALSE;
    g_ptr_array_add (self->contacts, contact);
  }
  return cv_reader_finish (&reader);
}

static gboolean
load (CvIdentityContacts *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) contents = cv_identity_sealed_file_read (self->path, &local_error);
  if (local_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return FALSE;
  }
  if (contents == NULL)
    return TRUE;
  CvSpan all = cv_span_from_bytes (contents);
  GByteArray *plaintext = NULL;
  if (all.len > MAGIC_LEN && memcmp (all.data, MAGIC, MAGIC_LEN) == 0)
    plaintext = cv_crypto_aead_open_box (self->crypto, cv_secret_span (self->key),
                                         cv_span (all.data, MAGIC_LEN),
                                         cv_span (all.data + MAGIC_LEN, all.len - MAGIC_LEN), NULL);
  if (plaintext == NULL) {
    g_set_error_literal (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_AUTHENTICATION,
                         "could not authenticate");
    return FALSE;
  }
  gboolean is_whole = parse_all (self, cv_span_from_array (plaintext));
  cv_crypto_aead_free_plaintext (plaintext);
  if (!is_whole)
    g_set_error_literal (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_MALFORMED,
                         "expected a list of contacts, got something else");
  return is_whole;
}

static CvIdentityContact *
find_or_add (CvIdentityContacts *self, CvSpan identity_key, const char *name, guint64 now_s)
{
  CvIdentityContact *contact = find (self, identity_key);
  if (contact == NULL && self->contacts->len == CONTACTS_MAX)
    return NULL;
  if (contact == NULL) {
    contact = g_new0 (CvIdentityContact, 1);
    contact->identity_key = cv_span_dup (identity_key);
    contact->first_seen_s = now_s;
    g_ptr_array_add (self->contacts, contact);
  }
  g_free (contact->name);
  contact->name = g_strdup (name);
  contact->last_seen_s = now_s;
  return contact;
}

/* The person took this key for who bears the name. After a warning nothing that was verified under
 * the name still holds: the old device may be in a thief's hands, and this key, if it was verified,
 * was so under another name. */
static CvIdentityContact *
take_key (CvIdentityContacts *self, CvSpan identity_key, const char *name, guint64 now_s)
{
  g_autofree char *folded = dup_folded (name);
  gboolean is_changed =
      cv_identity_contacts_find (self, identity_key, name) == CV_IDENTITY_CONTACT_CHANGED;
  CvIdentityContact *taken = find_or_add (self, identity_key, name, now_s);
  for (guint i = 0; is_changed && i < self->contacts->len; i++) {
    CvIdentityContact *contact = g_ptr_array_index (self->contacts, i);
    if (!has_name (contact, folded))
      continue;
    contact->how = CV_IDENTITY_UNVERIFIED;
    contact->verified_s = 0;
  }
  return taken;
}

CvIdentityContacts *
cv_identity_contacts_new (CvCrypto *crypto, CvSecret *key, const char *path, GError **error)
{
  g_autoptr (CvIdentityContacts) self = g_new0 (CvIdentityContacts, 1);
  self->crypto = cv_crypto_context_ref (crypto);
  self->key = key != NULL ? cv_secret_ref (key) : NULL;
  self->path = g_strdup (path);
  self->contacts = g_ptr_array_new_with_free_func ((GDestroyNotify)contact_free);
  if (path != NULL && !load (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
cv_identity_contacts_free (CvIdentityContacts *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->contacts, g_ptr_array_unref);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->key, cv_secret_unref);
  g_clear_pointer (&self->crypto, cv_crypto_context_unref);
  g_free (self);
}

CvIdentityContactState
cv_identity_contacts_find (const CvIdentityContacts *self, CvSpan identity_key, const char *name)
{
  const CvIdentityContact *contact = find (self, identity_key);
  g_autofree char *folded = dup_folded (name);
  /* E2EE.md section 6: who was met under another name is as new to this one as a stranger. */
  if ((contact == NULL || !has_name (contact, folded)) && is_name_known (self, folded))
    return CV_IDENTITY_CONTACT_CHANGED;
  if (contact == NULL)
    return CV_IDENTITY_CONTACT_NEW;
  return contact->how != CV_IDENTITY_UNVERIFIED ? CV_IDENTITY_CONTACT_VERIFIED
                                                : CV_IDENTITY_CONTACT_KNOWN;
}

const CvIdentityContact *
cv_identity_contacts_get (const CvIdentityContacts *self, CvSpan identity_key)
{
  return find (self, identity_key);
}

guint
cv_identity_contacts_get_n (const CvIdentityContacts *self)
{
  return self->contacts->len;
}

gboolean
cv_identity_contacts_note_met (CvIdentityContacts *self, CvSpan identity_key, const char *name,
                               guint64 now_s)
{
  if (cv_identity_contacts_find (self, identity_key, name) == CV_IDENTITY_CONTACT_CHANGED)
    return FALSE;
  return find_or_add (self, identity_key, name, now_s) != NULL;
}

void
cv_identity_contacts_accept (CvIdentityContacts *self, CvSpan identity_key, const char *name,
                             guint64 now_s)
{
  take_key (self, identity_key, name, now_s);
}

void
cv_identity_contacts_set_verified (CvIdentityContacts *self, CvSpan identity_key, const char *name,
                                   CvIdentityVerifiedHow how, guint64 now_s)
{
  CvIdentityContact *contact = take_key (self, identity_key, name, now_s);
  if (contact == NULL)
    return;
  contact->how = how;
  contact->verified_s = now_s;
}

void
cv_identity_contacts_forget (CvIdentityContacts *self, CvSpan identity_key)
{
  CvIdentityContact *contact = find (self, identity_key);
  if (contact != NULL)
    g_ptr_array_remove (self->contacts, contact);
}

gboolean
cv_identity_contacts_save (CvIdentityContacts *self, GError **error)
{
  if (self->path == NULL)
    return TRUE;
  g_auto (CvWriter) plaintext;
  cv_writer_init_secret (&plaintext);
  for (guint i = 0; i < self->contacts->len; i++) {
    const CvIdentityContact *contact = g_ptr_array_index (self->contacts, i);
    cv_writer_vector (&plaintext, cv_span_from_bytes (contact->identity_key));
    cv_writer_vector (&plaintext, cv_span (contact->name, strlen (contact->name)));
    cv_writer_u64 (&plaintext, contact->first_seen_s);
    cv_writer_u64 (&plaintext, contact->last_seen_s);
    cv_writer_u8 (&plaintext, (guint8)contact->how);
    cv_writer_u64 (&plaintext, contact->verified_s);
  }
  g_autoptr (GBytes) box =
      cv_crypto_aead_seal_box (self->crypto, cv_secret_span (self->key), CV_SPAN_LITERAL (MAGIC),
                               cv_writer_span (&plaintext), error);
  if (box == NULL)
    return FALSE;
  g_auto (CvWriter) file;
  cv_writer_init (&file);
  cv_writer_put (&file, CV_SPAN_LITERAL (MAGIC));
  cv_writer_put (&file, cv_span_from_bytes (box));
  return cv_identity_sealed_file_write (self->path, cv_writer_span (&file), error);
}
