/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "signaling/error.h"

G_DEFINE_QUARK (cv-signaling-error-quark, cv_signaling_error)
