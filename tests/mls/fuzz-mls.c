/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Bytes from outside into every parser of mls, and into the opening of private messages past the
 * lookup of the key.
 *
 * Built with -fsanitize=fuzzer it is a libFuzzer target; alone it changes and joins real messages,
 * as many as its argument says, from a fixed seed so that a failure can be repeated. */
#include "crypto/aead.h"
#include "mls/message.h"
#include "mls/mls-fixture.h"
#include "mls/ratchet-tree.h"

#include <stdlib.h>
#include <string.h>

#define CONTEXT CV_SPAN_LITERAL ("encoded group context")
#define N_SEEDS 6

typedef struct {
  MlsPerson person;
  CvSecret *sender_data_secret;
  CvMlsSecretTree *receiving;
  GPtrArray *seeds; /* GBytes */
} World;

int LLVMFuzzerTestOneInput (const guint8 *data, size_t len);

static CvMlsSecretTree *
new_tree (const CvMlsCipher *cipher, guint32 own)
{
  g_autoptr (CvSecret) secret = cv_secret_new (cipher->suite->hash_len);

  return cv_mls_secret_tree_new (cipher, cv_secret_span (secret), 2, (CvMlsLeaf){own}, NULL);
}

static gboolean
find_key (gpointer data, CvMlsLeaf leaf, CvSpan *public_key)
{
  const World *world = data;

  *public_key = world->person.params.signature_public;
  return leaf.index == 1;
}

static void
add_seed (World *world, GBytes *seed)
{
  g_assert_nonnull (seed);
  g_ptr_array_add (world->seeds, seed);
}

static void
add_framed (World *world, guint16 wire_format)
{
  g_autoptr (CvMlsSecretTree) sending = new_tree (&world->person.cipher, 1);
  const CvMlsMessageKeys keys = {world->person.cipher, sending,
                                 cv_secret_span (world->sender_data_secret)};
  g_auto (CvMlsAuthenticatedContent)
      auth = {.wire_format = wire_format,
              .content = {.group_id = g_bytes_new ("group", 5),
                          .epoch = 7,
                          .sender = {.type = CV_MLS_SENDER_MEMBER, .leaf = {1}},
                          .authenticated_data = g_bytes_new ("aad", 3),
                          .type = CV_MLS_CONTENT_PROPOSAL,
                          .proposal = cv_mls_proposal_new_remove ((CvMlsLeaf){0})}};

  g_assert_true (cv_mls_framing_sign (&world->person.cipher, &auth, CONTEXT,
                                      world->person.params.signature_private, NULL));
  if (wire_format == CV_MLS_WIRE_PRIVATE_MESSAGE)
    add_seed (world, cv_mls_private_message_protect (&keys, &auth, NULL));
  else
    add_seed (world, cv_mls_public_message_protect (&world->person.cipher, &auth, CONTEXT,
                                                    CV_SPAN_LITERAL ("key"), NULL));
}

static void
add_joining (World *world)
{
  const CvMlsCipher *cipher = &world->person.cipher;
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = mls_person_make_package (&world->person, &keys);
  g_auto (CvMlsGroupInfo) info = {
      .context = {.suite = cipher->suite->id,
                  .group_id = g_bytes_new ("group", 5),
                  .tree_hash = g_bytes_new ("tree", 4),
                  .confirmed_transcript_hash = g_bytes_new ("hash", 4)},
      .confirmation_tag = g_bytes_new ("tag", 3),
  };
  g_auto (CvMlsWelcome) welcome = {0};
  g_auto (CvMlsGroupSecrets) secrets = {.joiner_secret = cv_secret_new (cipher->suite->hash_len)};
  g_auto (CvWriter) writer = {0};

  g_assert_true (
      cv_mls_group_info_sign (cipher, &info, world->person.params.signature_private, NULL));
  add_seed (world, cv_mls_message_wrap_group_info (&info));
  g_assert_true (cv_mls_welcome_seal_group_info (
      cipher, &info, cv_secret_span (secrets.joiner_secret), &welcome, NULL));
  g_assert_true (cv_mls_welcome_add (cipher, &welcome, package, &secrets, NULL));
  add_seed (world, cv_mls_message_wrap_welcome (&welcome));
  cv_writer_init (&writer);
  cv_mls_message_write_header (&writer, CV_MLS_WIRE_KEY_PACKAGE);
  cv_mls_key_package_write (&writer, package);
  add_seed (world, cv_writer_take (&writer));
}

