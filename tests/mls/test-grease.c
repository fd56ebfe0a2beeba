/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* GREASE and other unknown values: sent where RFC 9420 §13.5 says so, ignored wherever they come,
 * and never taken for support. */
#include "mls/grease.h"

#include "mls/group-private.h"
#include "mls/members.h"
#include "mls/required-capabilities.h"

static void
test_values (void)
{
  static const guint16 others[] = {0x0000, 0x0A0B, 0x0A1A, 0x1A0A, 0xFAFA, 0xA0A0, 0x000A, 0x0A00};

  for (guint i = 0; i < 256; i++) {
    /* The first byte of a point on a NIST curve is always this one. */
    const guint8 seed[] = {0x04, (guint8)i};
    guint16 value = cv_mls_grease_pick (CV_SPAN_ARRAY (seed));

    g_assert_true (cv_mls_grease_is_value (value));
    g_assert_cmpuint (value, ==, (i % 15) * 0x1010 + 0x0A0A);
  }
  g_assert_cmpuint (cv_mls_grease_pick (CV_SPAN_EMPTY), ==, 0x0A0A);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (cv_mls_grease_is_value (others[i]));
}

static guint
count_grease_types (const GArray *types)
{
  guint count = 0;

  for (guint i = 0; i < types->len; i++)
    count += cv_mls_grease_is_value (g_array_index (types, guint16, i)) ? 1 : 0;
  return count;
}

static guint
count_grease (const GPtrArray *extensions)
{
  guint count = 0;

  for (guint i = 0; i < extensions->len; i++) {
    const CvMlsExtension *extension = g_ptr_array_index (extensions, i);

    count += cv_mls_grease_is_value (extension->type) ? 1 : 0;
  }
  return count;
}

static void
test_sent (void)
{
  g_autoptr (Member) member = member_new (members_get_suite (0x0001), "alice");
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_parse (member_offer (member), &error);
  const CvMlsLeafNode *leaf = package->leaf_node;
  g_autoptr (GBytes) info = NULL;
  g_auto (CvMlsMessage) message = {0};

  g_assert_cmpuint (count_grease_types (leaf->capabilities.suites), ==, 1);
  g_assert_cmpuint (count_grease_types (leaf->capabilities.extensions), ==, 1);
  g_assert_cmpuint (count_grease_types (leaf->capabilities.proposals), ==, 1);
  g_assert_cmpuint (count_grease_types (leaf->capabilities.credentials), ==, 1);
  g_assert_cmpuint (count_grease_types (leaf->capabilities.versions), ==, 0);
  g_assert_cmpuint (count_grease (leaf->extensions), ==, 1);
  g_assert_cmpuint (count_grease (package->extensions), ==, 1);
  member_create (member);
  info = cv_mls_group_dup_group_info (member->group, &error);
  g_assert_no_error (error);
  g_assert_true (cv_mls_message_parse (cv_span_from_bytes (info), &message, &error));
  g_assert_cmpuint (count_grease (message.group_info.extensions), ==, 1);
  /* §13.5: MUST NOT be in the GroupContext. */
  g_assert_cmpuint (count_grease (message.group_info.context.extensions), ==, 0);
}

/* Every extension of a KeyPackage is among the leaf's capabilities (§10), and its members do not all
 * try the same value, whatever their keys look like. */
static void
test_sent_is_listed (gconstpointer data)
{
  const CvMlsSuite *suite = members_get_suite (GPOINTER_TO_UINT (data));
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < 16; i++) {
    g_autoptr (Member) member = member_new (suite, "alice");
    g_autoptr (GError) error = NULL;
    g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_parse (member_offer (member), &error);
    const CvMlsExtension *grease = g_ptr_array_index (package->extensions, 0);

    g_assert_true (cv_mls_grease_is_value (grease->type));
    g_assert_true (
        cv_mls_type_list_contain (package->leaf_node->capabilities.extensions, grease->type));
    g_hash_table_add (seen, GUINT_TO_POINTER (grease->type));
  }
  g_assert_cmpuint (g_hash_table_size (seen), >, 1);
}

