/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Identity store in a sealed file: magic, version, salt, then one AES-256-GCM box of items. */
#include "identity/store-file.h"

#include "crypto/aead.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "identity/sealed-file.h"

#include <string.h>

/* The last byte says what makes a key of the passphrase: 1 Argon2id, 2 PBKDF2 (FIPS mode). */
#define MAGIC "CVIDENT"
#define MAGIC_LEN 8
#define SALT_LEN 16
#define HEADER_LEN (MAGIC_LEN + SALT_LEN)
#define ITEM_MAX 4096
#define ITEMS_MAX 16

struct _CvIdentityStoreFile {
  CvIdentityStore parent_instance;
  CvCrypto *crypto;
  char *path;
  CvSecret *passphrase;
  CvSecret *key; /* for the header's salt; NULL before the first use */
  guint8 header[HEADER_LEN];
};

G_DEFINE_FINAL_TYPE (CvIdentityStoreFile, cv_identity_store_file, CV_TYPE_IDENTITY_STORE)

static GHashTable *
new_items (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)cv_secret_unref);
}

static gboolean
derive_key (CvIdentityStoreFile *self, const guint8 *header, GError **error)
{
  if (self->key != NULL && memcmp (self->header, header, HEADER_LEN) == 0)
    return TRUE;
  g_clear_pointer (&self->key, cv_secret_unref);
  memcpy (self->header, header, HEADER_LEN);
  self->key = cv_crypto_password_derive (
      self->crypto,
      header[MAGIC_LEN - 1] == '2' ? CV_CRYPTO_PASSWORD_PBKDF2 : CV_CRYPTO_PASSWORD_ARGON2ID,
      cv_secret_span (self->passphrase), cv_span (header + MAGIC_LEN, SALT_LEN), error);
  return self->key != NULL;
}

static GHashTable *
parse_items (CvSpan plaintext)
{
  g_autoptr (GHashTable) items = new_items ();
  CvReader reader;
  cv_reader_init (&reader, plaintext);
  while (cv_reader_remaining (&reader) > 0 && g_hash_table_size (items) < ITEMS_MAX) {
    CvSpan name = cv_reader_vector (&reader, ITEM_MAX);
    CvSpan secret = cv_reader_vector (&reader, ITEM_MAX);
    if (!cv_reader_is_ok (&reader) || secret.len == 0)
      return NULL;
    g_hash_table_replace (items, cv_span_dup_text (name), cv_secret_new_from (secret));
  }
  return cv_reader_finish (&reader) ? g_steal_pointer (&items) : NULL;
}

/* An empty table when there is no file yet. */
static GHashTable *
load_items (CvIdentityStoreFile *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) contents = cv_identity_sealed_file_read (self->path, &local_error);
  if (local_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return NULL;
  }
  if (contents == NULL)
    return new_items ();
  CvSpan all = cv_span_from_bytes (contents);
  if (all.len < HEADER_LEN || memcmp (all.data, MAGIC, MAGIC_LEN - 1) != 0
      || (all.data[MAGIC_LEN - 1] != '1' && all.data[MAGIC_LEN - 1] != '2')) {
    g_set_error_literal (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_MALFORMED,
                         "expected an identity file, got something else");
    return NULL;
  }
  if (!derive_key (self, all.data, error))
    return NULL;
  GByteArray *plaintext = cv_crypto_aead_open_box (
      self->crypto, cv_secret_span (self->key), cv_span (all.data, HEADER_LEN),
      cv_span (all.data + HEADER_LEN, all.len - HEADER_LEN), NULL);
  if (plaintext == NULL) {
    g_set_error_literal (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_AUTHENTICATION,
                         "could not authenticate");
    return NULL;
  }
  GHashTable *items = parse_items (cv_span_from_array (plaintext));
  cv_crypto_aead_free_plaintext (plaintext);
  if (items == NULL)
    g_set_error_literal (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_MALFORMED,
                         "expected an identity file, got something else");
  return items;
}

static gboolean
make_header (CvIdentityStoreFile *self, GError **error)
{
  guint8 header[HEADER_LEN];
  memcpy (header, MAGIC, MAGIC_LEN - 1);
  header[MAGIC_LEN - 1] =
      cv_crypto_password_get_default (self->crypto) == CV_CRYPTO_PASSWORD_PBKDF2 ? '2' : '1';
  return cv_crypto_random_fill (self->crypto, header + MAGIC_LEN, SALT_LEN, error)
         && derive_key (self, header, error);
}

