/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Making a commit and the Welcome that goes with it (RFC 9420 §12.4.1). */
#include "mls/error.h"
#include "mls/group-private.h"

/* The PSKs that the caller hands in with the commit. */
static CvSecret *
find_given_psk (gpointer data, CvSpan psk_id)
{
  const CvMlsCommitParams *params = data;

  for (gsize i = 0; i < params->n_psks; i++)
    if (cv_span_equal (params->psks[i].id, psk_id))
      return cv_secret_ref (params->psks[i].secret);
  return NULL;
}

static void
take_item (GPtrArray *items, const CvMlsGroup *group, CvMlsProposal *proposal)
{
  g_ptr_array_add (items,
                   cv_mls_proposal_item_new (proposal, cv_mls_group_get_own_leaf (group), FALSE));
  cv_mls_proposal_unref (proposal);
}

static gboolean
add_adds (GPtrArray *items, const CvMlsGroup *group, const CvMlsCommitParams *params,
          GError **error)
{
  for (gsize i = 0; i < params->n_adds; i++) {
    g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_parse (params->adds[i], error);

    if (!package)
      return FALSE;
    take_item (items, group, cv_mls_proposal_new_add (package));
  }
  return TRUE;
}

/* The GroupContext's extensions with other contents for one type. */
static GPtrArray *
dup_extensions_with (const GPtrArray *extensions, guint16 type, CvSpan data)
{
  GPtrArray *list = cv_mls_extension_list_new ();
  gboolean is_there = FALSE;

  for (guint i = 0; i < extensions->len; i++) {
    const CvMlsExtension *extension = g_ptr_array_index (extensions, i);
    gboolean is_it = extension->type == type;

    cv_mls_extension_list_add (list, extension->type,
                               is_it ? data : cv_span_from_bytes (extension->data));
    is_there = is_there || is_it;
  }
  if (!is_there)
    cv_mls_extension_list_add (list, type, data);
  return list;
}

static gboolean
add_psks (GPtrArray *items, const CvMlsGroup *group, const CvMlsCommitParams *params,
          GError **error)
{
  for (gsize i = 0; i < params->n_psks; i++) {
    g_auto (CvMlsPskId) id = {0};

    if (!cv_mls_psk_id_init_external (&group->epoch->cipher, params->psks[i].id, &id, error))
      return FALSE;
    take_item (items, group, cv_mls_proposal_new_psk (&id));
  }
  return TRUE;
}

static GPtrArray *
make_items (const CvMlsGroup *group, const CvMlsCommitParams *params, GError **error)
{
  g_autoptr (GPtrArray) items =
      g_ptr_array_new_with_free_func ((GDestroyNotify)cv_mls_proposal_item_free);

  for (gsize i = 0; i < params->n_removes; i++)
    take_item (items, group, cv_mls_proposal_new_remove (params->removes[i]));
  if (!add_adds (items, group, params, error) || !add_psks (items, group, params, error))
    return NULL;
  if (params->policy) {
    g_autoptr (GPtrArray) extensions = dup_extensions_with (group->epoch->context.extensions,
                                                            params->policy_type, *params->policy);

    take_item (items, group, cv_mls_proposal_new_group_context_extensions (extensions));
  }
  return g_steal_pointer (&items);
}

/* The commit with its proposals; the path comes later. */
static void
start_auth (const CvMlsGroup *group, const CvMlsCommitParams *params, const GPtrArray *items,
            CvMlsAuthenticatedContent *auth)
{
  auth->wire_format = CV_MLS_WIRE_PRIVATE_MESSAGE;
  auth->content.group_id = g_bytes_ref (group->epoch->context.group_id);
  auth->content.epoch = group->epoch->context.epoch;
  auth->content.sender =
      (CvMlsSender){.type = CV_MLS_SENDER_MEMBER, .leaf = cv_mls_group_get_own_leaf (group)};
  auth->content.authenticated_data = cv_span_dup (params->authenticated_data);
  auth->content.type = CV_MLS_CONTENT_COMMIT;
  auth->content.commit = cv_mls_commit_new ();
  for (guint i = 0; i < items->len; i++) {
    const CvMlsProposalItem *item = g_ptr_array_index (items, i);

    g_ptr_array_add (auth->content.commit->proposals, cv_mls_proposal_or_ref_new (item->proposal));
  }
}

