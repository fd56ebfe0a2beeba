/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Groups that follow another one: re-initialised with the same members and other parameters, or
 * branched off with some of them (RFC 9420 §11.2, §11.3). A resumption PSK of the parent is in the
 * first commit, so only who was in the parent can join. */
#include "mls/error.h"
#include "mls/group-private.h"

static gboolean
invalid (GError **error, const char *what)
{
  return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "%s", what);
}

/* Who is the same client is for the application to say (§5.3.1); here it is who presents the same
 * credential, for the signature key has to change with the suite. */
static gboolean
has_client (const CvMlsRatchetTree *tree, const CvMlsCredential *credential)
{
  for (guint32 i = 0; i < cv_mls_ratchet_tree_get_leaf_count (tree); i++) {
    const CvMlsLeafNode *node = cv_mls_ratchet_tree_get_leaf (tree, (CvMlsLeaf){i});

    if (node && node->credential.type == credential->type
        && g_bytes_equal (node->credential.identity, credential->identity))
      return TRUE;
  }
  return FALSE;
}

static gboolean
has_all_clients (const CvMlsRatchetTree *tree, const CvMlsRatchetTree *of)
{
  for (guint32 i = 0; i < cv_mls_ratchet_tree_get_leaf_count (of); i++) {
    const CvMlsLeafNode *node = cv_mls_ratchet_tree_get_leaf (of, (CvMlsLeaf){i});

    if (node && !has_client (tree, &node->credential))
      return FALSE;
  }
  return TRUE;
}

static gboolean
are_extensions_equal (const GPtrArray *a, const GPtrArray *b)
{
  g_auto (CvWriter) left = {0};
  g_auto (CvWriter) right = {0};

  cv_writer_init (&left);
  cv_writer_init (&right);
  cv_mls_extension_list_write (&left, a);
  cv_mls_extension_list_write (&right, b);
  return cv_span_equal (cv_writer_span (&left), cv_writer_span (&right));
}

static gboolean
check_reinit (const CvMlsGroup *parent, const CvMlsGroupContext *context,
              const CvMlsRatchetTree *tree, GError **error)
{
  const CvMlsProposal *reinit = parent->reinit;

  /* RFC 9420 §12.4.3.1: the last commit of the old group has a ReInit. */
  if (!reinit)
    return invalid (error, "the group before was not re-initialised");
  /* RFC 9420 §12.4.3.1: and this is what it said. */
  if (reinit->version != CV_MLS_VERSION_10 || reinit->suite.value != context->suite.value
      || !g_bytes_equal (reinit->group_id, context->group_id)
      || !are_extensions_equal (reinit->extensions, context->extensions))
    return invalid (error, "group is not what the reinit said");
  /* RFC 9420 §12.4.3.1: and all members come along. */
  return has_all_clients (tree, parent->epoch->tree)
         || invalid (error, "a member of the group before is missing");
}

static gboolean
check_branch (const CvMlsGroup *parent, const CvMlsGroupContext *context,
              const CvMlsRatchetTree *tree, GError **error)
{
  /* RFC 9420 §11.3: the same version and suite, and nobody from elsewhere. */
  if (parent->epoch->context.suite.value != context->suite.value)
    return invalid (error, "subgroup has another cipher suite");
  return has_all_clients (parent->epoch->tree, tree)
         || invalid (error, "subgroup has somebody who is not in the group");
}

gboolean
cv_mls_group_check_successor (const CvMlsGroup *parent, CvMlsPskUsage usage,
                              const CvMlsGroupContext *context, const CvMlsRatchetTree *tree,
                              GError **error)
{
  /* RFC 9420 §11.2, §11.3: the Welcome is of the first commit. */
  if (context->epoch != 1)
    return invalid (error, "group that follows another one is not at its epoch 1");
  if (usage == CV_MLS_PSK_USAGE_REINIT)
    return check_reinit (parent, context, tree, error);
  return check_branch (parent, context, tree, error);
}

/* ---- making ---- */

