/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The error domain of the layer. */
#include "transport/error.h"

G_DEFINE_QUARK (cv-transport-error-quark, cv_transport_error)
