/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The error domain of identities. */
#include "identity/error.h"

G_DEFINE_QUARK (cv-identity-error-quark, cv_identity_error)
