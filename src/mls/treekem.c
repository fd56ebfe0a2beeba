/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A committer draws one secret at the bottom of its path and hashes it upwards:
 *
 *   path_secret[0] ──"path"──▶ path_secret[1] ──"path"──▶ … ──"path"──▶ commit_secret
 *        │"node"                    │"node"
 *        ▼                          ▼
 *   key pair of node 0         key pair of node 1
 *
 * Each path secret is sealed for the subtree that hangs off the path below that node (the
 * resolution of the copath child); from there everybody hashes on upwards. */
#include "mls/treekem.h"

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "mls/error.h"

#define PATH_NODE_LABEL "UpdatePathNode"

typedef struct {
  CvMlsPathStep step;
  CvSecret *secret;
} PathEntry;

struct CvMlsTreekemPath {
  CvMlsLeaf leaf;
  CvMlsLeafNode *leaf_node;
  GArray *entries; /* PathEntry */
  CvSecret *commit_secret;
};

static void
path_entry_clear (gpointer data)
{
  PathEntry *entry = data;

  g_clear_pointer (&entry->secret, cv_secret_unref);
}

static gboolean
derive_key_pair (const CvMlsCipher *cipher, CvSecret *path_secret, CvCryptoKeyPair *pair,
                 GError **error)
{
  g_autoptr (CvSecret) node_secret =
      cv_mls_labels_derive (cipher, cv_secret_span (path_secret), "node", error);
  GError *local = NULL;

  if (!node_secret)
    return FALSE;
  if (!cv_crypto_kem_derive (cipher->crypto, cipher->suite->kem, cv_secret_span (node_secret), pair,
                             &local))
    return cv_mls_error_adopt (error, local);
  return TRUE;
}

/* The parent hashes of a new path, from the root down: a node's hash covers the one above it. Gives
 * the leaf's. */
static GBytes *
put_path_nodes (const CvMlsCipher *cipher, CvMlsRatchetTree *tree, const GArray *steps,
                const GPtrArray *keys, GError **error)
{
  guint8 above[CV_CRYPTO_HASH_MAX];
  gsize above_len = 0;

  for (guint i = steps->len; i > 0; i--) {
    const CvMlsPathStep *step = &g_array_index (steps, CvMlsPathStep, i - 1);
    g_autoptr (CvMlsParentNode) node = cv_mls_parent_node_new (
        cv_span_from_bytes (g_ptr_array_index (keys, i - 1)), cv_span (above, above_len));

    cv_mls_ratchet_tree_set_parent (tree, step->node, node);
    if (!cv_mls_tree_hash_parent (cipher, tree, step->node, step->copath, above, error))
      return NULL;
    above_len = cipher->suite->hash_len;
  }
  return g_bytes_new (above, above_len);
}

/* Secrets and key pairs of the whole path; the public keys come back in path order. */
static gboolean
draw_path (const CvMlsCipher *cipher, CvMlsTreekemPath *path, const GArray *steps,
           CvMlsTreeKeys *keys, GPtrArray *public_keys, GError **error)
{
  GError *local = NULL;
  g_autoptr (CvSecret) secret =
      cv_crypto_random_dup_secret (cipher->crypto, cipher->suite->hash_len, &local);

  if (!secret)
    return cv_mls_error_adopt (error, local);
  for (guint i = 0; i < steps->len; i++) {
    PathEntry entry = {g_array_index (steps, CvMlsPathStep, i), cv_secret_ref (secret)};
    g_auto (CvCryptoKeyPair) pair = {0};
    CvSecret *next;

    g_array_append_val (path->entries, entry);
    if (!derive_key_pair (cipher, secret, &pair, error))
      return FALSE;
    cv_mls_tree_keys_set (keys, entry.step.node, pair.private_key);
    g_ptr_array_add (public_keys, g_bytes_ref (pair.public_key));
    next = cv_mls_labels_derive (cipher, cv_secret_span (secret), "path", error);
    if (!next)
      return FALSE;
    cv_secret_unref (secret);
    secret = next;
  }
  path->commit_secret = g_steal_pointer (&secret);
  return TRUE;
}

