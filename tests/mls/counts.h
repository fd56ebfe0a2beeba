/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* How often an operation of crypto/ was called: the linker puts a counting function before each
 * (--wrap), so the library under measurement knows nothing of it. One thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  MLS_COUNT_SIGN,
  MLS_COUNT_VERIFY,
  MLS_COUNT_ENCAPSULATE,
  MLS_COUNT_DECAPSULATE,
  MLS_COUNT_KEY_PAIR, /* generated or derived */
  MLS_COUNT_CHECK_KEY, /* a public key looked at */
  MLS_COUNT_KDF, /* HMAC, HKDF-Extract and HKDF-Expand */
  MLS_COUNT_HASH, /* tree hashes and parent hashes */
  MLS_COUNT_N_KINDS,
} MlsCount;

typedef struct {
  guint n[MLS_COUNT_N_KINDS];
} MlsCounts;

void mls_counts_reset (void);
MlsCounts mls_counts_get (void); /* since the last reset */

G_END_DECLS
