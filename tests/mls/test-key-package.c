/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "mls/group-context.h"
#include "mls/forgery.h"
#include "mls/mls-fixture.h"
#include "mls/required-capabilities.h"

static const guint16 room_suites[] = {0xF001, 0xF002, 0x0007};

static CvMlsError
verify_code (const CvMlsCipher *cipher, const CvMlsKeyPackage *package, guint64 now_s)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (cv_mls_key_package_verify (cipher, package, now_s, &error));
  g_assert_true (error->domain == CV_MLS_ERROR);
  return (CvMlsError)error->code;
}

static void
test_made_is_accepted (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (room_suites); i++) {
    g_auto (MlsPerson) anna = {0};
    g_auto (CvMlsKeyPackageKeys) keys = {0};
    g_auto (CvMlsKeyPackageInfo) info = {0};
    g_autoptr (CvMlsKeyPackage) package = NULL;
    g_autoptr (GError) error = NULL;

    mls_person_init (&anna, room_suites[i], "anna");
    package = mls_person_make_package (&anna, &keys);
    if (!cv_mls_key_package_inspect (anna.cipher.crypto, anna.cipher.suite,
                                     cv_span_from_bytes (package->encoded), MLS_NOW_S, &info,
                                     &error))
      g_assert_no_error (error);
    g_assert_true (cv_span_equal (cv_span_from_bytes (info.identity), anna.params.identity));
    g_assert_true (g_bytes_equal (info.signature_public, anna.signature.public_key));
    g_assert_cmpuint (g_bytes_get_size (info.ref), ==, anna.cipher.suite->hash_len);
    g_assert_cmpuint (info.not_before_s, ==, anna.params.not_before_s);
    g_assert_cmpuint (info.not_after_s, ==, anna.params.not_after_s);
  }
}

static void
test_flipped_is_rejected (void)
{
  g_auto (MlsPerson) anna = {0};
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = NULL;

  mls_person_init (&anna, 0x0001, "anna");
  package = mls_person_make_package (&anna, &keys);
  for (gsize at = 0; at < g_bytes_get_size (package->encoded); at++) {
    g_autoptr (GBytes) flipped = mls_fixture_flip (package->encoded, at);
    g_auto (CvMlsKeyPackageInfo) info = {0};
    g_autoptr (GError) error = NULL;

    g_assert_false (cv_mls_key_package_inspect (anna.cipher.crypto, anna.cipher.suite,
                                                cv_span_from_bytes (flipped), MLS_NOW_S, &info,
                                                &error));
    g_assert_true (error->domain == CV_MLS_ERROR);
    g_assert_null (info.identity);
  }
}

static void
test_cut_and_longer_are_rejected (void)
{
  g_auto (MlsPerson) anna = {0};
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = NULL;
  g_auto (CvWriter) longer = {0};
  CvSpan span;

  mls_person_init (&anna, 0x0001, "anna");
  package = mls_person_make_package (&anna, &keys);
  cv_writer_init (&longer);
  cv_mls_key_package_write (&longer, package);
  cv_writer_u8 (&longer, 0);
  span = cv_writer_span (&longer);
  for (gsize len = 0; len <= span.len; len++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (CvMlsKeyPackage) parsed =
        cv_mls_key_package_parse (cv_span (span.data, len), &error);

    if (len == span.len - 1)
      g_assert_nonnull (parsed);
    else
      g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_MALFORMED);
  }
}

static void
test_lifetime (void)
{
  g_auto (MlsPerson) anna = {0};
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = NULL;
  g_autoptr (GError) error = NULL;

  mls_person_init (&anna, 0x0001, "anna");
  package = mls_person_make_package (&anna, &keys);
  g_assert_true (
      cv_mls_key_package_verify (&anna.cipher, package, anna.params.not_before_s, &error));
  g_assert_true (
      cv_mls_key_package_verify (&anna.cipher, package, anna.params.not_after_s, &error));
  g_assert_cmpint (verify_code (&anna.cipher, package, anna.params.not_before_s - 1), ==,
                   CV_MLS_ERROR_INVALID);
  g_assert_cmpint (verify_code (&anna.cipher, package, anna.params.not_after_s + 1), ==,
                   CV_MLS_ERROR_INVALID);
  g_assert_true (cv_mls_key_package_verify (&anna.cipher, package, 0, &error));
}

