/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Some meshes in one process: real links on loopback, real encoders, a toy cipher, and a post that
 * loses, repeats and mixes up messages when told to. */
#pragma once

#include "media/fixture.h"
#include "routing/mesh-private.h"

G_BEGIN_DECLS

#define WORLD_MOST 3

typedef struct World World;

typedef struct {
  World *world;
  char *id;
  guint32 number; /* the others know this member by it */
  CvRoutingBackend *mesh;
  CvMediaEngine *engine;
  FixtureCipher *cipher;
  CvTransportCertificate *certificate;
  GHashTable *media; /* id of another → CvMediaPeer */
  GHashTable *links; /* id of another → state, static text */
  guint n_connected; /* links that came up */
  gboolean is_camera_on; /* as another said last */
  gboolean is_muted;
} Member;

struct World {
  CvTransportNetThread *net;
  Member members[WORLD_MOST];
  guint n_members;
  GQueue post;
  guint carrier;
  guint lose[CV_PEER_MESSAGE_N_TYPES]; /* that many of the next ones */
  gboolean is_repeating;
  gboolean is_mixing;
  guint n_posted[CV_PEER_MESSAGE_N_TYPES];
};

/* Nobody knows anybody yet. Ids are in the order of the members: the first one offers. */
World *world_new (guint n_members);
void world_free (World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

void world_introduce (World *world); /* everybody to everybody */
void world_see (World *world, guint viewer, guint shown, int width, int height);
/* The program of that member ends and starts anew; the others see the same id, another number. */
void world_replace (World *world, guint index);
void world_wait_connected (World *world);
/* Until the viewer has decoded so many more pictures. */
void world_wait_decoded (World *world, guint viewer, guint shown, guint n_more);
/* Until the sender has sealed so many more frames of the layer. */
void world_wait_sealed (World *world, guint sender, CvTrack track, guint n_more);
guint64 world_get_decoded (World *world, guint viewer, guint shown);
void world_run (guint ms); /* lets things happen that must not matter */

/* The inside, to count what a hostile peer could cause. */
CvRoutingMeshPeer *world_get_peer (World *world, guint viewer, guint shown);

G_END_DECLS
