/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One GroupInfo for all, under a key that each newcomer gets by itself, sealed to its init key and
 * bound to that GroupInfo. */
#include "mls/welcome.h"

#include "mls/error.h"
#include "crypto/aead.h"

static void
encrypted_secrets_free (CvMlsEncryptedGroupSecrets *entry)
{
  g_clear_pointer (&entry->new_member, g_bytes_unref);
  cv_mls_hpke_ciphertext_clear (&entry->sealed);
  g_free (entry);
}

static GPtrArray *
new_entries (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)encrypted_secrets_free);
}

void
cv_mls_welcome_clear (CvMlsWelcome *welcome)
{
  g_clear_pointer (&welcome->secrets, g_ptr_array_unref);
  g_clear_pointer (&welcome->encrypted_group_info, g_bytes_unref);
}

static void
read_entries (CvReader *reader, GPtrArray *entries)
{
  CvReader inner;

  cv_reader_open_vector (reader, CV_MLS_LIMIT_LIST, &inner);
  while (cv_reader_remaining (&inner) > 0) {
    CvMlsEncryptedGroupSecrets *entry = g_new0 (CvMlsEncryptedGroupSecrets, 1);

    if (entries->len >= CV_MLS_LIMIT_ENTRIES)
      cv_reader_fail (&inner);
    entry->new_member = cv_reader_dup_vector (&inner, CV_MLS_LIMIT_HASH);
    cv_mls_hpke_ciphertext_read (&inner, &entry->sealed);
    g_ptr_array_add (entries, entry);
  }
  if (!cv_reader_finish (&inner))
    cv_reader_fail (reader);
}

gboolean
cv_mls_welcome_read (CvReader *reader, CvMlsWelcome *welcome)
{
  *welcome = (CvMlsWelcome){.suite = {cv_reader_u16 (reader)}, .secrets = new_entries ()};
  read_entries (reader, welcome->secrets);
  welcome->encrypted_group_info = cv_reader_dup_vector (reader, CV_MLS_LIMIT_MESSAGE);
  if (cv_reader_is_ok (reader))
    return TRUE;
  cv_mls_welcome_clear (welcome);
  return FALSE;
}

void
cv_mls_welcome_write (CvWriter *writer, const CvMlsWelcome *welcome)
{
  gsize mark;

  cv_writer_u16 (writer, welcome->suite.value);
  mark = cv_writer_begin_vector (writer);
  for (guint i = 0; i < welcome->secrets->len; i++) {
    const CvMlsEncryptedGroupSecrets *entry = g_ptr_array_index (welcome->secrets, i);

    cv_writer_vector (writer, cv_span_from_bytes (entry->new_member));
    cv_mls_hpke_ciphertext_write (writer, &entry->sealed);
  }
  cv_writer_end_vector (writer, mark);
  cv_writer_vector (writer, cv_span_from_bytes (welcome->encrypted_group_info));
}

/* The pair is used for one GroupInfo only: the welcome secret is new with each epoch. */
static gboolean
derive_key (const CvMlsCipher *cipher, CvSpan welcome_secret, CvSecret **key, CvSecret **nonce,
            GError **error)
{
  *key = cv_mls_labels_expand (cipher, welcome_secret, "key", CV_SPAN_EMPTY, cipher->suite->key_len,
                               error);
  if (!*key)
    return FALSE;
  *nonce = cv_mls_labels_expand (cipher, welcome_secret, "nonce", CV_SPAN_EMPTY,
                                 cipher->suite->nonce_len, error);
  return *nonce != NULL;
}

gboolean
cv_mls_welcome_seal_group_info (const CvMlsCipher *cipher, const CvMlsGroupInfo *info,
                                CvSpan welcome_secret, CvMlsWelcome *welcome, GError **error)
{
  g_autoptr (CvSecret) key = NULL;
  g_autoptr (CvSecret) nonce = NULL;
  g_auto (CvWriter) plaintext = {0};
  CvCryptoAeadParams params;
  GBytes *sealed;

  *welcome = (CvMlsWelcome){0};
  if (!derive_key (cipher, welcome_secret, &key, &nonce, error))
    return FALSE;
  params = (CvCryptoAeadParams){
      .aead = cipher->suite->aead, .key = cv_secret_span (key), .nonce = cv_secret_span (nonce)};
  cv_writer_init (&plaintext);
  cv_mls_group_info_write (&plaintext, info);
  sealed = cv_crypto_aead_seal_once (cipher->crypto, &params, cv_writer_span (&plaintext), error);
  if (!sealed)
    return FALSE;
  *welcome = (CvMlsWelcome){cipher->suite->id, new_entries (), sealed};
  return TRUE;
}

