/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "mesh-world.h"

#include "protocol/peer-message-json.h"

#include <string.h>

typedef struct {
  guint from;
  GBytes *text;
} Letter;

static void
letter_free (gpointer data)
{
  Letter *letter = data;

  g_bytes_unref (letter->text);
  g_free (letter);
}

/* ---- the post ---- */

static void
on_send (gpointer data, CvPeerMessage *message)
{
  Member *member = data;
  World *world = member->world;

  world->n_posted[message->type]++;
  if (world->lose[message->type] > 0) {
    world->lose[message->type]--;
    return;
  }
  for (guint i = 0; i < (world->is_repeating ? 2 : 1); i++) {
    Letter *letter = g_new0 (Letter, 1);

    letter->from = (guint)(member - world->members);
    letter->text = cv_peer_message_json_write (message);
    if (world->is_mixing && world->n_posted[message->type] % 2 == 0)
      g_queue_push_head (&world->post, letter);
    else
      g_queue_push_tail (&world->post, letter);
  }
}

static gboolean
on_carrier (gpointer data)
{
  World *world = data;
  Letter *letter = g_queue_pop_head (&world->post);
  g_autoptr (CvPeerMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  if (!letter)
    return G_SOURCE_CONTINUE;
  message = cv_peer_message_json_parse (cv_span_from_bytes (letter->text), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < world->n_members; i++)
    if (i != letter->from && world->members[i].mesh)
      world->members[i].mesh->klass->receive (world->members[i].mesh,
                                              world->members[letter->from].id, message);
  letter_free (letter);
  return G_SOURCE_CONTINUE;
}

/* ---- members ---- */

static void
on_peer (gpointer data, const char *id, CvMediaPeer *media)
{
  Member *member = data;

  g_hash_table_insert (member->media, g_strdup (id), g_object_ref (media));
}

static void
on_link (gpointer data, const CvRoutingLinkFacts *facts)
{
  Member *member = data;

  member->n_connected += facts->is_connected ? 1 : 0;
  g_hash_table_insert (member->links, g_strdup (facts->participant), (gpointer)facts->state);
}

static void
on_tracks (gpointer data, const char *id, gboolean is_muted, gboolean is_camera_on)
{
  Member *member = data;

  member->is_muted = is_muted;
  member->is_camera_on = is_camera_on;
}

static void
member_open (Member *member)
{
  static const char *const loopback[] = {"127.0.0.1", NULL};
  const CvMediaEngineOptions media = {
      .name = member->id,
      .pictures = CV_MEDIA_PICTURES_HEADLESS,
      .is_silent = TRUE,
  };
  const CvRoutingLocal local = {.has_camera = TRUE, .has_microphone = TRUE};
  CvRoutingMeshOptions options = {
      .self_id = member->id,
      .net = member->world->net,
      .local_addresses = loopback,
      .callbacks = {member, on_send, on_peer, on_link, on_tracks},
  };
  /* Never freed: threads that used it may end later. */
  static CvCrypto *crypto;

  if (!crypto)
    crypto = cv_crypto_context_new (FALSE, NULL);
  member->certificate =
      cv_transport_certificate_new (crypto, g_get_real_time () / G_USEC_PER_SEC, NULL);
  member->cipher = fixture_cipher_new (7);
  member->engine = cv_media_engine_new (&media);
  cv_media_engine_set_cipher (member->engine, &member->cipher->cipher);
  cv_media_engine_set_video_source (member->engine, "test");
  cv_media_engine_set_audio_source (member->engine, "test");
  options.certificate = member->certificate;
  options.engine = member->engine;
  member->media = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  member->links = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  member->mesh = cv_routing_mesh_new (&options);
  member->mesh->klass->set_local (member->mesh, &local);
}

static void
member_close (Member *member)
{
  g_clear_pointer (&member->mesh, cv_routing_backend_free);
  g_hash_table_unref (member->media);
  g_hash_table_unref (member->links);
  cv_media_engine_close (member->engine);
  g_clear_object (&member->engine);
  fixture_cipher_free (member->cipher);
  cv_transport_certificate_unref (member->certificate);
}

World *
world_new (guint n_members)
{
  World *world = g_new0 (World, 1);

  g_assert_cmpuint (n_members, <=, WORLD_MOST);
  world->net = cv_transport_net_thread_new ();
  world->n_members = n_members;
  for (guint i = 0; i < n_members; i++) {
    world->members[i].world = world;
    world->members[i].id = g_strdup_printf ("%016x", i);
    world->members[i].number = i;
    member_open (&world->members[i]);
  }
  world->carrier = g_timeout_add (1, on_carrier, world);
  return world;
}

void
world_free (World *world)
{
  g_source_remove (world->carrier);
  for (guint i = 0; i < world->n_members; i++) {
    member_close (&world->members[i]);
    g_free (world->members[i].id);
  }
  g_queue_clear_full (&world->post, letter_free);
  cv_transport_net_thread_unref (world->net);
  g_free (world);
}

static void
introduce (World *world, guint to, guint whom)
{
  CvRoutingBackend *mesh = world->members[to].mesh;

  mesh->klass->add (mesh, world->members[whom].id, world->members[whom].number);
}

void
world_introduce (World *world)
{
  for (guint i = 0; i < world->n_members; i++)
    for (guint j = 0; j < world->n_members; j++)
      if (i != j) {
        introduce (world, i, j);
        world_see (world, i, j, 640, 360);
      }
}

void
world_see (World *world, guint viewer, guint shown, int width, int height)
{
  CvRoutingBackend *mesh = world->members[viewer].mesh;

  mesh->klass->set_view (mesh, world->members[shown].id, width, height);
}

void
world_replace (World *world, guint index)
{
  Member *member = &world->members[index];

  member_close (member);
  member->number += 100;
  member_open (member);
  for (guint i = 0; i < world->n_members; i++)
    if (i != index) {
      introduce (world, i, index);
      introduce (world, index, i);
      world_see (world, index, i, 640, 360);
    }
}

/* ---- waiting ---- */

static gboolean
are_all_connected (gpointer data)
{
  World *world = data;

  for (guint i = 0; i < world->n_members; i++)
    for (guint j = 0; j < world->n_members; j++)
      if (i != j
          && g_strcmp0 (g_hash_table_lookup (world->members[i].links, world->members[j].id),
                        "connected")
                 != 0)
        return FALSE;
  return TRUE;
}

void
world_wait_connected (World *world)
{
  fixture_wait (are_all_connected, world, "links between all");
}

guint64
world_get_decoded (World *world, guint viewer, guint shown)
{
  CvMediaPeer *media = g_hash_table_lookup (world->members[viewer].media, world->members[shown].id);
  CvMediaStats stats = {0};

  if (!media || !fixture_get_stats (media, world->members[shown].number, CV_MEDIA_CAMERA, &stats))
    return 0;
  return stats.decoded;
}

typedef struct {
  World *world;
  guint a;
  guint b;
  CvTrack track;
  guint64 goal;
} Wait;

static gboolean
is_decoded (gpointer data)
{
  const Wait *wait = data;

  return world_get_decoded (wait->world, wait->a, wait->b) >= wait->goal;
}

void
world_wait_decoded (World *world, guint viewer, guint shown, guint n_more)
{
  Wait wait = {world, viewer, shown, 0, world_get_decoded (world, viewer, shown) + n_more};

  fixture_wait (is_decoded, &wait, "decoded pictures");
}

static gboolean
is_sealed (gpointer data)
{
  const Wait *wait = data;

  return cv_media_engine_get_sealed_frames (wait->world->members[wait->a].engine, wait->track)
         >= wait->goal;
}

void
world_wait_sealed (World *world, guint sender, CvTrack track, guint n_more)
{
  Wait wait = {.world = world, .a = sender, .track = track};

  wait.goal = cv_media_engine_get_sealed_frames (world->members[sender].engine, track) + n_more;
  fixture_wait (is_sealed, &wait, "sealed frames");
}

static gboolean
on_run_over (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

void
world_run (guint ms)
{
  gboolean is_over = FALSE;

  g_timeout_add (ms, on_run_over, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
}

CvRoutingMeshPeer *
world_get_peer (World *world, guint viewer, guint shown)
{
  CvRoutingMesh *mesh = (CvRoutingMesh *)world->members[viewer].mesh;

  return g_hash_table_lookup (mesh->peers, world->members[shown].id);
}
