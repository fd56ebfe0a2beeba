/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* GroupSecrets: what a newcomer starts from (RFC 9420 §12.4.3.1). */
#pragma once

#include "mls/psk.h"

G_BEGIN_DECLS

typedef struct {
  CvSecret *joiner_secret;
  CvSecret *path_secret; /* NULL when the commit had no path */
  GPtrArray *psks; /* CvMlsPskId */
} CvMlsGroupSecrets;

void cv_mls_group_secrets_clear (CvMlsGroupSecrets *secrets);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsGroupSecrets, cv_mls_group_secrets_clear)
gboolean cv_mls_group_secrets_read (CvReader *reader, CvMlsGroupSecrets *secrets);
/* The writer must be a secret one. */
void cv_mls_group_secrets_write (CvWriter *writer, const CvMlsGroupSecrets *secrets);

G_END_DECLS
