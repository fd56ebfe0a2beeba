/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Identity store in memory: a table of secrets. */
#include "identity/store-memory.h"

struct _CvIdentityStoreMemory {
  CvIdentityStore parent_instance;
  GHashTable *items; /* name → CvSecret */
};

G_DEFINE_FINAL_TYPE (CvIdentityStoreMemory, cv_identity_store_memory, CV_TYPE_IDENTITY_STORE)

static CvSecret *
cv_identity_store_memory_lookup (CvIdentityStore *store, const char *item,
                                 GCancellable *cancellable, GError **error)
{
  CvIdentityStoreMemory *self = CV_IDENTITY_STORE_MEMORY (store);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  CvSecret *secret = g_hash_table_lookup (self->items, item);
  return secret != NULL ? cv_secret_ref (secret) : NULL;
}

static gboolean
cv_identity_store_memory_save (CvIdentityStore *store, const char *item, CvSecret *secret,
                               GCancellable *cancellable, GError **error)
{
  CvIdentityStoreMemory *self = CV_IDENTITY_STORE_MEMORY (store);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  g_hash_table_replace (self->items, g_strdup (item), cv_secret_ref (secret));
  return TRUE;
}

static gboolean
cv_identity_store_memory_forget (CvIdentityStore *store, const char *item,
                                 GCancellable *cancellable, GError **error)
{
  CvIdentityStoreMemory *self = CV_IDENTITY_STORE_MEMORY (store);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  g_hash_table_remove (self->items, item);
  return TRUE;
}

static void
cv_identity_store_memory_finalize (GObject *object)
{
  CvIdentityStoreMemory *self = CV_IDENTITY_STORE_MEMORY (object);
  g_clear_pointer (&self->items, g_hash_table_unref);
  G_OBJECT_CLASS (cv_identity_store_memory_parent_class)->finalize (object);
}

static void
cv_identity_store_memory_class_init (CvIdentityStoreMemoryClass *klass)
{
  CvIdentityStoreClass *store_class = CV_IDENTITY_STORE_CLASS (klass);
  G_OBJECT_CLASS (klass)->finalize = cv_identity_store_memory_finalize;
  store_class->lookup = cv_identity_store_memory_lookup;
  store_class->save = cv_identity_store_memory_save;
  store_class->forget = cv_identity_store_memory_forget;
}

static void
cv_identity_store_memory_init (CvIdentityStoreMemory *self)
{
  self->items =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)cv_secret_unref);
}

CvIdentityStore *
cv_identity_store_memory_new (void)
{
  return g_object_new (CV_TYPE_IDENTITY_STORE_MEMORY, NULL);
}
