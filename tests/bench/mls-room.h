/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A whole room in one process: every member holds its own state and processes every commit. */
#pragma once

#include "crypto/suites.h"

G_BEGIN_DECLS

typedef struct {
  double build_s; /* all KeyPackages, one commit and everybody's join */
  double rotate_s; /* all commits, processed by everybody */
  double rotate_cpu_s; /* the same on the processor's clock */
  guint n_processed;
  double first_ms; /* all of the first commit, the largest, and of the last one */
  double last_ms;
  gsize first_bytes;
  gsize last_bytes;
  double peak_mib; /* resident, of the whole process */
  double locked_mib; /* of it, locked memory for secrets */
} MlsRoomCosts;

/* Times are the clock's. Says how far it is on stderr. */
MlsRoomCosts mls_room_measure (const CvMlsSuite *suite, guint n_members, guint n_commits);

G_END_DECLS
