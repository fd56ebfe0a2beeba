/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A member whose program does not keep the rules: Bob, no moderator, with valid keys. Every commit
 * here is valid MLS; the others must refuse it, and the meeting goes on without him. */
#include "e2ee/admission.h"
#include "e2ee/hostile-meeting.h"
#include "mls/group-private.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

static void
test_policy (HostileMeeting *meeting, gconstpointer data)
{
  CvE2eePolicy policy = *cv_e2ee_group_driver_get_policy (meeting->bob->driver);
  policy.is_locked = TRUE;
  g_autoptr (GBytes) encoded = cv_e2ee_policy_write (&policy);
  CvSpan span = cv_span_from_bytes (encoded);
  hostile_commit (meeting,
                  &(CvMlsCommitParams){.policy = &span, .policy_type = CV_E2EE_POLICY_TYPE});
  hostile_assert_refused (meeting);
}

static void
test_promotes_himself (HostileMeeting *meeting, gconstpointer data)
{
  CvE2eePolicy policy = *cv_e2ee_group_driver_get_policy (meeting->bob->driver);
  const CvE2eeMember *self =
      cv_e2ee_group_driver_find_member (meeting->bob->driver, world_leaf (meeting->bob));
  memcpy (policy.moderators[policy.n_moderators++].hash, self->identity_hash, CV_IDENTITY_HASH_LEN);
  g_autoptr (GBytes) encoded = cv_e2ee_policy_write (&policy);
  CvSpan span = cv_span_from_bytes (encoded);
  hostile_commit (meeting,
                  &(CvMlsCommitParams){.policy = &span, .policy_type = CV_E2EE_POLICY_TYPE});
  hostile_assert_refused (meeting);
}

/* RFC 9420 allows a PublicMessage; here the server must not read what a commit says. */
static void
test_in_the_open (HostileMeeting *meeting, gconstpointer data)
{
  hostile_commit (meeting, &(CvMlsCommitParams){.is_public = TRUE});
  hostile_assert_refused (meeting);
}

/* Of an epoch before Carol's it would leave her behind, and with her no moderator was asked. */
static void
test_old_epochs_key (HostileMeeting *meeting, gconstpointer data)
{
  const CvMlsResumption resumption = {.epoch =
                                          cv_mls_group_get_epoch (meeting->bob->driver->group)};
  hostile_commit (meeting, &(CvMlsCommitParams){.resumptions = &resumption, .n_resumptions = 1});
  hostile_assert_refused (meeting);
}

/* RFC 9420 §11.2 lets any member shut the group down; in a meeting nobody may. */
static void
test_reinit (HostileMeeting *meeting, gconstpointer data)
{
  const CvMlsReinit reinit = {.group_id = CV_SPAN_LITERAL ("next"), .suite = {0x0001}};
  hostile_commit (meeting, &(CvMlsCommitParams){.reinit = &reinit});
  hostile_assert_refused (meeting);
}

static void
test_removal (HostileMeeting *meeting, gconstpointer data)
{
  CvMlsLeaf carol = world_leaf (meeting->carol);
  hostile_commit (meeting, &(CvMlsCommitParams){.removes = &carol, .n_removes = 1});
  hostile_assert_refused (meeting);
  g_assert_cmpuint (meeting->carol->n_ended, ==, 0);
}

static void
test_removal_in_grace (HostileMeeting *meeting, gconstpointer data)
{
  CvMlsLeaf carol = world_leaf (meeting->carol);
  world_cut (meeting->world, meeting->carol);
  world_run_for (meeting->world, 3 * SECOND);
  hostile_commit (meeting, &(CvMlsCommitParams){.removes = &carol, .n_removes = 1});
  world_run_for (meeting->world, SECOND);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->alice->driver, CV_E2EE_NOTICE_FORBIDDEN_COMMIT),
      ==, 1);
}

/* ---- adding ---- */

static void
test_add_without_room_key (HostileMeeting *meeting, gconstpointer data)
{
  HostileGuest guest = hostile_make_guest (meeting);
  hostile_add (meeting, &guest, FALSE);
  hostile_assert_refused (meeting);
}

