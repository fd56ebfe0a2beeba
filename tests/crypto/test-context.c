/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "crypto/context.h"

#include "crypto-test.h"
#include "crypto/kem.h"
#include "crypto/random.h"

static void
test_default (void)
{
  g_autoptr (CvCrypto) crypto = crypto_test_new ();
  g_autoptr (CvCrypto) second = cv_crypto_context_ref (crypto);
  g_autofree char *provider = cv_crypto_context_dup_provider (crypto);

  g_assert_false (cv_crypto_context_is_fips (crypto));
  g_assert_nonnull (cv_crypto_context_get_libctx (crypto));
  g_assert_true (g_str_has_prefix (provider, "OpenSSL Default Provider 3."));
}

static void
test_random (void)
{
  g_autoptr (CvCrypto) crypto = crypto_test_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) secret = cv_crypto_random_dup_secret (crypto, 32, &error);
  guint8 first[32] = {0};
  guint8 second[32] = {0};

  g_assert_true (cv_crypto_random_fill (crypto, first, sizeof first, &error));
  g_assert_true (cv_crypto_random_fill (crypto, second, sizeof second, &error));
  g_assert_true (cv_crypto_random_fill (crypto, NULL, 0, &error));
  g_assert_true (memcmp (first, second, sizeof first) != 0);
  g_assert_true (memcmp (first, cv_secret_get_data (secret), sizeof first) != 0);
}

static gpointer
generate_many (gpointer data)
{
  for (guint i = 0; i < 20; i++) {
    g_auto (CvCryptoKeyPair) pair = {0};

    g_assert_true (cv_crypto_kem_generate (data, CV_KEM_P384, &pair, NULL));
  }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (CvCrypto) crypto = crypto_test_new ();
  GThread *threads[4];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("crypto", generate_many, crypto);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crypto/context/default", test_default);
  g_test_add_func ("/crypto/context/random", test_random);
  g_test_add_func ("/crypto/context/threads", test_threads);
  return g_test_run ();
}
