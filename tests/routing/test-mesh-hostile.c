/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a member of the meeting who means ill can make another's mesh do. The first member offers,
 * so the second is the one to ask for links. */
#include "mesh-world.h"

#include <gst/gst.h>
#include <string.h>

#define HEX                                                                                        \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"                                               \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"

static void
say (World *world, guint to, const char *from, const CvPeerMessage *message)
{
  CvRoutingBackend *mesh = world->members[to].mesh;

  mesh->klass->receive (mesh, from, message);
}

static CvPeerMessage *
make_offer (World *world, guint to, guint64 attempt, const char *ufrag)
{
  CvPeerMessage *offer = cv_peer_message_new (CV_PEER_MESSAGE_OFFER);

  offer->description.to = g_strdup (world->members[to].id);
  offer->description.attempt = attempt;
  offer->description.ufrag = g_strdup (ufrag);
  offer->description.pwd = g_strdup ("0123456789abcdefghijkl");
  offer->description.fingerprint = g_strdup ("sha-256 " HEX);
  offer->description.setup = CV_PEER_SETUP_ACTPASS;
  return offer;
}

static CvPeerMessage *
make_tracks (guint32 ssrc, guint32 rtx_ssrc)
{
  CvPeerMessage *message = cv_peer_message_new (CV_PEER_MESSAGE_TRACKS);

  for (guint context = 0; context < CV_N_TRACKS; context++) {
    const CvPeerTrack track = {
        .context = context,
        .ssrc = ssrc == 0 ? 0 : ssrc + context,
        .rtx_ssrc = rtx_ssrc,
    };

    cv_peer_message_add_track (message, &track);
  }
  message->tracks.camera = CV_PEER_CAMERA_ON;
  return message;
}

static void
test_offers_make_few_links (void)
{
  g_autoptr (World) world = world_new (2);
  CvRoutingMeshPeer *peer;

  world->lose[CV_PEER_MESSAGE_OFFER] = G_MAXINT;
  world_introduce (world);
  peer = world_get_peer (world, 1, 0);
  for (guint i = 1; i <= 200; i++) {
    g_autoptr (CvPeerMessage) offer = make_offer (world, 1, i * 1000, "abcd");

    say (world, 1, world->members[0].id, offer);
  }
  g_assert_cmpuint (peer->attempt, <=, 10 * 1000);
  g_assert_nonnull (peer->link);
}

static void
test_repeated_offers_are_answered_rarely (void)
{
  g_autoptr (World) world = world_new (2);
  g_autoptr (CvPeerMessage) offer = NULL;
  guint n_before;

  world->lose[CV_PEER_MESSAGE_OFFER] = G_MAXINT;
  world_introduce (world);
  offer = make_offer (world, 1, 0, "abcd");
  say (world, 1, world->members[0].id, offer);
  while (!world_get_peer (world, 1, 0)->said)
    g_main_context_iteration (NULL, TRUE);
  n_before = world->n_posted[CV_PEER_MESSAGE_ANSWER];
  for (guint i = 0; i < 200; i++)
    say (world, 1, world->members[0].id, offer);
  g_assert_cmpuint (world->n_posted[CV_PEER_MESSAGE_ANSWER] - n_before, <=, 5);
}

static void
test_new_streams_are_few (void)
{
  g_autoptr (World) world = world_new (2);
  CvRoutingMeshPeer *peer;
  guint n_changes = 0;

  world_introduce (world);
  peer = world_get_peer (world, 0, 1);
  for (guint i = 1; i <= 300; i++) {
    g_autoptr (CvPeerMessage) message = make_tracks (i * 100, 0);

    say (world, 0, world->members[1].id, message);
    for (guint track = 0; track < CV_N_TRACKS; track++)
      n_changes += peer->expected[track].ssrc == i * 100 + track;
  }
  g_assert_cmpuint (n_changes, >, 0);
  g_assert_cmpuint (n_changes, <=, 18);
  /* Nor do they count for anybody else. */
  world_wait_connected (world);
  world_wait_decoded (world, 1, 0, 3);
}

static void
test_rubbish_tracks_are_ignored (void)
{
  static const guint32 rows[][2] = {{0, 0}, {0, 5}, {7, 7}, {7, 8}, {G_MAXUINT32 - 3, 9}};
  g_autoptr (World) world = world_new (2);

  world_introduce (world);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CvPeerMessage) message = make_tracks (rows[i][0], rows[i][1]);

    say (world, 0, world->members[1].id, message);
    world_get_peer (world, 0, 1)->streams = (CvRoutingAllowance){0};
  }
  world_wait_connected (world);
  world_wait_decoded (world, 0, 1, 3);
}

/* An SSRC that moves to another track in one message is not lost on the way. */
static void
test_streams_may_change_places (void)
{
  g_autoptr (World) world = world_new (2);
  g_autoptr (CvPeerMessage) message = cv_peer_message_new (CV_PEER_MESSAGE_TRACKS);
  g_autoptr (CvPeerMessage) changed = cv_peer_message_new (CV_PEER_MESSAGE_TRACKS);
  const CvPeerTrack before[] = {{.context = 1, .ssrc = 11}, {.context = 2, .ssrc = 22}};
  const CvPeerTrack after[] = {{.context = 1, .ssrc = 22}, {.context = 2, .ssrc = 11}};
  CvRoutingMeshPeer *peer;

  world_introduce (world);
  for (guint i = 0; i < 2; i++) {
    cv_peer_message_add_track (message, &before[i]);
    cv_peer_message_add_track (changed, &after[i]);
  }
  peer = world_get_peer (world, 0, 1);
  say (world, 0, world->members[1].id, message);
  say (world, 0, world->members[1].id, changed);
  g_assert_cmpuint (peer->expected[1].ssrc, ==, 22);
  g_assert_cmpuint (peer->expected[2].ssrc, ==, 11);
}

