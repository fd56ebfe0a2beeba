/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The group chat: what was said, and a line to say more. */
#pragma once

#include "call/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_CHAT_PANEL (cv_chat_panel_get_type ())
G_DECLARE_FINAL_TYPE (CvChatPanel, cv_chat_panel, CV, CHAT_PANEL, AdwBin)

/* Property: session. */

void cv_chat_panel_focus_entry (CvChatPanel *self);

G_END_DECLS
