/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "server/timer.h"

typedef struct {
  GSource *timer;
  guint n_fired;
} Fixture;

static void
on_fired (gpointer data)
{
  Fixture *fixture = data;

  cv_server_timer_clear (&fixture->timer);
  fixture->n_fired++;
}

static void
test_fires_once_on_its_context (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Fixture fixture = {0};

  g_main_context_push_thread_default (context);
  fixture.timer = cv_server_timer_start (0, on_fired, &fixture, NULL);
  g_main_context_pop_thread_default (context);
  g_assert_false (g_main_context_iteration (NULL, FALSE));
  while (fixture.n_fired == 0)
    g_main_context_iteration (context, TRUE);
  g_assert_false (g_main_context_iteration (context, FALSE));
  g_assert_cmpuint (fixture.n_fired, ==, 1);
}

static void
test_stays_silent_when_cleared (void)
{
  Fixture fixture = {0};
  char *data = g_strdup ("freed with the timer");
  GSource *other = cv_server_timer_start (0, on_fired, data, g_free);

  fixture.timer = cv_server_timer_start (0, on_fired, &fixture, NULL);
  cv_server_timer_clear (&fixture.timer);
  cv_server_timer_clear (&fixture.timer);
  cv_server_timer_clear (&other);
  g_assert_false (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpuint (fixture.n_fired, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/timer/fires-once-on-its-context", test_fires_once_on_its_context);
  g_test_add_func ("/server/timer/stays-silent-when-cleared", test_stays_silent_when_cleared);
  return g_test_run ();
}
