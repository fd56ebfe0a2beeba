/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A place for one pointer between threads. */
#include "base/mailbox.h"

struct CvMailbox {
  gpointer value; /* atomic */
  GDestroyNotify free_value;
};

CvMailbox *
cv_mailbox_new (GDestroyNotify free_value)
{
  CvMailbox *self = g_new0 (CvMailbox, 1);

  self->free_value = free_value;
  return self;
}

static void
drop (CvMailbox *self, gpointer value)
{
  if (value && self->free_value)
    self->free_value (value);
}

void
cv_mailbox_free (CvMailbox *self)
{
  if (!self)
    return;
  drop (self, cv_mailbox_take (self));
  g_free (self);
}

gboolean
cv_mailbox_put (CvMailbox *self, gpointer value)
{
  gpointer before;

  g_return_val_if_fail (value, FALSE);

  before = g_atomic_pointer_exchange (&self->value, value);
  drop (self, before);
  return before == NULL;
}

gpointer
cv_mailbox_take (CvMailbox *self)
{
  return g_atomic_pointer_exchange (&self->value, NULL);
}
