/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Without a Secret Service: a clear error, and nothing is written anywhere. */
#include "identity/store-keyring.h"

static void
test_unavailable (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvCrypto) crypto = cv_crypto_context_new (FALSE, NULL);
  g_autoptr (CvIdentityStore) store = cv_identity_store_keyring_new ("org.conclave.Conclave");
  g_assert_null (cv_identity_store_load_key_pair (store, crypto, NULL, &error));
  g_assert_error (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_UNAVAILABLE);
}

int
main (int argc, char **argv)
{
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/contract/identity-store/no-keyring/unavailable", test_unavailable);
  return g_test_run ();
}
