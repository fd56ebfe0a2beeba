/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a member with a changed client may send: an input is a short play of messages, each signed
 * and sealed with its sender's real keys, to two others.
 *
 * Promises: nobody crashes; a refused message changes nothing and the next good commit still works;
 * a commit made by our own code is taken by everybody; two who reach a next epoch are in the same
 * one, and can go on from it.
 *
 *   input = flags (1) step*     step = what (1) sender (1) arguments, see the functions below */
#include "crypto/signature.h"
#include "fuzz/fuzz.h"
#include "fuzz/mls-omniscience.h"
#include "fuzz/mls-room.h"
#include "fuzz/mls-seeds.h"

#include <string.h>

#define N_STEPS 6

enum { FLAG_HOLDS_KEYS = 1, FLAG_POST_QUANTUM = 2 };

typedef enum {
  STEP_APPLICATION,
  STEP_RAW_CONTENT,
  STEP_PROPOSAL,
  STEP_COMMIT,
  STEP_OWN_COMMIT,
  STEP_EDITED_COMMIT,
  STEP_PUBLIC,
  STEP_MESSAGE,
  STEP_RESYNC,
  STEP_OWN_PROPOSAL,
  N_STEP_KINDS,
} Step;

/* Who gets everything, and who sends; member 4 is kept for the good commit. */
static const gsize receivers[] = {1, 5};
static const gsize senders[] = {0, 2, 6};

typedef struct {
  FuzzRoom *room;
  Member *sender;
  CvReader *input;
  gboolean holds_keys;
  gboolean is_good_used; /* an input may hold the good commit itself */
} Play;

static CvSpan
read_short (CvReader *input)
{
  gsize len = cv_reader_u8 (input);

  return cv_reader_take (input, MIN (len, cv_reader_remaining (input)));
}

static CvSpan
read_long (CvReader *input)
{
  gsize len = cv_reader_u16 (input);

  return cv_reader_take (input, MIN (len, cv_reader_remaining (input)));
}

/* ---- delivering ---- */

/* The epoch that somebody's commit made is a good one: it can be left again. */
static void
assert_usable (CvMlsGroup *next)
{
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GBytes) hello = NULL;
  g_autoptr (GError) error = NULL;

  hello = cv_mls_group_protect (next, CV_SPAN_LITERAL ("hello"), CV_SPAN_EMPTY, &error);
  g_assert_no_error (error);
  g_assert_true (cv_mls_group_commit (next, &params, &result, &error) || error);
  g_assert_no_error (error);
}

static gboolean
deliver_to (Play *play, Member *member, CvSpan message, CvMlsReceived *received)
{
  g_auto (FuzzSnapshot) before = {0};
  g_autoptr (GError) error = NULL;
  gboolean is_taken;

  fuzz_snapshot_take (&before, member);
  is_taken = member_try_receive (member, message, received, &error);
  g_assert_true (is_taken == !error);
  if (is_taken && received->type == CV_MLS_CONTENT_PROPOSAL)
    g_assert_cmpuint (member->group->pending->len - before.n_pending, <=, 1);
  else
    fuzz_snapshot_assert_same (&before, member);
  if (!is_taken)
    g_assert_true (!received->next && !received->data && !received->summary.added);
  return is_taken;
}

/* TRUE when both have taken it. */
static gboolean
deliver (Play *play, CvSpan message)
{
  CvMlsReceived received[2] = {{0}, {0}};
  gboolean is_taken[2];

  fuzz_omniscience = (FuzzOmniscience){.holds_keys = play->holds_keys};
  for (gsize i = 0; i < G_N_ELEMENTS (receivers); i++)
    is_taken[i] = deliver_to (play, play->room->members[receivers[i]], message, &received[i]);
  fuzz_omniscience = (FuzzOmniscience){0};
  for (gsize i = 0; i < G_N_ELEMENTS (receivers); i++)
    if (received[i].next && !received[i].summary.has_reinit)
      assert_usable (received[i].next);
  if (received[0].next && received[1].next)
    g_assert_true (cv_span_equal (cv_mls_group_get_epoch_authenticator (received[0].next),
                                  cv_mls_group_get_epoch_authenticator (received[1].next)));
  for (gsize i = 0; i < G_N_ELEMENTS (receivers); i++)
    cv_mls_received_clear (&received[i]);
  return is_taken[0] && is_taken[1];
}

