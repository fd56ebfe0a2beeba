/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Making a commit and the Welcome that goes with it (RFC 9420 §12.4.1). */
#include "mls/error.h"
#include "mls/group-private.h"
#include "mls/proposal-selection.h"

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

/* One proposal by value. */
static gboolean
add_made (GPtrArray *items, const CvMlsGroup *group, const CvMlsProposeParams *params,
          GError **error)
{
  g_autoptr (CvMlsProposal) proposal = cv_mls_group_make_proposal (
      &group->epoch->cipher, params, cv_mls_group_get_id (group), error);

  if (!proposal)
    return FALSE;
  g_ptr_array_add (items, cv_mls_proposal_item_new (proposal, cv_mls_group_get_own_leaf (group)));
  return TRUE;
}

static gboolean
add_psks (GPtrArray *items, const CvMlsGroup *group, const CvMlsCommitParams *params,
          GError **error)
{
  for (gsize i = 0; i < params->n_psks; i++)
    if (!add_made (items, group,
                   &(CvMlsProposeParams){.type = CV_MLS_PROPOSAL_PSK, .psk_id = params->psks[i].id},
                   error))
      return FALSE;
  for (gsize i = 0; i < params->n_resumptions; i++)
    if (!add_made (items, group,
                   &(CvMlsProposeParams){.type = CV_MLS_PROPOSAL_PSK,
                                         .resumption = &params->resumptions[i]},
                   error))
      return FALSE;
  return TRUE;
}

static gboolean
add_extensions (GPtrArray *items, const CvMlsGroup *group, const CvMlsCommitParams *params,
                GError **error)
{
  g_autoptr (GPtrArray) extensions = NULL;
  g_autoptr (CvMlsProposal) proposal = NULL;

  if (params->has_extensions && params->policy)
    return cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "extensions are given twice");
  if (!params->has_extensions && !params->policy)
    return TRUE;
  extensions = params->policy
                   ? dup_extensions_with (group->epoch->context.extensions, params->policy_type,
                                          *params->policy)
                   : cv_mls_extension_list_new_from (params->extensions, params->n_extensions);
  proposal = cv_mls_proposal_new_group_context_extensions (extensions);
  g_ptr_array_add (items, cv_mls_proposal_item_new (proposal, cv_mls_group_get_own_leaf (group)));
  return TRUE;
}

static GPtrArray *
make_items (const CvMlsGroup *group, const CvMlsCommitParams *params, GError **error)
{
  g_autoptr (GPtrArray) items = cv_mls_proposal_items_new ();

  for (gsize i = 0; i < params->n_removes; i++)
    if (!add_made (
            items, group,
            &(CvMlsProposeParams){.type = CV_MLS_PROPOSAL_REMOVE, .removed = params->removes[i]},
            error))
      return NULL;
  for (gsize i = 0; i < params->n_adds; i++)
    if (!add_made (
            items, group,
            &(CvMlsProposeParams){.type = CV_MLS_PROPOSAL_ADD, .key_package = params->adds[i]},
            error))
      return NULL;
  if (!add_psks (items, group, params, error) || !add_extensions (items, group, params, error))
    return NULL;
  if (params->reinit
      && !add_made (items, group,
                    &(CvMlsProposeParams){.type = CV_MLS_PROPOSAL_REINIT, .reinit = params->reinit},
                    error))
    return NULL;
  return g_steal_pointer (&items);
}

/* The own leaf after the commit is signed with this. */
static CvSpan
get_next_key (const CvMlsGroup *group, const CvMlsStagedCommit *staged)
{
  return cv_secret_span (staged->signature_private ? staged->signature_private
                                                   : group->signature_private);
}

static CvMlsTreekemPath *
renew_path (const CvMlsGroup *group, const CvMlsLeafParams *leaf, CvMlsStagedCommit *staged,
            GError **error)
{
  CvMlsLeaf own = cv_mls_group_get_own_leaf (group);
  g_autoptr (CvMlsLeafNode) from = cv_mls_group_dup_own_leaf (group, leaf, error);
  g_autoptr (CvMlsTreekemPath) path = NULL;
  CvMlsTreekemRenew renew = {.group_id = cv_mls_group_get_id (group), .from = from};

  if (!from)
    return NULL;
  if (leaf)
    staged->signature_private = cv_secret_new_from (leaf->signature_private);
  renew.signature_private = get_next_key (group, staged);
  path = cv_mls_treekem_renew (&group->epoch->cipher, staged->tree, staged->keys, &renew, error);
  /* A leaf that says something else has to be one that the others take. */
  if (!path
      || (leaf
          && !cv_mls_tree_validation_check_new_leaf (staged->tree, own, staged->effects.extensions,
                                                     error)))
    return NULL;
  return g_steal_pointer (&path);
}

