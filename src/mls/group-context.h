/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* GroupContext: what all members of an epoch agree on (RFC 9420 §8.1). */
#pragma once

#include "mls/extension.h"
#include "mls/group.h"

G_BEGIN_DECLS

#define CV_MLS_VERSION_10 1

typedef struct {
  CvMlsSuiteId suite;
  GBytes *group_id;
  guint64 epoch;
  GBytes *tree_hash;
  GBytes *confirmed_transcript_hash;
  GPtrArray *extensions; /* CvMlsExtension */
} CvMlsGroupContext;

void cv_mls_group_context_clear (CvMlsGroupContext *context);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsGroupContext, cv_mls_group_context_clear)
void cv_mls_group_context_copy (CvMlsGroupContext *to, const CvMlsGroupContext *from);
gboolean cv_mls_group_context_read (CvReader *reader, CvMlsGroupContext *context);
void cv_mls_group_context_write (CvWriter *writer, const CvMlsGroupContext *context);
GBytes *cv_mls_group_context_encode (const CvMlsGroupContext *context);

G_END_DECLS
