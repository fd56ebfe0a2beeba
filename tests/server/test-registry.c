/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "server/registry.h"

#include "fake-room.h"

static void
test_makes_finds_and_drops_rooms (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (CvServerRegistry) registry = cv_server_registry_new (&world->shared);
  CvServerRoom *room = cv_server_registry_get (registry, "a");
  g_autoptr (Person) anna = g_new0 (Person, 1);

  anna->inbox = g_ptr_array_new_with_free_func ((GDestroyNotify)cv_message_unref);
  g_assert_true (cv_server_registry_get (registry, "a") == room);
  g_assert_true (cv_server_registry_find (registry, "a") == room);
  g_assert_null (cv_server_registry_find (registry, "b"));
  anna->member = cv_server_room_enter (room, "1", &person_sink, anna);
  {
    g_autoptr (CvMessage) leave = cv_message_new (CV_MESSAGE_LEAVE);

    g_assert_true (cv_server_room_handle (room, anna->member, leave));
  }
  g_assert_null (cv_server_registry_find (registry, "a"));
  g_assert_cmpuint (world->metrics.rooms_now, ==, 0);
}

static void
test_bounds_the_rooms (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (CvServerRegistry) registry = cv_server_registry_new (&world->shared);

  world->config->max_rooms = 2;
  g_assert_nonnull (cv_server_registry_get (registry, "a"));
  g_assert_nonnull (cv_server_registry_get (registry, "b"));
  g_assert_null (cv_server_registry_get (registry, "c"));
  g_assert_nonnull (cv_server_registry_get (registry, "a"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/registry/makes-finds-and-drops-rooms",
                   test_makes_finds_and_drops_rooms);
  g_test_add_func ("/server/registry/bounds-the-rooms", test_bounds_the_rooms);
  return g_test_run ();
}