static gboolean
add_path (const CvMlsGroup *group, CvMlsStagedCommit *staged, CvMlsAuthenticatedContent *auth,
          CvMlsTreekemPath **path, GError **error)
{
  const CvMlsCipher *cipher = &group->epoch->cipher;
  CvMlsTreekemRenew renew = {
      .group_id = cv_mls_group_get_id (group),
      .from = cv_mls_ratchet_tree_get_leaf (staged->tree, cv_mls_group_get_own_leaf (group)),
      .signature_private = cv_secret_span (group->signature_private),
  };
  g_autoptr (CvMlsTreekemPath) made =
      cv_mls_treekem_renew (cipher, staged->tree, staged->keys, &renew, error);

  if (!made || !cv_mls_staged_commit_fix_tree (staged, error))
    return FALSE;
  auth->content.commit->path =
      cv_mls_treekem_seal (cipher, staged->tree, made, staged->effects.added,
                           cv_span_from_bytes (staged->encoded_context), error);
  if (!auth->content.commit->path)
    return FALSE;
  staged->commit_secret = cv_secret_ref (cv_mls_treekem_path_get_commit_secret (made));
  *path = g_steal_pointer (&made);
  return TRUE;
}

static gboolean
seal_welcome (const CvMlsStagedCommit *staged, const CvMlsEpoch *next, CvMlsGroupInfo *info,
              CvMlsWelcome *welcome, GError **error)
{
  const CvMlsCipher *cipher = &next->cipher;
  g_autoptr (CvSecret) secret = cv_mls_key_schedule_welcome (
      cipher, cv_secret_span (staged->joiner_secret), cv_secret_span (staged->psk_secret), error);

  return secret
         && cv_mls_welcome_seal_group_info (cipher, info, cv_secret_span (secret), welcome, error);
}

/* Each newcomer gets the joiner secret, the PSK ids, and its way into the new path. */
static gboolean
add_newcomers (const CvMlsStagedCommit *staged, const CvMlsTreekemPath *path, CvMlsWelcome *welcome,
               GError **error)
{
  for (guint i = 0; i < staged->effects.added->len; i++) {
    CvMlsLeaf leaf = g_array_index (staged->effects.added, CvMlsLeaf, i);
    CvSecret *path_secret = path ? cv_mls_treekem_path_get_secret_for (path, leaf) : NULL;
    g_auto (CvMlsGroupSecrets) secrets = {0};

    secrets.joiner_secret = cv_secret_ref (staged->joiner_secret);
    secrets.path_secret = path_secret ? cv_secret_ref (path_secret) : NULL;
    secrets.psks = cv_mls_psk_list_new ();
    for (guint j = 0; j < staged->effects.psks->len; j++) {
      CvMlsPskId *id = g_new0 (CvMlsPskId, 1);

      cv_mls_psk_id_copy (id, g_ptr_array_index (staged->effects.psks, j));
      g_ptr_array_add (secrets.psks, id);
    }
    if (!cv_mls_welcome_add (&staged->before->cipher, welcome,
                             g_ptr_array_index (staged->effects.packages, i), &secrets, error))
      return FALSE;
  }
  return TRUE;
}

static GBytes *
make_welcome (const CvMlsGroup *group, const CvMlsStagedCommit *staged, const CvMlsEpoch *next,
              const CvMlsTreekemPath *path, GError **error)
{
  g_auto (CvMlsGroupInfo) info = {0};
  g_auto (CvMlsWelcome) welcome = {0};
  g_autoptr (GBytes) tree = cv_mls_group_encode_tree (next->tree);

  cv_mls_group_context_copy (&info.context, &next->context);
  info.extensions = cv_mls_extension_list_new ();
  cv_mls_extension_list_add (info.extensions, CV_MLS_EXTENSION_RATCHET_TREE,
                             cv_span_from_bytes (tree));
  info.confirmation_tag = g_bytes_ref (next->confirmation_tag);
  info.signer = cv_mls_group_get_own_leaf (group);
  if (!cv_mls_group_info_sign (&next->cipher, &info, cv_secret_span (group->signature_private),
                               error)
      || !seal_welcome (staged, next, &info, &welcome, error)
      || !add_newcomers (staged, path, &welcome, error))
    return NULL;
  return cv_mls_message_wrap_welcome (&welcome);
}

