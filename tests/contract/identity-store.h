/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What every identity store must do; run over each of them. */
#pragma once

#include "identity/store.h"

G_BEGIN_DECLS

/* make: a store on the same place each time it is called, empty at first. */
typedef struct {
  CvCrypto *crypto;
  CvIdentityStore *(*make) (gpointer data);
  gpointer data;
  gboolean is_lasting; /* what was saved is there for the next object */
} IdentityStoreContract;

void identity_store_contract_add (const char *prefix, IdentityStoreContract *contract);

G_END_DECLS