static void
test_add_for_another_room (HostileMeeting *meeting, gconstpointer data)
{
  HostileGuest guest = hostile_make_guest (meeting);
  guest.room_id[0] ^= 1;
  hostile_add (meeting, &guest, TRUE);
  hostile_assert_refused (meeting);
}

static void
test_add_with_borrowed_statement (HostileMeeting *meeting, gconstpointer data)
{
  HostileGuest guest = hostile_make_guest (meeting);
  guest.signs_another_key = TRUE;
  hostile_add (meeting, &guest, TRUE);
  hostile_assert_refused (meeting);
}

static void
test_add_of_somebody_who_is_here (HostileMeeting *meeting, gconstpointer data)
{
  HostileGuest guest = hostile_make_guest (meeting);
  guest.identity = meeting->alice->identity;
  hostile_add (meeting, &guest, TRUE);
  hostile_assert_refused (meeting);
}

static void
test_add_while_locked (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  HostileGuest guest = hostile_make_guest (meeting);
  g_assert_true (cv_e2ee_group_driver_set_locked (meeting->alice->driver, TRUE, &error));
  world_run_for (meeting->world, 12 * SECOND);
  hostile_add (meeting, &guest, TRUE);
  hostile_assert_refused (meeting);
}

static void
test_add_without_admission (HostileMeeting *meeting, gconstpointer data)
{
  HostileGuest guest = hostile_make_guest (meeting);
  hostile_add (meeting, &guest, TRUE);
  hostile_assert_refused (meeting);
}

/* ---- names ---- */

#define UNASSIGNED "Mal\u0378lory" /* in every Unicode version until now */
#define NOT_NFC "Ma\u0301llory"

static guint64
count_notices (Person *person, CvE2eeNotice notice)
{
  return cv_e2ee_group_driver_get_n_notices (person->driver, notice);
}

/* By newer tables than ours it may be a letter, and who admitted it has done nothing wrong: everybody
 * inside takes it, and so does who comes later. */
static void
test_add_with_another_unicode (HostileMeeting *meeting, gconstpointer name)
{
  HostileGuest guest = hostile_make_guest (meeting);
  Person *others[] = {meeting->alice, meeting->carol};
  Person *dave = world_add (meeting->world, "Dave", "");
  guest.name = name;
  meeting->bob->no_ordered = TRUE; /* his own program would wonder at his commit */
  hostile_add (meeting, &guest, TRUE);
  world_run_for (meeting->world, SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (others[i]->driver), ==, 4);
    g_assert_cmpuint (count_notices (others[i], CV_E2EE_NOTICE_FORBIDDEN_COMMIT), ==, 0);
  }
  g_assert_cmpuint (meeting->world->n_voided, ==, 0);
  world_knock (meeting->world, dave);
  world_run_for (meeting->world, 3 * SECOND);
  g_assert_cmpuint (dave->n_joined, ==, 1);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (dave->driver), ==, 5);
}

static void
test_another_unicode_at_the_door (HostileMeeting *meeting, gconstpointer name)
{
  HostileGuest guest = hostile_make_guest (meeting);
  guest.name = name;
  g_autoptr (GBytes) key_package = hostile_make_key_package (meeting->world, &guest);
  hostile_knock (meeting, "visitor", key_package);
  world_run_for (meeting->world, 3 * SECOND);
  g_assert_cmpuint (count_notices (meeting->alice, CV_E2EE_NOTICE_BAD_KNOCK), ==, 1);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (meeting->alice->driver), ==, 3);
}

/* What no version changes is refused by all. */
static void
test_add_with_bad_name (HostileMeeting *meeting, gconstpointer name)
{
  HostileGuest guest = hostile_make_guest (meeting);
  guest.name = name;
  hostile_add (meeting, &guest, TRUE);
  hostile_assert_refused (meeting);
}

/* ---- leaves that would make the group too large to be sent ---- */

static const guint8 ballast[CV_E2EE_LEAF_MAX_LEN];

