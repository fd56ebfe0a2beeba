/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Keys, encapsulations, signatures and ciphertexts of any size from outside, for every KEM, AEAD
 * and signature there is, opened with real private keys.
 *
 * Promises: nothing crashes, nothing but what was sealed opens, a failure gives out nothing.
 *
 *   input = kind (1) row (1) arguments */
#include "crypto/aead.h"
#include "crypto/hpke.h"
#include "crypto/random.h"
#include "crypto/signature.h"
#include "fuzz/fuzz.h"

#define MESSAGE CV_SPAN_LITERAL ("message")
#define INFO CV_SPAN_LITERAL ("info")
#define AAD CV_SPAN_LITERAL ("aad")

typedef enum {
  KIND_DECAPSULATE, /* enc (rest) */
  KIND_OPEN, /* enc (its length), ciphertext (rest) */
  KIND_PUBLIC, /* KEM public key (rest) */
  KIND_PRIVATE, /* KEM private key (rest) */
  KIND_VERIFY, /* signature (rest) */
  KIND_VERIFY_WITH, /* public key (long), signature (rest) */
  KIND_SIGN_WITH, /* private key (rest) */
  KIND_BOX, /* sealed box (rest) */
  N_KINDS,
} Kind;

static const CvKem kems[] = {
    CV_KEM_P256,       CV_KEM_P384,           CV_KEM_P521,          CV_KEM_X25519,
    CV_KEM_X448,       CV_KEM_MLKEM1024_P384, CV_KEM_XWING,         CV_KEM_ML_KEM_512,
    CV_KEM_ML_KEM_768, CV_KEM_ML_KEM_1024,    CV_KEM_MLKEM768_P256,
};
static const CvSignature signatures[] = {CV_SIGNATURE_ED25519, CV_SIGNATURE_ED448,
                                         CV_SIGNATURE_P256, CV_SIGNATURE_P384, CV_SIGNATURE_P521};
#define N_KEMS G_N_ELEMENTS (kems)
#define N_SIGNATURES G_N_ELEMENTS (signatures)

typedef struct {
  CvCrypto *crypto;
  CvCryptoKeyPair kem[N_KEMS];
  GBytes *enc[N_KEMS]; /* of a message sealed to kem[i] */
  GBytes *ciphertext[N_KEMS];
  CvCryptoKeyPair signature[N_SIGNATURES];
  GBytes *signed_with[N_SIGNATURES];
  guint8 box_key[32];
  GBytes *box;
} World;

static CvCryptoHpkeParams
hpke_params (gsize row)
{
  return (CvCryptoHpkeParams){
      .kem = kems[row],
      .kdf = CV_HASH_SHA256,
      .aead = CV_AEAD_AES_256_GCM,
      .info = INFO,
      .aad = AAD,
  };
}

static World *
get_world (void)
{
  static World *world;

  if (world)
    return world;
  world = g_new0 (World, 1);
  world->crypto = cv_crypto_context_new (FALSE, NULL);
  fuzz_random_restart (1);
  for (gsize i = 0; i < N_KEMS; i++) {
    CvCryptoHpkeParams params = hpke_params (i);

    g_assert_true (cv_crypto_kem_generate (world->crypto, kems[i], &world->kem[i], NULL));
    g_assert_true (cv_crypto_hpke_seal (world->crypto, &params,
                                        cv_span_from_bytes (world->kem[i].public_key), MESSAGE,
                                        &world->enc[i], &world->ciphertext[i], NULL));
  }
  for (gsize i = 0; i < N_SIGNATURES; i++) {
    g_assert_true (
        cv_crypto_signature_generate (world->crypto, signatures[i], &world->signature[i], NULL));
    world->signed_with[i] =
        cv_crypto_signature_sign (world->crypto, signatures[i],
                                  cv_secret_span (world->signature[i].private_key), MESSAGE, NULL);
  }
  /* A fresh key, as all others are: a box that a corpus kept from an older build must not open. */
  g_assert_true (
      cv_crypto_random_fill (world->crypto, world->box_key, sizeof world->box_key, NULL));
  world->box =
      cv_crypto_aead_seal_box (world->crypto, CV_SPAN_ARRAY (world->box_key), AAD, MESSAGE, NULL);
  return world;
}

static CvSpan
read_rest (CvReader *input)
{
  return cv_reader_take (input, cv_reader_remaining (input));
}

