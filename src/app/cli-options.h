/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What stands on conclave-cli's command line. */
#pragma once

#include "call/session.h"

G_BEGIN_DECLS

typedef struct {
  gboolean is_host;
  char *link; /* join */
  char *passcode;
  char *listen;
  char *suite;
  char *admission;
  char *server;
  char *server_pin;
  char *name;
  char *video;
  char *audio;
  char *identity;
  char *snapshot;
  char *record;
  gboolean is_fips; /* asked for here or by the environment */
  int duration_s; /* 0: until told to leave */
} CvCliOptions;

/* FALSE: an error was printed, or help or the version was asked for (then *exit_code is 0; 1 when
 * there is no FIPS provider to name), else 2. */
gboolean cv_cli_options_parse (CvCliOptions *options, int argc, char **argv, int *exit_code);
void cv_cli_options_clear (CvCliOptions *options);

/* Borrowed from options. */
void cv_cli_options_to_session (const CvCliOptions *options, CvSessionOptions *session);

G_END_DECLS
