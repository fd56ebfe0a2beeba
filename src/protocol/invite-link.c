/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Everything is read in place: the secret is copied once, into locked memory. */
#include "protocol/invite-link.h"

#include "base/encoding.h"
#include "protocol/error.h"
#include "protocol/limits.h"

#include <gio/gio.h>
#include <string.h>

#define SCHEME "conclave://"
#define HOST_MAX 253
#define SUITE_MAX 16
#define SECRET_PART_LEN (2 + 43) /* "k=" and the secret in base64url */
#define LABEL_MAX 63

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_LINK, why);
  return FALSE;
}

/* RFC 1123 §2.1: letters, digits and inner hyphens. A name of digits only would be an address. */
static gboolean
is_host_name (const char *name)
{
  gsize label = 0;
  gboolean has_letter = FALSE;

  for (gsize i = 0;; i++) {
    char c = name[i];

    if (c == '.' || c == '\0') {
      if (label == 0 || label > LABEL_MAX || name[i - 1] == '-' || name[i - label] == '-')
        return FALSE;
      if (c == '\0')
        return has_letter && i <= HOST_MAX;
      label = 0;
      continue;
    }
    if (!g_ascii_isalnum (c) && c != '-')
      return FALSE;
    has_letter |= g_ascii_isalpha (c);
    label++;
  }
}

/* The canonical form, full; NULL when it is no host. */
static char *
canonical_host (const char *text, gboolean is_bracketed)
{
  g_autoptr (GInetAddress) address = NULL;
  gboolean is_v6 = strchr (text, ':') != NULL;

  if (strchr (text, '%') != NULL || (is_bracketed && !is_v6))
    return NULL;
  address = g_inet_address_new_from_string (text);
  if (address != NULL)
    return g_inet_address_to_string (address);
  return !is_v6 && is_host_name (text) ? g_ascii_strdown (text, -1) : NULL;
}

static gboolean
parse_port (const char *text, gsize len, guint16 *port)
{
  guint value = 0;

  if (len == 0 || len > 5 || text[0] == '0')
    return FALSE;
  for (gsize i = 0; i < len; i++) {
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
    value = value * 10 + (guint)(text[i] - '0');
  }
  if (value > G_MAXUINT16)
    return FALSE;
  *port = (guint16)value;
  return TRUE;
}

static gboolean
parse_authority (CvInviteLink *link, const char *text, gsize len, GError **error)
{
  g_autofree char *host = NULL;
  gboolean is_bracketed = len > 0 && text[0] == '[';
  const char *host_end = memchr (text, is_bracketed ? ']' : ':', len);
  const char *rest;

  if (is_bracketed && host_end == NULL)
    return refuse (error, "the link's address has no closing bracket");
  if (host_end == NULL)
    host_end = text + len;
  rest = host_end + (is_bracketed ? 1 : 0);
  if (host_end - text > HOST_MAX + 1)
    return refuse (error, "the link's host is too long");
  host =
      g_strndup (text + (is_bracketed ? 1 : 0), (gsize)(host_end - text) - (is_bracketed ? 1 : 0));
  link->host = canonical_host (host, is_bracketed);
  if (link->host == NULL)
    return refuse (error, "the link names no valid host");
  link->port = CV_INVITE_LINK_DEFAULT_PORT;
  if (rest == text + len)
    return TRUE;
  if (*rest != ':' || !parse_port (rest + 1, (gsize)(text + len - rest - 1), &link->port))
    return refuse (error, "the link's port is not a number from 1 to 65535");
  return TRUE;
}

static gboolean
parse_suite (CvInviteLink *link, const char *text, gsize len, GError **error)
{
  if (link->suite != NULL || len == 0 || len > SUITE_MAX)
    return refuse (error, "the link's suite is not one name of 1 to 16 characters");
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_islower (text[i]) && !g_ascii_isdigit (text[i]) && text[i] != '-')
      return refuse (error, "the link's suite is not one name of 1 to 16 characters");
  link->suite = g_strndup (text, len);
  return TRUE;
}

/* Public values of a fixed length. */
static gboolean
parse_base64url (const char *text, gsize text_len, guint8 *out, gsize len)
{
  g_autoptr (GBytes) bytes = cv_encoding_parse_base64url (text, text_len, len);

  if (bytes == NULL || g_bytes_get_size (bytes) != len)
    return FALSE;
  memcpy (out, g_bytes_get_data (bytes, NULL), len);
  return TRUE;
}

static gboolean
parse_parameter (CvInviteLink *link, const char *text, gsize len, GError **error)
{
  if (len < 2 || text[1] != '=')
    return refuse (error, "the link has an unknown part after #");
  switch (text[0]) {
  case 'k':
    if (link->secret != NULL)
      return refuse (error, "the link gives its secret twice");
    link->secret =
        cv_encoding_parse_secret_base64url (text + 2, len - 2, CV_INVITE_LINK_SECRET_BYTES);
    if (link->secret == NULL || cv_secret_get_len (link->secret) != CV_INVITE_LINK_SECRET_BYTES)
      return refuse (error, "the link's secret is not 43 characters of base64url");
    return TRUE;
  case 'f':
    if (link->has_pin)
      return refuse (error, "the link gives its pin twice");
    link->has_pin = parse_base64url (text + 2, len - 2, link->pin, sizeof link->pin);
    return link->has_pin || refuse (error, "the link's pin is not 43 characters of base64url");
  case 'p':
    if (link->passcode != CV_INVITE_LINK_NO_PASSCODE || len != 3
        || (text[2] != '1' && text[2] != '2'))
      return refuse (error, "the link's passcode mark is not p=1 or p=2");
    link->passcode =
        text[2] == '1' ? CV_INVITE_LINK_PASSCODE_ARGON2ID : CV_INVITE_LINK_PASSCODE_PBKDF2;
    return TRUE;
  case 's':
    return parse_suite (link, text + 2, len - 2, error);
  default:
    return refuse (error, "the link has an unknown part after #");
  }
}

