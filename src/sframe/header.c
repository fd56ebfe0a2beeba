/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The SFrame header (RFC 9605 §4.3).
 *
 *    0 1 2 3 4 5 6 7
 *   |X|  K  |Y|  C  |  KID …  |  CTR …
 *
 * X = 0: K is the KID. X = 1: the KID follows in K + 1 bytes. Y and C the same for the CTR. */
#include "sframe/header.h"

#define EXTENDED 0x08
#define INLINE_MAX 0x07

/* Bytes that follow the config byte: 0 for a value that fits into it. */
static guint
count_bytes (guint64 value)
{
  return value <= INLINE_MAX ? 0 : 8 - (guint)__builtin_clzll (value) / 8;
}

static guint8
encode_nibble (guint64 value)
{
  guint n = count_bytes (value);

  return (guint8)(n > 0 ? EXTENDED | (n - 1) : value);
}

static gsize
write_bytes (guint64 value, guint8 *out)
{
  guint n = count_bytes (value);

  for (guint i = 0; i < n; i++)
    out[i] = (guint8)(value >> 8 * (n - 1 - i));
  return n;
}

static gsize
extended_len (guint nibble)
{
  return nibble & EXTENDED ? (nibble & INLINE_MAX) + 1 : 0;
}

static guint64
decode_value (guint nibble, CvSpan bytes)
{
  guint64 value = 0;

  if (bytes.len == 0)
    return nibble;
  for (gsize i = 0; i < bytes.len; i++)
    value = value << 8 | bytes.data[i];
  return value;
}

gsize
cv_sframe_header_len (const CvSframeHeader *header)
{
  return 1 + count_bytes (header->kid) + count_bytes (header->ctr);
}

gsize
cv_sframe_header_write (const CvSframeHeader *header, guint8 *out)
{
  gsize len = 1;

  out[0] = (guint8)(encode_nibble (header->kid) << 4 | encode_nibble (header->ctr));
  len += write_bytes (header->kid, out + len);
  len += write_bytes (header->ctr, out + len);
  return len;
}

gsize
cv_sframe_header_parse (CvSpan frame, CvSframeHeader *header)
{
  CvReader reader;
  CvSpan first;
  guint config;
  gsize kid_len;
  gsize ctr_len;
  CvSpan bytes;

  *header = (CvSframeHeader){0};
  cv_reader_init (&reader, frame);
  first = cv_reader_take (&reader, 1);
  config = first.len > 0 ? first.data[0] : 0;
  kid_len = extended_len (config >> 4);
  ctr_len = extended_len (config & 0x0f);
  bytes = cv_reader_take (&reader, kid_len + ctr_len);
  /* RFC 9605 §4.3: the config byte says how long both fields are, and they are there. */
  if (!cv_reader_is_ok (&reader))
    return 0;
  header->kid = decode_value (config >> 4, cv_span (bytes.data, kid_len));
  header->ctr =
      decode_value (config & 0x0f, cv_span (ctr_len ? bytes.data + kid_len : NULL, ctr_len));
  /* RFC 9605 §4.3: minimal. Two forms of one header would be two names for one nonce. */
  if (count_bytes (header->kid) == kid_len && count_bytes (header->ctr) == ctr_len)
    return reader.pos;
  *header = (CvSframeHeader){0};
  return 0;
}
