/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Two layers: the content under the sender's ratchet, and who the sender is under a key that is
 * drawn from the ciphertext. The receiver opens both and checks the signature. Only then
 * may the key go: who forges a message must not be able to burn the key of a real one. */
#include "mls/private-message.h"

#include "mls/error.h"
#include "mls/message.h"
#include "crypto/aead.h"
#include "crypto/random.h"

#define REUSE_GUARD_LEN 4

typedef struct {
  CvMlsLeaf leaf;
  guint32 generation;
  guint8 reuse_guard[REUSE_GUARD_LEN];
} SenderData;

void
cv_mls_private_message_clear (CvMlsPrivateMessage *message)
{
  g_clear_pointer (&message->group_id, g_bytes_unref);
  g_clear_pointer (&message->authenticated_data, g_bytes_unref);
  g_clear_pointer (&message->encrypted_sender_data, g_bytes_unref);
  g_clear_pointer (&message->ciphertext, g_bytes_unref);
}

gboolean
cv_mls_private_message_read (CvReader *reader, CvMlsPrivateMessage *message)
{
  *message = (CvMlsPrivateMessage){0};
  message->group_id = cv_reader_dup_vector (reader, CV_MLS_LIMIT_GROUP_ID);
  message->epoch = cv_reader_u64 (reader);
  message->content_type = (CvMlsContentType)cv_reader_u8 (reader);
  /* §6: there are no other kinds of content. */
  if (message->content_type < CV_MLS_CONTENT_APPLICATION
      || message->content_type > CV_MLS_CONTENT_COMMIT)
    cv_reader_fail (reader);
  message->authenticated_data = cv_reader_dup_vector (reader, CV_MLS_LIMIT_OPAQUE);
  message->encrypted_sender_data = cv_reader_dup_vector (reader, CV_MLS_LIMIT_SENDER_DATA);
  message->ciphertext = cv_reader_dup_vector (reader, CV_MLS_LIMIT_MESSAGE);
  if (cv_reader_is_ok (reader))
    return TRUE;
  cv_mls_private_message_clear (message);
  return FALSE;
}

/* What the content's and the sender data's AAD begin with. */
static void
write_aad_head (CvWriter *writer, const CvMlsPrivateMessage *message)
{
  cv_writer_vector (writer, cv_span_from_bytes (message->group_id));
  cv_writer_u64 (writer, message->epoch);
  cv_writer_u8 (writer, (guint8)message->content_type);
}

static void
write_content_aad (CvWriter *writer, const CvMlsPrivateMessage *message)
{
  write_aad_head (writer, message);
  cv_writer_vector (writer, cv_span_from_bytes (message->authenticated_data));
}

void
cv_mls_private_message_write (CvWriter *writer, const CvMlsPrivateMessage *message)
{
  write_content_aad (writer, message);
  cv_writer_vector (writer, cv_span_from_bytes (message->encrypted_sender_data));
  cv_writer_vector (writer, cv_span_from_bytes (message->ciphertext));
}

static CvMlsRatchetType
ratchet_type_for (CvMlsContentType type)
{
  return type == CV_MLS_CONTENT_APPLICATION ? CV_MLS_RATCHET_APPLICATION : CV_MLS_RATCHET_HANDSHAKE;
}

gboolean
cv_mls_private_message_sender_data_key (const CvMlsCipher *cipher, CvSpan sender_data_secret,
                                        CvSpan ciphertext, CvMlsMessageKey *key, GError **error)
{
  g_auto (CvMlsMessageKey) made = {0};
  const CvSpan sample =
      cv_span (ciphertext.data, MIN (ciphertext.len, (gsize)cipher->suite->hash_len));

  *key = (CvMlsMessageKey){0};
  made.key = cv_mls_labels_expand (cipher, sender_data_secret, "key", sample,
                                   cipher->suite->key_len, error);
  if (!made.key)
    return FALSE;
  made.nonce = cv_mls_labels_expand (cipher, sender_data_secret, "nonce", sample,
                                     cipher->suite->nonce_len, error);
  if (!made.nonce)
    return FALSE;
  *key = made;
  made = (CvMlsMessageKey){0};
  return TRUE;
}

