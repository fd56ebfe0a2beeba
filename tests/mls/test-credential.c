/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* X.509 credentials are read, carried and given out; whether to trust them is not decided here
 * (RFC 9420 §5.3, §7.3). Costs 1 s under sanitizers. */
#include "mls/group-private.h"
#include "mls/members.h"

static const CvSpan chain[] = {CV_SPAN_LITERAL ("leaf certificate"), CV_SPAN_LITERAL ("root")};

typedef struct {
  Member *alice; /* basic, can do X.509 */
  Member *bob; /* has certificates */
  Member *carol; /* basic only */
  Member *all[3];
} World;

static void
world_set_up (World *world, gconstpointer data)
{
  const CvMlsSuite *suite = members_get_suite (0x0001);
  CvMlsLeafParams leaf;
  const CvMlsExtensionValue policy = {TEST_POLICY_TYPE, CV_SPAN_LITERAL ("policy")};
  CvMlsCreateParams create = {.leaf = &leaf,
                              .group_id = CV_SPAN_LITERAL ("group"),
                              .extensions = &policy,
                              .n_extensions = 1};
  g_autoptr (GError) error = NULL;

  world->alice = world->all[0] = member_new (suite, "alice");
  world->bob = world->all[1] = member_new (suite, "bob");
  world->carol = world->all[2] = member_new (suite, "carol");
  leaf = member_leaf_params (world->alice);
  leaf.supports_x509 = TRUE;
  world->alice->group = cv_mls_group_create (members_get_crypto (), &create, &error);
  g_assert_no_error (error);
}

static void
world_tear_down (World *world, gconstpointer data)
{
  for (gsize i = 0; i < 3; i++)
    member_free (world->all[i]);
}

static CvSpan
offer_certificates (Member *member)
{
  CvMlsLeafParams leaf = member_leaf_params (member);
  g_autoptr (GError) error = NULL;

  leaf.certificates = chain;
  leaf.n_certificates = G_N_ELEMENTS (chain);
  member->joiner = cv_mls_joiner_new (members_get_crypto (), &leaf, &error);
  g_assert_no_error (error);
  return cv_span_from_bytes (cv_mls_joiner_get_key_package (member->joiner));
}

static void
add_bob (World *world)
{
  CvSpan offer = offer_certificates (world->bob);
  CvMlsCommitParams params = {.adds = &offer, .n_adds = 1, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  member_commit (world->alice, &params, &result);
  member_join (world->bob, result.welcome);
}

static void
test_member (World *world, gconstpointer data)
{
  CvMlsMember bob;
  CvReader reader;
  Member *talking[] = {world->alice, world->bob};
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  add_bob (world);
  g_assert_true (cv_mls_group_get_member (world->alice->group, (CvMlsLeaf){1}, &bob));
  g_assert_cmpuint (bob.credential_type, ==, CV_MLS_CREDENTIAL_X509);
  cv_reader_init (&reader, bob.identity);
  for (gsize i = 0; i < G_N_ELEMENTS (chain); i++)
    g_assert_true (cv_span_equal (cv_reader_vector (&reader, 100), chain[i]));
  g_assert_true (cv_reader_finish (&reader));
  members_assert_talk (talking, 2);
  /* And it is kept when the leaf is renewed. */
  member_commit (world->bob, &params, &result);
  member_follow (world->alice, result.commit);
  g_assert_true (cv_mls_group_get_member (world->alice->group, (CvMlsLeaf){1}, &bob));
  g_assert_cmpuint (bob.credential_type, ==, CV_MLS_CREDENTIAL_X509);
  members_assert_talk (talking, 2);
}

static void
assert_not_added (Member *by, CvSpan offer)
{
  CvMlsCommitParams params = {.adds = &offer, .n_adds = 1, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  g_assert_false (cv_mls_group_commit (by->group, &params, &result, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
}

/* §7.3: who cannot do X.509 does not come where it is in use. */
static void
test_newcomer_cannot (World *world, gconstpointer data)
{
  add_bob (world);
  assert_not_added (world->alice, member_offer (world->carol));
}

/* §7.3: nor does it come where somebody cannot. */
static void
test_group_cannot (World *world, gconstpointer data)
{
  member_create (world->carol);
  assert_not_added (world->carol, offer_certificates (world->bob));
}

/* The door of a meeting knows no certificates. */
static void
test_inspect (World *world, gconstpointer data)
{
  CvSpan offer = offer_certificates (world->bob);
  g_auto (CvMlsKeyPackageInfo) info = {0};
  g_autoptr (GError) error = NULL;

  g_assert_false (cv_mls_key_package_inspect (members_get_crypto (), world->bob->suite, offer,
                                              TEST_NOW_S, &info, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_UNSUPPORTED);
}

static void
test_too_long (World *world, gconstpointer data)
{
  g_autofree guint8 *bytes = g_malloc0 (CV_MLS_LIMIT_IDENTITY);
  CvSpan certificate = cv_span (bytes, CV_MLS_LIMIT_IDENTITY);
  CvMlsLeafParams leaf = member_leaf_params (world->bob);
  g_autoptr (GError) error = NULL;

  leaf.certificates = &certificate;
  leaf.n_certificates = 1;
  g_assert_null (cv_mls_joiner_new (members_get_crypto (), &leaf, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
}

static void
test_malformed (World *world, gconstpointer data)
{
  static const struct {
    CvSpan bytes;
    gboolean is_good;
  } cases[] = {
      {CV_SPAN_LITERAL ("\x00\x01\x02hi"), TRUE},
      {CV_SPAN_LITERAL ("\x00\x02\x00"), TRUE}, /* no certificate: trust will say no */
      {CV_SPAN_LITERAL ("\x00\x02\x03\x02hi"), TRUE},
      {CV_SPAN_LITERAL ("\x00\x02\x03\x03hi"), FALSE}, /* cut short inside */
      {CV_SPAN_LITERAL ("\x00\x02\x04\x02hi\x05"), FALSE}, /* rest inside */
      {CV_SPAN_LITERAL ("\x00\x02\x05\x02hi"), FALSE}, /* cut short */
      {CV_SPAN_LITERAL ("\x00\x02\x04\x40\x02hi"), FALSE}, /* length is not minimal */
      {CV_SPAN_LITERAL ("\x00\x03\x02hi"), FALSE}, /* unknown type */
      {CV_SPAN_LITERAL ("\x0A\x0A\x02hi"), FALSE}, /* GREASE is no credential */
      {CV_SPAN_LITERAL ("\x00\x00\x02hi"), FALSE},
      {CV_SPAN_LITERAL ("\x00"), FALSE},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (CvMlsCredential) credential = {0};
    CvReader reader;
    gboolean is_read;

    cv_reader_init (&reader, cases[i].bytes);
    is_read = cv_mls_credential_read (&reader, &credential);
    g_assert_cmpint (is_read && cv_reader_finish (&reader), ==, cases[i].is_good);
  }
}

typedef struct {
  const char *name;
  void (*run) (World *world, gconstpointer data);
} Claim;

static const Claim claims[] = {
    {"x509-member", test_member},
    {"rejects-newcomer-without-x509", test_newcomer_cannot},
    {"rejects-x509-where-one-cannot", test_group_cannot},
    {"rejects-x509-at-the-door", test_inspect},
    {"rejects-too-long-chains", test_too_long},
    {"rejects-malformed-chains", test_malformed},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/credential/%s", claims[i].name);

    g_test_add (path, World, NULL, world_set_up, claims[i].run, world_tear_down);
  }
  return g_test_run ();
}
