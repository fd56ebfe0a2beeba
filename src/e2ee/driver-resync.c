/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The way back after too long an absence: ask for the GroupInfo, commit from outside.
 *
 * The request is signed by the leaf that is behind and carries a one-time key, so that only a
 * member gets an answer, and only that member can read it: a GroupInfo names everybody inside. It
 * grows with the group, so it goes to the one who asked alone; the others get a word that they need
 * not answer any more. */
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/hpke.h"
#include "e2ee/driver-private.h"

#include <string.h>

#define LABEL "Conclave 1.0 resync request"
#define INFO "Conclave 1.0 resync answer"
#define RETRY_US (3 * G_USEC_PER_SEC)
/* More requests of one leaf in this time are no honest program's. */
#define ASK_WINDOW_US (30 * G_USEC_PER_SEC)
#define ASK_MAX (ATTEMPTS_MAX + 2)
#define ATTEMPTS_MAX 4
#define REQUESTS_MAX 16
#define PUBLIC_MAX 4096
#define SIGNATURE_MAX 256
#define GROUP_ID_MAX 64

void
cv_e2ee_driver_resync_request_free (CvE2eeResyncRequest *request)
{
  if (request == NULL)
    return;
  g_clear_pointer (&request->request, g_bytes_unref);
  g_clear_pointer (&request->public_key, g_bytes_unref);
  g_clear_pointer (&request->from, g_free);
  g_free (request);
}

static gboolean
hash_request (const CvE2eeGroupDriver *driver, CvSpan request, guint8 out[static 32])
{
  return cv_crypto_hash_digest (driver->crypto, CV_HASH_SHA256, request, out, NULL);
}

/* ---- who is behind ---- */

static GBytes *
make_request (CvE2eeGroupDriver *driver, GError **error)
{
  g_auto (CvWriter) writer;
  cv_crypto_key_pair_clear (&driver->resync_pair);
  memset (&driver->resync_pair, 0, sizeof driver->resync_pair);
  if (!cv_crypto_kem_generate (driver->crypto, driver->suite->kem, &driver->resync_pair, error))
    return NULL;
  cv_writer_init (&writer);
  cv_writer_u8 (&writer, CV_E2EE_CONTROL_RESYNC_REQUEST);
  cv_writer_vector (&writer, cv_mls_group_get_id (driver->group));
  cv_writer_u32 (&writer, cv_mls_group_get_own_leaf (driver->group).index);
  cv_writer_u32 (&writer, ++driver->n_resync_requests);
  cv_writer_vector (&writer, cv_span_from_bytes (driver->resync_pair.public_key));
  g_autoptr (GBytes) signature =
      cv_mls_group_sign (driver->group, LABEL, cv_writer_span (&writer), error);
  if (signature == NULL)
    return NULL;
  cv_writer_vector (&writer, cv_span_from_bytes (signature));
  return cv_writer_take (&writer);
}

void
cv_e2ee_driver_resync_start (CvE2eeGroupDriver *driver)
{
  /* The others may have followed what we refused. Joining them all the same is for the person to
   * decide, who sees the warning: by leaving and knocking again. */
  if (driver->refused_commit != NULL)
    return;
  driver->phase = CV_E2EE_PHASE_RESYNC;
  if (++driver->n_resync_attempts > ATTEMPTS_MAX) {
    cv_e2ee_driver_finish (driver, CV_E2EE_END_GROUP_GONE);
    return;
  }
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) request = make_request (driver, &error);
  driver->resync_retry_at_us = driver->now_us + RETRY_US;
  if (request == NULL
      || !hash_request (driver, cv_span_from_bytes (request), driver->resync_hash)) {
    g_warning ("could not ask to re-synchronise: %s", error != NULL ? error->message : "no hash");
    return;
  }
  driver->ops->send_application (driver->data, request);
}

void
cv_e2ee_driver_resync_stop (CvE2eeGroupDriver *driver)
{
  driver->phase = CV_E2EE_PHASE_MEMBER;
  driver->resync_retry_at_us = 0;
  driver->n_resync_attempts = 0;
  cv_crypto_key_pair_clear (&driver->resync_pair);
  memset (&driver->resync_pair, 0, sizeof driver->resync_pair);
}