static gboolean
renew_leaf (const CvMlsCipher *cipher, CvMlsRatchetTree *tree, CvMlsTreeKeys *keys,
            const CvMlsTreekemRenew *renew, CvSpan parent_hash, CvMlsTreekemPath *path,
            GError **error)
{
  g_auto (CvCryptoKeyPair) pair = {0};
  CvMlsLeafRenewal renewal = {
      .source = CV_MLS_LEAF_SOURCE_COMMIT,
      .parent_hash = parent_hash,
      .group_id = renew->group_id,
      .leaf = path->leaf,
      .signature_private = renew->signature_private,
  };
  GError *local = NULL;

  if (!cv_crypto_kem_generate (cipher->crypto, cipher->suite->kem, &pair, &local))
    return cv_mls_error_adopt (error, local);
  renewal.encryption_key = cv_span_from_bytes (pair.public_key);
  path->leaf_node = cv_mls_leaf_node_renew (cipher, renew->from, &renewal, error);
  if (!path->leaf_node)
    return FALSE;
  cv_mls_ratchet_tree_set_leaf (tree, path->leaf, path->leaf_node);
  cv_mls_tree_keys_set (keys, cv_mls_tree_math_from_leaf (path->leaf), pair.private_key);
  return TRUE;
}

/* added: ascending, as Adds fill the tree from the left. */
static gboolean
is_added (const GArray *added, CvMlsNode node)
{
  return cv_mls_tree_math_is_leaf (node)
         && cv_mls_parent_node_is_any_in (added, node.index / 2, node.index / 2 + 1);
}

/* The resolution of a copath child without the leaves that this commit adds: they get what they
 * need from the Welcome (§7.5). */
static GArray *
dup_recipients (const CvMlsRatchetTree *tree, CvMlsNode copath, const GArray *added)
{
  GArray *nodes = g_array_new (FALSE, FALSE, sizeof (CvMlsNode));
  guint n_kept = 0;

  cv_mls_ratchet_tree_resolve (tree, copath, nodes);
  for (guint i = 0; i < nodes->len; i++) {
    CvMlsNode node = g_array_index (nodes, CvMlsNode, i);

    if (!is_added (added, node))
      g_array_index (nodes, CvMlsNode, n_kept++) = node;
  }
  g_array_set_size (nodes, n_kept);
  return nodes;
}

static CvMlsUpdatePathNode *
seal_entry (const CvMlsCipher *cipher, const CvMlsRatchetTree *tree, const PathEntry *entry,
            const GArray *added, CvSpan group_context, GError **error)
{
  g_autoptr (GArray) recipients = dup_recipients (tree, entry->step.copath, added);
  CvMlsUpdatePathNode *node =
      cv_mls_update_path_node_new (cv_mls_ratchet_tree_get_key (tree, entry->step.node));

  for (guint i = 0; i < recipients->len; i++) {
    CvSpan key = cv_mls_ratchet_tree_get_key (tree, g_array_index (recipients, CvMlsNode, i));
    g_auto (CvMlsHpkeCiphertext) sealed = {0};

    if (!cv_mls_labels_encrypt (cipher, key, PATH_NODE_LABEL, group_context,
                                cv_secret_span (entry->secret), &sealed, error)) {
      cv_mls_update_path_node_free (node);
      return NULL;
    }
    cv_mls_update_path_node_take (node, &sealed);
  }
  return node;
}

/* The sealed secret that is ours, and the key that opens it. */
typedef struct {
  CvSecret *private_key; /* borrowed */
  const CvMlsHpkeCiphertext *sealed;
} Entrance;

/* Which of a node's recipients we are. */
static gboolean
find_own (const CvMlsTreeKeys *keys, const GArray *recipients, const CvMlsUpdatePathNode *node,
          Entrance *entrance)
{
  CvMlsLeaf own = cv_mls_tree_keys_get_own (keys);

  for (guint i = 0; i < recipients->len; i++) {
    CvMlsNode recipient = g_array_index (recipients, CvMlsNode, i);

    if (!cv_mls_tree_math_is_above (recipient, own))
      continue;
    entrance->private_key = cv_mls_tree_keys_get (keys, recipient);
    entrance->sealed = g_ptr_array_index (node->secrets, i);
    if (entrance->private_key)
      return TRUE;
  }
  return FALSE;
}

