/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The edges as data. */
#include "transport/link-state.h"

#define EDGE(from, to) {CV_TRANSPORT_LINK_##from, CV_TRANSPORT_LINK_##to}

static const CvStateEdge edges[] = {
    EDGE (NEW, GATHERING),
    EDGE (NEW, FAILED),
    EDGE (NEW, CLOSED),
    EDGE (GATHERING, CHECKING),
    EDGE (GATHERING, FAILED),
    EDGE (GATHERING, CLOSED),
    EDGE (CHECKING, DTLS),
    EDGE (CHECKING, CONNECTED),
    EDGE (CHECKING, FAILED),
    EDGE (CHECKING, CLOSED),
    EDGE (DTLS, CHECKING),
    EDGE (DTLS, CONNECTED),
    EDGE (DTLS, FAILED),
    EDGE (DTLS, CLOSED),
    EDGE (CONNECTED, CHECKING),
    EDGE (CONNECTED, DISCONNECTED),
    EDGE (CONNECTED, FAILED),
    EDGE (CONNECTED, CLOSED),
    EDGE (DISCONNECTED, CHECKING),
    EDGE (DISCONNECTED, CONNECTED),
    EDGE (DISCONNECTED, FAILED),
    EDGE (DISCONNECTED, CLOSED),
    EDGE (FAILED, CHECKING),
    EDGE (FAILED, CLOSED),
};

static const char *
state_name (guint state)
{
  return cv_transport_link_state_to_string ((CvTransportLinkState)state);
}

static const CvStateTable table = {
    .name = "link",
    .to_string = state_name,
    .edges = edges,
    .n_edges = G_N_ELEMENTS (edges),
    .n_states = CV_TRANSPORT_LINK_CLOSED + 1,
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
  return NULL;
}

const CvStateTable *
cv_transport_link_state_get_table (void)
{
  return &table;
}
