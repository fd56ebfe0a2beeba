/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "transport/link-state.h"

static void
test_table_is_sound (void)
{
  g_autofree char *wrong = cv_state_table_check (cv_transport_link_state_get_table ());

  g_assert_cmpstr (wrong, ==, NULL);
}

static void
test_closed_is_final (void)
{
  for (guint to = 0; to <= CV_TRANSPORT_LINK_CLOSED; to++)
    g_assert_false (
        cv_state_table_allows (cv_transport_link_state_get_table (), CV_TRANSPORT_LINK_CLOSED, to));
}

/* Media flows only after DTLS: nothing but DTLS and what was connected leads to connected. */
static void
test_no_way_around_dtls (void)
{
  const CvStateTable *table = cv_transport_link_state_get_table ();

  g_assert_false (
      cv_state_table_allows (table, CV_TRANSPORT_LINK_NEW, CV_TRANSPORT_LINK_CONNECTED));
  g_assert_false (
      cv_state_table_allows (table, CV_TRANSPORT_LINK_GATHERING, CV_TRANSPORT_LINK_CONNECTED));
  g_assert_false (
      cv_state_table_allows (table, CV_TRANSPORT_LINK_FAILED, CV_TRANSPORT_LINK_CONNECTED));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/link-state/table-is-sound", test_table_is_sound);
  g_test_add_func ("/transport/link-state/closed-is-final", test_closed_is_final);
  g_test_add_func ("/transport/link-state/no-way-around-dtls", test_no_way_around_dtls);
  return g_test_run ();
}
