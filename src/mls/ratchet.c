/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A ratchet moves only forward: its secret is replaced by the next one, which does not give the
 * former back. What was passed over waits as keys, not as secrets. */
#include "mls/ratchet.h"

#include "mls/error.h"

void
cv_mls_message_key_clear (CvMlsMessageKey *key)
{
  g_clear_pointer (&key->key, cv_secret_unref);
  g_clear_pointer (&key->nonce, cv_secret_unref);
}

void
cv_mls_ratchet_clear (CvMlsRatchet *ratchet)
{
  g_clear_pointer (&ratchet->secret, cv_secret_unref);
  g_clear_pointer (&ratchet->skipped, g_array_unref);
}

/* FALSE when it is not there; else its position. */
static gboolean
find_skipped (const CvMlsRatchet *ratchet, guint32 generation, guint *position)
{
  guint low = 0;
  guint high = ratchet->skipped ? ratchet->skipped->len : 0;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    guint32 found = g_array_index (ratchet->skipped, CvMlsMessageKey, middle).generation;

    if (found == generation) {
      *position = middle;
      return TRUE;
    }
    if (found < generation)
      low = middle + 1;
    else
      high = middle;
  }
  return FALSE;
}

static gboolean
derive_key (const CvMlsCipher *cipher, const CvSecret *secret, guint32 generation,
            CvMlsMessageKey *key, GError **error)
{
  g_auto (CvMlsMessageKey) made = {.generation = generation};

  made.key = cv_mls_labels_derive_tree (cipher, cv_secret_span (secret), "key", generation,
                                        cipher->suite->key_len, error);
  if (!made.key)
    return FALSE;
  made.nonce = cv_mls_labels_derive_tree (cipher, cv_secret_span (secret), "nonce", generation,
                                          cipher->suite->nonce_len, error);
  if (!made.nonce)
    return FALSE;
  *key = made;
  made = (CvMlsMessageKey){0};
  return TRUE;
}

static gboolean
advance (const CvMlsCipher *cipher, CvSecret **secret, guint32 generation, GError **error)
{
  CvSecret *next = cv_mls_labels_derive_tree (cipher, cv_secret_span (*secret), "secret",
                                              generation, cipher->suite->hash_len, error);

  if (!next)
    return FALSE;
  cv_secret_unref (*secret);
  *secret = next;
  return TRUE;
}

static gboolean
check_ahead (const CvMlsRatchet *ratchet, guint32 generation, GError **error)
{
  /* §9.1, §9.2: a key opens one message and is gone. */
  if (!ratchet->secret || generation < ratchet->next)
    return cv_mls_error_fail (error, CV_MLS_ERROR_GENERATION, "key of generation %u is used up",
                              generation);
  /* §15.3: else one message could make us hash four billion times. */
  if (generation - ratchet->next > CV_MLS_RATCHET_SKIP_MAX)
    return cv_mls_error_fail (error, CV_MLS_ERROR_GENERATION, "generation %u is more than %d ahead",
                              generation, CV_MLS_RATCHET_SKIP_MAX);
  return TRUE;
}

gboolean
cv_mls_ratchet_peek (const CvMlsCipher *cipher, const CvMlsRatchet *ratchet, guint32 generation,
                     CvMlsMessageKey *key, GError **error)
{
  g_autoptr (CvSecret) secret = NULL;
  guint position;

  *key = (CvMlsMessageKey){0};
  if (find_skipped (ratchet, generation, &position)) {
    const CvMlsMessageKey *found = &g_array_index (ratchet->skipped, CvMlsMessageKey, position);

    *key = (CvMlsMessageKey){generation, cv_secret_ref (found->key), cv_secret_ref (found->nonce)};
    return TRUE;
  }
  if (!check_ahead (ratchet, generation, error))
    return FALSE;
  secret = cv_secret_ref (ratchet->secret);
  for (guint32 at = (guint32)ratchet->next; at < generation; at++)
    if (!advance (cipher, &secret, at, error))
      return FALSE;
  return derive_key (cipher, secret, generation, key, error);
}

static GArray *
new_key_array (void)
{
  GArray *keys = g_array_new (FALSE, FALSE, sizeof (CvMlsMessageKey));

  g_array_set_clear_func (keys, (GDestroyNotify)cv_mls_message_key_clear);
  return keys;
}

/* Moves the keys of `passed` behind the kept ones and forgets the oldest beyond the limit. */
static void
keep (CvMlsRatchet *ratchet, GArray *passed)
{
  if (passed->len == 0)
    return;
  if (!ratchet->skipped)
    ratchet->skipped = new_key_array ();
  g_array_append_vals (ratchet->skipped, passed->data, passed->len);
  /* The secrets are owned by the other array now. */
  g_array_set_clear_func (passed, NULL);
  if (ratchet->skipped->len > CV_MLS_RATCHET_SKIP_MAX)
    g_array_remove_range (ratchet->skipped, 0, ratchet->skipped->len - CV_MLS_RATCHET_SKIP_MAX);
}

gboolean
cv_mls_ratchet_consume (const CvMlsCipher *cipher, CvMlsRatchet *ratchet, guint32 generation,
                        GError **error)
{
  g_autoptr (GArray) passed = NULL;
  g_autoptr (CvSecret) secret = NULL;
  guint position;

  if (find_skipped (ratchet, generation, &position)) {
    g_array_remove_index (ratchet->skipped, position);
    return TRUE;
  }
  if (!check_ahead (ratchet, generation, error))
    return FALSE;
  passed = new_key_array ();
  secret = cv_secret_ref (ratchet->secret);
  for (guint32 at = (guint32)ratchet->next; at < generation; at++) {
    CvMlsMessageKey key;

    if (!derive_key (cipher, secret, at, &key, error))
      return FALSE;
    g_array_append_val (passed, key);
    if (!advance (cipher, &secret, at, error))
      return FALSE;
  }
  /* The last generation of all has no successor: the ratchet is spent after it. */
  if (generation == G_MAXUINT32)
    g_clear_pointer (&secret, cv_secret_unref);
  else if (!advance (cipher, &secret, generation, error))
    return FALSE;
  cv_secret_unref (ratchet->secret);
  ratchet->secret = g_steal_pointer (&secret);
  ratchet->next = (guint64)generation + 1;
  keep (ratchet, passed);
  return TRUE;
}
