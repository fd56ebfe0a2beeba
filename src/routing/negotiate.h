/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Between peer messages and link descriptions: who offers, and what is said. Pure. */
#pragma once

#include "protocol/peer-message.h"
#include "transport/link.h"

G_BEGIN_DECLS

/* Exactly one of two participants offers: the one whose id is the smaller text. */
gboolean cv_routing_negotiate_is_offerer (const char *self_id, const char *other_id);

/* An offer or an answer. Full. */
CvPeerMessage *
cv_routing_negotiate_describe (CvPeerMessageType type, const char *to, guint64 attempt,
                               const CvTransportDescription *description);

/* The texts of *description are borrowed from the message. FALSE: not usable. */
gboolean
cv_routing_negotiate_parse (const CvPeerMessage *message, CvTransportDescription *description,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
