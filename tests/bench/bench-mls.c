/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The tables of docs/BENCHMARKS.md about groups: times, sizes, memory, operations, a large room.
 *
 * An epoch is immutable, so one commit is made and processed again and again from the same state,
 * and the median is what counts. A meeting of N is measured when the Nth member comes, by an Add to
 * N − 1, and with all N for the rest. */
#include "mls/counts.h"
#include "bench/mls-meeting.h"
#include "bench/mls-raw.h"
#include "bench/mls-room.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#define SAMPLES_MAX 51
#define SAMPLES_MIN 3
#define SAMPLE_BUDGET_US 250e3 /* of one measurement */
#define N_SIZES 5
#define N_HELD 4 /* states held at once for a figure of memory */
#define ROOM_MEMBERS 512
#define ROOM_COMMITS 100

static const guint sizes[N_SIZES] = {2, 8, 32, 128, 512};
static const guint16 suites[] = {0x0001, 0x0007, 0xF001};

typedef struct {
  double make_ms;
  double process_ms; /* 0: nobody to process it */
  gsize bytes;
  MlsCounts counts; /* of processing */
} Commit;

typedef struct {
  Commit add;
  Commit remove;
  Commit empty;
  double join_ms;
  gsize welcome_bytes;
  gsize state_bytes; /* what a joiner holds */
  gsize epoch_bytes; /* what one epoch more adds, while the one before is held */
} Row;

