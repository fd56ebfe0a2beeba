/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The states of a link and which may follow which. Pure. */
#pragma once

#include "base/state-table.h"

G_BEGIN_DECLS

/*   NEW → GATHERING → CHECKING → DTLS → CONNECTED ⇄ DISCONNECTED
 *            each but CLOSED → FAILED;  restart: each but NEW and CLOSED → CHECKING;  any → CLOSED */
typedef enum {
  CV_TRANSPORT_LINK_NEW,
  CV_TRANSPORT_LINK_GATHERING, /* local candidates come, nothing known of the peer */
  CV_TRANSPORT_LINK_CHECKING, /* ICE looks for a path */
  CV_TRANSPORT_LINK_DTLS, /* handshake; no media yet */
  CV_TRANSPORT_LINK_CONNECTED, /* peer verified, media flows */
  CV_TRANSPORT_LINK_DISCONNECTED, /* heard nothing for 4 s; may come back; FAILED after 60 s */
  CV_TRANSPORT_LINK_FAILED, /* no path: restart; or not the right peer: make a new link */
  CV_TRANSPORT_LINK_CLOSED, /* by us or by the peer's DTLS alert; final */
} CvTransportLinkState;

const char *cv_transport_link_state_to_string (CvTransportLinkState state);
const CvStateTable *cv_transport_link_state_get_table (void); /* static */

G_END_DECLS
