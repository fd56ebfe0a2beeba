/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* PSKs prove that one knows what was never sent: the room's secret, or an earlier epoch. */
#include "mls/psk.h"

#include "mls/error.h"
#include "mls/limits.h"
#include "crypto/hkdf.h"
#include "crypto/random.h"

void
cv_mls_psk_id_clear (CvMlsPskId *id)
{
  g_clear_pointer (&id->id, g_bytes_unref);
  g_clear_pointer (&id->group_id, g_bytes_unref);
  g_clear_pointer (&id->nonce, g_bytes_unref);
}

void
cv_mls_psk_id_free (CvMlsPskId *id)
{
  if (!id)
    return;
  cv_mls_psk_id_clear (id);
  g_free (id);
}

static GBytes *
ref_bytes (GBytes *bytes)
{
  return bytes ? g_bytes_ref (bytes) : NULL;
}

void
cv_mls_psk_id_copy (CvMlsPskId *to, const CvMlsPskId *from)
{
  *to = *from;
  to->id = ref_bytes (from->id);
  to->group_id = ref_bytes (from->group_id);
  to->nonce = ref_bytes (from->nonce);
}

static GBytes *
random_nonce (const CvMlsCipher *cipher, GError **error)
{
  guint8 nonce[CV_CRYPTO_HASH_MAX];

  if (!cv_crypto_random_fill (cipher->crypto, nonce, cipher->suite->hash_len, error))
    return NULL;
  return g_bytes_new (nonce, cipher->suite->hash_len);
}

gboolean
cv_mls_psk_id_init_external (const CvMlsCipher *cipher, CvSpan psk_id, CvMlsPskId *id,
                             GError **error)
{
  GBytes *nonce = random_nonce (cipher, error);

  *id = (CvMlsPskId){0};
  if (!nonce)
    return FALSE;
  *id = (CvMlsPskId){.type = CV_MLS_PSK_EXTERNAL, .id = cv_span_dup (psk_id), .nonce = nonce};
  return TRUE;
}

gboolean
cv_mls_psk_id_init_resumption (const CvMlsCipher *cipher, CvSpan group_id, guint64 epoch,
                               CvMlsPskId *id, GError **error)
{
  GBytes *nonce = random_nonce (cipher, error);

  *id = (CvMlsPskId){0};
  if (!nonce)
    return FALSE;
  *id = (CvMlsPskId){.type = CV_MLS_PSK_RESUMPTION,
                     .usage = CV_MLS_PSK_USAGE_APPLICATION,
                     .group_id = cv_span_dup (group_id),
                     .epoch = epoch,
                     .nonce = nonce};
  return TRUE;
}

static void
read_resumption (CvReader *reader, CvMlsPskId *id)
{
  id->usage = (CvMlsPskUsage)cv_reader_u8 (reader);
  /* §8.4: there are no other uses. */
  if (id->usage < CV_MLS_PSK_USAGE_APPLICATION || id->usage > CV_MLS_PSK_USAGE_BRANCH)
    cv_reader_fail (reader);
  id->group_id = cv_reader_dup_vector (reader, CV_MLS_LIMIT_GROUP_ID);
  id->epoch = cv_reader_u64 (reader);
}

gboolean
cv_mls_psk_id_read (CvReader *reader, CvMlsPskId *id)
{
  *id = (CvMlsPskId){.type = (CvMlsPskType)cv_reader_u8 (reader)};
  if (id->type == CV_MLS_PSK_EXTERNAL)
    id->id = cv_reader_dup_vector (reader, CV_MLS_LIMIT_IDENTITY);
  else if (id->type == CV_MLS_PSK_RESUMPTION)
    read_resumption (reader, id);
  else /* §8.4: there are no other types. */
    cv_reader_fail (reader);
  id->nonce = cv_reader_dup_vector (reader, CV_MLS_LIMIT_HASH);
  if (cv_reader_is_ok (reader))
    return TRUE;
  cv_mls_psk_id_clear (id);
  return FALSE;
}

