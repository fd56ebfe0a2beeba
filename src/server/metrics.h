/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Counters of a server: plain numbers that name nobody. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint64 connections; /* accepted so far */
  guint64 connections_now;
  guint64 connections_refused;
  guint64 rooms_now;
  guint64 members_now;
  guint64 welcome_bytes_now; /* sent and not acknowledged */
  guint64 knocks;
  guint64 commits_accepted;
  guint64 commits_rejected;
  guint64 commits_voided;
  guint64 messages_relayed;
  guint64 bytes_relayed;
  guint64 resumes;
  guint64 bad_messages;
  guint64 throttled;
} CvServerMetrics;

char *cv_server_metrics_to_string (const CvServerMetrics *metrics); /* "name=value …"; full */

G_END_DECLS
