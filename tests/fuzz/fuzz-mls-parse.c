/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Bytes from outside into every parser of mls. One encoding for each value: what was read is
 * written again and has to be the same bytes.
 *
 * There is no byte that chooses: every input goes to every parser, so that a published vector is an
 * input as it is, and what two structures could be confused for is tried. */
#include "fuzz/fuzz.h"
#include "mls/external-pub.h"
#include "mls/external-senders.h"
#include "mls/message.h"
#include "mls/mls-fixture.h"
#include "mls/parent-node.h"
#include "mls/ratchet-tree.h"
#include "mls/required-capabilities.h"

#define CONTEXT CV_SPAN_LITERAL ("encoded group context")

/* ---- reading and writing again ---- */

static void
assert_same (const CvReader *reader, const CvWriter *writer)
{
  g_assert_true (cv_span_equal (cv_writer_span (writer), cv_reader_since (reader, 0)));
}

/* Structures that are read into a variable. */
#define ROUND_TRIP_VALUE(name, Type, read, write)                                                  \
  static void round_trip_##name (CvReader *reader)                                                 \
  {                                                                                                \
    g_auto (Type) value = {0};                                                                     \
    g_auto (CvWriter) writer = {0};                                                                \
                                                                                                   \
    if (!read (reader, &value) || !cv_reader_is_ok (reader))                                       \
      return;                                                                                      \
    cv_writer_init (&writer);                                                                      \
    write (&writer, &value);                                                                       \
    assert_same (reader, &writer);                                                                 \
  }

/* Structures that are given out by pointer. */
#define ROUND_TRIP_POINTER(name, Type, read, write)                                                \
  static void round_trip_##name (CvReader *reader)                                                 \
  {                                                                                                \
    g_autoptr (Type) value = read (reader);                                                        \
    g_auto (CvWriter) writer = {0};                                                                \
                                                                                                   \
    if (!value || !cv_reader_is_ok (reader))                                                       \
      return;                                                                                      \
    cv_writer_init (&writer);                                                                      \
    write (&writer, value);                                                                        \
    assert_same (reader, &writer);                                                                 \
  }

ROUND_TRIP_VALUE (authenticated_content, CvMlsAuthenticatedContent,
                  cv_mls_authenticated_content_read, cv_mls_authenticated_content_write)
ROUND_TRIP_VALUE (credential, CvMlsCredential, cv_mls_credential_read, cv_mls_credential_write)
ROUND_TRIP_VALUE (framed_content, CvMlsFramedContent, cv_mls_framed_content_read,
                  cv_mls_framed_content_write)
ROUND_TRIP_VALUE (group_context, CvMlsGroupContext, cv_mls_group_context_read,
                  cv_mls_group_context_write)
ROUND_TRIP_VALUE (group_info, CvMlsGroupInfo, cv_mls_group_info_read, cv_mls_group_info_write)
ROUND_TRIP_VALUE (hpke_ciphertext, CvMlsHpkeCiphertext, cv_mls_hpke_ciphertext_read,
                  cv_mls_hpke_ciphertext_write)
ROUND_TRIP_VALUE (private_message, CvMlsPrivateMessage, cv_mls_private_message_read,
                  cv_mls_private_message_write)
ROUND_TRIP_VALUE (psk_id, CvMlsPskId, cv_mls_psk_id_read, cv_mls_psk_id_write)
ROUND_TRIP_VALUE (public_message, CvMlsPublicMessage, cv_mls_public_message_read,
                  cv_mls_public_message_write)
ROUND_TRIP_VALUE (welcome, CvMlsWelcome, cv_mls_welcome_read, cv_mls_welcome_write)

ROUND_TRIP_POINTER (commit, CvMlsCommit, cv_mls_commit_read, cv_mls_commit_write)
ROUND_TRIP_POINTER (extensions, GPtrArray, cv_mls_extension_list_read, cv_mls_extension_list_write)
ROUND_TRIP_POINTER (key_package, CvMlsKeyPackage, cv_mls_key_package_read, cv_mls_key_package_write)
ROUND_TRIP_POINTER (leaf_node, CvMlsLeafNode, cv_mls_leaf_node_read, cv_mls_leaf_node_write)
ROUND_TRIP_POINTER (parent_node, CvMlsParentNode, cv_mls_parent_node_read, cv_mls_parent_node_write)
ROUND_TRIP_POINTER (proposal, CvMlsProposal, cv_mls_proposal_read, cv_mls_proposal_write)
ROUND_TRIP_POINTER (psks, GPtrArray, cv_mls_psk_list_read, cv_mls_psk_list_write)
ROUND_TRIP_POINTER (types, GArray, cv_mls_type_list_read, cv_mls_type_list_write)
ROUND_TRIP_POINTER (update_path, CvMlsUpdatePath, cv_mls_update_path_read, cv_mls_update_path_write)

