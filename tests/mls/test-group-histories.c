/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* 1000 random histories: whatever happens, all who are in agree, and nobody else follows.
 *
 * What happens in a history is drawn from its seed, which is printed; the keys are new every time.
 * CONCLAVE_HISTORIES is how many (default 1000), CONCLAVE_HISTORY_SEED the seed of the first one,
 * and the following ones count up: with 1 and a seed, one history again. Costs 35 s of processor
 * under sanitizers. */
#include "mls/world.h"

#define N_HISTORIES 1000

static guint64
get_number (const char *name, guint64 fallback)
{
  const char *text = g_getenv (name);
  guint64 number = 0;

  if (!text)
    return fallback;
  g_assert_true (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, NULL));
  return number;
}

/* Of each 1000 seeds in a row: how many people, and how long. Every newcomer checks every leaf, so
 * that large groups cost with the square of their size, and they are few: one of each size up to 32,
 * and above that one drawn from each row. */
typedef struct {
  guint per_mille;
  guint n_min;
  guint n_max;
  guint n_steps;
} Size;

static const Size sizes[] = {{590, 2, 4, 4},  {350, 2, 8, 4}, {39, 9, 16, 4},
                             {16, 17, 32, 2}, {1, 33, 40, 2}, {1, 41, 48, 2},
                             {1, 49, 56, 2},  {1, 57, 63, 2}, {1, 64, 64, 2}};

/* There are histories enough for each of its sizes. */
static gboolean
is_whole (const Size *size)
{
  return size->per_mille > size->n_max - size->n_min;
}

/* The cheapest suite most often; the others with few people. */
static const guint16 other_suites[] = {0x0002, 0x0003, 0x0004, 0x0005,
                                       0x0006, 0x0007, 0xF001, 0xF002};

typedef struct {
  guint16 suite;
  guint n_people;
  guint n_first;
  guint n_steps;
} Plan;

static Plan
draw_plan (guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint32 rank = seed % 1000;
  const Size *size = sizes;
  Plan plan = {.suite = 0x0001};
  guint n_sizes;

  for (; rank >= size->per_mille; size++)
    rank -= size->per_mille;
  if (size == sizes && rank % 10 == 0)
    plan.suite = other_suites[rank / 10 % G_N_ELEMENTS (other_suites)];
  n_sizes = size->n_max - size->n_min + 1;
  plan.n_people =
      size->n_min
      + (is_whole (size) ? rank % n_sizes : (guint)g_rand_int_range (rand, 0, (gint)n_sizes));
  /* Of each size at least one history has all of them in from its first commit on. */
  plan.n_first = plan.n_people - 1;
  if (rank >= n_sizes)
    plan.n_first = (guint)g_rand_int_range (rand, 1, (gint)plan.n_people);
  plan.n_steps = size->n_steps;
  return plan;
}

/* Adds what happened to the tally. */
static void
live_through (const Plan *plan, guint32 seed, WorldTally *tally)
{
  g_autoptr (World) world = world_new (plan->suite, plan->n_people, seed);

  world_add (world, plan->n_first);
  for (guint i = 0; i < plan->n_steps; i++)
    world_step (world);
  world_assert_all_compared (world);
  for (guint i = 0; i < WORLD_N_DEEDS; i++)
    tally->n_deeds[i] += world->tally.n_deeds[i];
  for (guint i = 0; i <= WORLD_PEOPLE_MAX; i++)
    tally->n_epochs_of[i] += world->tally.n_epochs_of[i];
}

static guint
count_epochs (const WorldTally *tally, guint n_min, guint n_max)
{
  guint count = 0;

  for (guint i = n_min; i <= n_max; i++)
    count += tally->n_epochs_of[i];
  return count;
}

/* Everything that can happen did, in groups of each size up to 32 and of each eight sizes above, the
 * largest among them. */
static void
assert_all_occurred (const WorldTally *tally)
{
  for (guint i = 0; i < WORLD_N_DEEDS; i++) {
    g_test_message ("%s: %u times", world_deed_to_string (i), tally->n_deeds[i]);
    g_assert_cmpuint (tally->n_deeds[i], >, 0);
  }
  for (guint n = 2; n <= WORLD_PEOPLE_MAX; n += n <= 32 ? 1 : 8) {
    guint last = n <= 32 ? n : n + 7;

    g_test_message ("%u to %u people: %u epochs", n, last, count_epochs (tally, n, last));
    g_assert_cmpuint (count_epochs (tally, n, last), >, 0);
  }
  g_assert_cmpuint (tally->n_epochs_of[WORLD_PEOPLE_MAX], >, 0);
}

static void
test_many (void)
{
  guint64 n_histories = get_number ("CONCLAVE_HISTORIES", N_HISTORIES);
  guint64 first = get_number ("CONCLAVE_HISTORY_SEED", (guint64)g_test_rand_int () & G_MAXINT32);
  WorldTally tally = {0};

  for (guint64 i = 0; i < n_histories; i++) {
    guint32 seed = (guint32)(first + i);
    Plan plan = draw_plan (seed);

    g_test_message ("history %" G_GUINT64_FORMAT ", seed %u: suite %04x, %u of %u people at first, "
                    "%u steps",
                    i, seed, plan.suite, plan.n_first + 1, plan.n_people, plan.n_steps);
    live_through (&plan, seed, &tally);
  }
  if (n_histories >= N_HISTORIES)
    assert_all_occurred (&tally);
}

/* One history of each suite that is longer than the many. */
static void
test_long (gconstpointer data)
{
  const Plan *plan = data;
  guint32 seed = (guint32)get_number ("CONCLAVE_HISTORY_SEED", (guint32)g_test_rand_int ());
  WorldTally tally = {0};

  g_test_message ("seed %u", seed);
  live_through (plan, seed, &tally);
}

int
main (int argc, char **argv)
{
  static const Plan plans[] = {
      {0x0001, 16, 9, 40}, {0x0007, 8, 3, 10}, {0xF001, 12, 7, 15}, {0xF002, 8, 3, 10}};

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/group/histories/many", test_many);
  for (gsize i = 0; i < G_N_ELEMENTS (plans); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/group/histories/%04x", plans[i].suite);

    g_test_add_data_func (path, &plans[i], test_long);
  }
  return g_test_run ();
}
