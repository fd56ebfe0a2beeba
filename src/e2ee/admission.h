/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Admissions: a moderator's signed "this KeyPackage may come in", for two minutes.
 *
 * They travel in the authenticated_data of the commit that adds, and every client checks them. */
#pragma once

#include "e2ee/error.h"
#include "mls/group.h"

G_BEGIN_DECLS

#define CV_E2EE_ADMISSION_LIFETIME_S 120
#define CV_E2EE_ADMISSION_SKEW_S 60 /* between the clocks of two members */
#define CV_E2EE_ADMISSION_MAX 32 /* in one commit */

typedef struct {
  CvMlsLeaf moderator;
  GBytes *key_package_ref;
  guint64 expiry_s; /* since 1970 */
  GBytes *signature;
} CvE2eeAdmission;

void cv_e2ee_admission_free (CvE2eeAdmission *admission);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvE2eeAdmission, cv_e2ee_admission_free)

/* Signed with the own MLS signature key. */
CvE2eeAdmission *cv_e2ee_admission_sign (const CvMlsGroup *group, CvSpan key_package_ref,
                                         guint64 now_s, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Signature, group and times. Whether the leaf is a moderator is the caller's question.
 * oldest_s: expiries before it are refused; now_s unless a gap is being caught up. */
gboolean cv_e2ee_admission_verify (const CvMlsGroup *group, const CvE2eeAdmission *admission,
                                   guint64 oldest_s, guint64 now_s,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

CvE2eeAdmission *cv_e2ee_admission_copy (const CvE2eeAdmission *admission);

/* A list of them, as in authenticated_data. The array holds CvE2eeAdmission and frees them. */
GBytes *cv_e2ee_admission_write_list (const GPtrArray *admissions);
GPtrArray *cv_e2ee_admission_parse_list (CvSpan encoded, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
