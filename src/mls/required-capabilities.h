/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* required_capabilities: what a group asks of each member (RFC 9420 §11.1). */
#pragma once

#include "mls/type-list.h"

G_BEGIN_DECLS

/* Lists of types. */
typedef struct {
  GArray *extensions;
  GArray *proposals;
  GArray *credentials;
} CvMlsRequiredCapabilities;

void cv_mls_required_capabilities_clear (CvMlsRequiredCapabilities *required);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsRequiredCapabilities, cv_mls_required_capabilities_clear)
/* FALSE: malformed, and nothing to clear. */
gboolean cv_mls_required_capabilities_parse (CvSpan data, CvMlsRequiredCapabilities *required);
void
cv_mls_required_capabilities_write (CvWriter *writer, const CvMlsRequiredCapabilities *required);

G_END_DECLS
