/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One message of the chat. */
#pragma once

#include "call/chat-message.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_CHAT_ROW (cv_chat_row_get_type ())
G_DECLARE_FINAL_TYPE (CvChatRow, cv_chat_row, CV, CHAT_ROW, AdwBin)

/* Property: message (CvChatMessage), set anew by the list that recycles the row. */

G_END_DECLS
