/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Making a CvChatMessage: for the session alone. */
#pragma once

#include "call/chat-message.h"

G_BEGIN_DECLS

/* The time is now. */
CvChatMessage *cv_chat_message_new (const char *sender_id, const char *sender_name,
                                    const char *text, gboolean is_self);

/* The oldest lines go: what members may write must not fill the memory of the others. */
#define CV_CHAT_MAX_LINES 2000
void cv_chat_append (GListStore *chat, CvChatMessage *line);

G_END_DECLS
