/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The knock envelope: AES-256-GCM under the knock key, bound to the room. */
#include "e2ee/knock.h"

#include "crypto/aead.h"

#define VERSION 1
#define AAD_LABEL "Conclave 1.0 knock"

static GBytes *
dup_aad (const CvE2eeRoomKeys *keys)
{
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  cv_writer_put (&writer, CV_SPAN_LITERAL (AAD_LABEL));
  cv_writer_put (&writer, cv_e2ee_room_keys_get_room_id (keys));
  return cv_writer_take (&writer);
}

static void
set_malformed (GError **error)
{
  g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_MALFORMED,
                       "expected a knock, got something else");
}

static gboolean
parse (CvSpan plaintext, CvE2eeKnock *knock)
{
  CvReader reader;
  cv_reader_init (&reader, plaintext);
  guint8 version = cv_reader_u8 (&reader);
  knock->key_package = cv_reader_dup_vector (&reader, CV_E2EE_KNOCK_MAX_LEN);
  return cv_reader_finish (&reader) && version == VERSION;
}

void
cv_e2ee_knock_free (CvE2eeKnock *knock)
{
  if (knock == NULL)
    return;
  g_clear_pointer (&knock->member_id, g_free);
  g_clear_pointer (&knock->key_package, g_bytes_unref);
  g_clear_pointer (&knock->key_package_ref, g_bytes_unref);
  g_clear_pointer (&knock->statement, cv_identity_statement_free);
  g_free (knock);
}

GBytes *
cv_e2ee_knock_seal (const CvCrypto *crypto, const CvE2eeRoomKeys *keys, CvSpan key_package,
                    GError **error)
{
  g_autoptr (GBytes) aad = dup_aad (keys);
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  cv_writer_u8 (&writer, VERSION);
  cv_writer_vector (&writer, key_package);
  return cv_crypto_aead_seal_box (crypto, cv_secret_span (cv_e2ee_room_keys_get_knock_key (keys)),
                                  cv_span_from_bytes (aad), cv_writer_span (&writer), error);
}

CvE2eeKnock *
cv_e2ee_knock_open (const CvCrypto *crypto, const CvE2eeRoomKeys *keys, const CvMlsSuite *suite,
                    CvSpan sealed, guint64 now_s, GError **error)
{
  g_autoptr (GBytes) aad = dup_aad (keys);
  GByteArray *plaintext = NULL;
  if (sealed.len <= CV_E2EE_KNOCK_MAX_LEN)
    plaintext =
        cv_crypto_aead_open_box (crypto, cv_secret_span (cv_e2ee_room_keys_get_knock_key (keys)),
                                 cv_span_from_bytes (aad), sealed, NULL);
  if (plaintext == NULL) {
    g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_AUTHENTICATION,
                         "could not authenticate");
    return NULL;
  }
  g_autoptr (CvE2eeKnock) knock = g_new0 (CvE2eeKnock, 1);
  gboolean is_whole = parse (cv_span_from_array (plaintext), knock);
  cv_crypto_aead_free_plaintext (plaintext);
  if (!is_whole) {
    set_malformed (error);
    return NULL;
  }
  g_auto (CvMlsKeyPackageInfo) info = {0};
  if (!cv_mls_key_package_inspect (crypto, suite, cv_span_from_bytes (knock->key_package), now_s,
                                   &info, error))
    return NULL;
  if (!cv_e2ee_commit_is_id (cv_span_from_bytes (info.application_id))) {
    g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_POLICY,
                         "expected a leaf to name its connection");
    return NULL;
  }
  CvIdentityStatementChecks checks = {
      .mls_public = cv_span_from_bytes (info.signature_public),
      .room_id = cv_e2ee_room_keys_get_room_id (keys),
      .now_s = now_s,
  };
  if (info.leaf_len > CV_E2EE_LEAF_MAX_LEN) {
    g_set_error (error, CV_E2EE_ERROR, CV_E2EE_ERROR_POLICY,
                 "expected a leaf of at most %d bytes, got %" G_GSIZE_FORMAT, CV_E2EE_LEAF_MAX_LEN,
                 info.leaf_len);
    return NULL;
  }
  knock->statement =
      cv_identity_statement_verify (crypto, cv_span_from_bytes (info.identity), &checks, error);
  if (knock->statement == NULL)
    return NULL;
  /* Nobody inside has followed a commit with this name yet: it is to be one that is known here. */
  if (!cv_identity_statement_check_name (knock->statement->name, error))
    return NULL;
  knock->not_before_s = MAX (knock->statement->not_before_s, info.not_before_s);
  knock->not_after_s = MIN (knock->statement->not_after_s, info.not_after_s);
  knock->member_id = cv_span_dup_text (cv_span_from_bytes (info.application_id));
  knock->key_package_ref = g_steal_pointer (&info.ref);
  return g_steal_pointer (&knock);
}
