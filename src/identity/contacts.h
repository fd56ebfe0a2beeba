/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Identity keys met before, in an encrypted file (E2EE.md section 6). Main thread.
 *
 * Answers one question: is this key the one we know under that name? */
#pragma once

#include "identity/key-pair.h"

G_BEGIN_DECLS

typedef enum {
  CV_IDENTITY_CONTACT_NEW, /* first time with this device */
  CV_IDENTITY_CONTACT_KNOWN,
  CV_IDENTITY_CONTACT_VERIFIED,
  /* Somebody else has the name: it is known with another key, and this key is new or known under
   * another name. Warn before any media. */
  CV_IDENTITY_CONTACT_CHANGED,
} CvIdentityContactState;

typedef enum {
  CV_IDENTITY_UNVERIFIED = 0,
  CV_IDENTITY_VERIFIED_SAFETY_NUMBER = 1,
  CV_IDENTITY_VERIFIED_QR_CODE = 2,
} CvIdentityVerifiedHow;

typedef struct {
  GBytes *identity_key;
  char *name;
  guint64 first_seen_s;
  guint64 last_seen_s;
  CvIdentityVerifiedHow how;
  guint64 verified_s;
} CvIdentityContact;

typedef struct CvIdentityContacts CvIdentityContacts;

/* key: 32 bytes, of the store. path NULL: nothing is ever written (one-time identities). A file
 * that does not open is AUTHENTICATION or MALFORMED: nothing is overwritten, tell the person. */
CvIdentityContacts *cv_identity_contacts_new (CvCrypto *crypto, CvSecret *key, const char *path,
                                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_identity_contacts_free (CvIdentityContacts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvIdentityContacts, cv_identity_contacts_free)

/* Names that differ only in case, width or what is invisible are one; look-alike letters of other
 * scripts are not. A known key with a name that nobody else has
 * stays what it was. */
CvIdentityContactState
cv_identity_contacts_find (const CvIdentityContacts *self, CvSpan identity_key, const char *name);
const CvIdentityContact *cv_identity_contacts_get (const CvIdentityContacts *self,
                                                   CvSpan identity_key); /* NULL: never met */
guint cv_identity_contacts_get_n (const CvIdentityContacts *self);

/* Remembers a meeting. FALSE, and no change, while the state is CHANGED: the person must accept
 * first. */
gboolean cv_identity_contacts_note_met (CvIdentityContacts *self, CvSpan identity_key,
                                        const char *name, guint64 now_s);
/* The warning was read: the key is KNOWN from now on, and so is every other key of that name, also
 * if it was VERIFIED. */
void cv_identity_contacts_accept (CvIdentityContacts *self, CvSpan identity_key, const char *name,
                                  guint64 now_s);
/* The safety number matched. If the state was CHANGED, the other keys of that name are KNOWN from
 * now on; each can be verified again. */
void cv_identity_contacts_set_verified (CvIdentityContacts *self, CvSpan identity_key,
                                        const char *name, CvIdentityVerifiedHow how, guint64 now_s);
void cv_identity_contacts_forget (CvIdentityContacts *self, CvSpan identity_key);

/* Sealed, written whole, moved into place. Small: a few milliseconds. */
gboolean
cv_identity_contacts_save (CvIdentityContacts *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
