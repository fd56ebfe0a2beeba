/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "mesh-world.h"

#include <gst/gst.h>
#include <string.h>

/* What was in the encoder already. */
#define IN_FLIGHT 4

static void
test_three_see_each_other (void)
{
  g_autoptr (World) world = world_new (3);

  world_introduce (world);
  world_wait_connected (world);
  for (guint i = 0; i < 3; i++)
    for (guint j = 0; j < 3; j++)
      if (i != j)
        world_wait_decoded (world, i, j, 5);
}

static void
test_links_come_up_over_a_bad_post (void)
{
  g_autoptr (World) world = world_new (2);

  world->lose[CV_PEER_MESSAGE_OFFER] = 2;
  world->lose[CV_PEER_MESSAGE_ANSWER] = 1;
  world->lose[CV_PEER_MESSAGE_CANDIDATES] = 3;
  world->is_repeating = TRUE;
  world->is_mixing = TRUE;
  world_introduce (world);
  world_wait_connected (world);
  world_wait_decoded (world, 0, 1, 5);
  world_wait_decoded (world, 1, 0, 5);
}

static guint64
sealed (World *world, guint member, CvTrack track)
{
  return cv_media_engine_get_sealed_frames (world->members[member].engine, track);
}

static void
test_only_the_wanted_layer_is_encoded (void)
{
  g_autoptr (World) world = world_new (2);
  guint64 low;
  guint64 middle;

  world_introduce (world);
  world_wait_connected (world);
  world_wait_sealed (world, 1, CV_TRACK_CAMERA_LOW, 5);
  g_assert_cmpuint (sealed (world, 1, CV_TRACK_CAMERA_MIDDLE), ==, 0);

  world_see (world, 0, 1, 1280, 720);
  world_wait_sealed (world, 1, CV_TRACK_CAMERA_MIDDLE, 5);
  low = sealed (world, 1, CV_TRACK_CAMERA_LOW);
  world_wait_decoded (world, 0, 1, 5);
  world_wait_sealed (world, 1, CV_TRACK_CAMERA_MIDDLE, 10);
  g_assert_cmpuint (sealed (world, 1, CV_TRACK_CAMERA_LOW), <=, low + IN_FLIGHT);

  world_see (world, 0, 1, 0, 0);
  while (world_get_peer (world, 1, 0)->sending != CV_LAYER_NONE)
    g_main_context_iteration (NULL, TRUE);
  low = sealed (world, 1, CV_TRACK_CAMERA_LOW);
  middle = sealed (world, 1, CV_TRACK_CAMERA_MIDDLE);
  world_wait_sealed (world, 1, CV_TRACK_MICROPHONE, 50);
  g_assert_cmpuint (sealed (world, 1, CV_TRACK_CAMERA_LOW), <=, low + IN_FLIGHT);
  g_assert_cmpuint (sealed (world, 1, CV_TRACK_CAMERA_MIDDLE), <=, middle + IN_FLIGHT);

  world_see (world, 0, 1, 320, 180);
  world_wait_decoded (world, 0, 1, 5);
}

/* The viewer says it, and does not trust the sender to heed it. */
static void
test_unseen_is_not_decoded (void)
{
  g_autoptr (World) world = world_new (2);
  guint64 decoded;

  world_introduce (world);
  world_wait_connected (world);
  world_wait_decoded (world, 0, 1, 3);
  world->lose[CV_PEER_MESSAGE_LAYER_REQUEST] = G_MAXINT;
  world_see (world, 0, 1, 0, 0);
  decoded = world_get_decoded (world, 0, 1);
  world_wait_sealed (world, 1, CV_TRACK_CAMERA_LOW, 15);
  g_assert_cmpuint (world_get_decoded (world, 0, 1), <=, decoded + IN_FLIGHT);
}

static void
test_resizing_asks_once_a_layer (void)
{
  g_autoptr (World) world = world_new (2);
  guint n_before;

  world_introduce (world);
  world_wait_connected (world);
  n_before = world->n_posted[CV_PEER_MESSAGE_LAYER_REQUEST];
  for (int height = 100; height < 1000; height++)
    world_see (world, 0, 1, height * 16 / 9, height);
  g_assert_cmpuint (world->n_posted[CV_PEER_MESSAGE_LAYER_REQUEST] - n_before, ==, 1);
  /* Larger than a message may say. */
  world_see (world, 0, 1, 0, 0);
  world_see (world, 0, 1, 100000, 100000);
  world_wait_sealed (world, 1, CV_TRACK_CAMERA_MIDDLE, 3);
}

static void
set_local (World *world, guint index, gboolean is_muted, gboolean is_camera_off)
{
  const CvRoutingLocal local = {TRUE, TRUE, is_muted, is_camera_off};
  CvRoutingBackend *mesh = world->members[index].mesh;

  mesh->klass->set_local (mesh, &local);
}

static gboolean
is_told_off (gpointer data)
{
  const Member *member = data;

  return member->is_muted && !member->is_camera_on;
}

static gboolean
is_told_on (gpointer data)
{
  const Member *member = data;

  return !member->is_muted && member->is_camera_on;
}

