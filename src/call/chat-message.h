/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One line of the group chat, or a notice in it. Immutable. Main thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define CV_CHAT_MAX_CHARACTERS 4000

#define CV_TYPE_CHAT_MESSAGE (cv_chat_message_get_type ())
G_DECLARE_FINAL_TYPE (CvChatMessage, cv_chat_message, CV, CHAT_MESSAGE, GObject)

/* Properties: sender-id, sender-name, text (strings), is-self (boolean), time (GDateTime). */
const char *cv_chat_message_get_sender_id (CvChatMessage *self);
const char *cv_chat_message_get_sender_name (CvChatMessage *self);
const char *cv_chat_message_get_text (CvChatMessage *self);
gboolean cv_chat_message_get_is_self (CvChatMessage *self);
GDateTime *cv_chat_message_get_time (CvChatMessage *self);

G_END_DECLS
