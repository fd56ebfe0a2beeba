/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* hpke/xwing.json and hpke/pq.json, every case whole. The latter has KEMs and single-stage KDFs that
 * no suite of Conclave uses: rows for vectors only; TurboSHAKE comes from a provider made here. */
#include "crypto/aead.h"
#include "crypto/hpke.h"
#include "crypto/labeled.h"
#include "crypto/xof.h"
#include "fixtures/vectors.h"
#include "turboshake.h"

#include <string.h>

static CvCrypto *crypto;

static void
run_xwing (JsonObject *test_case, guint index, gconstpointer data)
{
  g_autoptr (GBytes) seed = cv_vectors_dup_hex (test_case, "seed");
  g_autoptr (GBytes) sk = cv_vectors_dup_hex (test_case, "sk");
  g_autoptr (GBytes) pk = cv_vectors_dup_hex (test_case, "pk");
  g_autoptr (GBytes) eseed = cv_vectors_dup_hex (test_case, "eseed");
  g_autoptr (GBytes) ct = cv_vectors_dup_hex (test_case, "ct");
  g_autoptr (GBytes) ss = cv_vectors_dup_hex (test_case, "ss");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) public_key = NULL;
  g_autoptr (GBytes) enc = NULL;
  g_autoptr (CvSecret) sent = NULL;
  g_autoptr (CvSecret) received = NULL;

  /* The private key is what the generation draws. */
  cv_vectors_assert_equal (cv_span_from_bytes (sk), cv_span_from_bytes (seed), "sk", index);
  public_key = cv_crypto_kem_dup_public (crypto, CV_KEM_XWING, cv_span_from_bytes (sk), &error);
  g_assert_no_error (error);
  cv_vectors_assert_equal (cv_span_from_bytes (public_key), cv_span_from_bytes (pk), "pk", index);
  g_assert_true (cv_crypto_kem_encapsulate_seeded (crypto, CV_KEM_XWING, cv_span_from_bytes (pk),
                                                   cv_span_from_bytes (eseed), &enc, &sent,
                                                   &error));
  cv_vectors_assert_equal (cv_span_from_bytes (enc), cv_span_from_bytes (ct), "ct", index);
  cv_vectors_assert_equal (cv_secret_span (sent), cv_span_from_bytes (ss), "ss", index);
  received = cv_crypto_kem_decapsulate (crypto, CV_KEM_XWING, cv_span_from_bytes (sk),
                                        cv_span_from_bytes (ct), &error);
  g_assert_no_error (error);
  cv_vectors_assert_equal (cv_secret_span (received), cv_span_from_bytes (ss), "ss", index);
}

/* FALSE when it is not base mode, or of a KEM, KDF or AEAD that is no row. */
static gboolean
read_suite (JsonObject *test_case, CvCryptoHpkeParams *params)
{
  static const CvHash hashes[] = {CV_HASH_SHA256, CV_HASH_SHA384, CV_HASH_SHA512};
  static const CvAead aeads[] = {CV_AEAD_AES_128_GCM, CV_AEAD_AES_256_GCM,
                                 CV_AEAD_CHACHA20_POLY1305};
  guint64 kdf = cv_vectors_get_uint (test_case, "kdf_id");
  guint64 aead = cv_vectors_get_uint (test_case, "aead_id");

  params->kem = (CvKem)cv_vectors_get_uint (test_case, "kem_id");
  if (kdf >= 1 && kdf <= G_N_ELEMENTS (hashes))
    params->kdf = hashes[kdf - 1];
  else
    params->xof = (CvXof)kdf;
  if (aead < 1 || aead > G_N_ELEMENTS (aeads))
    return FALSE;
  params->aead = aeads[aead - 1];
  return cv_vectors_get_uint (test_case, "mode") == 0 && cv_crypto_kem_public_len (params->kem) > 0
         && (params->xof == CV_XOF_NONE ? kdf != 0 : cv_crypto_xof_len (params->xof) > 0);
}

/* RFC 9180 §7.1.2 has X25519 and X448 keys clamped when they are serialised, which the file's X448
 * case does and its X25519 case does not: both mean the same key. */
static void
assert_same_private (CvKem kem, CvSecret *actual, GBytes *expected, guint index)
{
  gsize len = g_bytes_get_size (expected);
  g_autofree guint8 *left = g_memdup2 (cv_secret_span (actual).data, cv_secret_get_len (actual));
  g_autofree guint8 *right = g_memdup2 (g_bytes_get_data (expected, NULL), len);
  guint8 *keys[] = {left, right};

  g_assert_cmpuint (cv_secret_get_len (actual), ==, len);
  for (guint i = 0; i < 2; i++) {
    if (kem == CV_KEM_X25519) {
      keys[i][0] &= 0xf8;
      keys[i][len - 1] = (guint8)((keys[i][len - 1] & 0x7f) | 0x40);
    }
    if (kem == CV_KEM_X448) {
      keys[i][0] &= 0xfc;
      keys[i][len - 1] |= 0x80;
    }
  }
  cv_vectors_assert_equal (cv_span (left, len), cv_span (right, len), "skRm", index);
}

