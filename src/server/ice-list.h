/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The STUN and TURN servers that a member is told of, with credentials of its own. */
#pragma once

#include "server/config.h"

G_BEGIN_DECLS

/* CvMessageIceServer entries; NULL when none is configured. name: the member's id. Full. */
GPtrArray *cv_server_ice_list_new (const CvServerConfig *config, const char *name, gint64 now_s);

G_END_DECLS
