/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Operations that start members, and those that leave the group as it is. */
#include "driver.h"

#include "crypto/aead.h"

static gboolean
hello (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  static const guint16 suites[] = {1, 2, 3, 4, 5, 6, 7, 0xF001, 0xF002};

  json_builder_set_member_name (answer, "implementation");
  json_builder_add_string_value (answer, "conclave");
  json_builder_set_member_name (answer, "suites");
  json_builder_begin_array (answer);
  for (guint i = 0; i < G_N_ELEMENTS (suites); i++)
    json_builder_add_int_value (answer, suites[i]);
  json_builder_end_array (answer);
  return TRUE;
}

static gboolean
reset (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  g_hash_table_remove_all (driver->members);
  driver->now_s = (guint64)driver_get_int (request, "now");
  return TRUE;
}

static gboolean
key_package (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  DriverMember *member = driver_add_member (driver, request, error);
  CvMlsLeafParams leaf;

  if (!member)
    return FALSE;
  leaf = driver_member_leaf (driver, member);
  member->joiner = cv_mls_joiner_new (driver->crypto, &leaf, error);
  if (!member->joiner)
    return FALSE;
  driver_put_key_package (answer,
                          cv_span_from_bytes (cv_mls_joiner_get_key_package (member->joiner)));
  return TRUE;
}

static gboolean
create (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  DriverMember *member = driver_add_member (driver, request, error);
  g_autoptr (GBytes) group_id = driver_dup_bytes (request, "group_id");
  g_autoptr (GPtrArray) keep = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_autoptr (GArray) extensions = driver_dup_extensions (request, keep);
  CvMlsLeafParams leaf;
  CvMlsCreateParams params = {.group_id = cv_span_from_bytes (group_id),
                              .extensions = (const CvMlsExtensionValue *)extensions->data,
                              .n_extensions = extensions->len};

  if (!member)
    return FALSE;
  leaf = driver_member_leaf (driver, member);
  params.leaf = &leaf;
  member->group = cv_mls_group_create (driver->crypto, &params, error);
  if (!member->group)
    return FALSE;
  driver_member_describe (member, answer);
  return TRUE;
}

static gboolean
welcome (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  DriverMember *member = driver_find_member (driver, request, error);
  g_autoptr (GBytes) message = driver_dup_bytes (request, "welcome");
  g_autoptr (GBytes) tree = driver_dup_bytes (request, "ratchet_tree");
  CvMlsJoinParams params = {.welcome = cv_span_from_bytes (message),
                            .ratchet_tree = cv_span_from_bytes (tree),
                            .find_psk = driver_member_find_psk,
                            .psk_data = member,
                            .now_s = driver->now_s};

  if (!member)
    return FALSE;
  if (!member->joiner)
    return driver_fail (error, "the member waits for no Welcome");
  member->group = cv_mls_group_join (driver->crypto, member->joiner, &params, error);
  if (!member->group)
    return FALSE;
  g_clear_pointer (&member->joiner, cv_mls_joiner_free);
  driver_member_describe (member, answer);
  return TRUE;
}

static gboolean
psk (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  DriverMember *member = driver_find_member (driver, request, error);
  g_autoptr (GBytes) secret = driver_dup_bytes (request, "secret");

  if (!member)
    return FALSE;
  if (g_bytes_get_size (secret) == 0)
    return driver_fail (error, "the PSK is empty");
  g_hash_table_replace (member->psks, driver_dup_bytes (request, "psk_id"),
                        cv_secret_new_from (cv_span_from_bytes (secret)));
  return TRUE;
}

static gboolean
group_info (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  DriverMember *member = driver_find_active (driver, request, error);
  g_autoptr (GBytes) info = NULL;
  g_autoptr (GBytes) tree = NULL;

  if (!member)
    return FALSE;
  info = driver_get_flag (request, "tree_beside")
             ? cv_mls_group_dup_bare_group_info (member->group, error)
             : cv_mls_group_dup_group_info (member->group, error);
  if (!info)
    return FALSE;
  tree = cv_mls_group_dup_ratchet_tree (member->group);
  driver_put_bytes (answer, "group_info", cv_span_from_bytes (info));
  driver_put_bytes (answer, "ratchet_tree", cv_span_from_bytes (tree));
  return TRUE;
}