static void
test_others_hear_of_mute_and_camera (void)
{
  g_autoptr (World) world = world_new (2);

  world_introduce (world);
  world_wait_connected (world);
  fixture_wait (is_told_on, &world->members[0], "camera on");
  set_local (world, 1, TRUE, TRUE);
  fixture_wait (is_told_off, &world->members[0], "camera off");
  g_assert_cmpint (world_get_peer (world, 1, 0)->sending, ==, CV_LAYER_NONE);
  set_local (world, 1, FALSE, FALSE);
  fixture_wait (is_told_on, &world->members[0], "camera on again");
  world_wait_decoded (world, 0, 1, 3);
}

typedef struct {
  World *world;
  guint n_connected;
} Again;

static gboolean
is_connected_again (gpointer data)
{
  const Again *again = data;

  return again->world->members[0].n_connected > again->n_connected;
}

/* The second member has to make everything anew, the first keeps its side. */
static void
test_a_link_is_made_anew (void)
{
  g_autoptr (World) world = world_new (2);
  Again again = {.world = world};
  Member *second = &world->members[1];

  world_introduce (world);
  world_wait_connected (world);
  again.n_connected = world->members[0].n_connected;
  second->mesh->klass->remove (second->mesh, world->members[0].id);
  second->mesh->klass->add (second->mesh, world->members[0].id, world->members[0].number);
  world_see (world, 1, 0, 640, 360);
  fixture_wait (is_connected_again, &again, "another link");
  world_wait_connected (world);
  world_wait_decoded (world, 0, 1, 3);
  world_wait_decoded (world, 1, 0, 3);
}

/* With a new certificate, and attempts counted from the beginning. */
static void
comes_back (guint who)
{
  g_autoptr (World) world = world_new (2);

  world_introduce (world);
  world_wait_connected (world);
  world_wait_decoded (world, 1 - who, who, 3);
  world_replace (world, who);
  world_wait_decoded (world, 1 - who, who, 5);
  world_wait_decoded (world, who, 1 - who, 5);
}

static void
test_the_offerer_comes_back (void)
{
  comes_back (0);
}

static void
test_the_answerer_comes_back (void)
{
  comes_back (1);
}

/* A member that only re-synchronised keeps its link, whichever side it is on. */
static void
test_another_number_keeps_the_link (void)
{
  g_autoptr (World) world = world_new (2);

  world_introduce (world);
  world_wait_connected (world);
  for (guint i = 0; i < 2; i++) {
    CvRoutingBackend *other = world->members[1 - i].mesh;

    world->members[i].number += 100;
    other->klass->add (other, world->members[i].id, world->members[i].number);
    world_wait_decoded (world, 1 - i, i, 5);
  }
  world->members[0].mesh->klass->restart (world->members[0].mesh);
  world_run (300);
  world_wait_connected (world);
  world_wait_decoded (world, 0, 1, 5);
  world_wait_decoded (world, 1, 0, 5);
}

/* What the room server names later counts for later links, and nobody keeps the caller's texts. */
static void
test_ice_servers_are_copied (void)
{
  g_autoptr (World) world = world_new (2);
  char uri[] = "stun:127.0.0.1:9";
  char secret[] = "time-limited";
  const CvTransportIceServer servers[] = {{uri, NULL, NULL}, {uri, secret, secret}};
  CvRoutingBackend *mesh = world->members[0].mesh;

  mesh->klass->set_servers (mesh, servers, 2);
  mesh->klass->set_servers (mesh, servers, 1);
  memset (uri, 'x', sizeof uri);
  world_introduce (world);
  g_assert_cmpuint (((CvRoutingMesh *)mesh)->servers->len, ==, 1);
  g_assert_cmpstr (g_array_index (((CvRoutingMesh *)mesh)->servers, CvTransportIceServer, 0).uri,
                   ==, "stun:127.0.0.1:9");
  world_wait_connected (world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  g_test_add_func ("/routing/mesh/three-see-each-other", test_three_see_each_other);
  g_test_add_func ("/routing/mesh/links-come-up-over-a-bad-post",
                   test_links_come_up_over_a_bad_post);
  g_test_add_func ("/routing/mesh/only-the-wanted-layer-is-encoded",
                   test_only_the_wanted_layer_is_encoded);
  g_test_add_func ("/routing/mesh/unseen-is-not-decoded", test_unseen_is_not_decoded);
  g_test_add_func ("/routing/mesh/resizing-asks-once-a-layer", test_resizing_asks_once_a_layer);
  g_test_add_func ("/routing/mesh/others-hear-of-mute-and-camera",
                   test_others_hear_of_mute_and_camera);
  g_test_add_func ("/routing/mesh/a-link-is-made-anew", test_a_link_is_made_anew);
  g_test_add_func ("/routing/mesh/the-offerer-comes-back", test_the_offerer_comes_back);
  g_test_add_func ("/routing/mesh/the-answerer-comes-back", test_the_answerer_comes_back);
  g_test_add_func ("/routing/mesh/another-number-keeps-the-link",
                   test_another_number_keeps_the_link);
  g_test_add_func ("/routing/mesh/ice-servers-are-copied", test_ice_servers_are_copied);
  return g_test_run ();
}
