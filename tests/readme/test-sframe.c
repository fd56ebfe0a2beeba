/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The example of src/sframe/README.md, as it stands there. First, so that it includes what it
 * needs. */
#include "sframe-readme.h"

static CvCrypto *crypto;

static void
test_frames_arrive (void)
{
  static const gsize lens[] = {0, 1, 1200, 60000};
  g_autofree guint8 *frame = g_malloc (60000);

  for (gsize i = 0; i < 60000; i++)
    frame[i] = (guint8)(i % 251);
  for (gsize i = 0; i < G_N_ELEMENTS (lens); i++) {
    g_autoptr (GByteArray) arrived = g_byte_array_new ();
    g_autoptr (GError) error = NULL;

    g_byte_array_append (arrived, (const guint8 *)"before", 6);
    g_assert_true (
        carry (crypto, CV_SPAN_LITERAL ("base key"), cv_span (frame, lens[i]), arrived, &error));
    g_assert_no_error (error);
    g_assert_cmpmem (arrived->data, 6, "before", 6);
    g_assert_cmpmem (arrived->data + 6, arrived->len - 6, frame, lens[i]);
  }
}

static void
test_no_base_key (void)
{
  g_autoptr (GByteArray) arrived = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (carry (crypto, CV_SPAN_EMPTY, CV_SPAN_LITERAL ("frame"), arrived, &error));
  g_assert_nonnull (error);
  g_assert_cmpuint (arrived->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  crypto = cv_crypto_context_new (FALSE, &error);
  g_assert_no_error (error);
  g_test_add_func ("/readme/sframe/frames-arrive", test_frames_arrive);
  g_test_add_func ("/readme/sframe/no-base-key", test_no_base_key);
  status = g_test_run ();
  cv_crypto_context_unref (crypto);
  return status;
}
