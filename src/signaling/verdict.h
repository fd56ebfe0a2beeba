/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What an error message of the server means for the connection. Pure. */
#pragma once

#include "protocol/message.h"
#include "signaling/error.h"

G_BEGIN_DECLS

/* TRUE when the server closes after it and a resume is of no use. */
gboolean cv_signaling_verdict_is_final (const CvMessageError *error);
CvSignalingError cv_signaling_verdict_to_error (CvMessageCode code);

G_END_DECLS
