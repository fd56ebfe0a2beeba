/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The warning before anything of a person with a changed key is let in. */
#pragma once

#include "call/participant.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_KEY_CHANGED_PAGE (cv_key_changed_page_get_type ())
G_DECLARE_FINAL_TYPE (CvKeyChangedPage, cv_key_changed_page, CV, KEY_CHANGED_PAGE,
                      AdwNavigationPage)

CvKeyChangedPage *cv_key_changed_page_new (CvParticipant *participant);
CvParticipant *cv_key_changed_page_get_participant (CvKeyChangedPage *self);

G_END_DECLS