void
cv_mls_psk_id_write (CvWriter *writer, const CvMlsPskId *id)
{
  cv_writer_u8 (writer, (guint8)id->type);
  switch (id->type) {
  case CV_MLS_PSK_EXTERNAL:
    cv_writer_vector (writer, cv_span_from_bytes (id->id));
    break;
  case CV_MLS_PSK_RESUMPTION:
    cv_writer_u8 (writer, (guint8)id->usage);
    cv_writer_vector (writer, cv_span_from_bytes (id->group_id));
    cv_writer_u64 (writer, id->epoch);
    break;
  }
  cv_writer_vector (writer, cv_span_from_bytes (id->nonce));
}

gboolean
cv_mls_psk_id_is_same (const CvMlsPskId *a, const CvMlsPskId *b)
{
  if (a->type != b->type || !g_bytes_equal (a->nonce, b->nonce))
    return FALSE;
  if (a->type == CV_MLS_PSK_EXTERNAL)
    return g_bytes_equal (a->id, b->id);
  return a->usage == b->usage && a->epoch == b->epoch && g_bytes_equal (a->group_id, b->group_id);
}

GPtrArray *
cv_mls_psk_list_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)cv_mls_psk_id_free);
}

GPtrArray *
cv_mls_psk_list_read (CvReader *reader)
{
  GPtrArray *list = cv_mls_psk_list_new ();
  CvReader inner;

  cv_reader_open_vector (reader, CV_MLS_LIMIT_LIST, &inner);
  while (cv_reader_remaining (&inner) > 0) {
    CvMlsPskId *id = g_new0 (CvMlsPskId, 1);

    if (list->len >= CV_MLS_LIMIT_ENTRIES)
      cv_reader_fail (&inner);
    if (cv_mls_psk_id_read (&inner, id))
      g_ptr_array_add (list, id);
    else
      g_free (id);
  }
  if (!cv_reader_finish (&inner))
    cv_reader_fail (reader);
  return list;
}

void
cv_mls_psk_list_write (CvWriter *writer, const GPtrArray *list)
{
  gsize mark = cv_writer_begin_vector (writer);

  for (guint i = 0; list && i < list->len; i++)
    cv_mls_psk_id_write (writer, g_ptr_array_index (list, i));
  cv_writer_end_vector (writer, mark);
}

/* psk_input[i]: what PSK number `index` of `count` contributes. */
static CvSecret *
derive_input (const CvMlsCipher *cipher, const CvMlsPskInput *psk, guint16 index, guint16 count,
              GError **error)
{
  g_auto (CvWriter) label = {0};
  g_autoptr (CvSecret) zero = cv_secret_new (cipher->suite->hash_len);
  g_autoptr (CvSecret) extracted =
      cv_crypto_hkdf_extract (cipher->crypto, cipher->suite->hash, cv_secret_span (zero),
                              cv_secret_span (psk->secret), error);

  if (!extracted)
    return NULL;
  cv_writer_init (&label);
  cv_mls_psk_id_write (&label, psk->id);
  cv_writer_u16 (&label, index);
  cv_writer_u16 (&label, count);
  return cv_mls_labels_expand (cipher, cv_secret_span (extracted), "derived psk",
                               cv_writer_span (&label), cipher->suite->hash_len, error);
}

CvSecret *
cv_mls_psk_secret (const CvMlsCipher *cipher, const CvMlsPskInput *psks, gsize n_psks,
                   GError **error)
{
  g_autoptr (CvSecret) secret = cv_secret_new (cipher->suite->hash_len);

  g_return_val_if_fail (n_psks <= G_MAXUINT16, NULL);
  for (gsize i = 0; i < n_psks; i++) {
    g_autoptr (CvSecret) input =
        derive_input (cipher, &psks[i], (guint16)i, (guint16)n_psks, error);
    CvSecret *next;

    if (!input)
      return NULL;
    next = cv_crypto_hkdf_extract (cipher->crypto, cipher->suite->hash, cv_secret_span (input),
                                   cv_secret_span (secret), error);
    if (!next)
      return NULL;
    cv_secret_unref (secret);
    secret = next;
  }
  return g_steal_pointer (&secret);
}