/* Signed again, as a hostile client would; its leaf is like->leaf_node. */
static CvMlsKeyPackage *
forge (const MlsPerson *person, const CvMlsKeyPackage *like)
{
  g_autoptr (GBytes) encoded =
      forgery_sign_package (&person->cipher, person->params.signature_private, like,
                            cv_span_from_bytes (like->leaf_node->encoded));
  g_autoptr (GError) error = NULL;
  CvMlsKeyPackage *package = cv_mls_key_package_parse (cv_span_from_bytes (encoded), &error);

  g_assert_no_error (error);
  return package;
}

static void
assert_inspect_invalid (const MlsPerson *person, const CvMlsKeyPackage *package)
{
  g_auto (CvMlsKeyPackageInfo) info = {0};
  g_autoptr (GError) error = NULL;

  g_assert_false (cv_mls_key_package_inspect (person->cipher.crypto, person->cipher.suite,
                                              cv_span_from_bytes (package->encoded), MLS_NOW_S,
                                              &info, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
}

/* What nobody takes is not made either: inspecting and making draw one line. */
static void
test_range (void)
{
  static const struct {
    guint64 not_before_s;
    guint64 not_after_s;
    gboolean is_good;
  } table[] = {
      {MLS_NOW_S - 3600, MLS_NOW_S - 3600 + CV_MLS_KEY_PACKAGE_LIFETIME_MAX_S, TRUE},
      {MLS_NOW_S - 3600, MLS_NOW_S - 3600 + CV_MLS_KEY_PACKAGE_LIFETIME_MAX_S + 1, FALSE},
      {MLS_NOW_S, MLS_NOW_S, TRUE},
      {MLS_NOW_S, MLS_NOW_S - 1, FALSE},
      {0, G_MAXUINT64, FALSE},
      {G_MAXUINT64, 0, FALSE},
      {MLS_NOW_S, G_MAXUINT64, FALSE},
  };
  g_auto (MlsPerson) anna = {0};
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = NULL;

  mls_person_init (&anna, 0x0001, "anna");
  package = mls_person_make_package (&anna, &keys);
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    CvMlsLeafNode like_leaf = *package->leaf_node;
    CvMlsKeyPackage like = *package;
    g_autoptr (CvMlsLeafNode) leaf = NULL;
    g_autoptr (CvMlsKeyPackage) forged = NULL;
    g_autoptr (CvMlsJoiner) joiner = NULL;
    g_autoptr (GError) error = NULL;

    like_leaf.not_before_s = anna.params.not_before_s = table[i].not_before_s;
    like_leaf.not_after_s = anna.params.not_after_s = table[i].not_after_s;
    leaf = forgery_make_leaf (&anna.cipher, anna.params.signature_private, &like_leaf);
    like.leaf_node = leaf;
    forged = forge (&anna, &like);
    joiner = cv_mls_joiner_new (anna.cipher.crypto, &anna.params, &error);
    g_assert_true ((joiner != NULL) == table[i].is_good);
    if (table[i].is_good) {
      g_assert_true (cv_mls_key_package_verify (&anna.cipher, forged, MLS_NOW_S, &error));
      continue;
    }
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
    assert_inspect_invalid (&anna, forged);
  }
}

/* A KeyPackage whose leaf and whose own list have an application_id of that many bytes. */
static GBytes *
make_long (const MlsPerson *person, const CvMlsKeyPackage *package, gsize leaf_more,
           gsize package_more)
{
  g_autofree guint8 *zeroes = g_malloc0 (MAX (leaf_more, package_more));
  CvMlsLeafNode like_leaf = *package->leaf_node;
  CvMlsKeyPackage like = *package;
  g_autoptr (GPtrArray) in_leaf = cv_mls_extension_list_new ();
  g_autoptr (GPtrArray) in_package = cv_mls_extension_list_new ();
  g_autoptr (GBytes) leaf = NULL;

  cv_mls_extension_list_add (in_leaf, CV_MLS_EXTENSION_APPLICATION_ID, cv_span (zeroes, leaf_more));
  cv_mls_extension_list_add (in_package, CV_MLS_EXTENSION_APPLICATION_ID,
                             cv_span (zeroes, package_more));
  like_leaf.extensions = in_leaf;
  like.extensions = in_package;
  leaf = forgery_sign_leaf (&person->cipher, person->params.signature_private, &like_leaf);
  return forgery_sign_package (&person->cipher, person->params.signature_private, &like,
                               cv_span_from_bytes (leaf));
}

/* What any outsider may send, and what a leaf may weigh in every Welcome. */
static void
test_len (void)
{
  const gsize most = 100 * 1024; /* of one list; all lengths around are written in four bytes */
  static const struct {
    gboolean is_leaf_longest; /* else the KeyPackage is */
    gsize over;
    gboolean is_good;
  } table[] = {
      {TRUE, 0, TRUE},
      {TRUE, 1, FALSE},
      {FALSE, 0, TRUE},
      {FALSE, 1, FALSE},
  };
  g_auto (MlsPerson) anna = {0};
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = NULL;
  g_autoptr (CvMlsKeyPackage) model = NULL;
  g_autoptr (GBytes) model_bytes = NULL;
  g_autoptr (GError) error = NULL;

  mls_person_init (&anna, 0x0001, "anna");
  package = mls_person_make_package (&anna, &keys);
  model_bytes = make_long (&anna, package, most, most / 2);
  model = cv_mls_key_package_parse (cv_span_from_bytes (model_bytes), &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    gsize leaf_more =
        most + CV_MLS_LIMIT_LEAF - g_bytes_get_size (model->leaf_node->encoded) + table[i].over;
    gsize package_more =
        most / 2 + CV_MLS_LIMIT_KEY_PACKAGE - g_bytes_get_size (model_bytes) + table[i].over;
    g_autoptr (GBytes) encoded =
        make_long (&anna, package, table[i].is_leaf_longest ? leaf_more : most,
                   table[i].is_leaf_longest ? 0 : package_more);
    g_autoptr (CvMlsKeyPackage) parsed =
        cv_mls_key_package_parse (cv_span_from_bytes (encoded), &error);

    g_assert_true ((parsed != NULL) == table[i].is_good);
    if (table[i].is_good)
      g_assert_true (cv_mls_key_package_verify (&anna.cipher, parsed, MLS_NOW_S, &error));
    else
      g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_MALFORMED);
    g_clear_error (&error);
  }
}

