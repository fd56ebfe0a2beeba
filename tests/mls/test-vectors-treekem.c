/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* mls/treekem.json: taking published update paths, and making new ones that every member takes. */
#include "mls/group-context.h"
#include "mls/mls-vectors.h"
#include "mls/treekem.h"

typedef struct {
  const CvMlsCipher *cipher;
  guint index;
  GBytes *group_id;
  CvMlsRatchetTree *tree;
  CvMlsGroupContext context;
  GPtrArray *members; /* CvMlsTreeKeys, NULL for leaves without */
  GPtrArray *signers; /* CvSecret */
} Case;

static CvSecret *
derive_private (const CvMlsCipher *cipher, CvSpan path_secret)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) node = cv_mls_labels_derive (cipher, path_secret, "node", &error);
  g_auto (CvCryptoKeyPair) pair = {0};

  g_assert_no_error (error);
  g_assert_true (cv_crypto_kem_derive (cipher->crypto, cipher->suite->kem, cv_secret_span (node),
                                       &pair, &error));
  return g_steal_pointer (&pair.private_key);
}

static CvMlsTreeKeys *
read_member (const Case *test, JsonObject *object)
{
  CvMlsLeaf leaf = {(guint32)cv_vectors_get_uint (object, "index")};
  g_autoptr (CvSecret) encryption =
      mls_vectors_dup_kem_private (object, "encryption_priv", test->cipher->suite);
  CvMlsTreeKeys *keys = cv_mls_tree_keys_new (leaf, encryption);
  JsonArray *secrets = cv_vectors_get_array (object, "path_secrets");

  for (guint i = 0; i < json_array_get_length (secrets); i++) {
    JsonObject *entry = cv_vectors_get_element (secrets, i);
    g_autoptr (GBytes) secret = cv_vectors_dup_hex (entry, "path_secret");
    g_autoptr (CvSecret) private_key = derive_private (test->cipher, cv_span_from_bytes (secret));
    CvMlsNode node = {(guint32)cv_vectors_get_uint (entry, "node")};

    mls_vectors_assert_kem_pair (test->cipher, private_key,
                                 cv_mls_ratchet_tree_get_key (test->tree, node), test->index);
    cv_mls_tree_keys_set (keys, node, private_key);
  }
  return keys;
}

static void
read_person (Case *test, JsonObject *object)
{
  CvMlsTreeKeys *keys = read_member (test, object);
  CvMlsLeaf leaf = cv_mls_tree_keys_get_own (keys);
  const CvMlsLeafNode *node = cv_mls_ratchet_tree_get_leaf (test->tree, leaf);
  CvSecret *signature =
      mls_vectors_dup_signature_private (object, "signature_priv", test->cipher->suite);

  g_assert_nonnull (node);
  mls_vectors_assert_kem_pair (test->cipher,
                               cv_mls_tree_keys_get (keys, cv_mls_tree_math_from_leaf (leaf)),
                               cv_span_from_bytes (node->encryption_key), test->index);
  mls_vectors_assert_signature_pair (test->cipher, signature,
                                     cv_span_from_bytes (node->signature_key), test->index);
  g_ptr_array_add (test->members, keys);
  g_ptr_array_add (test->signers, signature);
}

static void
case_init (Case *test, JsonObject *test_case, guint index, const CvMlsCipher *cipher)
{
  g_autoptr (GBytes) encoded = cv_vectors_dup_hex (test_case, "ratchet_tree");
  JsonArray *leaves = cv_vectors_get_array (test_case, "leaves_private");
  g_autoptr (GError) error = NULL;

  *test = (Case){.cipher = cipher, .index = index};
  test->group_id = cv_vectors_dup_hex (test_case, "group_id");
  test->tree = cv_mls_ratchet_tree_parse (cv_span_from_bytes (encoded), &error);
  g_assert_no_error (error);
  test->context = (CvMlsGroupContext){
      .suite = cipher->suite->id,
      .group_id = g_bytes_ref (test->group_id),
      .epoch = cv_vectors_get_uint (test_case, "epoch"),
      .tree_hash = cv_span_dup (CV_SPAN_EMPTY),
      .confirmed_transcript_hash = cv_vectors_dup_hex (test_case, "confirmed_transcript_hash"),
      .extensions = cv_mls_extension_list_new (),
  };
  test->members = g_ptr_array_new_with_free_func ((GDestroyNotify)cv_mls_tree_keys_free);
  test->signers = g_ptr_array_new_with_free_func ((GDestroyNotify)cv_secret_unref);
  for (guint i = 0; i < json_array_get_length (leaves); i++)
    read_person (test, cv_vectors_get_element (leaves, i));
}

