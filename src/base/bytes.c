/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The one place where bytes from outside are cut into values. Every parser of Conclave is written
 * with this cursor, so that a missing bounds check can only be missing here. */
#include "base/bytes.h"

#include "base/secret.h"

#include <string.h>

#define VARINT_MAX ((1u << 30) - 1)
#define SECRET_ROOM_MIN 64

CvSpan
cv_span_from_bytes (GBytes *bytes)
{
  CvSpan span = CV_SPAN_EMPTY;

  if (bytes)
    span.data = g_bytes_get_data (bytes, &span.len);
  return span;
}

CvSpan
cv_span_from_array (const GByteArray *array)
{
  return array ? cv_span (array->data, array->len) : CV_SPAN_EMPTY;
}

GBytes *
cv_span_dup (CvSpan span)
{
  return g_bytes_new (span.data, span.len);
}

char *
cv_span_dup_text (CvSpan span)
{
  /* g_strndup gives NULL for NULL. */
  return g_strndup (span.len > 0 ? (const char *)span.data : "", span.len);
}

gboolean
cv_span_equal (CvSpan a, CvSpan b)
{
  return a.len == b.len && (a.len == 0 || memcmp (a.data, b.data, a.len) == 0);
}

void
cv_reader_fail (CvReader *reader)
{
  reader->has_failed = TRUE;
}

void
cv_reader_copy (CvReader *reader, void *out, gsize len)
{
  CvSpan span = cv_reader_take (reader, len);

  if (span.len == len && len > 0)
    memcpy (out, span.data, len);
  else if (len > 0)
    memset (out, 0, len);
}

guint8
cv_reader_u8 (CvReader *reader)
{
  return (guint8)cv_reader_uint (reader, 1);
}

guint16
cv_reader_u16 (CvReader *reader)
{
  return (guint16)cv_reader_uint (reader, 2);
}

guint32
cv_reader_u32 (CvReader *reader)
{
  return (guint32)cv_reader_uint (reader, 4);
}

guint64
cv_reader_u64 (CvReader *reader)
{
  return cv_reader_uint (reader, 8);
}

guint32
cv_reader_varint (CvReader *reader)
{
  guint8 first = cv_reader_u8 (reader);
  guint size_log2 = first >> 6;
  guint32 value = first & 0x3f;

  /* RFC 9420 §2.1.2: prefix 3 is invalid, and so is a longer form than needed. */
  if (size_log2 == 3) {
    cv_reader_fail (reader);
    return 0;
  }
  for (guint i = 1; i < 1u << size_log2; i++)
    value = value << 8 | cv_reader_u8 (reader);
  if ((size_log2 == 1 && value < 1u << 6) || (size_log2 == 2 && value < 1u << 14))
    cv_reader_fail (reader);
  return cv_reader_is_ok (reader) ? value : 0;
}

CvSpan
cv_reader_vector (CvReader *reader, gsize max)
{
  guint32 len = cv_reader_varint (reader);

  if (len > max)
    cv_reader_fail (reader);
  return cv_reader_take (reader, len);
}

GBytes *
cv_reader_dup_vector (CvReader *reader, gsize max)
{
  return cv_span_dup (cv_reader_vector (reader, max));
}

void
cv_reader_open_vector (CvReader *reader, gsize max, CvReader *inner)
{
  CvSpan span = cv_reader_vector (reader, max);

  cv_reader_init (inner, span);
  inner->has_failed = reader->has_failed;
}

gboolean
cv_reader_finish (const CvReader *reader)
{
  return !reader->has_failed && reader->pos == reader->len;
}

CvSpan
cv_reader_since (const CvReader *reader, gsize from_pos)
{
  g_return_val_if_fail (from_pos <= reader->pos, CV_SPAN_EMPTY);

  if (reader->pos == from_pos)
    return CV_SPAN_EMPTY;
  return cv_span (reader->data + from_pos, reader->pos - from_pos);
}

void
cv_writer_init (CvWriter *writer)
{
  *writer = (CvWriter){.array = g_byte_array_new ()};
}

void
cv_writer_init_secret (CvWriter *writer)
{
  *writer = (CvWriter){.array = g_byte_array_new (), .is_secret = TRUE};
}

