/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* mls/deserialization.json and mls/messages.json: what is read is written back as it came, and
 * neither a shorter nor a longer input is accepted. */
#include "mls/message.h"
#include "mls/mls-vectors.h"
#include "mls/ratchet-tree.h"

#define MESSAGES_FILE "mls/messages.json"

/* Reads all of input and writes it; FALSE when it is not that structure. */
typedef gboolean (*RoundTrip) (CvSpan input, CvWriter *writer);

static gboolean
round_trip_message (CvSpan input, CvWriter *writer)
{
  g_auto (CvMlsMessage) message = {0};
  g_autoptr (GError) error = NULL;

  if (!cv_mls_message_parse (input, &message, &error)) {
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_MALFORMED);
    return FALSE;
  }
  cv_mls_message_write (writer, &message);
  return TRUE;
}

static gboolean
round_trip_group_secrets (CvSpan input, CvWriter *writer)
{
  g_auto (CvMlsGroupSecrets) secrets = {0};
  CvReader reader;

  cv_reader_init (&reader, input);
  if (!cv_mls_group_secrets_read (&reader, &secrets) || !cv_reader_finish (&reader))
    return FALSE;
  cv_mls_group_secrets_write (writer, &secrets);
  return TRUE;
}

/* The file has proposals without their type in front. */
static gboolean
round_trip_proposal (CvSpan input, CvWriter *writer, CvMlsProposalType type)
{
  g_auto (CvWriter) typed = {0};
  g_auto (CvWriter) written = {0};
  g_autoptr (CvMlsProposal) proposal = NULL;
  CvReader reader;
  CvSpan span;

  cv_writer_init (&typed);
  cv_writer_u16 (&typed, (guint16)type);
  cv_writer_put (&typed, input);
  cv_reader_init (&reader, cv_writer_span (&typed));
  proposal = cv_mls_proposal_read (&reader);
  if (!proposal || !cv_reader_finish (&reader))
    return FALSE;
  cv_writer_init (&written);
  cv_mls_proposal_write (&written, proposal);
  span = cv_writer_span (&written);
  cv_writer_put (writer, cv_span (span.data + 2, span.len - 2));
  return TRUE;
}

#define PROPOSAL(name, type)                                                                       \
  static gboolean round_trip_##name (CvSpan input, CvWriter *writer)                               \
  {                                                                                                \
    return round_trip_proposal (input, writer, type);                                              \
  }

PROPOSAL (add, CV_MLS_PROPOSAL_ADD)
PROPOSAL (update, CV_MLS_PROPOSAL_UPDATE)
PROPOSAL (remove, CV_MLS_PROPOSAL_REMOVE)
PROPOSAL (psk, CV_MLS_PROPOSAL_PSK)
PROPOSAL (reinit, CV_MLS_PROPOSAL_REINIT)
PROPOSAL (external_init, CV_MLS_PROPOSAL_EXTERNAL_INIT)
PROPOSAL (extensions, CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS)

static gboolean
round_trip_commit (CvSpan input, CvWriter *writer)
{
  g_autoptr (CvMlsCommit) commit = NULL;
  CvReader reader;

  cv_reader_init (&reader, input);
  commit = cv_mls_commit_read (&reader);
  if (!commit || !cv_reader_finish (&reader))
    return FALSE;
  cv_mls_commit_write (writer, commit);
  return TRUE;
}

static gboolean
round_trip_ratchet_tree (CvSpan input, CvWriter *writer)
{
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_parse (input, NULL);

  if (!tree)
    return FALSE;
  cv_mls_ratchet_tree_write (tree, writer);
  return TRUE;
}

typedef struct {
  const char *member;
  RoundTrip round_trip;
} Structure;

