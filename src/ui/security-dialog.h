/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* All there is to know about the meeting's safety, and the two ways to make it safer. */
#pragma once

#include "call/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_SECURITY_DIALOG (cv_security_dialog_get_type ())
G_DECLARE_FINAL_TYPE (CvSecurityDialog, cv_security_dialog, CV, SECURITY_DIALOG, AdwDialog)

CvSecurityDialog *cv_security_dialog_new (CvSession *session);

/* Opens the page of one member at once: the warning when their key has changed, else the safety
 * number. */
void cv_security_dialog_show_member (CvSecurityDialog *self, CvParticipant *participant);

G_END_DECLS
