/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Two members: anna at leaf 0 receives, bela at leaf 1 sends. */
#include "crypto/aead.h"
#include "mls/message.h"
#include "mls/mls-fixture.h"

#define SENDER ((CvMlsLeaf){1})
#define CONTEXT CV_SPAN_LITERAL ("encoded group context")

typedef struct {
  MlsPerson bela;
  CvSecret *sender_data_secret;
  CvMlsSecretTree *sending;
  CvMlsSecretTree *receiving;
} Epoch;

static CvMlsSecretTree *
new_tree (const CvMlsCipher *cipher, CvMlsLeaf own)
{
  g_autoptr (CvSecret) secret = cv_secret_new (cipher->suite->hash_len);
  g_autoptr (GError) error = NULL;
  CvMlsSecretTree *tree = cv_mls_secret_tree_new (cipher, cv_secret_span (secret), 4, own, &error);

  g_assert_no_error (error);
  return tree;
}

static void
epoch_init (Epoch *epoch)
{
  mls_person_init (&epoch->bela, 0xF001, "bela");
  epoch->sender_data_secret = cv_secret_new (epoch->bela.cipher.suite->hash_len);
  epoch->sending = new_tree (&epoch->bela.cipher, SENDER);
  epoch->receiving = new_tree (&epoch->bela.cipher, (CvMlsLeaf){0});
}

static void
epoch_clear (Epoch *epoch)
{
  mls_person_clear (&epoch->bela);
  cv_secret_unref (epoch->sender_data_secret);
  cv_mls_secret_tree_free (epoch->sending);
  cv_mls_secret_tree_free (epoch->receiving);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Epoch, epoch_clear)

static gboolean
find_key (gpointer data, CvMlsLeaf leaf, CvSpan *public_key)
{
  const Epoch *epoch = data;

  *public_key = epoch->bela.params.signature_public;
  return leaf.index == SENDER.index;
}

static void
make_content (const Epoch *epoch, CvMlsContentType type, CvSpan data, CvSpan signature_private,
              CvMlsAuthenticatedContent *auth)
{
  g_autoptr (GError) error = NULL;

  *auth = (CvMlsAuthenticatedContent){
      .wire_format = CV_MLS_WIRE_PRIVATE_MESSAGE,
      .content = {.group_id = g_bytes_new ("group", 5),
                  .epoch = 7,
                  .sender = {.type = CV_MLS_SENDER_MEMBER, .leaf = SENDER},
                  .authenticated_data = g_bytes_new ("aad", 3),
                  .type = type}};
  if (type == CV_MLS_CONTENT_APPLICATION) {
    auth->content.application = g_byte_array_new ();
    g_byte_array_append (auth->content.application, data.data, (guint)data.len);
  } else
    auth->content.proposal = cv_mls_proposal_new_remove ((CvMlsLeaf){0});
  if (!cv_mls_framing_sign (&epoch->bela.cipher, auth, CONTEXT, signature_private, &error))
    g_assert_no_error (error);
}

static GBytes *
protect (Epoch *epoch, const CvMlsAuthenticatedContent *auth)
{
  const CvMlsMessageKeys keys = {epoch->bela.cipher, epoch->sending,
                                 cv_secret_span (epoch->sender_data_secret)};
  g_autoptr (GError) error = NULL;
  GBytes *message = cv_mls_private_message_protect (&keys, auth, &error);

  g_assert_no_error (error);
  return message;
}

static GBytes *
send (Epoch *epoch, CvSpan data)
{
  g_auto (CvMlsAuthenticatedContent) auth = {0};

  make_content (epoch, CV_MLS_CONTENT_APPLICATION, data, epoch->bela.params.signature_private,
                &auth);
  return protect (epoch, &auth);
}