/* As many types as others read, GREASE included. */
static void
test_own_types (void)
{
  guint16 types[CV_MLS_LIMIT_ENTRIES];
  g_auto (MlsPerson) anna = {0};

  mls_person_init (&anna, 0x0001, "anna");
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    types[i] = (guint16)(0xF000 + i);
  anna.params.extension_types = types;
  for (gsize n = CV_MLS_LIMIT_ENTRIES - 1; n <= CV_MLS_LIMIT_ENTRIES; n++) {
    g_autoptr (CvMlsJoiner) joiner = NULL;
    g_autoptr (GError) error = NULL;

    anna.params.n_extension_types = n;
    joiner = cv_mls_joiner_new (anna.cipher.crypto, &anna.params, &error);
    g_assert_true ((joiner != NULL) == (n < CV_MLS_LIMIT_ENTRIES));
    if (!joiner)
      g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  }
}

static void
test_other_suite (void)
{
  g_auto (MlsPerson) anna = {0};
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = NULL;
  CvMlsCipher other = mls_fixture_cipher (0x0003);

  mls_person_init (&anna, 0x0001, "anna");
  package = mls_person_make_package (&anna, &keys);
  g_assert_cmpint (verify_code (&other, package, MLS_NOW_S), ==, CV_MLS_ERROR_INVALID);
}

