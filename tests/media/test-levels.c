/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "media/levels.h"

#include <math.h>

static void
test_scale (void)
{
  g_assert_cmpfloat (cv_levels_from_decibels (-INFINITY), ==, 0.0);
  g_assert_cmpfloat (cv_levels_from_decibels (NAN), ==, 0.0);
  g_assert_cmpfloat (cv_levels_from_decibels (-700.0), ==, 0.0);
  g_assert_cmpfloat (cv_levels_from_decibels (-60.0), ==, 0.0);
  g_assert_cmpfloat_with_epsilon (cv_levels_from_decibels (-30.0), 0.5, 1e-9);
  g_assert_cmpfloat (cv_levels_from_decibels (0.0), ==, 1.0);
  g_assert_cmpfloat (cv_levels_from_decibels (9.0), ==, 1.0);
}

static void
test_a_click_is_no_speech (void)
{
  CvSpeaking speaking = {0};

  g_assert_false (cv_speaking_update (&speaking, 0.9, 0));
  g_assert_false (cv_speaking_update (&speaking, 0.0, 100000));
  g_assert_false (cv_speaking_update (&speaking, 0.9, 200000));
  g_assert_false (speaking.is_speaking);
}

static void
test_holds_between_words (void)
{
  CvSpeaking speaking = {0};

  cv_speaking_update (&speaking, 0.6, 0);
  g_assert_true (cv_speaking_update (&speaking, 0.6, 100000));
  g_assert_true (speaking.is_speaking);
  g_assert_false (cv_speaking_update (&speaking, 0.0, 200000));
  g_assert_false (cv_speaking_update (&speaking, 0.0, 500000));
  g_assert_false (cv_speaking_update (&speaking, 0.6, 550000));
  g_assert_true (speaking.is_speaking);
  g_assert_true (cv_speaking_update (&speaking, 0.0, 1050000));
  g_assert_false (speaking.is_speaking);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/levels/scale", test_scale);
  g_test_add_func ("/media/levels/a-click-is-no-speech", test_a_click_is_no_speech);
  g_test_add_func ("/media/levels/holds-between-words", test_holds_between_words);
  return g_test_run ();
}