static gboolean
open_with (Epoch *epoch, CvMlsSecretTree *tree, GBytes *encoded, CvMlsAuthenticatedContent *auth,
           GError **error)
{
  const CvMlsPrivateOpenParams params = {
      .keys = {epoch->bela.cipher, tree, cv_secret_span (epoch->sender_data_secret)},
      .group_context = CONTEXT,
      .find_key = find_key,
      .find_data = epoch,
  };
  g_auto (CvMlsMessage) message = {0};
  guint32 generation;

  if (!cv_mls_message_parse (cv_span_from_bytes (encoded), &message, error))
    return FALSE;
  g_assert_cmpint (message.wire_format, ==, CV_MLS_WIRE_PRIVATE_MESSAGE);
  return cv_mls_private_message_open (&params, &message.private_message, auth, &generation, error)
         && cv_mls_private_message_consume (&params.keys, &auth->content, generation, error);
}

static void
assert_opens (Epoch *epoch, GBytes *encoded, CvSpan expected)
{
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_autoptr (GError) error = NULL;

  if (!open_with (epoch, epoch->receiving, encoded, &auth, &error))
    g_assert_no_error (error);
  g_assert_cmpuint (auth.content.sender.leaf.index, ==, SENDER.index);
  g_assert_true (cv_span_equal (cv_span_from_array (auth.content.application), expected));
}

static void
assert_refused (Epoch *epoch, GBytes *encoded, CvMlsError code)
{
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_autoptr (GError) error = NULL;

  g_assert_false (open_with (epoch, epoch->receiving, encoded, &auth, &error));
  g_assert_error (error, CV_MLS_ERROR, (gint)code);
  g_assert_null (auth.content.application);
}

static void
test_opens_once (void)
{
  g_auto (Epoch) epoch;
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;

  epoch_init (&epoch);
  first = send (&epoch, CV_SPAN_LITERAL ("one"));
  second = send (&epoch, CV_SPAN_EMPTY);
  assert_opens (&epoch, second, CV_SPAN_EMPTY);
  assert_opens (&epoch, first, CV_SPAN_LITERAL ("one"));
  assert_refused (&epoch, first, CV_MLS_ERROR_GENERATION);
  assert_refused (&epoch, second, CV_MLS_ERROR_GENERATION);
}

static void
test_flipped (void)
{
  g_auto (Epoch) epoch;
  g_autoptr (GBytes) message = NULL;

  epoch_init (&epoch);
  message = send (&epoch, CV_SPAN_LITERAL ("hello"));
  for (gsize at = 0; at < g_bytes_get_size (message); at++) {
    g_autoptr (GBytes) flipped = mls_fixture_flip (message, at);
    g_auto (CvMlsAuthenticatedContent) auth = {0};
    g_autoptr (GError) error = NULL;

    if (at >= 2 && at < 4)
      continue; /* another wire format: not this function's message */
    g_assert_false (open_with (&epoch, epoch.receiving, flipped, &auth, &error));
    g_assert_true (error->domain == CV_MLS_ERROR);
  }
  /* None of them used up the key. */
  assert_opens (&epoch, message, CV_SPAN_LITERAL ("hello"));
}

static void
test_size_is_padded (void)
{
  gsize last = 0;

  for (gsize len = 0; len < 600; len += 50) {
    g_auto (Epoch) epoch;
    g_autofree guint8 *data = g_malloc0 (len + 1);
    g_autoptr (GBytes) encoded = NULL;
    g_auto (CvMlsMessage) message = {0};
    g_autoptr (GError) error = NULL;
    gsize size;

    epoch_init (&epoch);
    encoded = send (&epoch, cv_span (data, len));
    g_assert_true (cv_mls_message_parse (cv_span_from_bytes (encoded), &message, &error));
    size = g_bytes_get_size (message.private_message.ciphertext) - CV_CRYPTO_AEAD_TAG_LEN;
    g_assert_cmpuint (size % CV_MLS_PRIVATE_MESSAGE_PAD, ==, 0);
    g_assert_cmpuint (size, >=, last);
    last = size;
  }
}

