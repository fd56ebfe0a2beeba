/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The invite link: conclave://HOST[:PORT]/ROOM#k=SECRET[&f=PIN][&p=1|2][&s=SUITE].
 *
 * Parsed strictly, written canonically. What stands after # never goes to a server. Any thread, one at a time. */
#pragma once

#include "base/bytes.h"
#include "base/secret.h"

G_BEGIN_DECLS

#define CV_INVITE_LINK_ROOM_BYTES 16
#define CV_INVITE_LINK_SECRET_BYTES 32
#define CV_INVITE_LINK_PIN_BYTES 32
#define CV_INVITE_LINK_DEFAULT_PORT 443

/* Whether the room has a passcode, and what makes a key of it: who opened the room has decided. */
typedef enum {
  CV_INVITE_LINK_NO_PASSCODE,
  CV_INVITE_LINK_PASSCODE_ARGON2ID, /* p=1 */
  CV_INVITE_LINK_PASSCODE_PBKDF2, /* p=2: what FIPS 140 allows */
} CvInviteLinkPasscode;

typedef struct {
  char *host; /* lower-case name, IPv4 or IPv6 address; IPv6 without its brackets */
  guint16 port; /* 1 to 65535; the default is not written */
  guint8 room[CV_INVITE_LINK_ROOM_BYTES];
  CvSecret *secret; /* 32 bytes */
  gboolean has_pin;
  guint8 pin[CV_INVITE_LINK_PIN_BYTES]; /* SHA-256 of the server's SubjectPublicKeyInfo */
  CvInviteLinkPasscode passcode;
  /* The room's suite, 1 to 16 lower-case letters, digits and hyphens; NULL: the default. Who invites
   * says it, so that a joiner makes the right KeyPackage and the server cannot talk it down. */
  char *suite;
} CvInviteLink;

/* NULL with CV_PROTOCOL_ERROR_LINK. White space around the link is allowed: it is pasted. */
CvInviteLink *cv_invite_link_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* host as the field says; secret is referenced. pin: 32 bytes or NULL. NULL with
 * CV_PROTOCOL_ERROR_LINK when the host is none. */
CvInviteLink *
cv_invite_link_new (const char *host, guint16 port,
                    const guint8 room[static CV_INVITE_LINK_ROOM_BYTES], CvSecret *secret,
                    const guint8 *pin, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Without the secret: for who talks to the server. Full. */
CvInviteLink *cv_invite_link_copy_public (const CvInviteLink *link);
void cv_invite_link_free (CvInviteLink *link); /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvInviteLink, cv_invite_link_free)

/* Full; it holds the secret: show it, do not log it. */
char *cv_invite_link_to_string (const CvInviteLink *link);

/* The room id as the room protocol writes it: 22 characters; full. */
char *cv_invite_link_dup_room_id (const CvInviteLink *link);

G_END_DECLS
