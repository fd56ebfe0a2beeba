/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* HPKE base mode (RFC 9180 §5.1). A context lives for one message, so its sequence number is
 * always 0 and the nonce is the base nonce. */
#include "crypto/hpke.h"

#include "crypto/aead.h"
#include "crypto/context-internal.h"
#include "crypto/hash.h"
#include "crypto/labeled.h"
#include "crypto/xof.h"

#include <string.h>

#define SUITE_ID_LEN 10
#define MODE_BASE 0

typedef struct {
  CvSecret *key;
  CvSecret *base_nonce;
  CvSecret *exporter_secret;
  guint8 suite_id[SUITE_ID_LEN];
  CvCryptoLabeled labeled;
} Schedule;

static void
schedule_clear (Schedule *schedule)
{
  g_clear_pointer (&schedule->key, cv_secret_unref);
  g_clear_pointer (&schedule->base_nonce, cv_secret_unref);
  g_clear_pointer (&schedule->exporter_secret, cv_secret_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Schedule, schedule_clear)

/* RFC 9180 §7.2 and §7.3; 0 has no meaning there. */
static guint16
kdf_id (const CvCryptoHpkeParams *params)
{
  if (params->xof != CV_XOF_NONE)
    return cv_crypto_xof_len (params->xof) > 0 ? params->xof : 0;
  switch (params->kdf) {
  case CV_HASH_SHA256:
    return 1;
  case CV_HASH_SHA384:
    return 2;
  case CV_HASH_SHA512:
    return 3;
  case CV_HASH_SHA3_256:
    break;
  }
  return 0;
}

static guint16
aead_id (CvAead aead)
{
  switch (aead) {
  case CV_AEAD_AES_128_GCM:
    return 1;
  case CV_AEAD_AES_256_GCM:
    return 2;
  case CV_AEAD_CHACHA20_POLY1305:
    return 3;
  }
  return 0;
}

static void
put_u16 (guint8 *out, guint value)
{
  out[0] = (guint8)(value >> 8);
  out[1] = (guint8)value;
}

/* A LabeledExtract of what everybody knows: no secret, and not kept as one. */
static gboolean
put_hash (const Schedule *schedule, const char *label, CvSpan input, CvWriter *context,
          GError **error)
{
  const CvCryptoLabeled *labeled = &schedule->labeled;
  guint8 hash[CV_CRYPTO_HASH_MAX];

  if (!cv_crypto_labeled_hash (labeled, label, input, hash, error))
    return FALSE;
  cv_writer_put (context, cv_span (hash, cv_crypto_hash_len (labeled->hash)));
  return TRUE;
}

static gboolean
fill_context (const Schedule *schedule, CvSpan info, CvWriter *context, GError **error)
{
  cv_writer_u8 (context, MODE_BASE);
  return put_hash (schedule, "psk_id_hash", CV_SPAN_EMPTY, context, error)
         && put_hash (schedule, "info_hash", info, context, error);
}

/* RFC 9180 §5.1: KeySchedule in base mode. */
static gboolean
schedule_two_stages (Schedule *schedule, const CvCryptoHpkeParams *params, CvSecret *shared,
                     GError **error)
{
  g_auto (CvWriter) context = {0};
  g_autoptr (CvSecret) secret = NULL;
  CvSpan context_span;

  cv_writer_init (&context);
  if (!fill_context (schedule, params->info, &context, error))
    return FALSE;
  context_span = cv_writer_span (&context);
  secret = cv_crypto_labeled_extract (&schedule->labeled, cv_secret_span (shared), "secret",
                                      CV_SPAN_EMPTY, error);
  if (!secret)
    return FALSE;
  schedule->key =
      cv_crypto_labeled_expand (&schedule->labeled, cv_secret_span (secret), "key", context_span,
                                cv_crypto_aead_key_len (params->aead), error);
  if (!schedule->key)
    return FALSE;
  schedule->base_nonce =
      cv_crypto_labeled_expand (&schedule->labeled, cv_secret_span (secret), "base_nonce",
                                context_span, CV_CRYPTO_AEAD_NONCE_LEN, error);
  if (!schedule->base_nonce)
    return FALSE;
  schedule->exporter_secret =
      cv_crypto_labeled_expand (&schedule->labeled, cv_secret_span (secret), "exp", context_span,
                                cv_crypto_hash_len (params->kdf), error);
  return schedule->exporter_secret != NULL;
}

/* draft-ietf-hpke-hpke, the key schedule of one stage: everything at once, from the lengths and
 * contents of an empty PSK and the shared secret. */
static gboolean
schedule_one_stage (Schedule *schedule, const CvCryptoHpkeParams *params, CvSecret *shared,
                    GError **error)
{
  gsize key_len = cv_crypto_aead_key_len (params->aead);
  gsize nonce_end = key_len + CV_CRYPTO_AEAD_NONCE_LEN;
  gsize exporter_len = cv_crypto_xof_len (params->xof);
  g_auto (CvWriter) secrets = {0};
  g_auto (CvWriter) context = {0};
  g_autoptr (CvSecret) all = NULL;
  const guint8 *data;

  if (params->info.len > G_MAXUINT16)
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "HPKE info too long");
  cv_writer_init_secret (&secrets);
  cv_writer_u16 (&secrets, 0);
  cv_writer_u16 (&secrets, (guint16)cv_secret_get_len (shared));
  cv_writer_put (&secrets, cv_secret_span (shared));
  cv_writer_init (&context);
  cv_writer_u8 (&context, MODE_BASE);
  cv_writer_u16 (&context, 0);
  cv_writer_u16 (&context, (guint16)params->info.len);
  cv_writer_put (&context, params->info);
  all = cv_crypto_labeled_derive (&schedule->labeled, cv_writer_span (&secrets), "secret",
                                  cv_writer_span (&context), nonce_end + exporter_len, error);
  if (!all)
    return FALSE;
  data = cv_secret_get_data (all);
  schedule->key = cv_secret_new_from (cv_span (data, key_len));
  schedule->base_nonce = cv_secret_new_from (cv_span (data + key_len, CV_CRYPTO_AEAD_NONCE_LEN));
  schedule->exporter_secret = cv_secret_new_from (cv_span (data + nonce_end, exporter_len));
  return TRUE;
}

