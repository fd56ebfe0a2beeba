/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Who is not heard turns the shield amber, whatever the server says of it; and who loses a
 * connection for some seconds alarms nobody. About 1 s in all. */
#include "e2ee/hostile-meeting.h"

#define SECOND G_USEC_PER_SEC
#define EXCUSED_MAX_US (28 * SECOND) /* an interval, the grace, 10 s and a look */

static gboolean
is_warned (Person *person)
{
  return cv_e2ee_group_driver_get_trust (person->driver)->state == CV_E2EE_SHIELD_WARNING;
}

/* The server keeps from Alice all that the others send. */
static void
withhold (HostileMeeting *meeting)
{
  meeting->alice->no_applications = meeting->alice->no_ordered = TRUE;
  meeting->alice->is_silenced = meeting->alice->holds_commits = TRUE;
}

static void
say_nothing (HostileMeeting *meeting, gint64 since_us)
{
}

static void
say_all_away (HostileMeeting *meeting, gint64 since_us)
{
  cv_e2ee_group_driver_on_member_gone (meeting->alice->driver, meeting->bob->id, FALSE);
  cv_e2ee_group_driver_on_member_gone (meeting->alice->driver, meeting->carol->id, FALSE);
}

static void
say_away_and_back (HostileMeeting *meeting, gint64 since_us)
{
  say_all_away (meeting, since_us);
  cv_e2ee_group_driver_on_member_back (meeting->alice->driver, meeting->bob->id);
  cv_e2ee_group_driver_on_member_back (meeting->alice->driver, meeting->carol->id);
}

static void
say_left (HostileMeeting *meeting, gint64 since_us)
{
  cv_e2ee_group_driver_on_member_gone (meeting->alice->driver, meeting->bob->id, TRUE);
  cv_e2ee_group_driver_on_member_gone (meeting->alice->driver, meeting->carol->id, TRUE);
}

static void
cut_once (HostileMeeting *meeting, gint64 since_us)
{
  cv_e2ee_group_driver_set_connected (meeting->alice->driver, FALSE);
}

static void
cut_and_mend (HostileMeeting *meeting, gint64 since_us)
{
  cv_e2ee_group_driver_set_connected (meeting->alice->driver, FALSE);
  world_run_for (meeting->world, SECOND / 10);
  cv_e2ee_group_driver_set_connected (meeting->alice->driver, TRUE);
}

static void
say_away_too_late (HostileMeeting *meeting, gint64 since_us)
{
  if (since_us >= 16 * SECOND)
    say_away_and_back (meeting, since_us);
}

typedef struct {
  const char *name;
  void (*excuse) (HostileMeeting *meeting, gint64 since_us); /* every 4 s */
  gint64 warned_by_us; /* and from then on without a pause */
} Excuse;

static const Excuse excuses[] = {
    {"said-nothing", say_nothing, 15 * SECOND},
    {"said-away", say_all_away, EXCUSED_MAX_US},
    {"said-away-and-back", say_away_and_back, EXCUSED_MAX_US},
    {"said-left", say_left, EXCUSED_MAX_US},
    {"cut-once", cut_once, EXCUSED_MAX_US},
    {"cut-and-mended", cut_and_mend, EXCUSED_MAX_US},
    {"said-away-too-late", say_away_too_late, 15 * SECOND},
};

static void
test_excuse (HostileMeeting *meeting, gconstpointer data)
{
  const Excuse *row = data;
  gint64 from_us = meeting->world->clock.monotonic_us;
  withhold (meeting);
  for (gint64 since_us = 0; since_us < 100 * SECOND;
       since_us = meeting->world->clock.monotonic_us - from_us) {
    if (since_us / SECOND % 4 == 0)
      row->excuse (meeting, since_us);
    world_run_for (meeting->world, SECOND);
    if (meeting->world->clock.monotonic_us - from_us > row->warned_by_us)
      g_assert_true (is_warned (meeting->alice));
  }
  /* Whoever listens now hears nothing of Alice. */
  g_assert_true (world_has_reason (meeting->alice, CV_E2EE_REASON_ALONE));
  g_assert_null (world_seal_frame (meeting->alice, CV_E2EE_TRACK_MICROPHONE));
}