void
cv_writer_clear (CvWriter *writer)
{
  if (writer->array && writer->is_secret)
    cv_secret_wipe (writer->array->data, writer->array->len);
  g_clear_pointer (&writer->array, g_byte_array_unref);
}

/* Makes room for len bytes in all. g_byte_array_append would realloc and leave the old copy behind
 * in freed memory. By doubling, since each move copies and wipes all that was written. */
static void
move_secret (CvWriter *writer, guint len)
{
  guint room = writer->room > G_MAXUINT / 2 ? G_MAXUINT : 2 * writer->room;
  GByteArray *grown;

  room = MAX (MAX (room, len), SECRET_ROOM_MIN);
  grown = g_byte_array_sized_new (room);
  g_byte_array_append (grown, writer->array->data, writer->array->len);
  cv_secret_wipe (writer->array->data, writer->array->len);
  g_byte_array_unref (writer->array);
  writer->array = grown;
  writer->room = room;
}

static void
append (CvWriter *writer, const guint8 *data, gsize len)
{
  if (len == 0)
    return;
  g_assert (len <= G_MAXUINT - writer->array->len);
  if (writer->is_secret && len > writer->room - writer->array->len)
    move_secret (writer, writer->array->len + (guint)len);
  g_byte_array_append (writer->array, data, (guint)len);
}

static void
append_uint (CvWriter *writer, guint64 value, gsize size)
{
  guint8 buffer[8];

  for (gsize i = 0; i < size; i++)
    buffer[i] = (guint8)(value >> 8 * (size - 1 - i));
  append (writer, buffer, size);
}

void
cv_writer_u8 (CvWriter *writer, guint8 value)
{
  append_uint (writer, value, 1);
}

void
cv_writer_u16 (CvWriter *writer, guint16 value)
{
  append_uint (writer, value, 2);
}

void
cv_writer_u32 (CvWriter *writer, guint32 value)
{
  append_uint (writer, value, 4);
}

void
cv_writer_u64 (CvWriter *writer, guint64 value)
{
  append_uint (writer, value, 8);
}

void
cv_writer_put (CvWriter *writer, CvSpan bytes)
{
  append (writer, bytes.data, bytes.len);
}

static gsize
encode_varint (guint32 value, guint8 out[static 4])
{
  g_assert (value <= VARINT_MAX);
  if (value < 1u << 6) {
    out[0] = (guint8)value;
    return 1;
  }
  if (value < 1u << 14) {
    out[0] = (guint8)(0x40 | value >> 8);
    out[1] = (guint8)value;
    return 2;
  }
  out[0] = (guint8)(0x80 | value >> 24);
  out[1] = (guint8)(value >> 16);
  out[2] = (guint8)(value >> 8);
  out[3] = (guint8)value;
  return 4;
}

void
cv_writer_varint (CvWriter *writer, guint32 value)
{
  guint8 prefix[4];

  append (writer, prefix, encode_varint (value, prefix));
}

void
cv_writer_vector (CvWriter *writer, CvSpan bytes)
{
  g_assert (bytes.len <= VARINT_MAX);
  cv_writer_varint (writer, (guint32)bytes.len);
  cv_writer_put (writer, bytes);
}

gsize
cv_writer_begin_vector (CvWriter *writer)
{
  return writer->array->len;
}

void
cv_writer_end_vector (CvWriter *writer, gsize mark)
{
  guint8 prefix[4];
  gsize len = writer->array->len - mark;
  gsize prefix_len;

  g_assert (len <= VARINT_MAX);
  prefix_len = encode_varint ((guint32)len, prefix);
  append (writer, prefix, prefix_len);
  memmove (writer->array->data + mark + prefix_len, writer->array->data + mark, len);
  memcpy (writer->array->data + mark, prefix, prefix_len);
}

CvSpan
cv_writer_span (const CvWriter *writer)
{
  return cv_span_from_array (writer->array);
}

GBytes *
cv_writer_take (CvWriter *writer)
{
  GByteArray *array = writer->array;

  writer->array = g_byte_array_new ();
  writer->room = 0;
  return g_byte_array_free_to_bytes (array);
}
