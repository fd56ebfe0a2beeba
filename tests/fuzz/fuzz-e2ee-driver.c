/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A hostile server and a hostile member against a driver that is in a meeting: an input is a short
 * play of what both may do. Each input gets a meeting of its own: Alice hosts, Bob is inside and
 * changes his client, Carol knocks and waits.
 *
 * Promises: nobody crashes, whatever the order; who is in a meeting has a group, a policy and a leaf.
 * Without Bob's keys Alice enters no epoch but those that she or Bob made, and with or without them
 * the policy becomes nothing that a moderator may not make of it; Bob's commits leave it as it is
 * until he is one.
 *
 *   input = flags (1) step*     step = what (1) arguments, see the functions below */
#include "e2ee/driver-private.h"
#include "fixtures/e2ee-world.h"
#include "fuzz/fuzz.h"
#include "fuzz/mls-omniscience.h"

#include <string.h>

#define N_STEPS 8

enum { FLAG_HOLDS_KEYS = 1, FLAG_MODERATED = 2 };

typedef enum {
  STEP_APPLICATION,
  STEP_RAW_APPLICATION,
  STEP_COMMIT,
  STEP_RAW_COMMIT,
  STEP_KNOCK,
  STEP_RAW_KNOCK,
  STEP_WELCOME,
  STEP_FRAME,
  STEP_RESYNC,
  STEP_SERVER,
  STEP_TIME,
  STEP_ACTION,
  N_STEP_KINDS,
} Step;

typedef struct {
  World *world;
  Person *alice;
  Person *bob;
  Person *carol;
  CvReader *input;
  GPtrArray
      *epochs; /* GBytes: authenticators of what Bob's commits make, delivered at once or not */
} Play;

/* What Alice holds before a step. */
typedef struct {
  GPtrArray *epochs; /* GBytes: authenticators of where she may be after it */
  CvE2eePolicy policy;
  gboolean is_bob_moderator;
} Before;

static void
add_epoch (GPtrArray *epochs, const CvMlsGroup *group)
{
  if (group)
    g_ptr_array_add (epochs, cv_span_dup (cv_mls_group_get_epoch_authenticator (group)));
}

static GBytes *
dup_long (CvReader *input)
{
  return cv_span_dup (fuzz_read_long (input));
}

/* ---- Bob ---- */

/* The inside of an application message of Bob's (long). */
static void
play_application (Play *play)
{
  g_autoptr (GBytes) inner = dup_long (play->input);
  g_autoptr (GBytes) message = NULL;

  if (!play->bob->driver || !play->bob->driver->group)
    return;
  message = cv_mls_group_protect (play->bob->driver->group, cv_span_from_bytes (inner),
                                  CV_SPAN_EMPTY, NULL);
  if (message)
    cv_e2ee_group_driver_on_application (play->alice->driver, play->bob->id, message);
}

/* A commit of Bob's: how (1), who leaves (short), policy (short), authenticated data (short), whom
 * he adds (long). */
static void
play_commit (Play *play)
{
  guint how = cv_reader_u8 (play->input);
  CvSpan leaving = fuzz_read_short (play->input);
  CvSpan policy = fuzz_read_short (play->input);
  CvSpan data = fuzz_read_short (play->input);
  g_autoptr (GBytes) offer = dup_long (play->input);
  CvSpan adds = cv_span_from_bytes (offer);
  CvMlsLeaf removed = {leaving.len > 0 ? leaving.data[0] : 0};
  CvMlsCommitParams params = {
      .adds = &adds,
      .n_adds = adds.len > 0 ? 1 : 0,
      .removes = &removed,
      .n_removes = leaving.len > 0 ? 1 : 0,
      .policy = how & 1 ? &policy : NULL,
      .policy_type = CV_E2EE_POLICY_TYPE,
      .authenticated_data = data,
      .is_pathless = how & 2,
      .now_s = play->bob->driver->now_s,
  };
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (CvE2eeCommit) commit = NULL;

  if (!play->bob->driver->group
      || !cv_mls_group_commit (play->bob->driver->group, &params, &result, NULL))
    return;
  add_epoch (play->epochs, result.next);
  commit = world_name_commit (play->bob, &params, result.commit);
  cv_e2ee_group_driver_on_ordered_message (play->alice->driver, commit);
  if (result.welcome && how & 4)
    cv_e2ee_group_driver_on_welcome (play->carol->driver, result.welcome);
}

