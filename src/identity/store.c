/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The abstract identity store: what the two kept secrets mean, and the way to load them off main. */
#include "identity/store.h"

#include "crypto/random.h"

#define ITEM_IDENTITY "identity"
/* FIPS mode has a key of its own: a person who turns it on keeps the one that friends know. */
#define ITEM_IDENTITY_FIPS "identity-p384"
#define ITEM_CONTACTS "contacts"
#define CONTACTS_KEY_LEN 32

typedef struct {
  GMutex lock; /* the vtable runs one call at a time */
} CvIdentityStorePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (CvIdentityStore, cv_identity_store, G_TYPE_OBJECT)

typedef struct {
  CvIdentityKeyPair *pair;
  CvSecret *contacts_key;
} Loaded;

static void
loaded_free (Loaded *loaded)
{
  g_clear_pointer (&loaded->pair, cv_identity_key_pair_unref);
  g_clear_pointer (&loaded->contacts_key, cv_secret_unref);
  g_free (loaded);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Loaded, loaded_free)

static CvSecret *
lookup (CvIdentityStore *self, const char *item, GCancellable *cancellable, GError **error)
{
  return CV_IDENTITY_STORE_GET_CLASS (self)->lookup (self, item, cancellable, error);
}

static gboolean
save (CvIdentityStore *self, const char *item, CvSecret *secret, GCancellable *cancellable,
      GError **error)
{
  return CV_IDENTITY_STORE_GET_CLASS (self)->save (self, item, secret, cancellable, error);
}

static CvIdentityKeyPair *
load_key_pair (CvIdentityStore *self, CvCrypto *crypto, GCancellable *cancellable, GError **error)
{
  const char *item = cv_crypto_context_is_fips (crypto) ? ITEM_IDENTITY_FIPS : ITEM_IDENTITY;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (CvSecret) kept = lookup (self, item, cancellable, &local_error);
  if (kept != NULL)
    return cv_identity_key_pair_new_from_private (crypto, cv_secret_span (kept), error);
  if (local_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return NULL;
  }
  g_autoptr (CvIdentityKeyPair) pair = cv_identity_key_pair_generate (crypto, error);
  if (pair == NULL)
    return NULL;
  g_autoptr (CvSecret) form = cv_identity_key_pair_dup_private (pair);
  if (!save (self, item, form, cancellable, error))
    return NULL;
  return g_steal_pointer (&pair);
}

static CvSecret *
load_contacts_key (CvIdentityStore *self, CvCrypto *crypto, GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (CvSecret) kept = lookup (self, ITEM_CONTACTS, cancellable, &local_error);
  if (local_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return NULL;
  }
  if (kept != NULL && cv_secret_get_len (kept) == CONTACTS_KEY_LEN)
    return g_steal_pointer (&kept);
  if (kept != NULL) {
    g_set_error_literal (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_MALFORMED,
                         "expected a contacts key of 32 bytes, got another length");
    return NULL;
  }
  g_autoptr (CvSecret) key = cv_crypto_random_dup_secret (crypto, CONTACTS_KEY_LEN, error);
  if (key == NULL || !save (self, ITEM_CONTACTS, key, cancellable, error))
    return NULL;
  return g_steal_pointer (&key);
}

static void
cv_identity_store_finalize (GObject *object)
{
  CvIdentityStorePrivate *private =
      cv_identity_store_get_instance_private (CV_IDENTITY_STORE (object));
  g_mutex_clear (&private->lock);
  G_OBJECT_CLASS (cv_identity_store_parent_class)->finalize (object);
}

static void
cv_identity_store_class_init (CvIdentityStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cv_identity_store_finalize;
}

static void
cv_identity_store_init (CvIdentityStore *self)
{
  CvIdentityStorePrivate *private = cv_identity_store_get_instance_private (self);
  g_mutex_init (&private->lock);
}

CvIdentityKeyPair *
cv_identity_store_load_key_pair (CvIdentityStore *self, CvCrypto *crypto, GCancellable *cancellable,
                                 GError **error)
{
  g_return_val_if_fail (CV_IS_IDENTITY_STORE (self), NULL);
  CvIdentityStorePrivate *private = cv_identity_store_get_instance_private (self);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&private->lock);
  return load_key_pair (self, crypto, cancellable, error);
}

CvSecret *
cv_identity_store_load_contacts_key (CvIdentityStore *self, CvCrypto *crypto,
                                     GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (CV_IS_IDENTITY_STORE (self), NULL);
  CvIdentityStorePrivate *private = cv_identity_store_get_instance_private (self);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&private->lock);
  return load_contacts_key (self, crypto, cancellable, error);
}

static void
load_in_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Loaded) loaded = g_new0 (Loaded, 1);
  loaded->pair = cv_identity_store_load_key_pair (source, task_data, cancellable, &error);
  if (loaded->pair != NULL)
    loaded->contacts_key =
        cv_identity_store_load_contacts_key (source, task_data, cancellable, &error);
  if (loaded->contacts_key == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  g_task_return_pointer (task, g_steal_pointer (&loaded), (GDestroyNotify)loaded_free);
}

void
cv_identity_store_load_async (CvIdentityStore *self, CvCrypto *crypto, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (CV_IS_IDENTITY_STORE (self));
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cv_identity_store_load_async);
  g_task_set_task_data (task, cv_crypto_context_ref (crypto),
                        (GDestroyNotify)cv_crypto_context_unref);
  g_task_run_in_thread (task, load_in_worker);
}

CvIdentityKeyPair *
cv_identity_store_load_finish (CvIdentityStore *self, GAsyncResult *result, CvSecret **contacts_key,
                               GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_autoptr (Loaded) loaded = g_task_propagate_pointer (G_TASK (result), error);
  if (loaded == NULL)
    return NULL;
  if (contacts_key != NULL)
    *contacts_key = g_steal_pointer (&loaded->contacts_key);
  return g_steal_pointer (&loaded->pair);
}

gboolean
cv_identity_store_forget (CvIdentityStore *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (CV_IS_IDENTITY_STORE (self), FALSE);
  CvIdentityStorePrivate *private = cv_identity_store_get_instance_private (self);
  CvIdentityStoreClass *klass = CV_IDENTITY_STORE_GET_CLASS (self);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&private->lock);
  return klass->forget (self, ITEM_IDENTITY, cancellable, error)
         && klass->forget (self, ITEM_IDENTITY_FIPS, cancellable, error)
         && klass->forget (self, ITEM_CONTACTS, cancellable, error);
}
