/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Identity store that lives as long as the object: one-time identities and tests. */
#pragma once

#include "identity/store.h"

G_BEGIN_DECLS

#define CV_TYPE_IDENTITY_STORE_MEMORY (cv_identity_store_memory_get_type ())
G_DECLARE_FINAL_TYPE (CvIdentityStoreMemory, cv_identity_store_memory, CV, IDENTITY_STORE_MEMORY,
                      CvIdentityStore)

CvIdentityStore *cv_identity_store_memory_new (void);

G_END_DECLS