/* The default types of RFC 9420 MUST NOT be listed (§7.2), even when the caller names them. */
static void
test_defaults_are_not_listed (void)
{
  static const guint16 types[] = {1, 2, 3, 4, 5, TEST_POLICY_TYPE};
  g_autoptr (Member) member = member_new (members_get_suite (0x0001), "alice");
  CvMlsLeafParams params = member_leaf_params (member);
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsJoiner) joiner = NULL;
  const GArray *listed;

  params.extension_types = types;
  params.n_extension_types = G_N_ELEMENTS (types);
  joiner = cv_mls_joiner_new (members_get_crypto (), &params, &error);
  g_assert_no_error (error);
  listed = joiner->package->leaf_node->capabilities.extensions;
  g_assert_cmpuint (listed->len, ==, 2);
  g_assert_true (cv_mls_type_list_contain (listed, TEST_POLICY_TYPE));
}

/* A group that uses one of the values as an extension, as if it were a real one. */
static void
test_is_no_support (void)
{
  g_autoptr (Member) member = member_new (members_get_suite (0x0001), "alice");
  CvMlsLeafParams leaf = member_leaf_params (member);
  CvMlsExtensionValue extension = {.data = CV_SPAN_LITERAL ("grease")};
  CvMlsCreateParams create = {.leaf = &leaf,
                              .group_id = CV_SPAN_LITERAL ("group"),
                              .extensions = &extension,
                              .n_extensions = 1};
  CvMlsCommitParams commit = {
      .has_extensions = TRUE, .extensions = &extension, .n_extensions = 1, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;
  const CvMlsLeafNode *own;

  member_create (member);
  own = cv_mls_ratchet_tree_get_leaf (member->group->epoch->tree, (CvMlsLeaf){0});
  /* The very value that our leaf lists. */
  extension.type = cv_mls_grease_pick (cv_span_from_bytes (own->encryption_key));
  g_assert_true (cv_mls_type_list_contain (own->capabilities.extensions, extension.type));
  g_assert_false (cv_mls_group_commit (member->group, &commit, &result, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  g_clear_error (&error);
  for (guint i = 0; i < 15; i++) {
    extension.type = (guint16)(i * 0x1010 + 0x0A0A);
    g_assert_null (cv_mls_group_create (members_get_crypto (), &create, &error));
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
    g_clear_error (&error);
  }
}

/* Alice, whose leaf lists all fifteen values, in a group of hers with Bob. */
static void
start_with_greasy (Member *alice, Member *bob)
{
  CvMlsLeafParams params = member_leaf_params (alice);
  guint16 types[16] = {TEST_POLICY_TYPE};
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 15; i++)
    types[i + 1] = (guint16)(i * 0x1010 + 0x0A0A);
  params.extension_types = types;
  params.n_extension_types = G_N_ELEMENTS (types);
  alice->group = cv_mls_group_new (members_get_crypto (), &params, CV_SPAN_LITERAL ("group"),
                                   TEST_POLICY_TYPE, CV_SPAN_LITERAL ("policy 0"), &error);
  g_assert_no_error (error);
  member_add (alice, bob, NULL, 0);
}

/* Nor when we come back (§13.4): the group has become one with an extension that our leaf lists only
 * as GREASE. */
static void
test_is_no_support_in_resync (void)
{
  g_autoptr (Member) alice = member_new (members_get_suite (0x0001), "alice");
  g_autoptr (Member) bob = member_new (members_get_suite (0x0001), "bob");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) info = NULL;
  g_autoptr (GBytes) changed = NULL;
  g_auto (CvMlsMessage) message = {0};
  g_auto (CvMlsCommitResult) result = {0};
  const CvMlsLeafNode *own;

  start_with_greasy (alice, bob);
  info = cv_mls_group_dup_group_info (alice->group, &error);
  g_assert_no_error (error);
  g_assert_true (
      cv_mls_group_resync (bob->group, cv_span_from_bytes (info), TEST_NOW_S, &result, &error));
  cv_mls_commit_result_clear (&result);

  own = cv_mls_ratchet_tree_get_leaf (bob->group->epoch->tree, (CvMlsLeaf){1});
  g_assert_true (cv_mls_message_parse (cv_span_from_bytes (info), &message, &error));
  cv_mls_extension_list_add (message.group_info.context.extensions,
                             cv_mls_grease_pick (cv_span_from_bytes (own->encryption_key)),
                             CV_SPAN_LITERAL ("as if real"));
  g_clear_pointer (&message.group_info.signature, g_bytes_unref);
  g_assert_true (cv_mls_group_info_sign (&alice->group->epoch->cipher, &message.group_info,
                                         cv_secret_span (alice->group->signature_private), &error));
  changed = cv_mls_message_wrap_group_info (&message.group_info);
  g_assert_false (
      cv_mls_group_resync (bob->group, cv_span_from_bytes (changed), TEST_NOW_S, &result, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  g_assert_null (result.next);
}

/* Nor when it waits: what is proposed beside it is committed all the same, as we could not follow it. */
static void
test_is_no_support_by_reference (void)
{
  g_autoptr (Member) alice = member_new (members_get_suite (0x0001), "alice");
  g_autoptr (Member) bob = member_new (members_get_suite (0x0001), "bob");
  CvMlsExtensionValue extension = {.data = CV_SPAN_LITERAL ("as if real")};
  const CvMlsProposeParams proposals[] = {{.type = CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS,
                                           .extensions = &extension,
                                           .n_extensions = 1,
                                           .now_s = TEST_NOW_S},
                                          {.type = CV_MLS_PROPOSAL_UPDATE, .now_s = TEST_NOW_S}};
  CvMlsCommitParams commit = {.includes_pending = TRUE, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsReceived) followed = {0};
  g_autoptr (GError) error = NULL;
  const CvMlsLeafNode *own;

  start_with_greasy (alice, bob);
  own = cv_mls_ratchet_tree_get_leaf (bob->group->epoch->tree, (CvMlsLeaf){1});
  extension.type = cv_mls_grease_pick (cv_span_from_bytes (own->encryption_key));
  for (gsize i = 0; i < G_N_ELEMENTS (proposals); i++) {
    g_auto (CvMlsReceived) received = {0};
    g_autoptr (GBytes) message = cv_mls_group_propose (alice->group, &proposals[i], &error);

    g_assert_no_error (error);
    member_try_receive (bob, cv_span_from_bytes (message), &received, &error);
    g_assert_no_error (error);
  }
  member_commit (bob, &commit, &result);
  member_try_receive (alice, cv_span_from_bytes (result.commit), &followed, &error);
  g_assert_no_error (error);
  g_assert_false (followed.summary.changes_policy);
  g_assert_cmpuint (followed.summary.updated->len, ==, 1);
}

/* Required capabilities that we do not have, GREASE or not: no such group is made. */
static void
test_unknown_requirements (void)
{
  static const guint16 types[] = {0x0A0A, 0xEAEA, 0x4242};

  for (gsize i = 0; i < 3 * G_N_ELEMENTS (types); i++) {
    g_autoptr (Member) member = member_new (members_get_suite (0x0001), "alice");
    CvMlsLeafParams leaf = member_leaf_params (member);
    g_auto (CvMlsRequiredCapabilities) required = {0};
    g_auto (CvWriter) writer = {0};
    CvMlsExtensionValue extension = {.type = CV_MLS_EXTENSION_REQUIRED_CAPABILITIES};
    CvMlsCreateParams create = {.leaf = &leaf,
                                .group_id = CV_SPAN_LITERAL ("group"),
                                .extensions = &extension,
                                .n_extensions = 1};
    g_autoptr (GError) error = NULL;

    required.extensions = cv_mls_type_list_new (&types[i / 3], i % 3 == 0 ? 1 : 0);
    required.proposals = cv_mls_type_list_new (&types[i / 3], i % 3 == 1 ? 1 : 0);
    required.credentials = cv_mls_type_list_new (&types[i / 3], i % 3 == 2 ? 1 : 0);
    cv_writer_init (&writer);
    cv_mls_required_capabilities_write (&writer, &required);
    extension.data = cv_writer_span (&writer);
    g_assert_null (cv_mls_group_create (members_get_crypto (), &create, &error));
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/grease/values", test_values);
  g_test_add_func ("/mls/grease/is-sent", test_sent);
  g_test_add_data_func ("/mls/grease/is-listed/x25519", GUINT_TO_POINTER (0x0001),
                        test_sent_is_listed);
  g_test_add_data_func ("/mls/grease/is-listed/p256", GUINT_TO_POINTER (0x0002),
                        test_sent_is_listed);
  g_test_add_func ("/mls/grease/defaults-are-not-listed", test_defaults_are_not_listed);
  g_test_add_func ("/mls/grease/is-no-support", test_is_no_support);
  g_test_add_func ("/mls/grease/is-no-support-in-resync", test_is_no_support_in_resync);
  g_test_add_func ("/mls/grease/is-no-support-by-reference", test_is_no_support_by_reference);
  g_test_add_func ("/mls/grease/rejects-unknown-requirements", test_unknown_requirements);
  return g_test_run ();
}
