/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* FIPS mode over a real FIPS provider: what works in it, what it refuses, and that a module which is
 * missing or changed stops everything. */
#include "crypto-test.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/kem.h"
#include "crypto/password.h"
#include "crypto/pkey.h"
#include "crypto/random.h"
#include "crypto/self-check.h"
#include "crypto/signature.h"
#include "fixtures/fips.h"

#include <glib/gstdio.h>

/* Another process, as a module keeps its state until the end of the one that loaded it. */
#define REFUSED_PATH "/crypto/fips/subprocess/refused"
#define ACCEPTED_PATH "/crypto/fips/subprocess/accepted"
#define RANDOM_PATH "/crypto/fips/subprocess/random"

static const guint16 all_suites[] = {1, 2, 3, 4, 5, 6, 7, 0xF001, 0xF002};

static void
test_names_the_provider (void)
{
  g_autoptr (CvCrypto) crypto = NULL;
  g_autofree char *provider = NULL;

  if (fips_is_missing ())
    return;
  crypto = fips_new ();
  provider = cv_crypto_context_dup_provider (crypto);
  g_assert_true (cv_crypto_context_is_fips (crypto));
  g_assert_true (g_str_has_prefix (provider, "OpenSSL FIPS Provider 3."));
}

/* The known answers are those of the other mode: both speak with each other. */
static void
test_suites (void)
{
  g_autoptr (CvCrypto) crypto = NULL;

  if (fips_is_missing ())
    return;
  crypto = fips_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (all_suites); i++) {
    const CvMlsSuite *suite = cv_crypto_suites_find_mls ((CvMlsSuiteId){all_suites[i]});
    const gboolean is_expected = all_suites[i] == 0x0007 || all_suites[i] == 0xF002;
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (cv_crypto_context_allows (crypto, suite), ==, is_expected);
    g_assert_cmpint (cv_crypto_self_check_mls (crypto, suite, &error), ==, is_expected);
    if (is_expected)
      g_assert_no_error (error);
    else
      g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_UNSUPPORTED);
  }
  for (guint16 id = 1; id <= 8; id++) {
    g_autoptr (GError) error = NULL;

    g_assert_true (cv_crypto_self_check_sframe (
        crypto, cv_crypto_suites_find_sframe ((CvSframeSuiteId){id}), &error));
    g_assert_no_error (error);
  }
}

static void
test_refuses_algorithms (void)
{
  static const guint8 key[32] = {1};
  static const CvKem kems[] = {CV_KEM_X25519, CV_KEM_X448, CV_KEM_XWING};
  g_autoptr (CvCrypto) crypto = NULL;
  g_autoptr (GError) error = NULL;

  if (fips_is_missing ())
    return;
  crypto = fips_new ();
  g_assert_null (
      cv_crypto_aead_new (crypto, CV_AEAD_CHACHA20_POLY1305, CV_SPAN_ARRAY (key), &error));
  g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (cv_crypto_password_derive (crypto, CV_CRYPTO_PASSWORD_ARGON2ID,
                                            CV_SPAN_LITERAL ("password"),
                                            CV_SPAN_LITERAL ("0123456789abcdef"), &error));
  g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_UNSUPPORTED);
  for (gsize i = 0; i < G_N_ELEMENTS (kems); i++) {
    g_auto (CvCryptoKeyPair) pair = {0};

    g_assert_false (cv_crypto_kem_generate (crypto, kems[i], &pair, NULL));
    g_assert_false (cv_crypto_kem_derive (crypto, kems[i], CV_SPAN_ARRAY (key), &pair, NULL));
  }
}

/* The module's strict settings are on here: no bound of SP 800-132 is hurt by any passcode, as it
 * bounds salt, count and result, all of which are fixed. */