/* Everything up to the signed commit and the epoch after it. */
static CvMlsEpoch *
make_epoch (const CvMlsGroup *group, const CvMlsCommitParams *params, CvMlsStagedCommit *staged,
            CvMlsAuthenticatedContent *auth, CvMlsTreekemPath **path, GError **error)
{
  CvMlsProposalRules rules = {
      .cipher = &group->epoch->cipher,
      .context = &group->epoch->context,
      .tree = group->epoch->tree,
      .committer = cv_mls_group_get_own_leaf (group),
      .now_s = params->now_s,
  };
  CvMlsPskLookup lookup = {.find = find_given_psk, .data = (gpointer)params};
  g_autoptr (GPtrArray) items = make_items (group, params, error);
  gboolean is_ready;

  if (!items
      || !cv_mls_staged_commit_begin (staged, group->epoch, group->keys, &rules, items, error))
    return NULL;
  start_auth (group, params, items, auth);
  if (params->is_pathless && !staged->effects.needs_path)
    is_ready = cv_mls_staged_commit_fix_tree (staged, error);
  else
    is_ready = add_path (group, staged, auth, path, error);
  if (!is_ready)
    return NULL;
  staged->psk_secret =
      cv_mls_psk_lookup_secret (&group->epoch->cipher, &lookup, staged->effects.psks, error);
  if (!staged->psk_secret)
    return NULL;
  return cv_mls_group_sign_commit (staged, auth, cv_secret_span (group->signature_private), error);
}

CvMlsEpoch *
cv_mls_group_sign_commit (CvMlsStagedCommit *staged, CvMlsAuthenticatedContent *auth,
                          CvSpan signature_private, GError **error)
{
  const CvMlsEpoch *before = staged->before;
  g_autoptr (CvMlsEpoch) next = NULL;

  if (!cv_mls_framing_sign (&before->cipher, auth, cv_span_from_bytes (before->encoded_context),
                            signature_private, error))
    return NULL;
  next = cv_mls_staged_commit_close (staged, auth, error);
  if (!next || !cv_mls_epoch_make_tag (next, error))
    return NULL;
  auth->confirmation_tag = g_bytes_ref (next->confirmation_tag);
  return g_steal_pointer (&next);
}

void
cv_mls_commit_result_clear (CvMlsCommitResult *result)
{
  g_clear_pointer (&result->next, cv_mls_group_unref);
  g_clear_pointer (&result->welcome, g_bytes_unref);
  g_clear_pointer (&result->commit, g_bytes_unref);
}

gboolean
cv_mls_group_commit (const CvMlsGroup *group, const CvMlsCommitParams *params,
                     CvMlsCommitResult *result, GError **error)
{
  CvMlsMessageKeys keys = cv_mls_group_message_keys (group);
  g_auto (CvMlsStagedCommit) staged = {0};
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_autoptr (CvMlsTreekemPath) path = NULL;
  g_auto (CvMlsCommitResult) made = {0};
  g_autoptr (CvMlsEpoch) next = make_epoch (group, params, &staged, &auth, &path, error);
  CvMlsGroupParts parts = {
      .crypto = group->crypto,
      .epoch = &next,
      .keys = &staged.keys,
      .signature_private = group->signature_private,
      .past = group->past,
  };

  if (!next)
    return FALSE;
  made.commit = cv_mls_private_message_protect (&keys, &auth, error);
  if (!made.commit)
    return FALSE;
  if (staged.effects.added->len > 0) {
    made.welcome = make_welcome (group, &staged, next, path, error);
    if (!made.welcome)
      return FALSE;
  }
  made.next = cv_mls_group_assemble (&parts, error);
  if (!made.next)
    return FALSE;
  *result = made;
  made = (CvMlsCommitResult){0};
  return TRUE;
}
