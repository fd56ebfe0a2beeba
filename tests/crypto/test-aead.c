/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "crypto/aead.h"

#include "crypto-test.h"

static CvCrypto *crypto;

/* The two AES rows are cases 4 and 16 of the GCM specification, the last is RFC 8439 §2.8.2. */
static const struct {
  CvAead aead;
  const char *key;
  const char *nonce;
  const char *aad;
  const char *plaintext;
  const char *ciphertext;
} rows[] = {
    {CV_AEAD_AES_128_GCM, "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e24"
     "49a6b525b16aedf5aa0de657ba637b39",
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5a"
     "ac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47"},
    {CV_AEAD_AES_256_GCM, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e24"
     "49a6b525b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b10"
     "56828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
    {CV_AEAD_CHACHA20_POLY1305, "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
     "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
     "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966"
     "204920636f756c64206f6666657220796f75206f6e6c79206f6e652074697020666f72207468652066757475"
     "72652c2073756e73637265656e20776f756c642062652069742e",
     "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69"
     "da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad67594"
     "5585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"},
};

static void
test_known_answers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) key = crypto_test_hex (rows[i].key);
    g_autoptr (GBytes) nonce = crypto_test_hex (rows[i].nonce);
    g_autoptr (GBytes) aad = crypto_test_hex (rows[i].aad);
    g_autoptr (GBytes) plaintext = crypto_test_hex (rows[i].plaintext);
    CvCryptoAeadParams params = {.aead = rows[i].aead,
                                 .key = cv_span_from_bytes (key),
                                 .nonce = cv_span_from_bytes (nonce),
                                 .aad = cv_span_from_bytes (aad)};
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) sealed =
        cv_crypto_aead_seal_once (crypto, &params, cv_span_from_bytes (plaintext), &error);
    GByteArray *opened;

    g_assert_no_error (error);
    crypto_test_assert_hex (cv_span_from_bytes (sealed), rows[i].ciphertext);
    opened = cv_crypto_aead_open_once (crypto, &params, cv_span_from_bytes (sealed), &error);
    g_assert_no_error (error);
    crypto_test_assert_hex (cv_span_from_array (opened), rows[i].plaintext);
    cv_crypto_aead_free_plaintext (opened);
  }
}

/* One kept context, many messages, both directions in turn, with the associated data cut at every
 * place. */
static void
test_kept_context (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) key = crypto_test_hex (rows[i].key);
    g_autoptr (GBytes) nonce = crypto_test_hex (rows[i].nonce);
    g_autoptr (GBytes) aad = crypto_test_hex (rows[i].aad);
    g_autoptr (GBytes) plaintext = crypto_test_hex (rows[i].plaintext);
    gsize len = g_bytes_get_size (plaintext);
    CvSpan whole = cv_span_from_bytes (aad);
    g_autofree guint8 *buffer = g_malloc (len + CV_CRYPTO_AEAD_TAG_LEN);
    g_autoptr (GError) error = NULL;
    g_autoptr (CvCryptoAead) aead =
        cv_crypto_aead_new (crypto, rows[i].aead, cv_span_from_bytes (key), &error);

    g_assert_no_error (error);
    for (gsize cut = 0; cut <= whole.len; cut++) {
      CvSpan parts[2] = {cv_span (whole.data, cut), cv_span (whole.data + cut, whole.len - cut)};

      memcpy (buffer, g_bytes_get_data (plaintext, NULL), len);
      g_assert_true (cv_crypto_aead_seal (aead, g_bytes_get_data (nonce, NULL), parts,
                                          cv_span (buffer, len), buffer, &error));
      crypto_test_assert_hex (cv_span (buffer, len + CV_CRYPTO_AEAD_TAG_LEN), rows[i].ciphertext);
      g_assert_true (cv_crypto_aead_open (aead, g_bytes_get_data (nonce, NULL), parts,
                                          cv_span (buffer, len + CV_CRYPTO_AEAD_TAG_LEN), buffer,
                                          &error));
      crypto_test_assert_hex (cv_span (buffer, len), rows[i].plaintext);
    }
  }
}

static void
assert_not_authentic (const CvCryptoAeadParams *params, CvSpan sealed)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (cv_crypto_aead_open_once (crypto, params, sealed, &error));
  g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_AUTHENTICATION);
  g_assert_cmpstr (error->message, ==, "failed to authenticate");
}

