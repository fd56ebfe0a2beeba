/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* PublicMessage: signed, with a membership tag, not encrypted (RFC 9420 §6.2).
 *
 * Conclave sends handshakes as PrivateMessage; this is for external commits, which have no other
 * form, and for interop. */
#pragma once

#include "mls/framing.h"

G_BEGIN_DECLS

typedef struct {
  CvMlsAuthenticatedContent auth; /* wire_format is CV_MLS_WIRE_PUBLIC_MESSAGE */
  GBytes *membership_tag; /* sender member, else NULL */
} CvMlsPublicMessage;

void cv_mls_public_message_clear (CvMlsPublicMessage *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsPublicMessage, cv_mls_public_message_clear)
gboolean cv_mls_public_message_read (CvReader *reader, CvMlsPublicMessage *message);
void cv_mls_public_message_write (CvWriter *writer, const CvMlsPublicMessage *message);

/* Full MLSMessage. Adds the tag when the sender is a member; membership_key may then not be empty.
 * Application data is INVALID here (§6). */
GBytes *
cv_mls_public_message_protect (const CvMlsCipher *cipher, const CvMlsAuthenticatedContent *auth,
                               CvSpan group_context, CvSpan membership_key,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Checks the membership tag of a member's message, and that it is no application data; the
 * signature stays to be checked with cv_mls_framing_verify. */
gboolean
cv_mls_public_message_check_tag (const CvMlsCipher *cipher, const CvMlsPublicMessage *message,
                                 CvSpan group_context, CvSpan membership_key,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
