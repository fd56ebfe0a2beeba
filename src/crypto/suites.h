/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Cipher suites: one row each, MLS and SFrame apart.
 *
 * A row names its primitives; the primitives' files know how to run them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  CV_HASH_SHA256,
  CV_HASH_SHA384,
  CV_HASH_SHA512,
  CV_HASH_SHA3_256,
} CvHash;

typedef enum {
  CV_AEAD_AES_128_GCM,
  CV_AEAD_AES_256_GCM,
  CV_AEAD_CHACHA20_POLY1305,
} CvAead;

/* HPKE KEM code points (RFC 9180 §7.1 and the hybrids of E2EE.md section 2). */
typedef enum {
  CV_KEM_P256 = 0x0010,
  CV_KEM_P384 = 0x0011,
  CV_KEM_P521 = 0x0012,
  CV_KEM_X25519 = 0x0020,
  CV_KEM_X448 = 0x0021,
  CV_KEM_ML_KEM_512 = 0x0040, /* vectors only */
  CV_KEM_ML_KEM_768 = 0x0041, /* vectors only */
  CV_KEM_ML_KEM_1024 = 0x0042, /* vectors only */
  CV_KEM_MLKEM768_P256 = 0x0050, /* vectors only */
  CV_KEM_MLKEM1024_P384 = 0x0051,
  CV_KEM_XWING = 0x647a,
} CvKem;

/* HPKE KDF code points of one stage (draft-ietf-hpke-pq). Vectors only: no suite has one. */
typedef enum {
  CV_XOF_NONE = 0,
  CV_XOF_SHAKE128 = 0x0010,
  CV_XOF_SHAKE256 = 0x0011,
  CV_XOF_TURBOSHAKE128 = 0x0012, /* OpenSSL has none */
  CV_XOF_TURBOSHAKE256 = 0x0013, /* OpenSSL has none */
} CvXof;

typedef enum {
  CV_SIGNATURE_ED25519,
  CV_SIGNATURE_ED448,
  CV_SIGNATURE_P256, /* ECDSA with SHA-256, DER */
  CV_SIGNATURE_P384, /* ECDSA with SHA-384, DER */
  CV_SIGNATURE_P521, /* ECDSA with SHA-512, DER */
} CvSignature;

/* A struct and not a number, so that an SFrame suite cannot be passed for an MLS one. */
typedef struct {
  guint16 value;
} CvMlsSuiteId;
typedef struct {
  guint16 value;
} CvSframeSuiteId;

#define CV_MLS_SUITE_PQ ((CvMlsSuiteId){0xF001})
#define CV_MLS_SUITE_PQ_STRICT ((CvMlsSuiteId){0xF002})
#define CV_MLS_SUITE_FIPS ((CvMlsSuiteId){0x0007})
#define CV_SFRAME_SUITE_AES_256_GCM ((CvSframeSuiteId){0x0005})

typedef struct {
  CvMlsSuiteId id;
  const char *name; /* IANA style name */
  const char *room; /* "pq", "pq-strict", "fips"; NULL: not for rooms */
  gboolean is_fips; /* allowed in FIPS mode */
  const char *for_people; /* "AES-256-GCM, post-quantum" */
  CvKem kem;
  CvHash hash; /* of the KDF, the transcript and the tree */
  CvAead aead;
  CvSignature signature;
  guint8 hash_len; /* Nh */
  guint8 key_len; /* Nk */
  guint8 nonce_len; /* Nn */
} CvMlsSuite;

typedef struct {
  CvSframeSuiteId id;
  const char *name;
  CvHash hash;
  gboolean is_ctr_hmac; /* RFC 9605 §4.5.1; else aead is used */
  CvAead aead;
  guint8 enc_key_len; /* AES-CTR key, for CTR-HMAC suites */
  guint8 key_len; /* Nk: for CTR-HMAC encryption key and authentication key together */
  guint8 nonce_len; /* Nn */
  guint8 tag_len; /* Nt */
  gboolean is_offered; /* FALSE for the 4-byte tags: vectors only */
} CvSframeSuite;

/* Static rows; NULL when unknown. */
const CvMlsSuite *cv_crypto_suites_find_mls (CvMlsSuiteId id);
const CvMlsSuite *cv_crypto_suites_find_room (const char *room);
const CvSframeSuite *cv_crypto_suites_find_sframe (CvSframeSuiteId id);

G_END_DECLS
