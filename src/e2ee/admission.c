/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Admissions: what is signed, the list in authenticated_data, and the checks on its times. */
#include "e2ee/admission.h"

#define LABEL "Conclave 1.0 admission"
#define LIST_VERSION 1
#define REF_MAX 64
#define SIGNATURE_MAX 256
#define LIST_MAX (CV_E2EE_ADMISSION_MAX * (REF_MAX + SIGNATURE_MAX + 32))

static GBytes *
dup_signed_part (CvSpan group_id, CvSpan key_package_ref, guint64 expiry_s)
{
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  cv_writer_vector (&writer, key_package_ref);
  cv_writer_vector (&writer, group_id);
  cv_writer_u64 (&writer, expiry_s);
  return cv_writer_take (&writer);
}

void
cv_e2ee_admission_free (CvE2eeAdmission *admission)
{
  if (admission == NULL)
    return;
  g_clear_pointer (&admission->key_package_ref, g_bytes_unref);
  g_clear_pointer (&admission->signature, g_bytes_unref);
  g_free (admission);
}

CvE2eeAdmission *
cv_e2ee_admission_copy (const CvE2eeAdmission *admission)
{
  CvE2eeAdmission *copy = g_new0 (CvE2eeAdmission, 1);
  copy->moderator = admission->moderator;
  copy->key_package_ref = g_bytes_ref (admission->key_package_ref);
  copy->expiry_s = admission->expiry_s;
  copy->signature = g_bytes_ref (admission->signature);
  return copy;
}

CvE2eeAdmission *
cv_e2ee_admission_sign (const CvMlsGroup *group, CvSpan key_package_ref, guint64 now_s,
                        GError **error)
{
  g_autoptr (CvE2eeAdmission) admission = g_new0 (CvE2eeAdmission, 1);
  admission->moderator = cv_mls_group_get_own_leaf (group);
  admission->key_package_ref = cv_span_dup (key_package_ref);
  admission->expiry_s = now_s + CV_E2EE_ADMISSION_LIFETIME_S;
  g_autoptr (GBytes) content =
      dup_signed_part (cv_mls_group_get_id (group), key_package_ref, admission->expiry_s);
  admission->signature = cv_mls_group_sign (group, LABEL, cv_span_from_bytes (content), error);
  return admission->signature != NULL ? g_steal_pointer (&admission) : NULL;
}

gboolean
cv_e2ee_admission_verify (const CvMlsGroup *group, const CvE2eeAdmission *admission,
                          guint64 oldest_s, guint64 now_s, GError **error)
{
  guint64 expiry_s = admission->expiry_s;
  if (expiry_s > now_s + CV_E2EE_ADMISSION_LIFETIME_S + CV_E2EE_ADMISSION_SKEW_S
      || expiry_s
             < (oldest_s > CV_E2EE_ADMISSION_SKEW_S ? oldest_s - CV_E2EE_ADMISSION_SKEW_S : 0)) {
    g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_POLICY,
                         "expected an admission of now, got one of another time");
    return FALSE;
  }
  g_autoptr (GBytes) content = dup_signed_part (
      cv_mls_group_get_id (group), cv_span_from_bytes (admission->key_package_ref), expiry_s);
  if (cv_mls_group_verify (group, admission->moderator, LABEL, cv_span_from_bytes (content),
                           cv_span_from_bytes (admission->signature), NULL))
    return TRUE;
  g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_AUTHENTICATION,
                       "could not authenticate");
  return FALSE;
}

GBytes *
cv_e2ee_admission_write_list (const GPtrArray *admissions)
{
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  cv_writer_u8 (&writer, LIST_VERSION);
  gsize mark = cv_writer_begin_vector (&writer);
  for (guint i = 0; i < admissions->len; i++) {
    const CvE2eeAdmission *admission = g_ptr_array_index (admissions, i);
    cv_writer_u32 (&writer, admission->moderator.index);
    cv_writer_vector (&writer, cv_span_from_bytes (admission->key_package_ref));
    cv_writer_u64 (&writer, admission->expiry_s);
    cv_writer_vector (&writer, cv_span_from_bytes (admission->signature));
  }
  cv_writer_end_vector (&writer, mark);
  return cv_writer_take (&writer);
}

GPtrArray *
cv_e2ee_admission_parse_list (CvSpan encoded, GError **error)
{
  g_autoptr (GPtrArray) admissions =
      g_ptr_array_new_with_free_func ((GDestroyNotify)cv_e2ee_admission_free);
  CvReader reader;
  CvReader list;
  cv_reader_init (&reader, encoded);
  guint8 version = cv_reader_u8 (&reader);
  cv_reader_open_vector (&reader, LIST_MAX, &list);
  while (cv_reader_remaining (&list) > 0 && admissions->len < CV_E2EE_ADMISSION_MAX) {
    CvE2eeAdmission *admission = g_new0 (CvE2eeAdmission, 1);
    g_ptr_array_add (admissions, admission);
    admission->moderator.index = cv_reader_u32 (&list);
    admission->key_package_ref = cv_reader_dup_vector (&list, REF_MAX);
    admission->expiry_s = cv_reader_u64 (&list);
    admission->signature = cv_reader_dup_vector (&list, SIGNATURE_MAX);
  }
  if (!cv_reader_finish (&reader) || !cv_reader_finish (&list) || version != LIST_VERSION) {
    g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_MALFORMED,
                         "expected a list of admissions, got something else");
    return NULL;
  }
  return g_steal_pointer (&admissions);
}
