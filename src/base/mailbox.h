/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A place for one pointer between threads, where the latest value wins.
 *
 * For state that only matters in its newest form: a level, a size, a target bit rate. Any thread;
 * never blocks. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct CvMailbox CvMailbox;

/* free_value: called for every value that was replaced unread, on the putting thread. */
CvMailbox *cv_mailbox_new (GDestroyNotify free_value);
void cv_mailbox_free (CvMailbox *self); /* NULL is allowed; nobody may use it any more */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMailbox, cv_mailbox_free)

/* Takes value, which is not NULL. TRUE when there was none: then the reader has to be woken. */
gboolean cv_mailbox_put (CvMailbox *self, gpointer value);

/* Full; NULL when nothing came since the last take. */
gpointer cv_mailbox_take (CvMailbox *self);

G_END_DECLS
