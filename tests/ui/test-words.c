/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A peer's name cannot rewrite what stands around it. */
#include "ui/words.h"

#include <string.h>

static void
test_isolates (void)
{
  const struct {
    const char *name, *wanted;
  } rows[] = {
      {"Ada", "\u2068Ada\u2069"},
      {"", "\u2068\u2069"},
      {NULL, "\u2068\u2069"},
      {"A\u202Eda", "\u2068Ada\u2069"},
      {"A\u2069\u2066da", "\u2068Ada\u2069"},
      {"A\nd\ta\x1b", "\u2068Ada\u2069"},
      {"A\u200bda\u2028", "\u2068Ada\u2069"},
      {"Rózsa עדה", "\u2068Rózsa עדה\u2069"},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *isolated = cv_words_dup_isolated (rows[i].name);
    g_assert_cmpstr (isolated, ==, rows[i].wanted);

    /* The clean name is what stands between the isolates, each of three bytes. */
    g_autofree char *clean = cv_words_dup_clean (rows[i].name);
    g_assert_cmpmem (clean, strlen (clean), isolated + 3, strlen (isolated) - 6);
  }
}

static void
test_broken_utf8 (void)
{
  g_autofree char *isolated = cv_words_dup_isolated ("A\xff\xfe"
                                                     "da");

  g_assert_true (g_utf8_validate (isolated, -1, NULL));
}

static void
test_green_never_covers_a_warning (void)
{
  for (int i = CV_SHIELD_CONNECTING; i <= CV_SHIELD_WARNING; i++)
    g_assert_cmpint (g_str_equal (cv_words_shield_class ((CvShieldState)i), "success"), ==,
                     i == CV_SHIELD_ENCRYPTED || i == CV_SHIELD_VERIFIED);
  for (int i = CV_CONTACT_NEW; i <= CV_CONTACT_CHANGED; i++)
    g_assert_cmpint (g_str_equal (cv_words_contact_class ((CvContactState)i, FALSE), "success"), ==,
                     i == CV_CONTACT_VERIFIED);
  /* A changed key is a warning even when the meeting's code was confirmed. */
  g_assert_cmpstr (cv_words_contact_class (CV_CONTACT_CHANGED, TRUE), ==, "warning");
}

static void
test_states_differ_without_colour (void)
{
  for (int i = CV_SHIELD_CONNECTING; i <= CV_SHIELD_WARNING; i++)
    for (int j = CV_SHIELD_CONNECTING; j < i; j++) {
      g_assert_cmpstr (cv_words_shield ((CvShieldState)i), !=, cv_words_shield ((CvShieldState)j));
      g_assert_cmpstr (cv_words_shield_icon ((CvShieldState)i), !=,
                       cv_words_shield_icon ((CvShieldState)j));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/words/isolates-names", test_isolates);
  g_test_add_func ("/ui/words/survives-broken-utf8", test_broken_utf8);
  g_test_add_func ("/ui/words/green-never-covers-a-warning", test_green_never_covers_a_warning);
  g_test_add_func ("/ui/words/states-differ-without-colour", test_states_differ_without_colour);
  return g_test_run ();
}
