/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Relaxed atomics: a reader sees each counter whole, not all of them at one instant. */
#include "transport/stats.h"

const char *
cv_transport_count_to_string (CvTransportCount count)
{
  switch (count) {
  case CV_TRANSPORT_COUNT_SENT:
    return "sent";
  case CV_TRANSPORT_COUNT_SENT_BYTES:
    return "sent-bytes";
  case CV_TRANSPORT_COUNT_SEND_OVERFLOW:
    return "send-overflow";
  case CV_TRANSPORT_COUNT_SEND_TOO_BIG:
    return "send-too-big";
  case CV_TRANSPORT_COUNT_SEND_NOT_READY:
    return "send-not-ready";
  case CV_TRANSPORT_COUNT_SEND_FAILED:
    return "send-failed";
  case CV_TRANSPORT_COUNT_RECEIVED:
    return "received";
  case CV_TRANSPORT_COUNT_RECEIVED_BYTES:
    return "received-bytes";
  case CV_TRANSPORT_COUNT_DROP_GARBAGE:
    return "drop-garbage";
  case CV_TRANSPORT_COUNT_DROP_EARLY:
    return "drop-early";
  case CV_TRANSPORT_COUNT_DROP_UNKNOWN_SSRC:
    return "drop-unknown-ssrc";
  case CV_TRANSPORT_COUNT_DROP_REPLAY:
    return "drop-replay";
  case CV_TRANSPORT_COUNT_DROP_AUTHENTICATION:
    return "drop-authentication";
  case CV_TRANSPORT_COUNT_DROP_DTLS:
    return "drop-dtls";
  case CV_TRANSPORT_COUNT_DROP_CANDIDATE:
    return "drop-candidate";
  case CV_TRANSPORT_N_COUNTS:
    break;
  }
  return "unknown";
}

void
cv_transport_stats_add (CvTransportStats *stats, CvTransportCount count, guint64 amount)
{
  __atomic_fetch_add (&stats->counts[count], amount, __ATOMIC_RELAXED);
}

guint64
cv_transport_stats_get (const CvTransportStats *stats, CvTransportCount count)
{
  return __atomic_load_n (&stats->counts[count], __ATOMIC_RELAXED);
}

void
cv_transport_stats_copy (const CvTransportStats *stats, CvTransportStats *out)
{
  for (int i = 0; i < CV_TRANSPORT_N_COUNTS; i++)
    out->counts[i] = cv_transport_stats_get (stats, i);
}
