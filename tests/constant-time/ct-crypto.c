/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* crypto and sframe with hidden keys: every KEM and signature of a suite, AEAD, key derivation. */
#include "ct.h"

#include "crypto/aead.h"
#include "crypto/ctr-hmac.h"
#include "crypto/ec-public.h"
#include "crypto/hash.h"
#include "crypto/hkdf.h"
#include "crypto/hpke.h"
#include "crypto/signature.h"
#include "sframe/receiver.h"
#include "sframe/sender.h"

#include <openssl/obj_mac.h>

#define TEXT CV_SPAN_LITERAL ("nobody shall see how long this takes")
#define ML_KEM_MESSAGE_LEN 32

static CvCrypto *
get_crypto (void)
{
  static CvCrypto *crypto;

  if (!crypto)
    crypto = cv_crypto_context_new (FALSE, NULL);
  g_assert_nonnull (crypto);
  return crypto;
}

static CvSpan
show (GBytes *bytes)
{
  ct_show_span (cv_span_from_bytes (bytes));
  return cv_span_from_bytes (bytes);
}

/* With hidden randomness: what only the known answers give by hand comes from the DRBG otherwise. */
static void
check_kem (CvKem kem, gsize seed_len)
{
  g_autoptr (CvSecret) ikm = ct_new_secret (64);
  g_autoptr (CvSecret) seed = ct_new_secret (seed_len);
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (GBytes) enc = NULL;
  g_autoptr (CvSecret) sent = NULL;
  g_autoptr (CvSecret) received = NULL;
  g_autoptr (GBytes) public_key = NULL;

  g_assert_true (cv_crypto_kem_derive (get_crypto (), kem, cv_secret_span (ikm), &pair, NULL));
  g_assert_true (ct_is_hidden (cv_secret_span (pair.private_key)));
  g_assert_true (cv_crypto_kem_encapsulate_seeded (get_crypto (), kem, show (pair.public_key),
                                                   cv_secret_span (seed), &enc, &sent, NULL));
  g_assert_true (ct_is_hidden (cv_secret_span (sent)));
  received = cv_crypto_kem_decapsulate (get_crypto (), kem, cv_secret_span (pair.private_key),
                                        show (enc), NULL);
  g_assert_true (ct_is_hidden (cv_secret_span (received)));
  g_assert_true (cv_secret_span_equal (cv_secret_span (sent), cv_secret_span (received)));
  public_key =
      cv_crypto_kem_dup_public (get_crypto (), kem, cv_secret_span (pair.private_key), NULL);
  g_assert_true (cv_span_equal (show (public_key), cv_span_from_bytes (pair.public_key)));
}

static void
test_kem_dh (void)
{
  static const CvKem kems[] = {CV_KEM_P256, CV_KEM_P384, CV_KEM_P521, CV_KEM_X25519, CV_KEM_X448};

  for (gsize i = 0; i < G_N_ELEMENTS (kems); i++)
    check_kem (kems[i], 64);
}

static void
test_kem_xwing (void)
{
  check_kem (CV_KEM_XWING, ML_KEM_MESSAGE_LEN + 32);
}

static void
test_kem_mlkem1024_p384 (void)
{
  check_kem (CV_KEM_MLKEM1024_P384, ML_KEM_MESSAGE_LEN + 48);
}

static void
test_kem_of_vectors (void)
{
  check_kem (CV_KEM_MLKEM768_P256, ML_KEM_MESSAGE_LEN + 96);
  check_kem (CV_KEM_ML_KEM_768, ML_KEM_MESSAGE_LEN);
}

