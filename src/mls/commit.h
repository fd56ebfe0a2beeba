/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Commit: proposals and perhaps a path (RFC 9420 §12.4). Encoding only. */
#pragma once

#include "mls/proposal.h"
#include "mls/update-path.h"

G_BEGIN_DECLS

typedef struct {
  GPtrArray *proposals; /* CvMlsProposalOrRef */
  CvMlsUpdatePath *path; /* NULL: path-less */
} CvMlsCommit;

CvMlsCommit *cv_mls_commit_new (void); /* no proposals, no path */
void cv_mls_commit_free (CvMlsCommit *commit); /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsCommit, cv_mls_commit_free)
CvMlsCommit *cv_mls_commit_read (CvReader *reader); /* full; NULL on failure */
void cv_mls_commit_write (CvWriter *writer, const CvMlsCommit *commit);

G_END_DECLS
