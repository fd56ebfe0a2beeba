/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "fuzz/mls-seeds.h"

#include "fuzz/fuzz.h"

static void
add_proposal (GPtrArray *seeds, CvMlsProposal *proposal)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_mls_proposal_write (&writer, proposal);
  fuzz_seeds_take (seeds, cv_writer_take (&writer));
  cv_mls_proposal_unref (proposal);
}

static void
add_psk_proposals (GPtrArray *seeds, const CvMlsGroup *group)
{
  const CvMlsCipher *cipher = &group->epoch->cipher;
  g_auto (CvMlsPskId) external = {0};
  g_auto (CvMlsPskId) resumption = {0};
  g_auto (CvMlsPskId) other = {0};

  g_assert_true (cv_mls_psk_id_init_external (cipher, CV_SPAN_LITERAL ("room"), &external, NULL));
  g_assert_true (cv_mls_psk_id_init_resumption (cipher, cv_mls_group_get_id (group),
                                                cv_mls_group_get_epoch (group), &resumption, NULL));
  add_proposal (seeds, cv_mls_proposal_new_psk (&external));
  g_assert_true (
      cv_mls_psk_id_init_resumption (cipher, CV_SPAN_LITERAL (FUZZ_ROOM_OTHER), 1, &other, NULL));
  add_proposal (seeds, cv_mls_proposal_new_psk (&resumption));
  add_proposal (seeds, cv_mls_proposal_new_psk (&other));
}

/* RFC 9420 §12.1.5, written by hand: our own code makes none. */
static void
add_reinit (GPtrArray *seeds, const CvMlsGroup *group)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_writer_u16 (&writer, CV_MLS_PROPOSAL_REINIT);
  cv_writer_vector (&writer, CV_SPAN_LITERAL ("next group"));
  cv_writer_u16 (&writer, CV_MLS_VERSION_10);
  cv_writer_u16 (&writer, group->epoch->context.suite.value);
  cv_writer_vector (&writer, CV_SPAN_EMPTY);
  fuzz_seeds_take (seeds, cv_writer_take (&writer));
}

GPtrArray *
fuzz_mls_seeds_dup_proposals (FuzzRoom *room)
{
  GPtrArray *seeds = fuzz_seeds_new ();
  const CvMlsGroup *group = room->members[0]->group;
  const CvMlsCipher *cipher = &group->epoch->cipher;
  g_autoptr (Member) newcomer = member_new (room->members[0]->suite, "newcomer");
  g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_parse (member_offer (newcomer), NULL);
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (CvMlsLeafNode) update = NULL;
  CvMlsLeafRenewal renewal = {
      .source = CV_MLS_LEAF_SOURCE_UPDATE,
      .group_id = cv_mls_group_get_id (group),
      .signature_private = cv_secret_span (group->signature_private),
  };

  g_assert_true (cv_crypto_kem_generate (cipher->crypto, cipher->suite->kem, &pair, NULL));
  renewal.encryption_key = cv_span_from_bytes (pair.public_key);
  update = cv_mls_leaf_node_renew (
      cipher, cv_mls_ratchet_tree_get_leaf (group->epoch->tree, (CvMlsLeaf){0}), &renewal, NULL);
  add_proposal (seeds, cv_mls_proposal_new_add (package));
  add_proposal (seeds, cv_mls_proposal_new_update (update));
  add_proposal (seeds, cv_mls_proposal_new_remove ((CvMlsLeaf){2}));
  add_psk_proposals (seeds, group);
  add_proposal (seeds, cv_mls_proposal_new_external_init (cv_span_from_bytes (pair.public_key)));
  add_proposal (seeds,
                cv_mls_proposal_new_group_context_extensions (group->epoch->context.extensions));
  add_reinit (seeds, group);
  return seeds;
}

static GBytes *
dup_opened_commit (const CvMlsGroup *reader, GBytes *commit)
{
  CvMlsPrivateOpenParams open = {
      .keys = cv_mls_group_message_keys (reader),
      .group_context = cv_span_from_bytes (reader->epoch->encoded_context),
      .find_key = cv_mls_group_find_signature_key,
      .find_data = (gpointer)reader,
  };
  g_auto (CvMlsMessage) message = {0};
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_auto (CvWriter) writer = {0};
  guint32 generation;

  g_assert_true (cv_mls_message_parse (cv_span_from_bytes (commit), &message, NULL));
  g_assert_true (
      cv_mls_private_message_open (&open, &message.private_message, &auth, &generation, NULL));
  cv_writer_init (&writer);
  cv_mls_commit_write (&writer, auth.content.commit);
  return cv_writer_take (&writer);
}

GBytes *
fuzz_mls_seeds_dup_commit (FuzzRoom *room)
{
  g_autoptr (Member) newcomer = member_new (room->members[0]->suite, "newcomer");
  CvSpan offer = member_offer (newcomer);
  CvSpan policy = CV_SPAN_LITERAL ("policy 1");
  CvMlsLeaf removed = {2};
  CvMlsPsk psk = members_get_psk ();
  CvMlsCommitParams params = {.adds = &offer,
                              .n_adds = 1,
                              .removes = &removed,
                              .n_removes = 1,
                              .policy = &policy,
                              .policy_type = TEST_POLICY_TYPE,
                              .psks = &psk,
                              .n_psks = 1,
                              .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  fuzz_room_reset (room);
  g_assert_true (cv_mls_group_commit (room->members[0]->group, &params, &result, NULL));
  return dup_opened_commit (room->members[1]->group, result.commit);
}

GBytes *
fuzz_mls_seeds_dup_external (FuzzRoom *room)
{
  g_autoptr (GBytes) info = cv_mls_group_dup_group_info (room->members[0]->group, NULL);
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsMessage) message = {0};
  g_auto (CvWriter) writer = {0};

  g_assert_true (cv_mls_group_resync (room->members[2]->group, cv_span_from_bytes (info),
                                      TEST_NOW_S, &result, NULL));
  g_assert_true (cv_mls_message_parse (cv_span_from_bytes (result.commit), &message, NULL));
  cv_writer_init (&writer);
  cv_mls_framed_content_write (&writer, &message.public_message.auth.content);
  return cv_writer_take (&writer);
}
