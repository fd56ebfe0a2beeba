/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Opening a room: on this computer through the server factory, or on a server elsewhere. Gives the
 * link that invites the others. */
#include "base/encoding.h"
#include "call/session-private.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

static const CvSessionServerFactory *server_factory;

void
cv_session_set_server_factory (const CvSessionServerFactory *factory)
{
  server_factory = factory;
}

void
cv_session_hosting_close (CvSession *self)
{
  if (self->server)
    server_factory->stop (g_steal_pointer (&self->server));
}

/* The first address that others can reach; loopback when there is none. */
static char *
dup_own_address (void)
{
  struct ifaddrs *all = NULL;
  char text[INET_ADDRSTRLEN] = "127.0.0.1";

  if (getifaddrs (&all) != 0)
    return g_strdup (text);
  for (struct ifaddrs *at = all; at; at = at->ifa_next) {
    const struct sockaddr_in *address = (const void *)at->ifa_addr;

    if (!address || address->sin_family != AF_INET || ntohl (address->sin_addr.s_addr) >> 24 == 127)
      continue;
    inet_ntop (AF_INET, &address->sin_addr, text, sizeof text);
    break;
  }
  freeifaddrs (all);
  return g_strdup (text);
}

static gboolean
is_any_address (const char *host)
{
  return g_str_equal (host, "0.0.0.0") || g_str_equal (host, "::") || g_str_equal (host, "");
}

/* The host part of "127.0.0.1:0" or "[::1]:0". */
static char *
dup_listen_host (const char *listen)
{
  const char *colon = listen ? strrchr (listen, ':') : NULL;
  g_autofree char *host = colon ? g_strndup (listen, (gsize)(colon - listen)) : g_strdup ("");
  const gsize len = strlen (host);

  if (len >= 2 && host[0] == '[' && host[len - 1] == ']')
    return g_strndup (host + 1, len - 2);
  return g_steal_pointer (&host);
}

/* A room that FIPS mode may enter takes passcodes that FIPS mode can use, whoever opened it. */
static CvInviteLinkPasscode
choose_passcode (CvSession *self)
{
  if (!self->passcode || !*self->passcode)
    return CV_INVITE_LINK_NO_PASSCODE;
  if (cv_crypto_context_is_fips (self->crypto) || g_strcmp0 (self->host.suite, "fips") == 0)
    return CV_INVITE_LINK_PASSCODE_PBKDF2;
  return CV_INVITE_LINK_PASSCODE_ARGON2ID;
}

static gboolean
make_link (CvSession *self, const char *host, guint16 port, const guint8 *pin, GError **error)
{
  guint8 room[CV_INVITE_LINK_ROOM_BYTES];
  g_autoptr (CvSecret) secret = cv_e2ee_room_keys_make_secret (self->crypto, room, error);

  if (!secret)
    return FALSE;
  g_clear_pointer (&self->link, cv_invite_link_free);
  self->link = cv_invite_link_new (host, port, room, secret, pin, error);
  if (!self->link)
    return FALSE;
  self->link->passcode = choose_passcode (self);
  if (self->host.suite && !g_str_equal (self->host.suite, "pq"))
    self->link->suite = g_strdup (self->host.suite);
  if (self->link_text)
    cv_secret_wipe (self->link_text, strlen (self->link_text));
  g_free (self->link_text);
  self->link_text = cv_invite_link_to_string (self->link);
  cv_session_notify (self, CV_SESSION_PROP_LINK);
  return TRUE;
}

/* FALSE. Whatever the server's or the address's own error is: what a person can do is choose another. */
static gboolean
cannot_open (const GError *why, GError **error)
{
  g_set_error (error, CV_CALL_ERROR, CV_CALL_ERROR_HOSTING, "%s", why->message);
  return FALSE;
}

static gboolean
open_own_server (CvSession *self, GError **error)
{
  g_autofree char *host = dup_listen_host (self->host.listen);
  g_autofree char *shown = NULL;
  g_autoptr (CvTransportCertificate) certificate =
      cv_transport_certificate_new (self->crypto, g_get_real_time () / G_USEC_PER_SEC, error);
  g_autoptr (CvSecret) key =
      certificate ? cv_transport_certificate_dup_key_pem (certificate, error) : NULL;
  g_autoptr (GError) local = NULL;
  guint16 port = 0;

  if (!key)
    return FALSE;
  if (!server_factory) {
    g_set_error (error, CV_CALL_ERROR, CV_CALL_ERROR_INTERNAL, "no room server in this program");
    return FALSE;
  }
  self->server = server_factory->start (self->host.listen ? self->host.listen : "0.0.0.0:0",
                                        cv_transport_certificate_get_pem (certificate),
                                        (const char *)cv_secret_get_data (key), &port, &local);
  if (!self->server)
    return cannot_open (local, error);
  self->is_own_server = TRUE;
  g_free (self->connect_host);
  self->connect_host = g_strdup (is_any_address (host) ? "127.0.0.1" : host);
  shown = is_any_address (host) ? dup_own_address () : g_strdup (host);
  return make_link (self, shown, port, cv_transport_certificate_get_pin (certificate), error);
}

static gboolean
name_other_server (CvSession *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GSocketConnectable) address =
      g_network_address_parse (self->host.server, CV_INVITE_LINK_DEFAULT_PORT, &local);
  const char *text = self->host.server_pin;
  g_autoptr (GBytes) pin = NULL;

  if (!address)
    return cannot_open (local, error);
  if (text)
    pin = cv_encoding_parse_base64url (text, strlen (text), CV_INVITE_LINK_PIN_BYTES);
  if (text && (!pin || g_bytes_get_size (pin) != CV_INVITE_LINK_PIN_BYTES)) {
    g_set_error (error, CV_CALL_ERROR, CV_CALL_ERROR_HOSTING, "not a pin of 32 bytes");
    return FALSE;
  }
  return make_link (self, g_network_address_get_hostname (G_NETWORK_ADDRESS (address)),
                    g_network_address_get_port (G_NETWORK_ADDRESS (address)),
                    pin ? g_bytes_get_data (pin, NULL) : NULL, &local)
         || cannot_open (local, error);
}

gboolean
cv_session_hosting_open (CvSession *self, GError **error)
{
  return self->host.server ? name_other_server (self, error) : open_own_server (self, error);
}
