/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* mls/message-protection.json: two members, the one at leaf 1 sends. */
#include "crypto/aead.h"
#include "mls/message.h"
#include "mls/mls-vectors.h"

#define SENDER ((CvMlsLeaf){1})
#define RECEIVER ((CvMlsLeaf){0})

/* One case's epoch. */
typedef struct {
  CvMlsCipher cipher;
  CvMlsGroupContext context;
  GBytes *encoded_context;
  GBytes *signature_public;
  CvSecret *signature_private;
  CvSecret *encryption_secret;
  CvSecret *sender_data_secret;
  CvSecret *membership_key;
} Epoch;

static void
epoch_init (Epoch *epoch, JsonObject *test_case, const CvMlsCipher *cipher)
{
  *epoch = (Epoch){
      .cipher = *cipher,
      .context = {.suite = cipher->suite->id,
                  .group_id = cv_vectors_dup_hex (test_case, "group_id"),
                  .epoch = cv_vectors_get_uint (test_case, "epoch"),
                  .tree_hash = cv_vectors_dup_hex (test_case, "tree_hash"),
                  .confirmed_transcript_hash =
                      cv_vectors_dup_hex (test_case, "confirmed_transcript_hash")},
      .signature_public = cv_vectors_dup_hex (test_case, "signature_pub"),
      .signature_private =
          mls_vectors_dup_signature_private (test_case, "signature_priv", cipher->suite),
      .encryption_secret = mls_vectors_dup_secret (test_case, "encryption_secret"),
      .sender_data_secret = mls_vectors_dup_secret (test_case, "sender_data_secret"),
      .membership_key = mls_vectors_dup_secret (test_case, "membership_key"),
  };
  epoch->encoded_context = cv_mls_group_context_encode (&epoch->context);
}

static void
epoch_clear (Epoch *epoch)
{
  cv_mls_group_context_clear (&epoch->context);
  g_bytes_unref (epoch->encoded_context);
  g_bytes_unref (epoch->signature_public);
  cv_secret_unref (epoch->signature_private);
  cv_secret_unref (epoch->encryption_secret);
  cv_secret_unref (epoch->sender_data_secret);
  cv_secret_unref (epoch->membership_key);
}

static gboolean
find_key (gpointer data, CvMlsLeaf leaf, CvSpan *public_key)
{
  const Epoch *epoch = data;

  *public_key = cv_span_from_bytes (epoch->signature_public);
  return leaf.index == SENDER.index;
}

static CvMlsSecretTree *
new_tree (const Epoch *epoch, CvMlsLeaf own)
{
  g_autoptr (GError) error = NULL;
  CvMlsSecretTree *tree = cv_mls_secret_tree_new (
      &epoch->cipher, cv_secret_span (epoch->encryption_secret), 2, own, &error);

  g_assert_no_error (error);
  return tree;
}

/* The raw proposal, commit or application data. */
static void
assert_body (const CvMlsAuthenticatedContent *auth, CvSpan raw, guint index)
{
  g_auto (CvWriter) writer = {0};

  if (auth->content.type == CV_MLS_CONTENT_APPLICATION) {
    cv_vectors_assert_equal (cv_span_from_array (auth->content.application), raw, "application",
                             index);
    return;
  }
  cv_writer_init (&writer);
  cv_mls_framed_content_write_body (&writer, &auth->content);
  cv_vectors_assert_equal (cv_writer_span (&writer), raw, "content", index);
}

static void
check_private (Epoch *epoch, CvSpan encoded, CvSpan raw, guint index)
{
  g_autoptr (CvMlsSecretTree) tree = new_tree (epoch, RECEIVER);
  const CvMlsPrivateOpenParams params = {
      .keys = {epoch->cipher, tree, cv_secret_span (epoch->sender_data_secret)},
      .group_context = cv_span_from_bytes (epoch->encoded_context),
      .find_key = find_key,
      .find_data = epoch,
  };
  g_auto (CvMlsMessage) message = {0};
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_autoptr (GError) error = NULL;
  guint32 generation;

  g_assert_true (cv_mls_message_parse (encoded, &message, &error));
  g_assert_cmpint (message.wire_format, ==, CV_MLS_WIRE_PRIVATE_MESSAGE);
  g_assert_true (
      cv_mls_private_message_open (&params, &message.private_message, &auth, &generation, &error));
  g_assert_no_error (error);
  assert_body (&auth, raw, index);
  g_assert_true (cv_mls_private_message_consume (&params.keys, &auth.content, generation, &error));
  cv_mls_authenticated_content_clear (&auth);
  g_assert_false (
      cv_mls_private_message_open (&params, &message.private_message, &auth, &generation, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_GENERATION);
}

static void
check_public (const Epoch *epoch, CvSpan encoded, CvSpan raw, guint index)
{
  CvSpan context = cv_span_from_bytes (epoch->encoded_context);
  g_auto (CvMlsMessage) message = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_message_parse (encoded, &message, &error));
  g_assert_cmpint (message.wire_format, ==, CV_MLS_WIRE_PUBLIC_MESSAGE);
  g_assert_true (cv_mls_public_message_check_tag (&epoch->cipher, &message.public_message, context,
                                                  cv_secret_span (epoch->membership_key), &error));
  g_assert_true (cv_mls_framing_verify (&epoch->cipher, &message.public_message.auth, context,
                                        cv_span_from_bytes (epoch->signature_public), &error));
  g_assert_no_error (error);
  assert_body (&message.public_message.auth, raw, index);
}

