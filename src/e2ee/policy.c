/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The conference_policy extension: fields in the order of E2EE.md section 4. */
#include "e2ee/policy.h"

#include <string.h>

#define VERSION 1
#define EPOCH_BITS 4
#define FLAG_LOCKED 1
#define FLAG_RECORDING 2
#define FLAG_CHAT 4

GBytes *
cv_e2ee_policy_write (const CvE2eePolicy *policy)
{
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  cv_writer_u8 (&writer, VERSION);
  cv_writer_put (&writer, CV_SPAN_ARRAY (policy->meeting_id));
  gsize mark = cv_writer_begin_vector (&writer);
  for (gsize i = 0; i < policy->n_moderators; i++)
    cv_writer_put (&writer, CV_SPAN_ARRAY (policy->moderators[i].hash));
  cv_writer_end_vector (&writer, mark);
  cv_writer_u8 (&writer, (guint8)policy->admission);
  cv_writer_u8 (&writer, (guint8)((policy->is_locked ? FLAG_LOCKED : 0)
                                  | (policy->is_recording_allowed ? FLAG_RECORDING : 0)
                                  | (policy->is_chat_allowed ? FLAG_CHAT : 0)));
  cv_writer_u16 (&writer, policy->sframe_suite.value);
  cv_writer_u8 (&writer, policy->epoch_bits);
  return cv_writer_take (&writer);
}

static gboolean
read_moderators (CvReader *reader, CvE2eePolicy *policy)
{
  CvReader list;
  cv_reader_open_vector (reader, CV_E2EE_POLICY_MAX_MODERATORS * CV_IDENTITY_HASH_LEN, &list);
  while (cv_reader_remaining (&list) > 0) {
    const guint8 *hash = policy->moderators[policy->n_moderators].hash;
    cv_reader_copy (&list, policy->moderators[policy->n_moderators].hash, CV_IDENTITY_HASH_LEN);
    if (!cv_reader_is_ok (&list) || cv_e2ee_policy_is_moderator (policy, hash))
      return FALSE;
    policy->n_moderators++;
  }
  return policy->n_moderators > 0;
}

gboolean
cv_e2ee_policy_parse (CvSpan encoded, CvE2eePolicy *policy, GError **error)
{
  CvReader reader;
  cv_reader_init (&reader, encoded);
  memset (policy, 0, sizeof *policy);
  guint8 version = cv_reader_u8 (&reader);
  cv_reader_copy (&reader, policy->meeting_id, sizeof policy->meeting_id);
  gboolean has_moderators = read_moderators (&reader, policy);
  guint8 admission = cv_reader_u8 (&reader);
  guint8 flags = cv_reader_u8 (&reader);
  policy->sframe_suite.value = cv_reader_u16 (&reader);
  policy->epoch_bits = cv_reader_u8 (&reader);
  if (!cv_reader_finish (&reader) || version != VERSION || !has_moderators
      || admission > CV_E2EE_ADMISSION_MODERATOR
      || (flags & ~(FLAG_LOCKED | FLAG_RECORDING | FLAG_CHAT)) != 0
      || policy->sframe_suite.value != CV_E2EE_SFRAME_SUITE.value
      || policy->epoch_bits != EPOCH_BITS) {
    g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_MALFORMED,
                         "expected a conference policy, got something else");
    return FALSE;
  }
  policy->admission = (CvE2eeAdmissionMode)admission;
  policy->is_locked = (flags & FLAG_LOCKED) != 0;
  policy->is_recording_allowed = (flags & FLAG_RECORDING) != 0;
  policy->is_chat_allowed = (flags & FLAG_CHAT) != 0;
  return TRUE;
}

gboolean
cv_e2ee_policy_is_moderator (const CvE2eePolicy *policy,
                             const guint8 identity_hash[static CV_IDENTITY_HASH_LEN])
{
  for (gsize i = 0; i < policy->n_moderators; i++)
    if (memcmp (policy->moderators[i].hash, identity_hash, CV_IDENTITY_HASH_LEN) == 0)
      return TRUE;
  return FALSE;
}

gboolean
cv_e2ee_policy_may_become (const CvE2eePolicy *policy, const CvE2eePolicy *next)
{
  return memcmp (policy->meeting_id, next->meeting_id, sizeof policy->meeting_id) == 0
         && memcmp (&policy->moderators[0], &next->moderators[0], sizeof policy->moderators[0]) == 0
         && policy->sframe_suite.value == next->sframe_suite.value
         && policy->epoch_bits == next->epoch_bits;
}
