/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* mls/passive-client-*.json: joining groups that others made, and following their commits. */
#include "mls/group-private.h"
#include "mls/mls-vectors.h"

static CvSecret *
find_psk (gpointer data, CvSpan psk_id)
{
  JsonArray *psks = data;

  for (guint i = 0; i < json_array_get_length (psks); i++) {
    JsonObject *entry = cv_vectors_get_element (psks, i);
    g_autoptr (GBytes) id = cv_vectors_dup_hex (entry, "psk_id");

    if (cv_span_equal (cv_span_from_bytes (id), psk_id))
      return mls_vectors_dup_secret (entry, "psk");
  }
  return NULL;
}

static void
check_pairs (const CvMlsKeyPackage *package, const CvMlsKeyPackageKeys *keys, CvSecret *signature,
             const CvMlsCipher *cipher, guint index)
{
  const CvMlsLeafNode *leaf = package->leaf_node;

  mls_vectors_assert_kem_pair (cipher, keys->init_private, cv_span_from_bytes (package->init_key),
                               index);
  mls_vectors_assert_kem_pair (cipher, keys->encryption_private,
                               cv_span_from_bytes (leaf->encryption_key), index);
  mls_vectors_assert_signature_pair (cipher, signature, cv_span_from_bytes (leaf->signature_key),
                                     index);
}

static CvMlsJoiner *
make_joiner (JsonObject *test_case, guint index, const CvMlsCipher *cipher)
{
  g_autoptr (GBytes) encoded = cv_vectors_dup_hex (test_case, "key_package");
  g_autoptr (CvSecret) signature =
      mls_vectors_dup_signature_private (test_case, "signature_priv", cipher->suite);
  g_auto (CvMlsKeyPackageKeys) keys = {
      .init_private = mls_vectors_dup_kem_private (test_case, "init_priv", cipher->suite),
      .encryption_private =
          mls_vectors_dup_kem_private (test_case, "encryption_priv", cipher->suite),
  };
  g_auto (CvMlsMessage) message = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_message_parse (cv_span_from_bytes (encoded), &message, &error) || error);
  g_assert_no_error (error);
  g_assert_cmpuint (message.wire_format, ==, CV_MLS_WIRE_KEY_PACKAGE);
  check_pairs (message.key_package, &keys, signature, cipher, index);
  return cv_mls_joiner_restore (cipher->suite, message.key_package, &keys,
                                cv_secret_span (signature));
}

static GBytes *
dup_tree (JsonObject *test_case)
{
  if (!json_object_has_member (test_case, "ratchet_tree")
      || json_object_get_null_member (test_case, "ratchet_tree"))
    return NULL;
  return cv_vectors_dup_hex (test_case, "ratchet_tree");
}

static CvMlsGroup *
join (JsonObject *test_case, guint index, const CvMlsCipher *cipher)
{
  g_autoptr (CvMlsJoiner) joiner = make_joiner (test_case, index, cipher);
  g_autoptr (GBytes) welcome = cv_vectors_dup_hex (test_case, "welcome");
  g_autoptr (GBytes) tree = dup_tree (test_case);
  g_autoptr (GError) error = NULL;
  CvMlsJoinParams params = {
      .welcome = cv_span_from_bytes (welcome),
      .ratchet_tree = cv_span_from_bytes (tree),
      .find_psk = find_psk,
      .psk_data = cv_vectors_get_array (test_case, "external_psks"),
  };
  CvMlsGroup *group = cv_mls_group_join (cipher->crypto, joiner, &params, &error);

  g_assert_no_error (error);
  /* Without its PSKs the same Welcome is shut. */
  if (json_array_get_length (params.psk_data) > 0) {
    params.find_psk = NULL;
    g_assert_null (cv_mls_group_join (cipher->crypto, joiner, &params, NULL));
  }
  return group;
}

static void
receive (JsonObject *test_case, CvMlsGroup *group, const char *hex, CvMlsReceived *received)
{
  g_autoptr (GBytes) message = cv_vectors_parse_hex (hex);
  g_autoptr (GError) error = NULL;
  CvMlsReceiveParams params = {
      .message = cv_span_from_bytes (message),
      .find_psk = find_psk,
      .psk_data = cv_vectors_get_array (test_case, "external_psks"),
  };

  g_assert_true (cv_mls_group_receive (group, &params, received, &error) || error);
  g_assert_no_error (error);
}

static CvMlsGroup *
follow (JsonObject *test_case, CvMlsGroup *group, JsonObject *epoch)
{
  JsonArray *proposals = cv_vectors_get_array (epoch, "proposals");
  g_auto (CvMlsReceived) received = {0};

  for (guint i = 0; i < json_array_get_length (proposals); i++) {
    g_auto (CvMlsReceived) proposal = {0};

    receive (test_case, group, cv_vectors_get_string_element (proposals, i), &proposal);
    g_assert_cmpint (proposal.type, ==, CV_MLS_CONTENT_PROPOSAL);
  }
  receive (test_case, group, cv_vectors_get_string (epoch, "commit"), &received);
  g_assert_cmpint (received.type, ==, CV_MLS_CONTENT_COMMIT);
  g_assert_nonnull (received.next);
  return g_steal_pointer (&received.next);
}

static void
run (JsonObject *test_case, guint index, const CvMlsCipher *cipher)
{
  g_autoptr (CvMlsGroup) group = join (test_case, index, cipher);
  JsonArray *epochs = cv_vectors_get_array (test_case, "epochs");

  mls_vectors_assert_member (cv_mls_group_get_epoch_authenticator (group), test_case,
                             "initial_epoch_authenticator", index);
  for (guint i = 0; i < json_array_get_length (epochs); i++) {
    JsonObject *epoch = cv_vectors_get_element (epochs, i);
    CvMlsGroup *next = follow (test_case, group, epoch);

    cv_mls_group_unref (group);
    group = next;
    mls_vectors_assert_member (cv_mls_group_get_epoch_authenticator (group), epoch,
                               "epoch_authenticator", index);
  }
}

/* A welcome's file has no epochs after it. */
static void
run_history (JsonObject *test_case, guint index, const CvMlsCipher *cipher)
{
  g_assert_cmpuint (json_array_get_length (cv_vectors_get_array (test_case, "epochs")), >, 0);
  run (test_case, index, cipher);
}

static void
test_welcome (void)
{
  mls_vectors_run ("mls/passive-client-welcome.json", run);
}

static void
test_history (gconstpointer name)
{
  mls_vectors_run (name, run_history);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/vectors/passive-client/welcome", test_welcome);
  g_test_add_data_func ("/mls/vectors/passive-client/handling-commit",
                        "mls/passive-client-handling-commit.json", test_history);
  /* Not in every folder: histories that somebody drew at random. */
  g_test_add_data_func ("/mls/vectors/passive-client/random", "mls/passive-client-random.json",
                        test_history);
  return g_test_run ();
}
