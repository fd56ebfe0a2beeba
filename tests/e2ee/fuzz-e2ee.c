/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Bytes from outside into every parser of e2ee and identity, past their seals, and into a driver
 * that is in a meeting.
 *
 * Built with -fsanitize=fuzzer it is a libFuzzer target; alone it changes and joins real messages,
 * as many as its argument says, from a fixed seed so that a failure can be repeated. */
#include "crypto/aead.h"
#include "e2ee/admission.h"
#include "fixtures/e2ee-world.h"
#include "identity/contacts.h"
#include "identity/sealed-file.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define N_RUNS 3000
#define N_SEEDS 7
#define INPUT_MAX 4096
#define CONTACTS_MAGIC "CVCONTA1"

typedef struct {
  World *world;
  Person *alice;
  Person *bob;
  CvSecret *contacts_key;
  char *contacts_path;
  GBytes *seeds[N_SEEDS];
} Target;

int LLVMFuzzerTestOneInput (const guint8 *data, size_t len);

static GBytes *
make_policy_seed (Person *person)
{
  return cv_e2ee_policy_write (cv_e2ee_group_driver_get_policy (person->driver));
}

static GBytes *
make_heartbeat_seed (void)
{
  CvE2eeHeartbeat heartbeat = {.epoch = 3, .member_id = (char *)"0123456789abcdef"};
  g_autoptr (GBytes) transcript = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32);
  heartbeat.transcript_hash = transcript;
  return cv_e2ee_heartbeat_write (&heartbeat);
}

static GBytes *
make_contacts_seed (void)
{
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  cv_writer_vector (&writer, CV_SPAN_LITERAL ("\1key"));
  cv_writer_vector (&writer, CV_SPAN_LITERAL ("Ana"));
  cv_writer_u64 (&writer, 1);
  cv_writer_u64 (&writer, 2);
  cv_writer_u8 (&writer, 1);
  cv_writer_u64 (&writer, 3);
  return cv_writer_take (&writer);
}

static Target *
get_target (void)
{
  static Target *target;
  if (target != NULL)
    return target;
  target = g_new0 (Target, 1);
  target->world = world_new ((CvMlsSuiteId){0x0001});
  target->alice = world_add (target->world, "Alice", "");
  target->bob = world_add (target->world, "Bob", "");
  world_host (target->world, target->alice, CV_E2EE_ADMISSION_LINK);
  world_join (target->world, target->bob);
  world_run_for (target->world, G_USEC_PER_SEC);
  target->contacts_key = cv_secret_new (32);
  g_autofree char *folder = g_dir_make_tmp ("conclave-fuzz-XXXXXX", NULL);
  target->contacts_path = g_build_filename (folder, "contacts", NULL);
  const CvE2eeMember *bob =
      cv_e2ee_group_driver_find_member (target->alice->driver, world_leaf (target->bob));
  g_assert_nonnull (bob);
  target->seeds[0] = make_policy_seed (target->alice);
  target->seeds[1] = make_heartbeat_seed ();
  target->seeds[2] = make_contacts_seed ();
  target->seeds[3] = g_bytes_ref (target->bob->last_knock);
  target->seeds[4] = g_bytes_ref (target->alice->last_commit);
  target->seeds[5] = g_bytes_ref (target->bob->last_application);
  target->seeds[6] = world_seal_frame (target->bob, CV_E2EE_TRACK_MICROPHONE);
  return target;
}

static void
feed_parsers (Target *target, CvSpan input)
{
  CvE2eePolicy policy;
  CvE2eeEnvelope envelope;
  CvSpan frame;
  g_auto (CvE2eeHeartbeat) heartbeat = {0};
  g_autoptr (GPtrArray) admissions = cv_e2ee_admission_parse_list (input, NULL);
  CvIdentityStatementChecks checks = {.now_s = 1};
  g_autoptr (CvIdentityStatement) statement =
      cv_identity_statement_verify (target->world->crypto, input, &checks, NULL);
  if (cv_e2ee_policy_parse (input, &policy, NULL)) {
    g_autoptr (GBytes) again = cv_e2ee_policy_write (&policy);
    g_assert_true (cv_span_equal (cv_span_from_bytes (again), input));
  }
  if (cv_e2ee_heartbeat_parse (input, &heartbeat, NULL))
    g_assert_true (g_utf8_validate (heartbeat.member_id, -1, NULL));
  if (cv_e2ee_envelope_parse (input, &envelope, &frame, NULL))
    g_assert_cmpuint (frame.len, <, input.len);
}

