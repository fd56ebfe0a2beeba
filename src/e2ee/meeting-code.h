/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The meeting code: 6 groups of 5 digits that are equal for all who share roster and keys
 * (E2EE.md section 7). */
#pragma once

#include "crypto/context.h"
#include "e2ee/error.h"

G_BEGIN_DECLS

/* "12345 67890 …"; full. */
char *cv_e2ee_meeting_code_dup (const CvCrypto *crypto, CvSpan epoch_authenticator,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
