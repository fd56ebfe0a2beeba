/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "mls/mls-fixture.h"
#include "mls/psk.h"

static CvMlsCipher cipher;

static void
set_nonce (CvMlsPskId *id, GBytes *nonce)
{
  g_bytes_unref (id->nonce);
  id->nonce = g_bytes_ref (nonce);
}

static void
test_ids (void)
{
  g_auto (CvMlsPskId) room = {0};
  g_auto (CvMlsPskId) again = {0};
  g_auto (CvMlsPskId) other = {0};
  g_auto (CvMlsPskId) epoch = {0};
  g_auto (CvMlsPskId) next = {0};
  g_auto (CvMlsPskId) copy = {0};
  g_autoptr (GError) error = NULL;

  if (!cv_mls_psk_id_init_external (&cipher, CV_SPAN_LITERAL ("room"), &room, &error)
      || !cv_mls_psk_id_init_external (&cipher, CV_SPAN_LITERAL ("room"), &again, &error)
      || !cv_mls_psk_id_init_external (&cipher, CV_SPAN_LITERAL ("hall"), &other, &error)
      || !cv_mls_psk_id_init_resumption (&cipher, CV_SPAN_LITERAL ("room"), 3, &epoch, &error)
      || !cv_mls_psk_id_init_resumption (&cipher, CV_SPAN_LITERAL ("room"), 4, &next, &error))
    g_assert_no_error (error);
  /* The nonce is part of the id: one PSK may come twice (§12.2). */
  g_assert_true (cv_mls_psk_id_is_same (&room, &room));
  g_assert_false (cv_mls_psk_id_is_same (&room, &again));
  g_assert_cmpuint (g_bytes_get_size (room.nonce), ==, cipher.suite->hash_len);
  cv_mls_psk_id_copy (&copy, &room);
  g_assert_true (cv_mls_psk_id_is_same (&room, &copy));
  /* With one nonce, so that the rest is what differs. */
  set_nonce (&other, room.nonce);
  set_nonce (&epoch, room.nonce);
  set_nonce (&next, room.nonce);
  g_assert_false (cv_mls_psk_id_is_same (&room, &other));
  g_assert_false (cv_mls_psk_id_is_same (&room, &epoch));
  g_assert_false (cv_mls_psk_id_is_same (&epoch, &next));
}

static CvSecret *
secret_of (const CvMlsPskId *a, const CvMlsPskId *b)
{
  g_autoptr (CvSecret) key = cv_secret_new_from (CV_SPAN_LITERAL ("psk"));
  const CvMlsPskInput inputs[] = {{a, key}, {b, key}};
  g_autoptr (GError) error = NULL;
  CvSecret *secret = cv_mls_psk_secret (&cipher, inputs, b ? 2 : 1, &error);

  g_assert_no_error (error);
  return secret;
}

static void
test_secret (void)
{
  g_auto (CvMlsPskId) a = {0};
  g_auto (CvMlsPskId) b = {0};
  g_autoptr (CvSecret) none = cv_mls_psk_secret (&cipher, NULL, 0, NULL);
  g_autoptr (CvSecret) zero = cv_secret_new (cipher.suite->hash_len);
  g_autoptr (CvSecret) one = NULL;
  g_autoptr (CvSecret) both = NULL;
  g_autoptr (CvSecret) turned = NULL;
  g_autoptr (GError) error = NULL;

  if (!cv_mls_psk_id_init_external (&cipher, CV_SPAN_LITERAL ("a"), &a, &error)
      || !cv_mls_psk_id_init_external (&cipher, CV_SPAN_LITERAL ("b"), &b, &error))
    g_assert_no_error (error);
  g_assert_true (cv_secret_span_equal (cv_secret_span (none), cv_secret_span (zero)));
  one = secret_of (&a, NULL);
  both = secret_of (&a, &b);
  turned = secret_of (&b, &a);
  g_assert_false (cv_secret_span_equal (cv_secret_span (one), cv_secret_span (zero)));
  g_assert_false (cv_secret_span_equal (cv_secret_span (both), cv_secret_span (one)));
  g_assert_false (cv_secret_span_equal (cv_secret_span (both), cv_secret_span (turned)));
}

static void
test_round_trip (void)
{
  static const struct {
    const char *input;
    gsize len;
    gboolean is_ok;
  } table[] = {
      {"\x01\x02id\x01n", 6, TRUE},
      {"\x02\x01\x02gi\0\0\0\0\0\0\0\x05\x01n", 15, TRUE},
      {"\x02\x03\x02gi\0\0\0\0\0\0\0\x05\x01n", 15, TRUE},
      {"\x00\x02id\x01n", 6, FALSE},
      {"\x03\x02id\x01n", 6, FALSE},
      {"\x02\x00\x02gi\0\0\0\0\0\0\0\x05\x01n", 15, FALSE},
      {"\x02\x04\x02gi\0\0\0\0\0\0\0\x05\x01n", 15, FALSE},
      {"\x01\x02id\x01", 5, FALSE},
      {"\x01\x02id", 4, FALSE},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_auto (CvMlsPskId) id = {0};
    g_auto (CvWriter) writer = {0};
    CvReader reader;

    cv_reader_init (&reader, cv_span (table[i].input, table[i].len));
    g_assert_true (cv_mls_psk_id_read (&reader, &id) == table[i].is_ok);
    if (!table[i].is_ok)
      continue;
    g_assert_true (cv_reader_finish (&reader));
    cv_writer_init (&writer);
    cv_mls_psk_id_write (&writer, &id);
    g_assert_true (
        cv_span_equal (cv_writer_span (&writer), cv_span (table[i].input, table[i].len)));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cipher = mls_fixture_cipher (0xF001);
  g_test_add_func ("/mls/psk/ids-ignore-the-nonce", test_ids);
  g_test_add_func ("/mls/psk/secret-depends-on-all-and-their-order", test_secret);
  g_test_add_func ("/mls/psk/encoding", test_round_trip);
  return g_test_run ();
}
