/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "server/timer.h"

typedef struct {
  GSourceOnceFunc func;
  gpointer data;
  GDestroyNotify free_data;
} Call;

static void
free_call (gpointer data)
{
  Call *call = data;

  if (call->free_data != NULL)
    call->free_data (call->data);
  g_free (call);
}

static gboolean
on_timer (gpointer data)
{
  const Call *call = data;

  call->func (call->data);
  return G_SOURCE_REMOVE;
}

GSource *
cv_server_timer_start (guint delay_ms, GSourceOnceFunc func, gpointer data,
                       GDestroyNotify free_data)
{
  GSource *source = g_timeout_source_new (delay_ms);
  Call *call = g_new (Call, 1);

  *call = (Call){func, data, free_data};
  g_source_set_callback (source, on_timer, call, free_call);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

void
cv_server_timer_clear (GSource **timer)
{
  GSource *source = g_steal_pointer (timer);

  if (source == NULL)
    return;
  g_source_destroy (source);
  g_source_unref (source);
}
