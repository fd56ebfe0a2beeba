/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The key machinery of mls with hidden secrets: schedule, PSKs, ratchets, tags. */
#include "ct.h"

#include "mls/key-schedule.h"
#include "mls/proposal.h"
#include "mls/psk.h"
#include "mls/public-message.h"
#include "mls/secret-tree.h"
#include "mls/transcript.h"

#define CONTEXT CV_SPAN_LITERAL ("a group context")

static const CvMlsCipher *
get_cipher (void)
{
  static CvMlsCipher cipher;

  if (!cipher.crypto) {
    cipher.crypto = cv_crypto_context_new (FALSE, NULL);
    cipher.suite = cv_crypto_suites_find_mls (CV_MLS_SUITE_PQ);
  }
  g_assert_nonnull (cipher.crypto);
  return &cipher;
}

static CvSecret *
new_secret (void)
{
  return ct_new_secret (get_cipher ()->suite->hash_len);
}

static void
assert_hidden (const CvSecret *secret)
{
  g_assert_nonnull (secret);
  g_assert_true (ct_is_hidden (cv_secret_span (secret)));
}

static void
test_key_schedule (void)
{
  g_autoptr (CvSecret) init = new_secret ();
  g_autoptr (CvSecret) commit = new_secret ();
  g_autoptr (CvSecret) psk = new_secret ();
  g_autoptr (CvSecret) joiner = cv_mls_key_schedule_joiner (get_cipher (), cv_secret_span (init),
                                                            cv_secret_span (commit), CONTEXT, NULL);
  g_autoptr (CvSecret) welcome = cv_mls_key_schedule_welcome (
      get_cipher (), cv_secret_span (joiner), cv_secret_span (psk), NULL);
  g_autoptr (CvSecret) exported = NULL;
  g_auto (CvMlsEpochSecrets) secrets = {0};

  assert_hidden (welcome);
  g_assert_true (cv_mls_key_schedule_epoch (get_cipher (), cv_secret_span (joiner),
                                            cv_secret_span (psk), CONTEXT, &secrets, NULL));
  assert_hidden (secrets.init_secret);
  exported = cv_mls_key_schedule_export (get_cipher (), cv_secret_span (secrets.exporter_secret),
                                         "SFrame 1.0 Base Key", CONTEXT, 32, NULL);
  assert_hidden (exported);
}

static void
test_external_init (void)
{
  g_autoptr (CvSecret) external = new_secret ();
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (GBytes) kem_output = NULL;
  g_autoptr (CvSecret) sent = NULL;
  g_autoptr (CvSecret) received = NULL;

  g_assert_true (
      cv_mls_key_schedule_external_pair (get_cipher (), cv_secret_span (external), &pair, NULL));
  ct_show_span (cv_span_from_bytes (pair.public_key));
  sent = cv_mls_key_schedule_external_init_send (
      get_cipher (), cv_span_from_bytes (pair.public_key), &kem_output, NULL);
  received = cv_mls_key_schedule_external_init_receive (
      get_cipher (), cv_secret_span (pair.private_key), cv_span_from_bytes (kem_output), NULL);
  assert_hidden (received);
  g_assert_true (cv_secret_span_equal (cv_secret_span (sent), cv_secret_span (received)));
}

static void
test_psk (void)
{
  g_autoptr (CvSecret) psk = new_secret ();
  g_auto (CvMlsPskId) id = {0};
  g_autoptr (CvSecret) secret = NULL;

  g_assert_true (cv_mls_psk_id_init_external (get_cipher (), CONTEXT, &id, NULL));
  secret = cv_mls_psk_secret (get_cipher (), &(CvMlsPskInput){&id, psk}, 1, NULL);
  assert_hidden (secret);
}

