/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Where an installation keeps its identity key and the key of its contacts: abstract.
 *
 * Children keep two small secrets by name; this class knows what they mean. Never a plaintext file:
 * a child that cannot keep secrets fails with UNAVAILABLE and the caller asks the person. */
#pragma once

#include "identity/key-pair.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define CV_TYPE_IDENTITY_STORE (cv_identity_store_get_type ())
G_DECLARE_DERIVABLE_TYPE (CvIdentityStore, cv_identity_store, CV, IDENTITY_STORE, GObject)

struct _CvIdentityStoreClass {
  GObjectClass parent_class;

  /* All three: on a worker thread, one at a time; may block; must not free the object. */

  /* Full; NULL without an error: there is none of that name. */
  CvSecret *(*lookup) (CvIdentityStore *self, const char *item, GCancellable *cancellable,
                       GError **error);
  gboolean (*save) (CvIdentityStore *self, const char *item, CvSecret *secret,
                    GCancellable *cancellable, GError **error);
  gboolean (*forget) (CvIdentityStore *self, const char *item, GCancellable *cancellable,
                      GError **error);
};

/* Loads, or makes and saves. They block: workers, tests and conclave-cli only. */
CvIdentityKeyPair *
cv_identity_store_load_key_pair (CvIdentityStore *self, CvCrypto *crypto, GCancellable *cancellable,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvSecret *cv_identity_store_load_contacts_key (CvIdentityStore *self, CvCrypto *crypto,
                                               GCancellable *cancellable,
                                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Both, from a worker; the callback runs in the caller's main context. */
void
cv_identity_store_load_async (CvIdentityStore *self, CvCrypto *crypto, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);
/* *contacts_key may be NULL. Returns full. */
CvIdentityKeyPair *
cv_identity_store_load_finish (CvIdentityStore *self, GAsyncResult *result, CvSecret **contacts_key,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes the identities and the contacts key; TRUE also when there was nothing. Blocks. */
gboolean cv_identity_store_forget (CvIdentityStore *self, GCancellable *cancellable,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
