/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Straight from the figure of RFC 9420 §8, one derivation a line. */
#include "mls/key-schedule.h"

#include "mls/error.h"
#include "crypto/hkdf.h"
#include "crypto/hpke.h"

#define EXTERNAL_INIT_CONTEXT CV_SPAN_LITERAL ("MLS 1.0 external init secret")

void
cv_mls_epoch_secrets_clear (CvMlsEpochSecrets *secrets)
{
  g_clear_pointer (&secrets->sender_data_secret, cv_secret_unref);
  g_clear_pointer (&secrets->encryption_secret, cv_secret_unref);
  g_clear_pointer (&secrets->exporter_secret, cv_secret_unref);
  g_clear_pointer (&secrets->external_secret, cv_secret_unref);
  g_clear_pointer (&secrets->confirmation_key, cv_secret_unref);
  g_clear_pointer (&secrets->membership_key, cv_secret_unref);
  g_clear_pointer (&secrets->resumption_psk, cv_secret_unref);
  g_clear_pointer (&secrets->epoch_authenticator, cv_secret_unref);
  g_clear_pointer (&secrets->init_secret, cv_secret_unref);
}

CvSecret *
cv_mls_key_schedule_zero (const CvMlsCipher *cipher)
{
  return cv_secret_new (cipher->suite->hash_len);
}

CvSecret *
cv_mls_key_schedule_joiner (const CvMlsCipher *cipher, CvSpan init_secret, CvSpan commit_secret,
                            CvSpan group_context, GError **error)
{
  g_autoptr (CvSecret) extracted = cv_crypto_hkdf_extract (cipher->crypto, cipher->suite->hash,
                                                           init_secret, commit_secret, error);

  if (!extracted)
    return NULL;
  return cv_mls_labels_expand (cipher, cv_secret_span (extracted), "joiner", group_context,
                               cipher->suite->hash_len, error);
}

/* Between joiner_secret and both welcome_secret and epoch_secret. */
static CvSecret *
member_secret (const CvMlsCipher *cipher, CvSpan joiner_secret, CvSpan psk_secret, GError **error)
{
  return cv_crypto_hkdf_extract (cipher->crypto, cipher->suite->hash, joiner_secret, psk_secret,
                                 error);
}

CvSecret *
cv_mls_key_schedule_welcome (const CvMlsCipher *cipher, CvSpan joiner_secret, CvSpan psk_secret,
                             GError **error)
{
  g_autoptr (CvSecret) member = member_secret (cipher, joiner_secret, psk_secret, error);

  return member ? cv_mls_labels_derive (cipher, cv_secret_span (member), "welcome", error) : NULL;
}

gboolean
cv_mls_key_schedule_epoch (const CvMlsCipher *cipher, CvSpan joiner_secret, CvSpan psk_secret,
                           CvSpan group_context, CvMlsEpochSecrets *secrets, GError **error)
{
  g_autoptr (CvSecret) member = member_secret (cipher, joiner_secret, psk_secret, error);
  g_autoptr (CvSecret) epoch_secret = NULL;

  *secrets = (CvMlsEpochSecrets){0};
  if (!member)
    return FALSE;
  epoch_secret = cv_mls_labels_expand (cipher, cv_secret_span (member), "epoch", group_context,
                                       cipher->suite->hash_len, error);
  return epoch_secret
         && cv_mls_key_schedule_from_epoch_secret (cipher, cv_secret_span (epoch_secret), secrets,
                                                   error);
}

gboolean
cv_mls_key_schedule_from_epoch_secret (const CvMlsCipher *cipher, CvSpan epoch_secret,
                                       CvMlsEpochSecrets *secrets, GError **error)
{
  g_auto (CvMlsEpochSecrets) made = {0};
  const struct {
    CvSecret **secret;
    const char *label;
  } table[] = {
      {&made.sender_data_secret, "sender data"},
      {&made.encryption_secret, "encryption"},
      {&made.exporter_secret, "exporter"},
      {&made.external_secret, "external"},
      {&made.confirmation_key, "confirm"},
      {&made.membership_key, "membership"},
      {&made.resumption_psk, "resumption"},
      {&made.epoch_authenticator, "authentication"},
      {&made.init_secret, "init"},
  };

  *secrets = (CvMlsEpochSecrets){0};
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    *table[i].secret = cv_mls_labels_derive (cipher, epoch_secret, table[i].label, error);
    if (!*table[i].secret)
      return FALSE;
  }
  *secrets = made;
  made = (CvMlsEpochSecrets){0};
  return TRUE;
}

CvSecret *
cv_mls_key_schedule_export (const CvMlsCipher *cipher, CvSpan exporter_secret, const char *label,
                            CvSpan context, gsize len, GError **error)
{
  g_autoptr (CvSecret) derived = cv_mls_labels_derive (cipher, exporter_secret, label, error);
  g_autoptr (GBytes) context_hash = NULL;

  if (!derived)
    return NULL;
  context_hash = cv_mls_labels_hash (cipher, context, error);
  if (!context_hash)
    return NULL;
  return cv_mls_labels_expand (cipher, cv_secret_span (derived), "exported",
                               cv_span_from_bytes (context_hash), len, error);
}

gboolean
cv_mls_key_schedule_external_pair (const CvMlsCipher *cipher, CvSpan external_secret,
                                   CvCryptoKeyPair *pair, GError **error)
{
  return cv_crypto_kem_derive (cipher->crypto, cipher->suite->kem, external_secret, pair, error);
}

static CvCryptoHpkeParams
external_init_params (const CvMlsCipher *cipher)
{
  return (CvCryptoHpkeParams){
      .kem = cipher->suite->kem, .kdf = cipher->suite->hash, .aead = cipher->suite->aead};
}

CvSecret *
cv_mls_key_schedule_external_init_send (const CvMlsCipher *cipher, CvSpan external_pub,
                                        GBytes **kem_output, GError **error)
{
  const CvCryptoHpkeParams params = external_init_params (cipher);
  GError *local = NULL;
  CvSecret *secret =
      cv_crypto_hpke_export_send (cipher->crypto, &params, external_pub, EXTERNAL_INIT_CONTEXT,
                                  cipher->suite->hash_len, kem_output, &local);

  if (!secret)
    cv_mls_error_adopt (error, local);
  return secret;
}

CvSecret *
cv_mls_key_schedule_external_init_receive (const CvMlsCipher *cipher, CvSpan external_private,
                                           CvSpan kem_output, GError **error)
{
  const CvCryptoHpkeParams params = external_init_params (cipher);
  GError *local = NULL;
  CvSecret *secret =
      cv_crypto_hpke_export_receive (cipher->crypto, &params, external_private, kem_output,
                                     EXTERNAL_INIT_CONTEXT, cipher->suite->hash_len, &local);

  if (!secret)
    cv_mls_error_adopt (error, local);
  return secret;
}