/* Where the next parameter's "&" is; NULL: nowhere. The secret's length is known: nobody searches
 * through its characters. */
static const char *
find_next (const char *text, const char *end)
{
  gsize skipped = end - text > SECRET_PART_LEN && text[0] == 'k' ? SECRET_PART_LEN : 0;

  return memchr (text + skipped, '&', (gsize)(end - text) - skipped);
}

static gboolean
parse_fragment (CvInviteLink *link, const char *text, const char *end, GError **error)
{
  for (;;) {
    const char *next = find_next (text, end);

    if (!parse_parameter (link, text, (gsize)((next != NULL ? next : end) - text), error))
      return FALSE;
    if (next == NULL)
      break;
    text = next + 1;
  }
  return link->secret != NULL || refuse (error, "the link has no secret");
}

/* By value: GLib's looks into a table, and the last character may be the secret's. */
static gboolean
is_blank (char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

CvInviteLink *
cv_invite_link_parse (const char *text, GError **error)
{
  g_autoptr (CvInviteLink) link = g_new0 (CvInviteLink, 1);
  const char *end, *path, *fragment;

  g_return_val_if_fail (text != NULL, NULL);

  while (is_blank (*text))
    text++;
  end = text + strnlen (text, CV_LIMITS_LINK_CHARACTERS + 1);
  while (end > text && is_blank (end[-1]))
    end--;
  if (end - text > CV_LIMITS_LINK_CHARACTERS || !g_str_has_prefix (text, SCHEME)) {
    refuse (error, "a link starts with " SCHEME " and is not longer than 1024 characters");
    return NULL;
  }
  text += strlen (SCHEME);
  path = memchr (text, '/', (gsize)(end - text));
  fragment = path != NULL ? memchr (path, '#', (gsize)(end - path)) : NULL;
  if (fragment == NULL) {
    refuse (error, "the link is cut off: it needs a room and a secret");
    return NULL;
  }
  if (!parse_authority (link, text, (gsize)(path - text), error))
    return NULL;
  if (!parse_base64url (path + 1, (gsize)(fragment - path - 1), link->room, sizeof link->room)) {
    refuse (error, "the link's room is not 22 characters of base64url");
    return NULL;
  }
  if (!parse_fragment (link, fragment + 1, end, error))
    return NULL;
  return g_steal_pointer (&link);
}

CvInviteLink *
cv_invite_link_new (const char *host, guint16 port,
                    const guint8 room[static CV_INVITE_LINK_ROOM_BYTES], CvSecret *secret,
                    const guint8 *pin, GError **error)
{
  g_autoptr (CvInviteLink) link = g_new0 (CvInviteLink, 1);

  g_return_val_if_fail (port != 0, NULL);
  g_return_val_if_fail (cv_secret_get_len (secret) == CV_INVITE_LINK_SECRET_BYTES, NULL);

  link->host = canonical_host (host, FALSE);
  if (link->host == NULL) {
    refuse (error, "not a valid host name or address");
    return NULL;
  }
  link->port = port;
  memcpy (link->room, room, sizeof link->room);
  link->secret = cv_secret_ref (secret);
  link->has_pin = pin != NULL;
  if (pin != NULL)
    memcpy (link->pin, pin, sizeof link->pin);
  return g_steal_pointer (&link);
}

CvInviteLink *
cv_invite_link_copy_public (const CvInviteLink *link)
{
  CvInviteLink *copy = g_memdup2 (link, sizeof *link);

  copy->host = g_strdup (link->host);
  copy->suite = g_strdup (link->suite);
  copy->secret = NULL;
  return copy;
}

void
cv_invite_link_free (CvInviteLink *link)
{
  if (link == NULL)
    return;
  g_free (link->host);
  g_free (link->suite);
  g_clear_pointer (&link->secret, cv_secret_unref);
  g_free (link);
}

static void
append_base64url (GString *out, CvSpan bytes)
{
  g_autofree char *text = cv_encoding_dup_base64url (bytes);

  g_string_append (out, text);
}

char *
cv_invite_link_to_string (const CvInviteLink *link)
{
  /* Large enough that it never grows, which would leave a copy of the secret behind. */
  GString *out = g_string_sized_new (CV_LIMITS_LINK_CHARACTERS);
  g_autoptr (CvSecret) secret = NULL;

  g_string_append (out, SCHEME);
  g_string_append_printf (out, strchr (link->host, ':') != NULL ? "[%s]" : "%s", link->host);
  if (link->port != CV_INVITE_LINK_DEFAULT_PORT)
    g_string_append_printf (out, ":%u", link->port);
  g_string_append_c (out, '/');
  append_base64url (out, CV_SPAN_ARRAY (link->room));
  g_string_append (out, "#k=");
  secret = cv_encoding_dup_secret_base64url (cv_secret_span (link->secret));
  g_string_append (out, (const char *)cv_secret_span (secret).data);
  if (link->has_pin) {
    g_string_append (out, "&f=");
    append_base64url (out, CV_SPAN_ARRAY (link->pin));
  }
  if (link->passcode != CV_INVITE_LINK_NO_PASSCODE)
    g_string_append (out, link->passcode == CV_INVITE_LINK_PASSCODE_ARGON2ID ? "&p=1" : "&p=2");
  if (link->suite != NULL)
    g_string_append_printf (out, "&s=%s", link->suite);
  return g_string_free_and_steal (out);
}

char *
cv_invite_link_dup_room_id (const CvInviteLink *link)
{
  return cv_encoding_dup_base64url (CV_SPAN_ARRAY (link->room));
}