/* Ours, signed; a commit's tag is arbitrary here. */
static void
make_content (const Epoch *epoch, CvMlsContentType type, guint16 wire_format, CvSpan raw,
              CvMlsAuthenticatedContent *auth)
{
  g_auto (CvWriter) body = {0};
  g_autoptr (GError) error = NULL;
  CvReader reader;

  *auth = (CvMlsAuthenticatedContent){
      .wire_format = wire_format,
      .content = {.group_id = g_bytes_ref (epoch->context.group_id),
                  .epoch = epoch->context.epoch,
                  .sender = {.type = CV_MLS_SENDER_MEMBER, .leaf = SENDER},
                  .authenticated_data = g_bytes_new (NULL, 0),
                  .type = type}};
  cv_writer_init (&body);
  if (type == CV_MLS_CONTENT_APPLICATION)
    cv_writer_vector (&body, raw);
  else
    cv_writer_put (&body, raw);
  cv_reader_init (&reader, cv_writer_span (&body));
  cv_mls_framed_content_read_body (&reader, &auth->content);
  g_assert_true (cv_reader_finish (&reader));
  g_assert_true (cv_mls_framing_sign (&epoch->cipher, auth,
                                      cv_span_from_bytes (epoch->encoded_context),
                                      cv_secret_span (epoch->signature_private), &error));
  g_assert_no_error (error);
  if (type == CV_MLS_CONTENT_COMMIT)
    auth->confirmation_tag = g_bytes_new ("tag", 3);
}

static void
check_own_private (Epoch *epoch, CvMlsContentType type, CvSpan raw, guint index)
{
  g_autoptr (CvMlsSecretTree) tree = new_tree (epoch, SENDER);
  const CvMlsMessageKeys keys = {epoch->cipher, tree, cv_secret_span (epoch->sender_data_secret)};
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_autoptr (GBytes) made = NULL;
  g_autoptr (GError) error = NULL;

  make_content (epoch, type, CV_MLS_WIRE_PRIVATE_MESSAGE, raw, &auth);
  made = cv_mls_private_message_protect (&keys, &auth, &error);
  g_assert_no_error (error);
  check_private (epoch, cv_span_from_bytes (made), raw, index);
}

static void
check_own_public (const Epoch *epoch, CvMlsContentType type, CvSpan raw, guint index)
{
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_autoptr (GBytes) made = NULL;
  g_autoptr (GError) error = NULL;

  make_content (epoch, type, CV_MLS_WIRE_PUBLIC_MESSAGE, raw, &auth);
  made = cv_mls_public_message_protect (&epoch->cipher, &auth,
                                        cv_span_from_bytes (epoch->encoded_context),
                                        cv_secret_span (epoch->membership_key), &error);
  if (type == CV_MLS_CONTENT_APPLICATION) {
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
    return;
  }
  g_assert_no_error (error);
  check_public (epoch, cv_span_from_bytes (made), raw, index);
}

static void
run (JsonObject *test_case, guint index, const CvMlsCipher *cipher)
{
  static const struct {
    CvMlsContentType type;
    const char *raw;
    const char *public_message; /* NULL: there is none */
    const char *private_message;
  } kinds[] = {
      {CV_MLS_CONTENT_PROPOSAL, "proposal", "proposal_pub", "proposal_priv"},
      {CV_MLS_CONTENT_COMMIT, "commit", "commit_pub", "commit_priv"},
      {CV_MLS_CONTENT_APPLICATION, "application", NULL, "application_priv"},
  };
  Epoch epoch;

  epoch_init (&epoch, test_case, cipher);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (GBytes) raw = cv_vectors_dup_hex (test_case, kinds[i].raw);
    g_autoptr (GBytes) given_private = cv_vectors_dup_hex (test_case, kinds[i].private_message);

    check_private (&epoch, cv_span_from_bytes (given_private), cv_span_from_bytes (raw), index);
    check_own_private (&epoch, kinds[i].type, cv_span_from_bytes (raw), index);
    check_own_public (&epoch, kinds[i].type, cv_span_from_bytes (raw), index);
    if (kinds[i].public_message) {
      g_autoptr (GBytes) given = cv_vectors_dup_hex (test_case, kinds[i].public_message);

      check_public (&epoch, cv_span_from_bytes (given), cv_span_from_bytes (raw), index);
    }
  }
  epoch_clear (&epoch);
}

static void
test_message_protection (void)
{
  mls_vectors_run ("mls/message-protection.json", run);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/vectors/message-protection", test_message_protection);
  return g_test_run ();
}
