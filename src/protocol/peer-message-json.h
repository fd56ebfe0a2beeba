/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Peer messages to and from JSON, by one field table each. */
#pragma once

#include "base/bytes.h"
#include "protocol/field-table.h"
#include "protocol/peer-message.h"

G_BEGIN_DECLS

/* NULL with CV_PROTOCOL_ERROR_*: _TYPE is to be ignored, the others count against the sender. */
CvPeerMessage *cv_peer_message_json_parse (CvSpan text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *cv_peer_message_json_write (const CvPeerMessage *message); /* full, without a NUL */

/* For the message's own memory. */
const CvFieldTable *cv_peer_message_json_get_table (CvPeerMessageType type);
const CvFieldTable *cv_peer_message_json_get_track_table (void);

G_END_DECLS
