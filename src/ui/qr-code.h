/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Draws bytes as a QR code, black on white whatever the theme. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CV_TYPE_QR_CODE (cv_qr_code_get_type ())
G_DECLARE_FINAL_TYPE (CvQrCode, cv_qr_code, CV, QR_CODE, GtkWidget)

/* Property: payload (GBytes, boxed); NULL, or more than a code holds, draws nothing. */

G_END_DECLS