static CvMlsCipher
get_cipher (HostileMeeting *meeting)
{
  return (CvMlsCipher){meeting->world->crypto, meeting->world->suite};
}

/* What was signed, with its signature behind it. */
static void
sign_again (HostileMeeting *meeting, const HostileLeaf *leaf, const char *label, CvWriter *writer)
{
  CvMlsCipher cipher = get_cipher (meeting);
  g_autoptr (GBytes) signature = cv_mls_labels_sign (&cipher, leaf->params.signature_private, label,
                                                     cv_writer_span (writer), NULL);
  g_assert_nonnull (signature);
  cv_writer_vector (writer, cv_span_from_bytes (signature));
}

static gsize
get_tail_len (const GPtrArray *extensions, GBytes *signature)
{
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  cv_mls_extension_list_write (&writer, extensions);
  cv_writer_vector (&writer, cv_span_from_bytes (signature));
  return cv_writer_span (&writer).len;
}

/* A valid KeyPackage whose leaf has ballast in an extension. */
static GBytes *
make_fat_key_package (HostileMeeting *meeting)
{
  HostileGuest guest = hostile_make_guest (meeting);
  g_auto (HostileLeaf) leaf = {0};
  g_auto (CvWriter) node;
  g_auto (CvWriter) package;
  hostile_leaf_init (&leaf, meeting->world, &guest);
  g_autoptr (CvMlsJoiner) joiner = cv_mls_joiner_new (meeting->world->crypto, &leaf.params, NULL);
  g_autoptr (CvMlsKeyPackage) thin =
      cv_mls_key_package_parse (cv_span_from_bytes (cv_mls_joiner_get_key_package (joiner)), NULL);
  CvMlsLeafNode *from = thin->leaf_node;
  CvSpan encoded = cv_span_from_bytes (from->encoded);
  cv_writer_init (&node);
  cv_writer_put (&node, cv_span (encoded.data,
                                 encoded.len - get_tail_len (from->extensions, from->signature)));
  cv_mls_extension_list_add (from->extensions, CV_E2EE_POLICY_TYPE, CV_SPAN_ARRAY (ballast));
  cv_mls_extension_list_write (&node, from->extensions);
  sign_again (meeting, &leaf, "LeafNodeTBS", &node);
  cv_writer_init (&package);
  cv_writer_u16 (&package, thin->version);
  cv_writer_u16 (&package, thin->suite.value);
  cv_writer_vector (&package, cv_span_from_bytes (thin->init_key));
  cv_writer_put (&package, cv_writer_span (&node));
  cv_mls_extension_list_write (&package, thin->extensions);
  sign_again (meeting, &leaf, "KeyPackageTBS", &package);
  return cv_writer_take (&package);
}

static void
test_adds_a_fat_leaf (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GBytes) key_package = make_fat_key_package (meeting);
  hostile_add_package (meeting, key_package, TRUE);
  hostile_assert_refused (meeting);
}

static void
test_fat_leaf_at_the_door (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GBytes) key_package = make_fat_key_package (meeting);
  g_autoptr (GBytes) sealed = cv_e2ee_knock_seal (meeting->world->crypto, meeting->bob->keys,
                                                  cv_span_from_bytes (key_package), NULL);
  cv_e2ee_group_driver_on_knock (meeting->alice->driver, "visitor", sealed);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->alice->driver, CV_E2EE_NOTICE_BAD_KNOCK), ==, 1);
}

static void
test_grows_fat (HostileMeeting *meeting, gconstpointer data)
{
  const CvMlsGroup *bobs = meeting->bob->driver->group;
  const CvMlsLeafNode *own =
      cv_mls_ratchet_tree_get_leaf (bobs->epoch->tree, cv_mls_group_get_own_leaf (bobs));
  cv_mls_extension_list_add (own->extensions, CV_E2EE_POLICY_TYPE, CV_SPAN_ARRAY (ballast));
  hostile_commit (meeting, &(CvMlsCommitParams){0});
  hostile_assert_refused (meeting);
}

