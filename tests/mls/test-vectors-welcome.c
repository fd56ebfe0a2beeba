/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* mls/welcome.json */
#include "mls/key-schedule.h"
#include "mls/message.h"
#include "mls/mls-vectors.h"
#include "mls/transcript.h"

static void
parse (JsonObject *test_case, const char *member, guint16 wire_format, CvMlsMessage *message)
{
  g_autoptr (GBytes) encoded = cv_vectors_dup_hex (test_case, member);
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_message_parse (cv_span_from_bytes (encoded), message, &error));
  g_assert_no_error (error);
  g_assert_cmpint (message->wire_format, ==, wire_format);
}

static void
check_confirmation (const CvMlsCipher *cipher, const CvMlsGroupInfo *info, CvSpan joiner,
                    CvSpan psk_secret)
{
  g_autoptr (GBytes) context = cv_mls_group_context_encode (&info->context);
  g_auto (CvMlsEpochSecrets) secrets = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_key_schedule_epoch (cipher, joiner, psk_secret,
                                            cv_span_from_bytes (context), &secrets, &error));
  g_assert_true (
      cv_mls_transcript_check_tag (cipher, cv_secret_span (secrets.confirmation_key),
                                   cv_span_from_bytes (info->context.confirmed_transcript_hash),
                                   cv_span_from_bytes (info->confirmation_tag), &error));
  g_assert_no_error (error);
}

static void
run (JsonObject *test_case, guint index, const CvMlsCipher *cipher)
{
  g_autoptr (CvSecret) init_private =
      mls_vectors_dup_kem_private (test_case, "init_priv", cipher->suite);
  g_autoptr (GBytes) signer_pub = cv_vectors_dup_hex (test_case, "signer_pub");
  g_autoptr (CvSecret) no_psk = cv_mls_key_schedule_zero (cipher);
  g_auto (CvMlsMessage) package = {0};
  g_auto (CvMlsMessage) welcome = {0};
  g_auto (CvMlsGroupSecrets) secrets = {0};
  g_auto (CvMlsGroupInfo) info = {0};
  g_autoptr (CvSecret) welcome_secret = NULL;
  g_autoptr (GBytes) ref = NULL;
  g_autoptr (GError) error = NULL;

  parse (test_case, "key_package", CV_MLS_WIRE_KEY_PACKAGE, &package);
  parse (test_case, "welcome", CV_MLS_WIRE_WELCOME, &welcome);
  if (!cv_mls_key_package_verify (cipher, package.key_package, 0, &error))
    g_assert_no_error (error);
  g_assert_no_error (error);
  ref = cv_mls_key_package_dup_ref_hash (cipher, package.key_package, &error);
  g_assert_true (cv_mls_welcome_open_secrets (cipher, &welcome.welcome, cv_span_from_bytes (ref),
                                              cv_secret_span (init_private), &secrets, &error));
  g_assert_no_error (error);
  welcome_secret = cv_mls_key_schedule_welcome (cipher, cv_secret_span (secrets.joiner_secret),
                                                cv_secret_span (no_psk), &error);
  g_assert_true (cv_mls_welcome_open_group_info (cipher, &welcome.welcome,
                                                 cv_secret_span (welcome_secret), &info, &error));
  g_assert_no_error (error);
  g_assert_true (cv_mls_group_info_verify (cipher, &info, cv_span_from_bytes (signer_pub), &error));
  g_assert_no_error (error);
  check_confirmation (cipher, &info, cv_secret_span (secrets.joiner_secret),
                      cv_secret_span (no_psk));
}

static void
test_welcome (void)
{
  mls_vectors_run ("mls/welcome.json", run);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/vectors/welcome", test_welcome);
  return g_test_run ();
}
