/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* mls/transcript-hashes.json */
#include "mls/mls-vectors.h"
#include "mls/transcript.h"

static void
run (JsonObject *test_case, guint index, const CvMlsCipher *cipher)
{
  g_autoptr (CvSecret) key = mls_vectors_dup_secret (test_case, "confirmation_key");
  g_autoptr (GBytes) encoded = cv_vectors_dup_hex (test_case, "authenticated_content");
  g_autoptr (GBytes) before = cv_vectors_dup_hex (test_case, "interim_transcript_hash_before");
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_auto (CvWriter) writer = {0};
  g_autoptr (GBytes) confirmed = NULL;
  g_autoptr (GBytes) interim = NULL;
  g_autoptr (GError) error = NULL;
  CvReader reader;

  cv_reader_init (&reader, cv_span_from_bytes (encoded));
  g_assert_true (cv_mls_authenticated_content_read (&reader, &auth));
  g_assert_true (cv_reader_finish (&reader));
  g_assert_cmpint (auth.content.type, ==, CV_MLS_CONTENT_COMMIT);
  cv_writer_init (&writer);
  cv_mls_authenticated_content_write (&writer, &auth);
  mls_vectors_assert_member (cv_writer_span (&writer), test_case, "authenticated_content", index);

  confirmed = cv_mls_transcript_confirmed (cipher, cv_span_from_bytes (before), &auth, &error);
  g_assert_no_error (error);
  mls_vectors_assert_member (cv_span_from_bytes (confirmed), test_case,
                             "confirmed_transcript_hash_after", index);
  interim = cv_mls_transcript_interim (cipher, cv_span_from_bytes (confirmed),
                                       cv_span_from_bytes (auth.confirmation_tag), &error);
  g_assert_no_error (error);
  mls_vectors_assert_member (cv_span_from_bytes (interim), test_case,
                             "interim_transcript_hash_after", index);
  g_assert_true (cv_mls_transcript_check_tag (cipher, cv_secret_span (key),
                                              cv_span_from_bytes (confirmed),
                                              cv_span_from_bytes (auth.confirmation_tag), &error));
  g_assert_no_error (error);
  g_assert_false (cv_mls_transcript_check_tag (cipher, cv_secret_span (key),
                                               cv_span_from_bytes (interim),
                                               cv_span_from_bytes (auth.confirmation_tag), &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_AUTHENTICATION);
}

static void
test_transcript_hashes (void)
{
  mls_vectors_run ("mls/transcript-hashes.json", run);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/vectors/transcript-hashes", test_transcript_hashes);
  return g_test_run ();
}
