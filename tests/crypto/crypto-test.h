/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What the tests of crypto/ share: one context, and hex literals. */
#pragma once

#include "base/encoding.h"
#include "crypto/context.h"

#include <string.h>

static inline CvCrypto *
crypto_test_new (void)
{
  g_autoptr (GError) error = NULL;
  CvCrypto *crypto = cv_crypto_context_new (FALSE, &error);

  g_assert_no_error (error);
  return crypto;
}

static inline GBytes *
crypto_test_hex (const char *hex)
{
  GBytes *bytes = cv_encoding_parse_hex (hex, strlen (hex), strlen (hex));

  g_assert_nonnull (bytes);
  return bytes;
}

static inline void
crypto_test_assert_hex (CvSpan actual, const char *expected)
{
  g_autofree char *hex = cv_encoding_dup_hex (actual);

  g_assert_cmpstr (hex, ==, expected);
}
