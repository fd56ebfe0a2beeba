/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "signaling/pin.h"

#include "fixtures/own-certificate.h"

static GByteArray *
to_der (const CvOwnCertificate *own)
{
  g_autoptr (GTlsCertificate) certificate =
      g_tls_certificate_new_from_pem (own->certificate, -1, NULL);
  GByteArray *der = NULL;

  g_assert_nonnull (certificate);
  g_object_get (certificate, "certificate", &der, NULL);
  return der;
}

static void
test_agrees_with_openssl (void)
{
  g_auto (CvOwnCertificate) own = {0};
  g_autoptr (GTlsCertificate) certificate = NULL;
  guint8 pin[CV_SIGNALING_PIN_BYTES];

  cv_own_certificate_init (&own);
  certificate = g_tls_certificate_new_from_pem (own.certificate, -1, NULL);
  g_assert_true (cv_signaling_pin_compute (certificate, pin));
  g_assert_cmpmem (pin, sizeof pin, own.pin, sizeof own.pin);
  g_assert_true (cv_signaling_pin_matches (certificate, own.pin));
  own.pin[31] ^= 1;
  g_assert_false (cv_signaling_pin_matches (certificate, own.pin));
}

/* No prefix of a certificate is one, and none is read past its end. */
static void
test_rejects_every_prefix (void)
{
  g_auto (CvOwnCertificate) own = {0};
  g_autoptr (GByteArray) der = NULL;
  CvSpan key_info;

  cv_own_certificate_init (&own);
  der = to_der (&own);
  for (gsize len = 0; len < der->len; len++) {
    g_autofree guint8 *prefix = g_memdup2 (der->data, MAX (len, 1));

    g_assert_false (cv_signaling_pin_find_key (cv_span (prefix, len), &key_info));
  }
  g_assert_true (cv_signaling_pin_find_key (cv_span_from_array (der), &key_info));
  g_byte_array_append (der, (const guint8 *)"", 1);
  g_assert_false (cv_signaling_pin_find_key (cv_span_from_array (der), &key_info));
}

static void
test_survives_every_changed_byte (void)
{
  g_auto (CvOwnCertificate) own = {0};
  g_autoptr (GByteArray) der = NULL;
  CvSpan key_info;

  cv_own_certificate_init (&own);
  der = to_der (&own);
  for (gsize i = 0; i < der->len; i++) {
    for (guint bit = 0; bit < 8; bit++) {
      der->data[i] ^= 1 << bit;
      if (cv_signaling_pin_find_key (cv_span_from_array (der), &key_info))
        g_assert_cmpuint (key_info.len, <, der->len);
      der->data[i] ^= 1 << bit;
    }
  }
}

static void
test_rejects_loose_lengths (void)
{
  static const guint8 indefinite[] = {0x30, 0x80, 0x30, 0x00, 0x00, 0x00};
  static const guint8 loose[] = {0x30, 0x81, 0x02, 0x30, 0x00};
  static const guint8 huge[] = {0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30, 0x00};
  CvSpan key_info;

  g_assert_false (cv_signaling_pin_find_key (CV_SPAN_ARRAY (indefinite), &key_info));
  g_assert_false (cv_signaling_pin_find_key (CV_SPAN_ARRAY (loose), &key_info));
  g_assert_false (cv_signaling_pin_find_key (CV_SPAN_ARRAY (huge), &key_info));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signaling/pin/agrees-with-openssl", test_agrees_with_openssl);
  g_test_add_func ("/signaling/pin/rejects-every-prefix", test_rejects_every_prefix);
  g_test_add_func ("/signaling/pin/survives-every-changed-byte", test_survives_every_changed_byte);
  g_test_add_func ("/signaling/pin/rejects-loose-lengths", test_rejects_loose_lengths);
  return g_test_run ();
}
