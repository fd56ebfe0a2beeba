/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A strict reader for what libnice reads leniently: single spaces, no signs, no overflow. */
#include "transport/candidate.h"

#include <gio/gio.h>
#include <string.h>

#define TEXT_MAX 512
#define TOKENS_MAX 64
#define ICE_TEXT_MAX 256

static const char *const type_names[] = {"host", "srflx", "prflx", "relay"};

const char *
cv_transport_candidate_type_to_string (CvTransportCandidateType type)
{
  return type_names[type];
}

gboolean
cv_transport_candidate_is_ice_text (const char *text, gsize min)
{
  gsize len = text != NULL ? strnlen (text, ICE_TEXT_MAX + 1) : 0;

  if (len < min || len > ICE_TEXT_MAX)
    return FALSE;
  for (gsize i = 0; i < len; i++) {
    if (!g_ascii_isalnum (text[i]) && text[i] != '+' && text[i] != '/')
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_address (const char *text, CvTransportCandidate *candidate)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  g_autofree char *normal = NULL;

  /* GLib takes a scope ("fe80::1%lo") as part of the address; such a one is of no use to a peer. */
  if (address == NULL || strchr (text, '%') != NULL || g_inet_address_get_is_any (address)
      || g_inet_address_get_is_multicast (address) || strcmp (text, "255.255.255.255") == 0
      || (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6
          && g_inet_address_get_is_link_local (address)))
    return FALSE;
  normal = g_inet_address_to_string (address);
  return g_strlcpy (candidate->address, normal, sizeof candidate->address)
         < sizeof candidate->address;
}

static gboolean
read_number (const char *text, guint64 min, guint64 max, guint64 *number)
{
  return g_ascii_string_to_unsigned (text, 10, min, max, number, NULL);
}

static gboolean
read_type (const char *text, CvTransportCandidate *candidate)
{
  for (guint i = 0; i < G_N_ELEMENTS (type_names); i++) {
    if (strcmp (type_names[i], text) == 0) {
      candidate->type = i;
      return TRUE;
    }
  }
  return FALSE;
}

/* foundation component transport priority address port "typ" type, then pairs of extensions. */
static gboolean
read_tokens (char **tokens, CvTransportCandidate *candidate)
{
  guint n_tokens = g_strv_length (tokens);
  guint64 component;
  guint64 priority;
  guint64 port;

  if (n_tokens < 8 || n_tokens % 2 != 0)
    return FALSE;
  for (guint i = 0; i < n_tokens; i++) {
    if (tokens[i][0] == '\0')
      return FALSE;
  }
  if (strlen (tokens[0]) > CV_TRANSPORT_CANDIDATE_FOUNDATION_MAX
      || !cv_transport_candidate_is_ice_text (tokens[0], 1)
      || !read_number (tokens[1], 1, 1, &component) || g_ascii_strcasecmp (tokens[2], "udp") != 0
      || !read_number (tokens[3], 1, G_MAXINT32, &priority) || !read_address (tokens[4], candidate)
      || !read_number (tokens[5], 1, G_MAXUINT16, &port) || strcmp (tokens[6], "typ") != 0
      || !read_type (tokens[7], candidate))
    return FALSE;
  g_strlcpy (candidate->foundation, tokens[0], sizeof candidate->foundation);
  candidate->priority = (guint32)priority;
  candidate->port = (guint16)port;
  return TRUE;
}

gboolean
cv_transport_candidate_parse (const char *text, CvTransportCandidate *candidate, GError **error)
{
  g_auto (GStrv) tokens = NULL;
  const char *at = text;
  gboolean is_ok = strnlen (text, TEXT_MAX + 1) <= TEXT_MAX;

  memset (candidate, 0, sizeof *candidate);
  if (is_ok && g_str_has_prefix (at, "a="))
    at += strlen ("a=");
  is_ok = is_ok && g_str_has_prefix (at, "candidate:");
  if (is_ok) {
    tokens = g_strsplit (at + strlen ("candidate:"), " ", TOKENS_MAX);
    is_ok = read_tokens (tokens, candidate);
  }
  if (!is_ok) {
    g_set_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT,
                 "expected an ICE candidate for UDP with a numeric address");
    memset (candidate, 0, sizeof *candidate);
  }
  return is_ok;
}

char *
cv_transport_candidate_to_text (const CvTransportCandidate *candidate)
{
  const char *related = "";

  if (candidate->type != CV_TRANSPORT_CANDIDATE_HOST)
    related =
        strchr (candidate->address, ':') != NULL ? " raddr :: rport 0" : " raddr 0.0.0.0 rport 0";
  return g_strdup_printf ("candidate:%s 1 UDP %u %s %u typ %s%s", candidate->foundation,
                          candidate->priority, candidate->address, candidate->port,
                          cv_transport_candidate_type_to_string (candidate->type), related);
}