static void
test_passwords (void)
{
  static const char *const passwords[] = {"password", "1", ""};
  g_autoptr (CvCrypto) crypto = NULL;
  g_autoptr (CvCrypto) other = crypto_test_new ();

  if (fips_is_missing ())
    return;
  crypto = fips_new ();
  g_assert_cmpint (cv_crypto_password_get_default (crypto), ==, CV_CRYPTO_PASSWORD_PBKDF2);
  g_assert_cmpint (cv_crypto_password_get_default (other), ==, CV_CRYPTO_PASSWORD_ARGON2ID);
  for (gsize i = 0; i < G_N_ELEMENTS (passwords); i++) {
    CvSpan password = cv_span (passwords[i], strlen (passwords[i]));
    CvSpan salt = CV_SPAN_LITERAL ("0123456789abcdef");
    g_autoptr (GError) error = NULL;
    g_autoptr (CvSecret) inside =
        cv_crypto_password_derive (crypto, CV_CRYPTO_PASSWORD_PBKDF2, password, salt, &error);
    g_autoptr (CvSecret) outside =
        cv_crypto_password_derive (other, CV_CRYPTO_PASSWORD_PBKDF2, password, salt, &error);

    g_assert_no_error (error);
    g_assert_true (cv_secret_span_equal (cv_secret_span (inside), cv_secret_span (outside)));
  }
}

/* Scalars whose last bytes carry, and the smallest: the same points as OpenSSL's own way gives. */
static void
test_public_keys (void)
{
  g_autoptr (CvCrypto) crypto = NULL;
  g_autoptr (CvCrypto) other = crypto_test_new ();

  if (fips_is_missing ())
    return;
  crypto = fips_new ();
  for (guint i = 0; i < 12; i++) {
    guint8 scalar[48] = {0};
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) inside = NULL;
    g_autoptr (GBytes) outside = NULL;

    if (i < 3)
      scalar[47] = (guint8)(i + 1);
    else {
      g_assert_true (cv_crypto_random_fill (other, scalar + 1, 47, &error));
      memset (scalar + 48 - i, 0xff, i);
    }
    inside =
        cv_crypto_pkey_dup_public (crypto, CV_CRYPTO_CURVE_P384, CV_SPAN_ARRAY (scalar), &error);
    g_assert_no_error (error);
    outside =
        cv_crypto_pkey_dup_public (other, CV_CRYPTO_CURVE_P384, CV_SPAN_ARRAY (scalar), &error);
    g_assert_no_error (error);
    g_assert_true (g_bytes_equal (inside, outside));
  }
}

/* What one mode seals or signs, the other opens or verifies; Ed25519 is one of FIPS 186-5. */
static void
test_meets_the_other_mode (void)
{
  static const CvSignature signatures[] = {CV_SIGNATURE_P384, CV_SIGNATURE_ED25519};
  static const CvKem kems[] = {CV_KEM_P384, CV_KEM_MLKEM1024_P384};
  g_autoptr (CvCrypto) crypto = NULL;
  g_autoptr (CvCrypto) other = crypto_test_new ();
  const CvSpan text = CV_SPAN_LITERAL ("text");

  if (fips_is_missing ())
    return;
  crypto = fips_new ();
  for (gsize i = 0; i < 4; i++) {
    const CvCrypto *from = i % 2 ? crypto : other;
    const CvCrypto *to = i % 2 ? other : crypto;
    g_auto (CvCryptoKeyPair) signer = {0};
    g_auto (CvCryptoKeyPair) receiver = {0};
    g_autoptr (GBytes) signed_with = NULL;
    g_autoptr (GBytes) enc = NULL;
    g_autoptr (CvSecret) sent = NULL;
    g_autoptr (CvSecret) received = NULL;
    g_autoptr (GError) error = NULL;

    g_assert_true (cv_crypto_signature_generate (from, signatures[i / 2], &signer, &error));
    signed_with = cv_crypto_signature_sign (from, signatures[i / 2],
                                            cv_secret_span (signer.private_key), text, &error);
    g_assert_no_error (error);
    g_assert_true (cv_crypto_signature_verify (to, signatures[i / 2],
                                               cv_span_from_bytes (signer.public_key), text,
                                               cv_span_from_bytes (signed_with), &error));
    g_assert_true (cv_crypto_kem_generate (to, kems[i / 2], &receiver, &error));
    g_assert_true (cv_crypto_kem_encapsulate (
        from, kems[i / 2], cv_span_from_bytes (receiver.public_key), &enc, &sent, &error));
    received = cv_crypto_kem_decapsulate (to, kems[i / 2], cv_secret_span (receiver.private_key),
                                          cv_span_from_bytes (enc), &error);
    g_assert_no_error (error);
    g_assert_true (cv_secret_span_equal (cv_secret_span (sent), cv_secret_span (received)));
  }
}