/* Where on the sender's path the receiver comes in. The number of sealed secrets must fit
 * everywhere, not only there: two members could otherwise judge one commit differently. */
static gboolean
find_entrance (const CvMlsRatchetTree *tree, const CvMlsTreeKeys *keys,
               const CvMlsTreekemOpen *open, Entrance *entrance, GError **error)
{
  CvMlsNode ancestor =
      cv_mls_tree_math_common_ancestor (cv_mls_tree_keys_get_own (keys), open->sender);
  g_autoptr (GArray) steps = cv_mls_ratchet_tree_dup_filtered_path (tree, open->sender);
  gboolean is_found = FALSE;

  /* §7.6: the path has a node for each of the filtered direct path. */
  if (steps->len != open->update->nodes->len)
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "expected %u path nodes, got %u",
                              steps->len, open->update->nodes->len);
  for (guint i = 0; i < steps->len; i++) {
    const CvMlsPathStep *step = &g_array_index (steps, CvMlsPathStep, i);
    const CvMlsUpdatePathNode *node = g_ptr_array_index (open->update->nodes, i);
    g_autoptr (GArray) recipients = dup_recipients (tree, step->copath, open->added);

    /* §7.6: as many secrets as recipients. */
    if (recipients->len != node->secrets->len)
      return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID,
                                "expected %u sealed path secrets, got %u", recipients->len,
                                node->secrets->len);
    if (cv_mls_tree_math_node_equal (step->node, ancestor))
      is_found = find_own (keys, recipients, node, entrance);
  }
  /* §7.5: one of the secrets is for a node that we have the key of. */
  if (!is_found)
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID,
                              "update path has no secret for this leaf");
  return TRUE;
}

void
cv_mls_treekem_path_free (CvMlsTreekemPath *path)
{
  if (!path)
    return;
  g_clear_pointer (&path->commit_secret, cv_secret_unref);
  g_clear_pointer (&path->entries, g_array_unref);
  g_clear_pointer (&path->leaf_node, cv_mls_leaf_node_unref);
  g_free (path);
}

/* RFC 9420 §12.4.2: each key of the new path is in the tree once, or the others refuse it. Chance brings
 * no two, so this is for a random generator that fails. */
static gboolean
check_keys_are_unique (const CvMlsRatchetTree *tree, const CvMlsTreekemPath *path,
                       const GPtrArray *public_keys, GError **error)
{
  gboolean is_unique = cv_mls_ratchet_tree_count_key (tree, path->leaf_node->encryption_key) == 1;

  for (guint i = 0; i < public_keys->len && is_unique; i++)
    is_unique = cv_mls_ratchet_tree_count_key (tree, g_ptr_array_index (public_keys, i)) == 1;
  return is_unique
         || cv_mls_error_fail (error, CV_MLS_ERROR_INVALID,
                               "a key of the new path is in the tree already");
}

CvMlsTreekemPath *
cv_mls_treekem_renew (const CvMlsCipher *cipher, CvMlsRatchetTree *tree, CvMlsTreeKeys *keys,
                      const CvMlsTreekemRenew *renew, GError **error)
{
  g_autoptr (CvMlsTreekemPath) path = g_new0 (CvMlsTreekemPath, 1);
  g_autoptr (GPtrArray) public_keys =
      g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_autoptr (GArray) steps = NULL;
  g_autoptr (GBytes) parent_hash = NULL;

  path->leaf = cv_mls_tree_keys_get_own (keys);
  path->entries = g_array_new (FALSE, FALSE, sizeof (PathEntry));
  g_array_set_clear_func (path->entries, path_entry_clear);
  cv_mls_ratchet_tree_blank_path (tree, path->leaf);
  cv_mls_tree_keys_prune (keys, tree);
  steps = cv_mls_ratchet_tree_dup_filtered_path (tree, path->leaf);
  /* Fills the copath's hashes, which the parent hashes are made of. */
  if (cv_mls_tree_hash_update (cipher, tree, error).len == 0
      || !draw_path (cipher, path, steps, keys, public_keys, error))
    return NULL;
  parent_hash = put_path_nodes (cipher, tree, steps, public_keys, error);
  if (!parent_hash
      || !renew_leaf (cipher, tree, keys, renew, cv_span_from_bytes (parent_hash), path, error)
      || !check_keys_are_unique (tree, path, public_keys, error)
      || cv_mls_tree_hash_update (cipher, tree, error).len == 0)
    return NULL;
  return g_steal_pointer (&path);
}

