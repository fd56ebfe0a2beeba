/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* GroupInfo: an epoch as its signer tells it to who is not yet in (RFC 9420 §12.4.3). */
#pragma once

#include "mls/group-context.h"
#include "mls/labels.h"

G_BEGIN_DECLS

typedef struct {
  CvMlsGroupContext context;
  GPtrArray *extensions; /* CvMlsExtension */
  GBytes *confirmation_tag;
  CvMlsLeaf signer;
  GBytes *signature;
} CvMlsGroupInfo;

void cv_mls_group_info_clear (CvMlsGroupInfo *info);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsGroupInfo, cv_mls_group_info_clear)
gboolean cv_mls_group_info_read (CvReader *reader, CvMlsGroupInfo *info);
void cv_mls_group_info_write (CvWriter *writer, const CvMlsGroupInfo *info);

/* Sets info->signature. */
gboolean
cv_mls_group_info_sign (const CvMlsCipher *cipher, CvMlsGroupInfo *info, CvSpan signature_private,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
cv_mls_group_info_verify (const CvMlsCipher *cipher, const CvMlsGroupInfo *info,
                          CvSpan signature_public, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