/* What somebody with the link seals (long): a KeyPackage. */
static void
play_knock (Play *play)
{
  g_autoptr (GBytes) offer = dup_long (play->input);
  g_autoptr (GBytes) sealed =
      cv_e2ee_knock_seal (play->world->crypto, play->bob->keys, cv_span_from_bytes (offer), NULL);

  if (sealed)
    cv_e2ee_group_driver_on_knock (play->alice->driver, play->carol->id, sealed);
}

/* track (1), changes (short) to one of Bob's frames: of two bytes place and one to add. */
static void
play_frame (Play *play)
{
  CvE2eeTrack track = (CvE2eeTrack)(cv_reader_u8 (play->input) % CV_E2EE_N_TRACKS);
  CvSpan edits = fuzz_read_short (play->input);
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (GByteArray) changed = g_byte_array_new ();
  g_autoptr (GBytes) frame = NULL;
  CvE2eeEnvelope envelope;
  CvReader reader;

  if (play->bob->driver->phase != CV_E2EE_PHASE_MEMBER)
    return;
  sealed = world_seal_frame (play->bob, track);
  if (!sealed)
    return;
  g_byte_array_append (changed, g_bytes_get_data (sealed, NULL), (guint)g_bytes_get_size (sealed));
  cv_reader_init (&reader, edits);
  while (cv_reader_remaining (&reader) >= 3) {
    gsize place = cv_reader_u16 (&reader) % changed->len;

    changed->data[place] += cv_reader_u8 (&reader);
  }
  if (cv_e2ee_receiver_unprotect (cv_e2ee_group_driver_get_receiver (play->alice->driver),
                                  (CvMlsLeaf){1}, track, cv_span_from_array (changed), &envelope,
                                  &frame)
      == CV_E2EE_OPENED)
    g_assert_nonnull (frame);
}

/* ---- the server ---- */

/* A resync request, a word that it is answered, or the answer (long). */
static void
play_resync (Play *play)
{
  g_autoptr (GBytes) body = dup_long (play->input);
  g_auto (CvWriter) writer = {0};
  g_autoptr (GBytes) message = NULL;

  cv_writer_init (&writer);
  cv_e2ee_group_driver_on_group_info (play->alice->driver, body);
  cv_writer_u8 (&writer, CV_E2EE_CONTROL_RESYNC_REQUEST + (g_bytes_get_size (body) & 1));
  cv_writer_put (&writer, cv_span_from_bytes (body));
  message = cv_writer_take (&writer);
  cv_e2ee_group_driver_on_application (play->alice->driver, play->bob->id, message);
}

/* A word of the server (1) with an epoch (1) or a name. */
static void
play_server (Play *play)
{
  CvE2eeGroupDriver *driver = play->alice->driver;
  guint what = cv_reader_u8 (play->input) % 10;
  guint64 epoch = cv_reader_u8 (play->input);
  const char *name = epoch & 1 ? play->bob->id : play->carol->id;

  if (what == 0)
    cv_e2ee_group_driver_on_commit_accepted (driver, epoch);
  else if (what == 1)
    cv_e2ee_group_driver_on_commit_rejected (driver, epoch);
  else if (what == 2)
    cv_e2ee_group_driver_on_commit_voided (driver, epoch);
  else if (what == 3)
    cv_e2ee_group_driver_on_gap_unavailable (driver);
  else if (what == 4)
    cv_e2ee_group_driver_on_start_refused (driver);
  else if (what == 5)
    cv_e2ee_group_driver_on_group (driver, CV_SPAN_LITERAL ("another group"));
  else if (what == 6)
    cv_e2ee_group_driver_on_member_gone (driver, name, epoch & 2);
  else if (what == 7)
    cv_e2ee_group_driver_on_member_back (driver, name);
  else if (what == 8)
    cv_e2ee_group_driver_on_knock_gone (driver, name);
  else
    cv_e2ee_group_driver_on_denied (play->carol->driver, (CvE2eeDenial)(epoch % 4));
}

/* ---- Alice ---- */

