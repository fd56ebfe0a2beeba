/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* GroupContext extensions that RFC 9420 allows and a meeting has no use for: from a moderator whose
 * program does not keep the rules, and in a group that somebody was welcomed to. */
#include "crypto/signature.h"
#include "e2ee/hostile-meeting.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC
#define REQUIRED_CAPABILITIES 3
#define EXTERNAL_SENDERS 5
#define BALLAST_LEN (64 * 1024) /* a sender */
#define N_BALLAST 15

typedef enum {
  NOTHING_ELSE,
  NO_POLICY,
  NO_REQUIREMENTS,
  A_SENDER,
  BALLAST,
  LONG_REQUIREMENTS, /* the same one again and again */
} Kind;

typedef struct {
  GBytes *policy;
  GBytes *required;
  GBytes *senders;
  CvMlsExtensionValue values[3];
  gsize n;
} Extensions;

static void
extensions_clear (Extensions *extensions)
{
  g_clear_pointer (&extensions->policy, g_bytes_unref);
  g_clear_pointer (&extensions->required, g_bytes_unref);
  g_clear_pointer (&extensions->senders, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Extensions, extensions_clear)

static GBytes *
make_requirements (guint n_policies)
{
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  gsize mark = cv_writer_begin_vector (&writer);
  for (guint i = 0; i < n_policies; i++)
    cv_writer_u16 (&writer, CV_E2EE_POLICY_TYPE);
  cv_writer_end_vector (&writer, mark);
  cv_writer_vector (&writer, CV_SPAN_EMPTY);
  cv_writer_vector (&writer, CV_SPAN_LITERAL ("\0\1")); /* basic credentials */
  return cv_writer_take (&writer);
}

static GBytes *
make_senders (const World *world, Kind kind)
{
  g_autoptr (GError) error = NULL;
  g_auto (CvCryptoKeyPair) key = {0};
  g_autofree guint8 *identity = g_malloc0 (BALLAST_LEN);
  CvMlsExternalSender senders[N_BALLAST];
  g_assert_true (
      cv_crypto_signature_generate (world->crypto, world->suite->signature, &key, &error));
  for (guint i = 0; i < N_BALLAST; i++)
    senders[i] = (CvMlsExternalSender){cv_span_from_bytes (key.public_key),
                                       cv_span (identity, kind == BALLAST ? BALLAST_LEN : 5)};
  return cv_mls_external_senders_encode (senders, kind == BALLAST ? N_BALLAST : 1);
}

static void
add (Extensions *extensions, guint16 type, GBytes *data)
{
  extensions->values[extensions->n++] = (CvMlsExtensionValue){type, cv_span_from_bytes (data)};
}

/* Takes the policy. */
static void
extensions_init (Extensions *extensions, const World *world, GBytes *policy, Kind kind)
{
  *extensions = (Extensions){.policy = policy};
  extensions->required = make_requirements (kind == LONG_REQUIREMENTS ? 100 : 1);
  extensions->senders = make_senders (world, kind);
  if (kind != NO_REQUIREMENTS)
    add (extensions, REQUIRED_CAPABILITIES, extensions->required);
  if (kind != NO_POLICY)
    add (extensions, CV_E2EE_POLICY_TYPE, extensions->policy);
  if (kind == A_SENDER || kind == BALLAST)
    add (extensions, EXTERNAL_SENDERS, extensions->senders);
}

/* ---- a commit ---- */

static void
test_commit (HostileMeeting *meeting, gconstpointer data)
{
  Kind kind = (Kind)GPOINTER_TO_INT (data);
  g_autoptr (GError) error = NULL;
  g_auto (Extensions) extensions = {0};
  g_assert_true (cv_e2ee_group_driver_set_moderator (meeting->alice->driver,
                                                     world_leaf (meeting->bob), TRUE, &error));
  world_run_for (meeting->world, 2 * SECOND);
  CvE2eePolicy policy = *cv_e2ee_group_driver_get_policy (meeting->bob->driver);
  policy.is_locked = TRUE;
  extensions_init (&extensions, meeting->world, cv_e2ee_policy_write (&policy), kind);
  meeting->bob->no_ordered = kind == NOTHING_ELSE; /* his own program would wonder at his commit */
  hostile_commit (meeting, &(CvMlsCommitParams){.has_extensions = TRUE,
                                                .extensions = extensions.values,
                                                .n_extensions = extensions.n});
  if (kind != NOTHING_ELSE) {
    hostile_assert_refused (meeting);
    return;
  }
  world_run_for (meeting->world, SECOND);
  g_assert_true (cv_e2ee_group_driver_get_policy (meeting->alice->driver)->is_locked);
  g_assert_true (cv_e2ee_group_driver_get_policy (meeting->carol->driver)->is_locked);
}

/* ---- a Welcome ---- */

static CvMlsGroup *
make_group (World *world, const Extensions *extensions)
{
  g_autoptr (GError) error = NULL;
  g_auto (HostileLeaf) leaf = {0};
  HostileGuest host = {.name = "Mallory"};
  memcpy (host.room_id, world->room_id, sizeof host.room_id);
  hostile_leaf_init (&leaf, world, &host);
  CvMlsCreateParams params = {.leaf = &leaf.params,
                              .group_id = CV_SPAN_LITERAL ("a group of Mallory's"),
                              .extensions = extensions->values,
                              .n_extensions = extensions->n};
  CvMlsGroup *group = cv_mls_group_create (world->crypto, &params, &error);
  g_assert_no_error (error);
  return group;
}

static GBytes *
dup_welcome (World *world, const CvMlsGroup *group, Person *guest)
{
  g_autoptr (GError) error = NULL;
  g_auto (CvMlsCommitResult) result = {0};
  guint64 now_s = (guint64)(world->clock.wall_us / SECOND);
  g_autoptr (CvE2eeKnock) knock =
      cv_e2ee_knock_open (world->crypto, guest->keys, world->suite,
                          cv_span_from_bytes (guest->last_knock), now_s, &error);
  g_assert_no_error (error);
  CvSpan key_package = cv_span_from_bytes (knock->key_package);
  CvMlsPsk psk = {
      .id = cv_e2ee_room_keys_get_psk_id (guest->keys),
      .secret = cv_e2ee_room_keys_get_psk (guest->keys),
  };
  CvMlsCommitParams params = {
      .adds = &key_package, .n_adds = 1, .psks = &psk, .n_psks = 1, .now_s = now_s};
  g_assert_true (cv_mls_group_commit (group, &params, &result, &error));
  g_assert_no_error (error);
  return g_bytes_ref (result.welcome);
}

static void
test_welcome (gconstpointer data)
{
  Kind kind = (Kind)GPOINTER_TO_INT (data);
  g_auto (Extensions) extensions = {0};
  World *world = world_new ((CvMlsSuiteId){0x0001});
  Person *guest = world_add (world, "Erin", "");
  CvE2eePolicy policy = {.n_moderators = 1, .sframe_suite = CV_E2EE_SFRAME_SUITE, .epoch_bits = 4};
  memcpy (policy.meeting_id, world->room_id, sizeof policy.meeting_id);
  extensions_init (&extensions, world, cv_e2ee_policy_write (&policy), kind);
  world_knock (world, guest);
  g_autoptr (CvMlsGroup) group = make_group (world, &extensions);
  g_autoptr (GBytes) welcome = dup_welcome (world, group, guest);
  cv_e2ee_group_driver_on_welcome (guest->driver, welcome);
  g_assert_cmpint (cv_e2ee_group_driver_get_phase (guest->driver), ==,
                   kind == NOTHING_ELSE ? CV_E2EE_PHASE_MEMBER : CV_E2EE_PHASE_DOOR);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_notices (guest->driver, CV_E2EE_NOTICE_BAD_WELCOME),
                    ==, kind == NOTHING_ELSE ? 0 : 1);
  world_free (world);
}

#define ADD(name, kind)                                                                            \
  g_test_add ("/e2ee/extensions/commit/" name, HostileMeeting, GINT_TO_POINTER (kind),             \
              hostile_set_up, test_commit, hostile_tear_down);                                     \
  g_test_add_data_func ("/e2ee/extensions/welcome/" name, GINT_TO_POINTER (kind), test_welcome)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("nothing-else", NOTHING_ELSE);
  ADD ("no-policy", NO_POLICY);
  ADD ("no-requirements", NO_REQUIREMENTS);
  ADD ("a-sender", A_SENDER);
  ADD ("ballast", BALLAST);
  ADD ("long-requirements", LONG_REQUIREMENTS);
  return g_test_run ();
}