static gboolean
add_psk (GPtrArray *items, const CvMlsGroup *parent, const CvMlsGroup *first, CvMlsPskUsage usage,
         GError **error)
{
  g_auto (CvMlsPskId) id = {0};
  g_autoptr (CvMlsProposal) proposal = NULL;

  if (!cv_mls_psk_id_init_resumption (&first->epoch->cipher, cv_mls_group_get_id (parent),
                                      cv_mls_group_get_epoch (parent), &id, error))
    return FALSE;
  id.usage = usage;
  proposal = cv_mls_proposal_new_psk (&id);
  g_ptr_array_add (items, cv_mls_proposal_item_new (proposal, cv_mls_group_get_own_leaf (first)));
  return TRUE;
}

static GPtrArray *
make_items (const CvMlsGroup *parent, const CvMlsGroup *first, CvMlsPskUsage usage,
            const CvMlsSuccessorParams *params, GError **error)
{
  g_autoptr (GPtrArray) items = cv_mls_proposal_items_new ();

  for (gsize i = 0; i < params->n_adds; i++) {
    g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_parse (params->adds[i], error);
    g_autoptr (CvMlsProposal) proposal = NULL;

    if (!package)
      return NULL;
    proposal = cv_mls_proposal_new_add (package);
    g_ptr_array_add (items, cv_mls_proposal_item_new (proposal, cv_mls_group_get_own_leaf (first)));
  }
  if (!add_psk (items, parent, first, usage, error))
    return NULL;
  return g_steal_pointer (&items);
}

/* From the group of one to its epoch 1. */
static gboolean
make_successor (const CvMlsGroup *parent, const CvMlsCreateParams *create, CvMlsPskUsage usage,
                const CvMlsSuccessorParams *params, CvMlsCommitResult *result, GError **error)
{
  const CvMlsCommitOptions options = {
      .lookup = {.past = parent->past, .group_id = cv_mls_group_get_id (parent)},
      .is_tree_beside = params->is_tree_beside,
      .successor_usage = usage,
      .now_s = params->now_s,
  };
  g_autoptr (CvMlsGroup) first = cv_mls_group_create (parent->crypto, create, error);
  g_autoptr (GPtrArray) items = NULL;
  g_auto (CvMlsCommitResult) made = {0};

  if (!first)
    return FALSE;
  items = make_items (parent, first, usage, params, error);
  if (!items || !cv_mls_group_commit_items (first, items, &options, &made, error)
      || !cv_mls_group_check_successor (parent, usage, &made.next->epoch->context,
                                        made.next->epoch->tree, error))
    return FALSE;
  g_clear_pointer (&made.commit, g_bytes_unref);
  *result = made;
  made = (CvMlsCommitResult){0};
  return TRUE;
}

gboolean
cv_mls_group_reinit (const CvMlsGroup *parent, const CvMlsSuccessorParams *params,
                     CvMlsCommitResult *result, GError **error)
{
  const CvMlsProposal *reinit = parent->reinit;
  g_autofree CvMlsExtensionValue *extensions = NULL;
  CvMlsCreateParams create = {.leaf = params->leaf};

  /* §11.2: a committed ReInit says what the new group is like. */
  if (!reinit)
    return cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "the group was not re-initialised");
  if (params->leaf->suite->id.value != reinit->suite.value)
    return cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "leaf is not of the reinit's suite");
  extensions = g_new0 (CvMlsExtensionValue, reinit->extensions->len + 1);
  for (guint i = 0; i < reinit->extensions->len; i++) {
    const CvMlsExtension *extension = g_ptr_array_index (reinit->extensions, i);

    extensions[i] = (CvMlsExtensionValue){extension->type, cv_span_from_bytes (extension->data)};
  }
  create.group_id = cv_span_from_bytes (reinit->group_id);
  create.extensions = extensions;
  create.n_extensions = reinit->extensions->len;
  return make_successor (parent, &create, CV_MLS_PSK_USAGE_REINIT, params, result, error);
}

gboolean
cv_mls_group_branch (const CvMlsGroup *parent, const CvMlsSuccessorParams *params,
                     CvMlsCommitResult *result, GError **error)
{
  const CvMlsCreateParams create = {
      .leaf = params->leaf,
      .group_id = params->group_id,
      .extensions = params->extensions,
      .n_extensions = params->n_extensions,
  };

  return cv_mls_group_check_open (parent, error)
         && make_successor (parent, &create, CV_MLS_PSK_USAGE_BRANCH, params, result, error);
}
