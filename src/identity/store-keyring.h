/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Identity store in the desktop keyring, through libsecret. */
#pragma once

#include "identity/store.h"

G_BEGIN_DECLS

#define CV_TYPE_IDENTITY_STORE_KEYRING (cv_identity_store_keyring_get_type ())
G_DECLARE_FINAL_TYPE (CvIdentityStoreKeyring, cv_identity_store_keyring, CV, IDENTITY_STORE_KEYRING,
                      CvIdentityStore)

/* The schema is <application_id>.Identity, for example org.conclave.Conclave.Identity. */
CvIdentityStore *cv_identity_store_keyring_new (const char *application_id);

G_END_DECLS