static void
test_one_bit (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) key = crypto_test_hex (rows[i].key);
    g_autoptr (GBytes) nonce = crypto_test_hex (rows[i].nonce);
    g_autoptr (GBytes) aad = crypto_test_hex (rows[i].aad);
    g_autoptr (GBytes) sealed = crypto_test_hex (rows[i].ciphertext);
    gsize len = g_bytes_get_size (sealed);
    g_autofree guint8 *changed = g_memdup2 (g_bytes_get_data (sealed, NULL), len);
    CvCryptoAeadParams params = {.aead = rows[i].aead,
                                 .key = cv_span_from_bytes (key),
                                 .nonce = cv_span_from_bytes (nonce),
                                 .aad = cv_span_from_bytes (aad)};

    for (gsize bit = 0; bit < 8 * len; bit++) {
      changed[bit / 8] ^= (guint8)(1 << bit % 8);
      assert_not_authentic (&params, cv_span (changed, len));
      changed[bit / 8] ^= (guint8)(1 << bit % 8);
    }
    for (gsize cut = 0; cut < len; cut++)
      assert_not_authentic (&params, cv_span (changed, cut));
    params.aad.len--;
    assert_not_authentic (&params, cv_span (changed, len));
  }
}

static void
test_box (void)
{
  guint8 key[32] = {1};
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) refused = NULL;
  g_autoptr (GBytes) box =
      cv_crypto_aead_seal_box (crypto, CV_SPAN_ARRAY (key), CV_SPAN_LITERAL ("knock"),
                               CV_SPAN_LITERAL ("who is there"), &error);
  g_autoptr (GBytes) again =
      cv_crypto_aead_seal_box (crypto, CV_SPAN_ARRAY (key), CV_SPAN_LITERAL ("knock"),
                               CV_SPAN_LITERAL ("who is there"), &error);
  GByteArray *opened;

  g_assert_false (g_bytes_equal (box, again));
  opened = cv_crypto_aead_open_box (crypto, CV_SPAN_ARRAY (key), CV_SPAN_LITERAL ("knock"),
                                    cv_span_from_bytes (box), &error);
  g_assert_no_error (error);
  g_assert_cmpmem (opened->data, opened->len, "who is there", 12);
  cv_crypto_aead_free_plaintext (opened);
  g_assert_null (cv_crypto_aead_open_box (crypto, CV_SPAN_ARRAY (key), CV_SPAN_LITERAL ("knack"),
                                          cv_span_from_bytes (box), &refused));
  g_assert_error (refused, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_AUTHENTICATION);
  for (gsize len = 0; len < g_bytes_get_size (box); len++)
    g_assert_null (cv_crypto_aead_open_box (crypto, CV_SPAN_ARRAY (key), CV_SPAN_LITERAL ("knock"),
                                            cv_span (g_bytes_get_data (box, NULL), len), NULL));
}

static void
test_empty (void)
{
  guint8 key[32] = {1};
  guint8 nonce[12] = {0};
  CvCryptoAeadParams params = {
      .aead = CV_AEAD_AES_256_GCM, .key = CV_SPAN_ARRAY (key), .nonce = CV_SPAN_ARRAY (nonce)};
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) sealed = cv_crypto_aead_seal_once (crypto, &params, CV_SPAN_EMPTY, &error);
  GByteArray *opened;

  g_assert_cmpuint (g_bytes_get_size (sealed), ==, CV_CRYPTO_AEAD_TAG_LEN);
  opened = cv_crypto_aead_open_once (crypto, &params, cv_span_from_bytes (sealed), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (opened->len, ==, 0);
  cv_crypto_aead_free_plaintext (opened);
}

static void
test_lengths (void)
{
  guint8 key[32] = {1};
  guint8 nonce[12] = {0};

  for (gsize len = 0; len < sizeof key; len++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (cv_crypto_aead_new (crypto, CV_AEAD_AES_256_GCM, cv_span (key, len), &error));
    g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT);
  }
  for (gsize len = 0; len < sizeof nonce; len++) {
    CvCryptoAeadParams params = {
        .aead = CV_AEAD_AES_256_GCM, .key = CV_SPAN_ARRAY (key), .nonce = cv_span (nonce, len)};
    g_autoptr (GError) error = NULL;

    g_assert_null (cv_crypto_aead_seal_once (crypto, &params, CV_SPAN_EMPTY, &error));
    g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT);
  }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  crypto = crypto_test_new ();
  g_test_add_func ("/crypto/aead/known-answers", test_known_answers);
  g_test_add_func ("/crypto/aead/kept-context", test_kept_context);
  g_test_add_func ("/crypto/aead/one-bit", test_one_bit);
  g_test_add_func ("/crypto/aead/box", test_box);
  g_test_add_func ("/crypto/aead/empty", test_empty);
  g_test_add_func ("/crypto/aead/rejects-lengths", test_lengths);
  status = g_test_run ();
  cv_crypto_context_unref (crypto);
  return status;
}
