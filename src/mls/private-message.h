/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* PrivateMessage: encrypted content and encrypted sender (RFC 9420 §6.3). */
#pragma once

#include "mls/framing.h"
#include "mls/secret-tree.h"

G_BEGIN_DECLS

/* Plaintexts are padded to a multiple of this (E2EE.md section 4). */
#define CV_MLS_PRIVATE_MESSAGE_PAD 256

typedef struct {
  GBytes *group_id;
  guint64 epoch;
  CvMlsContentType content_type;
  GBytes *authenticated_data;
  GBytes *encrypted_sender_data;
  GBytes *ciphertext;
} CvMlsPrivateMessage;

void cv_mls_private_message_clear (CvMlsPrivateMessage *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsPrivateMessage, cv_mls_private_message_clear)
gboolean cv_mls_private_message_read (CvReader *reader, CvMlsPrivateMessage *message);
void cv_mls_private_message_write (CvWriter *writer, const CvMlsPrivateMessage *message);

/* What both directions need of the epoch; borrowed. */
typedef struct {
  CvMlsCipher cipher;
  CvMlsSecretTree *secret_tree;
  CvSpan sender_data_secret;
} CvMlsMessageKeys;

/* Key and nonce of the sender data, drawn from the first Nh bytes of the ciphertext (§6.3.2). */
gboolean
cv_mls_private_message_sender_data_key (const CvMlsCipher *cipher, CvSpan sender_data_secret,
                                        CvSpan ciphertext, CvMlsMessageKey *key,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Full MLSMessage. auth is complete (signed, a commit's tag set), its sender the tree's own leaf,
 * its wire_format CV_MLS_WIRE_PRIVATE_MESSAGE. Uses up a key of the own ratchet: application data
 * the application ratchet, all else the handshake ratchet. */
GBytes *
cv_mls_private_message_protect (const CvMlsMessageKeys *keys, const CvMlsAuthenticatedContent *auth,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A member's signature key, borrowed; FALSE when the leaf is blank or outside the tree. */
typedef gboolean (*CvMlsFindSignatureKey) (gpointer data, CvMlsLeaf leaf, CvSpan *public_key);

typedef struct {
  CvMlsMessageKeys keys;
  CvSpan group_context; /* encoded */
  CvMlsFindSignatureKey find_key;
  gpointer find_data;
} CvMlsPrivateOpenParams;

/* Opens and checks the signature; changes nothing. The caller has checked group id and epoch, judges
 * the content, and lets generation's key go unless it wants to open the message once more. STATE: a
 * message of our own came back. GENERATION: its key is gone, or too far ahead. */
gboolean
cv_mls_private_message_open (const CvMlsPrivateOpenParams *params,
                             const CvMlsPrivateMessage *message, CvMlsAuthenticatedContent *auth,
                             guint32 *generation, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Uses up the key that opened content: it opens once. On failure everything is as before. */
gboolean
cv_mls_private_message_consume (const CvMlsMessageKeys *keys, const CvMlsFramedContent *content,
                                guint32 generation, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