static gboolean
write_items (CvIdentityStoreFile *self, GHashTable *items, GError **error)
{
  if (self->key == NULL && !make_header (self, error))
    return FALSE;
  g_auto (CvWriter) plaintext;
  cv_writer_init_secret (&plaintext);
  GHashTableIter iter;
  gpointer name;
  gpointer secret;
  g_hash_table_iter_init (&iter, items);
  while (g_hash_table_iter_next (&iter, &name, &secret)) {
    cv_writer_vector (&plaintext, cv_span (name, strlen (name)));
    cv_writer_vector (&plaintext, cv_secret_span (secret));
  }
  g_autoptr (GBytes) box = cv_crypto_aead_seal_box (self->crypto, cv_secret_span (self->key),
                                                    cv_span (self->header, HEADER_LEN),
                                                    cv_writer_span (&plaintext), error);
  if (box == NULL)
    return FALSE;
  g_auto (CvWriter) file;
  cv_writer_init (&file);
  cv_writer_put (&file, cv_span (self->header, HEADER_LEN));
  cv_writer_put (&file, cv_span_from_bytes (box));
  return cv_identity_sealed_file_write (self->path, cv_writer_span (&file), error);
}

static CvSecret *
cv_identity_store_file_lookup (CvIdentityStore *store, const char *item, GCancellable *cancellable,
                               GError **error)
{
  g_autoptr (GHashTable) items = NULL;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  items = load_items (CV_IDENTITY_STORE_FILE (store), error);
  CvSecret *secret = items != NULL ? g_hash_table_lookup (items, item) : NULL;
  return secret != NULL ? cv_secret_ref (secret) : NULL;
}

static gboolean
cv_identity_store_file_save (CvIdentityStore *store, const char *item, CvSecret *secret,
                             GCancellable *cancellable, GError **error)
{
  CvIdentityStoreFile *self = CV_IDENTITY_STORE_FILE (store);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  g_autoptr (GHashTable) items = load_items (self, error);
  if (items == NULL)
    return FALSE;
  g_hash_table_replace (items, g_strdup (item), cv_secret_ref (secret));
  return write_items (self, items, error);
}

static gboolean
cv_identity_store_file_forget (CvIdentityStore *store, const char *item, GCancellable *cancellable,
                               GError **error)
{
  CvIdentityStoreFile *self = CV_IDENTITY_STORE_FILE (store);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  g_autoptr (GHashTable) items = load_items (self, error);
  if (items == NULL)
    return FALSE;
  return !g_hash_table_remove (items, item) || write_items (self, items, error);
}

static void
cv_identity_store_file_finalize (GObject *object)
{
  CvIdentityStoreFile *self = CV_IDENTITY_STORE_FILE (object);
  g_clear_pointer (&self->key, cv_secret_unref);
  g_clear_pointer (&self->passphrase, cv_secret_unref);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->crypto, cv_crypto_context_unref);
  G_OBJECT_CLASS (cv_identity_store_file_parent_class)->finalize (object);
}

static void
cv_identity_store_file_class_init (CvIdentityStoreFileClass *klass)
{
  CvIdentityStoreClass *store_class = CV_IDENTITY_STORE_CLASS (klass);
  G_OBJECT_CLASS (klass)->finalize = cv_identity_store_file_finalize;
  store_class->lookup = cv_identity_store_file_lookup;
  store_class->save = cv_identity_store_file_save;
  store_class->forget = cv_identity_store_file_forget;
}

static void
cv_identity_store_file_init (CvIdentityStoreFile *self)
{
}

CvIdentityStore *
cv_identity_store_file_new (CvCrypto *crypto, const char *path, CvSecret *passphrase)
{
  CvIdentityStoreFile *self = g_object_new (CV_TYPE_IDENTITY_STORE_FILE, NULL);
  self->crypto = cv_crypto_context_ref (crypto);
  self->path = g_strdup (path);
  self->passphrase = cv_secret_ref (passphrase);
  return CV_IDENTITY_STORE (self);
}