/* As somebody with the invite link could seal it. */
static void
feed_sealed (Target *target, CvSpan input)
{
  g_autoptr (GBytes) knock =
      cv_e2ee_knock_seal (target->world->crypto, target->bob->keys, "connection", input, NULL);
  g_assert_nonnull (knock);
  g_assert_null (cv_e2ee_knock_open (target->world->crypto, target->bob->keys, target->world->suite,
                                     cv_span_from_bytes (knock), 1, NULL));
  g_autoptr (GBytes) box =
      cv_crypto_aead_seal_box (target->world->crypto, cv_secret_span (target->contacts_key),
                               CV_SPAN_LITERAL (CONTACTS_MAGIC), input, NULL);
  g_auto (CvWriter) file;
  cv_writer_init (&file);
  cv_writer_put (&file, CV_SPAN_LITERAL (CONTACTS_MAGIC));
  cv_writer_put (&file, cv_span_from_bytes (box));
  if (g_file_set_contents (target->contacts_path, (const char *)cv_writer_span (&file).data,
                           (gssize)cv_writer_span (&file).len, NULL)) {
    g_autoptr (CvIdentityContacts) contacts = cv_identity_contacts_new (
        target->world->crypto, target->contacts_key, target->contacts_path, NULL);
    g_unlink (target->contacts_path);
  }
  /* A member's application message, past its opening. */
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_e2ee_group_driver_send_application (target->bob->driver, CV_E2EE_EVERYBODY,
                                                        input, &error));
}

static void
feed_driver (Target *target, CvSpan input)
{
  CvE2eeGroupDriver *driver = target->alice->driver;
  g_autoptr (GBytes) bytes = cv_span_dup (input);
  g_autoptr (GBytes) frame = NULL;
  CvE2eeEnvelope envelope;
  guint64 epoch = cv_e2ee_group_driver_get_epoch (driver);
  cv_e2ee_group_driver_on_application (driver, bytes);
  cv_e2ee_group_driver_on_ordered_message (driver, bytes);
  cv_e2ee_group_driver_on_knock (driver, "0123", bytes);
  cv_e2ee_group_driver_on_welcome (driver, bytes);
  cv_e2ee_group_driver_on_group (driver, cv_e2ee_group_driver_get_group_id (driver));
  cv_e2ee_receiver_unprotect (cv_e2ee_group_driver_get_receiver (driver), world_leaf (target->bob),
                              CV_E2EE_TRACK_MICROPHONE, input, &envelope, &frame);
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (driver), ==, epoch);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (driver), ==, 2);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t len)
{
  Target *target = get_target ();
  CvSpan input = cv_span (data, MIN (len, INPUT_MAX));
  feed_parsers (target, input);
  feed_sealed (target, input);
  feed_driver (target, input);
  return 0;
}

#ifndef CV_LIBFUZZER
static gsize
mutate (Target *target, GRand *random, guint8 *out)
{
  GBytes *seed = target->seeds[g_rand_int_range (random, 0, N_SEEDS)];
  GBytes *other = target->seeds[g_rand_int_range (random, 0, N_SEEDS)];
  gsize len = MIN (g_bytes_get_size (seed), INPUT_MAX);
  memcpy (out, g_bytes_get_data (seed, NULL), len);
  if (g_rand_int_range (random, 0, 4) == 0) {
    gsize cut = (gsize)g_rand_int_range (random, 0, (gint32)len + 1);
    gsize more = MIN (g_bytes_get_size (other), INPUT_MAX - cut);
    memcpy (out + cut, g_bytes_get_data (other, NULL), more);
    len = cut + more;
  }
  if (len > 0 && g_rand_int_range (random, 0, 4) == 0)
    len = (gsize)g_rand_int_range (random, 0, (gint32)len);
  for (gint i = g_rand_int_range (random, 0, 8); i > 0 && len > 0; i--)
    out[g_rand_int_range (random, 0, (gint32)len)] = (guint8)g_rand_int (random);
  /* Unchanged, a message may be valid: a changed bit makes it none. */
  if (len > 0)
    out[g_rand_int_range (random, 0, (gint32)len)] ^= 0x01;
  return len;
}

int
main (int argc, char **argv)
{
  guint n_runs = argc > 1 ? (guint)strtoul (argv[1], NULL, 10) : N_RUNS;
  Target *target = get_target ();
  g_autoptr (GRand) random = g_rand_new_with_seed (20260101);
  g_autofree guint8 *input = g_malloc (INPUT_MAX);
  g_print ("1..1\n");
  for (guint i = 0; i < n_runs; i++) {
    LLVMFuzzerTestOneInput (input, mutate (target, random, input));
    if (i % 50 == 0)
      world_run_for (target->world, G_USEC_PER_SEC / 2);
  }
  g_print ("ok 1 %u inputs\n", n_runs);
  for (guint i = 0; i < N_SEEDS; i++)
    g_bytes_unref (target->seeds[i]);
  g_autofree char *folder = g_path_get_dirname (target->contacts_path);
  g_rmdir (folder);
  g_free (target->contacts_path);
  cv_secret_unref (target->contacts_key);
  world_free (target->world);
  g_free (target);
  return 0;
}
#endif