static void
round_trip_group_secrets (CvReader *reader)
{
  g_auto (CvMlsGroupSecrets) secrets = {0};
  g_auto (CvWriter) writer = {0};

  if (!cv_mls_group_secrets_read (reader, &secrets) || !cv_reader_is_ok (reader))
    return;
  cv_writer_init_secret (&writer);
  cv_mls_group_secrets_write (&writer, &secrets);
  assert_same (reader, &writer);
}

static void
round_trip_proposal_or_ref (CvReader *reader)
{
  CvMlsProposalOrRef *item = cv_mls_proposal_or_ref_read (reader);
  g_auto (CvWriter) writer = {0};

  if (item && cv_reader_is_ok (reader)) {
    cv_writer_init (&writer);
    cv_mls_proposal_or_ref_write (&writer, item);
    assert_same (reader, &writer);
  }
  cv_mls_proposal_or_ref_free (item);
}

/* The inside of a PrivateMessage, which is parsed behind the AEAD: once for each content type. */
static void
round_trip_content (CvReader *reader)
{
  for (guint type = CV_MLS_CONTENT_APPLICATION; type <= CV_MLS_CONTENT_COMMIT; type++) {
    g_auto (CvMlsAuthenticatedContent) auth = {.content.type = (CvMlsContentType)type};
    g_auto (CvWriter) writer = {0};
    CvReader again = *reader;

    cv_mls_framed_content_read_body (&again, &auth.content);
    cv_mls_framing_read_auth (&again, &auth);
    if (!cv_reader_is_ok (&again))
      continue;
    cv_writer_init (&writer);
    cv_mls_framed_content_write_body (&writer, &auth.content);
    cv_mls_framing_write_auth (&writer, &auth);
    assert_same (&again, &writer);
  }
}

static void (*const round_trips[]) (CvReader *reader) = {
    round_trip_authenticated_content,
    round_trip_commit,
    round_trip_content,
    round_trip_credential,
    round_trip_extensions,
    round_trip_framed_content,
    round_trip_group_context,
    round_trip_group_info,
    round_trip_group_secrets,
    round_trip_hpke_ciphertext,
    round_trip_key_package,
    round_trip_leaf_node,
    round_trip_parent_node,
    round_trip_private_message,
    round_trip_proposal,
    round_trip_proposal_or_ref,
    round_trip_psk_id,
    round_trip_psks,
    round_trip_public_message,
    round_trip_types,
    round_trip_update_path,
    round_trip_welcome,
};

/* ---- parsers that take a whole text ---- */

static void
feed_message (CvSpan input)
{
  g_auto (CvMlsMessage) message = {0};
  g_auto (CvWriter) writer = {0};
  CvMlsPeek peek;

  if (!cv_mls_group_peek (input, &peek, NULL))
    g_assert_cmpuint (peek.group_id.len, ==, 0);
  if (!cv_mls_message_parse (input, &message, NULL))
    return;
  cv_writer_init (&writer);
  cv_mls_message_write (&writer, &message);
  g_assert_true (cv_span_equal (cv_writer_span (&writer), input));
  g_assert_cmpuint (message.wire_format, ==, peek.wire_format);
}

static void
feed_tree (CvSpan input)
{
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_parse (input, NULL);
  g_auto (CvWriter) writer = {0};

  if (!tree)
    return;
  cv_writer_init (&writer);
  cv_mls_ratchet_tree_write (tree, &writer);
  g_assert_true (cv_span_equal (cv_writer_span (&writer), input));
}

static void
feed_extensions (CvSpan input)
{
  g_auto (CvMlsRequiredCapabilities) required = {0};
  g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_parse (input, NULL);
  g_auto (CvWriter) writer = {0};
  g_autoptr (GBytes) again = NULL;
  g_autoptr (GPtrArray) senders = NULL;
  CvSpan key;

  if (package)
    g_assert_true (cv_span_equal (cv_span_from_bytes (package->encoded), input));
  if (cv_mls_required_capabilities_parse (input, &required)) {
    cv_writer_init (&writer);
    cv_mls_required_capabilities_write (&writer, &required);
    g_assert_true (cv_span_equal (cv_writer_span (&writer), input));
  }
  if (cv_mls_external_pub_parse (input, &key)) {
    again = cv_mls_external_pub_encode (key);
    g_assert_true (cv_span_equal (cv_span_from_bytes (again), input));
  }
  senders = cv_mls_external_senders_parse (input);
  g_assert_true (!senders || senders->len == 0
                 || cv_mls_external_senders_find_key (input, senders->len - 1, &key));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t len)
{
  CvSpan input = cv_span (data, len);

  for (gsize i = 0; i < G_N_ELEMENTS (round_trips); i++) {
    CvReader reader;

    cv_reader_init (&reader, input);
    round_trips[i](&reader);
  }
  feed_message (input);
  feed_tree (input);
  feed_extensions (input);
  return 0;
}

