/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* stun:, turn: and turns: URIs (RFC 7064 §3, RFC 7065 §3). They come from the room server, so they
 * are hostile: bounded, and a host is only letters, digits, dots, dashes and colons. */
#include "transport/ice-server.h"

#include <string.h>

#define URI_MAX 512
#define HOST_MAX 253
#define PORT_PLAIN 3478
#define PORT_TLS 5349

typedef struct {
  const char *scheme;
  const char *query; /* NULL: none */
  CvTransportIceServerKind kind;
  guint16 port;
} Form;

static const Form forms[] = {
    {"stun", NULL, CV_TRANSPORT_ICE_SERVER_STUN, PORT_PLAIN},
    {"turn", NULL, CV_TRANSPORT_ICE_SERVER_TURN_UDP, PORT_PLAIN},
    {"turn", "transport=udp", CV_TRANSPORT_ICE_SERVER_TURN_UDP, PORT_PLAIN},
    {"turn", "transport=tcp", CV_TRANSPORT_ICE_SERVER_TURN_TCP, PORT_PLAIN},
    {"turns", NULL, CV_TRANSPORT_ICE_SERVER_TURN_TLS, PORT_TLS},
    {"turns", "transport=tcp", CV_TRANSPORT_ICE_SERVER_TURN_TLS, PORT_TLS},
};

static const Form *
find_form (const char *scheme, const char *query)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++) {
    if (g_ascii_strcasecmp (forms[i].scheme, scheme) == 0 && g_strcmp0 (forms[i].query, query) == 0)
      return &forms[i];
  }
  return NULL;
}

static gboolean
is_host (const char *text)
{
  gsize len = strlen (text);

  if (len == 0 || len > HOST_MAX)
    return FALSE;
  for (gsize i = 0; i < len; i++) {
    if (!g_ascii_isalnum (text[i]) && strchr (".-:", text[i]) == NULL)
      return FALSE;
  }
  return TRUE;
}

/* Cuts "HOST[:PORT]" or "[V6][:PORT]" in place: gives the host and sets *port_text, maybe to
 * NULL. NULL when the brackets do not match. */
static char *
cut_host (char *text, char **port_text)
{
  char *end;

  *port_text = NULL;
  if (text[0] == '[') {
    end = strchr (text, ']');
    if (end == NULL || (end[1] != '\0' && end[1] != ':'))
      return NULL;
    if (end[1] == ':')
      *port_text = end + 2;
    *end = '\0';
    return text + 1;
  }
  end = strchr (text, ':');
  if (end != NULL) {
    *end = '\0';
    *port_text = end + 1;
  }
  return text;
}

void
cv_transport_ice_server_parts_clear (CvTransportIceServerParts *parts)
{
  g_clear_pointer (&parts->host, g_free);
}

gboolean
cv_transport_ice_server_parse (const char *uri, CvTransportIceServerParts *parts, GError **error)
{
  g_autofree char *copy = NULL;
  const Form *form = NULL;
  char *rest = NULL;
  char *query = NULL;
  char *host = NULL;
  char *port_text = NULL;
  guint64 port = 0;

  memset (parts, 0, sizeof *parts);
  if (strnlen (uri, URI_MAX + 1) <= URI_MAX) {
    copy = g_strdup (uri);
    rest = strchr (copy, ':');
  }
  if (rest != NULL) {
    *rest++ = '\0';
    query = strchr (rest, '?');
    if (query != NULL)
      *query++ = '\0';
    form = find_form (copy, query);
    host = cut_host (rest, &port_text);
  }
  if (form == NULL || host == NULL || !is_host (host)
      || (port_text != NULL
          && !g_ascii_string_to_unsigned (port_text, 10, 1, G_MAXUINT16, &port, NULL))) {
    g_set_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT,
                 "expected a stun, turn or turns address of a server");
    return FALSE;
  }
  parts->kind = form->kind;
  parts->host = g_strdup (host);
  parts->port = port_text != NULL ? (guint16)port : form->port;
  return TRUE;
}
