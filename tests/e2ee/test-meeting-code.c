/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The meeting code's formula. */
#include "e2ee/meeting-code.h"

#include "crypto/hash.h"

#include <string.h>

static void
test_formula (void)
{
  g_autoptr (CvCrypto) crypto = cv_crypto_context_new (FALSE, NULL);
  g_autoptr (GError) error = NULL;
  static const char text[] = "Conclave 1.0 meeting codeauthenticator";
  guint8 hash[64];
  g_autofree char *code =
      cv_e2ee_meeting_code_dup (crypto, CV_SPAN_LITERAL ("authenticator"), &error);
  g_assert_no_error (error);
  g_assert_true (
      cv_crypto_hash_digest (crypto, CV_HASH_SHA512, CV_SPAN_LITERAL (text), hash, &error));
  g_auto (GStrv) groups = g_strsplit (code, " ", 0);
  g_assert_cmpuint (g_strv_length (groups), ==, 6);
  for (guint i = 0; i < 6; i++) {
    const guint8 *chunk = hash + 5 * i;
    guint64 value = (guint64)chunk[0] << 32 | (guint64)chunk[1] << 24 | (guint64)chunk[2] << 16
                    | (guint64)chunk[3] << 8 | chunk[4];
    g_autofree char *expected = g_strdup_printf ("%05u", (guint)(value % 100000));
    g_assert_cmpstr (groups[i], ==, expected);
  }
}

static void
test_differs (void)
{
  g_autoptr (CvCrypto) crypto = cv_crypto_context_new (FALSE, NULL);
  g_autofree char *a = cv_e2ee_meeting_code_dup (crypto, CV_SPAN_LITERAL ("one"), NULL);
  g_autofree char *b = cv_e2ee_meeting_code_dup (crypto, CV_SPAN_LITERAL ("two"), NULL);
  g_assert_cmpstr (a, !=, b);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/e2ee/meeting-code/formula", test_formula);
  g_test_add_func ("/e2ee/meeting-code/differs", test_differs);
  return g_test_run ();
}
