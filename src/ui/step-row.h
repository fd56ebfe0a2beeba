/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One numbered step: to come, running or done. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef enum {
  CV_STEP_PENDING,
  CV_STEP_RUNNING,
  CV_STEP_DONE,
} CvStepState;

#define CV_TYPE_STEP_ROW (cv_step_row_get_type ())
G_DECLARE_FINAL_TYPE (CvStepRow, cv_step_row, CV, STEP_ROW, AdwBin)

CvStepRow *cv_step_row_new (int number, const char *title);
void cv_step_row_set_state (CvStepRow *self, CvStepState state);

G_END_DECLS
