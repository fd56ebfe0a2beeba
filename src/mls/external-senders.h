/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* external_senders: who may propose without being a member (RFC 9420 §12.1.8.1).
 *
 * cv_mls_external_senders_encode is in group.h. */
#pragma once

#include "mls/credential.h"
#include "mls/group.h"

G_BEGIN_DECLS

typedef struct {
  GBytes *signature_key;
  CvMlsCredential credential;
} CvMlsExternalSenderEntry;

/* Full: of CvMlsExternalSenderEntry. NULL: malformed. */
GPtrArray *cv_mls_external_senders_parse (CvSpan data);
/* The key of entry `index`, borrowed from data; FALSE when there is none. */
gboolean cv_mls_external_senders_find_key (CvSpan data, guint32 index, CvSpan *signature_key);

G_END_DECLS
