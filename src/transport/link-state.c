/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The edges as data. */
#include "transport/link-state.h"

#define BIT(state) (1u << CV_TRANSPORT_LINK_##state)

static const guint moves[] = {
    [CV_TRANSPORT_LINK_NEW] = BIT (GATHERING) | BIT (FAILED) | BIT (CLOSED),
    [CV_TRANSPORT_LINK_GATHERING] = BIT (CHECKING) | BIT (FAILED) | BIT (CLOSED),
    [CV_TRANSPORT_LINK_CHECKING] = BIT (DTLS) | BIT (CONNECTED) | BIT (FAILED) | BIT (CLOSED),
    [CV_TRANSPORT_LINK_DTLS] = BIT (CHECKING) | BIT (CONNECTED) | BIT (FAILED) | BIT (CLOSED),
    [CV_TRANSPORT_LINK_CONNECTED] =
        BIT (CHECKING) | BIT (DISCONNECTED) | BIT (FAILED) | BIT (CLOSED),
    [CV_TRANSPORT_LINK_DISCONNECTED] =
        BIT (CHECKING) | BIT (CONNECTED) | BIT (FAILED) | BIT (CLOSED),
    [CV_TRANSPORT_LINK_FAILED] = BIT (CHECKING) | BIT (CLOSED),
    [CV_TRANSPORT_LINK_CLOSED] = 0,
};

const char *
cv_transport_link_state_to_string (CvTransportLinkState state)
{
  switch (state) {
  case CV_TRANSPORT_LINK_NEW:
    return "new";
  case CV_TRANSPORT_LINK_GATHERING:
    return "gathering";
  case CV_TRANSPORT_LINK_CHECKING:
    return "checking";
  case CV_TRANSPORT_LINK_DTLS:
    return "dtls";
  case CV_TRANSPORT_LINK_CONNECTED:
    return "connected";
  case CV_TRANSPORT_LINK_DISCONNECTED:
    return "disconnected";
  case CV_TRANSPORT_LINK_FAILED:
    return "failed";
  case CV_TRANSPORT_LINK_CLOSED:
    return "closed";
  }
  return "unknown";
}

gboolean
cv_transport_link_state_may_move (CvTransportLinkState from, CvTransportLinkState to)
{
  return (moves[from] & (1u << to)) != 0;
}