static void
play_action (Play *play)
{
  CvE2eeGroupDriver *driver = play->alice->driver;
  guint what = cv_reader_u8 (play->input) % 6;
  CvMlsLeaf leaf = {cv_reader_u8 (play->input) % 4};
  const char *knock = play->carol->id;
  g_autoptr (GError) error = NULL;
  gboolean is_done;

  if (what == 0)
    is_done = cv_e2ee_group_driver_admit (driver, knock, &error);
  else if (what == 1)
    is_done = cv_e2ee_group_driver_deny (driver, knock, &error);
  else if (what == 2)
    is_done = cv_e2ee_group_driver_remove (driver, leaf, &error);
  else if (what == 3)
    is_done = cv_e2ee_group_driver_set_locked (driver, leaf.index & 1, &error);
  else if (what == 4)
    is_done = cv_e2ee_group_driver_set_moderator (driver, leaf, leaf.index & 1, &error);
  else
    is_done =
        cv_e2ee_group_driver_set_admission (driver, (CvE2eeAdmissionMode)(leaf.index & 1), &error);
  g_assert_true (is_done == !error);
}

static gboolean
is_inside (const Person *person)
{
  return cv_e2ee_group_driver_get_phase (person->driver) == CV_E2EE_PHASE_MEMBER;
}

static void
assert_sound (const Person *person)
{
  const CvE2eeGroupDriver *driver = person->driver;

  if (!is_inside (person))
    return;
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (driver), >=, 1);
  g_assert_nonnull (cv_e2ee_group_driver_get_policy (driver));
  g_assert_nonnull (cv_e2ee_group_driver_get_trust (driver));
  g_assert_nonnull (
      cv_e2ee_group_driver_find_member (driver, cv_e2ee_group_driver_get_own_leaf (driver)));
}

/* Own commits count: that the server ordered one is for the server to say. So does the group that
 * takes the place of one where nobody else is left. */
static void
note_before (const Play *play, Before *before)
{
  const CvE2eeGroupDriver *alice = play->alice->driver;

  g_ptr_array_set_size (before->epochs, 0);
  before->policy = *cv_e2ee_group_driver_get_policy (alice);
  before->is_bob_moderator =
      cv_e2ee_policy_is_moderator (&before->policy, play->bob->driver->own_hash);
  add_epoch (before->epochs, alice->group);
  add_epoch (before->epochs, alice->fresh);
  for (guint i = 0; i < alice->own_commits->len; i++) {
    const CvE2eeOwnCommit *own = g_ptr_array_index (alice->own_commits, i);

    add_epoch (before->epochs, own->result.next);
  }
}

static gboolean
has_epoch (const GPtrArray *epochs, CvSpan authenticator)
{
  for (guint i = 0; i < epochs->len; i++)
    if (cv_span_equal (cv_span_from_bytes (g_ptr_array_index (epochs, i)), authenticator))
      return TRUE;
  return FALSE;
}

static gboolean
is_policy_same (const CvE2eePolicy *a, const CvE2eePolicy *b)
{
  g_autoptr (GBytes) left = cv_e2ee_policy_write (a);
  g_autoptr (GBytes) right = cv_e2ee_policy_write (b);

  return g_bytes_equal (left, right);
}

/* While time passes, Alice's own program goes on by itself: nothing is claimed of its epochs then. */
static void
assert_step_was_allowed (const Play *play, Step step, const Before *before)
{
  const CvE2eeGroupDriver *alice = play->alice->driver;
  const CvE2eePolicy *policy = cv_e2ee_group_driver_get_policy (alice);
  CvSpan now = cv_mls_group_get_epoch_authenticator (alice->group);

  if (step != STEP_TIME && !fuzz_omniscience.holds_keys)
    g_assert_true (has_epoch (before->epochs, now) || has_epoch (play->epochs, now));
  g_assert_true (cv_e2ee_policy_may_become (&before->policy, policy));
  if (step == STEP_COMMIT && !before->is_bob_moderator)
    g_assert_true (is_policy_same (&before->policy, policy));
}

static void
play_raw (Play *play, Step step)
{
  g_autoptr (GBytes) bytes = dup_long (play->input);

  if (step == STEP_RAW_APPLICATION)
    cv_e2ee_group_driver_on_application (play->alice->driver, play->bob->id, bytes);
  else if (step == STEP_RAW_COMMIT)
    world_tell_ordered (play->alice, bytes);
  else if (step == STEP_RAW_KNOCK)
    cv_e2ee_group_driver_on_knock (play->alice->driver, play->carol->id, bytes);
  else
    cv_e2ee_group_driver_on_welcome (play->carol->driver, bytes);
}