static gboolean
state (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  DriverMember *member = driver_find_active (driver, request, error);

  if (!member)
    return FALSE;
  driver_member_describe (member, answer);
  return TRUE;
}

static gboolean
epoch_authenticator (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  DriverMember *member = driver_find_active (driver, request, error);

  if (!member)
    return FALSE;
  driver_put_int (answer, "epoch", (gint64)cv_mls_group_get_epoch (member->group));
  driver_put_bytes (answer, "epoch_authenticator",
                    cv_mls_group_get_epoch_authenticator (member->group));
  return TRUE;
}

static gboolean
export_secret (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  DriverMember *member = driver_find_active (driver, request, error);
  const char *label = json_object_get_string_member_with_default (request, "label", "");
  g_autoptr (GBytes) context = driver_dup_bytes (request, "context");
  gint64 len = driver_get_int (request, "length");
  g_autoptr (CvSecret) secret = NULL;

  if (!member)
    return FALSE;
  if (len < 1)
    return driver_fail (error, "a length is needed");
  secret =
      cv_mls_group_export (member->group, label, cv_span_from_bytes (context), (gsize)len, error);
  if (!secret)
    return FALSE;
  driver_put_bytes (answer, "secret", cv_secret_span (secret));
  return TRUE;
}

static gboolean
protect (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  DriverMember *member = driver_find_active (driver, request, error);
  g_autoptr (GBytes) data = driver_dup_bytes (request, "data");
  g_autoptr (GBytes) authenticated_data = driver_dup_bytes (request, "authenticated_data");
  g_autoptr (GBytes) message = NULL;

  if (!member)
    return FALSE;
  message = cv_mls_group_protect (member->group, cv_span_from_bytes (data),
                                  cv_span_from_bytes (authenticated_data), error);
  if (!message)
    return FALSE;
  driver_put_bytes (answer, "message", cv_span_from_bytes (message));
  return TRUE;
}

static CvMlsGroup *
find_epoch (DriverMember *member, guint64 epoch)
{
  for (guint i = 0; i < DRIVER_PAST_EPOCHS; i++)
    if (member->past[i] && cv_mls_group_get_epoch (member->past[i]) == epoch)
      return member->past[i];
  return member->group;
}

static gboolean
unprotect (Driver *driver, JsonObject *request, JsonBuilder *answer, GError **error)
{
  DriverMember *member = driver_find_active (driver, request, error);
  g_autoptr (GBytes) message = driver_dup_bytes (request, "message");
  g_auto (CvMlsReceived) received = {0};
  CvMlsReceiveParams params = {.message = cv_span_from_bytes (message), .now_s = driver->now_s};
  CvMlsPeek peek;

  if (!member || !cv_mls_group_peek (params.message, &peek, error))
    return FALSE;
  if (peek.content_type != CV_MLS_CONTENT_APPLICATION)
    return driver_fail (error, "no application data");
  if (!cv_mls_group_receive (find_epoch (member, peek.epoch), &params, &received, error))
    return FALSE;
  driver_put_bytes (answer, "data", cv_span_from_array (received.data));
  driver_put_bytes (answer, "authenticated_data", cv_span_from_bytes (received.authenticated_data));
  return TRUE;
}

static const struct {
  const char *name;
  DriverOperation operation;
} operations[] = {
    {"hello", hello},           {"reset", reset},     {"key-package", key_package},
    {"create", create},         {"welcome", welcome}, {"psk", psk},
    {"group-info", group_info}, {"state", state},     {"epoch-authenticator", epoch_authenticator},
    {"export", export_secret},  {"protect", protect}, {"unprotect", unprotect},
};

DriverOperation
driver_find_operation (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    if (g_str_equal (operations[i].name, name))
      return operations[i].operation;
  return NULL;
}