/* In a process of its own: FIPS mode must fail, and nothing may come back in its place. */
static void
test_refused (void)
{
  g_autoptr (GError) error = NULL;

  if (!g_test_subprocess ())
    return;
  g_assert_null (cv_crypto_context_new (TRUE, &error));
  g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_PROVIDER);
  g_printerr ("%s\n", error->message);
}

static void
test_accepted (void)
{
  g_autoptr (CvCrypto) crypto = g_test_subprocess () ? fips_new () : NULL;

  g_assert_true (!crypto || cv_crypto_context_is_fips (crypto));
}

static void
test_random (void)
{
  guint8 bytes[32] = {0};
  guint8 impostors[32];
  g_autoptr (CvCrypto) crypto = g_test_subprocess () ? fips_new () : NULL;

  if (!crypto)
    return;
  memset (impostors, 0x42, sizeof impostors); /* impostor.c */
  g_assert_true (cv_crypto_random_fill (crypto, bytes, sizeof bytes, NULL));
  g_assert_cmpint (memcmp (bytes, impostors, sizeof bytes), !=, 0);
}

/* Fails the test unless FIPS mode with the modules of that folder is refused with these words. */
static void
assert_refused (const char *folder, const char *words)
{
  g_auto (GStrv) env = g_environ_setenv (g_get_environ (), "OPENSSL_MODULES", folder, TRUE);
  g_autofree char *pattern = g_strdup_printf ("*%s*", words);

  g_test_trap_subprocess_with_envp (REFUSED_PATH, (const char *const *)env, 0,
                                    G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr (pattern);
}

static void
copy (const char *from_folder, const char *to_folder, const char *name, goffset flipped)
{
  g_autofree char *from = g_build_filename (from_folder, name, NULL);
  g_autofree char *to = g_build_filename (to_folder, name, NULL);
  g_autofree char *data = NULL;
  gsize len;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (from, &data, &len, &error));
  if (flipped > 0)
    data[flipped] ^= 1;
  g_assert_true (g_file_set_contents (to, data, (gssize)len, &error));
}

/* Needs no module. */
static void
test_missing_module (void)
{
  g_autofree char *own = g_dir_make_tmp ("conclave-fips-XXXXXX", NULL);

  assert_refused (own, "the OpenSSL FIPS provider is not installed");
  g_rmdir (own);
}

static void
test_changed_module (void)
{
  const char *folder = g_getenv ("OPENSSL_MODULES");
  g_autofree char *own = NULL;
  g_autofree char *module = NULL;
  g_autofree char *config = NULL;

  if (fips_is_missing ())
    return;
  own = g_dir_make_tmp ("conclave-fips-XXXXXX", NULL);
  module = g_build_filename (own, "fips.so", NULL);
  config = g_build_filename (own, "fipsmodule.cnf", NULL);
  /* One bit of its code or constants: it loads all the same. */
  copy (folder, own, "fips.so", 1000000);
  copy (folder, own, "fipsmodule.cnf", 0);
  assert_refused (own, "the OpenSSL FIPS provider failed its self-test: module integrity failure");
  copy (folder, own, "fips.so", 0);
  g_unlink (config);
  assert_refused (own, "the OpenSSL FIPS provider failed its self-test: missing config data");
  g_unlink (module);
  g_rmdir (own);
}

