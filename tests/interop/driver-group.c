/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Operations that change the group: proposals by reference, commits, what comes from others. */
#include "driver.h"

/* ---- proposals ---- */

static gboolean
propose (Driver *driver, JsonObject *request, CvMlsProposeParams params, JsonBuilder *answer,
         GError **error)
{
  DriverMember *member = driver_find_active (driver, request, error);
  g_autoptr (GBytes) message = NULL;

  if (!member)
    return FALSE;
  params.is_public = driver_get_flag (request, "public");
  params.now_s = driver->now_s;
  message = cv_mls_group_propose (member->group, &params, error);
  if (!message)
    return FALSE;
  driver_put_bytes (answer, "message", cv_span_from_bytes (message));
  return TRUE;
}

static gboolean
add (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  g_autoptr (GBytes) key_package = driver_dup_bytes (request, "key_package");
  CvMlsProposeParams params = {
      .type = CV_MLS_PROPOSAL_ADD,
      .key_package = driver_open_key_package (cv_span_from_bytes (key_package)),
  };

  return propose (driver, request, params, answer, error);
}

static gboolean
remove_leaf (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  CvMlsProposeParams params = {
      .type = CV_MLS_PROPOSAL_REMOVE,
      .removed = {(guint32)driver_get_int (request, "leaf")},
  };

  return propose (driver, request, params, answer, error);
}

static gboolean
update (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  return propose (driver, request, (CvMlsProposeParams){.type = CV_MLS_PROPOSAL_UPDATE}, answer,
                  error);
}

static gboolean
propose_psk (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  g_autoptr (GBytes) psk_id = driver_dup_bytes (request, "psk_id");
  CvMlsProposeParams params = {.type = CV_MLS_PROPOSAL_PSK, .psk_id = cv_span_from_bytes (psk_id)};

  return propose (driver, request, params, answer, error);
}

static gboolean
propose_extensions (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  g_autoptr (GPtrArray) keep = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_autoptr (GArray) extensions = driver_dup_extensions (request, keep);
  CvMlsProposeParams params = {
      .type = CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS,
      .extensions = (const CvMlsExtensionValue *)extensions->data,
      .n_extensions = extensions->len,
  };

  return propose (driver, request, params, answer, error);
}

/* ---- commits ---- */

/* The parts of a commit by value; the spans point into the rest. */
typedef struct {
  GPtrArray *key_packages;
  GArray *adds; /* CvSpan */
  GArray *removes; /* CvMlsLeaf */
  GPtrArray *psk_ids;
  GArray *psks; /* CvMlsPsk */
  GPtrArray *keep;
  GArray *extensions;
} CommitParts;