static void
test_secret_tree (void)
{
  g_autoptr (CvSecret) encryption = new_secret ();
  g_autoptr (CvMlsSecretTree) tree =
      cv_mls_secret_tree_new (get_cipher (), cv_secret_span (encryption), 8, (CvMlsLeaf){2}, NULL);
  g_auto (CvMlsMessageKey) own = {0};
  g_auto (CvMlsMessageKey) ahead = {0};
  g_auto (CvMlsMessageKey) skipped = {0};
  CvMlsLeaf peer = {5};

  g_assert_true (cv_mls_secret_tree_next (tree, CV_MLS_RATCHET_APPLICATION, &own, NULL));
  assert_hidden (own.key);
  g_assert_true (cv_mls_secret_tree_peek (tree, peer, CV_MLS_RATCHET_APPLICATION, 3, &ahead, NULL));
  assert_hidden (ahead.nonce);
  g_assert_true (cv_mls_secret_tree_consume (tree, peer, CV_MLS_RATCHET_APPLICATION, 3, NULL));
  g_assert_true (
      cv_mls_secret_tree_peek (tree, peer, CV_MLS_RATCHET_APPLICATION, 1, &skipped, NULL));
  assert_hidden (skipped.key);
}

static void
test_confirmation_tag (void)
{
  g_autoptr (CvSecret) key = new_secret ();
  g_autoptr (GBytes) tag =
      cv_mls_transcript_tag (get_cipher (), cv_secret_span (key), CONTEXT, NULL);
  g_autoptr (CvSecret) wrong = cv_secret_new (g_bytes_get_size (tag));

  ct_show_span (cv_span_from_bytes (tag));
  g_assert_true (cv_mls_transcript_check_tag (get_cipher (), cv_secret_span (key), CONTEXT,
                                              cv_span_from_bytes (tag), NULL));
  g_assert_false (cv_mls_transcript_check_tag (get_cipher (), cv_secret_span (key), CONTEXT,
                                               cv_secret_span (wrong), NULL));
}

static void
test_membership_tag (void)
{
  g_autoptr (CvSecret) key = new_secret ();
  g_auto (CvMlsPublicMessage)
      message = {.auth = {
                     .wire_format = CV_MLS_WIRE_PUBLIC_MESSAGE,
                     .content = {.group_id = g_bytes_new_static ("room", 4),
                                 .sender = {.type = CV_MLS_SENDER_MEMBER},
                                 .authenticated_data = g_bytes_new_static ("", 0),
                                 .type = CV_MLS_CONTENT_PROPOSAL,
                                 .proposal = cv_mls_proposal_new_remove ((CvMlsLeaf){1})},
                     .signature = g_bytes_new_static ("signature", 9),
                 }};
  g_autoptr (GBytes) sent = cv_mls_public_message_protect (get_cipher (), &message.auth, CONTEXT,
                                                           cv_secret_span (key), NULL);
  gsize tag_len = get_cipher ()->suite->hash_len;

  g_assert_nonnull (sent);
  message.membership_tag =
      g_bytes_new_from_bytes (sent, g_bytes_get_size (sent) - tag_len, tag_len);
  ct_show_span (cv_span_from_bytes (message.membership_tag));
  g_assert_true (cv_mls_public_message_check_tag (get_cipher (), &message, CONTEXT,
                                                  cv_secret_span (key), NULL));
  g_bytes_unref (message.membership_tag);
  message.membership_tag = g_bytes_new_static ("forged", 6);
  g_assert_false (cv_mls_public_message_check_tag (get_cipher (), &message, CONTEXT,
                                                   cv_secret_span (key), NULL));
}

void
ct_add_mls (void)
{
  ct_add ("/constant-time/mls/key-schedule", test_key_schedule);
  ct_add ("/constant-time/mls/external-init", test_external_init);
  ct_add ("/constant-time/mls/psk", test_psk);
  ct_add ("/constant-time/mls/secret-tree", test_secret_tree);
  ct_add ("/constant-time/mls/confirmation-tag", test_confirmation_tag);
  ct_add ("/constant-time/mls/membership-tag", test_membership_tag);
}