/* Runs the path in a process of its own with that openssl.cnf instead of OPENSSL_MODULES. */
static void
run_with_config (const char *path, const char *text, const char *impostor_of)
{
  g_autofree char *own = g_dir_make_tmp ("conclave-fips-XXXXXX", NULL);
  g_autofree char *config = g_build_filename (own, "openssl.cnf", NULL);
  g_auto (GStrv) env = g_environ_unsetenv (g_get_environ (), "OPENSSL_MODULES");

  g_assert_true (g_file_set_contents (config, text, -1, NULL));
  env = g_environ_setenv (env, "OPENSSL_CONF", config, TRUE);
  if (impostor_of)
    env = g_environ_setenv (env, "IMPOSTOR_OF", impostor_of, TRUE);
  g_test_trap_subprocess_with_envp (path, (const char *const *)env, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_unlink (config);
  g_rmdir (own);
}

/* As an administrator installs it for all programs, the module's place included. */
static void
test_openssl_cnf (void)
{
  const char *folder = g_getenv ("OPENSSL_MODULES");
  g_autofree char *text = NULL;

  if (fips_is_missing ())
    return;
  text = g_strdup_printf ("openssl_conf = init\n.include %s/fipsmodule.cnf\n[init]\n"
                          "providers = all\n[all]\nfips = fips_sect\n"
                          "[fips_sect]\nmodule = %s/fips.so\n",
                          folder, folder);
  run_with_config (ACCEPTED_PATH, text, NULL);
}

/* Another provider of the administrator's claims fips=yes for one algorithm, and stands first. What
 * the dialog says did the work would not be true. */
static void
test_impostor (void)
{
  static const char *const names[] = {"PBKDF2",      "TLS1-PRF",    "EC",
                                      "ML-KEM-1024", "AES-256-CTR", "ECDH"};
  const char *folder = g_getenv ("OPENSSL_MODULES");
  g_autofree char *text = NULL;

  if (fips_is_missing ())
    return;
  text = g_strdup_printf ("openssl_conf = init\n.include %s/fipsmodule.cnf\n[init]\n"
                          "providers = all\n[all]\nan-impostor = impostor_sect\nfips = fips_sect\n"
                          "[impostor_sect]\nmodule = %s\nactivate = 1\n"
                          "[fips_sect]\nmodule = %s/fips.so\n",
                          folder, g_getenv ("CONCLAVE_IMPOSTOR"), folder);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    run_with_config (REFUSED_PATH, text, names[i]);
    g_test_trap_assert_stderr ("*another OpenSSL provider or engine stands before*");
  }
  run_with_config (ACCEPTED_PATH, text, NULL);
}

/* The same provider is named for the random bytes of every context. The line must stand before the
 * providers: else OpenSSL forgets what it names, and nothing would be tested. */
static void
test_random_impostor (void)
{
  const char *folder = g_getenv ("OPENSSL_MODULES");
  g_autofree char *text = NULL;

  if (fips_is_missing ())
    return;
  text = g_strdup_printf ("openssl_conf = init\n.include %s/fipsmodule.cnf\n[init]\n"
                          "random = random_sect\nproviders = all\n"
                          "[random_sect]\nrandom_provider = an-impostor\n"
                          "[all]\nan-impostor = impostor_sect\nfips = fips_sect\n"
                          "[impostor_sect]\nmodule = %s\nactivate = 1\n"
                          "[fips_sect]\nmodule = %s/fips.so\n",
                          folder, g_getenv ("CONCLAVE_IMPOSTOR"), folder);
  run_with_config (RANDOM_PATH, text, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crypto/fips/names-the-provider", test_names_the_provider);
  g_test_add_func ("/crypto/fips/suites", test_suites);
  g_test_add_func ("/crypto/fips/refuses-algorithms", test_refuses_algorithms);
  g_test_add_func ("/crypto/fips/passwords", test_passwords);
  g_test_add_func ("/crypto/fips/public-keys", test_public_keys);
  g_test_add_func ("/crypto/fips/meets-the-other-mode", test_meets_the_other_mode);
  g_test_add_func ("/crypto/fips/missing-module", test_missing_module);
  g_test_add_func ("/crypto/fips/changed-module", test_changed_module);
  g_test_add_func ("/crypto/fips/openssl-cnf", test_openssl_cnf);
  g_test_add_func ("/crypto/fips/impostor", test_impostor);
  g_test_add_func ("/crypto/fips/random-impostor", test_random_impostor);
  g_test_add_func (RANDOM_PATH, test_random);
  g_test_add_func (REFUSED_PATH, test_refused);
  g_test_add_func (ACCEPTED_PATH, test_accepted);
  return g_test_run ();
}
