/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The room server inside this program: what call/hosting asks for (call/session-monitor.h). */
#pragma once

#include "call/session-monitor.h"

G_BEGIN_DECLS

const CvSessionServerFactory *cv_own_server_get_factory (void);

G_END_DECLS