static void
commit_parts_clear (CommitParts *parts)
{
  g_clear_pointer (&parts->key_packages, g_ptr_array_unref);
  g_clear_pointer (&parts->adds, g_array_unref);
  g_clear_pointer (&parts->removes, g_array_unref);
  g_clear_pointer (&parts->psk_ids, g_ptr_array_unref);
  g_clear_pointer (&parts->psks, g_array_unref);
  g_clear_pointer (&parts->keep, g_ptr_array_unref);
  g_clear_pointer (&parts->extensions, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CommitParts, commit_parts_clear)

static gboolean
read_psks (const DriverMember *member, CommitParts *parts, GError **error)
{
  parts->psks = g_array_new (FALSE, FALSE, sizeof (CvMlsPsk));
  for (guint i = 0; i < parts->psk_ids->len; i++) {
    CvMlsPsk psk = {.id = cv_span_from_bytes (parts->psk_ids->pdata[i]),
                    .secret = g_hash_table_lookup (member->psks, parts->psk_ids->pdata[i])};

    if (!psk.secret)
      return driver_fail (error, "the member does not have this PSK");
    g_array_append_val (parts->psks, psk);
  }
  return TRUE;
}

static gboolean
read_commit_parts (JsonObject *request, const DriverMember *member, CommitParts *parts,
                   GError **error)
{
  JsonArray *removes = driver_get_list (request, "removes");
  guint n_removes = removes ? json_array_get_length (removes) : 0;

  parts->key_packages = driver_dup_bytes_list (request, "adds");
  parts->adds = driver_spans (parts->key_packages);
  for (guint i = 0; i < parts->adds->len; i++) {
    CvSpan *key_package = &g_array_index (parts->adds, CvSpan, i);

    *key_package = driver_open_key_package (*key_package);
  }
  parts->removes = g_array_new (FALSE, FALSE, sizeof (CvMlsLeaf));
  for (guint i = 0; i < n_removes; i++) {
    CvMlsLeaf leaf = {(guint32)json_array_get_int_element (removes, i)};

    g_array_append_val (parts->removes, leaf);
  }
  parts->psk_ids = driver_dup_bytes_list (request, "psks");
  parts->keep = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  parts->extensions = driver_dup_extensions (request, parts->keep);
  return read_psks (member, parts, error);
}

static CvMlsCommitParams
commit_params (const Driver *driver, JsonObject *request, DriverMember *member,
               const CommitParts *parts)
{
  return (CvMlsCommitParams){
      .adds = (const CvSpan *)parts->adds->data,
      .n_adds = parts->adds->len,
      .removes = (const CvMlsLeaf *)parts->removes->data,
      .n_removes = parts->removes->len,
      .psks = (const CvMlsPsk *)parts->psks->data,
      .n_psks = parts->psks->len,
      .is_pathless = driver_get_flag (request, "pathless"),
      .includes_pending = driver_get_flag (request, "includes_pending"),
      .has_extensions = json_object_has_member (request, "extensions"),
      .extensions = (const CvMlsExtensionValue *)parts->extensions->data,
      .n_extensions = parts->extensions->len,
      .is_public = driver_get_flag (request, "public"),
      .is_tree_beside = driver_get_flag (request, "tree_beside"),
      .find_psk = driver_member_find_psk,
      .find_resumption = driver_member_find_resumption,
      .psk_data = member,
      .now_s = driver->now_s,
  };
}

static void
take_result (DriverMember *member, CvMlsCommitResult *result, JsonBuilder *answer)
{
  driver_put_bytes (answer, "commit", cv_span_from_bytes (result->commit));
  if (result->welcome) {
    g_autoptr (GBytes) tree = cv_mls_group_dup_ratchet_tree (result->next);

    driver_put_bytes (answer, "welcome", cv_span_from_bytes (result->welcome));
    driver_put_bytes (answer, "ratchet_tree", cv_span_from_bytes (tree));
  }
  g_clear_pointer (&member->pending, cv_mls_group_unref);
  member->pending = g_steal_pointer (&result->next);
}

static gboolean
commit (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  DriverMember *member = driver_find_active (driver, request, error);
  g_auto (CommitParts) parts = {0};
  g_auto (CvMlsCommitResult) result = {0};
  CvMlsCommitParams params;

  if (!member || !read_commit_parts (request, member, &parts, error))
    return FALSE;
  params = commit_params (driver, request, member, &parts);
  if (!cv_mls_group_commit (member->group, &params, &result, error))
    return FALSE;
  take_result (member, &result, answer);
  return TRUE;
}

static gboolean
external_join (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  gboolean is_resync = driver_get_flag (request, "resync");
  DriverMember *member = is_resync ? driver_find_active (driver, request, error)
                                   : driver_add_member (driver, request, error);
  g_autoptr (GBytes) group_info = driver_dup_bytes (request, "group_info");
  g_autoptr (GBytes) tree = driver_dup_bytes (request, "ratchet_tree");
  g_auto (CvMlsCommitResult) result = {0};
  CvMlsExternalJoinParams params = {
      .group_info = cv_span_from_bytes (group_info),
      .ratchet_tree = cv_span_from_bytes (tree),
      .replaces_own_leaf = is_resync,
      .now_s = driver->now_s,
  };
  CvMlsLeafParams leaf;

  if (!member)
    return FALSE;
  leaf = driver_member_leaf (driver, member);
  params.leaf = &leaf;
  if (is_resync && driver_get_flag (request, "with_resumption_psk")
          ? !cv_mls_group_resync (member->group, params.group_info, driver->now_s, &result, error)
          : !cv_mls_group_external_join (driver->crypto, &params, &result, error))
    return FALSE;
  take_result (member, &result, answer);
  return TRUE;
}

static gboolean
accept_commit (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  DriverMember *member = driver_find_member (driver, request, error);

  if (!member)
    return FALSE;
  if (!member->pending)
    return driver_fail (error, "no commit waits");
  driver_member_move (member, g_steal_pointer (&member->pending));
  driver_member_describe (member, answer);
  return TRUE;
}

static gboolean
discard (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  DriverMember *member = driver_find_member (driver, request, error);

  if (!member)
    return FALSE;
  g_clear_pointer (&member->pending, cv_mls_group_unref);
  return TRUE;
}

/* ---- from others ---- */

static gboolean
process (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  DriverMember *member = driver_find_active (driver, request, error);
  g_autoptr (GBytes) message = driver_dup_bytes (request, "message");
  g_auto (CvMlsReceived) received = {0};
  CvMlsReceiveParams params = {.message = cv_span_from_bytes (message),
                               .find_psk = driver_member_find_psk,
                               .find_resumption = driver_member_find_resumption,
                               .psk_data = member,
                               .now_s = driver->now_s};
  CvMlsPeek peek;

  if (!member || !cv_mls_group_peek (params.message, &peek, error))
    return FALSE;
  if (peek.content_type == CV_MLS_CONTENT_APPLICATION)
    return driver_fail (error, "application data: unprotect it");
  if (!cv_mls_group_receive (member->group, &params, &received, error))
    return FALSE;
  if (received.type == CV_MLS_CONTENT_COMMIT)
    driver_member_move (member, g_steal_pointer (&received.next));
  json_builder_set_member_name (answer, "type");
  json_builder_add_string_value (answer,
                                 received.type == CV_MLS_CONTENT_COMMIT ? "commit" : "proposal");
  json_builder_set_member_name (answer, "is_member");
  json_builder_add_boolean_value (answer, member->group != NULL);
  return TRUE;
}

static const struct {
  const char *name;
  DriverOperation operation;
} operations[] = {
    {"add", add},
    {"remove", remove_leaf},
    {"update", update},
    {"propose-psk", propose_psk},
    {"propose-extensions", propose_extensions},
    {"commit", commit},
    {"external-join", external_join},
    {"accept", accept_commit},
    {"discard", discard},
    {"process", process},
};

DriverOperation
driver_find_group_operation (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    if (g_str_equal (operations[i].name, name))
      return operations[i].operation;
  return NULL;
}