static void
play_step (Play *play, Step step)
{
  switch (step) {
  case STEP_APPLICATION:
    play_application (play);
    break;
  case STEP_COMMIT:
    play_commit (play);
    break;
  case STEP_KNOCK:
    play_knock (play);
    break;
  case STEP_RAW_APPLICATION:
  case STEP_RAW_COMMIT:
  case STEP_RAW_KNOCK:
  case STEP_WELCOME:
    play_raw (play, step);
    break;
  case STEP_FRAME:
    play_frame (play);
    break;
  case STEP_RESYNC:
    play_resync (play);
    break;
  case STEP_SERVER:
    play_server (play);
    break;
  case STEP_TIME:
    world_run_for (play->world, cv_reader_u8 (play->input) * (G_USEC_PER_SEC / 10));
    break;
  case STEP_ACTION:
    play_action (play);
    break;
  case N_STEP_KINDS:
    break;
  }
}

static void
start (Play *play, guint8 flags)
{
  fuzz_random_restart (1);
  play->world = world_new ((CvMlsSuiteId){0x0001});
  play->epochs = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  play->alice = world_add (play->world, "Alice", "");
  play->bob = world_add (play->world, "Bob", "");
  play->carol = world_add (play->world, "Carol", "");
  world_host (play->world, play->alice, CV_E2EE_ADMISSION_LINK);
  world_join (play->world, play->bob);
  if (flags & FLAG_MODERATED) {
    g_assert_true (cv_e2ee_group_driver_set_admission (play->alice->driver,
                                                       CV_E2EE_ADMISSION_MODERATOR, NULL));
    world_run_for (play->world, G_USEC_PER_SEC);
  }
  play->alice->no_ordered = TRUE; /* what Bob commits comes from the input */
  world_knock (play->world, play->carol);
}

static void
finish (Play *play)
{
  g_clear_pointer (&play->epochs, g_ptr_array_unref);
  g_clear_pointer (&play->world, world_free);
}

static void
play_steps (Play *play)
{
  Before before = {.epochs = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref)};

  for (guint i = 0; i < N_STEPS && cv_reader_remaining (play->input) > 0; i++) {
    Step step = (Step)(cv_reader_u8 (play->input) % N_STEP_KINDS);
    gboolean was_inside = is_inside (play->alice);

    if (was_inside)
      note_before (play, &before);
    play_step (play, step);
    assert_sound (play->alice);
    if (was_inside && is_inside (play->alice))
      assert_step_was_allowed (play, step, &before);
  }
  g_ptr_array_unref (before.epochs);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t len)
{
  CvReader input;
  Play play = {.input = &input};
  guint8 flags;

  cv_reader_init (&input, cv_span (data, len));
  flags = cv_reader_u8 (&input);
  if (cv_reader_remaining (&input) == 0)
    return 0;
  start (&play, flags);
  fuzz_omniscience.holds_keys = flags & FLAG_HOLDS_KEYS;
  play_steps (&play);
  world_run_for (play.world, G_USEC_PER_SEC / 2);
  assert_sound (play.alice);
  assert_sound (play.carol);
  fuzz_omniscience = (FuzzOmniscience){0};
  finish (&play);
  return 0;
}

/* ---- seeds ---- */

static void
put_long (CvWriter *writer, CvSpan bytes)
{
  cv_writer_u16 (writer, (guint16)bytes.len);
  cv_writer_put (writer, bytes);
}

static void
put_short (CvWriter *writer, CvSpan bytes)
{
  cv_writer_u8 (writer, (guint8)bytes.len);
  cv_writer_put (writer, bytes);
}

static void
add_raw (GPtrArray *seeds, guint8 flags, Step step, CvSpan bytes)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_writer_u8 (&writer, flags);
  cv_writer_u8 (&writer, (guint8)step);
  put_long (&writer, bytes);
  fuzz_seeds_take (seeds, cv_writer_take (&writer));
}

