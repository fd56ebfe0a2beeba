/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The set against a plain list of the same keys: what it counts, how deep it gets, and that a copy
 * stays as it was whatever happens to the other. */
#include "mls/key-set.h"

#define N_KEYS 64

static GBytes *
make_key (guint32 number)
{
  guint32 bytes = GUINT32_TO_BE (number);

  return g_bytes_new (&bytes, sizeof bytes);
}

static void
assert_counts (const CvMlsKeySet *set, const guint counts[static N_KEYS])
{
  for (guint32 i = 0; i < N_KEYS; i++) {
    g_autoptr (GBytes) key = make_key (i);

    g_assert_cmpuint (cv_mls_key_set_count (set, key), ==, counts[i]);
  }
}

/* 20 000 random changes; every 500 a copy is taken, and compared with its own time at the end. */
static void
test_counts (void)
{
  g_autoptr (CvMlsKeySet) set = NULL;
  guint counts[N_KEYS] = {0};
  CvMlsKeySet *copies[40];
  guint copied_counts[40][N_KEYS];

  for (guint i = 0; i < 20000; i++) {
    guint32 number = (guint32)g_test_rand_int_range (0, N_KEYS);
    g_autoptr (GBytes) key = make_key (number);

    if (i % 500 == 0) {
      copies[i / 500] = cv_mls_key_set_ref (set);
      for (guint j = 0; j < N_KEYS; j++)
        copied_counts[i / 500][j] = counts[j];
    }
    if (counts[number] > 0 && g_test_rand_bit ())
      g_assert_true (cv_mls_key_set_remove (&set, key) == (--counts[number] == 0));
    else if (counts[number] < 3)
      g_assert_true (cv_mls_key_set_add (&set, key) == (counts[number]++ == 0));
  }
  assert_counts (set, counts);
  for (guint i = 0; i < G_N_ELEMENTS (copies); i++) {
    assert_counts (copies[i], copied_counts[i]);
    cv_mls_key_set_unref (copies[i]);
  }
}

/* Keys in order are the worst that somebody can choose: 1.44 log2 N levels are the AVL bound. */
static void
test_stays_flat (void)
{
  g_autoptr (CvMlsKeySet) set = NULL;

  for (guint32 i = 0; i < 16384; i++) {
    g_autoptr (GBytes) key = make_key (i);

    g_assert_true (cv_mls_key_set_add (&set, key));
  }
  g_assert_cmpuint (cv_mls_key_set_height (set), <=, 20);
  for (guint32 i = 0; i < 16384 - 256; i++) {
    g_autoptr (GBytes) key = make_key (i);

    g_assert_true (cv_mls_key_set_remove (&set, key));
  }
  g_assert_cmpuint (cv_mls_key_set_height (set), <=, 11);
}

static void
test_empty (void)
{
  CvMlsKeySet *set = NULL;
  g_autoptr (GBytes) key = make_key (1);
  g_autoptr (GBytes) prefix = g_bytes_new ("\0\0\0", 3);
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);

  g_assert_cmpuint (cv_mls_key_set_count (set, key), ==, 0);
  g_assert_true (cv_mls_key_set_add (&set, key));
  g_assert_true (cv_mls_key_set_add (&set, prefix));
  g_assert_true (cv_mls_key_set_add (&set, nothing));
  g_assert_true (cv_mls_key_set_remove (&set, key));
  g_assert_true (cv_mls_key_set_remove (&set, prefix));
  g_assert_true (cv_mls_key_set_remove (&set, nothing));
  g_assert_null (set);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/key-set/counts", test_counts);
  g_test_add_func ("/mls/key-set/stays-flat", test_stays_flat);
  g_test_add_func ("/mls/key-set/empty", test_empty);
  return g_test_run ();
}
