/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* mls/key-schedule.json and mls/psk_secret.json */
#include "mls/group-context.h"
#include "mls/key-schedule.h"
#include "mls/mls-vectors.h"
#include "mls/psk.h"

static GBytes *
encode_context (JsonObject *test_case, JsonObject *epoch, guint64 number, CvMlsSuiteId suite)
{
  g_auto (CvMlsGroupContext) context = {
      .suite = suite,
      .group_id = cv_vectors_dup_hex (test_case, "group_id"),
      .epoch = number,
      .tree_hash = cv_vectors_dup_hex (epoch, "tree_hash"),
      .confirmed_transcript_hash = cv_vectors_dup_hex (epoch, "confirmed_transcript_hash"),
  };

  return cv_mls_group_context_encode (&context);
}

static void
check_secrets (JsonObject *epoch, guint index, const CvMlsEpochSecrets *secrets)
{
  const struct {
    CvSecret *secret;
    const char *member;
  } table[] = {
      {secrets->sender_data_secret, "sender_data_secret"},
      {secrets->encryption_secret, "encryption_secret"},
      {secrets->exporter_secret, "exporter_secret"},
      {secrets->external_secret, "external_secret"},
      {secrets->confirmation_key, "confirmation_key"},
      {secrets->membership_key, "membership_key"},
      {secrets->resumption_psk, "resumption_psk"},
      {secrets->epoch_authenticator, "epoch_authenticator"},
      {secrets->init_secret, "init_secret"},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    mls_vectors_assert_member (cv_secret_span (table[i].secret), epoch, table[i].member, index);
}

static void
check_exports (JsonObject *epoch, guint index, const CvMlsCipher *cipher,
               const CvMlsEpochSecrets *secrets)
{
  JsonObject *exporter = cv_vectors_get_object (epoch, "exporter");
  g_autoptr (GBytes) context = cv_vectors_dup_hex (exporter, "context");
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (CvSecret) exported = NULL;
  g_autoptr (GError) error = NULL;

  exported = cv_mls_key_schedule_export (
      cipher, cv_secret_span (secrets->exporter_secret), cv_vectors_get_string (exporter, "label"),
      cv_span_from_bytes (context), cv_vectors_get_uint (exporter, "length"), &error);
  g_assert_no_error (error);
  mls_vectors_assert_member (cv_secret_span (exported), exporter, "secret", index);
  g_assert_true (cv_mls_key_schedule_external_pair (
      cipher, cv_secret_span (secrets->external_secret), &pair, &error));
  g_assert_no_error (error);
  mls_vectors_assert_member (cv_span_from_bytes (pair.public_key), epoch, "external_pub", index);
}

/* Full: the init secret for the next epoch. */
static CvSecret *
check_epoch (JsonObject *epoch, guint index, const CvMlsCipher *cipher, CvSpan init_secret,
             CvSpan group_context)
{
  g_autoptr (CvSecret) commit_secret = mls_vectors_dup_secret (epoch, "commit_secret");
  g_autoptr (CvSecret) psk_secret = mls_vectors_dup_secret (epoch, "psk_secret");
  g_auto (CvMlsEpochSecrets) secrets = {0};
  g_autoptr (CvSecret) joiner = NULL;
  g_autoptr (CvSecret) welcome = NULL;
  g_autoptr (GError) error = NULL;

  mls_vectors_assert_member (group_context, epoch, "group_context", index);
  joiner = cv_mls_key_schedule_joiner (cipher, init_secret, cv_secret_span (commit_secret),
                                       group_context, &error);
  g_assert_no_error (error);
  mls_vectors_assert_member (cv_secret_span (joiner), epoch, "joiner_secret", index);
  welcome = cv_mls_key_schedule_welcome (cipher, cv_secret_span (joiner),
                                         cv_secret_span (psk_secret), &error);
  g_assert_no_error (error);
  mls_vectors_assert_member (cv_secret_span (welcome), epoch, "welcome_secret", index);
  g_assert_true (cv_mls_key_schedule_epoch (cipher, cv_secret_span (joiner),
                                            cv_secret_span (psk_secret), group_context, &secrets,
                                            &error));
  check_secrets (epoch, index, &secrets);
  check_exports (epoch, index, cipher, &secrets);
  return cv_secret_ref (secrets.init_secret);
}

static void
run_key_schedule (JsonObject *test_case, guint index, const CvMlsCipher *cipher)
{
  JsonArray *epochs = cv_vectors_get_array (test_case, "epochs");
  CvSecret *init_secret = mls_vectors_dup_secret (test_case, "initial_init_secret");

  g_assert_cmpuint (json_array_get_length (epochs), >, 0);
  for (guint i = 0; i < json_array_get_length (epochs); i++) {
    JsonObject *epoch = cv_vectors_get_element (epochs, i);
    g_autoptr (GBytes) context = encode_context (test_case, epoch, i, cipher->suite->id);
    CvSecret *next = check_epoch (epoch, index, cipher, cv_secret_span (init_secret),
                                  cv_span_from_bytes (context));

    cv_secret_unref (init_secret);
    init_secret = next;
  }
  cv_secret_unref (init_secret);
}

static void
test_key_schedule (void)
{
  mls_vectors_run ("mls/key-schedule.json", run_key_schedule);
}

static void
run_psk_secret (JsonObject *test_case, guint index, const CvMlsCipher *cipher)
{
  JsonArray *psks = cv_vectors_get_array (test_case, "psks");
  guint n_psks = json_array_get_length (psks);
  g_autofree CvMlsPskInput *inputs = g_new0 (CvMlsPskInput, n_psks + 1);
  g_autofree CvMlsPskId *ids = g_new0 (CvMlsPskId, n_psks + 1);
  g_autoptr (CvSecret) secret = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n_psks; i++) {
    JsonObject *psk = cv_vectors_get_element (psks, i);

    ids[i] = (CvMlsPskId){.type = CV_MLS_PSK_EXTERNAL,
                          .id = cv_vectors_dup_hex (psk, "psk_id"),
                          .nonce = cv_vectors_dup_hex (psk, "psk_nonce")};
    inputs[i] = (CvMlsPskInput){&ids[i], mls_vectors_dup_secret (psk, "psk")};
  }
  secret = cv_mls_psk_secret (cipher, inputs, n_psks, &error);
  g_assert_no_error (error);
  mls_vectors_assert_member (cv_secret_span (secret), test_case, "psk_secret", index);
  for (guint i = 0; i < n_psks; i++) {
    cv_mls_psk_id_clear (&ids[i]);
    cv_secret_unref (inputs[i].secret);
  }
}

static void
test_psk_secret (void)
{
  mls_vectors_run ("mls/psk_secret.json", run_psk_secret);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/vectors/key-schedule", test_key_schedule);
  g_test_add_func ("/mls/vectors/psk-secret", test_psk_secret);
  return g_test_run ();
}