/* Who joined after our last epoch never knew its resumption secret, and could not follow. */
static gboolean
can_all_follow (const CvE2eeGroupDriver *driver, const CvMlsGroup *next)
{
  CvMlsLeaf own_leaf = cv_mls_group_get_own_leaf (next);
  for (guint32 i = 0; i < cv_mls_group_get_leaf_count (next); i++) {
    CvMlsMember now;
    CvMlsMember then;
    if (i == own_leaf.index || !cv_mls_group_get_member (next, (CvMlsLeaf){i}, &now))
      continue;
    if (!cv_mls_group_get_member (driver->group, now.leaf, &then)
        || !cv_span_equal (now.signature_public, then.signature_public))
      return FALSE;
  }
  return TRUE;
}

static void
come_back (CvE2eeGroupDriver *driver, CvSpan group_info)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;
  CvMlsLeaf teller;
  /* Whose leaf that is in our old epoch, too: see can_all_follow. */
  if (!cv_mls_group_peek_info_signer (group_info, &teller, &error)
      || !cv_mls_group_resync (driver->group, group_info, driver->now_s, &result, &error)
      || !cv_e2ee_driver_rules_check_return (driver, result.next, teller, &error)) {
    g_debug ("resync: %s", error->message);
    cv_e2ee_driver_notice (driver, CV_E2EE_NOTICE_BAD_WELCOME, CV_E2EE_EVERYBODY);
    return;
  }
  if (!can_all_follow (driver, result.next)) {
    cv_e2ee_driver_finish (driver, CV_E2EE_END_GROUP_GONE);
    return;
  }
  /* No second request while the server thinks about it. */
  driver->resync_retry_at_us = driver->now_us + 2 * RETRY_US;
  cv_e2ee_driver_commit_send_external (driver, &result);
}

static gboolean
has_external_under_way (const CvE2eeGroupDriver *driver)
{
  for (guint i = 0; i < driver->own_commits->len; i++)
    if (((CvE2eeOwnCommit *)g_ptr_array_index (driver->own_commits, i))->is_live)
      return TRUE;
  return FALSE;
}

static void
take_answer (CvE2eeGroupDriver *driver, CvSpan answer)
{
  CvReader reader;
  guint8 hash[32];
  cv_reader_init (&reader, answer);
  cv_reader_copy (&reader, hash, sizeof hash);
  CvSpan enc = cv_reader_vector (&reader, PUBLIC_MAX);
  CvSpan ciphertext = cv_reader_vector (&reader, CV_E2EE_GROUP_INFO_MAX);
  if (!cv_reader_finish (&reader) || driver->resync_pair.private_key == NULL
      || memcmp (hash, driver->resync_hash, sizeof hash) != 0 || has_external_under_way (driver))
    return;
  CvCryptoHpkeParams params = {
      .kem = driver->suite->kem,
      .kdf = driver->suite->hash,
      .aead = driver->suite->aead,
      .info = CV_SPAN_LITERAL (INFO),
      .aad = cv_span (hash, sizeof hash),
  };
  GByteArray *group_info =
      cv_crypto_hpke_open (driver->crypto, &params,
                           cv_secret_span (driver->resync_pair.private_key), enc, ciphertext, NULL);
  if (group_info == NULL) {
    cv_e2ee_driver_notice (driver, CV_E2EE_NOTICE_BAD_APPLICATION, CV_E2EE_EVERYBODY);
    return;
  }
  come_back (driver, cv_span_from_array (group_info));
  cv_crypto_aead_free_plaintext (group_info);
}

void
cv_e2ee_group_driver_on_group_info (CvE2eeGroupDriver *driver, GBytes *answer)
{
  cv_e2ee_driver_enter (driver);
  if (driver->phase == CV_E2EE_PHASE_RESYNC)
    take_answer (driver, cv_span_from_bytes (answer));
  cv_e2ee_driver_leave (driver);
}

/* ---- who answers ---- */

