/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* GLib's decoder skips what it does not know; here two texts never mean the same bytes. */
#include "protocol/base64.h"

#include <string.h>

static int
to_sextet (char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* n_chars are without padding; out has room for n_chars × 6 / 8 bytes. */
static gboolean
decode (const char *text, gsize n_chars, guint8 *out)
{
  guint32 bits = 0;
  guint n_bits = 0;

  for (gsize i = 0; i < n_chars; i++) {
    int sextet = to_sextet (text[i]);

    if (sextet < 0)
      return FALSE;
    bits = (bits << 6 | (guint32)sextet) & 0xffff;
    n_bits += 6;
    if (n_bits >= 8) {
      n_bits -= 8;
      *out++ = (guint8)(bits >> n_bits);
    }
  }
  return n_chars % 4 != 1 && (bits & ((1u << n_bits) - 1)) == 0;
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
  if (!decode (text, n_chars, out)) {
    g_free (out);
    return NULL;
  }
  return g_bytes_new_take (out, n_bytes);
}
