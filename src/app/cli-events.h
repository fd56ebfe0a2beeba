/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What happens in a session, as JSON lines on standard output (docs/CLI.md). */
#pragma once

#include "call/session-monitor.h"

G_BEGIN_DECLS

typedef struct CvCliEvents CvCliEvents;

/* Listens to the session from now on; borrows it. */
CvCliEvents *cv_cli_events_new (CvSession *session, gboolean is_host);
void cv_cli_events_free (CvCliEvents *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvCliEvents, cv_cli_events_free)

void cv_cli_events_error (const char *code, const char *message);
void cv_cli_events_left (const char *reason);

G_END_DECLS
