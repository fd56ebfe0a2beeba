/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The error domain of the encrypted group. */
#include "e2ee/error.h"

G_DEFINE_QUARK (cv-e2ee-error-quark, cv_e2ee_error)
