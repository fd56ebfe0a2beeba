/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The tables. To add a suite, add its row here and its known answer in self-check.c. */
#include "crypto/suites.h"

/* RFC 9420 §17.1, and E2EE.md section 2 for the private-use values. */
static const CvMlsSuite mls_suites[] = {
    {.id = {0x0001},
     .name = "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
     .for_people = "AES-128-GCM with X25519",
     .kem = CV_KEM_X25519,
     .hash = CV_HASH_SHA256,
     .aead = CV_AEAD_AES_128_GCM,
     .signature = CV_SIGNATURE_ED25519,
     .hash_len = 32,
     .key_len = 16,
     .nonce_len = 12},
    {.id = {0x0002},
     .name = "MLS_128_DHKEMP256_AES128GCM_SHA256_P256",
     .for_people = "AES-128-GCM with P-256",
     .kem = CV_KEM_P256,
     .hash = CV_HASH_SHA256,
     .aead = CV_AEAD_AES_128_GCM,
     .signature = CV_SIGNATURE_P256,
     .hash_len = 32,
     .key_len = 16,
     .nonce_len = 12},
    {.id = {0x0003},
     .name = "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519",
     .for_people = "ChaCha20-Poly1305 with X25519",
     .kem = CV_KEM_X25519,
     .hash = CV_HASH_SHA256,
     .aead = CV_AEAD_CHACHA20_POLY1305,
     .signature = CV_SIGNATURE_ED25519,
     .hash_len = 32,
     .key_len = 32,
     .nonce_len = 12},
    {.id = {0x0004},
     .name = "MLS_256_DHKEMX448_AES256GCM_SHA512_Ed448",
     .for_people = "AES-256-GCM with X448",
     .kem = CV_KEM_X448,
     .hash = CV_HASH_SHA512,
     .aead = CV_AEAD_AES_256_GCM,
     .signature = CV_SIGNATURE_ED448,
     .hash_len = 64,
     .key_len = 32,
     .nonce_len = 12},
    {.id = {0x0005},
     .name = "MLS_256_DHKEMP521_AES256GCM_SHA512_P521",
     .for_people = "AES-256-GCM with P-521",
     .kem = CV_KEM_P521,
     .hash = CV_HASH_SHA512,
     .aead = CV_AEAD_AES_256_GCM,
     .signature = CV_SIGNATURE_P521,
     .hash_len = 64,
     .key_len = 32,
     .nonce_len = 12},
    {.id = {0x0006},
     .name = "MLS_256_DHKEMX448_CHACHA20POLY1305_SHA512_Ed448",
     .for_people = "ChaCha20-Poly1305 with X448",
     .kem = CV_KEM_X448,
     .hash = CV_HASH_SHA512,
     .aead = CV_AEAD_CHACHA20_POLY1305,
     .signature = CV_SIGNATURE_ED448,
     .hash_len = 64,
     .key_len = 32,
     .nonce_len = 12},
    {.id = {0x0007},
     .name = "MLS_256_DHKEMP384_AES256GCM_SHA384_P384",
     .room = "fips",
     .is_fips = TRUE,
     .for_people = "AES-256-GCM with P-384, FIPS",
     .kem = CV_KEM_P384,
     .hash = CV_HASH_SHA384,
     .aead = CV_AEAD_AES_256_GCM,
     .signature = CV_SIGNATURE_P384,
     .hash_len = 48,
     .key_len = 32,
     .nonce_len = 12},
    {.id = {0xF001},
     .name = "MLS_128_MLKEM768X25519_AES256GCM_SHA384_Ed25519",
     .room = "pq",
     .for_people = "AES-256-GCM, post-quantum",
     .kem = CV_KEM_XWING,
     .hash = CV_HASH_SHA384,
     .aead = CV_AEAD_AES_256_GCM,
     .signature = CV_SIGNATURE_ED25519,
     .hash_len = 48,
     .key_len = 32,
     .nonce_len = 12},
    {.id = {0xF002},
     .name = "MLS_192_MLKEM1024P384_AES256GCM_SHA384_P384",
     .room = "pq-strict",
     .is_fips = TRUE,
     .for_people = "AES-256-GCM, post-quantum, high assurance",
     .kem = CV_KEM_MLKEM1024_P384,
     .hash = CV_HASH_SHA384,
     .aead = CV_AEAD_AES_256_GCM,
     .signature = CV_SIGNATURE_P384,
     .hash_len = 48,
     .key_len = 32,
     .nonce_len = 12},
};

/* RFC 9605 §4.5 and §8.1; 6 to 8 are the AES-256 forms of 1 to 3. */
#define CTR_HMAC_ROW(value, bits, hash_bits, tag_bits, enc_len, mac_len, offered)                  \
  {.id = {value},                                                                                  \
   .name = "AES_" #bits "_CTR_HMAC_SHA" #hash_bits "_" #tag_bits,                                  \
   .hash = CV_HASH_SHA##hash_bits,                                                                 \
   .is_ctr_hmac = TRUE,                                                                            \
   .enc_key_len = enc_len,                                                                         \
   .key_len = enc_len + mac_len,                                                                   \
   .nonce_len = 12,                                                                                \
   .tag_len = tag_bits / 8,                                                                        \
   .is_offered = offered}

static const CvSframeSuite sframe_suites[] = {
    CTR_HMAC_ROW (0x0001, 128, 256, 80, 16, 32, TRUE),
    CTR_HMAC_ROW (0x0002, 128, 256, 64, 16, 32, TRUE),
    CTR_HMAC_ROW (0x0003, 128, 256, 32, 16, 32, FALSE),
    {.id = {0x0004},
     .name = "AES_128_GCM_SHA256_128",
     .hash = CV_HASH_SHA256,
     .aead = CV_AEAD_AES_128_GCM,
     .key_len = 16,
     .nonce_len = 12,
     .tag_len = 16,
     .is_offered = TRUE},
    {.id = {0x0005},
     .name = "AES_256_GCM_SHA512_128",
     .hash = CV_HASH_SHA512,
     .aead = CV_AEAD_AES_256_GCM,
     .key_len = 32,
     .nonce_len = 12,
     .tag_len = 16,
     .is_offered = TRUE},
    CTR_HMAC_ROW (0x0006, 256, 512, 80, 32, 64, TRUE),
    CTR_HMAC_ROW (0x0007, 256, 512, 64, 32, 64, TRUE),
    CTR_HMAC_ROW (0x0008, 256, 512, 32, 32, 64, FALSE),
};

const CvMlsSuite *
cv_crypto_suites_find_mls (CvMlsSuiteId id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mls_suites); i++)
    if (mls_suites[i].id.value == id.value)
      return &mls_suites[i];
  return NULL;
}

const CvMlsSuite *
cv_crypto_suites_find_room (const char *room)
{
  if (!room)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (mls_suites); i++)
    if (g_strcmp0 (mls_suites[i].room, room) == 0)
      return &mls_suites[i];
  return NULL;
}

const CvSframeSuite *
cv_crypto_suites_find_sframe (CvSframeSuiteId id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sframe_suites); i++)
    if (sframe_suites[i].id.value == id.value)
      return &sframe_suites[i];
  return NULL;
}
