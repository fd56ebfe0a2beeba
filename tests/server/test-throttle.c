/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "server/throttle.h"

#define S G_USEC_PER_SEC

static const CvServerRate rate = {2, 4};

static void
test_allows_a_burst_and_then_the_rate (void)
{
  CvServerBucket bucket = {0};

  for (guint i = 0; i < 4; i++)
    g_assert_true (cv_server_bucket_take (&bucket, rate, 1, S));
  g_assert_false (cv_server_bucket_take (&bucket, rate, 1, S));
  g_assert_false (cv_server_bucket_take (&bucket, rate, 1, S + S / 2 - 1000));
  g_assert_true (cv_server_bucket_take (&bucket, rate, 1, S + S / 2));
  g_assert_false (cv_server_bucket_take (&bucket, rate, 1, S + S / 2));
}

static void
test_never_holds_more_than_the_burst (void)
{
  CvServerBucket bucket = {0};

  g_assert_true (cv_server_bucket_take (&bucket, rate, 1, S));
  g_assert_false (cv_server_bucket_take (&bucket, rate, 5, 1000 * S));
  g_assert_true (cv_server_bucket_take (&bucket, rate, 4, 1000 * S));
}

static void
test_gains_nothing_from_a_clock_that_goes_back (void)
{
  CvServerBucket bucket = {0};

  g_assert_true (cv_server_bucket_take (&bucket, rate, 4, 10 * S));
  g_assert_false (cv_server_bucket_take (&bucket, rate, 1, 5 * S));
  g_assert_false (cv_server_bucket_take (&bucket, rate, 1, 0));
  g_assert_false (cv_server_bucket_take (&bucket, rate, 1, 10 * S));
}

static void
test_keeps_keys_apart (void)
{
  g_autoptr (CvServerThrottle) throttle = cv_server_throttle_new (rate, 10);

  g_assert_true (cv_server_throttle_take (throttle, "a", 4, S));
  g_assert_false (cv_server_throttle_take (throttle, "a", 1, S));
  g_assert_true (cv_server_throttle_take (throttle, "b", 4, S));
}

static void
test_bounds_the_keys (void)
{
  g_autoptr (CvServerThrottle) throttle = cv_server_throttle_new (rate, 2);

  g_assert_true (cv_server_throttle_take (throttle, "a", 4, S));
  g_assert_true (cv_server_throttle_take (throttle, "b", 1, S));
  g_assert_false (cv_server_throttle_take (throttle, "c", 1, S));
  /* b is full again: it is forgotten, a is not. */
  g_assert_true (cv_server_throttle_take (throttle, "c", 1, 2 * S));
  g_assert_false (cv_server_throttle_take (throttle, "d", 1, 2 * S));
  g_assert_false (cv_server_throttle_take (throttle, "a", 4, 2 * S));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/throttle/allows-a-burst-and-then-the-rate",
                   test_allows_a_burst_and_then_the_rate);
  g_test_add_func ("/server/throttle/never-holds-more-than-the-burst",
                   test_never_holds_more_than_the_burst);
  g_test_add_func ("/server/throttle/gains-nothing-from-a-clock-that-goes-back",
                   test_gains_nothing_from_a_clock_that_goes_back);
  g_test_add_func ("/server/throttle/keeps-keys-apart", test_keeps_keys_apart);
  g_test_add_func ("/server/throttle/bounds-the-keys", test_bounds_the_keys);
  return g_test_run ();
}
