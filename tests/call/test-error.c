/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "call/error.h"
#include "call/session.h"
#include "e2ee/error.h"
#include "e2ee/trust.h"
#include "identity/error.h"
#include "media/engine.h"
#include "protocol/error.h"
#include "signaling/error.h"

static void
assert_sentence (const char *text)
{
  g_assert_nonnull (text);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (text, -1), >, 2);
}

static void
test_every_code_has_its_words (void)
{
  g_autoptr (GHashTable) codes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) titles = g_hash_table_new (g_str_hash, g_str_equal);

  for (int code = CV_CALL_ERROR_LINK; code <= CV_CALL_ERROR_INTERNAL; code++) {
    const CvCallError error = (CvCallError)code;

    assert_sentence (cv_call_error_get_code (error));
    assert_sentence (cv_call_error_get_title (error));
    assert_sentence (cv_call_error_get_sentence (error));
    g_assert_true (g_hash_table_add (codes, (gpointer)cv_call_error_get_code (error)));
    g_assert_true (g_hash_table_add (titles, (gpointer)cv_call_error_get_title (error)));
  }
  g_assert_cmpstr (cv_call_error_get_code ((CvCallError)99), ==, "internal");
  g_assert_cmpstr (cv_call_error_get_code ((CvCallError)-1), ==, "internal");
}

static void
test_every_meaning_is_mapped (void)
{
  const struct {
    GQuark domain;
    int code;
    CvCallError means;
  } rows[] = {
      {CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_LINK, CV_CALL_ERROR_LINK},
      {CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_UNREACHABLE, CV_CALL_ERROR_UNREACHABLE},
      {CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_CERTIFICATE, CV_CALL_ERROR_CERTIFICATE},
      {CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_VERSION, CV_CALL_ERROR_VERSION},
      {CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_PROTOCOL, CV_CALL_ERROR_UNREACHABLE},
      {CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_FULL, CV_CALL_ERROR_FULL},
      {CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_CLOSED, CV_CALL_ERROR_OVER},
      {CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_UNSUPPORTED, CV_CALL_ERROR_NOT_FIPS},
      {CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_UNAVAILABLE, CV_CALL_ERROR_KEYRING},
      {CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_DENIED, CV_CALL_ERROR_KEYRING},
      {CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_AUTHENTICATION, CV_CALL_ERROR_KEYRING},
      {CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_NAME, CV_CALL_ERROR_NAME},
      {CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_IO, CV_CALL_ERROR_STORAGE},
      {CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_MALFORMED, CV_CALL_ERROR_STORAGE},
      {CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_INTERNAL, CV_CALL_ERROR_INTERNAL},
      {CV_MEDIA_ERROR, CV_MEDIA_ERROR_NO_DEVICE, CV_CALL_ERROR_CAMERA},
      {CV_E2EE_ERROR, CV_E2EE_ERROR_AUTHENTICATION, CV_CALL_ERROR_ENCRYPTION},
      {CV_E2EE_ERROR, CV_E2EE_ERROR_INTERNAL, CV_CALL_ERROR_INTERNAL},
      {CV_CALL_ERROR, CV_CALL_ERROR_HOSTING, CV_CALL_ERROR_HOSTING},
      {CV_CALL_ERROR, 99, CV_CALL_ERROR_INTERNAL},
      {G_IO_ERROR, G_IO_ERROR_FAILED, CV_CALL_ERROR_INTERNAL},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = g_error_new_literal (rows[i].domain, rows[i].code, "x");

    g_assert_cmpint (cv_call_error_from (error), ==, rows[i].means);
  }
}

static void
test_every_shield_and_reason_has_words (void)
{
  for (int state = CV_SHIELD_CONNECTING; state <= CV_SHIELD_WARNING; state++)
    assert_sentence (cv_call_error_get_shield (state));
  for (int kind = 0; kind <= CV_E2EE_REASON_RESYNCED; kind++) {
    g_autofree char *reason = cv_call_error_dup_reason (kind, "Bob %s %n");

    assert_sentence (reason);
    /* A name is text, not a format. */
    g_assert_nonnull (strstr (reason, "Bob %s %n"));
  }
}

static void
test_refusals_have_words (void)
{
  g_autoptr (GError) permission =
      g_error_new_literal (CV_E2EE_ERROR, CV_E2EE_ERROR_PERMISSION, "x");
  g_autoptr (GError) missing = g_error_new_literal (CV_MEDIA_ERROR, CV_MEDIA_ERROR_NO_DEVICE, "x");

  assert_sentence (cv_call_error_get_refusal (permission));
  g_assert_cmpstr (cv_call_error_get_refusal (permission), !=, cv_call_error_get_refusal (missing));
  g_assert_cmpstr (cv_call_error_get_media_sentence (TRUE, missing), !=,
                   cv_call_error_get_media_sentence (TRUE, permission));
  g_assert_cmpstr (cv_call_error_get_media_sentence (TRUE, missing), !=,
                   cv_call_error_get_media_sentence (FALSE, missing));
  g_assert_cmpstr (cv_call_error_get_media_sentence (FALSE, permission), !=,
                   cv_call_error_get_media_sentence (FALSE, missing));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call/error/every-code-has-its-words", test_every_code_has_its_words);
  g_test_add_func ("/call/error/every-meaning-is-mapped", test_every_meaning_is_mapped);
  g_test_add_func ("/call/error/every-shield-and-reason-has-words",
                   test_every_shield_and_reason_has_words);
  g_test_add_func ("/call/error/refusals-have-words", test_refusals_have_words);
  return g_test_run ();
}