/* "HPKE" and the three code points (RFC 9180 §5.1). */
static void
check_suite_id (JsonObject *test_case, guint index)
{
  static const char *const members[] = {"kem_id", "kdf_id", "aead_id"};
  g_autoptr (GBytes) expected = cv_vectors_dup_hex (test_case, "suite_id");
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_writer_put (&writer, CV_SPAN_LITERAL ("HPKE"));
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    cv_writer_u16 (&writer, (guint16)cv_vectors_get_uint (test_case, members[i]));
  cv_vectors_assert_equal (cv_writer_span (&writer), cv_span_from_bytes (expected), "suite_id",
                           index);
}

static void
check_kem (JsonObject *test_case, guint index, CvKem kem)
{
  g_autoptr (GBytes) ikm = cv_vectors_dup_hex (test_case, "ikmR");
  g_autoptr (GBytes) ikm_e = cv_vectors_dup_hex (test_case, "ikmE");
  g_autoptr (GBytes) sk = cv_vectors_dup_hex (test_case, "skRm");
  g_autoptr (GBytes) pk = cv_vectors_dup_hex (test_case, "pkRm");
  g_autoptr (GBytes) enc = cv_vectors_dup_hex (test_case, "enc");
  g_autoptr (GBytes) shared = cv_vectors_dup_hex (test_case, "shared_secret");
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) made = NULL;
  g_autoptr (CvSecret) sent = NULL;
  g_autoptr (CvSecret) received = NULL;

  g_assert_true (cv_crypto_kem_derive (crypto, kem, cv_span_from_bytes (ikm), &pair, &error));
  assert_same_private (kem, pair.private_key, sk, index);
  cv_vectors_assert_equal (cv_span_from_bytes (pair.public_key), cv_span_from_bytes (pk), "pkRm",
                           index);
  g_assert_true (cv_crypto_kem_check_public (crypto, kem, cv_span_from_bytes (pk), &error));
  g_assert_true (cv_crypto_kem_encapsulate_seeded (
      crypto, kem, cv_span_from_bytes (pk), cv_span_from_bytes (ikm_e), &made, &sent, &error));
  cv_vectors_assert_equal (cv_span_from_bytes (made), cv_span_from_bytes (enc), "enc", index);
  cv_vectors_assert_equal (cv_secret_span (sent), cv_span_from_bytes (shared), "shared_secret",
                           index);
  received = cv_crypto_kem_decapsulate (crypto, kem, cv_span_from_bytes (sk),
                                        cv_span_from_bytes (enc), &error);
  g_assert_no_error (error);
  cv_vectors_assert_equal (cv_secret_span (received), cv_span_from_bytes (shared), "shared_secret",
                           index);
}

/* RFC 9180 §5.2: the base nonce with the sequence number at its end. */
static void
check_nonce (JsonObject *test_case, guint index, CvSpan nonce, guint sequence)
{
  g_autoptr (GBytes) base = cv_vectors_dup_hex (test_case, "base_nonce");
  g_autofree guint8 *expected = g_memdup2 (g_bytes_get_data (base, NULL), g_bytes_get_size (base));
  gsize len = g_bytes_get_size (base);

  g_assert_cmpuint (len, ==, CV_CRYPTO_AEAD_NONCE_LEN);
  for (guint i = 0; i < sizeof sequence; i++)
    expected[len - 1 - i] ^= (guint8)(sequence >> 8 * i);
  cv_vectors_assert_equal (nonce, cv_span (expected, len), "nonce", index);
}

/* The first message goes through HPKE, the others through the AEAD with the case's key. */
static void
check_encryption (JsonObject *test_case, guint index, const CvCryptoHpkeParams *params,
                  guint sequence)
{
  JsonArray *encryptions = cv_vectors_get_array (test_case, "encryptions");
  JsonObject *encryption = json_array_get_object_element (encryptions, sequence);
  g_autoptr (GBytes) aad = cv_vectors_dup_hex (encryption, "aad");
  g_autoptr (GBytes) ct = cv_vectors_dup_hex (encryption, "ct");
  g_autoptr (GBytes) nonce = cv_vectors_dup_hex (encryption, "nonce");
  g_autoptr (GBytes) pt = cv_vectors_dup_hex (encryption, "pt");
  g_autoptr (GBytes) key = cv_vectors_dup_hex (test_case, "key");
  g_autoptr (GBytes) sk = cv_vectors_dup_hex (test_case, "skRm");
  g_autoptr (GBytes) enc = cv_vectors_dup_hex (test_case, "enc");
  CvCryptoHpkeParams with_aad = *params;
  CvCryptoAeadParams aead = {.aead = params->aead,
                             .key = cv_span_from_bytes (key),
                             .nonce = cv_span_from_bytes (nonce),
                             .aad = cv_span_from_bytes (aad)};
  g_autoptr (GError) error = NULL;
  GByteArray *opened;

  check_nonce (test_case, index, cv_span_from_bytes (nonce), sequence);
  with_aad.aad = cv_span_from_bytes (aad);
  opened = sequence == 0
               ? cv_crypto_hpke_open (crypto, &with_aad, cv_span_from_bytes (sk),
                                      cv_span_from_bytes (enc), cv_span_from_bytes (ct), &error)
               : cv_crypto_aead_open_once (crypto, &aead, cv_span_from_bytes (ct), &error);
  g_assert_no_error (error);
  cv_vectors_assert_equal (cv_span_from_array (opened), cv_span_from_bytes (pt), "pt", index);
  cv_crypto_aead_free_plaintext (opened);
}