/* The answer is large, and a member's changed client could ask without end. */
static gboolean
is_too_often (const CvE2eeGroupDriver *driver, const CvE2eeDriverMember *member)
{
  return member->n_resync_asked >= ASK_MAX
         && driver->now_us < member->resync_asked_from_us + ASK_WINDOW_US;
}

static void
note_asked (CvE2eeGroupDriver *driver, CvE2eeDriverMember *member, guint32 number)
{
  if (member->n_resync_asked == 0
      || driver->now_us >= member->resync_asked_from_us + ASK_WINDOW_US) {
    member->resync_asked_from_us = driver->now_us;
    member->n_resync_asked = 0;
  }
  member->n_resync_asked++;
  member->resync_number = number;
}

void
cv_e2ee_driver_resync_forget (CvE2eeGroupDriver *driver, CvMlsLeaf leaf)
{
  for (guint i = driver->resync_requests->len; i > 0; i--) {
    const CvE2eeResyncRequest *request = g_ptr_array_index (driver->resync_requests, i - 1);
    if (request->leaf.index == leaf.index)
      g_ptr_array_remove_index (driver->resync_requests, i - 1);
  }
}

/* Whose turn it is to answer. Moderators first, in their order: they alone are believed when something
 * has changed (cv_e2ee_driver_rules_check_return). */
static guint
get_turn (const CvE2eeGroupDriver *driver)
{
  guint turn = 0;
  for (gsize i = 0; i < driver->policy.n_moderators; i++) {
    const CvE2eeDriverMember *member =
        cv_e2ee_driver_roster_find_identity (driver, driver->policy.moderators[i].hash);
    if (member != NULL && member->public.is_self)
      return turn;
    turn += member != NULL && member->away_at_us == 0;
  }
  return turn + driver->own_rank;
}

static void
take_request (CvE2eeGroupDriver *driver, const char *from, GBytes *message, CvReader *reader)
{
  CvSpan group_id = cv_reader_vector (reader, GROUP_ID_MAX);
  CvMlsLeaf leaf = {cv_reader_u32 (reader)};
  guint32 number = cv_reader_u32 (reader);
  CvSpan public_key = cv_reader_vector (reader, PUBLIC_MAX);
  CvSpan signed_part = cv_reader_since (reader, 0);
  CvSpan signature = cv_reader_vector (reader, SIGNATURE_MAX);
  CvE2eeDriverMember *member = cv_e2ee_driver_roster_find (driver, leaf);
  if (!cv_reader_finish (reader) || from == NULL || driver->phase != CV_E2EE_PHASE_MEMBER
      || member == NULL || member->public.is_self || driver->resync_requests->len >= REQUESTS_MAX
      || number <= member->resync_number || is_too_often (driver, member)
      || !cv_span_equal (group_id, cv_mls_group_get_id (driver->group))
      || !cv_mls_group_verify (driver->group, leaf, LABEL, signed_part, signature, NULL)
      || !cv_crypto_kem_check_public (driver->crypto, driver->suite->kem, public_key, NULL)) {
    cv_e2ee_driver_notice (driver, CV_E2EE_NOTICE_BAD_APPLICATION, leaf);
    return;
  }
  note_asked (driver, member, number);
  cv_e2ee_driver_resync_forget (driver, leaf);
  CvE2eeResyncRequest *request = g_new0 (CvE2eeResyncRequest, 1);
  request->request = g_bytes_ref (message);
  request->from = g_strdup (from);
  request->public_key = cv_span_dup (public_key);
  request->leaf = leaf;
  request->is_repeated = member->n_resync_asked > 1;
  request->due_us = driver->now_us + get_turn (driver) * (gint64)CV_E2EE_DRIVER_RANK_STEP_US;
  g_ptr_array_add (driver->resync_requests, request);
  if (!hash_request (driver, cv_span_from_bytes (message), request->hash))
    g_ptr_array_remove (driver->resync_requests, request);
}