gboolean
cv_mls_welcome_add (const CvMlsCipher *cipher, CvMlsWelcome *welcome,
                    const CvMlsKeyPackage *package, const CvMlsGroupSecrets *secrets,
                    GError **error)
{
  g_auto (CvWriter) plaintext = {0};
  g_auto (CvMlsHpkeCiphertext) sealed = {0};
  g_autoptr (GBytes) ref = cv_mls_key_package_dup_ref_hash (cipher, package, error);
  CvMlsEncryptedGroupSecrets *entry;

  if (!ref)
    return FALSE;
  cv_writer_init_secret (&plaintext);
  cv_mls_group_secrets_write (&plaintext, secrets);
  if (!cv_mls_labels_encrypt (cipher, cv_span_from_bytes (package->init_key), "Welcome",
                              cv_span_from_bytes (welcome->encrypted_group_info),
                              cv_writer_span (&plaintext), &sealed, error))
    return FALSE;
  entry = g_new0 (CvMlsEncryptedGroupSecrets, 1);
  entry->new_member = g_steal_pointer (&ref);
  entry->sealed = sealed;
  sealed = (CvMlsHpkeCiphertext){0};
  g_ptr_array_add (welcome->secrets, entry);
  return TRUE;
}

static const CvMlsEncryptedGroupSecrets *
find_entry (const CvMlsWelcome *welcome, CvSpan package_ref)
{
  for (guint i = 0; i < welcome->secrets->len; i++) {
    const CvMlsEncryptedGroupSecrets *entry = g_ptr_array_index (welcome->secrets, i);

    if (cv_span_equal (cv_span_from_bytes (entry->new_member), package_ref))
      return entry;
  }
  return NULL;
}

gboolean
cv_mls_welcome_open_secrets (const CvMlsCipher *cipher, const CvMlsWelcome *welcome,
                             CvSpan package_ref, CvSpan init_private, CvMlsGroupSecrets *secrets,
                             GError **error)
{
  const CvMlsEncryptedGroupSecrets *entry = find_entry (welcome, package_ref);
  GByteArray *plaintext;
  CvReader reader;

  *secrets = (CvMlsGroupSecrets){0};
  /* §12.4.3.1: one entry names our KeyPackage. */
  if (!entry)
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "Welcome is not for this KeyPackage");
  plaintext = cv_mls_labels_decrypt (cipher, init_private, "Welcome",
                                     cv_span_from_bytes (welcome->encrypted_group_info),
                                     &entry->sealed, error);
  if (!plaintext)
    return FALSE;
  cv_reader_init (&reader, cv_span_from_array (plaintext));
  cv_mls_group_secrets_read (&reader, secrets);
  cv_crypto_aead_free_plaintext (plaintext);
  /* §12.4.3.1: GroupSecrets and nothing behind them. */
  if (cv_reader_finish (&reader))
    return TRUE;
  cv_mls_group_secrets_clear (secrets);
  return cv_mls_error_fail_malformed (error, "GroupSecrets");
}

gboolean
cv_mls_welcome_open_group_info (const CvMlsCipher *cipher, const CvMlsWelcome *welcome,
                                CvSpan welcome_secret, CvMlsGroupInfo *info, GError **error)
{
  g_autoptr (CvSecret) key = NULL;
  g_autoptr (CvSecret) nonce = NULL;
  CvCryptoAeadParams params;
  GError *local = NULL;
  GByteArray *plaintext;
  CvReader reader;

  *info = (CvMlsGroupInfo){0};
  if (!derive_key (cipher, welcome_secret, &key, &nonce, error))
    return FALSE;
  params = (CvCryptoAeadParams){
      .aead = cipher->suite->aead, .key = cv_secret_span (key), .nonce = cv_secret_span (nonce)};
  plaintext = cv_crypto_aead_open_once (cipher->crypto, &params,
                                        cv_span_from_bytes (welcome->encrypted_group_info), &local);
  if (!plaintext)
    return cv_mls_error_adopt (error, local);
  cv_reader_init (&reader, cv_span_from_array (plaintext));
  cv_mls_group_info_read (&reader, info);
  cv_crypto_aead_free_plaintext (plaintext);
  /* §12.4.3: a GroupInfo and nothing behind it. */
  if (cv_reader_finish (&reader))
    return TRUE;
  cv_mls_group_info_clear (info);
  return cv_mls_error_fail_malformed (error, "GroupInfo");
}
