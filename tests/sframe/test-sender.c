/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "sframe/sender.h"

#include "sframe/receiver.h"

#include <string.h>

static CvCrypto *crypto;

static CvSframeKey *
new_key (guint64 kid)
{
  g_autoptr (GError) error = NULL;
  CvSframeKey *key =
      cv_sframe_key_new (crypto, cv_crypto_suites_find_sframe (CV_SFRAME_SUITE_AES_256_GCM), kid,
                         CV_SPAN_LITERAL ("0123456789abcdef"), &error);

  g_assert_no_error (error);
  return key;
}

static void
test_counts_from_zero (void)
{
  g_autoptr (CvSframeSender) sender = cv_sframe_sender_new (new_key (0x820));
  guint8 out[100];

  for (guint64 i = 0; i < 1000; i++) {
    CvSframeHeader header;
    gsize len = 0;

    g_assert_cmpuint (cv_sframe_sender_get_counter (sender), ==, i);
    g_assert_true (cv_sframe_sender_seal (sender, CV_SPAN_EMPTY, CV_SPAN_LITERAL ("frame"), out,
                                          sizeof out, &len, NULL));
    g_assert_cmpuint (cv_sframe_header_parse (cv_span (out, len), &header), >, 0);
    g_assert_cmpuint (header.kid, ==, 0x820);
    g_assert_cmpuint (header.ctr, ==, i);
    g_assert_cmpuint (len, ==, cv_sframe_header_len (&header) + 5 + 16);
  }
}

static void
test_stops_at_limit (void)
{
  g_autoptr (CvSframeSender) sender = cv_sframe_sender_new (new_key (1));
  g_autoptr (GError) error = NULL;
  guint8 out[100] = {0};
  gsize len = 0;

  cv_sframe_sender_skip_to (sender, CV_SFRAME_SENDER_LIMIT - 1);
  g_assert_true (cv_sframe_sender_seal (sender, CV_SPAN_EMPTY, CV_SPAN_LITERAL ("last"), out,
                                        sizeof out, &len, NULL));
  len = 0;
  memset (out, 0, sizeof out);
  g_assert_false (cv_sframe_sender_seal (sender, CV_SPAN_EMPTY, CV_SPAN_LITERAL ("more"), out,
                                         sizeof out, &len, &error));
  g_assert_error (error, CV_SFRAME_ERROR, CV_SFRAME_ERROR_USED_UP);
  g_assert_cmpuint (len, ==, 0);
  for (gsize i = 0; i < sizeof out; i++)
    g_assert_cmpuint (out[i], ==, 0);
  cv_sframe_sender_skip_to (sender, 0);
  g_assert_cmpuint (cv_sframe_sender_get_counter (sender), ==, CV_SFRAME_SENDER_LIMIT);
  cv_sframe_sender_skip_to (sender, G_MAXUINT64);
  g_assert_false (cv_sframe_sender_seal (sender, CV_SPAN_EMPTY, CV_SPAN_LITERAL ("more"), out,
                                         sizeof out, &len, NULL));
  g_assert_cmpuint (cv_sframe_sender_get_counter (sender), ==, G_MAXUINT64);
}

static void
test_small_buffer (void)
{
  g_autoptr (CvSframeSender) sender = cv_sframe_sender_new (new_key (1));
  guint8 out[1 + 5 + 16];
  gsize len = 0;

  for (gsize size = 0; size < sizeof out; size++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (cv_sframe_sender_seal (sender, CV_SPAN_EMPTY, CV_SPAN_LITERAL ("frame"), out,
                                           size, &len, &error));
    g_assert_error (error, CV_SFRAME_ERROR, CV_SFRAME_ERROR_BUFFER);
  }
  g_assert_cmpuint (cv_sframe_sender_get_counter (sender), ==, 0);
  g_assert_true (cv_sframe_sender_seal (sender, CV_SPAN_EMPTY, CV_SPAN_LITERAL ("frame"), out,
                                        sizeof out, &len, NULL));
  g_assert_cmpuint (len, ==, sizeof out);
}

static void
test_in_place (void)
{
  g_autoptr (CvSframeSender) sender = cv_sframe_sender_new (new_key (0x123456));
  g_autoptr (CvSframeReceiver) receiver = cv_sframe_receiver_new ();
  guint8 buffer[200];
  gsize at = cv_sframe_sender_next_header_len (sender);
  gsize len = 0;

  cv_sframe_receiver_add_key (receiver, new_key (0x123456));
  memset (buffer + at, 'f', 100);
  g_assert_true (cv_sframe_sender_seal (sender, CV_SPAN_EMPTY, cv_span (buffer + at, 100), buffer,
                                        sizeof buffer, &len, NULL));
  g_assert_cmpint (cv_sframe_receiver_open (receiver, CV_SPAN_EMPTY, cv_span (buffer, len),
                                            buffer + at, &len, NULL),
                   ==, CV_SFRAME_OPENED);
  g_assert_cmpuint (len, ==, 100);
  for (gsize i = 0; i < len; i++)
    g_assert_cmpuint (buffer[at + i], ==, 'f');
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  crypto = cv_crypto_context_new (FALSE, &error);
  g_assert_no_error (error);
  g_test_add_func ("/sframe/sender/counts-from-zero", test_counts_from_zero);
  g_test_add_func ("/sframe/sender/stops-at-limit", test_stops_at_limit);
  g_test_add_func ("/sframe/sender/small-buffer", test_small_buffer);
  g_test_add_func ("/sframe/sender/in-place", test_in_place);
  status = g_test_run ();
  cv_crypto_context_unref (crypto);
  return status;
}