/* GREASE is a type like any other: listed, or refused. */
static void
test_extensions (void)
{
  static const guint16 listed[] = {0xF0C0, 0x000A};
  static const struct {
    guint16 type;
    gboolean is_good;
  } table[] = {
      {CV_MLS_EXTENSION_APPLICATION_ID, TRUE},
      {CV_MLS_EXTENSION_RATCHET_TREE, TRUE},
      {CV_MLS_EXTENSION_REQUIRED_CAPABILITIES, TRUE},
      {CV_MLS_EXTENSION_EXTERNAL_PUB, TRUE},
      {CV_MLS_EXTENSION_EXTERNAL_SENDERS, TRUE},
      {0x0000, FALSE},
      {0x0006, FALSE},
      {0x000A, TRUE},
      {0xF0C0, TRUE},
      {0xF0C1, FALSE},
      {0xFAFA, FALSE},
  };
  g_auto (MlsPerson) anna = {0};
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = NULL;
  guint n_grease = 0;

  mls_person_init (&anna, 0x0001, "anna");
  anna.params.extension_types = listed;
  anna.params.n_extension_types = G_N_ELEMENTS (listed);
  package = mls_person_make_package (&anna, &keys);
  for (guint i = 0; i < G_N_ELEMENTS (table) + 15; i++) {
    guint16 grease = (guint16)(0x0A0A + 0x1010 * (i - G_N_ELEMENTS (table)));
    CvMlsKeyPackage like = *package;
    gboolean is_grease = i >= G_N_ELEMENTS (table);
    gboolean is_listed =
        is_grease && cv_mls_type_list_contain (package->leaf_node->capabilities.extensions, grease);
    g_autoptr (GPtrArray) list = cv_mls_extension_list_new ();
    g_autoptr (CvMlsKeyPackage) changed = NULL;
    g_autoptr (GError) error = NULL;

    cv_mls_extension_list_add (list, is_grease ? grease : table[i].type, CV_SPAN_LITERAL ("x"));
    like.extensions = list;
    changed = forge (&anna, &like);
    n_grease += is_listed ? 1 : 0;
    if (is_grease ? is_listed : table[i].is_good) {
      g_assert_true (cv_mls_key_package_verify (&anna.cipher, changed, MLS_NOW_S, &error));
      g_assert_no_error (error);
    } else
      g_assert_cmpint (verify_code (&anna.cipher, changed, MLS_NOW_S), ==, CV_MLS_ERROR_INVALID);
  }
  g_assert_cmpuint (n_grease, ==, 1);
}

static void
test_init_key (void)
{
  g_auto (MlsPerson) anna = {0};
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = NULL;
  g_autoptr (CvMlsKeyPackage) same = NULL;
  g_autoptr (CvMlsKeyPackage) bad = NULL;
  g_autoptr (GBytes) too_short = g_bytes_new_static ("short", 5);
  CvMlsKeyPackage like;

  mls_person_init (&anna, 0x0001, "anna");
  package = mls_person_make_package (&anna, &keys);
  like = *package;
  like.init_key = package->leaf_node->encryption_key;
  same = forge (&anna, &like);
  g_assert_cmpint (verify_code (&anna.cipher, same, MLS_NOW_S), ==, CV_MLS_ERROR_INVALID);
  like.init_key = too_short;
  bad = forge (&anna, &like);
  g_assert_cmpint (verify_code (&anna.cipher, bad, MLS_NOW_S), ==, CV_MLS_ERROR_INVALID);
}