static void
case_clear (Case *test)
{
  g_ptr_array_unref (test->signers);
  g_ptr_array_unref (test->members);
  cv_mls_group_context_clear (&test->context);
  cv_mls_ratchet_tree_free (test->tree);
  g_bytes_unref (test->group_id);
}

/* The GroupContext that a path into this tree is bound to. */
static GBytes *
encode_context (const Case *test, CvMlsRatchetTree *tree)
{
  g_auto (CvMlsGroupContext) context = {0};
  g_autoptr (GError) error = NULL;

  cv_mls_group_context_copy (&context, &test->context);
  g_bytes_unref (context.tree_hash);
  context.tree_hash = cv_span_dup (cv_mls_tree_hash_update (test->cipher, tree, &error));
  g_assert_no_error (error);
  return cv_mls_group_context_encode (&context);
}

/* Every member but the sender takes the path; the commit secret they find, or NULL on failure. */
static void
everybody_opens (const Case *test, CvMlsRatchetTree *tree, CvMlsLeaf sender,
                 const CvMlsUpdatePath *update, CvSpan commit_secret)
{
  g_autoptr (GBytes) context = encode_context (test, tree);
  g_autoptr (GArray) added = g_array_new (FALSE, FALSE, sizeof (CvMlsLeaf));
  CvMlsTreekemOpen open = {sender, update, added, cv_span_from_bytes (context)};

  for (guint i = 0; i < test->members->len; i++) {
    g_autoptr (CvMlsTreeKeys) keys = cv_mls_tree_keys_copy (g_ptr_array_index (test->members, i));
    g_autoptr (CvSecret) secret = NULL;
    g_autoptr (GError) error = NULL;

    if (cv_mls_tree_math_leaf_equal (cv_mls_tree_keys_get_own (keys), sender))
      continue;
    secret = cv_mls_treekem_open (test->cipher, tree, keys, &open, &error);
    g_assert_no_error (error);
    cv_vectors_assert_equal (cv_secret_span (secret), commit_secret, "commit secret", test->index);

    /* Bound to another context, it does not open. */
    open.group_context = CV_SPAN_LITERAL ("another");
    g_assert_null (cv_mls_treekem_open (test->cipher, tree, keys, &open, &error));
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_AUTHENTICATION);
    open.group_context = cv_span_from_bytes (context);
  }
}

/* What each leaf finds in the path: with it, the leaf comes to the commit secret. NULL for the
 * sender and for blank leaves. */
static void
check_path_secrets (const Case *test, CvMlsRatchetTree *tree, JsonObject *object, CvMlsLeaf sender,
                    CvSpan commit_secret)
{
  JsonArray *secrets = cv_vectors_get_array (object, "path_secrets");
  guint n_found = 0;

  for (guint i = 0; i < json_array_get_length (secrets); i++) {
    g_autoptr (CvMlsTreeKeys) keys = cv_mls_tree_keys_new ((CvMlsLeaf){i}, NULL);
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (CvSecret) path_secret = NULL;
    g_autoptr (CvSecret) found = NULL;
    g_autoptr (GError) error = NULL;

    if (json_array_get_null_element (secrets, i))
      continue;
    bytes = cv_vectors_parse_hex (cv_vectors_get_string_element (secrets, i));
    path_secret = cv_secret_new_from (cv_span_from_bytes (bytes));
    found = cv_mls_treekem_implant (test->cipher, tree, keys, sender, path_secret, &error);
    g_assert_no_error (error);
    cv_vectors_assert_equal (cv_secret_span (found), commit_secret, "path secret", test->index);
    n_found++;
  }
  g_assert_cmpuint (n_found, ==, cv_mls_ratchet_tree_get_n_members (tree) - 1);
}

