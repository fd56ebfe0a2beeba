/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The log in memory: a ring of the last commits. */
#include "server/room-log.h"

#include "protocol/limits.h"

typedef struct {
  CvServerRoomLog base;
  CvServerLogEntry entries[CV_LIMITS_COMMIT_LOG]; /* by epoch, modulo */
  guint64 first;
  guint64 next;
} MemoryLog;

static CvServerLogEntry *
slot (MemoryLog *log, guint64 epoch)
{
  return &log->entries[epoch % CV_LIMITS_COMMIT_LOG];
}

static void
clear_entry (CvServerLogEntry *entry)
{
  g_clear_pointer (&entry->from, g_free);
  g_clear_pointer (&entry->payload, g_bytes_unref);
}

static void
memory_reset (CvServerRoomLog *base, guint64 first)
{
  MemoryLog *log = (MemoryLog *)base;

  for (guint i = 0; i < CV_LIMITS_COMMIT_LOG; i++)
    clear_entry (&log->entries[i]);
  log->first = log->next = first;
}

static void
memory_append (CvServerRoomLog *base, guint64 epoch, const char *from, GBytes *payload,
               CvServerRoomLogDone done, gpointer data, GDestroyNotify free_data)
{
  MemoryLog *log = (MemoryLog *)base;
  gboolean has_won = epoch == log->next && epoch < CV_LIMITS_NUMBER_MAX;

  if (has_won) {
    CvServerLogEntry *entry = slot (log, epoch);

    clear_entry (entry);
    *entry = (CvServerLogEntry){epoch, g_strdup (from), g_bytes_ref (payload)};
    log->next++;
    if (log->next - log->first > CV_LIMITS_COMMIT_LOG)
      log->first++;
  }
  done (has_won, data);
  if (free_data != NULL)
    free_data (data);
}

static void
memory_void_last (CvServerRoomLog *base)
{
  MemoryLog *log = (MemoryLog *)base;

  if (log->next > log->first)
    clear_entry (slot (log, --log->next));
}

static const CvServerLogEntry *
memory_get (CvServerRoomLog *base, guint64 epoch)
{
  MemoryLog *log = (MemoryLog *)base;

  return epoch >= log->first && epoch < log->next ? slot (log, epoch) : NULL;
}

static guint64
memory_get_first (CvServerRoomLog *base)
{
  return ((MemoryLog *)base)->first;
}

static guint64
memory_get_next (CvServerRoomLog *base)
{
  return ((MemoryLog *)base)->next;
}

static void
memory_free (CvServerRoomLog *base)
{
  memory_reset (base, 0);
  g_free (base);
}

static const CvServerRoomLogVtable memory_vtable = {
    .reset = memory_reset,
    .append = memory_append,
    .void_last = memory_void_last,
    .get = memory_get,
    .get_first = memory_get_first,
    .get_next = memory_get_next,
    .free = memory_free,
};

CvServerRoomLog *
cv_server_room_log_new_memory (void)
{
  MemoryLog *log = g_new0 (MemoryLog, 1);

  log->base.vtable = &memory_vtable;
  return &log->base;
}

void
cv_server_room_log_free (CvServerRoomLog *log)
{
  if (log != NULL)
    log->vtable->free (log);
}