/* ---- seeds ---- */

static void
add_framed (const MlsPerson *person, GPtrArray *seeds, guint16 wire_format)
{
  g_autoptr (CvSecret) secret = cv_secret_new (person->cipher.suite->hash_len);
  g_autoptr (CvMlsSecretTree) sending =
      cv_mls_secret_tree_new (&person->cipher, cv_secret_span (secret), 2, (CvMlsLeaf){1}, NULL);
  const CvMlsMessageKeys keys = {person->cipher, sending, cv_secret_span (secret)};
  g_auto (CvMlsAuthenticatedContent)
      auth = {.wire_format = wire_format,
              .content = {.group_id = g_bytes_new ("group", 5),
                          .epoch = 7,
                          .sender = {.type = CV_MLS_SENDER_MEMBER, .leaf = {1}},
                          .authenticated_data = g_bytes_new ("aad", 3),
                          .type = CV_MLS_CONTENT_PROPOSAL,
                          .proposal = cv_mls_proposal_new_remove ((CvMlsLeaf){0})}};

  g_assert_true (cv_mls_framing_sign (&person->cipher, &auth, CONTEXT,
                                      person->params.signature_private, NULL));
  if (wire_format == CV_MLS_WIRE_PRIVATE_MESSAGE)
    fuzz_seeds_take (seeds, cv_mls_private_message_protect (&keys, &auth, NULL));
  else
    fuzz_seeds_take (seeds, cv_mls_public_message_protect (&person->cipher, &auth, CONTEXT,
                                                           CV_SPAN_LITERAL ("key"), NULL));
}

static void
add_joining (const MlsPerson *person, GPtrArray *seeds)
{
  const CvMlsCipher *cipher = &person->cipher;
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = mls_person_make_package (person, &keys);
  g_auto (CvMlsGroupInfo) info = {
      .context = {.suite = cipher->suite->id,
                  .group_id = g_bytes_new ("group", 5),
                  .tree_hash = g_bytes_new ("tree", 4),
                  .confirmed_transcript_hash = g_bytes_new ("hash", 4)},
      .confirmation_tag = g_bytes_new ("tag", 3),
  };
  g_auto (CvMlsWelcome) welcome = {0};
  g_auto (CvMlsGroupSecrets) secrets = {.joiner_secret = cv_secret_new (cipher->suite->hash_len)};
  g_auto (CvWriter) writer = {0};

  g_assert_true (cv_mls_group_info_sign (cipher, &info, person->params.signature_private, NULL));
  fuzz_seeds_take (seeds, cv_mls_message_wrap_group_info (&info));
  g_assert_true (cv_mls_welcome_seal_group_info (
      cipher, &info, cv_secret_span (secrets.joiner_secret), &welcome, NULL));
  g_assert_true (cv_mls_welcome_add (cipher, &welcome, package, &secrets, NULL));
  fuzz_seeds_take (seeds, cv_mls_message_wrap_welcome (&welcome));
  cv_writer_init (&writer);
  cv_mls_message_write_header (&writer, CV_MLS_WIRE_KEY_PACKAGE);
  cv_mls_key_package_write (&writer, package);
  fuzz_seeds_take (seeds, cv_writer_take (&writer));
}

/* A commit with an Add and a path, as it is inside of a message. */
static void
add_commit (const MlsPerson *person, GPtrArray *seeds)
{
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = mls_person_make_package (person, &keys);
  g_autoptr (CvMlsProposal) add = cv_mls_proposal_new_add (package);
  g_autoptr (CvMlsCommit) commit = cv_mls_commit_new ();
  CvMlsUpdatePathNode *node = cv_mls_update_path_node_new (CV_SPAN_LITERAL ("key"));
  g_auto (CvMlsHpkeCiphertext) sealed = {g_bytes_new ("kem", 3), g_bytes_new ("text", 4)};
  g_auto (CvWriter) writer = {0};

  g_ptr_array_add (commit->proposals, cv_mls_proposal_or_ref_new (add));
  commit->path = cv_mls_update_path_new (package->leaf_node);
  cv_mls_update_path_node_take (node, &sealed);
  g_ptr_array_add (commit->path->nodes, node);
  cv_writer_init (&writer);
  cv_mls_commit_write (&writer, commit);
  fuzz_seeds_take (seeds, cv_writer_take (&writer));
}

GPtrArray *
fuzz_dup_seeds (void)
{
  GPtrArray *seeds = fuzz_seeds_new ();
  g_auto (MlsPerson) person = {0};

  mls_person_init (&person, 0x0001, "anna");
  add_framed (&person, seeds, CV_MLS_WIRE_PUBLIC_MESSAGE);
  add_framed (&person, seeds, CV_MLS_WIRE_PRIVATE_MESSAGE);
  add_joining (&person, seeds);
  add_commit (&person, seeds);
  return seeds;
}
