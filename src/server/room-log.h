/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The order of a room's commits: one an epoch, the last CV_LIMITS_COMMIT_LOG kept.
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
} CvServerLogEntry;

/* Called once: inside append or later, never after free. */
typedef void (*CvServerRoomLogDone) (gboolean has_won, gpointer data);

typedef struct {
  /* Starts again before epoch `first`, empty. */
  void (*reset) (CvServerRoomLog *log, guint64 first);
  /* from is copied, payload referenced, data freed by free_data after done or with the log. */
  void (*append) (CvServerRoomLog *log, guint64 epoch, const char *from, GBytes *payload,
                  CvServerRoomLogDone done, gpointer data, GDestroyNotify free_data);
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

CvServerRoomLog *cv_server_room_log_new_memory (void);
void cv_server_room_log_free (CvServerRoomLog *log); /* NULL is allowed */

G_END_DECLS