/* Bytes of the heap in use. Secrets are in pages of their own and not in it. */
static gsize
heap_bytes (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

static double
process (Member *reader, GBytes *commit, CvMlsReceived *received)
{
  g_autoptr (GError) error = NULL;
  double start;

  mls_counts_reset ();
  start = mls_raw_now_us ();
  member_try_receive (reader, cv_span_from_bytes (commit), received, &error);
  g_assert_no_error (error);
  return mls_raw_now_us () - start;
}

/* Neither of the two moves on. welcome: of the last commit, full; or NULL. */
static Commit
measure_commit (const MlsMeeting *meeting, const CvMlsCommitParams *params, GBytes **welcome)
{
  double make_us[SAMPLES_MAX];
  double process_us[SAMPLES_MAX];
  double end = mls_raw_now_us () + SAMPLE_BUDGET_US;
  Commit commit = {0};
  gsize n = 0;

  while (n < SAMPLES_MAX && (n < SAMPLES_MIN || mls_raw_now_us () < end)) {
    g_auto (CvMlsCommitResult) result = {0};
    g_auto (CvMlsReceived) received = {0};
    g_autoptr (GError) error = NULL;
    double start = mls_raw_now_us ();

    g_assert_true (cv_mls_group_commit (meeting->author->group, params, &result, &error) || error);
    g_assert_no_error (error);
    make_us[n] = mls_raw_now_us () - start;
    commit.bytes = g_bytes_get_size (result.commit);
    if (meeting->reader) {
      process_us[n] = process (meeting->reader, result.commit, &received);
      commit.counts = mls_counts_get ();
    }
    if (welcome) {
      g_clear_pointer (welcome, g_bytes_unref);
      *welcome = g_bytes_ref (result.welcome);
    }
    n++;
  }
  commit.make_ms = mls_raw_median (make_us, n) / 1000;
  if (meeting->reader)
    commit.process_ms = mls_raw_median (process_us, n) / 1000;
  return commit;
}

/* One join; its group, full. */
static CvMlsGroup *
join (const Member *joiner, GBytes *welcome)
{
  CvMlsJoinParams params = {.welcome = cv_span_from_bytes (welcome), .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;
  CvMlsGroup *group = cv_mls_group_join (members_get_crypto (), joiner->joiner, &params, &error);

  g_assert_no_error (error);
  return group;
}

static void
measure_join (const Member *joiner, GBytes *welcome, Row *row)
{
  double join_us[SAMPLES_MAX];
  double end = mls_raw_now_us () + SAMPLE_BUDGET_US;
  CvMlsGroup *held[N_HELD];
  gsize before;
  gsize n = 0;

  while (n < SAMPLES_MAX && (n < SAMPLES_MIN || mls_raw_now_us () < end)) {
    double start = mls_raw_now_us ();
    g_autoptr (CvMlsGroup) group = join (joiner, welcome);

    join_us[n++] = mls_raw_now_us () - start;
  }
  row->join_ms = mls_raw_median (join_us, n) / 1000;
  row->welcome_bytes = g_bytes_get_size (welcome);
  before = heap_bytes ();
  for (gsize i = 0; i < N_HELD; i++)
    held[i] = join (joiner, welcome);
  row->state_bytes = (heap_bytes () - before) / N_HELD;
  for (gsize i = 0; i < N_HELD; i++)
    cv_mls_group_unref (held[i]);
}

/* The reader follows some empty commits, and every epoch stays. */
static void
measure_epochs (MlsMeeting *meeting, Row *row)
{
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  GBytes *commits[N_HELD];
  CvMlsGroup *held[N_HELD];
  gsize before;

  for (gsize i = 0; i < N_HELD; i++) {
    g_auto (CvMlsCommitResult) result = {0};

    member_commit (meeting->author, &params, &result);
    commits[i] = g_bytes_ref (result.commit);
  }
  before = heap_bytes ();
  for (gsize i = 0; i < N_HELD; i++) {
    held[i] = cv_mls_group_ref (meeting->reader->group);
    member_follow (meeting->reader, commits[i]);
  }
  row->epoch_bytes = (heap_bytes () - before) / N_HELD;
  for (gsize i = 0; i < N_HELD; i++) {
    cv_mls_group_unref (held[i]);
    g_bytes_unref (commits[i]);
  }
}

static void
measure_size (MlsMeeting *meeting, void (*grow) (MlsMeeting *, guint), guint n_members, Row *row)
{
  g_autoptr (Member) joiner = member_new (meeting->suite, "joiner");
  CvSpan offer = member_offer (joiner);
  CvMlsLeaf last = {n_members - 1};
  CvMlsCommitParams add = {.adds = &offer, .n_adds = 1, .now_s = TEST_NOW_S};
  CvMlsCommitParams remove = {.removes = &last, .n_removes = 1, .now_s = TEST_NOW_S};
  CvMlsCommitParams empty = {.now_s = TEST_NOW_S};
  g_autoptr (GBytes) welcome = NULL;

  grow (meeting, n_members - 1);
  row->add = measure_commit (meeting, &add, &welcome);
  measure_join (joiner, welcome, row);
  grow (meeting, n_members);
  row->remove = measure_commit (meeting, &remove, NULL);
  row->empty = measure_commit (meeting, &empty, NULL);
  /* The author's commits change what is cold, so this is asked of the warm alone. */
  if (grow == mls_meeting_grow_warm)
    measure_epochs (meeting, row);
}

static void
measure_suite (const CvMlsSuite *suite, Row cold[static N_SIZES], Row warm[static N_SIZES])
{
  g_autoptr (MlsMeeting) growing_cold = mls_meeting_new (suite);
  g_autoptr (MlsMeeting) growing_warm = mls_meeting_new (suite);

  for (gsize i = 0; i < N_SIZES; i++) {
    measure_size (growing_cold, mls_meeting_grow_cold, sizes[i], &cold[i]);
    measure_size (growing_warm, mls_meeting_grow_warm, sizes[i], &warm[i]);
    fprintf (stderr, "suite 0x%04x: %u members\n", suite->id.value, sizes[i]);
  }
}

static void
print_ms (double ms)
{
  if (ms > 0)
    printf (" %.2f |", ms);
  else
    printf (" — |");
}

static void
print_times (const Row *rows)
{
  puts (
      "| members | Add: make | process | join | Remove: make | process | empty: make | process |");
  puts ("|---|---|---|---|---|---|---|---|");
  for (gsize i = 0; i < N_SIZES; i++) {
    const Row *row = &rows[i];

    printf ("| %u |", sizes[i]);
    print_ms (row->add.make_ms);
    print_ms (row->add.process_ms);
    print_ms (row->join_ms);
    print_ms (row->remove.make_ms);
    print_ms (row->remove.process_ms);
    print_ms (row->empty.make_ms);
    print_ms (row->empty.process_ms);
    puts ("");
  }
  puts ("");
}

static void
print_sizes (const Row *cold, const Row *warm)
{
  puts ("| members | Add, cold | Welcome, cold | empty, cold | Add, warm | Welcome, warm | Remove, "
        "warm | empty, warm | state, warm | one epoch more, warm |");
  puts ("|---|---|---|---|---|---|---|---|---|---|");
  for (gsize i = 0; i < N_SIZES; i++)
    printf ("| %u | %zu | %zu | %zu | %zu | %zu | %zu | %zu | %zu | %zu |\n", sizes[i],
            cold[i].add.bytes, cold[i].welcome_bytes, cold[i].empty.bytes, warm[i].add.bytes,
            warm[i].welcome_bytes, warm[i].remove.bytes, warm[i].empty.bytes, warm[i].state_bytes,
            warm[i].epoch_bytes);
  puts ("");
}

/* What OpenSSL alone would need for the same operations. */
static double
raw_ms (const MlsCounts *counts, const MlsRawTimes *raw)
{
  return (counts->n[MLS_COUNT_VERIFY] * raw->us[MLS_RAW_VERIFY]
          + counts->n[MLS_COUNT_DECAPSULATE] * raw->us[MLS_RAW_DECAPSULATE]
          + counts->n[MLS_COUNT_KEY_PAIR] * raw->us[MLS_RAW_KEY_PAIR]
          + (counts->n[MLS_COUNT_KDF] + counts->n[MLS_COUNT_HASH]) * raw->us[MLS_RAW_HASH])
         / 1000;
}

static void
print_operations (const Row *rows, const MlsRawTimes *raw)
{
  puts ("| members | verify | decapsulate | key pairs | keys checked | KDF | tree hash | process, "
        "ms | raw, ms | ratio |");
  puts ("|---|---|---|---|---|---|---|---|---|---|");
  for (gsize i = 0; i < N_SIZES; i++) {
    const Commit *empty = &rows[i].empty;
    const guint *n = empty->counts.n;
    double raw_total_ms = raw_ms (&empty->counts, raw);

    printf ("| %u | %u | %u | %u | %u | %u | %u | %.2f | %.2f | %.2f |\n", sizes[i],
            n[MLS_COUNT_VERIFY], n[MLS_COUNT_DECAPSULATE], n[MLS_COUNT_KEY_PAIR],
            n[MLS_COUNT_CHECK_KEY], n[MLS_COUNT_KDF], n[MLS_COUNT_HASH], empty->process_ms,
            raw_total_ms, empty->process_ms / raw_total_ms);
  }
  puts ("");
}

static void
print_suite (const CvMlsSuite *suite)
{
  MlsRawTimes raw = mls_raw_measure (members_get_crypto (), suite);
  Row cold[N_SIZES] = {0};
  Row warm[N_SIZES] = {0};

  measure_suite (suite, cold, warm);
  printf ("### Suite 0x%04X, %s\n\n", suite->id.value, suite->name);
  printf ("Raw OpenSSL, µs: sign %.0f, verify %.0f, decapsulate %.0f, key pair %.0f, hash of 1 KiB "
          "%.1f.\n\n",
          raw.us[MLS_RAW_SIGN], raw.us[MLS_RAW_VERIFY], raw.us[MLS_RAW_DECAPSULATE],
          raw.us[MLS_RAW_KEY_PAIR], raw.us[MLS_RAW_HASH]);
  puts ("Milliseconds, warm:\n");
  print_times (warm);
  puts ("Milliseconds, cold:\n");
  print_times (cold);
  puts ("Bytes:\n");
  print_sizes (cold, warm);
  puts ("Processing an empty commit, warm, beside what OpenSSL alone needs for the same:\n");
  print_operations (warm, &raw);
}

static void
print_room (const CvMlsSuite *suite)
{
  MlsRoomCosts costs = mls_room_measure (suite, ROOM_MEMBERS, ROOM_COMMITS);

  printf ("### A room of %u in one process, suite 0x%04X\n\n", ROOM_MEMBERS, suite->id.value);
  puts ("| | |\n|---|---|");
  printf ("| everybody joins, s | %.1f |\n", costs.build_s);
  printf ("| %u rotating commits, s | %.1f |\n", ROOM_COMMITS, costs.rotate_s);
  printf ("| of processor time, s | %.1f |\n", costs.rotate_cpu_s);
  printf ("| commits processed | %u |\n", costs.n_processed);
  printf ("| each, ms of processor time | %.2f |\n", 1000 * costs.rotate_cpu_s / costs.n_processed);
  printf ("| first commit: bytes, all members' ms | %zu, %.0f |\n", costs.first_bytes,
          costs.first_ms);
  printf ("| last commit: bytes, all members' ms | %zu, %.0f |\n", costs.last_bytes, costs.last_ms);
  printf ("| peak resident memory, MiB | %.0f |\n", costs.peak_mib);
  printf ("| of it locked for secrets, MiB | %.1f |\n", costs.locked_mib);
}

/* Without arguments everything; else suites as hexadecimal numbers, and "room". */
int
main (int argc, char **argv)
{
  for (gsize i = 0; argc == 1 && i < G_N_ELEMENTS (suites); i++)
    print_suite (members_get_suite (suites[i]));
  for (int i = 1; i < argc; i++)
    if (!g_str_equal (argv[i], "room"))
      print_suite (members_get_suite ((guint16)g_ascii_strtoull (argv[i], NULL, 16)));
  if (argc == 1 || g_str_equal (argv[argc - 1], "room"))
    print_room (members_get_suite (0xF001));
  return EXIT_SUCCESS;
}
