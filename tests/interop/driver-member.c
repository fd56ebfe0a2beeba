/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Who the members are and at which epoch they stand. */
#include "driver.h"

#define LIFETIME_S 3600

void
driver_member_free (DriverMember *member)
{
  cv_crypto_key_pair_clear (&member->signature);
  g_clear_pointer (&member->identity, g_bytes_unref);
  g_clear_pointer (&member->extension_types, g_array_unref);
  g_clear_pointer (&member->joiner, cv_mls_joiner_free);
  g_clear_pointer (&member->group, cv_mls_group_unref);
  for (guint i = 0; i < DRIVER_PAST_EPOCHS; i++)
    g_clear_pointer (&member->past[i], cv_mls_group_unref);
  g_clear_pointer (&member->pending, cv_mls_group_unref);
  g_clear_pointer (&member->psks, g_hash_table_unref);
  g_free (member);
}

static const char *
get_name (JsonObject *request, GError **error)
{
  const char *name = json_object_get_string_member_with_default (request, "member", NULL);

  if (!name)
    driver_fail (error, "no member named");
  return name;
}

DriverMember *
driver_add_member (Driver *driver, JsonObject *request, GError **error)
{
  const char *name = get_name (request, error);
  guint16 suite_id = (guint16)driver_get_int (request, "suite");
  JsonArray *types = driver_get_list (request, "extension_types");
  guint n_types = types ? json_array_get_length (types) : 0;
  DriverMember *member;

  if (!name)
    return NULL;
  member = g_new0 (DriverMember, 1);
  member->identity = driver_dup_bytes (request, "identity");
  member->psks = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref,
                                        (GDestroyNotify)cv_secret_unref);
  member->extension_types = g_array_new (FALSE, FALSE, sizeof (guint16));
  for (guint i = 0; i < n_types; i++) {
    guint16 type = (guint16)json_array_get_int_element (types, i);

    g_array_append_val (member->extension_types, type);
  }
  g_hash_table_replace (driver->members, g_strdup (name), member);
  member->suite = cv_crypto_suites_find_mls ((CvMlsSuiteId){suite_id});
  if (!member->suite) {
    driver_fail (error, "suite not known");
    return NULL;
  }
  return cv_crypto_signature_generate (driver->crypto, member->suite->signature, &member->signature,
                                       error)
             ? member
             : NULL;
}

DriverMember *
driver_find_member (Driver *driver, JsonObject *request, GError **error)
{
  const char *name = get_name (request, error);
  DriverMember *member = name ? g_hash_table_lookup (driver->members, name) : NULL;

  if (name && !member)
    driver_fail (error, "no such member");
  return member;
}

DriverMember *
driver_find_active (Driver *driver, JsonObject *request, GError **error)
{
  DriverMember *member = driver_find_member (driver, request, error);

  if (!member || member->group)
    return member;
  driver_fail (error, "the member is in no group");
  return NULL;
}

CvMlsLeafParams
driver_member_leaf (const Driver *driver, const DriverMember *member)
{
  return (CvMlsLeafParams){
      .suite = member->suite,
      .signature_private = cv_secret_span (member->signature.private_key),
      .signature_public = cv_span_from_bytes (member->signature.public_key),
      .identity = cv_span_from_bytes (member->identity),
      /* ts-mls lists X.509 among the credentials that it supports. */
      .supports_x509 = TRUE,
      .extension_types = (const guint16 *)member->extension_types->data,
      .n_extension_types = member->extension_types->len,
      .not_before_s = driver->now_s - LIFETIME_S,
      .not_after_s = driver->now_s + LIFETIME_S,
  };
}

CvSecret *
driver_member_find_psk (gpointer data, CvSpan psk_id)
{
  const DriverMember *member = data;
  g_autoptr (GBytes) id = cv_span_dup (psk_id);
  CvSecret *secret = g_hash_table_lookup (member->psks, id);

  return secret ? cv_secret_ref (secret) : NULL;
}

CvSecret *
driver_member_find_resumption (gpointer data, CvSpan group_id, guint64 epoch)
{
  const DriverMember *member = data;

  if (!member->group || !cv_span_equal (cv_mls_group_get_id (member->group), group_id))
    return NULL;
  return cv_mls_group_dup_resumption_psk (member->group, epoch);
}

void
driver_member_move (DriverMember *member, CvMlsGroup *next)
{
  guint last = DRIVER_PAST_EPOCHS - 1;

  g_clear_pointer (&member->pending, cv_mls_group_unref);
  g_clear_pointer (&member->past[last], cv_mls_group_unref);
  for (guint i = last; i > 0; i--)
    member->past[i] = member->past[i - 1];
  member->past[0] = member->group;
  member->group = next;
}

static void
put_members (const CvMlsGroup *group, JsonBuilder *answer)
{
  guint32 n_leaves = cv_mls_group_get_leaf_count (group);

  json_builder_set_member_name (answer, "members");
  json_builder_begin_array (answer);
  for (guint32 i = 0; i < n_leaves; i++) {
    CvMlsMember member;
    g_autofree char *identity = NULL;

    if (!cv_mls_group_get_member (group, (CvMlsLeaf){i}, &member))
      continue;
    identity = g_base64_encode (member.identity.data, member.identity.len);
    json_builder_begin_array (answer);
    json_builder_add_int_value (answer, i);
    json_builder_add_string_value (answer, identity);
    json_builder_end_array (answer);
  }
  json_builder_end_array (answer);
}

void
driver_member_describe (const DriverMember *member, JsonBuilder *answer)
{
  const CvMlsGroup *group = member->group;

  driver_put_int (answer, "epoch", (gint64)cv_mls_group_get_epoch (group));
  driver_put_int (answer, "leaf", cv_mls_group_get_own_leaf (group).index);
  put_members (group, answer);
  driver_put_bytes (answer, "epoch_authenticator", cv_mls_group_get_epoch_authenticator (group));
  driver_put_bytes (answer, "confirmed_transcript_hash",
                    cv_mls_group_get_confirmed_transcript_hash (group));
}
