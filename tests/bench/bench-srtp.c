/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a hop costs: protect and unprotect of one RTP packet, each profile, medians of rounds. */
#include "transport/srtp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N_ROUNDS 201
#define N_PACKETS 200
#define SSRC 1
#define STRIDE 1536

typedef struct {
  CvTransportSrtp *out;
  CvTransportSrtp *in;
  guint8 *packets; /* N_PACKETS × STRIDE */
  gsize lens[N_PACKETS];
  guint32 next; /* sequence number */
} Bench;

static gint64
now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int
compare_doubles (const void *a, const void *b)
{
  double left = *(const double *)a;
  double right = *(const double *)b;

  return (left > right) - (left < right);
}

static double
median (double *values)
{
  qsort (values, N_ROUNDS, sizeof *values, compare_doubles);
  return values[N_ROUNDS / 2];
}

static void
require (gboolean is_ok)
{
  if (!is_ok)
    g_error ("SRTP failed");
}

static void
fill (Bench *bench, gsize payload_len)
{
  for (guint i = 0; i < N_PACKETS; i++) {
    guint8 *packet = bench->packets + i * STRIDE;
    guint16 sequence = (guint16)bench->next++;
    guint16 sequence_be = GUINT16_TO_BE (sequence);
    guint32 ssrc_be = GUINT32_TO_BE (SSRC);

    memset (packet, 0x5a, 12 + payload_len);
    packet[0] = 0x80;
    packet[1] = 96;
    memcpy (packet + 2, &sequence_be, 2);
    memcpy (packet + 8, &ssrc_be, 4);
    bench->lens[i] = 12 + payload_len;
  }
}

static void
run_round (Bench *bench, double *protect_ns, double *unprotect_ns)
{
  gint64 start_ns = now_ns ();

  for (guint i = 0; i < N_PACKETS; i++)
    require (
        cv_transport_srtp_protect (bench->out, bench->packets + i * STRIDE, &bench->lens[i], FALSE)
        == CV_TRANSPORT_SRTP_OK);
  *protect_ns = (double)(now_ns () - start_ns) / N_PACKETS;

  start_ns = now_ns ();
  for (guint i = 0; i < N_PACKETS; i++)
    require (
        cv_transport_srtp_unprotect (bench->in, bench->packets + i * STRIDE, &bench->lens[i], FALSE)
        == CV_TRANSPORT_SRTP_OK);
  *unprotect_ns = (double)(now_ns () - start_ns) / N_PACKETS;
}

static void
bench_profile (guint id, gsize payload_len)
{
  static double protect_ns[N_ROUNDS];
  static double unprotect_ns[N_ROUNDS];
  g_auto (CvTransportSrtpKeys) keys = {.profile = cv_transport_srtp_profile_find (id)};
  g_autoptr (CvTransportSrtp) out = cv_transport_srtp_new ();
  g_autoptr (CvTransportSrtp) in = cv_transport_srtp_new ();
  g_autofree guint8 *packets = g_malloc0_n (N_PACKETS, STRIDE);
  Bench bench = {.out = out, .in = in, .packets = packets};

  /* The same key in both directions: it is only timed. */
  memset (keys.local, 7, sizeof keys.local);
  memset (keys.remote, 7, sizeof keys.remote);
  require (cv_transport_srtp_set_keys (out, &keys, NULL)
           && cv_transport_srtp_set_keys (in, &keys, NULL)
           && cv_transport_srtp_allow_ssrc (in, SSRC));
  for (guint round = 0; round < N_ROUNDS; round++) {
    fill (&bench, payload_len);
    run_round (&bench, &protect_ns[round], &unprotect_ns[round]);
  }
  printf ("%-24s %8zu %14.0f %14.0f\n", keys.profile->name, payload_len, median (protect_ns),
          median (unprotect_ns));
}

int
main (void)
{
  static const guint ids[] = {0x0008, 0x0007, 0x0001};
  static const gsize payload_lens[] = {100, 1200};

  printf ("SRTP, nanoseconds a packet, medians of %d rounds of %d\n\n", N_ROUNDS, N_PACKETS);
  printf ("%-24s %8s %14s %14s\n", "", "bytes", "protect ns", "unprotect ns");
  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++) {
    for (gsize j = 0; j < G_N_ELEMENTS (payload_lens); j++)
      bench_profile (ids[i], payload_lens[j]);
  }
  return 0;
}