/* A commit with an Add and a path, as it is inside of a message. */
static void
add_commit (World *world)
{
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = mls_person_make_package (&world->person, &keys);
  g_autoptr (CvMlsProposal) add = cv_mls_proposal_new_add (package);
  g_autoptr (CvMlsCommit) commit = cv_mls_commit_new ();
  CvMlsUpdatePathNode *node = cv_mls_update_path_node_new (CV_SPAN_LITERAL ("key"));
  g_auto (CvMlsHpkeCiphertext) sealed = {g_bytes_new ("kem", 3), g_bytes_new ("text", 4)};
  g_auto (CvWriter) writer = {0};

  g_ptr_array_add (commit->proposals, cv_mls_proposal_or_ref_new (add));
  commit->path = cv_mls_update_path_new (package->leaf_node);
  cv_mls_update_path_node_take (node, &sealed);
  g_ptr_array_add (commit->path->nodes, node);
  cv_writer_init (&writer);
  cv_mls_commit_write (&writer, commit);
  add_seed (world, cv_writer_take (&writer));
}

static World *
get_world (void)
{
  static World *world;

  if (world)
    return world;
  world = g_new0 (World, 1);
  mls_person_init (&world->person, 0x0001, "anna");
  world->sender_data_secret = cv_secret_new (world->person.cipher.suite->hash_len);
  world->receiving = new_tree (&world->person.cipher, 0);
  world->seeds = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  add_framed (world, CV_MLS_WIRE_PUBLIC_MESSAGE);
  add_framed (world, CV_MLS_WIRE_PRIVATE_MESSAGE);
  add_joining (world);
  add_commit (world);
  g_assert_cmpuint (world->seeds->len, ==, N_SEEDS);
  return world;
}

static void
feed_message (World *world, CvSpan input)
{
  const CvMlsPrivateOpenParams params = {
      .keys = {world->person.cipher, world->receiving, cv_secret_span (world->sender_data_secret)},
      .group_context = CONTEXT,
      .find_key = find_key,
      .find_data = world,
  };
  g_auto (CvMlsMessage) message = {0};
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_auto (CvWriter) writer = {0};

  if (!cv_mls_message_parse (input, &message, NULL))
    return;
  cv_writer_init (&writer);
  cv_mls_message_write (&writer, &message);
  g_assert_true (cv_span_equal (cv_writer_span (&writer), input));
  if (message.wire_format == CV_MLS_WIRE_PRIVATE_MESSAGE
      && !cv_mls_private_message_open (&params, &message.private_message, &auth, NULL))
    g_assert_null (auth.content.group_id);
}

/* The inside of a PrivateMessage, which is parsed behind the AEAD. */
static void
feed_content (CvSpan input)
{
  CvMlsAuthenticatedContent auth = {.content.type = (CvMlsContentType)(1 + input.len % 3)};
  CvReader reader;

  cv_reader_init (&reader, input);
  cv_mls_framed_content_read_body (&reader, &auth.content);
  cv_mls_framing_read_auth (&reader, &auth);
  cv_mls_authenticated_content_clear (&auth);
}

