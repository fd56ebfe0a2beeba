/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Room messages to and from JSON, by one field table each. */
#pragma once

#include "protocol/field-table.h"
#include "protocol/message.h"

G_BEGIN_DECLS

typedef enum {
  CV_MESSAGE_FROM_CLIENT,
  CV_MESSAGE_FROM_SERVER,
} CvMessageSide;

/* side: who wrote it; a type of the other side is unknown. text need not end in NUL. NULL with
 * CV_PROTOCOL_ERROR_*. */
CvMessage *cv_message_json_parse (CvMessageSide side, const char *text, gsize len, gsize max_bytes,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *cv_message_json_write (const CvMessage *message); /* full */

/* For the message's own memory. */
const CvFieldTable *cv_message_json_get_table (CvMessageType type);
const CvFieldTable *cv_message_json_get_member_table (void);
const CvFieldTable *cv_message_json_get_ice_server_table (void);

G_END_DECLS
