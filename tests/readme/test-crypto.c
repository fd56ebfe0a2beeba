/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The example of src/crypto/README.md, as it stands there. First, so that it includes what it
 * needs. */
#include "crypto-readme.h"

#include <string.h>

static void
test_bela_reads_the_letter (void)
{
  static const char *const letters[] = {"Dear Bela", "", "x"};

  for (gsize i = 0; i < G_N_ELEMENTS (letters); i++) {
    CvSpan letter = cv_span (letters[i], strlen (letters[i]));
    g_autoptr (GError) error = NULL;
    GByteArray *read = send_letter (letter, &error);

    g_assert_no_error (error);
    g_assert_nonnull (read);
    g_assert_true (cv_span_equal (cv_span_from_array (read), letter));
    cv_crypto_aead_free_plaintext (read);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/readme/crypto/bela-reads-the-letter", test_bela_reads_the_letter);
  return g_test_run ();
}