/* The server lets Alice have the heartbeats of half a minute, one now and then, for minutes. */
static void
test_hoarded (HostileMeeting *meeting, gconstpointer data)
{
  Person *others[] = {meeting->bob, meeting->carol};
  GQueue hoards[] = {G_QUEUE_INIT, G_QUEUE_INIT};
  withhold (meeting);
  for (guint tenths = 0; tenths < 1000; tenths++) {
    for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
      GBytes *newest = others[i]->last_application;
      if (newest != g_queue_peek_tail (&hoards[i]) && tenths < 300)
        g_queue_push_tail (&hoards[i], g_bytes_ref (newest));
      g_autoptr (GBytes) message = tenths % 80 == 79 ? g_queue_pop_head (&hoards[i]) : NULL;
      if (message != NULL)
        cv_e2ee_group_driver_on_application (meeting->alice->driver, others[i]->id, message);
    }
    world_run_for (meeting->world, SECOND / 10);
    if (tenths > 450)
      g_assert_true (is_warned (meeting->alice));
  }
  g_assert_true (world_has_reason (meeting->alice, CV_E2EE_REASON_SILENT));
  for (guint i = 0; i < G_N_ELEMENTS (hoards); i++)
    g_queue_clear_full (&hoards[i], (GDestroyNotify)g_bytes_unref);
}

/* ---- what must stay calm ---- */

static void
run_calmly (HostileMeeting *meeting, gint64 us)
{
  Person *people[] = {meeting->alice, meeting->bob, meeting->carol};
  for (gint64 done_us = 0; done_us < us; done_us += SECOND / 10) {
    world_run_for (meeting->world, SECOND / 10);
    for (guint i = 0; i < G_N_ELEMENTS (people); i++)
      g_assert_false (is_warned (people[i]));
  }
}

static void
test_back_within_grace (HostileMeeting *meeting, gconstpointer data)
{
  for (guint i = 0; i < 3; i++) {
    run_calmly (meeting, 5 * SECOND / 2);
    world_cut (meeting->world, meeting->bob);
    run_calmly (meeting, 14 * SECOND);
    world_resume (meeting->world, meeting->bob);
  }
  run_calmly (meeting, 20 * SECOND);
  world_assert_agree (meeting->world);
}

/* The connection dies between two heartbeats, and one comes and goes all the time. */
static void
test_flaps_honestly (HostileMeeting *meeting, gconstpointer data)
{
  for (guint i = 0; i < 40; i++) {
    world_cut (meeting->world, meeting->carol);
    run_calmly (meeting, SECOND);
    world_resume (meeting->world, meeting->carol);
    run_calmly (meeting, SECOND / 2);
  }
  world_assert_agree (meeting->world);
}

static void
test_away_until_removed (HostileMeeting *meeting, gconstpointer data)
{
  Person *others[] = {meeting->alice, meeting->carol};
  world_cut (meeting->world, meeting->bob);
  for (guint i = 0; i < 300; i++) {
    world_run_for (meeting->world, SECOND / 10);
    for (guint k = 0; k < G_N_ELEMENTS (others); k++)
      g_assert_false (is_warned (others[k]));
  }
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (meeting->alice->driver), ==, 2);
}

static void
test_newcomer (HostileMeeting *meeting, gconstpointer data)
{
  Person *dave = world_add (meeting->world, "Dave", "");
  world_knock (meeting->world, dave);
  run_calmly (meeting, 30 * SECOND);
  g_assert_false (is_warned (dave));
  world_assert_agree (meeting->world);
}

#define ADD(path, data, test_fn)                                                                   \
  g_test_add ("/e2ee/silence/" path, HostileMeeting, data, hostile_set_up, test_fn,                \
              hostile_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (excuses); i++) {
    g_autofree char *path = g_strdup_printf ("/e2ee/silence/%s", excuses[i].name);
    g_test_add (path, HostileMeeting, &excuses[i], hostile_set_up, test_excuse, hostile_tear_down);
  }
  ADD ("hoarded", NULL, test_hoarded);
  ADD ("calm/back-within-grace", NULL, test_back_within_grace);
  ADD ("calm/flaps-honestly", NULL, test_flaps_honestly);
  ADD ("calm/away-until-removed", NULL, test_away_until_removed);
  ADD ("calm/newcomer", NULL, test_newcomer);
  return g_test_run ();
}
