/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The DTLS fingerprint travels inside an MLS message, so a link that is up was authenticated end
 * to end: the server, which carries the message, can neither read nor change it. */
#include "routing/negotiate.h"

#include <string.h>

#define FINGERPRINT_PREFIX "sha-256 "

gboolean
cv_routing_negotiate_is_offerer (const char *self_id, const char *other_id)
{
  return strcmp (self_id, other_id) < 0;
}

static const struct {
  CvTransportSetup transport;
  CvPeerSetup peer;
} setups[] = {
    {CV_TRANSPORT_SETUP_ACTPASS, CV_PEER_SETUP_ACTPASS},
    {CV_TRANSPORT_SETUP_ACTIVE, CV_PEER_SETUP_ACTIVE},
    {CV_TRANSPORT_SETUP_PASSIVE, CV_PEER_SETUP_PASSIVE},
};

CvPeerMessage *
cv_routing_negotiate_describe (CvPeerMessageType type, const char *to, guint64 attempt,
                               const CvTransportDescription *description)
{
  CvPeerMessage *message = cv_peer_message_new (type);
  g_autofree char *fingerprint = cv_transport_fingerprint_to_text (description->fingerprint);

  message->description.to = g_strdup (to);
  message->description.attempt = attempt;
  message->description.ufrag = g_strdup (description->ufrag);
  message->description.pwd = g_strdup (description->pwd);
  message->description.fingerprint = g_strconcat (FINGERPRINT_PREFIX, fingerprint, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (setups); i++)
    if (setups[i].transport == description->setup)
      message->description.setup = setups[i].peer;
  return message;
}

gboolean
cv_routing_negotiate_parse (const CvPeerMessage *message, CvTransportDescription *description,
                            GError **error)
{
  const CvPeerDescription *said = &message->description;
  gboolean has_setup = FALSE;

  *description = (CvTransportDescription){.ufrag = said->ufrag, .pwd = said->pwd};
  if (!said->ufrag || !said->pwd || !said->fingerprint
      || !g_str_has_prefix (said->fingerprint, FINGERPRINT_PREFIX)) {
    g_set_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT,
                 "expected ufrag, pwd and a sha-256 fingerprint");
    return FALSE;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (setups); i++) {
    if ((int)setups[i].peer != said->setup)
      continue;
    description->setup = setups[i].transport;
    has_setup = TRUE;
  }
  /* RFC 8842 §5.3: an answer chooses a role. */
  if (!has_setup
      || (message->type == CV_PEER_MESSAGE_ANSWER
          && description->setup == CV_TRANSPORT_SETUP_ACTPASS)) {
    g_set_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT, "setup does not fit");
    return FALSE;
  }
  return cv_transport_fingerprint_parse (said->fingerprint + strlen (FINGERPRINT_PREFIX),
                                         description->fingerprint, error);
}
