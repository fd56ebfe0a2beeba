/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The key schedule: from one epoch's init secret to the next epoch's secrets (RFC 9420 §8).
 *
 *   init_secret[n-1] ─▶ Extract ◀─ commit_secret
 *                          ▼ "joiner", GroupContext[n]
 *                    joiner_secret ─▶ Extract ◀─ psk_secret
 *                                        ├─▶ welcome_secret
 *                                        ▼ "epoch", GroupContext[n]
 *                                  epoch_secret ─▶ the nine of CvMlsEpochSecrets
 *
 * The intermediate secrets do not outlive the call. group_context is the encoded GroupContext. */
#pragma once

#include "mls/labels.h"

G_BEGIN_DECLS

typedef struct {
  CvSecret *sender_data_secret;
  CvSecret *encryption_secret; /* drop it once the secret tree is made */
  CvSecret *exporter_secret;
  CvSecret *external_secret;
  CvSecret *confirmation_key;
  CvSecret *membership_key;
  CvSecret *resumption_psk;
  CvSecret *epoch_authenticator;
  CvSecret *init_secret; /* for the next epoch */
} CvMlsEpochSecrets;

void cv_mls_epoch_secrets_clear (CvMlsEpochSecrets *secrets);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsEpochSecrets, cv_mls_epoch_secrets_clear)

/* Nh zero bytes: the commit secret of a path-less commit, the PSK secret without PSKs. */
CvSecret *cv_mls_key_schedule_zero (const CvMlsCipher *cipher);

CvSecret *
cv_mls_key_schedule_joiner (const CvMlsCipher *cipher, CvSpan init_secret, CvSpan commit_secret,
                            CvSpan group_context, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvSecret *cv_mls_key_schedule_welcome (const CvMlsCipher *cipher, CvSpan joiner_secret,
                                       CvSpan psk_secret, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
cv_mls_key_schedule_epoch (const CvMlsCipher *cipher, CvSpan joiner_secret, CvSpan psk_secret,
                           CvSpan group_context, CvMlsEpochSecrets *secrets,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Epoch 0 of a new group, from a random epoch secret of Nh bytes (§11). */
gboolean cv_mls_key_schedule_from_epoch_secret (const CvMlsCipher *cipher, CvSpan epoch_secret,
                                                CvMlsEpochSecrets *secrets,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* MLS-Exporter, §8.5. 1 ≤ len ≤ 65535. */
CvSecret *
cv_mls_key_schedule_export (const CvMlsCipher *cipher, CvSpan exporter_secret, const char *label,
                            CvSpan context, gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* External joins, §8.3. The init secret that an external commit puts in place of the old one. */
gboolean
cv_mls_key_schedule_external_pair (const CvMlsCipher *cipher, CvSpan external_secret,
                                   CvCryptoKeyPair *pair, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvSecret *cv_mls_key_schedule_external_init_send (const CvMlsCipher *cipher, CvSpan external_pub,
                                                  GBytes **kem_output,
                                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvSecret *cv_mls_key_schedule_external_init_receive (const CvMlsCipher *cipher,
                                                     CvSpan external_private, CvSpan kem_output,
                                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