/* §6.3.1: so that two members who restored the same state do not meet in one nonce. */
static void
apply_reuse_guard (guint8 nonce[static CV_CRYPTO_AEAD_NONCE_LEN], const CvMlsMessageKey *key,
                   const guint8 guard[static REUSE_GUARD_LEN])
{
  const CvSpan base = cv_secret_span (key->nonce);

  for (gsize i = 0; i < CV_CRYPTO_AEAD_NONCE_LEN; i++)
    nonce[i] = base.data[i] ^ (i < REUSE_GUARD_LEN ? guard[i] : 0);
}

static CvCryptoAeadParams
aead_params (const CvMlsCipher *cipher, const CvMlsMessageKey *key, CvSpan nonce, CvSpan aad)
{
  return (CvCryptoAeadParams){cipher->suite->aead, cv_secret_span (key->key), nonce, aad};
}

/* ---- sending ---- */

static void
write_plaintext (CvWriter *writer, const CvMlsAuthenticatedContent *auth)
{
  static const guint8 zeroes[CV_MLS_PRIVATE_MESSAGE_PAD];
  gsize rest;

  cv_mls_framed_content_write_body (writer, &auth->content);
  cv_mls_framing_write_auth (writer, auth);
  rest = cv_writer_span (writer).len % CV_MLS_PRIVATE_MESSAGE_PAD;
  if (rest > 0)
    cv_writer_put (writer, cv_span (zeroes, CV_MLS_PRIVATE_MESSAGE_PAD - rest));
}

static GBytes *
seal_content (const CvMlsMessageKeys *keys, const CvMlsPrivateMessage *message,
              const CvMlsAuthenticatedContent *auth, const CvMlsMessageKey *key,
              const guint8 guard[static REUSE_GUARD_LEN], GError **error)
{
  g_auto (CvWriter) plaintext = {0};
  g_auto (CvWriter) aad = {0};
  guint8 nonce[CV_CRYPTO_AEAD_NONCE_LEN];
  CvCryptoAeadParams params;
  GBytes *ciphertext;

  /* A commit's bytes are not secret enough for a writer that copies at each growth. */
  if (auth->content.type == CV_MLS_CONTENT_APPLICATION)
    cv_writer_init_secret (&plaintext);
  else
    cv_writer_init (&plaintext);
  write_plaintext (&plaintext, auth);
  cv_writer_init (&aad);
  write_content_aad (&aad, message);
  apply_reuse_guard (nonce, key, guard);
  params = aead_params (&keys->cipher, key, CV_SPAN_ARRAY (nonce), cv_writer_span (&aad));
  ciphertext =
      cv_crypto_aead_seal_once (keys->cipher.crypto, &params, cv_writer_span (&plaintext), error);
  cv_secret_wipe (nonce, sizeof nonce);
  return ciphertext;
}

static GBytes *
seal_sender_data (const CvMlsMessageKeys *keys, const CvMlsPrivateMessage *message,
                  const SenderData *sender, GError **error)
{
  g_auto (CvMlsMessageKey) key = {0};
  g_auto (CvWriter) plaintext = {0};
  g_auto (CvWriter) aad = {0};
  CvCryptoAeadParams params;

  if (!cv_mls_private_message_sender_data_key (&keys->cipher, keys->sender_data_secret,
                                               cv_span_from_bytes (message->ciphertext), &key,
                                               error))
    return NULL;
  cv_writer_init (&plaintext);
  cv_writer_u32 (&plaintext, sender->leaf.index);
  cv_writer_u32 (&plaintext, sender->generation);
  cv_writer_put (&plaintext, CV_SPAN_ARRAY (sender->reuse_guard));
  cv_writer_init (&aad);
  write_aad_head (&aad, message);
  params = aead_params (&keys->cipher, &key, cv_secret_span (key.nonce), cv_writer_span (&aad));
  return cv_crypto_aead_seal_once (keys->cipher.crypto, &params, cv_writer_span (&plaintext),
                                   error);
}

