/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "mls/group-digest.h"

#include "crypto/hash.h"
#include "mls/group-private.h"

static void
put_bytes (CvWriter *writer, GBytes *bytes)
{
  cv_writer_vector (writer, cv_span_from_bytes (bytes));
}

static void
put_secret (CvWriter *writer, const CvSecret *secret)
{
  cv_writer_u8 (writer, secret != NULL);
  cv_writer_vector (writer, cv_secret_span (secret));
}

static void
put_epoch (CvWriter *writer, const CvMlsEpoch *epoch)
{
  const CvMlsEpochSecrets *secrets = &epoch->secrets;
  const CvSecret *all[] = {
      secrets->sender_data_secret, secrets->encryption_secret,   secrets->exporter_secret,
      secrets->external_secret,    secrets->confirmation_key,    secrets->membership_key,
      secrets->resumption_psk,     secrets->epoch_authenticator, secrets->init_secret};

  put_bytes (writer, epoch->encoded_context);
  put_bytes (writer, epoch->confirmation_tag);
  put_bytes (writer, epoch->interim);
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    put_secret (writer, all[i]);
}

/* The public tree with the hashes that are kept, and the private keys that are known. */
static void
put_tree (CvWriter *writer, const CvMlsGroup *group)
{
  const CvMlsRatchetTree *tree = group->epoch->tree;
  guint32 n_nodes = cv_mls_tree_math_n_nodes (cv_mls_ratchet_tree_get_leaf_count (tree));

  cv_mls_ratchet_tree_write (tree, writer);
  for (guint32 i = 0; i < n_nodes; i++) {
    cv_writer_vector (writer, cv_mls_ratchet_tree_get_hash (tree, (CvMlsNode){i}));
    put_secret (writer, cv_mls_tree_keys_get (group->keys, (CvMlsNode){i}));
  }
}

static void
put_ratchets (CvWriter *writer, const CvMlsGroup *group)
{
  guint32 n_leaves = cv_mls_secret_tree_get_n_leaves (group->secret_tree);

  for (guint32 leaf = 0; leaf < n_leaves; leaf++)
    for (guint type = 0; type < 2; type++)
      for (guint32 generation = 0; generation < GROUP_DIGEST_GENERATIONS; generation++) {
        g_auto (CvMlsMessageKey) key = {0};
        g_autoptr (GError) error = NULL;

        if (cv_mls_secret_tree_peek (group->secret_tree, (CvMlsLeaf){leaf}, (CvMlsRatchetType)type,
                                     generation, &key, &error)) {
          put_secret (writer, key.key);
          put_secret (writer, key.nonce);
        } else
          cv_writer_u8 (writer, (guint8)(0x80 | error->code));
      }
}

static void
put_proposals (CvWriter *writer, const GPtrArray *items)
{
  cv_writer_u16 (writer, (guint16)items->len);
  for (guint i = 0; i < items->len; i++) {
    const CvMlsProposalItem *item = g_ptr_array_index (items, i);

    put_bytes (writer, item->reference);
    put_secret (writer, item->leaf_private);
  }
}

static GBytes *
make_digest (const CvMlsGroup *group, gboolean has_ratchets)
{
  g_auto (CvWriter) writer = {0};
  g_autoptr (GError) error = NULL;
  GBytes *digest;

  cv_writer_init (&writer);
  put_epoch (&writer, group->epoch);
  put_tree (&writer, group);
  put_secret (&writer, group->signature_private);
  if (has_ratchets)
    put_ratchets (&writer, group);
  for (guint64 epoch = 0; epoch <= group->epoch->context.epoch; epoch++)
    put_secret (&writer, cv_mls_past_psks_find (group->past, epoch));
  put_proposals (&writer, group->pending);
  put_proposals (&writer, group->forgotten);
  cv_writer_u8 (&writer, group->reinit != NULL);
  digest =
      cv_crypto_hash_dup_digest (group->crypto, CV_HASH_SHA256, cv_writer_span (&writer), &error);
  g_assert_no_error (error);
  return digest;
}

GBytes *
group_digest_dup (const CvMlsGroup *group)
{
  return make_digest (group, TRUE);
}

GBytes *
group_digest_dup_but_ratchets (const CvMlsGroup *group)
{
  return make_digest (group, FALSE);
}
