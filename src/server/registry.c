/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "server/registry.h"

struct CvServerRegistry {
  const CvServerShared *shared;
  GHashTable *rooms; /* id → CvServerRoom * */
};

static void
free_room (gpointer data)
{
  cv_server_room_free (data);
}

CvServerRegistry *
cv_server_registry_new (const CvServerShared *shared)
{
  CvServerRegistry *registry = g_new0 (CvServerRegistry, 1);

  registry->shared = shared;
  registry->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_room);
  return registry;
}

void
cv_server_registry_free (CvServerRegistry *registry)
{
  if (registry == NULL)
    return;
  g_hash_table_unref (registry->rooms);
  g_free (registry);
}

static void
on_room_vacant (CvServerRoom *room, gpointer data)
{
  CvServerRegistry *registry = data;

  g_hash_table_remove (registry->rooms, cv_server_room_get_id (room));
  registry->shared->metrics->rooms_now = g_hash_table_size (registry->rooms);
}

CvServerRoom *
cv_server_registry_find (CvServerRegistry *registry, const char *id)
{
  return g_hash_table_lookup (registry->rooms, id);
}

CvServerRoom *
cv_server_registry_get (CvServerRegistry *registry, const char *id)
{
  CvServerRoom *room = cv_server_registry_find (registry, id);

  if (room != NULL)
    return room;
  if (g_hash_table_size (registry->rooms) >= registry->shared->config->max_rooms)
    return NULL;
  room = cv_server_room_new (id, registry->shared);
  cv_server_room_set_on_vacant (room, on_room_vacant, registry);
  g_hash_table_insert (registry->rooms, g_strdup (id), room);
  registry->shared->metrics->rooms_now = g_hash_table_size (registry->rooms);
  return room;
}