/* A member that knows the epoch's keys, but not bela's signature key. */
static void
test_forged_signature_keeps_the_key (void)
{
  g_auto (Epoch) epoch;
  g_auto (MlsPerson) mallory = {0};
  g_auto (CvMlsAuthenticatedContent) forged = {0};
  g_autoptr (CvMlsSecretTree) stolen = NULL;
  g_autoptr (CvMlsSecretTree) real = NULL;
  g_autoptr (GBytes) bad = NULL;
  g_autoptr (GBytes) good = NULL;

  epoch_init (&epoch);
  mls_person_init (&mallory, 0xF001, "mallory");
  make_content (&epoch, CV_MLS_CONTENT_APPLICATION, CV_SPAN_LITERAL ("I am bela"),
                mallory.params.signature_private, &forged);
  stolen = new_tree (&epoch.bela.cipher, SENDER);
  real = g_steal_pointer (&epoch.sending);
  epoch.sending = g_steal_pointer (&stolen);
  bad = protect (&epoch, &forged);
  cv_mls_secret_tree_free (epoch.sending);
  epoch.sending = g_steal_pointer (&real);
  good = send (&epoch, CV_SPAN_LITERAL ("I am"));

  assert_refused (&epoch, bad, CV_MLS_ERROR_AUTHENTICATION);
  assert_opens (&epoch, good, CV_SPAN_LITERAL ("I am"));
}