static const Structure structures[] = {
    {"mls_welcome", round_trip_message},
    {"mls_group_info", round_trip_message},
    {"mls_key_package", round_trip_message},
    {"ratchet_tree", round_trip_ratchet_tree},
    {"group_secrets", round_trip_group_secrets},
    {"add_proposal", round_trip_add},
    {"update_proposal", round_trip_update},
    {"remove_proposal", round_trip_remove},
    {"pre_shared_key_proposal", round_trip_psk},
    {"re_init_proposal", round_trip_reinit},
    {"external_init_proposal", round_trip_external_init},
    {"group_context_extensions_proposal", round_trip_extensions},
    {"commit", round_trip_commit},
    {"public_message_application", round_trip_message},
    {"public_message_proposal", round_trip_message},
    {"public_message_commit", round_trip_message},
    {"private_message", round_trip_message},
};

static gboolean
is_accepted (const Structure *structure, CvSpan input)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init_secret (&writer);
  return structure->round_trip (input, &writer);
}

static void
check_structure (JsonObject *test_case, guint index, const Structure *structure)
{
  g_autoptr (GBytes) bytes = cv_vectors_dup_hex (test_case, structure->member);
  CvSpan input = cv_span_from_bytes (bytes);
  g_autofree guint8 *longer = g_malloc0 (input.len + 1);
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  if (!structure->round_trip (input, &writer))
    g_error ("case %u: %s is not accepted", index, structure->member);
  cv_vectors_assert_equal (cv_writer_span (&writer), input, structure->member, index);

  for (gsize i = 0; i < input.len; i++)
    longer[i] = input.data[i];
  g_assert_false (is_accepted (structure, cv_span (longer, input.len + 1)));
  for (gsize len = 0; len < input.len; len += 1 + len / 7)
    g_assert_false (is_accepted (structure, cv_span (longer, len)));
  g_assert_false (is_accepted (structure, cv_span (longer, input.len - 1)));
}

static void
run_messages (JsonObject *test_case, guint index, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (structures); i++)
    check_structure (test_case, index, &structures[i]);
}

static void
test_messages (void)
{
  cv_vectors_run (MESSAGES_FILE, NULL, run_messages, NULL);
}

/* Bits flipped anywhere are rejected or read as something that is written back the same: there is
 * one encoding for each value. */
static void
run_flipped (JsonObject *test_case, guint index, gconstpointer data)
{
  if (index % 30 != 0)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (structures); i++) {
    g_autoptr (GBytes) bytes = cv_vectors_dup_hex (test_case, structures[i].member);
    gsize len = g_bytes_get_size (bytes);
    g_autofree guint8 *flipped = g_memdup2 (g_bytes_get_data (bytes, NULL), len);

    for (gsize at = 0; at < len; at++) {
      g_auto (CvWriter) writer = {0};

      flipped[at] ^= (guint8)(1u << (at % 8));
      cv_writer_init (&writer);
      if (at >= 2 && structures[i].round_trip (cv_span (flipped, len), &writer))
        cv_vectors_assert_equal (cv_writer_span (&writer), cv_span (flipped, len),
                                 structures[i].member, index);
      flipped[at] ^= (guint8)(1u << (at % 8));
    }
  }
}

static void
test_flipped (void)
{
  cv_vectors_run (MESSAGES_FILE, NULL, run_flipped, NULL);
}

static void
run_deserialization (JsonObject *test_case, guint index, gconstpointer data)
{
  g_autoptr (GBytes) header = cv_vectors_dup_hex (test_case, "vlbytes_header");
  guint64 len = cv_vectors_get_uint (test_case, "length");
  g_auto (CvWriter) writer = {0};
  CvReader reader;

  cv_reader_init (&reader, cv_span_from_bytes (header));
  g_assert_cmpuint (cv_reader_varint (&reader), ==, len);
  g_assert_true (cv_reader_finish (&reader));
  cv_writer_init (&writer);
  cv_writer_varint (&writer, (guint32)len);
  mls_vectors_assert_member (cv_writer_span (&writer), test_case, "vlbytes_header", index);
}

static void
test_deserialization (void)
{
  cv_vectors_run ("mls/deserialization.json", NULL, run_deserialization, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/vectors/deserialization", test_deserialization);
  g_test_add_func ("/mls/vectors/messages", test_messages);
  g_test_add_func ("/mls/vectors/messages/flipped", test_flipped);
  return g_test_run ();
}