/* RFC 9180 §5.3 from the file's own exporter secret, which HPKE gives to nobody. */
static void
check_exporter_secret (JsonObject *test_case, guint index, const CvCryptoHpkeParams *params,
                       JsonObject *export)
{
  g_autoptr (GBytes) suite_id = cv_vectors_dup_hex (test_case, "suite_id");
  g_autoptr (GBytes) secret = cv_vectors_dup_hex (test_case, "exporter_secret");
  g_autoptr (GBytes) context = cv_vectors_dup_hex (export, "exporter_context");
  g_autoptr (GBytes) expected = cv_vectors_dup_hex (export, "exported_value");
  const CvCryptoLabeled labeled = {crypto, params->kdf, cv_span_from_bytes (suite_id), params->xof};
  g_autoptr (CvSecret) exported =
      (params->xof == CV_XOF_NONE ? cv_crypto_labeled_expand : cv_crypto_labeled_derive) (
          &labeled, cv_span_from_bytes (secret), "sec", cv_span_from_bytes (context),
          cv_vectors_get_uint (export, "L"), NULL);

  g_assert_nonnull (exported);
  cv_vectors_assert_equal (cv_secret_span (exported), cv_span_from_bytes (expected),
                           "exporter_secret", index);
}

static void
check_exports (JsonObject *test_case, guint index, const CvCryptoHpkeParams *params)
{
  JsonArray *exports = cv_vectors_get_array (test_case, "exports");
  g_autoptr (GBytes) sk = cv_vectors_dup_hex (test_case, "skRm");
  g_autoptr (GBytes) enc = cv_vectors_dup_hex (test_case, "enc");

  g_assert_cmpuint (json_array_get_length (exports), >, 0);
  for (guint i = 0; i < json_array_get_length (exports); i++) {
    JsonObject *export = json_array_get_object_element (exports, i);
    g_autoptr (GBytes) context = cv_vectors_dup_hex (export, "exporter_context");
    g_autoptr (GBytes) expected = cv_vectors_dup_hex (export, "exported_value");
    g_autoptr (GError) error = NULL;
    g_autoptr (CvSecret) exported = cv_crypto_hpke_export_receive (
        crypto, params, cv_span_from_bytes (sk), cv_span_from_bytes (enc),
        cv_span_from_bytes (context), cv_vectors_get_uint (export, "L"), &error);

    g_assert_no_error (error);
    cv_vectors_assert_equal (cv_secret_span (exported), cv_span_from_bytes (expected),
                             "exported_value", index);
    check_exporter_secret (test_case, index, params, export);
  }
}

static void
run_pq (JsonObject *test_case, guint index, gconstpointer data)
{
  g_autoptr (GBytes) info = cv_vectors_dup_hex (test_case, "info");
  JsonArray *encryptions = cv_vectors_get_array (test_case, "encryptions");
  CvCryptoHpkeParams params = {.info = cv_span_from_bytes (info)};

  if (!read_suite (test_case, &params)) {
    cv_vectors_leave_out ();
    return;
  }
  check_suite_id (test_case, index);
  check_kem (test_case, index, params.kem);
  g_assert_cmpuint (json_array_get_length (encryptions), >, 0);
  for (guint i = 0; i < json_array_get_length (encryptions); i++)
    check_encryption (test_case, index, &params, i);
  check_exports (test_case, index, &params);
}

static void
test_xwing (void)
{
  cv_vectors_run ("hpke/xwing.json", NULL, run_xwing, NULL);
}

static void
test_pq (void)
{
  cv_vectors_run ("hpke/pq.json", NULL, run_pq, NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  OSSL_PROVIDER *turboshake;
  int status;

  g_test_init (&argc, &argv, NULL);
  crypto = cv_crypto_context_new (FALSE, &error);
  g_assert_no_error (error);
  turboshake = turboshake_load (cv_crypto_context_get_libctx (crypto));
  g_test_add_func ("/crypto/vectors/xwing", test_xwing);
  g_test_add_func ("/crypto/vectors/pq", test_pq);
  status = g_test_run ();
  OSSL_PROVIDER_unload (turboshake);
  cv_crypto_context_unref (crypto);
  return status;
}
