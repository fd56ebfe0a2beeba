/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* 1000 random histories: whatever happens, all who are in agree, and nobody else follows.
 *
 * What happens in a history is drawn from its seed, which is printed; the keys are new every time.
 * CONCLAVE_HISTORIES is how many (default 1000), CONCLAVE_HISTORY_SEED the seed of the first one,
 * and the following ones count up: with 1 and a seed, one history again. Costs 45 s of processor
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

/* Of each 1000 seeds in a row: how many people at most, and how long. Every newcomer checks every
 * leaf, so that large groups cost with the square of their size, and they are few. */
typedef struct {
  guint per_mille;
  guint n_people;
  guint n_steps;
} Size;

static const Size sizes[] = {{560, 4, 4}, {360, 8, 4}, {67, 16, 4}, {10, 32, 3}, {3, 64, 2}};

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

  for (; rank >= size->per_mille; size++)
    rank -= size->per_mille;
  if (size == sizes && g_rand_int_range (rand, 0, 10) == 0)
    plan.suite = other_suites[g_rand_int_range (rand, 0, G_N_ELEMENTS (other_suites))];
  plan.n_people = (guint)g_rand_int_range (rand, 2, (gint)size->n_people + 1);
  /* The largest ones are as large as they may be. */
  if (size->n_people > 16)
    plan.n_people = size->n_people;
  plan.n_first = (guint)g_rand_int_range (rand, 1, (gint)plan.n_people);
  if (size->n_people > 16)
    plan.n_first = plan.n_people - 1;
  plan.n_steps = size->n_steps;
  return plan;
}

static void
live_through (const Plan *plan, guint32 seed)
{
  g_autoptr (World) world = world_new (plan->suite, plan->n_people, seed);

  world_add (world, plan->n_first);
  world_assert_agree (world);
  for (guint i = 0; i < plan->n_steps; i++)
    world_step (world);
}

static void
test_many (void)
{
  guint64 n_histories = get_number ("CONCLAVE_HISTORIES", N_HISTORIES);
  guint64 first = get_number ("CONCLAVE_HISTORY_SEED", (guint64)g_test_rand_int () & G_MAXINT32);

  for (guint64 i = 0; i < n_histories; i++) {
    guint32 seed = (guint32)(first + i);
    Plan plan = draw_plan (seed);

    g_test_message ("history %" G_GUINT64_FORMAT ", seed %u: suite %04x, %u of %u people at first, "
                    "%u steps",
                    i, seed, plan.suite, plan.n_first + 1, plan.n_people, plan.n_steps);
    live_through (&plan, seed);
  }
}

/* One history of each suite that is longer than the many. */
static void
test_long (gconstpointer data)
{
  const Plan *plan = data;
  guint32 seed = (guint32)get_number ("CONCLAVE_HISTORY_SEED", (guint32)g_test_rand_int ());

  g_test_message ("seed %u", seed);
  live_through (plan, seed);
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
