/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Making a CvKnock: for the session alone. */
#pragma once

#include "call/knock.h"

G_BEGIN_DECLS

CvKnock *
cv_knock_new (const char *id, const char *name, const char *fingerprint, CvContactState contact);

G_END_DECLS
