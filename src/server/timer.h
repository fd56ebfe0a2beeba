/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One-shot timers on the thread-default main context. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Fires once, unless cleared before; the caller owns the source either way. free_data may be NULL.
 * Clearing inside of func leaves data valid until func returns. */
GSource *cv_server_timer_start (guint delay_ms, GSourceOnceFunc func, gpointer data,
                                GDestroyNotify free_data);
void cv_server_timer_clear (GSource **timer); /* also inside func */

G_END_DECLS
