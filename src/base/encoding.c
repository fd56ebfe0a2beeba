/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Bytes as text. No table is indexed and no branch taken by a byte of the contents: a digit is
 * computed from comparisons, and whether all were valid is looked at once, at the end. */
#include "base/encoding.h"

#define SECRET_MAX ((gsize)64 * 1024)

/* 0xff when low ≤ value ≤ high, else 0; all in 0 … 255. */
static guint
in_range (guint value, guint low, guint high)
{
  return ((low - value - 1) & (value - high - 1)) >> 8 & 0xff;
}

static char
hex_digit (guint value)
{
  return (char)('0' + value + (in_range (value, 10, 15) & ('a' - '0' - 10)));
}

/* −1 in the upper bits when it is no digit. */
static gint
hex_value (guint c)
{
  guint digit = in_range (c, '0', '9');
  guint lower = in_range (c, 'a', 'f');
  guint upper = in_range (c, 'A', 'F');
  guint value = (digit & (c - '0')) | (lower & (c - 'a' + 10)) | (upper & (c - 'A' + 10));

  return (gint)value | -(gint)((digit | lower | upper) == 0);
}

static char
base64_digit (guint value)
{
  return (char)((in_range (value, 0, 25) & (value + 'A'))
                | (in_range (value, 26, 51) & (value - 26 + 'a'))
                | (in_range (value, 52, 61) & (value - 52 + '0')) | (in_range (value, 62, 62) & '-')
                | (in_range (value, 63, 63) & '_'));
}

static gint
base64_value (guint c)
{
  guint upper = in_range (c, 'A', 'Z');
  guint lower = in_range (c, 'a', 'z');
  guint digit = in_range (c, '0', '9');
  guint minus = in_range (c, '-', '-');
  guint line = in_range (c, '_', '_');
  guint value = (upper & (c - 'A')) | (lower & (c - 'a' + 26)) | (digit & (c - '0' + 52))
                | (minus & 62) | (line & 63);

  return (gint)value | -(gint)((upper | lower | digit | minus | line) == 0);
}

char *
cv_encoding_dup_hex (CvSpan bytes)
{
  char *text = g_malloc (2 * bytes.len + 1);

  for (gsize i = 0; i < bytes.len; i++) {
    text[2 * i] = hex_digit (bytes.data[i] >> 4);
    text[2 * i + 1] = hex_digit (bytes.data[i] & 0x0f);
  }
  text[2 * bytes.len] = '\0';
  return text;
}

void
cv_encoding_write_digits (guint64 value, char *out, gsize n_digits)
{
  for (gsize i = n_digits; i-- > 0; value /= 10)
    out[i] = (char)('0' + value % 10);
}

static gsize
base64_len (gsize len)
{
  return len / 3 * 4 + (len % 3 ? len % 3 + 1 : 0);
}

static void
write_base64url (CvSpan bytes, char *text)
{
  guint bits = 0;
  guint n_bits = 0;
  gsize n = 0;

  for (gsize i = 0; i < bytes.len; i++) {
    bits = (bits << 8 | bytes.data[i]) & 0xffff;
    n_bits += 8;
    while (n_bits >= 6) {
      n_bits -= 6;
      text[n++] = base64_digit (bits >> n_bits & 0x3f);
    }
  }
  if (n_bits > 0)
    text[n++] = base64_digit (bits << (6 - n_bits) & 0x3f);
  text[n] = '\0';
}

char *
cv_encoding_dup_base64url (CvSpan bytes)
{
  char *text = g_malloc (base64_len (bytes.len) + 1);

  write_base64url (bytes, text);
  return text;
}

CvSecret *
cv_encoding_dup_secret_base64url (CvSpan secret)
{
  CvSecret *text = cv_secret_new (base64_len (secret.len) + 1);

  if (text)
    write_base64url (secret, (char *)cv_secret_get_data (text));
  return text;
}

static gboolean
read_hex (const char *text, gsize len, guint8 *out)
{
  gint seen = 0;

  for (gsize i = 0; i < len / 2; i++) {
    gint high = hex_value ((guchar)text[2 * i]);
    gint low = hex_value ((guchar)text[2 * i + 1]);

    seen |= high | low;
    out[i] = (guint8)((guint)high << 4 | ((guint)low & 0x0f));
  }
  return cv_secret_reveal (seen >= 0);
}

static gboolean
read_base64url (const char *text, gsize len, guint8 *out)
{
  guint bits = 0;
  guint n_bits = 0;
  gsize n = 0;
  gint seen = 0;

  for (gsize i = 0; i < len; i++) {
    gint value = base64_value ((guchar)text[i]);

    seen |= value;
    bits = (bits << 6 | ((guint)value & 0x3f)) & 0xffff;
    n_bits += 6;
    if (n_bits >= 8) {
      n_bits -= 8;
      out[n++] = (guint8)(bits >> n_bits);
    }
  }
  /* Bits that belong to no byte must be zero, or one value would have many texts. */
  return cv_secret_reveal ((seen >= 0) & ((bits & ((1u << n_bits) - 1)) == 0));
}

typedef gboolean (*Read) (const char *text, gsize len, guint8 *out);

static gboolean
find_hex_len (gsize text_len, gsize *len)
{
  *len = text_len / 2;
  return text_len % 2 == 0;
}

static gboolean
find_base64url_len (gsize text_len, gsize *len)
{
  *len = text_len / 4 * 3 + (text_len % 4 ? text_len % 4 - 1 : 0);
  return text_len % 4 != 1;
}

static GBytes *
parse (const char *text, gsize text_len, gsize len, Read read)
{
  g_autofree guint8 *out = g_malloc (len + 1);

  if (read (text, text_len, out))
    return g_bytes_new_take (g_steal_pointer (&out), len);
  cv_secret_wipe (out, len);
  return NULL;
}

static CvSecret *
parse_secret (const char *text, gsize text_len, gsize len, Read read)
{
  g_autoptr (CvSecret) out = NULL;

  if (len == 0 || len > SECRET_MAX)
    return NULL;
  out = cv_secret_new (len);
  return read (text, text_len, cv_secret_get_data (out)) ? g_steal_pointer (&out) : NULL;
}

GBytes *
cv_encoding_parse_hex (const char *text, gsize len, gsize max)
{
  gsize out_len;

  return find_hex_len (len, &out_len) && out_len <= max ? parse (text, len, out_len, read_hex)
                                                        : NULL;
}

GBytes *
cv_encoding_parse_base64url (const char *text, gsize len, gsize max)
{
  gsize out_len;

  return find_base64url_len (len, &out_len) && out_len <= max
             ? parse (text, len, out_len, read_base64url)
             : NULL;
}

CvSecret *
cv_encoding_parse_secret_hex (const char *text, gsize len, gsize max)
{
  gsize out_len;

  return find_hex_len (len, &out_len) && out_len <= max
             ? parse_secret (text, len, out_len, read_hex)
             : NULL;
}

CvSecret *
cv_encoding_parse_secret_base64url (const char *text, gsize len, gsize max)
{
  gsize out_len;

  return find_base64url_len (len, &out_len) && out_len <= max
             ? parse_secret (text, len, out_len, read_base64url)
             : NULL;
}
