/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Identity store in the desktop keyring: libsecret's simple API, one item a secret.
 *
 * The schema's name is the application's, so it is made at run time. */
#include "identity/store-keyring.h"

#include <libsecret/secret.h>

#define CONTENT_TYPE "application/octet-stream"

struct _CvIdentityStoreKeyring {
  CvIdentityStore parent_instance;
  SecretSchema *schema;
};

G_DEFINE_FINAL_TYPE (CvIdentityStoreKeyring, cv_identity_store_keyring, CV_TYPE_IDENTITY_STORE)

/* Two things can be done about a failing keyring: wait for the person, or go on without. */
static void
propagate (GError **error, GError *from)
{
  if (g_error_matches (from, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_propagate_error (error, from);
    return;
  }
  gboolean is_denied = g_error_matches (from, SECRET_ERROR, SECRET_ERROR_IS_LOCKED);
  g_set_error (error, CV_IDENTITY_ERROR,
               is_denied ? CV_IDENTITY_ERROR_DENIED : CV_IDENTITY_ERROR_UNAVAILABLE,
               "expected an open keyring: %s", from->message);
  g_error_free (from);
}

/* A lookup in a locked keyring whose prompt was dismissed finds nothing, too. Taking that for "no
 * identity yet" would replace the person's identity, so ask first whether the item exists. */
static gboolean
has_item (CvIdentityStoreKeyring *self, const char *item, GCancellable *cancellable, GError **error)
{
  GList *found = secret_password_search_sync (self->schema, SECRET_SEARCH_NONE, cancellable, error,
                                              "item", item, NULL);
  gboolean exists = found != NULL;
  g_list_free_full (found, g_object_unref);
  return exists;
}

static CvSecret *
cv_identity_store_keyring_lookup (CvIdentityStore *store, const char *item,
                                  GCancellable *cancellable, GError **error)
{
  CvIdentityStoreKeyring *self = CV_IDENTITY_STORE_KEYRING (store);
  GError *local_error = NULL;
  SecretValue *value = NULL;
  gboolean exists = has_item (self, item, cancellable, &local_error);
  if (exists)
    value = secret_password_lookup_binary_sync (self->schema, cancellable, &local_error, "item",
                                                item, NULL);
  if (exists && value == NULL && local_error == NULL)
    local_error = g_error_new_literal (SECRET_ERROR, SECRET_ERROR_IS_LOCKED, "it stayed locked");
  if (local_error != NULL)
    propagate (error, local_error);
  if (value == NULL)
    return NULL;
  gsize len = 0;
  const char *data = secret_value_get (value, &len);
  CvSecret *secret = len > 0 && len <= 4096 ? cv_secret_new_from (cv_span (data, len)) : NULL;
  secret_value_unref (value);
  if (secret == NULL)
    g_set_error_literal (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_MALFORMED,
                         "expected a key in the keyring, got another length");
  return secret;
}

static gboolean
cv_identity_store_keyring_save (CvIdentityStore *store, const char *item, CvSecret *secret,
                                GCancellable *cancellable, GError **error)
{
  CvIdentityStoreKeyring *self = CV_IDENTITY_STORE_KEYRING (store);
  GError *local_error = NULL;
  CvSpan bytes = cv_secret_span (secret);
  SecretValue *value = secret_value_new ((const char *)bytes.data, (gssize)bytes.len, CONTENT_TYPE);
  g_autofree char *label = g_strdup_printf ("Conclave: %s", item);
  gboolean is_saved =
      secret_password_store_binary_sync (self->schema, SECRET_COLLECTION_DEFAULT, label, value,
                                         cancellable, &local_error, "item", item, NULL);
  secret_value_unref (value);
  if (!is_saved)
    propagate (error, local_error != NULL
                          ? local_error
                          : g_error_new_literal (SECRET_ERROR, SECRET_ERROR_PROTOCOL, "not saved"));
  return is_saved;
}

static gboolean
cv_identity_store_keyring_forget (CvIdentityStore *store, const char *item,
                                  GCancellable *cancellable, GError **error)
{
  CvIdentityStoreKeyring *self = CV_IDENTITY_STORE_KEYRING (store);
  GError *local_error = NULL;
  /* FALSE without an error: there was nothing. */
  if (secret_password_clear_sync (self->schema, cancellable, &local_error, "item", item, NULL)
      || local_error == NULL)
    return TRUE;
  propagate (error, local_error);
  return FALSE;
}

static void
cv_identity_store_keyring_finalize (GObject *object)
{
  CvIdentityStoreKeyring *self = CV_IDENTITY_STORE_KEYRING (object);
  g_clear_pointer (&self->schema, secret_schema_unref);
  G_OBJECT_CLASS (cv_identity_store_keyring_parent_class)->finalize (object);
}

static void
cv_identity_store_keyring_class_init (CvIdentityStoreKeyringClass *klass)
{
  CvIdentityStoreClass *store_class = CV_IDENTITY_STORE_CLASS (klass);
  G_OBJECT_CLASS (klass)->finalize = cv_identity_store_keyring_finalize;
  store_class->lookup = cv_identity_store_keyring_lookup;
  store_class->save = cv_identity_store_keyring_save;
  store_class->forget = cv_identity_store_keyring_forget;
}

static void
cv_identity_store_keyring_init (CvIdentityStoreKeyring *self)
{
}

CvIdentityStore *
cv_identity_store_keyring_new (const char *application_id)
{
  CvIdentityStoreKeyring *self = g_object_new (CV_TYPE_IDENTITY_STORE_KEYRING, NULL);
  g_autofree char *name = g_strconcat (application_id, ".Identity", NULL);
  self->schema =
      secret_schema_new (name, SECRET_SCHEMA_NONE, "item", SECRET_SCHEMA_ATTRIBUTE_STRING, NULL);
  return CV_IDENTITY_STORE (self);
}