static void
test_own_comes_back (void)
{
  g_auto (Epoch) epoch;
  g_autoptr (GBytes) message = NULL;
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_autoptr (GError) error = NULL;

  epoch_init (&epoch);
  message = send (&epoch, CV_SPAN_LITERAL ("hello"));
  g_assert_false (open_with (&epoch, epoch.sending, message, &auth, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
}

/* From leaf 2, which find_key does not know, with all of the epoch's keys. */
static void
test_blank_sender (void)
{
  g_auto (Epoch) epoch;
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_autoptr (GBytes) message = NULL;

  epoch_init (&epoch);
  cv_mls_secret_tree_free (epoch.sending);
  epoch.sending = new_tree (&epoch.bela.cipher, (CvMlsLeaf){2});
  make_content (&epoch, CV_MLS_CONTENT_APPLICATION, CV_SPAN_LITERAL ("boo"),
                epoch.bela.params.signature_private, &auth);
  auth.content.sender.leaf.index = 2;
  message = protect (&epoch, &auth);
  assert_refused (&epoch, message, CV_MLS_ERROR_INVALID);
}

static void
test_handshake_ratchet (void)
{
  g_auto (Epoch) epoch;
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_auto (CvMlsAuthenticatedContent) opened = {0};
  g_auto (CvMlsMessageKey) application = {0};
  g_auto (CvMlsMessageKey) handshake = {0};
  g_autoptr (GBytes) message = NULL;
  g_autoptr (GError) error = NULL;

  epoch_init (&epoch);
  make_content (&epoch, CV_MLS_CONTENT_PROPOSAL, CV_SPAN_EMPTY, epoch.bela.params.signature_private,
                &auth);
  message = protect (&epoch, &auth);
  if (!open_with (&epoch, epoch.receiving, message, &opened, &error))
    g_assert_no_error (error);
  g_assert_cmpint (opened.content.proposal->type, ==, CV_MLS_PROPOSAL_REMOVE);
  g_assert_true (
      cv_mls_secret_tree_next (epoch.sending, CV_MLS_RATCHET_APPLICATION, &application, &error));
  g_assert_true (
      cv_mls_secret_tree_next (epoch.sending, CV_MLS_RATCHET_HANDSHAKE, &handshake, &error));
  g_assert_cmpuint (application.generation, ==, 0);
  g_assert_cmpuint (handshake.generation, ==, 1);
}

/* Seals any plaintext as bela, generation 0, with an empty reuse guard. */
static GBytes *
seal_raw (Epoch *epoch, CvSpan plaintext)
{
  const CvMlsCipher *cipher = &epoch->bela.cipher;
  g_auto (CvMlsPrivateMessage) message = {.group_id = g_bytes_new ("group", 5),
                                          .epoch = 7,
                                          .content_type = CV_MLS_CONTENT_APPLICATION,
                                          .authenticated_data = g_bytes_new ("aad", 3)};
  g_auto (CvMlsMessageKey) key = {0};
  g_auto (CvMlsMessageKey) sender_key = {0};
  g_auto (CvWriter) aad = {0};
  g_auto (CvWriter) out = {0};
  g_autoptr (GError) error = NULL;
  const guint8 sender[12] = {0, 0, 0, 1};
  CvCryptoAeadParams params;

  g_assert_true (
      cv_mls_secret_tree_next (epoch->sending, CV_MLS_RATCHET_APPLICATION, &key, &error));
  cv_writer_init (&aad);
  cv_writer_vector (&aad, CV_SPAN_LITERAL ("group"));
  cv_writer_u64 (&aad, 7);
  cv_writer_u8 (&aad, CV_MLS_CONTENT_APPLICATION);
  cv_writer_vector (&aad, CV_SPAN_LITERAL ("aad"));
  params = (CvCryptoAeadParams){cipher->suite->aead, cv_secret_span (key.key),
                                cv_secret_span (key.nonce), cv_writer_span (&aad)};
  message.ciphertext = cv_crypto_aead_seal_once (cipher->crypto, &params, plaintext, &error);
  g_assert_true (cv_mls_private_message_sender_data_key (
      cipher, cv_secret_span (epoch->sender_data_secret), cv_span_from_bytes (message.ciphertext),
      &sender_key, &error));
  params.key = cv_secret_span (sender_key.key);
  params.nonce = cv_secret_span (sender_key.nonce);
  params.aad.len -= 4; /* without the authenticated data */
  message.encrypted_sender_data =
      cv_crypto_aead_seal_once (cipher->crypto, &params, CV_SPAN_ARRAY (sender), &error);
  g_assert_no_error (error);
  cv_writer_init (&out);
  cv_mls_message_write_header (&out, CV_MLS_WIRE_PRIVATE_MESSAGE);
  cv_mls_private_message_write (&out, &message);
  return cv_writer_take (&out);
}

static void
test_padding_must_be_zero (void)
{
  for (guint8 last = 0; last < 2; last++) {
    g_auto (Epoch) epoch;
    g_auto (CvMlsAuthenticatedContent) auth = {0};
    g_auto (CvWriter) plaintext = {0};
    g_autoptr (GBytes) message = NULL;

    epoch_init (&epoch);
    make_content (&epoch, CV_MLS_CONTENT_APPLICATION, CV_SPAN_LITERAL ("x"),
                  epoch.bela.params.signature_private, &auth);
    cv_writer_init (&plaintext);
    cv_mls_framed_content_write_body (&plaintext, &auth.content);
    cv_mls_framing_write_auth (&plaintext, &auth);
    cv_writer_u32 (&plaintext, 0);
    cv_writer_u8 (&plaintext, last);
    message = seal_raw (&epoch, cv_writer_span (&plaintext));
    if (last == 0)
      assert_opens (&epoch, message, CV_SPAN_LITERAL ("x"));
    else
      assert_refused (&epoch, message, CV_MLS_ERROR_MALFORMED);
  }
}

static void
test_garbage_inside (void)
{
  static const CvSpan inside[] = {
      {(const guint8 *)"", 0},
      {(const guint8 *)"\x05"
                       "abc",
       4},
      {(const guint8 *)"\xff\xff\xff\xff", 4},
      {(const guint8 *)"\x01"
                       "a\x40\x01s",
       5},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (inside); i++) {
    g_auto (Epoch) epoch;
    g_autoptr (GBytes) message = NULL;

    epoch_init (&epoch);
    message = seal_raw (&epoch, inside[i]);
    assert_refused (&epoch, message, CV_MLS_ERROR_MALFORMED);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/private-message/opens-once-in-any-order", test_opens_once);
  g_test_add_func ("/mls/private-message/flipped-is-refused-and-costs-nothing", test_flipped);
  g_test_add_func ("/mls/private-message/size-is-padded", test_size_is_padded);
  g_test_add_func ("/mls/private-message/forged-signature-keeps-the-key",
                   test_forged_signature_keeps_the_key);
  g_test_add_func ("/mls/private-message/own-comes-back", test_own_comes_back);
  g_test_add_func ("/mls/private-message/blank-sender", test_blank_sender);
  g_test_add_func ("/mls/private-message/handshake-ratchet", test_handshake_ratchet);
  g_test_add_func ("/mls/private-message/padding-must-be-zero", test_padding_must_be_zero);
  g_test_add_func ("/mls/private-message/garbage-inside", test_garbage_inside);
  return g_test_run ();
}
