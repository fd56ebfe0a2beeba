/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* No engine of the process may do the work, or make the random bytes, that OpenSSL's provider is
 * said to have done and made. Engines belong to a process, so each has one of its own. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/context.h"
#include "fixtures/fips.h"

#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#define SUBPROCESS "/crypto/provenance/subprocess/"
#define WORK_WORDS "*another OpenSSL provider or engine stands before*"
#define RANDOM_WORDS "*the random bytes are not the OpenSSL FIPS provider's*"

static int
begin_hash (EVP_MD_CTX *context)
{
  return 1;
}

/* Engines are asked for the list of what they do without an out argument, then for one of them. */
static int
find_hash (ENGINE *engine, const EVP_MD **out, const int **nids, int nid)
{
  static const int all[] = {NID_sha384};
  static EVP_MD *method;

  if (!method) {
    method = EVP_MD_meth_new (NID_sha384, 0);
    EVP_MD_meth_set_result_size (method, 48);
    EVP_MD_meth_set_init (method, begin_hash);
  }
  if (out)
    *out = method;
  else
    *nids = all;
  return 1;
}

static int
begin_cipher (EVP_CIPHER_CTX *context, const unsigned char *key, const unsigned char *iv,
              int is_encrypting)
{
  return 1;
}

static int
find_cipher (ENGINE *engine, const EVP_CIPHER **out, const int **nids, int nid)
{
  static const int all[] = {NID_aes_256_gcm};
  static EVP_CIPHER *method;

  if (!method) {
    method = EVP_CIPHER_meth_new (NID_aes_256_gcm, 1, 32);
    EVP_CIPHER_meth_set_iv_length (method, 12);
    EVP_CIPHER_meth_set_flags (method, EVP_CIPH_GCM_MODE | EVP_CIPH_FLAG_AEAD_CIPHER);
    EVP_CIPHER_meth_set_init (method, begin_cipher);
  }
  if (out)
    *out = method;
  else
    *nids = all;
  return 1;
}

static int
begin_key (EVP_PKEY_CTX *context)
{
  return 1;
}

static int
make_key (EVP_PKEY_CTX *context, EVP_PKEY *key)
{
  return 0;
}

static int
find_keys (ENGINE *engine, EVP_PKEY_METHOD **out, const int **nids, int nid)
{
  static const int all[] = {EVP_PKEY_EC};
  static EVP_PKEY_METHOD *method;

  if (!method) {
    method = EVP_PKEY_meth_new (EVP_PKEY_EC, 0);
    EVP_PKEY_meth_set_keygen (method, begin_key, make_key);
  }
  if (!out) {
    *nids = all;
    return 1;
  }
  *out = method;
  return 1;
}

static int
fill_with_a_pattern (unsigned char *out, int len)
{
  memset (out, 0x42, (gsize)len);
  return 1;
}

static void
install_hash (ENGINE *engine)
{
  g_assert_cmpint (ENGINE_set_digests (engine, find_hash), ==, 1);
  g_assert_cmpint (ENGINE_set_default_digests (engine), ==, 1);
}

static void
install_cipher (ENGINE *engine)
{
  g_assert_cmpint (ENGINE_set_ciphers (engine, find_cipher), ==, 1);
  g_assert_cmpint (ENGINE_set_default_ciphers (engine), ==, 1);
}

static void
install_keys (ENGINE *engine)
{
  g_assert_cmpint (ENGINE_set_pkey_meths (engine, find_keys), ==, 1);
  g_assert_cmpint (ENGINE_set_default_pkey_meths (engine), ==, 1);
}

static void
install_random (ENGINE *engine)
{
  static const RAND_METHOD method = {.bytes = fill_with_a_pattern};

  g_assert_cmpint (ENGINE_set_RAND (engine, &method), ==, 1);
  g_assert_cmpint (ENGINE_set_default_RAND (engine), ==, 1);
}

static void
install_nothing (ENGINE *engine)
{
  g_assert_cmpint (ENGINE_add (engine), ==, 1);
}

static const struct {
  const char *name;
  void (*install) (ENGINE *engine);
  const char *words; /* of the refusal, NULL: accepted */
  const char *fips_words; /* the same in FIPS mode */
} rows[] = {
    {"hash", install_hash, WORK_WORDS, WORK_WORDS},
    {"cipher", install_cipher, WORK_WORDS, WORK_WORDS},
    {"keys", install_keys, WORK_WORDS, WORK_WORDS},
    /* Out of FIPS mode a generator of the administrator's is the administrator's choice. */
    {"random", install_random, NULL, RANDOM_WORDS},
    {"nothing", install_nothing, NULL, NULL},
};

/* In the process of its own: whether a context comes, or the words say why not. */
static void
try (gconstpointer data)
{
  const gsize i = GPOINTER_TO_SIZE (data) / 2;
  const gboolean is_fips = GPOINTER_TO_SIZE (data) % 2;
  g_autoptr (GError) error = NULL;
  g_autoptr (CvCrypto) crypto = NULL;
  ENGINE *engine;

  if (!g_test_subprocess ())
    return;
  engine = ENGINE_new ();
  g_assert_cmpint (ENGINE_set_id (engine, "test"), ==, 1);
  g_assert_cmpint (ENGINE_set_name (engine, "test"), ==, 1);
  rows[i].install (engine);
  ENGINE_free (engine); /* OpenSSL keeps its own reference */
  crypto = cv_crypto_context_new (is_fips, &error);
  g_printerr ("%s\n", crypto ? "accepted" : error->message);
}

static void
test_engines (gconstpointer data)
{
  const gboolean is_fips = data != NULL;

  if (is_fips && fips_is_missing ())
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *words = is_fips ? rows[i].fips_words : rows[i].words;
    g_autofree char *path =
        g_strdup_printf (SUBPROCESS "%s/%s", rows[i].name, is_fips ? "fips" : "default");

    g_test_trap_subprocess (path, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed ();
    g_test_trap_assert_stderr (words ? words : "*accepted*");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize k = 0; k < 2; k++) {
      g_autofree char *path =
          g_strdup_printf (SUBPROCESS "%s/%s", rows[i].name, k ? "fips" : "default");

      g_test_add_data_func (path, GSIZE_TO_POINTER (2 * i + k), try);
    }
  g_test_add_data_func ("/crypto/provenance/refuses-engines", NULL, test_engines);
  g_test_add_data_func ("/crypto/provenance/refuses-engines-in-fips-mode", GINT_TO_POINTER (1),
                        test_engines);
  return g_test_run ();
}
