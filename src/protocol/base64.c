/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* RFC 4648, read strictly: two texts never mean the same bytes. */
#include "protocol/base64.h"

#include "base/secret.h"

#include <string.h>

/* Without a table and without branches on the value, for it decodes the room's secret. −1: none. */
static int
sextet (guint8 c, guint8 plus, guint8 slash)
{
  int value = -1;

  value += (((0x40 - c) & (c - 0x5b)) >> 8 & 1) * (c - 'A' + 1);
  value += (((0x60 - c) & (c - 0x7b)) >> 8 & 1) * (c - 'a' + 27);
  value += (((0x2f - c) & (c - 0x3a)) >> 8 & 1) * (c - '0' + 53);
  value += (((plus - 1 - c) & (c - plus - 1)) >> 8 & 1) * 63;
  value += (((slash - 1 - c) & (c - slash - 1)) >> 8 & 1) * 64;
  return value;
}

/* n_chars are without padding; out has room for n_chars × 6 / 8 bytes. */
static gboolean
decode (const char *text, gsize n_chars, const char alphabet[static 2], guint8 *out)
{
  guint32 bits = 0;
  guint n_bits = 0;
  gsize n_out = 0;
  int bad = 0;

  for (gsize i = 0; i < n_chars; i++) {
    int value = sextet ((guint8)text[i], (guint8)alphabet[0], (guint8)alphabet[1]);

    bad |= value < 0;
    bits = (bits << 6 | (guint32)(value & 63)) & 0xffff;
    n_bits += 6;
    if (n_bits >= 8) {
      n_bits -= 8;
      out[n_out++] = (guint8)(bits >> n_bits);
    }
  }
  return !bad && n_chars % 4 != 1 && (bits & ((1u << n_bits) - 1)) == 0;
}

GBytes *
cv_protocol_base64_decode (const char *text, gsize max)
{
  gsize len = strlen (text);
  gsize n_chars = len;
  gsize n_bytes;
  guint8 *out;

  if (len % 4 != 0 || len / 4 > max / 3 + 1)
    return NULL;
  for (guint i = 0; i < 2 && n_chars > 0 && text[n_chars - 1] == '='; i++)
    n_chars--;
  n_bytes = n_chars * 6 / 8;
  if (n_bytes > max)
    return NULL;
  out = g_malloc (n_bytes + 1);
  if (!decode (text, n_chars, "+/", out)) {
    g_free (out);
    return NULL;
  }
  return g_bytes_new_take (out, n_bytes);
}

gboolean
cv_protocol_base64url_decode (const char *text, gsize text_len, guint8 *out, gsize len)
{
  if (text_len == (len * 8 + 5) / 6 && decode (text, text_len, "-_", out))
    return TRUE;
  cv_secret_wipe (out, len);
  return FALSE;
}

char *
cv_protocol_base64url_encode (CvSpan bytes)
{
  char *text = g_base64_encode (bytes.data, bytes.len);
  gsize end = strlen (text);

  for (gsize i = 0; i < end; i++) {
    if (text[i] == '+')
      text[i] = '-';
    if (text[i] == '/')
      text[i] = '_';
  }
  while (end > 0 && text[end - 1] == '=')
    text[--end] = '\0';
  return text;
}
