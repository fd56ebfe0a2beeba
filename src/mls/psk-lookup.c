/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* An unknown PSK is an error and never an empty secret: whoever does not know it must not follow
 * the group (RFC 9420 §8.4). */
#include "mls/psk-lookup.h"

#include "mls/error.h"

typedef struct {
  guint64 epoch;
  CvSecret *secret;
} Entry;

struct CvMlsPastPsks {
  GArray *entries; /* Entry */
};

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->secret, cv_secret_unref);
}

static void
append (CvMlsPastPsks *past, guint64 epoch, CvSecret *secret)
{
  Entry entry = {epoch, cv_secret_ref (secret)};

  g_array_append_val (past->entries, entry);
}

static CvSecret *
look_up_external (const CvMlsPskLookup *lookup, CvSpan id)
{
  for (gsize i = 0; i < lookup->n_psks; i++)
    if (cv_span_equal (lookup->psks[i].id, id))
      return cv_secret_ref (lookup->psks[i].secret);
  return lookup->find ? lookup->find (lookup->data, id) : NULL;
}

static CvSecret *
look_up_resumption (const CvMlsPskLookup *lookup, CvSpan group_id, guint64 epoch)
{
  CvSecret *secret = NULL;

  if (lookup->past && cv_span_equal (group_id, lookup->group_id))
    secret = cv_mls_past_psks_find (lookup->past, epoch);
  for (gsize i = 0; i < lookup->n_resumptions && !secret; i++) {
    const CvMlsResumption *resumption = &lookup->resumptions[i];

    if (resumption->epoch == epoch && cv_span_equal (resumption->group_id, group_id))
      secret = resumption->secret;
  }
  if (secret)
    return cv_secret_ref (secret);
  return lookup->find_resumption ? lookup->find_resumption (lookup->data, group_id, epoch) : NULL;
}

static CvSecret *
look_up (const CvMlsPskLookup *lookup, const CvMlsPskId *id)
{
  return id->type == CV_MLS_PSK_EXTERNAL
             ? look_up_external (lookup, cv_span_from_bytes (id->id))
             : look_up_resumption (lookup, cv_span_from_bytes (id->group_id), id->epoch);
}

CvMlsPastPsks *
cv_mls_past_psks_extend (const CvMlsPastPsks *past, guint64 epoch, CvSecret *resumption_psk)
{
  CvMlsPastPsks *extended = g_new0 (CvMlsPastPsks, 1);
  guint len = past ? past->entries->len : 0;

  extended->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (extended->entries, entry_clear);
  for (guint i = len < CV_MLS_PSK_LOOKUP_PAST_MAX ? 0 : len + 1 - CV_MLS_PSK_LOOKUP_PAST_MAX;
       i < len; i++) {
    const Entry *entry = &g_array_index (past->entries, Entry, i);

    append (extended, entry->epoch, entry->secret);
  }
  append (extended, epoch, resumption_psk);
  return extended;
}

void
cv_mls_past_psks_free (CvMlsPastPsks *past)
{
  if (!past)
    return;
  g_clear_pointer (&past->entries, g_array_unref);
  g_free (past);
}

CvSecret *
cv_mls_past_psks_find (const CvMlsPastPsks *past, guint64 epoch)
{
  for (guint i = 0; i < past->entries->len; i++) {
    const Entry *entry = &g_array_index (past->entries, Entry, i);

    if (entry->epoch == epoch)
      return entry->secret;
  }
  return NULL;
}

gboolean
cv_mls_psk_lookup_knows (const CvMlsPskLookup *lookup, const CvMlsPskId *id)
{
  g_autoptr (CvSecret) secret = look_up (lookup, id);

  return secret != NULL;
}

CvSecret *
cv_mls_psk_lookup_secret (const CvMlsCipher *cipher, const CvMlsPskLookup *lookup,
                          const GPtrArray *psks, GError **error)
{
  g_autofree CvMlsPskInput *inputs = g_new0 (CvMlsPskInput, psks->len + 1);
  g_autoptr (GPtrArray) secrets = g_ptr_array_new_with_free_func ((GDestroyNotify)cv_secret_unref);

  for (guint i = 0; i < psks->len; i++) {
    const CvMlsPskId *id = g_ptr_array_index (psks, i);
    CvSecret *secret = look_up (lookup, id);

    /* §12.4.2, §12.4.3.1: all of a commit's PSKs are at hand. */
    if (!secret) {
      cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "a pre-shared key is not known here");
      return NULL;
    }
    g_ptr_array_add (secrets, secret);
    inputs[i] = (CvMlsPskInput){id, secret};
  }
  return cv_mls_psk_secret (cipher, inputs, psks->len, error);
}