static void
feed_structures (CvSpan input)
{
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_auto (CvMlsGroupSecrets) secrets = {0};
  g_auto (CvMlsRequiredCapabilities) required = {0};
  g_autoptr (CvMlsCommit) commit = NULL;
  g_autoptr (CvMlsProposal) proposal = NULL;
  g_autoptr (CvMlsKeyPackage) package = NULL;
  g_autoptr (CvMlsRatchetTree) tree = NULL;
  g_autoptr (GPtrArray) extensions = NULL;
  CvReader reader;
  CvMlsPeek peek;
  CvSpan key;

  cv_reader_init (&reader, input);
  commit = cv_mls_commit_read (&reader);
  cv_reader_init (&reader, input);
  proposal = cv_mls_proposal_read (&reader);
  cv_reader_init (&reader, input);
  extensions = cv_mls_extension_list_read (&reader);
  cv_reader_init (&reader, input);
  cv_mls_authenticated_content_read (&reader, &auth);
  cv_reader_init (&reader, input);
  cv_mls_group_secrets_read (&reader, &secrets);
  package = cv_mls_key_package_parse (input, NULL);
  tree = cv_mls_ratchet_tree_parse (input, NULL);
  if (!cv_mls_group_peek (input, &peek, NULL))
    g_assert_cmpuint (peek.group_id.len, ==, 0);
  cv_mls_required_capabilities_parse (input, &required);
  cv_mls_extension_parse_external_pub (input, &key);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t len)
{
  World *world = get_world ();
  CvSpan input = cv_span (data, len);

  feed_message (world, input);
  feed_content (input);
  feed_structures (input);
  return 0;
}

#ifndef CV_LIBFUZZER
static guint8 *
mutate (GRand *rand, const World *world, gsize *len)
{
  GBytes *first = g_ptr_array_index (world->seeds, g_rand_int_range (rand, 0, N_SEEDS));
  GBytes *second = g_ptr_array_index (world->seeds, g_rand_int_range (rand, 0, N_SEEDS));
  gsize head = (gsize)g_rand_int_range (rand, 0, (gint32)g_bytes_get_size (first) + 1);
  gsize tail = (gsize)g_rand_int_range (rand, 0, (gint32)g_bytes_get_size (second) + 1);
  gboolean is_joined = g_rand_int_range (rand, 0, 4) == 0;
  guint8 *out;

  if (!is_joined) {
    head = g_bytes_get_size (first);
    tail = 0;
  }
  *len = head + tail;
  out = g_malloc (*len + 1);
  memcpy (out, g_bytes_get_data (first, NULL), head);
  memcpy (out + head,
          (const guint8 *)g_bytes_get_data (second, NULL) + g_bytes_get_size (second) - tail, tail);
  for (gint i = g_rand_int_range (rand, 0, 6); i > 0 && *len > 0; i--)
    out[g_rand_int_range (rand, 0, (gint32)*len)] =
        g_rand_boolean (rand) ? (guint8)g_rand_int (rand) : (guint8)g_rand_int_range (rand, 0, 8);
  if (g_rand_int_range (rand, 0, 8) == 0)
    *len = (gsize)g_rand_int_range (rand, 0, (gint32)*len + 1);
  return out;
}

static void
world_free (World *world)
{
  mls_person_clear (&world->person);
  cv_secret_unref (world->sender_data_secret);
  cv_mls_secret_tree_free (world->receiving);
  g_ptr_array_unref (world->seeds);
  g_free (world);
}

static gint n_runs;

static void
test_mutations (void)
{
  World *world = get_world ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (9420);

  for (guint i = 0; i < world->seeds->len; i++) {
    CvSpan seed = cv_span_from_bytes (g_ptr_array_index (world->seeds, i));

    LLVMFuzzerTestOneInput (seed.data, seed.len);
  }
  for (gint i = 0; i < n_runs; i++) {
    gsize len;
    g_autofree guint8 *input = mutate (rand, world, &len);
    /* A copy of the very size, so that the sanitizer sees a read behind it. */
    g_autofree guint8 *exact = g_memdup2 (input, len);

    LLVMFuzzerTestOneInput (exact, len);
  }
  world_free (world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  n_runs = argc > 1 ? atoi (argv[1]) : 200000;
  g_test_add_func ("/mls/fuzz/mutations", test_mutations);
  return g_test_run ();
}
#endif
