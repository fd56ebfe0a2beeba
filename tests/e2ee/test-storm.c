/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Many people, bad luck: they come, leave, lose their connections and come back at random, and the
 * server orders what it gets late. When the storm is over, all who are inside must agree. */
#include "fixtures/e2ee-world.h"

#define SECOND G_USEC_PER_SEC
#define N_PEOPLE 10
#define N_STEPS 150

static gboolean
is_idle (Person *person)
{
  return person->driver == NULL
         || cv_e2ee_group_driver_get_phase (person->driver) == CV_E2EE_PHASE_ENDED;
}

static gboolean
is_inside (Person *person)
{
  return person->is_member && !person->is_cut && !is_idle (person)
         && cv_e2ee_group_driver_get_phase (person->driver) != CV_E2EE_PHASE_DOOR;
}

static guint
count_inside (World *world)
{
  guint n = 0;
  for (guint i = 0; i < world->people->len; i++)
    n += is_inside (g_ptr_array_index (world->people, i)) ? 1 : 0;
  return n;
}

/* Who was cut off for good starts the program again. */
static void
start_again (World *world, Person *person)
{
  if (count_inside (world) > 0)
    world_knock (world, person);
}

static void
step (World *world, GRand *random)
{
  Person *person = g_ptr_array_index (world->people, (guint)g_rand_int_range (random, 0, N_PEOPLE));
  gint what = g_rand_int_range (random, 0, 100);
  if (is_idle (person)) {
    start_again (world, person);
  } else if (person->is_cut) {
    /* The server keeps a broken connection for 15 s. */
    if (world->clock.monotonic_us - person->cut_at_us > 14 * SECOND || what > 70)
      start_again (world, person);
    else
      world_resume (world, person);
  } else if (is_inside (person) && count_inside (world) > 2) {
    if (what < 20)
      world_leave (world, person);
    else if (what < 50)
      world_cut (world, person);
    else if (what < 70)
      person->holds_commits = !person->holds_commits;
  }
  if (g_rand_int_range (random, 0, 4) == 0)
    world_release (world);
  world_run_for (world, g_rand_int_range (random, 1000, 2 * SECOND));
}

static gboolean
have_all_settled (World *world, gpointer data)
{
  guint n = count_inside (world);
  for (guint i = 0; i < world->people->len; i++) {
    Person *person = g_ptr_array_index (world->people, i);
    if (is_inside (person)
        && (cv_e2ee_group_driver_get_n_members (person->driver) != n
            || cv_e2ee_group_driver_get_epoch (person->driver) != world->epoch
            || cv_e2ee_group_driver_get_phase (person->driver) != CV_E2EE_PHASE_MEMBER))
      return FALSE;
  }
  return TRUE;
}

static void
test_storm (gconstpointer data)
{
  guint32 seed = GPOINTER_TO_UINT (data);
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  World *world = world_new ((CvMlsSuiteId){0x0001});
  for (guint i = 0; i < N_PEOPLE; i++) {
    g_autofree char *name = g_strdup_printf ("Person %u", i);
    Person *person = world_add (world, name, "");
    person->uses_jobs = i % 2 == 1;
  }
  world_host (world, g_ptr_array_index (world->people, 0), CV_E2EE_ADMISSION_LINK);
  for (guint i = 1; i < N_PEOPLE / 2; i++)
    world_join (world, g_ptr_array_index (world->people, i));
  for (guint i = 0; i < N_STEPS; i++)
    step (world, random);

  for (guint i = 0; i < N_PEOPLE; i++) {
    Person *person = g_ptr_array_index (world->people, i);
    person->holds_commits = FALSE;
    if (person->is_cut && !is_idle (person) && person->is_member)
      start_again (world, person);
  }
  world_release (world);
  world_run_for (world, 20 * SECOND);
  if (!have_all_settled (world, NULL))
    world_dump (world);
  world_run_until (world, have_all_settled, NULL, 40 * SECOND);
  world_run_for (world, 6 * SECOND);
  world_assert_agree (world);
  for (guint i = 0; i < N_PEOPLE; i++) {
    Person *person = g_ptr_array_index (world->people, i);
    g_assert_true (is_inside (person) || is_idle (person));
    if (!is_inside (person))
      continue;
    g_assert_cmpuint (
        cv_e2ee_receiver_get_n_epochs (cv_e2ee_group_driver_get_receiver (person->driver)), ==, 1);
    g_assert_cmpuint (
        cv_e2ee_group_driver_get_n_notices (person->driver, CV_E2EE_NOTICE_FORBIDDEN_COMMIT), ==,
        0);
  }
  world_free (world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  guint n = g_test_slow () ? 40 : 6;
  for (guint seed = 1; seed <= n; seed++) {
    g_autofree char *path = g_strdup_printf ("/e2ee/storm/%u", seed);
    g_test_add_data_func (path, GUINT_TO_POINTER (seed), test_storm);
  }
  return g_test_run ();
}
