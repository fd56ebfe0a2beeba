/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "base/clock.h"

#include "fixtures/fake-clock.h"

static void
test_system (void)
{
  const CvClock *clock = cv_clock_get_system ();
  gint64 before = cv_clock_monotonic_us (clock);

  g_assert_cmpint (cv_clock_monotonic_us (clock), >=, before);
  /* After 2025 and before 2200. */
  g_assert_cmpint (cv_clock_wall_s (clock), >, G_GINT64_CONSTANT (1735689600));
  g_assert_cmpint (cv_clock_wall_s (clock), <, G_GINT64_CONSTANT (7258118400));
}

static void
test_fake (void)
{
  CvFakeClock fake;
  gint64 monotonic_us;
  gint64 wall_us;

  cv_fake_clock_init (&fake);
  monotonic_us = cv_clock_monotonic_us (&fake.clock);
  wall_us = cv_clock_wall_us (&fake.clock);
  g_assert_cmpint (cv_clock_monotonic_us (&fake.clock), ==, monotonic_us);
  cv_fake_clock_advance_us (&fake, 1500000);
  g_assert_cmpint (cv_clock_monotonic_us (&fake.clock), ==, monotonic_us + 1500000);
  g_assert_cmpint (cv_clock_wall_us (&fake.clock), ==, wall_us + 1500000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/clock/system", test_system);
  g_test_add_func ("/base/clock/fake", test_fake);
  return g_test_run ();
}
