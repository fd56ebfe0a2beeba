/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One person's safety number and QR code, to be compared over another channel. */
#pragma once

#include "call/participant.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_VERIFY_PAGE (cv_verify_page_get_type ())
G_DECLARE_FINAL_TYPE (CvVerifyPage, cv_verify_page, CV, VERIFY_PAGE, AdwNavigationPage)

CvVerifyPage *cv_verify_page_new (CvParticipant *participant);
CvParticipant *cv_verify_page_get_participant (CvVerifyPage *self);

G_END_DECLS
