/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "routing/allowance.h"

static guint
take_all (CvRoutingAllowance *allowance, gint64 now_us)
{
  guint n = 0;

  while (n < 100 && cv_routing_allowance_take (allowance, 3, 1000, now_us))
    n++;
  return n;
}

static void
test_bounds_a_burst (void)
{
  CvRoutingAllowance allowance = {0};

  g_assert_cmpuint (take_all (&allowance, 5000), ==, 3);
  g_assert_cmpuint (take_all (&allowance, 5999), ==, 0);
}

static void
test_gives_back_in_time (void)
{
  CvRoutingAllowance allowance = {0};

  take_all (&allowance, 0);
  g_assert_cmpuint (take_all (&allowance, 1000), ==, 1);
  g_assert_cmpuint (take_all (&allowance, 2999), ==, 1);
  g_assert_cmpuint (take_all (&allowance, 3000), ==, 1);
  g_assert_cmpuint (take_all (&allowance, G_MAXINT64 / 2), ==, 3);
}

static void
test_never_saves_up (void)
{
  CvRoutingAllowance allowance = {0};

  g_assert_true (cv_routing_allowance_take (&allowance, 3, 1000, 0));
  g_assert_cmpuint (take_all (&allowance, 1000000), ==, 3);
}

static void
test_gives_nothing_for_a_clock_that_goes_back (void)
{
  CvRoutingAllowance allowance = {0};

  take_all (&allowance, 9000);
  g_assert_cmpuint (take_all (&allowance, 0), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/routing/allowance/bounds-a-burst", test_bounds_a_burst);
  g_test_add_func ("/routing/allowance/gives-back-in-time", test_gives_back_in_time);
  g_test_add_func ("/routing/allowance/never-saves-up", test_never_saves_up);
  g_test_add_func ("/routing/allowance/gives-nothing-for-a-clock-that-goes-back",
                   test_gives_nothing_for_a_clock_that_goes_back);
  return g_test_run ();
}
