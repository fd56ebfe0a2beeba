/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One ICE candidate as text: the line behind a=candidate (RFC 8839 §5.1). Pure. */
#pragma once

#include "transport/error.h"

G_BEGIN_DECLS

#define CV_TRANSPORT_CANDIDATE_FOUNDATION_MAX 32

typedef enum {
  CV_TRANSPORT_CANDIDATE_HOST,
  CV_TRANSPORT_CANDIDATE_SRFLX,
  CV_TRANSPORT_CANDIDATE_PRFLX,
  CV_TRANSPORT_CANDIDATE_RELAY,
} CvTransportCandidateType;

/* UDP and component 1 only: a link has no other. */
typedef struct {
  char foundation[CV_TRANSPORT_CANDIDATE_FOUNDATION_MAX + 1];
  guint32 priority;
  char address[46]; /* numeric, INET6_ADDRSTRLEN */
  guint16 port;
  CvTransportCandidateType type;
} CvTransportCandidate;

const char *cv_transport_candidate_type_to_string (CvTransportCandidateType type);

/* With or without "a=" in front. INPUT when malformed, longer than 512 bytes, or of a kind that is
 * not used: TCP, another component, a name, an address nobody can be at (unspecified, multicast,
 * broadcast, IPv6 link-local). */
gboolean cv_transport_candidate_parse (const char *text, CvTransportCandidate *candidate,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "candidate:…". The related address is written as zeroes: it tells the peer about our network and
 * ICE does not need it. */
char *cv_transport_candidate_to_text (const CvTransportCandidate *candidate);

/* ice-ufrag and ice-pwd (RFC 8839 §5.4): ICE characters, min to 256 of them. */
gboolean cv_transport_candidate_is_ice_text (const char *text, gsize min);

G_END_DECLS