static gboolean
has_settled (gpointer data)
{
  const CvRoutingMeshPeer *peer = data;

  return peer->switch_wait == 0 && peer->sending == peer->wanted;
}

/* Each switch costs everybody a key frame. */
static void
test_layers_do_not_flap (void)
{
  g_autoptr (World) world = world_new (2);
  CvRoutingMeshPeer *peer;
  guint n_switches = 0;

  world_introduce (world);
  world_wait_connected (world);
  peer = world_get_peer (world, 0, 1);
  fixture_wait (has_settled, peer, "a first layer");
  for (guint i = 0; i < 100; i++) {
    g_autoptr (CvPeerMessage) message = cv_peer_message_new (CV_PEER_MESSAGE_LAYER_REQUEST);
    const CvLayer before = peer->sending;

    message->layer_request.to = g_strdup (world->members[0].id);
    message->layer_request.context = CV_TRACK_CAMERA_LOW;
    message->layer_request.width = message->layer_request.height = i % 2 == 0 ? 1000 : 100;
    say (world, 0, world->members[1].id, message);
    n_switches += peer->sending != before;
  }
  g_assert_cmpuint (n_switches, <=, 1);
  fixture_wait (has_settled, peer, "the last layer that was asked for");
  g_assert_cmpint (peer->sending, ==, CV_LAYER_LOW);
}

static void
test_strangers_and_others_change_nothing (void)
{
  g_autoptr (World) world = world_new (3);
  g_autoptr (CvPeerMessage) offer = NULL;
  g_autoptr (CvPeerMessage) to_another = NULL;
  g_autoptr (CvPeerMessage) tracks = make_tracks (100, 0);
  CvMediaStream expected[CV_N_TRACKS];
  CvTransportLink *link;

  world_introduce (world);
  world_wait_connected (world);
  world_wait_decoded (world, 2, 0, 3);
  memcpy (expected, world_get_peer (world, 2, 0)->expected, sizeof expected);
  link = world_get_peer (world, 2, 0)->link;

  offer = make_offer (world, 2, 5000, "abcd");
  to_another = make_offer (world, 1, 5000, "abcd");
  say (world, 2, "ffffffffffffffff", offer);
  say (world, 2, "ffffffffffffffff", tracks);
  say (world, 2, world->members[0].id, to_another);
  /* The second member speaks for itself alone. */
  say (world, 2, world->members[1].id, tracks);
  say (world, 2, world->members[1].id, offer);
  g_assert_true (world_get_peer (world, 2, 0)->link == link);
  g_assert_cmpmem (world_get_peer (world, 2, 0)->expected, sizeof expected, expected,
                   sizeof expected);
  world_wait_decoded (world, 2, 0, 3);
}

/* Only the smaller id offers, and only answers to what was offered count. */
static void
test_roles_are_kept (void)
{
  g_autoptr (World) world = world_new (2);
  g_autoptr (CvPeerMessage) offer = NULL;
  g_autoptr (CvPeerMessage) answer = NULL;
  CvTransportLink *link;

  world_introduce (world);
  world_wait_connected (world);
  link = world_get_peer (world, 0, 1)->link;
  offer = make_offer (world, 0, 9000, "abcd");
  answer = make_offer (world, 0, 9000, "abcd");
  answer->type = CV_PEER_MESSAGE_ANSWER;
  answer->description.setup = CV_PEER_SETUP_ACTIVE;
  say (world, 0, world->members[1].id, offer);
  say (world, 0, world->members[1].id, answer);
  answer->description.attempt = world_get_peer (world, 0, 1)->attempt;
  say (world, 0, world->members[1].id, answer);
  g_assert_true (world_get_peer (world, 0, 1)->link == link);
  world_wait_decoded (world, 0, 1, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  g_test_add_func ("/routing/mesh-hostile/offers-make-few-links", test_offers_make_few_links);
  g_test_add_func ("/routing/mesh-hostile/repeated-offers-are-answered-rarely",
                   test_repeated_offers_are_answered_rarely);
  g_test_add_func ("/routing/mesh-hostile/new-streams-are-few", test_new_streams_are_few);
  g_test_add_func ("/routing/mesh-hostile/rubbish-tracks-are-ignored",
                   test_rubbish_tracks_are_ignored);
  g_test_add_func ("/routing/mesh-hostile/streams-may-change-places",
                   test_streams_may_change_places);
  g_test_add_func ("/routing/mesh-hostile/layers-do-not-flap", test_layers_do_not_flap);
  g_test_add_func ("/routing/mesh-hostile/strangers-and-others-change-nothing",
                   test_strangers_and_others_change_nothing);
  g_test_add_func ("/routing/mesh-hostile/roles-are-kept", test_roles_are_kept);
  return g_test_run ();
}
