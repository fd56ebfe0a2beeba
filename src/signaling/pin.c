/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A walk over the first fields of a certificate; everything else is the TLS library's to judge. */
#include "signaling/pin.h"

#include "base/secret.h"

#define TAG_INTEGER 0x02
#define TAG_SEQUENCE 0x30
#define TAG_VERSION 0xa0

/* One element: its content, and the reader past it. X.690 §10.1: definite, minimal lengths. */
static CvSpan
take_element (CvReader *reader, guint8 tag)
{
  guint8 first;
  guint32 len;

  if (cv_reader_u8 (reader) != tag)
    cv_reader_fail (reader);
  first = cv_reader_u8 (reader);
  if (first < 0x80)
    return cv_reader_take (reader, first);
  if (first == 0x81) {
    len = cv_reader_u8 (reader);
    if (len < 0x80)
      cv_reader_fail (reader);
  } else {
    len = cv_reader_u16 (reader);
    if (first != 0x82 || len < 0x100)
      cv_reader_fail (reader);
  }
  return cv_reader_take (reader, len);
}

gboolean
cv_signaling_pin_find_key (CvSpan der, CvSpan *key_info)
{
  /* serialNumber, signature, issuer, validity, subject */
  static const guint8 before[] = {TAG_INTEGER, TAG_SEQUENCE, TAG_SEQUENCE, TAG_SEQUENCE,
                                  TAG_SEQUENCE};
  CvReader outer, certificate, tbs;
  gsize from;

  cv_reader_init (&outer, der);
  cv_reader_init (&certificate, take_element (&outer, TAG_SEQUENCE));
  cv_reader_init (&tbs, take_element (&certificate, TAG_SEQUENCE));
  if (!cv_reader_finish (&outer) || !cv_reader_is_ok (&certificate))
    return FALSE;
  if (cv_reader_remaining (&tbs) > 0 && tbs.data[tbs.pos] == TAG_VERSION)
    take_element (&tbs, TAG_VERSION);
  for (gsize i = 0; i < G_N_ELEMENTS (before); i++)
    take_element (&tbs, before[i]);
  from = tbs.pos;
  take_element (&tbs, TAG_SEQUENCE);
  if (!cv_reader_is_ok (&tbs))
    return FALSE;
  *key_info = cv_reader_since (&tbs, from);
  return TRUE;
}

gboolean
cv_signaling_pin_compute (GTlsCertificate *certificate, guint8 pin[static CV_SIGNALING_PIN_BYTES])
{
  g_autoptr (GByteArray) der = NULL;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  CvSpan key_info;
  gsize len = CV_SIGNALING_PIN_BYTES;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL || !cv_signaling_pin_find_key (cv_span_from_array (der), &key_info))
    return FALSE;
  g_checksum_update (checksum, key_info.data, (gssize)key_info.len);
  g_checksum_get_digest (checksum, pin, &len);
  return TRUE;
}

gboolean
cv_signaling_pin_matches (GTlsCertificate *certificate,
                          const guint8 pin[static CV_SIGNALING_PIN_BYTES])
{
  guint8 actual[CV_SIGNALING_PIN_BYTES];

  return cv_signaling_pin_compute (certificate, actual)
         && cv_secret_equal (actual, pin, sizeof actual);
}
