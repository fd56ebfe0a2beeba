/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What an input of fuzz-mls-receive looks like, for the target and for its seeds.
 *
 *   input = flags (1) step*
 *   step = what (1) sender (1) arguments, see the target's functions */
#pragma once

/* POST_QUANTUM: suite 0xF001 instead of 0x0001. FORGETS: one of those who receive gives up every
 * proposal at once, and follows a commit of it like the other. */
enum { FLAG_HOLDS_KEYS = 1, FLAG_POST_QUANTUM = 2, FLAG_FORGETS = 4 };

typedef enum {
  STEP_APPLICATION,
  STEP_RAW_CONTENT,
  STEP_PROPOSAL,
  STEP_COMMIT,
  STEP_OWN_COMMIT,
  STEP_EDITED_COMMIT,
  STEP_PUBLIC,
  STEP_MESSAGE,
  STEP_RESYNC,
  STEP_OWN_PROPOSAL,
  N_STEP_KINDS,
} Step;
