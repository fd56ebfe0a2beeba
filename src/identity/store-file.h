/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Identity store in a file sealed with a passphrase, for computers without a desktop.
 *
 * Argon2id and AES-256-GCM; written whole and moved into place. A file that FIPS mode made has
 * PBKDF2 instead, and either mode opens it; of the others FIPS mode says UNSUPPORTED of crypto/. A
 * wrong passphrase is AUTHENTICATION, and leaves the file alone. */
#pragma once

#include "identity/store.h"

G_BEGIN_DECLS

#define CV_TYPE_IDENTITY_STORE_FILE (cv_identity_store_file_get_type ())
G_DECLARE_FINAL_TYPE (CvIdentityStoreFile, cv_identity_store_file, CV, IDENTITY_STORE_FILE,
                      CvIdentityStore)

CvIdentityStore *
cv_identity_store_file_new (CvCrypto *crypto, const char *path, CvSecret *passphrase);

G_END_DECLS