/* ---- steps ---- */

static void
start_content (const Play *play, CvMlsContentType type, CvMlsAuthenticatedContent *auth)
{
  const CvMlsGroup *group = play->sender->group;

  *auth = (CvMlsAuthenticatedContent){
      .wire_format = CV_MLS_WIRE_PRIVATE_MESSAGE,
      .content =
          {
              .group_id = g_bytes_ref (group->epoch->context.group_id),
              .epoch = group->epoch->context.epoch,
              .sender = {.type = CV_MLS_SENDER_MEMBER, .leaf = cv_mls_group_get_own_leaf (group)},
              .authenticated_data = cv_span_dup (CV_SPAN_EMPTY),
              .type = type,
          },
  };
}

/* The key that belongs to the sender which the content names. */
static CvSpan
find_private_key (const Play *play, const CvMlsFramedContent *content)
{
  if (content->sender.type == CV_MLS_SENDER_EXTERNAL)
    return cv_secret_span (play->room->external.private_key);
  return cv_secret_span (play->sender->group->signature_private);
}

static GBytes *
protect (const Play *play, CvMlsAuthenticatedContent *auth, gboolean is_public)
{
  const CvMlsGroup *group = play->sender->group;
  CvMlsMessageKeys keys = cv_mls_group_message_keys (group);
  CvSpan context = cv_span_from_bytes (group->epoch->encoded_context);
  static const guint8 zeroes[32];

  auth->wire_format = is_public ? CV_MLS_WIRE_PUBLIC_MESSAGE : CV_MLS_WIRE_PRIVATE_MESSAGE;
  g_assert_true (cv_mls_framing_sign (&keys.cipher, auth, context,
                                      find_private_key (play, &auth->content), NULL));
  if (auth->content.type == CV_MLS_CONTENT_COMMIT)
    auth->confirmation_tag = cv_span_dup (CV_SPAN_ARRAY (zeroes));
  if (!is_public)
    return cv_mls_private_message_protect (&keys, auth, NULL);
  return cv_mls_public_message_protect (
      &keys.cipher, auth, context, cv_secret_span (group->epoch->secrets.membership_key), NULL);
}

static void
send_content (Play *play, CvMlsAuthenticatedContent *auth, gboolean is_public)
{
  g_autoptr (GBytes) message = protect (play, auth, is_public);

  if (message)
    deliver (play, cv_span_from_bytes (message));
}

/* aad (short), data (long): all of it has to arrive. Who has an own proposal waiting may not. */
static void
play_application (Play *play)
{
  CvSpan aad = read_short (play->input);
  CvSpan data = read_long (play->input);
  g_autoptr (GBytes) message = cv_mls_group_protect (play->sender->group, data, aad, NULL);

  g_assert_true ((message != NULL) == (cv_mls_group_get_n_pending (play->sender->group) == 0));
  if (!message)
    return;
  g_assert_true (deliver (play, cv_span_from_bytes (message)));
}

/* content type (1), what stands where content, signature and padding belong (long). */
static void
play_raw_content (Play *play)
{
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  CvMlsMessageKeys keys = cv_mls_group_message_keys (play->sender->group);
  g_autoptr (GBytes) message = NULL;

  start_content (play, (CvMlsContentType)(1 + cv_reader_u8 (play->input) % 3), &auth);
  fuzz_omniscience.raw_content = read_long (play->input);
  if (!fuzz_omniscience.raw_content.data)
    return;
  message = cv_mls_private_message_protect (&keys, &auth, NULL);
  g_assert_nonnull (message);
  deliver (play, cv_span_from_bytes (message));
}

