/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "base/secret.h"

#include <string.h>

static void
test_starts_zeroed_after_reuse (void)
{
  static const gsize lens[] = {1, 32, 64, 65, 8192, 8193, 65536};

  for (gsize i = 0; i < G_N_ELEMENTS (lens); i++) {
    CvSecret *first = cv_secret_new (lens[i]);
    g_autoptr (CvSecret) second = NULL;

    memset (cv_secret_get_data (first), 0xaa, lens[i]);
    cv_secret_unref (first);
    second = cv_secret_new (lens[i]);
    for (gsize at = 0; at < lens[i]; at++)
      g_assert_cmpuint (cv_secret_get_data (second)[at], ==, 0);
  }
}

static void
test_wiped_when_freed (void)
{
  CvSecret *secret = cv_secret_new_from (CV_SPAN_LITERAL ("0123456789abcdef0123456789abcdef"));
  const guint8 *slot = cv_secret_get_data (secret);

  cv_secret_unref (secret);
  /* Past the free list's link, the slot is still mapped and must hold nothing. */
  for (gsize at = sizeof (void *); at < 32; at++)
    g_assert_cmpuint (slot[at], ==, 0);
}

static void
test_equal (void)
{
  g_assert_true (cv_secret_equal ("abc", "abc", 3));
  g_assert_false (cv_secret_equal ("abc", "abd", 3));
  g_assert_false (cv_secret_span_equal (CV_SPAN_LITERAL ("abc"), CV_SPAN_LITERAL ("abcd")));
  g_assert_true (cv_secret_span_equal (CV_SPAN_EMPTY, CV_SPAN_EMPTY));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/secret/starts-zeroed-after-reuse", test_starts_zeroed_after_reuse);
  g_test_add_func ("/base/secret/wiped-when-freed", test_wiped_when_freed);
  g_test_add_func ("/base/secret/equal", test_equal);
  return g_test_run ();
}
