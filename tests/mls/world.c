/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Who is where, and what all of them must agree on. */
#include "mls/world.h"

#include "mls/group-private.h"

#include <string.h>

const char *
world_deed_to_string (WorldDeed deed)
{
  static const char *const names[WORLD_N_DEEDS] = {
      [WORLD_DEED_COMMIT] = "commit",
      [WORLD_DEED_PROPOSE] = "proposals and a commit",
      [WORLD_DEED_RACE] = "race",
      [WORLD_DEED_SLEEP] = "sleep",
      [WORLD_DEED_GUEST] = "guest",
      [WORLD_DEED_DEAFNESS] = "deafness",
      [WORLD_DEED_FORGET] = "forgotten proposals",
      [WORLD_DEED_ADD] = "add",
      [WORLD_DEED_REMOVE] = "remove",
      [WORLD_DEED_POLICY] = "policy",
      [WORLD_DEED_PSK] = "PSK",
      [WORLD_DEED_RESUMPTION] = "resumption PSK",
      [WORLD_DEED_PROPOSED_ADD] = "proposed add",
      [WORLD_DEED_PROPOSED_UPDATE] = "proposed update",
      [WORLD_DEED_PROPOSED_REMOVE] = "proposed remove",
      [WORLD_DEED_PROPOSED_PSK] = "proposed PSK",
      [WORLD_DEED_PROPOSED_RESUMPTION] = "proposed resumption PSK",
  };

  return names[deed];
}

World *
world_new (guint16 suite, guint n_people, guint32 seed)
{
  World *world = g_new0 (World, 1);

  g_assert_cmpuint (n_people, <=, WORLD_PEOPLE_MAX);
  world->suite = members_get_suite (suite);
  world->n_people = n_people;
  world->rand = g_rand_new_with_seed (seed);
  for (guint i = 0; i < n_people; i++) {
    g_autofree char *name = g_strdup_printf ("person %u", i);

    world->people[i] = member_new (world->suite, name);
  }
  member_create (world->people[0]);
  world_assert_agree (world, 0);
  return world;
}

void
world_free (World *world)
{
  if (!world)
    return;
  for (guint i = 0; i < world->n_people; i++)
    member_free (world->people[i]);
  g_clear_pointer (&world->behind, cv_mls_group_unref);
  g_rand_free (world->rand);
  g_free (world);
}

guint
world_roll (World *world, guint n_sides)
{
  return (guint)g_rand_int_range (world->rand, 0, (gint)n_sides);
}

guint
world_count_inside (const World *world)
{
  guint count = 0;

  for (guint i = 0; i < world->n_people; i++)
    count += world->people[i]->group ? 1 : 0;
  return count;
}

Member *
world_pick (World *world, gboolean is_inside, const Member *but)
{
  guint from = world_roll (world, world->n_people);

  for (guint i = 0; i < world->n_people; i++) {
    Member *person = world->people[(from + i) % world->n_people];

    if (person != but && (person->group != NULL) == is_inside)
      return person;
  }
  return NULL;
}

static void
assert_same_roster (const CvMlsGroup *group, const CvMlsGroup *first)
{
  g_assert_cmpuint (cv_mls_group_get_leaf_count (group), ==, cv_mls_group_get_leaf_count (first));
  g_assert_cmpuint (cv_mls_group_get_n_members (group), ==, cv_mls_group_get_n_members (first));
  for (guint32 i = 0; i < cv_mls_group_get_leaf_count (group); i++) {
    CvMlsMember one = {0};
    CvMlsMember other = {0};
    gboolean is_there = cv_mls_group_get_member (group, (CvMlsLeaf){i}, &one);

    g_assert_true (is_there == cv_mls_group_get_member (first, (CvMlsLeaf){i}, &other));
    g_assert_true (cv_span_equal (one.identity, other.identity));
    g_assert_true (cv_span_equal (one.signature_public, other.signature_public));
  }
}

/* The GroupContext has the tree hash, the transcript and the extensions in it. */
static void
assert_same_epoch (const CvMlsGroup *group, const CvMlsGroup *first, const CvSecret *exported)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) own =
      cv_mls_group_export (group, "Conclave 1.0 file", cv_mls_group_get_id (group), 32, &error);

  g_assert_no_error (error);
  g_assert_true (cv_secret_span_equal (cv_secret_span (own), cv_secret_span (exported)));
  g_assert_cmpuint (cv_mls_group_get_epoch (group), ==, cv_mls_group_get_epoch (first));
  g_assert_true (g_bytes_equal (group->epoch->encoded_context, first->epoch->encoded_context));
  g_assert_true (g_bytes_equal (group->epoch->interim, first->epoch->interim));
  g_assert_true (g_bytes_equal (group->epoch->confirmation_tag, first->epoch->confirmation_tag));
  g_assert_true (cv_span_equal (cv_mls_group_get_epoch_authenticator (group),
                                cv_mls_group_get_epoch_authenticator (first)));
  g_assert_true (cv_span_equal (cv_mls_group_get_confirmed_transcript_hash (group),
                                cv_mls_group_get_confirmed_transcript_hash (first)));
}

/* The kept tree hash is that of the tree as somebody who never saw it before reads it. */
static void
assert_true_tree_hash (const CvMlsGroup *group, GBytes *encoded)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsRatchetTree) tree =
      cv_mls_ratchet_tree_parse (cv_span_from_bytes (encoded), &error);
  CvSpan hash;

  g_assert_no_error (error);
  hash = cv_mls_tree_hash_update (&group->epoch->cipher, tree, &error);
  g_assert_no_error (error);
  g_assert_true (cv_span_equal (hash, cv_span_from_bytes (group->epoch->context.tree_hash)));
}

static void
assert_is_self (const Member *person)
{
  CvMlsMember self;

  g_assert_true (
      cv_mls_group_get_member (person->group, cv_mls_group_get_own_leaf (person->group), &self));
  g_assert_true (cv_span_equal (self.identity, cv_span (person->name, strlen (person->name))));
}

/* The group's own number says that no epoch went by uncompared. */
static void
count_epoch (World *world, const CvMlsGroup *group)
{
  guint64 epoch = cv_mls_group_get_epoch (group);

  if (epoch + 1 == world->n_agreed)
    return;
  g_assert_cmpuint (epoch, ==, world->n_agreed);
  world->n_agreed++;
  world->tally.n_epochs_of[cv_mls_group_get_n_members (group)]++;
}

void
world_assert_agree (World *world, guint n_absent)
{
  const Member *speaker = world_pick (world, TRUE, NULL);
  const CvMlsGroup *first = speaker->group;
  g_autoptr (GBytes) tree = cv_mls_group_dup_ratchet_tree (first);
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) exported =
      cv_mls_group_export (first, "Conclave 1.0 file", cv_mls_group_get_id (first), 32, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (cv_mls_group_get_n_members (first), ==, world_count_inside (world) + n_absent);
  assert_true_tree_hash (first, tree);
  for (guint i = 0; i < world->n_people; i++) {
    const Member *person = world->people[i];
    g_autoptr (GBytes) own_tree = NULL;

    if (!person->group)
      continue;
    own_tree = cv_mls_group_dup_ratchet_tree (person->group);
    g_assert_true (g_bytes_equal (own_tree, tree));
    assert_is_self (person);
    assert_same_epoch (person->group, first, exported);
    assert_same_roster (person->group, first);
  }
  count_epoch (world, first);
}

void
world_assert_all_compared (World *world)
{
  g_assert_cmpuint (cv_mls_group_get_epoch (world_pick (world, TRUE, NULL)->group) + 1, ==,
                    world->n_agreed);
}