CvMlsUpdatePath *
cv_mls_treekem_seal (const CvMlsCipher *cipher, const CvMlsRatchetTree *tree,
                     const CvMlsTreekemPath *path, const GArray *added, CvSpan group_context,
                     GError **error)
{
  g_autoptr (CvMlsUpdatePath) update = cv_mls_update_path_new (path->leaf_node);

  for (guint i = 0; i < path->entries->len; i++) {
    CvMlsUpdatePathNode *node = seal_entry (
        cipher, tree, &g_array_index (path->entries, PathEntry, i), added, group_context, error);

    if (!node)
      return NULL;
    g_ptr_array_add (update->nodes, node);
  }
  return g_steal_pointer (&update);
}

CvSecret *
cv_mls_treekem_path_get_commit_secret (const CvMlsTreekemPath *path)
{
  return path->commit_secret;
}

CvSecret *
cv_mls_treekem_path_get_secret_for (const CvMlsTreekemPath *path, CvMlsLeaf leaf)
{
  CvMlsNode ancestor = cv_mls_tree_math_common_ancestor (path->leaf, leaf);

  for (guint i = 0; i < path->entries->len; i++) {
    const PathEntry *entry = &g_array_index (path->entries, PathEntry, i);

    if (cv_mls_tree_math_node_equal (entry->step.node, ancestor))
      return entry->secret;
  }
  return NULL;
}

/* RFC 9420 §12.4.2: no key of the path is in any node of the new tree yet, the committer's old leaf and
 * old path included: who knew an old private key would know the new one. Only an external joiner's leaf
 * is in its seat before its path is merged. */
static gboolean
check_keys_are_new (const CvMlsRatchetTree *tree, CvMlsLeaf sender, const CvMlsUpdatePath *update,
                    GError **error)
{
  const CvMlsLeafNode *leaf = update->leaf_node;
  guint n_seated = cv_mls_ratchet_tree_get_leaf (tree, sender) == leaf ? 1 : 0;
  gboolean is_new = cv_mls_ratchet_tree_count_key (tree, leaf->encryption_key) == n_seated;

  for (guint i = 0; i < update->nodes->len && is_new; i++) {
    const CvMlsUpdatePathNode *node = g_ptr_array_index (update->nodes, i);

    is_new = cv_mls_ratchet_tree_count_key (tree, node->encryption_key) == 0;
  }
  return is_new
         || cv_mls_error_fail (error, CV_MLS_ERROR_INVALID,
                               "a key of the update path is in the tree already");
}