/* With a policy that differs from what holds, when it has one. */
static void
put_commit (CvWriter *writer, guint8 how, const Play *play, CvSpan offer)
{
  CvE2eePolicy policy = *cv_e2ee_group_driver_get_policy (play->alice->driver);
  g_autoptr (GBytes) encoded = NULL;

  policy.is_locked = !policy.is_locked;
  encoded = cv_e2ee_policy_write (&policy);
  cv_writer_u8 (writer, STEP_COMMIT);
  cv_writer_u8 (writer, how);
  put_short (writer, how & 8 ? CV_SPAN_LITERAL ("\0") : CV_SPAN_EMPTY);
  put_short (writer, how & 1 ? cv_span_from_bytes (encoded) : CV_SPAN_EMPTY);
  put_short (writer, CV_SPAN_EMPTY);
  put_long (writer, offer);
}

/* Alice makes Bob a moderator, the server says that it ordered that, and Bob changes the policy. */
static void
add_promotion (GPtrArray *seeds, guint8 flags, const Play *play)
{
  guint64 epoch = cv_e2ee_group_driver_get_epoch (play->alice->driver);
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_writer_u8 (&writer, flags);
  cv_writer_u8 (&writer, STEP_ACTION);
  cv_writer_u8 (&writer, 4);
  cv_writer_u8 (&writer, 1);
  cv_writer_u8 (&writer, STEP_TIME);
  cv_writer_u8 (&writer, 6); /* for her commit, too short for another one */
  cv_writer_u8 (&writer, STEP_SERVER);
  cv_writer_u8 (&writer, 0);
  cv_writer_u8 (&writer, (guint8)epoch);
  put_commit (&writer, 1, play, CV_SPAN_EMPTY);
  fuzz_seeds_take (seeds, cv_writer_take (&writer));
}

static void
add_commit (GPtrArray *seeds, guint8 flags, guint8 how, const Play *play, CvSpan offer)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_writer_u8 (&writer, flags);
  put_commit (&writer, how, play, offer);
  fuzz_seeds_take (seeds, cv_writer_take (&writer));
}

static void
add_play (GPtrArray *seeds, const Play *play, guint8 flags)
{
  CvE2eeHeartbeat heartbeat = {.epoch = 1};
  g_autoptr (GBytes) transcript = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32);
  g_autoptr (GBytes) beat = NULL;
  g_auto (CvWriter) inner = {0};
  CvSpan offer = cv_span_from_bytes (play->carol->last_knock);
  g_autoptr (CvE2eeKnock) knock =
      cv_e2ee_knock_open (play->world->crypto, play->bob->keys, play->world->suite, offer,
                          play->bob->driver->now_s, NULL);

  g_assert_nonnull (knock);
  heartbeat.transcript_hash = transcript;
  beat = cv_e2ee_heartbeat_write (&heartbeat);
  cv_writer_init (&inner);
  cv_writer_u8 (&inner, CV_E2EE_INNER_HEARTBEAT);
  cv_writer_put (&inner, cv_span_from_bytes (beat));
  add_raw (seeds, flags, STEP_APPLICATION, cv_writer_span (&inner));
  add_raw (seeds, flags, STEP_APPLICATION, CV_SPAN_LITERAL ("\2\377\377\377\377{}"));
  add_raw (seeds, flags, STEP_APPLICATION, CV_SPAN_LITERAL ("\3"));
  add_raw (seeds, flags, STEP_KNOCK, cv_span_from_bytes (knock->key_package));
  add_raw (seeds, flags, STEP_RAW_KNOCK, offer);
  add_raw (seeds, flags, STEP_RAW_COMMIT, cv_span_from_bytes (play->alice->last_commit->bytes));
  for (guint8 how = 0; how < 16; how += 3)
    add_commit (seeds, flags, how, play,
                how & 4 ? cv_span_from_bytes (knock->key_package) : CV_SPAN_EMPTY);
  add_promotion (seeds, flags, play);
}

GPtrArray *
fuzz_dup_seeds (void)
{
  GPtrArray *seeds = fuzz_seeds_new ();

  for (guint8 flags = 0; flags < 4; flags++) {
    Play play = {0};

    start (&play, flags);
    add_play (seeds, &play, flags);
    finish (&play);
  }
  fuzz_seeds_add (seeds, CV_SPAN_LITERAL ("\0\7\0\0\7\1\3\0\1\1\12\5\11\6\1\12\144"));
  fuzz_seeds_add (seeds, CV_SPAN_LITERAL ("\0\13\0\1\12\12\13\3\1\12\12\13\2\1\12\12"));
  return seeds;
}
