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

/* RFC 9605 §4.3: inline, or in so many bytes as the nibble says, which are the fewest that hold it.
 * Two forms of one header would be two names for one nonce. */
static guint64
read_value (CvReader *reader, guint nibble)
{
  gsize len = (nibble & INLINE_MAX) + 1;
  guint64 value;

  if (!(nibble & EXTENDED))
    return nibble;
  value = cv_reader_uint (reader, len);
  if (len == 1 ? value <= INLINE_MAX : value >> 8 * (len - 1) == 0)
    cv_reader_fail (reader);
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
  guint config;

  cv_reader_init (&reader, frame);
  config = (guint)cv_reader_uint (&reader, 1);
  header->kid = read_value (&reader, config >> 4);
  header->ctr = read_value (&reader, config & 0x0f);
  if (cv_reader_is_ok (&reader))
    return reader.pos;
  *header = (CvSframeHeader){0};
  return 0;
}
