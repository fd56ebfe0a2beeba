/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The number gives way to a spinner and then to a tick; the state is also told in words. */
#include "ui/step-row.h"

#include <glib/gi18n.h>

struct _CvStepRow {
  AdwBin parent_instance;
  GtkWidget *stack;
  GtkWidget *number;
  GtkWidget *title;
};

G_DEFINE_FINAL_TYPE (CvStepRow, cv_step_row, ADW_TYPE_BIN)

static const char *
state_words (CvStepState state)
{
  switch (state) {
  case CV_STEP_PENDING:
    return _ ("To come");
  case CV_STEP_RUNNING:
    return _ ("Under way");
  case CV_STEP_DONE:
    return _ ("Done");
  }
  g_return_val_if_reached ("");
}

static void
cv_step_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_STEP_ROW);
  G_OBJECT_CLASS (cv_step_row_parent_class)->dispose (object);
}

static void
cv_step_row_class_init (CvStepRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cv_step_row_dispose;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/conclave/Conclave/ui/step-row.ui");
  gtk_widget_class_bind_template_child (widget_class, CvStepRow, stack);
  gtk_widget_class_bind_template_child (widget_class, CvStepRow, number);
  gtk_widget_class_bind_template_child (widget_class, CvStepRow, title);
}

static void
cv_step_row_init (CvStepRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

CvStepRow *
cv_step_row_new (int number, const char *title)
{
  CvStepRow *self = g_object_new (CV_TYPE_STEP_ROW, NULL);
  g_autofree char *text = g_strdup_printf ("%d", number);

  gtk_label_set_text (GTK_LABEL (self->number), text);
  gtk_label_set_text (GTK_LABEL (self->title), title);
  cv_step_row_set_state (self, CV_STEP_PENDING);
  return self;
}

void
cv_step_row_set_state (CvStepRow *self, CvStepState state)
{
  static const char *const names[] = {"pending", "running", "done"};
  GtkAccessible *accessible = GTK_ACCESSIBLE (self);

  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), names[state]);
  if (state == CV_STEP_PENDING)
    gtk_widget_add_css_class (self->title, "dimmed");
  else
    gtk_widget_remove_css_class (self->title, "dimmed");
  gtk_accessible_update_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_label_get_text (GTK_LABEL (self->title)),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, state_words (state), -1);
}