static void
feed_decapsulate (const World *world, gsize row, CvReader *input)
{
  CvSpan enc = read_rest (input);
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) shared = cv_crypto_kem_decapsulate (
      world->crypto, kems[row], cv_secret_span (world->kem[row].private_key), enc, &error);

  g_assert_true ((shared != NULL) == !error);
  if (!shared)
    return;
  g_assert_cmpuint (enc.len, ==, cv_crypto_kem_enc_len (kems[row]));
  g_assert_cmpuint (cv_secret_span (shared).len, ==, cv_crypto_kem_secret_len (kems[row]));
}

static void
feed_open (const World *world, gsize row, CvReader *input)
{
  CvCryptoHpkeParams params = hpke_params (row);
  CvSpan enc =
      cv_reader_take (input, MIN (cv_crypto_kem_enc_len (kems[row]), cv_reader_remaining (input)));
  CvSpan ciphertext = read_rest (input);
  CvSpan private_key = cv_secret_span (world->kem[row].private_key);
  g_autoptr (CvSecret) exported = NULL;
  GByteArray *opened =
      cv_crypto_hpke_open (world->crypto, &params, private_key, enc, ciphertext, NULL);

  if (opened) {
    g_assert_true (cv_span_equal (ciphertext, cv_span_from_bytes (world->ciphertext[row])));
    g_assert_true (cv_span_equal (cv_span_from_array (opened), MESSAGE));
  }
  cv_crypto_aead_free_plaintext (opened);
  exported =
      cv_crypto_hpke_export_receive (world->crypto, &params, private_key, enc, AAD, 32, NULL);
  if (exported)
    g_assert_cmpuint (cv_secret_span (exported).len, ==, 32);
}

/* A key that passes the check can be sealed to; one that does not, cannot. */
static void
feed_public (const World *world, gsize row, CvReader *input)
{
  CvCryptoHpkeParams params = hpke_params (row);
  CvSpan key = read_rest (input);
  g_autoptr (GBytes) enc = NULL;
  g_autoptr (GBytes) ciphertext = NULL;
  gboolean is_valid = cv_crypto_kem_check_public (world->crypto, kems[row], key, NULL);

  g_assert_true (
      is_valid
      == cv_crypto_hpke_seal (world->crypto, &params, key, MESSAGE, &enc, &ciphertext, NULL));
  g_assert_true (is_valid == (enc && ciphertext));
}

/* A private key that gives a public one opens what is sealed to that. */
static void
feed_private (const World *world, gsize row, CvReader *input)
{
  CvCryptoHpkeParams params = hpke_params (row);
  CvSpan key = read_rest (input);
  g_autoptr (GBytes) public_key = cv_crypto_kem_dup_public (world->crypto, kems[row], key, NULL);
  g_autoptr (GBytes) enc = NULL;
  g_autoptr (GBytes) ciphertext = NULL;
  GByteArray *opened;

  if (!public_key)
    return;
  g_assert_true (cv_crypto_hpke_seal (world->crypto, &params, cv_span_from_bytes (public_key),
                                      MESSAGE, &enc, &ciphertext, NULL));
  opened = cv_crypto_hpke_open (world->crypto, &params, key, cv_span_from_bytes (enc),
                                cv_span_from_bytes (ciphertext), NULL);
  g_assert_true (cv_span_equal (cv_span_from_array (opened), MESSAGE));
  cv_crypto_aead_free_plaintext (opened);
}

/* Only real keys sign: another message's signature must not hold for this one. */
static void
feed_verify (const World *world, gsize row, CvReader *input)
{
  CvSpan public_key = cv_span_from_bytes (world->signature[row].public_key);

  g_assert_false (cv_crypto_signature_verify (world->crypto, signatures[row], public_key,
                                              CV_SPAN_LITERAL ("another message"),
                                              read_rest (input), NULL));
}

static void
feed_verify_with (const World *world, gsize row, CvReader *input)
{
  gsize len = cv_reader_u16 (input);
  CvSpan public_key = cv_reader_take (input, MIN (len, cv_reader_remaining (input)));
  g_autoptr (GError) error = NULL;
  gboolean is_good = cv_crypto_signature_verify (world->crypto, signatures[row], public_key,
                                                 MESSAGE, read_rest (input), &error);

  g_assert_true (is_good == !error);
}