/* Bob hands somebody the GroupInfo, the room's key, and with `has_epoch` the group's own PSK. All of
 * it is an external commit by RFC 9420 §12.4.3.2; a meeting takes only who comes back. */
static void
come_from_outside (HostileMeeting *meeting, gboolean has_epoch)
{
  g_autoptr (GError) error = NULL;
  HostileGuest guest = hostile_make_guest (meeting);
  g_auto (HostileLeaf) leaf = {0};
  g_auto (CvMlsCommitResult) result = {0};
  CvMlsGroup *bobs = meeting->bob->driver->group;
  guint64 epoch = cv_mls_group_get_epoch (bobs);
  g_autoptr (GBytes) info = cv_mls_group_dup_group_info (bobs, &error);
  g_autoptr (CvSecret) resumption_psk = cv_mls_group_dup_resumption_psk (bobs, epoch);
  const CvMlsResumption resumption = {cv_mls_group_get_id (bobs), epoch, resumption_psk};
  const CvMlsPsk psk = {
      .id = cv_e2ee_room_keys_get_psk_id (meeting->bob->keys),
      .secret = cv_e2ee_room_keys_get_psk (meeting->bob->keys),
  };
  g_assert_no_error (error);
  hostile_leaf_init (&leaf, meeting->world, &guest);
  const CvMlsExternalJoinParams params = {
      .group_info = cv_span_from_bytes (info),
      .leaf = &leaf.params,
      .psks = &psk,
      .n_psks = 1,
      .resumptions = &resumption,
      .n_resumptions = has_epoch ? 1 : 0,
      .now_s = (guint64)(meeting->world->clock.wall_us / G_USEC_PER_SEC),
  };
  g_assert_true (cv_mls_group_external_join (meeting->world->crypto, &params, &result, &error)
                 || error);
  g_assert_no_error (error);
  g_autoptr (CvE2eeCommit) commit = cv_e2ee_commit_new (result.commit, NULL, NULL);
  world_order (meeting->world, meeting->bob, commit);
}

static void
test_external_commit (HostileMeeting *meeting, gconstpointer has_epoch)
{
  guint64 epoch = cv_e2ee_group_driver_get_epoch (meeting->alice->driver);
  Person *others[] = {meeting->alice, meeting->carol};
  come_from_outside (meeting, GPOINTER_TO_INT (has_epoch));
  world_run_for (meeting->world, SECOND);
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (others[i]->driver), ==, epoch);
    g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (others[i]->driver), ==, 3);
    g_assert_cmpuint (
        cv_e2ee_group_driver_get_n_notices (others[i]->driver, CV_E2EE_NOTICE_FORBIDDEN_COMMIT), ==,
        1);
  }
  g_assert_cmpuint (meeting->world->n_voided, ==, 1);
}

/* What Bob may put into authenticated_data: each must fail but the last. */
typedef enum {
  FORGED_BY_BOB,
  FORGED_IN_ALICES_NAME,
  FOR_ANOTHER,
  EXPIRED,
  TOO_LONG,
  VALID,
} Forgery;