static gboolean
seal (const CvMlsMessageKeys *keys, const CvMlsAuthenticatedContent *auth,
      CvMlsPrivateMessage *message, GError **error)
{
  g_auto (CvMlsMessageKey) key = {0};
  SenderData sender = {.leaf = auth->content.sender.leaf};

  if (!cv_crypto_random_fill (keys->cipher.crypto, sender.reuse_guard, REUSE_GUARD_LEN, error)
      || !cv_mls_secret_tree_next (keys->secret_tree, ratchet_type_for (auth->content.type), &key,
                                   error))
    return FALSE;
  sender.generation = key.generation;
  message->ciphertext = seal_content (keys, message, auth, &key, sender.reuse_guard, error);
  if (!message->ciphertext)
    return FALSE;
  message->encrypted_sender_data = seal_sender_data (keys, message, &sender, error);
  return message->encrypted_sender_data != NULL;
}

GBytes *
cv_mls_private_message_protect (const CvMlsMessageKeys *keys, const CvMlsAuthenticatedContent *auth,
                                GError **error)
{
  const CvMlsFramedContent *content = &auth->content;
  g_auto (CvMlsPrivateMessage) message = {0};
  g_auto (CvWriter) writer = {0};

  g_return_val_if_fail (auth->wire_format == CV_MLS_WIRE_PRIVATE_MESSAGE, NULL);
  g_return_val_if_fail (content->sender.type == CV_MLS_SENDER_MEMBER, NULL);
  g_return_val_if_fail (cv_mls_tree_math_leaf_equal (
                            content->sender.leaf, cv_mls_secret_tree_get_own (keys->secret_tree)),
                        NULL);
  message.group_id = g_bytes_ref (content->group_id);
  message.epoch = content->epoch;
  message.content_type = content->type;
  message.authenticated_data = cv_span_dup (cv_span_from_bytes (content->authenticated_data));
  if (!seal (keys, auth, &message, error))
    return NULL;
  cv_writer_init (&writer);
  cv_mls_message_write_header (&writer, CV_MLS_WIRE_PRIVATE_MESSAGE);
  cv_mls_private_message_write (&writer, &message);
  return cv_writer_take (&writer);
}

/* ---- receiving ---- */

static gboolean
open_sender_data (const CvMlsMessageKeys *keys, const CvMlsPrivateMessage *message,
                  SenderData *sender, GError **error)
{
  g_auto (CvMlsMessageKey) key = {0};
  g_auto (CvWriter) aad = {0};
  GError *local = NULL;
  CvCryptoAeadParams params;
  GByteArray *plaintext;
  CvReader reader;

  if (!cv_mls_private_message_sender_data_key (&keys->cipher, keys->sender_data_secret,
                                               cv_span_from_bytes (message->ciphertext), &key,
                                               error))
    return FALSE;
  cv_writer_init (&aad);
  write_aad_head (&aad, message);
  params = aead_params (&keys->cipher, &key, cv_secret_span (key.nonce), cv_writer_span (&aad));
  plaintext = cv_crypto_aead_open_once (
      keys->cipher.crypto, &params, cv_span_from_bytes (message->encrypted_sender_data), &local);
  if (!plaintext)
    return cv_mls_error_adopt (error, local);
  cv_reader_init (&reader, cv_span_from_array (plaintext));
  sender->leaf.index = cv_reader_u32 (&reader);
  sender->generation = cv_reader_u32 (&reader);
  cv_reader_copy (&reader, sender->reuse_guard, REUSE_GUARD_LEN);
  cv_crypto_aead_free_plaintext (plaintext);
  /* §6.3.2: these three and nothing else. */
  return cv_reader_finish (&reader) || cv_mls_error_fail_malformed (error, "sender data");
}