static void
feed_sign_with (const World *world, gsize row, CvReader *input)
{
  CvSpan key = read_rest (input);
  g_autoptr (GBytes) public_key =
      cv_crypto_signature_dup_public (world->crypto, signatures[row], key, NULL);
  g_autoptr (GBytes) signed_with =
      cv_crypto_signature_sign (world->crypto, signatures[row], key, MESSAGE, NULL);

  g_assert_true ((public_key != NULL) == (signed_with != NULL));
  if (public_key)
    g_assert_true (cv_crypto_signature_verify (world->crypto, signatures[row],
                                               cv_span_from_bytes (public_key), MESSAGE,
                                               cv_span_from_bytes (signed_with), NULL));
}

static void
feed_box (const World *world, CvReader *input)
{
  CvSpan box = read_rest (input);
  GByteArray *opened =
      cv_crypto_aead_open_box (world->crypto, CV_SPAN_ARRAY (world->box_key), AAD, box, NULL);

  g_assert_true ((opened != NULL) == cv_span_equal (box, cv_span_from_bytes (world->box)));
  cv_crypto_aead_free_plaintext (opened);
}

static void
feed (const World *world, Kind kind, guint8 row, CvReader *input)
{
  switch (kind) {
  case KIND_DECAPSULATE:
    feed_decapsulate (world, row % N_KEMS, input);
    break;
  case KIND_OPEN:
    feed_open (world, row % N_KEMS, input);
    break;
  case KIND_PUBLIC:
    feed_public (world, row % N_KEMS, input);
    break;
  case KIND_PRIVATE:
    feed_private (world, row % N_KEMS, input);
    break;
  case KIND_VERIFY:
    feed_verify (world, row % N_SIGNATURES, input);
    break;
  case KIND_VERIFY_WITH:
    feed_verify_with (world, row % N_SIGNATURES, input);
    break;
  case KIND_SIGN_WITH:
    feed_sign_with (world, row % N_SIGNATURES, input);
    break;
  case KIND_BOX:
    feed_box (world, input);
    break;
  case N_KINDS:
    break;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t len)
{
  const World *world = get_world ();
  CvReader input;
  Kind kind;
  guint8 row;

  cv_reader_init (&input, cv_span (data, len));
  kind = (Kind)(cv_reader_u8 (&input) % N_KINDS);
  row = cv_reader_u8 (&input);
  if (!cv_reader_is_ok (&input))
    return 0;
  fuzz_random_restart ((guint64)len << 32);
  feed (world, kind, row, &input);
  return 0;
}

/* ---- seeds ---- */

static void
add_seed (GPtrArray *seeds, Kind kind, gsize row, CvSpan first, CvSpan rest)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_writer_u8 (&writer, (guint8)kind);
  cv_writer_u8 (&writer, (guint8)row);
  if (kind == KIND_VERIFY_WITH)
    cv_writer_u16 (&writer, (guint16)first.len);
  cv_writer_put (&writer, first);
  cv_writer_put (&writer, rest);
  fuzz_seeds_take (seeds, cv_writer_take (&writer));
}

GPtrArray *
fuzz_dup_seeds (void)
{
  const World *world = get_world ();
  GPtrArray *seeds = fuzz_seeds_new ();

  for (gsize i = 0; i < N_KEMS; i++) {
    CvSpan enc = cv_span_from_bytes (world->enc[i]);

    add_seed (seeds, KIND_DECAPSULATE, i, enc, CV_SPAN_EMPTY);
    add_seed (seeds, KIND_OPEN, i, enc, cv_span_from_bytes (world->ciphertext[i]));
    add_seed (seeds, KIND_PUBLIC, i, cv_span_from_bytes (world->kem[i].public_key), CV_SPAN_EMPTY);
    add_seed (seeds, KIND_PRIVATE, i, cv_secret_span (world->kem[i].private_key), CV_SPAN_EMPTY);
  }
  for (gsize i = 0; i < N_SIGNATURES; i++) {
    CvSpan signed_with = cv_span_from_bytes (world->signed_with[i]);

    add_seed (seeds, KIND_VERIFY, i, signed_with, CV_SPAN_EMPTY);
    add_seed (seeds, KIND_VERIFY_WITH, i, cv_span_from_bytes (world->signature[i].public_key),
              signed_with);
    add_seed (seeds, KIND_SIGN_WITH, i, cv_secret_span (world->signature[i].private_key),
              CV_SPAN_EMPTY);
  }
  add_seed (seeds, KIND_BOX, 0, cv_span_from_bytes (world->box), CV_SPAN_EMPTY);
  return seeds;
}