static gboolean
add_path (const CvMlsGroup *group, const CvMlsLeafParams *leaf, CvMlsStagedCommit *staged,
          CvMlsAuthenticatedContent *auth, CvMlsTreekemPath **path, GError **error)
{
  g_autoptr (CvMlsTreekemPath) made = renew_path (group, leaf, staged, error);

  if (!made || !cv_mls_staged_commit_fix_tree (staged, error))
    return FALSE;
  auth->content.commit->path =
      cv_mls_treekem_seal (&group->epoch->cipher, staged->tree, made, staged->effects.added,
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

/* Ours, not the RFC's: each newcomer gets the ids of all PSKs, and has to read what all others get. */
static GBytes *
wrap_readable (const CvMlsWelcome *welcome, GError **error)
{
  g_autoptr (GBytes) message = cv_mls_message_wrap_welcome (welcome);
  g_auto (CvMlsMessage) same = {0};

  if (cv_mls_message_parse (cv_span_from_bytes (message), &same, NULL))
    return g_steal_pointer (&message);
  cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "welcome is longer than anybody reads");
  return NULL;
}

static GBytes *
make_welcome (const CvMlsGroup *group, const CvMlsStagedCommit *staged, const CvMlsEpoch *next,
              const CvMlsTreekemPath *path, gboolean is_tree_beside, GError **error)
{
  g_auto (CvMlsGroupInfo) info = {0};
  g_auto (CvMlsWelcome) welcome = {0};
  const CvMlsInfoPlan plan = {
      .epoch = next,
      .signer = cv_mls_group_get_own_leaf (group),
      .signature_private = get_next_key (group, staged),
      .has_tree = !is_tree_beside,
  };

  if (!cv_mls_group_make_info (&plan, &info, error)
      || !seal_welcome (staged, next, &info, &welcome, error)
      || !add_newcomers (staged, path, &welcome, error))
    return NULL;
  return wrap_readable (&welcome, error);
}

static CvMlsProposalRules
make_rules (const CvMlsGroup *group, CvMlsPskUsage successor_usage, guint64 now_s)
{
  return (CvMlsProposalRules){
      .cipher = &group->epoch->cipher,
      .context = &group->epoch->context,
      .tree = group->epoch->tree,
      .committer = cv_mls_group_get_own_leaf (group),
      .now_s = now_s,
      .successor_usage = successor_usage,
  };
}

/* Everything up to the signed commit and the epoch after it. */
static CvMlsEpoch *
make_epoch (const CvMlsGroup *group, GPtrArray *items, const CvMlsCommitOptions *options,
            CvMlsStagedCommit *staged, CvMlsAuthenticatedContent *auth, CvMlsTreekemPath **path,
            GError **error)
{
  CvMlsProposalRules rules = make_rules (group, options->successor_usage, options->now_s);
  gboolean is_ready;

  if (!cv_mls_staged_commit_begin (staged, group->epoch, group->keys, &rules, items, error))
    return NULL;
  auth->wire_format = options->is_public ? CV_MLS_WIRE_PUBLIC_MESSAGE : CV_MLS_WIRE_PRIVATE_MESSAGE;
  cv_mls_group_start_content (group, CV_MLS_CONTENT_COMMIT, options->authenticated_data,
                              &auth->content);
  auth->content.commit = cv_mls_commit_new ();
  cv_mls_proposal_items_name (items, auth->content.commit);
  if (options->is_pathless && !staged->effects.needs_path && !options->leaf)
    is_ready = cv_mls_staged_commit_fix_tree (staged, error);
  else
    is_ready = add_path (group, options->leaf, staged, auth, path, error);
  if (!is_ready)
    return NULL;
  staged->psk_secret = cv_mls_psk_lookup_secret (&group->epoch->cipher, &options->lookup,
                                                 staged->effects.psks, error);
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
cv_mls_group_commit_items (const CvMlsGroup *group, GPtrArray *items,
                           const CvMlsCommitOptions *options, CvMlsCommitResult *result,
                           GError **error)
{
  g_auto (CvMlsStagedCommit) staged = {0};
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_autoptr (CvMlsTreekemPath) path = NULL;
  g_auto (CvMlsCommitResult) made = {0};
  g_autoptr (CvMlsEpoch) next = make_epoch (group, items, options, &staged, &auth, &path, error);
  CvMlsGroupParts parts = {
      .crypto = group->crypto,
      .epoch = &next,
      .keys = &staged.keys,
      .signature_private =
          staged.signature_private ? staged.signature_private : group->signature_private,
      .past = group->past,
      .reinit = staged.effects.reinit,
  };

  if (!next)
    return FALSE;
  made.commit = cv_mls_group_frame (group, &auth, error);
  if (!made.commit)
    return FALSE;
  if (staged.effects.added->len > 0) {
    made.welcome = make_welcome (group, &staged, next, path, options->is_tree_beside, error);
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

gboolean
cv_mls_group_commit (const CvMlsGroup *group, const CvMlsCommitParams *params,
                     CvMlsCommitResult *result, GError **error)
{
  const CvMlsCommitOptions options = {
      .lookup =
          {
              .psks = params->psks,
              .n_psks = params->n_psks,
              .resumptions = params->resumptions,
              .n_resumptions = params->n_resumptions,
              .find = params->find_psk,
              .find_resumption = params->find_resumption,
              .data = params->psk_data,
              .past = group->past,
              .group_id = cv_mls_group_get_id (group),
          },
      .authenticated_data = params->authenticated_data,
      .is_pathless = params->is_pathless,
      .is_public = params->is_public,
      .is_tree_beside = params->is_tree_beside,
      .leaf = params->leaf,
      .now_s = params->now_s,
  };
  CvMlsProposalRules rules = make_rules (group, 0, params->now_s);
  g_autoptr (GPtrArray) items = NULL;

  if (!cv_mls_group_check_open (group, error))
    return FALSE;
  items = make_items (group, params, error);
  if (!items)
    return FALSE;
  if (params->includes_pending)
    cv_mls_proposal_selection_add (&rules, &options.lookup, group->pending, items);
  return cv_mls_group_commit_items (group, items, &options, result, error);
}