static GByteArray *
open_content (const CvMlsMessageKeys *keys, const CvMlsPrivateMessage *message,
              const SenderData *sender, GError **error)
{
  g_auto (CvMlsMessageKey) key = {0};
  g_auto (CvWriter) aad = {0};
  guint8 nonce[CV_CRYPTO_AEAD_NONCE_LEN];
  GError *local = NULL;
  CvCryptoAeadParams params;
  GByteArray *plaintext;

  if (!cv_mls_secret_tree_peek (keys->secret_tree, sender->leaf,
                                ratchet_type_for (message->content_type), sender->generation, &key,
                                error))
    return NULL;
  cv_writer_init (&aad);
  write_content_aad (&aad, message);
  apply_reuse_guard (nonce, &key, sender->reuse_guard);
  params = aead_params (&keys->cipher, &key, CV_SPAN_ARRAY (nonce), cv_writer_span (&aad));
  plaintext = cv_crypto_aead_open_once (keys->cipher.crypto, &params,
                                        cv_span_from_bytes (message->ciphertext), &local);
  cv_secret_wipe (nonce, sizeof nonce);
  if (!plaintext)
    cv_mls_error_adopt (error, local);
  return plaintext;
}

static gboolean
parse_content (CvSpan plaintext, CvMlsAuthenticatedContent *auth, GError **error)
{
  CvReader reader;
  CvSpan padding;

  cv_reader_init (&reader, plaintext);
  cv_mls_framed_content_read_body (&reader, &auth->content);
  cv_mls_framing_read_auth (&reader, auth);
  padding = cv_reader_take (&reader, cv_reader_remaining (&reader));
  /* RFC 9420 §6.3.1: padding other than zero MUST be rejected. */
  for (gsize i = 0; i < padding.len; i++)
    if (padding.data[i] != 0)
      cv_reader_fail (&reader);
  return cv_reader_finish (&reader) || cv_mls_error_fail_malformed (error, "message content");
}

static gboolean
check_signature (const CvMlsPrivateOpenParams *params, const CvMlsAuthenticatedContent *auth,
                 GError **error)
{
  CvSpan public_key;

  /* §6.3.2: the sender's leaf is not blank. */
  if (!params->find_key (params->find_data, auth->content.sender.leaf, &public_key))
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "sender is no member");
  return cv_mls_framing_verify (&params->keys.cipher, auth, params->group_context, public_key,
                                error);
}

gboolean
cv_mls_private_message_open (const CvMlsPrivateOpenParams *params,
                             const CvMlsPrivateMessage *message, CvMlsAuthenticatedContent *auth,
                             guint32 *generation, GError **error)
{
  const CvMlsMessageKeys *keys = &params->keys;
  g_auto (CvMlsAuthenticatedContent) opened = {.wire_format = CV_MLS_WIRE_PRIVATE_MESSAGE};
  GByteArray *plaintext;
  SenderData sender;
  gboolean is_parsed;

  *auth = (CvMlsAuthenticatedContent){0};
  if (!open_sender_data (keys, message, &sender, error))
    return FALSE;
  plaintext = open_content (keys, message, &sender, error);
  if (!plaintext)
    return FALSE;
  opened.content.group_id = g_bytes_ref (message->group_id);
  opened.content.epoch = message->epoch;
  opened.content.sender = (CvMlsSender){.type = CV_MLS_SENDER_MEMBER, .leaf = sender.leaf};
  opened.content.authenticated_data = g_bytes_ref (message->authenticated_data);
  opened.content.type = message->content_type;
  is_parsed = parse_content (cv_span_from_array (plaintext), &opened, error);
  cv_crypto_aead_free_plaintext (plaintext);
  if (!is_parsed || !check_signature (params, &opened, error))
    return FALSE;
  *generation = sender.generation;
  *auth = opened;
  opened = (CvMlsAuthenticatedContent){0};
  return TRUE;
}

gboolean
cv_mls_private_message_consume (const CvMlsMessageKeys *keys, const CvMlsFramedContent *content,
                                guint32 generation, GError **error)
{
  return cv_mls_secret_tree_consume (keys->secret_tree, content->sender.leaf,
                                     ratchet_type_for (content->type), generation, error);
}