static void
take_published (const Case *test, JsonObject *object)
{
  CvMlsLeaf sender = {(guint32)cv_vectors_get_uint (object, "sender")};
  g_autoptr (GBytes) encoded = cv_vectors_dup_hex (object, "update_path");
  g_autoptr (GBytes) commit_secret = cv_vectors_dup_hex (object, "commit_secret");
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_copy (test->tree);
  g_autoptr (CvMlsUpdatePath) update = NULL;
  g_autoptr (GError) error = NULL;
  CvReader reader;

  cv_reader_init (&reader, cv_span_from_bytes (encoded));
  update = cv_mls_update_path_read (&reader);
  g_assert_true (update && cv_reader_finish (&reader));
  g_assert_true (cv_mls_leaf_node_verify (test->cipher, update->leaf_node,
                                          cv_span_from_bytes (test->group_id), sender, &error));
  g_assert_true (cv_mls_treekem_merge (test->cipher, tree, sender, update, &error) || error);
  g_assert_no_error (error);
  mls_vectors_assert_member (cv_mls_tree_hash_update (test->cipher, tree, &error), object,
                             "tree_hash_after", test->index);
  everybody_opens (test, tree, sender, update, cv_span_from_bytes (commit_secret));
  check_path_secrets (test, tree, object, sender, cv_span_from_bytes (commit_secret));

  /* One node less or a foreign sender's path does not fit the tree. */
  if (update->nodes->len > 0) {
    g_autoptr (CvMlsRatchetTree) again = cv_mls_ratchet_tree_copy (test->tree);

    g_ptr_array_set_size (update->nodes, (gint)update->nodes->len - 1);
    g_assert_false (cv_mls_treekem_merge (test->cipher, again, sender, update, &error));
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  }
}

static void
make_own (const Case *test, guint member)
{
  g_autoptr (CvMlsTreeKeys) keys =
      cv_mls_tree_keys_copy (g_ptr_array_index (test->members, member));
  CvMlsLeaf leaf = cv_mls_tree_keys_get_own (keys);
  g_autoptr (CvMlsRatchetTree) mine = cv_mls_ratchet_tree_copy (test->tree);
  g_autoptr (CvMlsRatchetTree) theirs = cv_mls_ratchet_tree_copy (test->tree);
  CvMlsTreekemRenew renew = {
      .group_id = cv_span_from_bytes (test->group_id),
      .from = cv_mls_ratchet_tree_get_leaf (test->tree, leaf),
      .signature_private = cv_secret_span (g_ptr_array_index (test->signers, member)),
  };
  g_autoptr (GArray) added = g_array_new (FALSE, FALSE, sizeof (CvMlsLeaf));
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsTreekemPath) path =
      cv_mls_treekem_renew (test->cipher, mine, keys, &renew, &error);
  g_autoptr (CvMlsUpdatePath) update = NULL;
  g_autoptr (GBytes) context = NULL;

  g_assert_no_error (error);
  context = encode_context (test, mine);
  update =
      cv_mls_treekem_seal (test->cipher, mine, path, added, cv_span_from_bytes (context), &error);
  g_assert_no_error (error);
  g_assert_true (cv_mls_treekem_merge (test->cipher, theirs, leaf, update, &error) || error);
  g_assert_no_error (error);
  everybody_opens (test, theirs, leaf, update,
                   cv_secret_span (cv_mls_treekem_path_get_commit_secret (path)));
}

static void
run (JsonObject *test_case, guint index, const CvMlsCipher *cipher)
{
  JsonArray *paths = cv_vectors_get_array (test_case, "update_paths");
  Case test;

  g_assert_cmpuint (json_array_get_length (paths), >, 0);
  case_init (&test, test_case, index, cipher);
  for (guint i = 0; i < json_array_get_length (paths); i++)
    take_published (&test, cv_vectors_get_element (paths, i));
  make_own (&test, index % test.members->len);
  case_clear (&test);
}

static void
test_treekem (void)
{
  mls_vectors_run ("mls/treekem.json", run);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/vectors/treekem", test_treekem);
  return g_test_run ();
}
