/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Chooses a camera, microphone or speaker, and remembers the choice. */
#pragma once

#include "call/session.h"
#include "media/devices.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_DEVICE_ROW (cv_device_row_get_type ())
G_DECLARE_FINAL_TYPE (CvDeviceRow, cv_device_row, CV, DEVICE_ROW, AdwComboRow)

/* Properties: device-kind (construct only, "camera", "microphone" or "speaker"), session (may be
 * NULL: then the choice is only remembered). */

G_END_DECLS
