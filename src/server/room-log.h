/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The order of a room's commits: one an epoch, the last CV_LIMITS_COMMIT_LOG kept at the most.
 *
 * The contract of every implementation (memory; a replicated log): epochs have no holes; an append
 * wins only when its epoch is the next one, and of two that want the same epoch exactly one wins.
 * Main thread of the server. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct CvServerRoomLog CvServerRoomLog;

typedef struct {
  guint64 epoch; /* the epoch that the commit ends */
  char *from; /* member id of the author */
  GBytes *payload;
  char **adds; /* as the author said; NULL: none */
  char **removes;
} CvServerLogEntry;

/* What it takes of a log's bytes. */
gsize cv_server_log_entry_get_bytes (const CvServerLogEntry *entry);

/* Called once: inside append or later, never after free. */
typedef void (*CvServerRoomLogDone) (gboolean has_won, gpointer data);

typedef struct {
  /* Starts again before epoch `first`, empty. */
  void (*reset) (CvServerRoomLog *log, guint64 first);
  /* The entry is copied, its payload referenced, data freed by free_data after done or with the
   * log. */
  void (*append) (CvServerRoomLog *log, const CvServerLogEntry *entry, CvServerRoomLogDone done,
                  gpointer data, GDestroyNotify free_data);
  /* Takes the newest commit back. */
  void (*void_last) (CvServerRoomLog *log);
  /* NULL when it is too old or not there yet; borrowed until the next change. */
  const CvServerLogEntry *(*get) (CvServerRoomLog *log, guint64 epoch);
  guint64 (*get_first) (CvServerRoomLog *log); /* the oldest kept */
  guint64 (*get_next) (CvServerRoomLog *log); /* the room's current epoch */
  void (*free) (CvServerRoomLog *log);
} CvServerRoomLogVtable;

struct CvServerRoomLog {
  const CvServerRoomLogVtable *vtable;
};

/* What the logs in memory may hold, each alone and all together, in bytes of payload. */
typedef struct CvServerLogStore CvServerLogStore;

CvServerLogStore *cv_server_log_store_new (gsize room_bytes, gsize all_bytes);
void cv_server_log_store_free (CvServerLogStore *store); /* after its logs; NULL is allowed */
gsize cv_server_log_store_get_bytes (const CvServerLogStore *store);

/* Drops its oldest commits beyond room_bytes; beyond all_bytes the log that holds the most drops
 * its own, so that no room pays for another's. Even the newest may go. */
CvServerRoomLog *cv_server_room_log_new_memory (CvServerLogStore *store);
void cv_server_room_log_free (CvServerRoomLog *log); /* NULL is allowed */

G_END_DECLS
