/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "mls/mls-fixture.h"
#include "mls/ratchet.h"

static CvMlsCipher cipher;

static void
ratchet_init (CvMlsRatchet *ratchet)
{
  *ratchet = (CvMlsRatchet){.secret = cv_secret_new (cipher.suite->hash_len)};
}

/* Full; NULL when the generation is refused. */
static CvSecret *
peek (const CvMlsRatchet *ratchet, guint32 generation)
{
  g_auto (CvMlsMessageKey) key = {0};
  g_autoptr (GError) error = NULL;

  if (!cv_mls_ratchet_peek (&cipher, ratchet, generation, &key, &error)) {
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_GENERATION);
    return NULL;
  }
  g_assert_cmpuint (key.generation, ==, generation);
  return cv_secret_ref (key.key);
}

static gboolean
is_there (const CvMlsRatchet *ratchet, guint32 generation)
{
  g_autoptr (CvSecret) key = peek (ratchet, generation);

  return key != NULL;
}

static void
consume (CvMlsRatchet *ratchet, guint32 generation)
{
  g_autoptr (GError) error = NULL;

  if (!cv_mls_ratchet_consume (&cipher, ratchet, generation, &error))
    g_assert_no_error (error);
}

static void
test_once (void)
{
  CvMlsRatchet ratchet;
  g_autoptr (GError) error = NULL;

  ratchet_init (&ratchet);
  consume (&ratchet, 0);
  g_assert_false (is_there (&ratchet, 0));
  g_assert_false (cv_mls_ratchet_consume (&cipher, &ratchet, 0, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_GENERATION);
  g_assert_true (is_there (&ratchet, 1));
  cv_mls_ratchet_clear (&ratchet);
}

static void
test_peek_changes_nothing (void)
{
  CvMlsRatchet ratchet;
  g_autoptr (CvSecret) first = NULL;
  g_autoptr (CvSecret) again = NULL;

  ratchet_init (&ratchet);
  first = peek (&ratchet, 3);
  g_assert_true (is_there (&ratchet, 900));
  g_assert_true (is_there (&ratchet, 0));
  again = peek (&ratchet, 3);
  g_assert_true (cv_secret_span_equal (cv_secret_span (first), cv_secret_span (again)));
  g_assert_cmpuint (ratchet.next, ==, 0);
  g_assert_null (ratchet.skipped);
  cv_mls_ratchet_clear (&ratchet);
}

static void
test_out_of_order (void)
{
  static const guint32 order[] = {4, 1, 7, 0, 6, 2, 3, 5};
  CvSecret *expected[8];
  CvMlsRatchet ratchet;

  ratchet_init (&ratchet);
  for (guint32 i = 0; i < 8; i++)
    expected[i] = peek (&ratchet, i);
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++) {
    g_autoptr (CvSecret) key = peek (&ratchet, order[i]);

    g_assert_nonnull (key);
    g_assert_true (
        cv_secret_span_equal (cv_secret_span (key), cv_secret_span (expected[order[i]])));
    consume (&ratchet, order[i]);
    g_assert_false (is_there (&ratchet, order[i]));
  }
  g_assert_cmpuint (ratchet.skipped->len, ==, 0);
  for (guint32 i = 0; i < 8; i++)
    cv_secret_unref (expected[i]);
  cv_mls_ratchet_clear (&ratchet);
}

static void
test_too_far_ahead (void)
{
  CvMlsRatchet ratchet;
  g_autoptr (GError) error = NULL;

  ratchet_init (&ratchet);
  g_assert_true (is_there (&ratchet, CV_MLS_RATCHET_SKIP_MAX));
  g_assert_false (is_there (&ratchet, CV_MLS_RATCHET_SKIP_MAX + 1));
  g_assert_false (is_there (&ratchet, G_MAXUINT32));
  g_assert_false (cv_mls_ratchet_consume (&cipher, &ratchet, G_MAXUINT32, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_GENERATION);
  g_assert_cmpuint (ratchet.next, ==, 0);
  cv_mls_ratchet_clear (&ratchet);
}

static void
test_keeps_the_newest (void)
{
  CvMlsRatchet ratchet;

  ratchet_init (&ratchet);
  consume (&ratchet, CV_MLS_RATCHET_SKIP_MAX);
  g_assert_cmpuint (ratchet.skipped->len, ==, CV_MLS_RATCHET_SKIP_MAX);
  consume (&ratchet, CV_MLS_RATCHET_SKIP_MAX + 11);
  g_assert_cmpuint (ratchet.skipped->len, ==, CV_MLS_RATCHET_SKIP_MAX);
  g_assert_false (is_there (&ratchet, 9));
  g_assert_true (is_there (&ratchet, 10));
  g_assert_true (is_there (&ratchet, CV_MLS_RATCHET_SKIP_MAX + 10));
  cv_mls_ratchet_clear (&ratchet);
}

static void
test_stops_at_the_last (void)
{
  CvMlsRatchet ratchet;

  ratchet_init (&ratchet);
  ratchet.next = G_MAXUINT32 - 1;
  consume (&ratchet, G_MAXUINT32);
  g_assert_null (ratchet.secret);
  g_assert_false (is_there (&ratchet, G_MAXUINT32));
  g_assert_false (is_there (&ratchet, 0));
  g_assert_true (is_there (&ratchet, G_MAXUINT32 - 1));
  cv_mls_ratchet_clear (&ratchet);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cipher = mls_fixture_cipher (0xF001);
  g_test_add_func ("/mls/ratchet/gives-a-key-once", test_once);
  g_test_add_func ("/mls/ratchet/peek-changes-nothing", test_peek_changes_nothing);
  g_test_add_func ("/mls/ratchet/opens-out-of-order", test_out_of_order);
  g_test_add_func ("/mls/ratchet/refuses-too-far-ahead", test_too_far_ahead);
  g_test_add_func ("/mls/ratchet/keeps-the-newest-skipped", test_keeps_the_newest);
  g_test_add_func ("/mls/ratchet/stops-at-the-last-generation", test_stops_at_the_last);
  return g_test_run ();
}