static void
add_with_admission (HostileMeeting *meeting, Forgery forgery)
{
  g_autoptr (GError) error = NULL;
  HostileGuest guest = hostile_make_guest (meeting);
  CvMlsGroup *alices = meeting->alice->driver->group;
  guint64 now_s = (guint64)(meeting->world->clock.wall_us / G_USEC_PER_SEC);
  g_auto (CvMlsKeyPackageInfo) info = {0};
  g_autoptr (GBytes) key_package = hostile_make_key_package (meeting->world, &guest);
  CvSpan span = cv_span_from_bytes (key_package);
  g_assert_true (cv_mls_key_package_inspect (meeting->world->crypto, meeting->world->suite, span,
                                             now_s, &info, &error));
  CvSpan ref = forgery == FOR_ANOTHER ? CV_SPAN_LITERAL ("another") : cv_span_from_bytes (info.ref);
  guint64 signed_at_s = forgery == EXPIRED    ? now_s - 600
                        : forgery == TOO_LONG ? now_s + 3600
                                              : now_s;
  gboolean is_forged = forgery == FORGED_BY_BOB || forgery == FORGED_IN_ALICES_NAME;
  CvE2eeAdmission *admission = cv_e2ee_admission_sign (
      is_forged ? meeting->bob->driver->group : alices, ref, signed_at_s, &error);
  g_assert_no_error (error);
  if (forgery == FORGED_IN_ALICES_NAME)
    admission->moderator = world_leaf (meeting->alice);
  g_autoptr (GPtrArray) list =
      g_ptr_array_new_with_free_func ((GDestroyNotify)cv_e2ee_admission_free);
  g_ptr_array_add (list, admission);
  g_autoptr (GBytes) encoded = cv_e2ee_admission_write_list (list);
  CvMlsPsk psk = {
      .id = cv_e2ee_room_keys_get_psk_id (meeting->bob->keys),
      .secret = cv_e2ee_room_keys_get_psk (meeting->bob->keys),
  };
  hostile_commit (meeting,
                  &(CvMlsCommitParams){.adds = &span,
                                       .n_adds = 1,
                                       .psks = &psk,
                                       .n_psks = 1,
                                       .authenticated_data = cv_span_from_bytes (encoded)});
}

static void
test_admission_forged (HostileMeeting *meeting, gconstpointer data)
{
  add_with_admission (meeting, (Forgery)GPOINTER_TO_INT (data));
  hostile_assert_refused (meeting);
}

static void
test_admission_valid (HostileMeeting *meeting, gconstpointer data)
{
  /* Shows that the others fail for the reason they name. */
  add_with_admission (meeting, VALID);
  world_run_for (meeting->world, SECOND);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (meeting->alice->driver), ==, 4);
}

/* ---- names and connections ---- */

static void
test_known_name_with_another_key (HostileMeeting *meeting, gconstpointer data)
{
  meeting->alice->contact = CV_IDENTITY_CONTACT_CHANGED;
  cv_e2ee_group_driver_refresh_contacts (meeting->alice->driver);
  g_assert_cmpint (cv_e2ee_group_driver_get_trust (meeting->alice->driver)->state, ==,
                   CV_E2EE_SHIELD_WARNING);
  g_assert_true (world_has_reason (meeting->alice, CV_E2EE_REASON_KEY_CHANGED));
  cv_e2ee_group_driver_accept_changed_key (meeting->alice->driver, world_leaf (meeting->bob));
  cv_e2ee_group_driver_accept_changed_key (meeting->alice->driver, world_leaf (meeting->carol));
  g_assert_cmpint (cv_e2ee_group_driver_get_trust (meeting->alice->driver)->state, ==,
                   CV_E2EE_SHIELD_ENCRYPTED);
}

/* Whoever removed that leaf would throw Carol out. */
static void
test_names_anothers_connection (HostileMeeting *meeting, gconstpointer data)
{
  HostileGuest guest = hostile_make_guest (meeting);
  guest.connection = meeting->carol->id;
  hostile_add (meeting, &guest, TRUE);
  hostile_assert_refused (meeting);
}

/* The same, as Carol's own leaf goes on. */
static void
test_takes_anothers_connection (HostileMeeting *meeting, gconstpointer data)
{
  const CvMlsGroup *bobs = meeting->bob->driver->group;
  const CvMlsLeafNode *own =
      cv_mls_ratchet_tree_get_leaf (bobs->epoch->tree, cv_mls_group_get_own_leaf (bobs));
  g_autofree char *id = g_strdup_printf ("\x10%s", meeting->carol->id);
  for (guint i = 0; i < own->extensions->len; i++) {
    CvMlsExtension *extension = g_ptr_array_index (own->extensions, i);
    if (extension->type != CV_MLS_EXTENSION_APPLICATION_ID)
      continue;
    g_bytes_unref (extension->data);
    extension->data = g_bytes_new (id, strlen (id));
  }
  hostile_commit (meeting, &(CvMlsCommitParams){0});
  hostile_assert_refused (meeting);
}