/* Full; NULL: it cannot be made, or nobody would carry it. Who asks knocks again after a while. */
static GBytes *
make_answer (CvE2eeGroupDriver *driver, const CvE2eeResyncRequest *request, GError **error)
{
  g_autoptr (GBytes) enc = NULL;
  g_autoptr (GBytes) ciphertext = NULL;
  g_autoptr (GBytes) group_info = cv_mls_group_dup_group_info (driver->group, error);
  CvCryptoHpkeParams params = {
      .kem = driver->suite->kem,
      .kdf = driver->suite->hash,
      .aead = driver->suite->aead,
      .info = CV_SPAN_LITERAL (INFO),
      .aad = cv_span (request->hash, sizeof request->hash),
  };
  if (group_info == NULL
      || !cv_crypto_hpke_seal (driver->crypto, &params, cv_span_from_bytes (request->public_key),
                               cv_span_from_bytes (group_info), &enc, &ciphertext, error))
    return NULL;
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  cv_writer_put (&writer, CV_SPAN_ARRAY (request->hash));
  cv_writer_vector (&writer, cv_span_from_bytes (enc));
  cv_writer_vector (&writer, cv_span_from_bytes (ciphertext));
  if (cv_writer_span (&writer).len > CV_E2EE_GROUP_INFO_MAX) {
    g_set_error (error, CV_E2EE_ERROR, CV_E2EE_ERROR_POLICY,
                 "expected at most %u bytes of GroupInfo, got %" G_GSIZE_FORMAT,
                 (guint)CV_E2EE_GROUP_INFO_MAX, cv_writer_span (&writer).len);
    return NULL;
  }
  return cv_writer_take (&writer);
}

static void
answer (CvE2eeGroupDriver *driver, const CvE2eeResyncRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) made = make_answer (driver, request, &error);
  if (made == NULL) {
    g_debug ("resync: %s", error->message);
    return;
  }
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  cv_writer_u8 (&writer, CV_E2EE_CONTROL_RESYNC_ANSWERED);
  cv_writer_put (&writer, CV_SPAN_ARRAY (request->hash));
  g_autoptr (GBytes) word = cv_writer_take (&writer);
  /* The word first: behind a large answer it would come when all others have answered, too. */
  driver->ops->send_application (driver->data, word);
  driver->ops->send_group_info (driver->data, request->from, made);
}

static void
take_answered (CvE2eeGroupDriver *driver, CvReader *reader)
{
  CvSpan hash = cv_reader_take (reader, sizeof ((CvE2eeResyncRequest *)NULL)->hash);
  if (!cv_reader_finish (reader))
    return;
  for (guint i = driver->resync_requests->len; i > 0; i--) {
    const CvE2eeResyncRequest *request = g_ptr_array_index (driver->resync_requests, i - 1);
    /* Anybody can say so. Who asks again got nothing, and then nobody's word counts. */
    if (!request->is_repeated && memcmp (request->hash, hash.data, hash.len) == 0)
      g_ptr_array_remove_index (driver->resync_requests, i - 1);
  }
}

void
cv_e2ee_driver_resync_receive (CvE2eeGroupDriver *driver, const char *from, GBytes *message)
{
  CvReader reader;
  cv_reader_init (&reader, cv_span_from_bytes (message));
  if (cv_reader_u8 (&reader) == CV_E2EE_CONTROL_RESYNC_REQUEST)
    take_request (driver, from, message, &reader);
  else
    take_answered (driver, &reader);
}

gint64
cv_e2ee_driver_resync_run (CvE2eeGroupDriver *driver)
{
  gint64 next_us = G_MAXINT64;
  if (driver->phase == CV_E2EE_PHASE_RESYNC && driver->is_connected) {
    if (driver->now_us >= driver->resync_retry_at_us) {
      for (guint i = 0; i < driver->own_commits->len; i++)
        ((CvE2eeOwnCommit *)g_ptr_array_index (driver->own_commits, i))->is_live = FALSE;
      cv_e2ee_driver_resync_start (driver);
    }
    next_us = driver->resync_retry_at_us;
  }
  for (guint i = 0; i < driver->resync_requests->len && !driver->is_job_running; i++) {
    const CvE2eeResyncRequest *request = g_ptr_array_index (driver->resync_requests, i);
    if (request->due_us > driver->now_us) {
      next_us = MIN (next_us, request->due_us);
      continue;
    }
    answer (driver, request);
    g_ptr_array_remove_index (driver->resync_requests, i--);
  }
  return next_us;
}
