/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Bounded reading and writing of binary structures.
 *
 * A reader never moves past its end: the first failed read makes it "failed", every later read
 * returns zeroes or empty spans, and one check at the end (cv_reader_finish) tells. A writer grows.
 * Integers are big-endian. Variable-length vectors use the MLS length prefix (RFC 9420 §2.1.2:
 * 1, 2 or 4 bytes, minimal). Any thread, one at a time. */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* Borrowed bytes. data may be NULL only when len is 0. */
typedef struct {
  const guint8 *data;
  gsize len;
} CvSpan;

#define CV_SPAN_EMPTY ((CvSpan){NULL, 0})
#define CV_SPAN_LITERAL(text) ((CvSpan){(const guint8 *)(text), sizeof (text) - 1})
#define CV_SPAN_ARRAY(array) ((CvSpan){(const guint8 *)(array), sizeof (array)})

static inline CvSpan
cv_span (const void *data, gsize len)
{
  return (CvSpan){(const guint8 *)data, len};
}

CvSpan cv_span_from_bytes (GBytes *bytes); /* NULL gives the empty span */
CvSpan cv_span_from_array (const GByteArray *array); /* NULL gives the empty span */
GBytes *cv_span_dup (CvSpan span); /* full, never NULL */
char *cv_span_dup_text (CvSpan span); /* full, never NULL, ends in NUL; nothing is checked */
gboolean cv_span_equal (CvSpan a, CvSpan b); /* public data only: not constant-time */

typedef struct {
  const guint8 *data;
  gsize len;
  gsize pos;
  gboolean has_failed;
} CvReader;

/* These few are inline because every media frame's header goes through them. */
static inline void
cv_reader_init (CvReader *reader, CvSpan input)
{
  *reader = (CvReader){.data = input.data, .len = input.len};
}

static inline gboolean
cv_reader_is_ok (const CvReader *reader)
{
  return !reader->has_failed;
}

static inline gsize
cv_reader_remaining (const CvReader *reader)
{
  return reader->has_failed ? 0 : reader->len - reader->pos;
}

static inline CvSpan
cv_reader_take (CvReader *reader, gsize len)
{
  CvSpan span;

  if (len > cv_reader_remaining (reader)) {
    reader->has_failed = TRUE;
    return CV_SPAN_EMPTY;
  }
  if (len == 0)
    return CV_SPAN_EMPTY;
  span = cv_span (reader->data + reader->pos, len);
  reader->pos += len;
  return span;
}

/* size: 1 to 8 bytes. */
static inline guint64
cv_reader_uint (CvReader *reader, gsize size)
{
  gsize remaining = cv_reader_remaining (reader);
  CvSpan span = cv_reader_take (reader, size);
  guint64 value = 0;

  if (remaining >= sizeof value) {
    memcpy (&value, span.data, sizeof value);
    return GUINT64_FROM_BE (value) >> (64 - 8 * size);
  }
  for (gsize i = 0; i < span.len; i++)
    value = value << 8 | span.data[i];
  return value;
}

void cv_reader_fail (CvReader *reader); /* for a value that is read but not allowed */

guint8 cv_reader_u8 (CvReader *reader);
guint16 cv_reader_u16 (CvReader *reader);
guint32 cv_reader_u32 (CvReader *reader);
guint64 cv_reader_u64 (CvReader *reader);
void cv_reader_copy (CvReader *reader, void *out, gsize len); /* zeroes out on failure */

/* RFC 9420 §2.1.2. Fails on a non-minimal or reserved prefix. */
guint32 cv_reader_varint (CvReader *reader);

/* opaque<V>: the prefix and that many bytes. Fails when longer than max. */
CvSpan cv_reader_vector (CvReader *reader, gsize max);
GBytes *cv_reader_dup_vector (CvReader *reader, gsize max); /* full, empty on failure */

/* A reader over the inside of a vector; the outer one moves past it. */
void cv_reader_open_vector (CvReader *reader, gsize max, CvReader *inner);

/* TRUE when nothing failed and nothing is left. */
gboolean cv_reader_finish (const CvReader *reader);

/* What was read since from_pos, for structures that are hashed or signed as received. */
CvSpan cv_reader_since (const CvReader *reader, gsize from_pos);

typedef struct {
  GByteArray *array;
  gboolean is_secret; /* grow by copying and wiping the old memory */
  guint room; /* of a secret writer: bytes that array takes before it must be copied */
} CvWriter;

void cv_writer_init (CvWriter *writer);
void cv_writer_init_secret (CvWriter *writer);
void cv_writer_clear (CvWriter *writer); /* wipes when secret; safe to call twice */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvWriter, cv_writer_clear)

void cv_writer_u8 (CvWriter *writer, guint8 value);
void cv_writer_u16 (CvWriter *writer, guint16 value);
void cv_writer_u32 (CvWriter *writer, guint32 value);
void cv_writer_u64 (CvWriter *writer, guint64 value);
void cv_writer_put (CvWriter *writer, CvSpan bytes);
void cv_writer_varint (CvWriter *writer, guint32 value); /* value < 2^30 */
void cv_writer_vector (CvWriter *writer, CvSpan bytes); /* len < 2^30 */

/* A vector whose length is known only at its end: begin returns a mark for end. Nests. */
gsize cv_writer_begin_vector (CvWriter *writer);
void cv_writer_end_vector (CvWriter *writer, gsize mark);

CvSpan cv_writer_span (const CvWriter *writer); /* borrowed, until the next write */
GBytes *cv_writer_take (CvWriter *writer); /* full; the writer is empty after it */

G_END_DECLS