/* How FIPS mode finds a public key: the scalar plus one is our own arithmetic. */
static void
test_ec_public (void)
{
  static const struct {
    CvCryptoCurve curve;
    CvKem kem;
    int nid;
  } rows[] = {
      {CV_CRYPTO_CURVE_P256, CV_KEM_P256, NID_X9_62_prime256v1},
      {CV_CRYPTO_CURVE_P384, CV_KEM_P384, NID_secp384r1},
      {CV_CRYPTO_CURVE_P521, CV_KEM_P521, NID_secp521r1},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    EC_GROUP *group = EC_GROUP_new_by_curve_name_ex (cv_crypto_context_get_libctx (get_crypto ()),
                                                     NULL, rows[i].nid);
    g_auto (CvCryptoKeyPair) pair = {0};
    g_autoptr (GBytes) found = NULL;

    g_assert_true (cv_crypto_kem_generate (get_crypto (), rows[i].kem, &pair, NULL));
    ct_agreements_are_public = TRUE;
    found = cv_crypto_ec_public_dup (get_crypto (), rows[i].curve, group,
                                     cv_secret_span (pair.private_key));
    ct_agreements_are_public = FALSE;
    g_assert_true (cv_span_equal (show (found), cv_span_from_bytes (pair.public_key)));
    EC_GROUP_free (group);
  }
}

static void
test_hpke (void)
{
  CvCryptoHpkeParams params = {
      .kem = CV_KEM_XWING, .kdf = CV_HASH_SHA384, .aead = CV_AEAD_AES_256_GCM, .info = TEXT};
  g_autoptr (CvSecret) ikm = ct_new_secret (64);
  g_autoptr (CvSecret) plaintext = ct_new_secret (100);
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (GBytes) enc = NULL;
  g_autoptr (GBytes) ciphertext = NULL;
  g_autoptr (CvSecret) exported = NULL;
  GByteArray *opened;

  g_assert_true (
      cv_crypto_kem_derive (get_crypto (), params.kem, cv_secret_span (ikm), &pair, NULL));
  g_assert_true (cv_crypto_hpke_seal (get_crypto (), &params, show (pair.public_key),
                                      cv_secret_span (plaintext), &enc, &ciphertext, NULL));
  opened = cv_crypto_hpke_open (get_crypto (), &params, cv_secret_span (pair.private_key),
                                show (enc), show (ciphertext), NULL);
  g_assert_true (cv_secret_span_equal (cv_span_from_array (opened), cv_secret_span (plaintext)));
  cv_crypto_aead_free_plaintext (opened);
  exported =
      cv_crypto_hpke_export_receive (get_crypto (), &params, cv_secret_span (pair.private_key),
                                     cv_span_from_bytes (enc), TEXT, 32, NULL);
  g_assert_true (ct_is_hidden (cv_secret_span (exported)));
}

static void
test_hkdf (void)
{
  g_autoptr (CvSecret) ikm = ct_new_secret (CT_SECRET_LEN);
  g_autoptr (CvSecret) prk = cv_crypto_hkdf_extract (get_crypto (), CV_HASH_SHA384, CV_SPAN_EMPTY,
                                                     cv_secret_span (ikm), NULL);
  g_autoptr (CvSecret) okm =
      cv_crypto_hkdf_expand (get_crypto (), CV_HASH_SHA384, cv_secret_span (prk), TEXT, 100, NULL);

  g_assert_true (ct_is_hidden (cv_secret_span (okm)));
}

static void
test_signature (void)
{
  static const CvSignature schemes[] = {CV_SIGNATURE_ED25519, CV_SIGNATURE_ED448, CV_SIGNATURE_P256,
                                        CV_SIGNATURE_P384, CV_SIGNATURE_P521};

  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++) {
    g_auto (CvCryptoKeyPair) pair = {0};
    g_autoptr (GBytes) made = NULL;
    CvSpan private_key;

    g_assert_true (cv_crypto_signature_generate (get_crypto (), schemes[i], &pair, NULL));
    private_key = cv_secret_span (pair.private_key);
    ct_hide (private_key.data, private_key.len);
    made = cv_crypto_signature_sign (get_crypto (), schemes[i], private_key, TEXT, NULL);
    g_assert_true (cv_crypto_signature_verify (get_crypto (), schemes[i], show (pair.public_key),
                                               TEXT, show (made), NULL));
  }
}