static void
test_renewed_leaf (void)
{
  g_auto (MlsPerson) anna = {0};
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = NULL;
  g_autoptr (CvMlsLeafNode) leaf = NULL;
  g_autoptr (GError) error = NULL;
  const CvSpan group_id = CV_SPAN_LITERAL ("group");
  CvMlsLeafRenewal renewal = {.source = CV_MLS_LEAF_SOURCE_COMMIT,
                              .parent_hash = CV_SPAN_LITERAL ("hash"),
                              .group_id = group_id,
                              .leaf = {5}};

  mls_person_init (&anna, 0x0001, "anna");
  package = mls_person_make_package (&anna, &keys);
  renewal.encryption_key = cv_span_from_bytes (package->init_key);
  renewal.signature_private = anna.params.signature_private;
  leaf = cv_mls_leaf_node_renew (&anna.cipher, package->leaf_node, &renewal, &error);
  g_assert_no_error (error);
  g_assert_true (cv_mls_leaf_node_verify (&anna.cipher, leaf, group_id, (CvMlsLeaf){5}, &error));
  g_assert_true (cv_mls_leaf_node_check (&anna.cipher, leaf, MLS_NOW_S, &error));
  /* Bound to its place: another leaf and another group are refused. */
  g_assert_false (cv_mls_leaf_node_verify (&anna.cipher, leaf, group_id, (CvMlsLeaf){4}, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_AUTHENTICATION);
  g_clear_error (&error);
  g_assert_false (cv_mls_leaf_node_verify (&anna.cipher, leaf, CV_SPAN_LITERAL ("other"),
                                           (CvMlsLeaf){5}, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_AUTHENTICATION);
}

static void
test_required_capabilities (void)
{
  static const guint16 known[] = {0xF0C0};
  static const guint16 unknown[] = {0xF0C0, 0xF0C1};
  static const guint16 credentials[] = {CV_MLS_CREDENTIAL_BASIC};
  static const guint16 x509[] = {CV_MLS_CREDENTIAL_X509};
  static const guint16 proposals[] = {CV_MLS_EXTENSION_APPLICATION_ID};
  static const guint16 odd_proposals[] = {0xF0C0};
  const struct {
    const guint16 *extensions;
    gsize n_extensions;
    const guint16 *proposals;
    const guint16 *credentials;
    gboolean is_supported;
  } table[] = {
      {known, 1, proposals, credentials, TRUE},
      {unknown, 2, proposals, credentials, FALSE},
      {known, 1, odd_proposals, credentials, FALSE},
      {known, 1, proposals, x509, FALSE},
  };
  g_auto (MlsPerson) anna = {0};
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = NULL;

  mls_person_init (&anna, 0x0001, "anna");
  anna.params.extension_types = known;
  anna.params.n_extension_types = 1;
  package = mls_person_make_package (&anna, &keys);
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_auto (CvMlsRequiredCapabilities) required = {
        .extensions = cv_mls_type_list_new (table[i].extensions, table[i].n_extensions),
        .proposals = cv_mls_type_list_new (table[i].proposals, 1),
        .credentials = cv_mls_type_list_new (table[i].credentials, 1),
    };
    g_autoptr (GPtrArray) extensions = cv_mls_extension_list_new ();
    g_auto (CvWriter) writer = {0};
    g_autoptr (GError) error = NULL;

    cv_writer_init (&writer);
    cv_mls_required_capabilities_write (&writer, &required);
    cv_mls_extension_list_add (extensions, CV_MLS_EXTENSION_REQUIRED_CAPABILITIES,
                               cv_writer_span (&writer));
    g_assert_true (cv_mls_leaf_node_check_supports (package->leaf_node, extensions, &error)
                   == table[i].is_supported);
    if (!table[i].is_supported)
      g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  }
}

static void
test_unsupported_group_extension (void)
{
  g_auto (MlsPerson) anna = {0};
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = NULL;
  g_autoptr (GPtrArray) extensions = cv_mls_extension_list_new ();
  g_autoptr (GError) error = NULL;

  mls_person_init (&anna, 0x0001, "anna");
  package = mls_person_make_package (&anna, &keys);
  cv_mls_extension_list_add (extensions, CV_MLS_EXTENSION_REQUIRED_CAPABILITIES,
                             CV_SPAN_LITERAL ("\x00\x00\x00"));
  g_assert_true (cv_mls_leaf_node_check_supports (package->leaf_node, extensions, &error));
  cv_mls_extension_list_add (extensions, 0xF0C0, CV_SPAN_EMPTY);
  g_assert_false (cv_mls_leaf_node_check_supports (package->leaf_node, extensions, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/key-package/made-is-accepted", test_made_is_accepted);
  g_test_add_func ("/mls/key-package/flipped-is-rejected", test_flipped_is_rejected);
  g_test_add_func ("/mls/key-package/cut-and-longer-are-rejected",
                   test_cut_and_longer_are_rejected);
  g_test_add_func ("/mls/key-package/lifetime", test_lifetime);
  g_test_add_func ("/mls/key-package/nobody-makes-or-takes-long-lifetimes", test_range);
  g_test_add_func ("/mls/key-package/too-long", test_len);
  g_test_add_func ("/mls/key-package/too-many-types", test_own_types);
  g_test_add_func ("/mls/key-package/other-suite", test_other_suite);
  g_test_add_func ("/mls/key-package/init-key-is-checked", test_init_key);
  g_test_add_func ("/mls/key-package/extensions-are-listed", test_extensions);
  g_test_add_func ("/mls/leaf-node/renewed-is-bound-to-its-place", test_renewed_leaf);
  g_test_add_func ("/mls/leaf-node/required-capabilities", test_required_capabilities);
  g_test_add_func ("/mls/leaf-node/unsupported-group-extension", test_unsupported_group_extension);
  return g_test_run ();
}
