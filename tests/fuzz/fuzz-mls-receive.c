/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a member with a changed client may send: an input is a short play of messages, each signed
 * and sealed with its sender's real keys, to two others.
 *
 * Promises: nobody crashes; a refused message changes nothing, but for the key of one that a member
 * sealed, is refused in the same way again, and the next good commit still works; a sealed message is
 * not taken twice; a commit made by our own code is taken by everybody, who forgot what it names
 * included; two who reach a next epoch are
 * in the same one, and can go on from it.
 *
 * mls-receive.h says what an input looks like. */
#include "fuzz/fuzz.h"
#include "fuzz/mls-omniscience.h"
#include "fuzz/mls-receive.h"
#include "fuzz/mls-room.h"

#include <string.h>

#define N_STEPS 6

/* Who gets everything, and who sends; member 4 is kept for the good commit. */
static const gsize receivers[] = {1, 5};
static const gsize senders[] = {0, 2, 6};

typedef struct {
  FuzzRoom *room;
  Member *sender;
  CvReader *input;
  gboolean holds_keys;
  gboolean forgets;
  gboolean is_good_used; /* an input may hold the good commit itself */
  gboolean has_digests;
} Play;

/* ---- delivering ---- */

/* Whether the message comes sealed and signed by a member, before it is received. Changes nothing. */
static gboolean
is_sealed_by_member (const Member *member, CvSpan encoded)
{
  const CvMlsGroup *group = member->group;
  CvMlsPrivateOpenParams params = {
      .keys = cv_mls_group_message_keys (group),
      .group_context = cv_span_from_bytes (group->epoch->encoded_context),
      .find_key = cv_mls_group_find_signature_key,
      .find_data = (gpointer)group,
  };
  g_auto (CvMlsMessage) message = {0};
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  guint32 generation;

  return cv_mls_message_parse (encoded, &message, NULL)
         && message.wire_format == CV_MLS_WIRE_PRIVATE_MESSAGE
         && message.private_message.epoch == cv_mls_group_get_epoch (group)
         && cv_span_equal (cv_span_from_bytes (message.private_message.group_id),
                           cv_mls_group_get_id (group))
         && cv_mls_private_message_open (&params, &message.private_message, &auth, &generation,
                                         NULL);
}

/* Once more, the same message. What used up its key is a replay now; else what was refused is refused
 * in the same way: had it burnt a key or left anything else behind, the answer would be another. */
static void
assert_second_is_consistent (Member *member, CvSpan message, const GError *first,
                             gboolean has_used_key)
{
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  if (!first && !has_used_key)
    return;
  g_assert_false (fuzz_room_try_receive (member, message, &received, &error));
  if (has_used_key)
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_GENERATION);
  else
    g_assert_error (error, first->domain, first->code);
}

static gboolean
deliver_to (Play *play, Member *member, CvSpan message, CvMlsReceived *received)
{
  g_auto (FuzzSnapshot) before = {0};
  g_autoptr (GError) error = NULL;
  gboolean is_sealed;
  gboolean is_taken;
  gboolean has_used_key;

  fuzz_snapshot_take (&before, member, play->has_digests);
  is_sealed = is_sealed_by_member (member, message);
  is_taken = fuzz_room_try_receive (member, message, received, &error);
  g_assert_true (is_taken == !error);
  /* What lacks something (STATE) may be received again. */
  has_used_key = is_sealed && !g_error_matches (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
  assert_second_is_consistent (member, message, error, has_used_key);
  if (is_taken && received->type == CV_MLS_CONTENT_PROPOSAL)
    g_assert_cmpuint (member->group->pending->len - before.n_pending, <=, 1);
  else
    fuzz_snapshot_assert_same (&before, member);
  if (!is_taken) {
    g_assert_true (!received->next && !received->data && !received->summary.added);
    fuzz_snapshot_assert_same_secrets (&before, member, has_used_key);
  }
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
      fuzz_room_assert_usable (received[i].next);
  if (received[0].next && received[1].next)
    g_assert_true (cv_span_equal (cv_mls_group_get_epoch_authenticator (received[0].next),
                                  cv_mls_group_get_epoch_authenticator (received[1].next)));
  for (gsize i = 0; i < G_N_ELEMENTS (receivers); i++)
    cv_mls_received_clear (&received[i]);
  if (play->forgets)
    cv_mls_group_forget_proposals (play->room->members[receivers[1]]->group, CV_SPAN_EMPTY);
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
  CvSpan aad = fuzz_read_short (play->input);
  CvSpan data = fuzz_read_long (play->input);
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
  fuzz_omniscience.raw_content = fuzz_read_long (play->input);
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

  cv_reader_init (&reader, fuzz_read_long (play->input));
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

  cv_reader_init (&reader, fuzz_read_long (play->input));
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
  CvSpan leaving = fuzz_read_short (play->input);
  CvSpan policy = fuzz_read_short (play->input);
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
      .find_resumption = fuzz_room_find_resumption,
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
  CvSpan name = fuzz_read_short (play->input);
  CvMlsGroup *group = play->sender->group;
  CvMlsExtensionValue extension = {TEST_POLICY_TYPE, name};
  CvMlsReinit reinit = {.group_id = name, .suite = play->sender->suite->id};
  /* Of an epoch that everybody was in: of this group, or of the other one. */
  CvMlsResumption own_past = {.epoch = cv_mls_group_get_epoch (group) - (how >> 1 & 1)};
  CvMlsResumption others_past = {CV_SPAN_LITERAL (FUZZ_ROOM_OTHER), how >> 1 & 1, NULL};
  g_autoptr (Member) newcomer = member_new (play->sender->suite, "newcomer");
  CvMlsProposeParams params = {
      .type = type == 0 ? CV_MLS_PROPOSAL_PSK : (CvMlsProposalType)type,
      .key_package = member_offer (newcomer),
      .removed = {how / 2},
      .psk_id = name,
      .resumption = type != 0 ? NULL
                    : how & 8 ? &others_past
                              : &own_past,
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
  CvSpan edits = fuzz_read_short (play->input);
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

  cv_reader_init (&reader, fuzz_read_long (play->input));
  if (!cv_mls_framed_content_read (&reader, &auth.content))
    return;
  send_content (play, &auth, TRUE);
}

/* MLSMessage (long), as it is. */
static void
play_message (Play *play)
{
  if (deliver (play, fuzz_read_long (play->input)))
    play->is_good_used = TRUE;
}

/* An external commit of the sender, who lost its state: changes to the message (short). */
static void
play_resync (Play *play)
{
  CvSpan edits = fuzz_read_short (play->input);
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
  play.forgets = flags & FLAG_FORGETS;
  play.has_digests = g_getenv ("DG") != NULL;
  fuzz_random_restart ((guint64)len << 32);
  fuzz_room_reset (play.room);
  for (guint i = 0; i < N_STEPS && cv_reader_remaining (&input) > 0; i++) {
    Step step = (Step)(cv_reader_u8 (&input) % N_STEP_KINDS);

    play.sender = play.room->members[senders[cv_reader_u8 (&input) % G_N_ELEMENTS (senders)]];
    play_step (&play, step);
  }
  /* A fifth of an input's time: one in four has to do. */
  if (!play.is_good_used && len % 4 == 0)
    fuzz_room_assert_alive (play.room, play.room->members[receivers[len / 4 % 2]]);
  return 0;
}
