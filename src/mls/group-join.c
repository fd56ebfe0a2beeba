/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Joining by Welcome (RFC 9420 §12.4.3.1). A newcomer knows nothing yet, so everything that the
 * Welcome says is checked before the group exists. */
#include "mls/error.h"
#include "mls/group-private.h"

static gboolean
invalid (GError **error, const char *what)
{
  return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "%s", what);
}

/* Where the Welcome put our leaf: the very leaf of our KeyPackage. */
static gboolean
find_own_leaf (const CvMlsRatchetTree *tree, const CvMlsLeafNode *own, CvMlsLeaf *leaf)
{
  for (guint32 i = 0; i < cv_mls_ratchet_tree_get_leaf_count (tree); i++) {
    const CvMlsLeafNode *node = cv_mls_ratchet_tree_get_leaf (tree, (CvMlsLeaf){i});

    if (node && g_bytes_equal (node->encoded, own->encoded)) {
      leaf->index = i;
      return TRUE;
    }
  }
  return FALSE;
}

/* §11.2, §11.3: a PSK for reinit or branch names the caller's parent group, at its epoch. */
static gboolean
check_parent (const CvMlsGroup *parent, const CvMlsPskId *id, GError **error)
{
  if (!parent)
    return cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "group follows another one");
  if (!cv_span_equal (cv_span_from_bytes (id->group_id), cv_mls_group_get_id (parent))
      || id->epoch != cv_mls_group_get_epoch (parent))
    return invalid (error, "group follows another one than expected");
  return TRUE;
}

/* RFC 9420 §12.4.3.1: of the PSKs for reinit or branch there is one at most; its use goes to
 * `successor`, 0: none. */
static gboolean
check_psks (const CvMlsCipher *cipher, const GPtrArray *psks, const CvMlsGroup *parent,
            CvMlsPskUsage *successor, GError **error)
{
  for (guint i = 0; i < psks->len; i++) {
    const CvMlsPskId *id = g_ptr_array_index (psks, i);

    if (id->type == CV_MLS_PSK_RESUMPTION && id->usage != CV_MLS_PSK_USAGE_APPLICATION) {
      if (*successor)
        return invalid (error, "two psks of the group before");
      if (!check_parent (parent, id, error))
        return FALSE;
      *successor = id->usage;
    }
    /* §8.4: a PSK's nonce is as long as a hash. */
    if (g_bytes_get_size (id->nonce) != cipher->suite->hash_len)
      return invalid (error, "psk nonce has the wrong length");
    /* §8.4: these are the commit's PSKs, and §12.2: it has none twice. */
    for (guint j = 0; j < i; j++)
      if (cv_mls_psk_id_is_same (id, g_ptr_array_index (psks, j)))
        return invalid (error, "one psk twice");
  }
  return TRUE;
}

/* The secrets of a Welcome for us. */
typedef struct {
  CvMlsGroupSecrets secrets;
  CvSecret *psk_secret;
  CvMlsGroupInfo info;
  CvMlsPskUsage successor; /* 0: the group follows no other */
  CvMlsRatchetTree *tree;
  CvMlsLeaf own; /* our place in it */
} Opened;

