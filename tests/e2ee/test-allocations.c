/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a media frame costs the allocator between encoder and packets: its bytes and the GBytes that
 * owns them, on either side, and nothing else. Keys and contexts are kept. */
#include "e2ee/receiver.h"
#include "e2ee/sender.h"
#include "fixtures/allocations.h"
#include "mls/members.h"

#define N_FRAMES 10000
#define PER_FRAME 2

typedef struct {
  Member *anna;
  Member *bela;
  CvE2eeSender *sender; /* Anna's */
  CvE2eeReceiver *receiver; /* Bela's */
  guint64 n_sealing; /* allocations */
  guint64 n_opening;
} Call;

static void
set_up (Call *call, gconstpointer data)
{
  const CvMlsSuite *suite = members_get_suite (0x0001);
  g_autoptr (CvE2eeEpochKeys) annas = NULL;
  g_autoptr (CvE2eeEpochKeys) belas = NULL;

  call->anna = member_new (suite, "Anna");
  call->bela = member_new (suite, "Bela");
  member_create (call->anna);
  member_add (call->anna, call->bela, NULL, 0);
  annas = cv_e2ee_epoch_keys_new (members_get_crypto (), call->anna->group, NULL);
  belas = cv_e2ee_epoch_keys_new (members_get_crypto (), call->bela->group, NULL);
  call->sender = cv_e2ee_sender_new ();
  call->receiver = cv_e2ee_receiver_new ();
  cv_e2ee_sender_install (call->sender, annas);
  cv_e2ee_receiver_install (call->receiver, belas);
}

static void
tear_down (Call *call, gconstpointer data)
{
  cv_e2ee_sender_unref (call->sender);
  cv_e2ee_receiver_unref (call->receiver);
  member_free (call->anna);
  member_free (call->bela);
}

static void
send_frame (Call *call)
{
  static const guint8 frame[1200];
  CvE2eeEnvelope envelope = {.codec = 2};
  CvMlsLeaf leaf = cv_mls_group_get_own_leaf (call->anna->group);
  guint64 start = allocations_get_count ();
  g_autoptr (GBytes) sealed = cv_e2ee_sender_protect (call->sender, CV_E2EE_TRACK_CAMERA_LOW,
                                                      &envelope, CV_SPAN_ARRAY (frame), NULL);
  guint64 middle = allocations_get_count ();
  g_autoptr (GBytes) opened = NULL;
  CvE2eeVerdict verdict =
      cv_e2ee_receiver_unprotect (call->receiver, leaf, CV_E2EE_TRACK_CAMERA_LOW,
                                  cv_span_from_bytes (sealed), &envelope, &opened);

  call->n_sealing += middle - start;
  call->n_opening += allocations_get_count () - middle;
  g_assert_cmpint (verdict, ==, CV_E2EE_OPENED);
  g_assert_cmpuint (g_bytes_get_size (opened), ==, sizeof frame);
}

static void
test_frames (Call *call, gconstpointer data)
{
  /* The first frame makes the stream's key. */
  send_frame (call);
  call->n_sealing = call->n_opening = 0;
  for (guint i = 0; i < N_FRAMES; i++)
    send_frame (call);
  g_assert_cmpuint (call->n_sealing, ==, PER_FRAME * N_FRAMES);
  g_assert_cmpuint (call->n_opening, ==, PER_FRAME * N_FRAMES);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/e2ee/allocations/bytes-alone", Call, NULL, set_up, test_frames, tear_down);
  return g_test_run ();
}
