/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One member of the meeting in a list: name, role, what is known of their key. */
#pragma once

#include "call/participant.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_MEMBER_ROW (cv_member_row_get_type ())
G_DECLARE_FINAL_TYPE (CvMemberRow, cv_member_row, CV, MEMBER_ROW, AdwActionRow)

/* Property: can-remove (the remove button is shown; never for oneself).
 * Activating the row runs verify_action with the participant's id; the remove button runs
 * "call.remove-member" with it. */
CvMemberRow *cv_member_row_new (CvParticipant *participant, const char *verify_action);

G_END_DECLS