/* public or private (1), Proposal (long). */
static void
play_proposal (Play *play)
{
  gboolean is_public = cv_reader_u8 (play->input) & 1;
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  CvReader reader;

  cv_reader_init (&reader, read_long (play->input));
  start_content (play, CV_MLS_CONTENT_PROPOSAL, &auth);
  auth.content.proposal = cv_mls_proposal_read (&reader);
  if (auth.content.proposal)
    send_content (play, &auth, is_public);
}

/* public or private and how many waiting proposals to name (1), Commit (long). */
static void
play_commit (Play *play)
{
  guint how = cv_reader_u8 (play->input);
  const GPtrArray *pending = play->room->members[receivers[0]]->group->pending;
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  CvReader reader;

  cv_reader_init (&reader, read_long (play->input));
  start_content (play, CV_MLS_CONTENT_COMMIT, &auth);
  auth.content.commit = cv_mls_commit_read (&reader);
  if (!auth.content.commit)
    return;
  for (guint i = 0; i < pending->len && i < how / 2; i++) {
    const CvMlsProposalItem *waiting = g_ptr_array_index (pending, i);

    g_ptr_array_add (auth.content.commit->proposals, cv_mls_proposal_or_ref_new_reference (
                                                         cv_span_from_bytes (waiting->reference)));
  }
  send_content (play, &auth, how & 1);
}

/* What our own code is told to commit: how (1), who leaves (short), policy (short). */
static gboolean
make_own_commit (Play *play, CvMlsCommitResult *result)
{
  guint how = cv_reader_u8 (play->input);
  CvSpan leaving = read_short (play->input);
  CvSpan policy = read_short (play->input);
  CvMlsLeaf removes[4];
  CvMlsPsk psk = members_get_psk ();
  CvMlsReinit reinit = {.group_id = policy, .suite = play->sender->suite->id};
  g_autoptr (Member) newcomer = NULL;
  CvSpan offer;
  CvMlsCommitParams params = {
      .removes = removes,
      .psks = &psk,
      .n_psks = how & 2 ? 1 : 0,
      .policy = how & 4 ? &policy : NULL,
      .policy_type = TEST_POLICY_TYPE,
      .is_pathless = how & 8,
      .includes_pending = how & 16,
      .is_public = how & 32,
      .reinit = how & 64 ? &reinit : NULL,
      .now_s = TEST_NOW_S,
  };

  if (how & 1) {
    newcomer = member_new (play->sender->suite, "newcomer");
    offer = member_offer (newcomer);
    params.adds = &offer;
    params.n_adds = 1;
  }
  for (; params.n_removes < MIN (leaving.len, G_N_ELEMENTS (removes)); params.n_removes++)
    removes[params.n_removes].index = leaving.data[params.n_removes];
  return cv_mls_group_commit (play->sender->group, &params, result, NULL);
}

/* What our own code makes is taken by everybody, and leads them to the same epoch. */
static void
play_own_commit (Play *play)
{
  g_auto (CvMlsCommitResult) result = {0};

  if (make_own_commit (play, &result))
    g_assert_true (deliver (play, cv_span_from_bytes (result.commit)));
}

/* type (1), public or private and leaf (1), a name (short): what our own code proposes is taken. */
static void
play_own_proposal (Play *play)
{
  guint type = cv_reader_u8 (play->input) % 8;
  guint how = cv_reader_u8 (play->input);
  CvSpan name = read_short (play->input);
  CvMlsGroup *group = play->sender->group;
  CvMlsExtensionValue extension = {TEST_POLICY_TYPE, name};
  CvMlsReinit reinit = {.group_id = name, .suite = play->sender->suite->id};
  /* Of an epoch that everybody was in. */
  CvMlsResumption resumption = {.epoch = cv_mls_group_get_epoch (group) - (how >> 1 & 1)};
  g_autoptr (Member) newcomer = member_new (play->sender->suite, "newcomer");
  CvMlsProposeParams params = {
      .type = type == 0 ? CV_MLS_PROPOSAL_PSK : (CvMlsProposalType)type,
      .key_package = member_offer (newcomer),
      .removed = {how / 2},
      .psk_id = name,
      .resumption = type == 0 ? &resumption : NULL,
      .reinit = &reinit,
      .extensions = &extension,
      .n_extensions = 1,
      .is_public = how & 1,
      .now_s = TEST_NOW_S,
  };
  g_autoptr (GBytes) message = NULL;

  if (params.type == CV_MLS_PROPOSAL_EXTERNAL_INIT)
    return;
  message = cv_mls_group_propose (group, &params, NULL);
  if (message)
    g_assert_true (deliver (play, cv_span_from_bytes (message)));
}

