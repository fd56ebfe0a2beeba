/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "protocol/error.h"

G_DEFINE_QUARK (cv-protocol-error-quark, cv_protocol_error)