static void
opened_clear (Opened *opened)
{
  cv_mls_group_secrets_clear (&opened->secrets);
  g_clear_pointer (&opened->psk_secret, cv_secret_unref);
  cv_mls_group_info_clear (&opened->info);
  g_clear_pointer (&opened->tree, cv_mls_ratchet_tree_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Opened, opened_clear)

static gboolean
open_welcome (const CvMlsCipher *cipher, const CvMlsJoiner *joiner, const CvMlsJoinParams *params,
              const CvMlsWelcome *welcome, Opened *opened, GError **error)
{
  CvMlsPskLookup lookup = {
      .find = params->find_psk,
      .find_resumption = params->find_resumption,
      .data = params->psk_data,
      .past = params->parent ? params->parent->past : NULL,
      .group_id = params->parent ? cv_mls_group_get_id (params->parent) : CV_SPAN_EMPTY,
  };
  g_autoptr (GBytes) ref = cv_mls_key_package_dup_ref_hash (cipher, joiner->package, error);
  g_autoptr (CvSecret) welcome_secret = NULL;

  if (!ref)
    return FALSE;
  /* §12.4.3.1: Welcome and KeyPackage are of one suite. */
  if (welcome->suite.value != cipher->suite->id.value)
    return invalid (error, "welcome is for another cipher suite");
  if (!cv_mls_welcome_open_secrets (cipher, welcome, cv_span_from_bytes (ref),
                                    cv_secret_span (joiner->keys.init_private), &opened->secrets,
                                    error)
      || !check_psks (cipher, opened->secrets.psks, params->parent, &opened->successor, error))
    return FALSE;
  opened->psk_secret = cv_mls_psk_lookup_secret (cipher, &lookup, opened->secrets.psks, error);
  if (!opened->psk_secret)
    return FALSE;
  welcome_secret =
      cv_mls_key_schedule_welcome (cipher, cv_secret_span (opened->secrets.joiner_secret),
                                   cv_secret_span (opened->psk_secret), error);
  return welcome_secret
         && cv_mls_welcome_open_group_info (cipher, welcome, cv_secret_span (welcome_secret),
                                            &opened->info, error);
}

/* Our place in the tree, which the GroupInfo was signed for. */
static gboolean
find_seat (const CvMlsJoiner *joiner, Opened *opened, GError **error)
{
  /* §12.4.3.1: the KeyPackage's very leaf is in the tree. */
  if (!find_own_leaf (opened->tree, joiner->package->leaf_node, &opened->own))
    return invalid (error, "welcome's tree lacks the own leaf");
  /* §12.4.3.1: the committer sends a Welcome to those it adds, and cannot add itself. */
  return !cv_mls_tree_math_leaf_equal (opened->own, opened->info.signer)
         || invalid (error, "welcome is signed by the one it is for");
}

/* What is cheap comes first: all signatures of a tree are only checked when it has a place for us. */
static gboolean
check_group (const CvMlsCipher *cipher, const CvMlsJoiner *joiner, const CvMlsJoinParams *params,
             Opened *opened, GError **error)
{
  const CvMlsGroupContext *context = &opened->info.context;

  opened->tree = cv_mls_group_check_info (cipher, &opened->info, params->ratchet_tree, error);
  /* RFC 9420 §13.4: a client joins only what it supports. */
  if (!opened->tree
      || !cv_mls_leaf_node_check_own (joiner->package->leaf_node, context->extensions, error)
      || !find_seat (joiner, opened, error))
    return FALSE;
  if (opened->successor
      && !cv_mls_group_check_successor (params->parent, opened->successor, context, opened->tree,
                                        error))
    return FALSE;
  return (params->now_s == 0 || cv_mls_tree_validation_check_ranges (opened->tree, error))
         && cv_mls_tree_validation_check_tree (cipher, opened->tree,
                                               cv_span_from_bytes (context->group_id),
                                               context->extensions, error);
}

static CvMlsTreeKeys *
make_keys (const CvMlsCipher *cipher, const CvMlsJoiner *joiner, const Opened *opened,
           GError **error)
{
  g_autoptr (CvMlsTreeKeys) keys =
      cv_mls_tree_keys_new (opened->own, joiner->keys.encryption_private);
  g_autoptr (CvSecret) commit_secret = NULL;

  if (!opened->secrets.path_secret)
    return g_steal_pointer (&keys);
  /* The commit secret is in the joiner secret already; what counts here are the keys. */
  commit_secret = cv_mls_treekem_implant (cipher, opened->tree, keys, opened->info.signer,
                                          opened->secrets.path_secret, error);
  if (!commit_secret)
    return NULL;
  return g_steal_pointer (&keys);
}

/* §12.4.3: a client is in one group of an id. */
gboolean
cv_mls_group_check_new_id (GBytes *group_id, const CvSpan *group_ids, gsize n_group_ids,
                           GError **error)
{
  for (gsize i = 0; i < n_group_ids; i++)
    if (cv_span_equal (cv_span_from_bytes (group_id), group_ids[i]))
      return invalid (error, "a group of this id is there already");
  return TRUE;
}

CvMlsRatchetTree *
cv_mls_group_check_info (const CvMlsCipher *cipher, const CvMlsGroupInfo *info, CvSpan tree,
                         GError **error)
{
  g_autoptr (CvMlsRatchetTree) parsed = NULL;
  const CvMlsLeafNode *signer;
  CvSpan encoded;
  CvSpan hash;

  /* §12.4.3.1: GroupInfo and KeyPackage are of one suite. */
  if (info->context.suite.value != cipher->suite->id.value) {
    invalid (error, "group info is for another cipher suite");
    return NULL;
  }
  if (!cv_mls_extension_list_find (info->extensions, CV_MLS_EXTENSION_RATCHET_TREE, &encoded))
    encoded = tree;
  parsed = cv_mls_ratchet_tree_parse (encoded, error);
  if (!parsed)
    return NULL;
  signer = cv_mls_ratchet_tree_get_leaf (parsed, info->signer);
  /* §12.4.3.1: a GroupInfo is signed by who has a leaf. */
  if (!signer) {
    invalid (error, "group info is signed by a blank leaf");
    return NULL;
  }
  if (!cv_mls_group_info_verify (cipher, info, cv_span_from_bytes (signer->signature_key), error)
      || !cv_mls_extension_list_check_context (info->context.extensions, error))
    return NULL;
  hash = cv_mls_tree_hash_update (cipher, parsed, error);
  if (hash.len == 0)
    return NULL;
  /* §12.4.3.1, §12.4.3.3: the tree is the one that the GroupInfo was signed for. */
  if (!cv_span_equal (hash, cv_span_from_bytes (info->context.tree_hash))) {
    invalid (error, "tree hash of the group info is wrong");
    return NULL;
  }
  return g_steal_pointer (&parsed);
}

CvMlsJoiner *
cv_mls_joiner_restore (const CvMlsSuite *suite, CvMlsKeyPackage *package,
                       const CvMlsKeyPackageKeys *keys, CvSpan signature_private)
{
  CvMlsJoiner *joiner = g_new0 (CvMlsJoiner, 1);

  joiner->suite = suite;
  joiner->package = cv_mls_key_package_ref (package);
  joiner->keys.init_private = cv_secret_ref (keys->init_private);
  joiner->keys.encryption_private = cv_secret_ref (keys->encryption_private);
  joiner->signature_private = cv_secret_new_from (signature_private);
  return joiner;
}

CvMlsJoiner *
cv_mls_joiner_new (const CvCrypto *crypto, const CvMlsLeafParams *leaf, GError **error)
{
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_generate (crypto, leaf, &keys, error);

  if (!package)
    return NULL;
  return cv_mls_joiner_restore (leaf->suite, package, &keys, leaf->signature_private);
}

void
cv_mls_joiner_free (CvMlsJoiner *joiner)
{
  if (!joiner)
    return;
  g_clear_pointer (&joiner->signature_private, cv_secret_unref);
  cv_mls_key_package_keys_clear (&joiner->keys);
  g_clear_pointer (&joiner->package, cv_mls_key_package_unref);
  g_free (joiner);
}

GBytes *
cv_mls_joiner_get_key_package (const CvMlsJoiner *joiner)
{
  return joiner->package->encoded;
}

CvMlsGroup *
cv_mls_group_join (const CvCrypto *crypto, const CvMlsJoiner *joiner, const CvMlsJoinParams *params,
                   GError **error)
{
  CvMlsCipher cipher = {crypto, joiner->suite};
  g_auto (CvMlsMessage) message = {0};
  g_auto (Opened) opened = {0};
  g_autoptr (CvMlsTreeKeys) keys = NULL;
  g_autoptr (CvMlsEpoch) epoch = NULL;
  CvMlsGroupParts parts = {
      .crypto = crypto,
      .epoch = &epoch,
      .keys = &keys,
      .signature_private = joiner->signature_private,
  };

  if (!cv_mls_message_parse (params->welcome, &message, error))
    return NULL;
  /* §12.4.3.1: only a Welcome has a newcomer's secrets. */
  if (message.wire_format != CV_MLS_WIRE_WELCOME) {
    invalid (error, "message is no welcome");
    return NULL;
  }
  if (!open_welcome (&cipher, joiner, params, &message.welcome, &opened, error)
      || !cv_mls_group_check_new_id (opened.info.context.group_id, params->group_ids,
                                     params->n_group_ids, error)
      || !check_group (&cipher, joiner, params, &opened, error))
    return NULL;
  keys = make_keys (&cipher, joiner, &opened, error);
  if (!keys)
    return NULL;
  epoch = cv_mls_epoch_new (&cipher, &opened.info.context, opened.tree,
                            cv_secret_span (opened.secrets.joiner_secret),
                            cv_secret_span (opened.psk_secret), error);
  if (!epoch
      || !cv_mls_epoch_check_tag (epoch, cv_span_from_bytes (opened.info.confirmation_tag), error))
    return NULL;
  return cv_mls_group_assemble (&parts, error);
}
