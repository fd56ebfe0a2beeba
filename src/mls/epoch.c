/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* An epoch is made in one piece from the one before it and never edited, so that a commit that
 * fails half-way leaves nothing behind. */
#include "mls/epoch.h"

#include "crypto/random.h"
#include "mls/error.h"

static CvMlsEpoch *
epoch_alloc (const CvMlsCipher *cipher, const CvMlsGroupContext *context,
             const CvMlsRatchetTree *tree)
{
  CvMlsEpoch *epoch = g_new0 (CvMlsEpoch, 1);

  epoch->cipher = *cipher;
  cv_mls_group_context_copy (&epoch->context, context);
  epoch->encoded_context = cv_mls_group_context_encode (context);
  epoch->tree = cv_mls_ratchet_tree_copy (tree);
  return epoch;
}

static gboolean
set_tag (CvMlsEpoch *epoch, CvSpan tag, GError **error)
{
  epoch->confirmation_tag = cv_span_dup (tag);
  epoch->interim = cv_mls_transcript_interim (
      &epoch->cipher, cv_span_from_bytes (epoch->context.confirmed_transcript_hash), tag, error);
  return epoch->interim != NULL;
}

CvMlsEpoch *
cv_mls_epoch_new_first (const CvMlsCipher *cipher, const CvMlsGroupContext *context,
                        const CvMlsRatchetTree *tree, GError **error)
{
  g_autoptr (CvMlsEpoch) epoch = epoch_alloc (cipher, context, tree);
  GError *local = NULL;
  g_autoptr (CvSecret) secret =
      cv_crypto_random_dup_secret (cipher->crypto, cipher->suite->hash_len, &local);
  CvSpan tree_hash;

  if (!secret) {
    cv_mls_error_adopt (error, local);
    return NULL;
  }
  tree_hash = cv_mls_tree_hash_update (cipher, epoch->tree, error);
  if (tree_hash.len == 0)
    return NULL;
  g_clear_pointer (&epoch->context.tree_hash, g_bytes_unref);
  epoch->context.tree_hash = cv_span_dup (tree_hash);
  g_clear_pointer (&epoch->encoded_context, g_bytes_unref);
  epoch->encoded_context = cv_mls_group_context_encode (&epoch->context);
  if (!cv_mls_key_schedule_from_epoch_secret (cipher, cv_secret_span (secret), &epoch->secrets,
                                              error)
      || !cv_mls_epoch_make_tag (epoch, error))
    return NULL;
  return g_steal_pointer (&epoch);
}

CvMlsEpoch *
cv_mls_epoch_new (const CvMlsCipher *cipher, const CvMlsGroupContext *context,
                  const CvMlsRatchetTree *tree, CvSpan joiner_secret, CvSpan psk_secret,
                  GError **error)
{
  g_autoptr (CvMlsEpoch) epoch = epoch_alloc (cipher, context, tree);

  if (!cv_mls_key_schedule_epoch (cipher, joiner_secret, psk_secret,
                                  cv_span_from_bytes (epoch->encoded_context), &epoch->secrets,
                                  error))
    return NULL;
  return g_steal_pointer (&epoch);
}

CvMlsEpoch *
cv_mls_epoch_new_outside (const CvMlsCipher *cipher, const CvMlsGroupContext *context,
                          const CvMlsRatchetTree *tree, CvSpan confirmation_tag, GError **error)
{
  g_autoptr (CvMlsEpoch) epoch = epoch_alloc (cipher, context, tree);

  if (!set_tag (epoch, confirmation_tag, error))
    return NULL;
  return g_steal_pointer (&epoch);
}

void
cv_mls_epoch_free (CvMlsEpoch *epoch)
{
  if (!epoch)
    return;
  g_clear_pointer (&epoch->interim, g_bytes_unref);
  g_clear_pointer (&epoch->confirmation_tag, g_bytes_unref);
  cv_mls_epoch_secrets_clear (&epoch->secrets);
  g_clear_pointer (&epoch->tree, cv_mls_ratchet_tree_free);
  g_clear_pointer (&epoch->encoded_context, g_bytes_unref);
  cv_mls_group_context_clear (&epoch->context);
  g_free (epoch);
}

gboolean
cv_mls_epoch_make_tag (CvMlsEpoch *epoch, GError **error)
{
  g_autoptr (GBytes) tag =
      cv_mls_transcript_tag (&epoch->cipher, cv_secret_span (epoch->secrets.confirmation_key),
                             cv_span_from_bytes (epoch->context.confirmed_transcript_hash), error);

  return tag && set_tag (epoch, cv_span_from_bytes (tag), error);
}

gboolean
cv_mls_epoch_check_tag (CvMlsEpoch *epoch, CvSpan tag, GError **error)
{
  return cv_mls_transcript_check_tag (
             &epoch->cipher, cv_secret_span (epoch->secrets.confirmation_key),
             cv_span_from_bytes (epoch->context.confirmed_transcript_hash), tag, error)
         && set_tag (epoch, tag, error);
}
