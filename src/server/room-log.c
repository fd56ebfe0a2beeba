/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The log in memory: a ring of the last commits. Nobody looks into a payload, so its bytes are
 * counted, too: the log of a room full of rubbish is as small as any other. */
#include "server/room-log.h"

#include "protocol/limits.h"

/* An id, its pointer, and what the memory of both costs. */
#define ID_BYTES 48

struct CvServerLogStore {
  gsize room_bytes_max;
  gsize all_bytes_max;
  gsize bytes;
  GPtrArray *logs; /* MemoryLog */
};

typedef struct {
  CvServerRoomLog base;
  CvServerLogStore *store;
  CvServerLogEntry entries[CV_LIMITS_COMMIT_LOG]; /* by epoch, modulo */
  guint64 start; /* of the group */
  guint64 first;
  guint64 next;
  gsize bytes;
} MemoryLog;

static gsize
count_ids (char **ids)
{
  return ids != NULL ? g_strv_length (ids) : 0;
}

gsize
cv_server_log_entry_get_bytes (const CvServerLogEntry *entry)
{
  return g_bytes_get_size (entry->payload)
         + ID_BYTES * (count_ids (entry->adds) + count_ids (entry->removes));
}

static CvServerLogEntry *
slot (MemoryLog *log, guint64 epoch)
{
  return &log->entries[epoch % CV_LIMITS_COMMIT_LOG];
}

static void
clear_entry (MemoryLog *log, guint64 epoch)
{
  CvServerLogEntry *entry = slot (log, epoch);
  gsize bytes = entry->payload != NULL ? cv_server_log_entry_get_bytes (entry) : 0;

  log->bytes -= bytes;
  log->store->bytes -= bytes;
  g_clear_pointer (&entry->from, g_free);
  g_clear_pointer (&entry->payload, g_bytes_unref);
  g_clear_pointer (&entry->adds, g_strfreev);
  g_clear_pointer (&entry->removes, g_strfreev);
}

static void
drop_oldest (MemoryLog *log)
{
  clear_entry (log, log->first++);
}

static MemoryLog *
find_largest (const CvServerLogStore *store)
{
  MemoryLog *largest = NULL;

  for (guint i = 0; i < store->logs->len; i++) {
    MemoryLog *log = g_ptr_array_index (store->logs, i);

    if (largest == NULL || log->bytes > largest->bytes)
      largest = log;
  }
  return largest;
}

static void
trim (MemoryLog *log)
{
  CvServerLogStore *store = log->store;

  while (log->bytes > store->room_bytes_max)
    drop_oldest (log);
  while (store->bytes > store->all_bytes_max)
    drop_oldest (find_largest (store));
}

static void
memory_reset (CvServerRoomLog *base, guint64 first)
{
  MemoryLog *log = (MemoryLog *)base;

  while (log->first < log->next)
    drop_oldest (log);
  log->start = log->first = log->next = first;
}

static void
memory_append (CvServerRoomLog *base, const CvServerLogEntry *entry, CvServerRoomLogDone done,
               gpointer data, GDestroyNotify free_data)
{
  MemoryLog *log = (MemoryLog *)base;
  gboolean has_won = entry->epoch == log->next && entry->epoch < CV_LIMITS_NUMBER_MAX;

  if (has_won) {
    if (log->next - log->first == CV_LIMITS_COMMIT_LOG)
      drop_oldest (log);
    *slot (log, entry->epoch) = (CvServerLogEntry){
        .epoch = entry->epoch,
        .from = g_strdup (entry->from),
        .payload = g_bytes_ref (entry->payload),
        .adds = g_strdupv (entry->adds),
        .removes = g_strdupv (entry->removes),
    };
    log->next++;
    log->bytes += cv_server_log_entry_get_bytes (entry);
    log->store->bytes += cv_server_log_entry_get_bytes (entry);
  }
  done (has_won, data);
  /* Only now: whoever is told looks the entry up. */
  trim (log);
  if (free_data != NULL)
    free_data (data);
}

static void
memory_void_last (CvServerRoomLog *base)
{
  MemoryLog *log = (MemoryLog *)base;

  if (log->next > log->first)
    clear_entry (log, --log->next);
  else if (log->next > log->start)
    log->first = --log->next;
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
  MemoryLog *log = (MemoryLog *)base;

  memory_reset (base, 0);
  g_ptr_array_remove_fast (log->store->logs, log);
  g_free (log);
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

CvServerLogStore *
cv_server_log_store_new (gsize room_bytes, gsize all_bytes)
{
  CvServerLogStore *store = g_new0 (CvServerLogStore, 1);

  store->room_bytes_max = room_bytes;
  store->all_bytes_max = all_bytes;
  store->logs = g_ptr_array_new ();
  return store;
}

void
cv_server_log_store_free (CvServerLogStore *store)
{
  if (store == NULL)
    return;
  g_ptr_array_unref (store->logs);
  g_free (store);
}

gsize
cv_server_log_store_get_bytes (const CvServerLogStore *store)
{
  return store->bytes;
}

CvServerRoomLog *
cv_server_room_log_new_memory (CvServerLogStore *store)
{
  MemoryLog *log = g_new0 (MemoryLog, 1);

  log->base.vtable = &memory_vtable;
  log->store = store;
  g_ptr_array_add (store->logs, log);
  return &log->base;
}

void
cv_server_room_log_free (CvServerRoomLog *log)
{
  if (log != NULL)
    log->vtable->free (log);
}