static gboolean
schedule_init (Schedule *schedule, const CvCrypto *crypto, const CvCryptoHpkeParams *params,
               CvSecret *shared, GError **error)
{
  if (kdf_id (params) == 0 || aead_id (params->aead) == 0)
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_UNSUPPORTED, "no such HPKE suite");
  memcpy (schedule->suite_id, "HPKE", 4);
  put_u16 (schedule->suite_id + 4, params->kem);
  put_u16 (schedule->suite_id + 6, kdf_id (params));
  put_u16 (schedule->suite_id + 8, aead_id (params->aead));
  schedule->labeled = (CvCryptoLabeled){.crypto = crypto,
                                        .hash = params->kdf,
                                        .suite_id = cv_span (schedule->suite_id, SUITE_ID_LEN),
                                        .xof = params->xof};
  return params->xof == CV_XOF_NONE ? schedule_two_stages (schedule, params, shared, error)
                                    : schedule_one_stage (schedule, params, shared, error);
}

static gboolean
setup_send (Schedule *schedule, const CvCrypto *crypto, const CvCryptoHpkeParams *params,
            CvSpan public_key, GBytes **enc, GError **error)
{
  g_autoptr (CvSecret) shared = NULL;
  g_autoptr (GBytes) made = NULL;

  if (!cv_crypto_kem_encapsulate (crypto, params->kem, public_key, &made, &shared, error)
      || !schedule_init (schedule, crypto, params, shared, error))
    return FALSE;
  *enc = g_steal_pointer (&made);
  return TRUE;
}

static gboolean
setup_receive (Schedule *schedule, const CvCrypto *crypto, const CvCryptoHpkeParams *params,
               CvSpan private_key, CvSpan enc, GError **error)
{
  g_autoptr (CvSecret) shared =
      cv_crypto_kem_decapsulate (crypto, params->kem, private_key, enc, error);

  return shared && schedule_init (schedule, crypto, params, shared, error);
}

static CvCryptoAeadParams
aead_params (const Schedule *schedule, const CvCryptoHpkeParams *params)
{
  return (CvCryptoAeadParams){.aead = params->aead,
                              .key = cv_secret_span (schedule->key),
                              .nonce = cv_secret_span (schedule->base_nonce),
                              .aad = params->aad};
}

static CvSecret *
export_secret (const Schedule *schedule, CvSpan exporter_context, gsize len, GError **error)
{
  CvSpan secret = cv_secret_span (schedule->exporter_secret);

  return schedule->labeled.xof == CV_XOF_NONE
             ? cv_crypto_labeled_expand (&schedule->labeled, secret, "sec", exporter_context, len,
                                         error)
             : cv_crypto_labeled_derive (&schedule->labeled, secret, "sec", exporter_context, len,
                                         error);
}

gboolean
cv_crypto_hpke_seal (const CvCrypto *crypto, const CvCryptoHpkeParams *params, CvSpan public_key,
                     CvSpan plaintext, GBytes **enc, GBytes **ciphertext, GError **error)
{
  g_auto (Schedule) schedule = {0};
  g_autoptr (GBytes) made = NULL;
  CvCryptoAeadParams aead;

  if (!setup_send (&schedule, crypto, params, public_key, &made, error))
    return FALSE;
  aead = aead_params (&schedule, params);
  *ciphertext = cv_crypto_aead_seal_once (crypto, &aead, plaintext, error);
  if (!*ciphertext)
    return FALSE;
  *enc = g_steal_pointer (&made);
  return TRUE;
}

GByteArray *
cv_crypto_hpke_open (const CvCrypto *crypto, const CvCryptoHpkeParams *params, CvSpan private_key,
                     CvSpan enc, CvSpan ciphertext, GError **error)
{
  g_auto (Schedule) schedule = {0};
  CvCryptoAeadParams aead;

  if (!setup_receive (&schedule, crypto, params, private_key, enc, error))
    return NULL;
  aead = aead_params (&schedule, params);
  return cv_crypto_aead_open_once (crypto, &aead, ciphertext, error);
}

CvSecret *
cv_crypto_hpke_export_send (const CvCrypto *crypto, const CvCryptoHpkeParams *params,
                            CvSpan public_key, CvSpan exporter_context, gsize len, GBytes **enc,
                            GError **error)
{
  g_auto (Schedule) schedule = {0};
  g_autoptr (GBytes) made = NULL;
  CvSecret *exported;

  if (!setup_send (&schedule, crypto, params, public_key, &made, error))
    return NULL;
  exported = export_secret (&schedule, exporter_context, len, error);
  if (exported)
    *enc = g_steal_pointer (&made);
  return exported;
}

CvSecret *
cv_crypto_hpke_export_receive (const CvCrypto *crypto, const CvCryptoHpkeParams *params,
                               CvSpan private_key, CvSpan enc, CvSpan exporter_context, gsize len,
                               GError **error)
{
  g_auto (Schedule) schedule = {0};

  if (!setup_receive (&schedule, crypto, params, private_key, enc, error))
    return NULL;
  return export_secret (&schedule, exporter_context, len, error);
}
