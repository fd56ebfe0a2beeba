/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Somebody at the door: what their sealed knock says, never what the server says. Main thread. */
#pragma once

#include "call/participant.h"

G_BEGIN_DECLS

#define CV_TYPE_KNOCK (cv_knock_get_type ())
G_DECLARE_FINAL_TYPE (CvKnock, cv_knock, CV, KNOCK, GObject)

/* Properties: id, name, fingerprint (strings), contact (CvContactState). */
const char *cv_knock_get_id (CvKnock *self);
const char *cv_knock_get_name (CvKnock *self);
const char *cv_knock_get_fingerprint (CvKnock *self);
CvContactState cv_knock_get_contact (CvKnock *self);

G_END_DECLS
