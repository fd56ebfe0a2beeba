/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Alice, who hosts, Bob, whose program does not keep the rules, and Carol, in one process. */
#pragma once

#include "e2ee/driver-private.h"
#include "fixtures/e2ee-world.h"

G_BEGIN_DECLS

typedef struct {
  World *world;
  Person *alice;
  Person *bob;
  Person *carol;
} HostileMeeting;

void hostile_set_up (HostileMeeting *meeting, gconstpointer data); /* admission by link */
void hostile_set_up_moderated (HostileMeeting *meeting, gconstpointer data);
void hostile_tear_down (HostileMeeting *meeting, gconstpointer data);

/* Bob's commit, valid MLS, by his program without its manners; the server orders it. */
void hostile_commit (HostileMeeting *meeting, CvMlsCommitParams *params);
/* Nobody followed, Bob is named, the server voided it and threw him out, the others go on. */
void hostile_assert_refused (HostileMeeting *meeting);

typedef struct {
  const char *name;
  guint8 room_id[CV_E2EE_ROOM_ID_LEN];
  gboolean signs_another_key;
  CvIdentityKeyPair *identity; /* NULL: a new one */
  const CvCryptoKeyPair *key; /* MLS signature key; NULL: a new one */
  const char *connection; /* that the leaf names; NULL: one that nobody else has */
  gboolean lacks_policy; /* among the capabilities */
  guint begun_s; /* ago; 0: a minute */
  guint statement_left_s; /* 0: an hour */
  guint leaf_left_s; /* 0: an hour */
} HostileGuest;

/* A leaf as anybody could make it. */
typedef struct {
  CvCryptoKeyPair key;
  GBytes *statement;
  char *connection;
  CvMlsLeafParams params;
} HostileLeaf;

void hostile_leaf_clear (HostileLeaf *leaf);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HostileLeaf, hostile_leaf_clear)
void hostile_leaf_init (HostileLeaf *leaf, World *world, const HostileGuest *guest);
HostileGuest hostile_make_guest (HostileMeeting *meeting);
GBytes *hostile_make_key_package (World *world, const HostileGuest *guest);

/* Bob's commit that adds, with the room's PSK or without. */
void hostile_add_package (HostileMeeting *meeting, GBytes *key_package, gboolean has_psk);
void hostile_add (HostileMeeting *meeting, const HostileGuest *guest, gboolean has_psk);

/* Everybody inside gets this KeyPackage as a knock. */
void hostile_knock (HostileMeeting *meeting, const char *knock_id, GBytes *key_package);

G_END_DECLS
