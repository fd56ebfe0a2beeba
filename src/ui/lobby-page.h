/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Before the meeting: how one looks and sounds, the devices, and for a new meeting its rules. */
#pragma once

#include "call/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_LOBBY_PAGE (cv_lobby_page_get_type ())
G_DECLARE_FINAL_TYPE (CvLobbyPage, cv_lobby_page, CV, LOBBY_PAGE, AdwNavigationPage)

/* Property: session. It may be replaced for another attempt; what was entered stays. */
CvLobbyPage *cv_lobby_page_new (CvSession *session, gboolean is_hosting);
void cv_lobby_page_set_session (CvLobbyPage *self, CvSession *session);

/* Hosts or joins with what is entered. */
void cv_lobby_page_start (CvLobbyPage *self);
/* TRUE for a new meeting that runs in this program, and so ends with it. */
gboolean cv_lobby_page_is_on_this_computer (CvLobbyPage *self);
void cv_lobby_page_focus_passcode (CvLobbyPage *self);

G_END_DECLS