gboolean
cv_mls_treekem_merge (const CvMlsCipher *cipher, CvMlsRatchetTree *tree, CvMlsLeaf sender,
                      const CvMlsUpdatePath *update, GError **error)
{
  g_autoptr (GArray) steps = NULL;
  g_autoptr (GPtrArray) public_keys = g_ptr_array_new ();
  g_autoptr (GBytes) expected = NULL;

  /* RFC 9420 §7.3: a path's leaf was made for a commit. */
  if (update->leaf_node->source != CV_MLS_LEAF_SOURCE_COMMIT)
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "leaf of an update path is no commit's");
  if (!check_keys_are_new (tree, sender, update, error))
    return FALSE;
  cv_mls_ratchet_tree_blank_path (tree, sender);
  steps = cv_mls_ratchet_tree_dup_filtered_path (tree, sender);
  /* RFC 9420 §7.6: the path has a node for each of the filtered direct path. */
  if (steps->len != update->nodes->len)
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "expected %u path nodes, got %u",
                              steps->len, update->nodes->len);
  for (guint i = 0; i < steps->len; i++) {
    const CvMlsUpdatePathNode *node = g_ptr_array_index (update->nodes, i);

    g_ptr_array_add (public_keys, node->encryption_key);
  }
  if (cv_mls_tree_hash_update (cipher, tree, error).len == 0)
    return FALSE;
  expected = put_path_nodes (cipher, tree, steps, public_keys, error);
  if (!expected)
    return FALSE;
  /* RFC 9420 §7.5: the leaf's parent_hash must match the path that came with it. */
  if (!g_bytes_equal (update->leaf_node->parent_hash, expected))
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "parent hash of the new leaf is wrong");
  cv_mls_ratchet_tree_set_leaf (tree, sender, update->leaf_node);
  return cv_mls_tree_hash_update (cipher, tree, error).len > 0;
}

CvSecret *
cv_mls_treekem_open (const CvMlsCipher *cipher, const CvMlsRatchetTree *tree, CvMlsTreeKeys *keys,
                     const CvMlsTreekemOpen *open, GError **error)
{
  Entrance entrance = {0};
  GByteArray *opened;
  g_autoptr (CvSecret) path_secret = NULL;

  if (!find_entrance (tree, keys, open, &entrance, error))
    return NULL;
  opened = cv_mls_labels_decrypt (cipher, cv_secret_span (entrance.private_key), PATH_NODE_LABEL,
                                  open->group_context, entrance.sealed, error);
  if (!opened)
    return NULL;
  if (opened->len == cipher->suite->hash_len)
    path_secret = cv_secret_new_from (cv_span_from_array (opened));
  cv_crypto_aead_free_plaintext (opened);
  /* §7.4, §12.4.2: a path secret is as long as a hash. */
  if (!path_secret) {
    cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "path secret has the wrong length");
    return NULL;
  }
  cv_mls_tree_keys_prune (keys, tree);
  return cv_mls_treekem_implant (cipher, tree, keys, open->sender, path_secret, error);
}

CvSecret *
cv_mls_treekem_implant (const CvMlsCipher *cipher, const CvMlsRatchetTree *tree,
                        CvMlsTreeKeys *keys, CvMlsLeaf sender, CvSecret *path_secret,
                        GError **error)
{
  CvMlsLeaf own = cv_mls_tree_keys_get_own (keys);
  CvMlsNode node = cv_mls_tree_math_common_ancestor (own, sender);
  CvMlsNode root = cv_mls_tree_math_root (cv_mls_ratchet_tree_get_leaf_count (tree));
  g_autoptr (CvSecret) secret = cv_secret_ref (path_secret);

  /* §7.5, §12.4.3.1: for us the path begins where our way up meets the sender's. */
  if (cv_mls_ratchet_tree_is_blank (tree, node)) {
    cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "path secret is for a blank node");
    return NULL;
  }
  for (;; node = cv_mls_tree_math_parent (node)) {
    if (!cv_mls_ratchet_tree_is_blank (tree, node)) {
      g_auto (CvCryptoKeyPair) pair = {0};
      CvSecret *next;

      if (!derive_key_pair (cipher, secret, &pair, error))
        return NULL;
      /* §7.5, §12.4.3.1: the derived public key is the one in the tree. */
      if (!cv_span_equal (cv_span_from_bytes (pair.public_key),
                          cv_mls_ratchet_tree_get_key (tree, node))) {
        cv_mls_error_fail (error, CV_MLS_ERROR_INVALID,
                           "path secret does not fit the tree's public key");
        return NULL;
      }
      cv_mls_tree_keys_set (keys, node, pair.private_key);
      next = cv_mls_labels_derive (cipher, cv_secret_span (secret), "path", error);
      if (!next)
        return NULL;
      cv_secret_unref (secret);
      secret = next;
    }
    if (cv_mls_tree_math_node_equal (node, root))
      break;
  }
  return g_steal_pointer (&secret);
}