#define ADD(path, set_up_fn, data, test_fn)                                                        \
  g_test_add ("/e2ee/hostile-member/" path, HostileMeeting, data, set_up_fn, test_fn,              \
              hostile_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("policy", hostile_set_up, NULL, test_policy);
  ADD ("promotes-himself", hostile_set_up, NULL, test_promotes_himself);
  ADD ("reinit", hostile_set_up, NULL, test_reinit);
  ADD ("in-the-open", hostile_set_up, NULL, test_in_the_open);
  ADD ("old-epochs-key", hostile_set_up, NULL, test_old_epochs_key);
  ADD ("external-commit-of-a-stranger", hostile_set_up, GINT_TO_POINTER (FALSE),
       test_external_commit);
  ADD ("external-commit-with-a-lent-epoch", hostile_set_up, GINT_TO_POINTER (TRUE),
       test_external_commit);
  ADD ("removal", hostile_set_up, NULL, test_removal);
  ADD ("removal-in-grace", hostile_set_up, NULL, test_removal_in_grace);
  ADD ("add-without-room-key", hostile_set_up, NULL, test_add_without_room_key);
  ADD ("add-for-another-room", hostile_set_up, NULL, test_add_for_another_room);
  ADD ("add-with-borrowed-statement", hostile_set_up, NULL, test_add_with_borrowed_statement);
  ADD ("add-of-somebody-who-is-here", hostile_set_up, NULL, test_add_of_somebody_who_is_here);
  ADD ("add-while-locked", hostile_set_up, NULL, test_add_while_locked);
  ADD ("add-without-admission", hostile_set_up_moderated, NULL, test_add_without_admission);
  ADD ("add-with-unassigned-letter", hostile_set_up, UNASSIGNED, test_add_with_another_unicode);
  ADD ("add-with-name-not-composed", hostile_set_up, NOT_NFC, test_add_with_another_unicode);
  ADD ("unassigned-letter-at-the-door", hostile_set_up, UNASSIGNED,
       test_another_unicode_at_the_door);
  ADD ("name-not-composed-at-the-door", hostile_set_up, NOT_NFC, test_another_unicode_at_the_door);
  ADD ("add-with-overridden-name", hostile_set_up, "Mallory \u202EecilA", test_add_with_bad_name);
  ADD ("add-with-invisible-name", hostile_set_up, "Al\u200Bice", test_add_with_bad_name);
  ADD ("add-with-line-in-name", hostile_set_up, "Mallory\nAlice", test_add_with_bad_name);
  ADD ("adds-a-fat-leaf", hostile_set_up, NULL, test_adds_a_fat_leaf);
  ADD ("fat-leaf-at-the-door", hostile_set_up, NULL, test_fat_leaf_at_the_door);
  ADD ("grows-fat", hostile_set_up, NULL, test_grows_fat);
  ADD ("admission-by-bob", hostile_set_up_moderated, GINT_TO_POINTER (FORGED_BY_BOB),
       test_admission_forged);
  ADD ("admission-in-alices-name", hostile_set_up_moderated,
       GINT_TO_POINTER (FORGED_IN_ALICES_NAME), test_admission_forged);
  ADD ("admission-for-another", hostile_set_up_moderated, GINT_TO_POINTER (FOR_ANOTHER),
       test_admission_forged);
  ADD ("admission-expired", hostile_set_up_moderated, GINT_TO_POINTER (EXPIRED),
       test_admission_forged);
  ADD ("admission-too-long", hostile_set_up_moderated, GINT_TO_POINTER (TOO_LONG),
       test_admission_forged);
  ADD ("admission-valid", hostile_set_up_moderated, NULL, test_admission_valid);
  ADD ("known-name-with-another-key", hostile_set_up, NULL, test_known_name_with_another_key);
  ADD ("names-anothers-connection", hostile_set_up, NULL, test_names_anothers_connection);
  ADD ("takes-anothers-connection", hostile_set_up, NULL, test_takes_anothers_connection);
  return g_test_run ();
}