/* changes to its content (short), then as above: with the adversary's keys they count as signed. */
static void
play_edited_commit (Play *play)
{
  g_auto (CvMlsCommitResult) result = {0};
  CvSpan edits = read_short (play->input);
  gboolean is_made;

  fuzz_omniscience.edits = edits;
  is_made = make_own_commit (play, &result);
  fuzz_omniscience.edits = CV_SPAN_EMPTY;
  if (is_made)
    deliver (play, cv_span_from_bytes (result.commit));
}

/* FramedContent (long), signed and tagged by the sender: any type of sender, group and epoch. */
static void
play_public (Play *play)
{
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  CvReader reader;

  cv_reader_init (&reader, read_long (play->input));
  if (!cv_mls_framed_content_read (&reader, &auth.content))
    return;
  send_content (play, &auth, TRUE);
}

/* MLSMessage (long), as it is. */
static void
play_message (Play *play)
{
  if (deliver (play, read_long (play->input)))
    play->is_good_used = TRUE;
}

/* An external commit of the sender, who lost its state: changes to the message (short). */
static void
play_resync (Play *play)
{
  CvSpan edits = read_short (play->input);
  g_autoptr (GBytes) info = cv_mls_group_dup_group_info (play->room->members[4]->group, NULL);
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GByteArray) message = g_byte_array_new ();
  CvReader reader;

  g_assert_nonnull (info);
  g_assert_true (cv_mls_group_resync (play->sender->group, cv_span_from_bytes (info), TEST_NOW_S,
                                      &result, NULL));
  g_byte_array_append (message, g_bytes_get_data (result.commit, NULL),
                       (guint)g_bytes_get_size (result.commit));
  cv_reader_init (&reader, edits);
  while (cv_reader_remaining (&reader) >= 3) {
    gsize place = cv_reader_u16 (&reader) % message->len;

    message->data[place] += cv_reader_u8 (&reader);
  }
  if (memcmp (message->data, g_bytes_get_data (result.commit, NULL), message->len) == 0)
    g_assert_true (deliver (play, cv_span_from_array (message)));
  else
    deliver (play, cv_span_from_array (message));
}

