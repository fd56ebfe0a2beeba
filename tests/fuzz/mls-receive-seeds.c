/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What fuzz-mls-receive begins with: each step once, with real arguments. */
#include "fuzz/fuzz.h"
#include "fuzz/mls-receive.h"
#include "fuzz/mls-seeds.h"

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

/* Everything that can be proposed, and then a commit of it all; type 8: 0 of the other group. */
static void
add_own_proposals (GPtrArray *seeds, guint8 flags)
{
  for (guint8 type = 0; type <= 8; type++) {
    g_auto (CvWriter) writer = {0};

    start_seed (&writer, flags, STEP_OWN_PROPOSAL);
    cv_writer_u8 (&writer, type);
    cv_writer_u8 (&writer, type == 8 ? 8 : type & 1 ? 4 : 5);
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
  add_proposals (seeds, fuzz_room_get (0x0001), FLAG_FORGETS);
  add_own_proposals (seeds, FLAG_FORGETS);
  return seeds;
}