static void
test_aead (void)
{
  static const CvAead aeads[] = {CV_AEAD_AES_128_GCM, CV_AEAD_AES_256_GCM,
                                 CV_AEAD_CHACHA20_POLY1305};

  for (gsize i = 0; i < G_N_ELEMENTS (aeads); i++) {
    g_autoptr (CvSecret) key = ct_new_secret (cv_crypto_aead_key_len (aeads[i]));
    g_autoptr (CvSecret) nonce = ct_new_secret (CV_CRYPTO_AEAD_NONCE_LEN);
    g_autoptr (CvSecret) plaintext = ct_new_secret (100);
    CvCryptoAeadParams params = {.aead = aeads[i],
                                 .key = cv_secret_span (key),
                                 .nonce = cv_secret_span (nonce),
                                 .aad = TEXT};
    g_autoptr (GBytes) sealed =
        cv_crypto_aead_seal_once (get_crypto (), &params, cv_secret_span (plaintext), NULL);
    GByteArray *opened = cv_crypto_aead_open_once (get_crypto (), &params, show (sealed), NULL);

    g_assert_true (cv_secret_span_equal (cv_span_from_array (opened), cv_secret_span (plaintext)));
    cv_crypto_aead_free_plaintext (opened);
    params.aad = CV_SPAN_EMPTY;
    g_assert_null (
        cv_crypto_aead_open_once (get_crypto (), &params, cv_span_from_bytes (sealed), NULL));
  }
}

/* The tag of the CTR-HMAC suites is compared by us. */
static void
test_sframe (void)
{
  for (guint16 id = 1; id <= 8; id++) {
    const CvSframeSuite *suite = cv_crypto_suites_find_sframe ((CvSframeSuiteId){id});
    g_autoptr (CvSecret) base_key = ct_new_secret (CT_SECRET_LEN);
    g_autoptr (CvSecret) plaintext = ct_new_secret (100);
    g_autoptr (CvSframeSender) sender = cv_sframe_sender_new (
        cv_sframe_key_new (get_crypto (), suite, 9, cv_secret_span (base_key), NULL));
    g_autoptr (CvSframeReceiver) receiver = cv_sframe_receiver_new ();
    guint8 sealed[200];
    guint8 opened[200];
    gsize len;

    g_assert_true (cv_sframe_receiver_add_key (
        receiver, cv_sframe_key_new (get_crypto (), suite, 9, cv_secret_span (base_key), NULL)));
    g_assert_true (cv_sframe_sender_seal (sender, TEXT, cv_secret_span (plaintext), sealed,
                                          sizeof sealed, &len, NULL));
    g_assert_true (ct_is_hidden (cv_span (sealed + len - 1, 1)));
    ct_show (sealed, len);
    sealed[len - 1] ^= 1;
    g_assert_cmpint (
        cv_sframe_receiver_open (receiver, TEXT, cv_span (sealed, len), opened, &len, NULL), ==,
        CV_SFRAME_UNAUTHENTIC);
    sealed[len - 1] ^= 1;
    g_assert_cmpint (
        cv_sframe_receiver_open (receiver, TEXT, cv_span (sealed, len), opened, &len, NULL), ==,
        CV_SFRAME_OPENED);
    g_assert_true (cv_secret_span_equal (cv_span (opened, len), cv_secret_span (plaintext)));
  }
}

void
ct_add_crypto (void)
{
  ct_add ("/constant-time/crypto/kem-dh", test_kem_dh);
  ct_add ("/constant-time/crypto/kem-xwing", test_kem_xwing);
  ct_add ("/constant-time/crypto/kem-mlkem1024-p384", test_kem_mlkem1024_p384);
  ct_add ("/constant-time/crypto/kem-of-vectors", test_kem_of_vectors);
  ct_add ("/constant-time/crypto/ec-public", test_ec_public);
  ct_add ("/constant-time/crypto/hpke", test_hpke);
  ct_add ("/constant-time/crypto/hkdf", test_hkdf);
  ct_add ("/constant-time/crypto/signature", test_signature);
  ct_add ("/constant-time/crypto/aead", test_aead);
  ct_add ("/constant-time/sframe/every-suite", test_sframe);
}