static void
play_step (Play *play, Step step)
{
  switch (step) {
  case STEP_APPLICATION:
    play_application (play);
    break;
  case STEP_RAW_CONTENT:
    play_raw_content (play);
    break;
  case STEP_PROPOSAL:
    play_proposal (play);
    break;
  case STEP_COMMIT:
    play_commit (play);
    break;
  case STEP_OWN_COMMIT:
    play_own_commit (play);
    break;
  case STEP_EDITED_COMMIT:
    play_edited_commit (play);
    break;
  case STEP_PUBLIC:
    play_public (play);
    break;
  case STEP_MESSAGE:
    play_message (play);
    break;
  case STEP_RESYNC:
    play_resync (play);
    break;
  case STEP_OWN_PROPOSAL:
    play_own_proposal (play);
    break;
  case N_STEP_KINDS:
    break;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t len)
{
  CvReader input;
  guint8 flags;
  Play play = {.input = &input};

  cv_reader_init (&input, cv_span (data, len));
  flags = cv_reader_u8 (&input);
  play.room = fuzz_room_get (flags & FLAG_POST_QUANTUM ? 0xF001 : 0x0001);
  play.holds_keys = flags & FLAG_HOLDS_KEYS;
  fuzz_random_restart ((guint64)len << 32);
  fuzz_room_reset (play.room);
  for (guint i = 0; i < N_STEPS && cv_reader_remaining (&input) > 0; i++) {
    Step step = (Step)(cv_reader_u8 (&input) % N_STEP_KINDS);

    play.sender = play.room->members[senders[cv_reader_u8 (&input) % G_N_ELEMENTS (senders)]];
    play_step (&play, step);
  }
  if (!play.is_good_used)
    fuzz_room_assert_alive (play.room, play.room->members[receivers[len % 2]]);
  return 0;
}

/* ---- seeds ---- */

static void
start_seed (CvWriter *writer, guint8 flags, Step step)
{
  cv_writer_init (writer);
  cv_writer_u8 (writer, flags);
  cv_writer_u8 (writer, (guint8)step);
  cv_writer_u8 (writer, 0);
}

static void
put_long (CvWriter *writer, CvSpan bytes)
{
  cv_writer_u16 (writer, (guint16)MIN (bytes.len, G_MAXUINT16));
  cv_writer_put (writer, bytes);
}

static void
put_short (CvWriter *writer, CvSpan bytes)
{
  cv_writer_u8 (writer, (guint8)bytes.len);
  cv_writer_put (writer, bytes);
}

/* step, one byte of how, one long argument. */
static void
add_long (GPtrArray *seeds, guint8 flags, Step step, guint8 how, CvSpan bytes)
{
  g_auto (CvWriter) writer = {0};

  start_seed (&writer, flags, step);
  if (step != STEP_PUBLIC && step != STEP_MESSAGE)
    cv_writer_u8 (&writer, how);
  put_long (&writer, bytes);
  fuzz_seeds_take (seeds, cv_writer_take (&writer));
}

/* A proposal by itself, and then a commit that names it. */
static void
add_named (GPtrArray *seeds, guint8 flags, CvSpan proposal)
{
  g_auto (CvWriter) writer = {0};

  start_seed (&writer, flags, STEP_PROPOSAL);
  cv_writer_u8 (&writer, 0);
  put_long (&writer, proposal);
  cv_writer_u8 (&writer, STEP_COMMIT);
  cv_writer_u8 (&writer, 1);
  cv_writer_u8 (&writer, 2);
  put_long (&writer, CV_SPAN_LITERAL ("\0\0"));
  fuzz_seeds_take (seeds, cv_writer_take (&writer));
}

/* A commit without a path that holds it. */
static void
add_held (GPtrArray *seeds, guint8 flags, CvSpan proposal)
{
  g_auto (CvWriter) commit = {0};
  gsize mark;

  cv_writer_init (&commit);
  mark = cv_writer_begin_vector (&commit);
  cv_writer_u8 (&commit, 1); /* by value */
  cv_writer_put (&commit, proposal);
  cv_writer_end_vector (&commit, mark);
  cv_writer_u8 (&commit, 0);
  add_long (seeds, flags, STEP_COMMIT, 0, cv_writer_span (&commit));
}

static void
add_proposals (GPtrArray *seeds, FuzzRoom *room, guint8 flags)
{
  g_autoptr (GPtrArray) proposals = fuzz_mls_seeds_dup_proposals (room);

  for (guint i = 0; i < proposals->len; i++) {
    CvSpan proposal = cv_span_from_bytes (g_ptr_array_index (proposals, i));

    add_long (seeds, flags, STEP_PROPOSAL, (guint8)i & 1, proposal);
    add_named (seeds, flags, proposal);
    add_held (seeds, flags, proposal);
  }
}

/* Everything that can be proposed, and then a commit of it all. */
static void
add_own_proposals (GPtrArray *seeds, guint8 flags)
{
  for (guint8 type = 0; type < 8; type++) {
    g_auto (CvWriter) writer = {0};

    start_seed (&writer, flags, STEP_OWN_PROPOSAL);
    cv_writer_u8 (&writer, type);
    cv_writer_u8 (&writer, type & 1 ? 4 : 5);
    put_short (&writer, CV_SPAN_LITERAL ("room"));
    cv_writer_u8 (&writer, STEP_OWN_COMMIT);
    cv_writer_u8 (&writer, 0);
    cv_writer_u8 (&writer, 16 | (type & 1 ? 32 : 2));
    put_short (&writer, CV_SPAN_EMPTY);
    put_short (&writer, CV_SPAN_EMPTY);
    fuzz_seeds_take (seeds, cv_writer_take (&writer));
  }
}

static void
add_own_commits (GPtrArray *seeds, guint8 flags, Step step, CvSpan edits)
{
  static const guint8 hows[] = {0, 1, 2, 3, 4, 5, 7, 8, 10, 32, 39, 64};

  for (gsize i = 0; i < G_N_ELEMENTS (hows); i++) {
    guint8 how = hows[i];
    g_auto (CvWriter) writer = {0};

    start_seed (&writer, flags, step);
    if (step == STEP_EDITED_COMMIT)
      put_short (&writer, edits);
    cv_writer_u8 (&writer, how);
    put_short (&writer, how & (8 | 64) ? CV_SPAN_EMPTY : CV_SPAN_LITERAL ("\2"));
    put_short (&writer, CV_SPAN_LITERAL ("policy 2"));
    fuzz_seeds_take (seeds, cv_writer_take (&writer));
  }
}

static void
add_room (GPtrArray *seeds, guint8 flags)
{
  FuzzRoom *room = fuzz_room_get (flags & FLAG_POST_QUANTUM ? 0xF001 : 0x0001);
  g_autoptr (GBytes) commit = fuzz_mls_seeds_dup_commit (room);
  g_autoptr (GBytes) external = fuzz_mls_seeds_dup_external (room);
  g_auto (CvWriter) hello = {0};
  g_auto (CvWriter) resync = {0};

  add_proposals (seeds, room, flags);
  add_own_proposals (seeds, flags);
  add_long (seeds, flags, STEP_COMMIT, 0, cv_span_from_bytes (commit));
  add_long (seeds, flags, STEP_COMMIT, 1, cv_span_from_bytes (commit));
  add_long (seeds, flags, STEP_RAW_CONTENT, 0, CV_SPAN_LITERAL ("\5hello\0\0\0"));
  add_long (seeds, flags, STEP_RAW_CONTENT, 2, cv_span_from_bytes (commit));
  add_long (seeds, flags, STEP_PUBLIC, 0, cv_span_from_bytes (external));
  add_long (seeds, flags, STEP_MESSAGE, 0, cv_span_from_bytes (room->good_commit));
  add_own_commits (seeds, flags, STEP_OWN_COMMIT, CV_SPAN_EMPTY);
  add_own_commits (seeds, flags, STEP_EDITED_COMMIT, CV_SPAN_LITERAL ("\0\20\1"));
  start_seed (&hello, flags, STEP_APPLICATION);
  put_short (&hello, CV_SPAN_LITERAL ("about"));
  put_long (&hello, CV_SPAN_LITERAL ("hello"));
  fuzz_seeds_take (seeds, cv_writer_take (&hello));
  start_seed (&resync, flags, STEP_RESYNC);
  put_short (&resync, flags & FLAG_HOLDS_KEYS ? CV_SPAN_LITERAL ("\0\100\1") : CV_SPAN_EMPTY);
  fuzz_seeds_take (seeds, cv_writer_take (&resync));
}

GPtrArray *
fuzz_dup_seeds (void)
{
  GPtrArray *seeds = fuzz_seeds_new ();

  add_room (seeds, 0);
  add_room (seeds, FLAG_HOLDS_KEYS);
  add_room (seeds, FLAG_POST_QUANTUM | FLAG_HOLDS_KEYS);
  return seeds;
}
