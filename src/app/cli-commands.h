/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Commands on standard input, one JSON object a line (docs/CLI.md). */
#pragma once

#include "call/session.h"

G_BEGIN_DECLS

#define CV_CLI_COMMAND_MAX_LEN 32768

/* Does what the line says; an error event when it is not understood. */
void cv_cli_commands_run (CvSession *session, const char *line);

G_END_DECLS
