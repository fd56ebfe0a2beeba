/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One row for each step of the session's `step`, numbered as they are shown. */
#include "ui/progress-page.h"

#include "ui/step-row.h"
#include "ui/words.h"

#include <glib/gi18n.h>

struct _CvProgressPage {
  AdwNavigationPage parent_instance;
  CvSession *session;
  CvStepRow *rows[CV_JOIN_STEP_DONE]; /* NULL: left out */

  GtkWidget *steps;
  GtkWidget *heading;
  GtkWidget *sentence;
};

G_DEFINE_FINAL_TYPE (CvProgressPage, cv_progress_page, ADW_TYPE_NAVIGATION_PAGE)

static void
update (CvProgressPage *self)
{
  CvJoinStep step = cv_session_get_step (self->session);
  gboolean is_waiting = step == CV_JOIN_STEP_DOOR;

  for (int i = 0; i < CV_JOIN_STEP_DONE; i++)
    if (self->rows[i] != NULL)
      cv_step_row_set_state (self->rows[i], i < (int)step    ? CV_STEP_DONE
                                            : i == (int)step ? CV_STEP_RUNNING
                                                             : CV_STEP_PENDING);
  gtk_label_set_text (GTK_LABEL (self->heading),
                      is_waiting ? _ ("Waiting to Be Let In") : _ ("Entering the Meeting"));
  gtk_label_set_text (GTK_LABEL (self->sentence),
                      is_waiting ? _ ("You have knocked. Somebody in the meeting must admit you.")
                                 : "");
  gtk_widget_set_visible (self->sentence, is_waiting);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), cv_words_join_step (step),
                           GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_LOW);
}

static void
cv_progress_page_dispose (GObject *object)
{
  g_clear_object (&CV_PROGRESS_PAGE (object)->session);
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_PROGRESS_PAGE);
  G_OBJECT_CLASS (cv_progress_page_parent_class)->dispose (object);
}

static void
cv_progress_page_class_init (CvProgressPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cv_progress_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/conclave/Conclave/ui/progress-page.ui");
  gtk_widget_class_bind_template_child (widget_class, CvProgressPage, steps);
  gtk_widget_class_bind_template_child (widget_class, CvProgressPage, heading);
  gtk_widget_class_bind_template_child (widget_class, CvProgressPage, sentence);
}

static void
cv_progress_page_init (CvProgressPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

CvProgressPage *
cv_progress_page_new (CvSession *session, gboolean is_hosting)
{
  CvProgressPage *self = g_object_new (CV_TYPE_PROGRESS_PAGE, NULL);
  int number = 1;

  self->session = g_object_ref (session);
  for (int i = 0; i < CV_JOIN_STEP_DONE; i++) {
    if (is_hosting && (i == CV_JOIN_STEP_LINK || i == CV_JOIN_STEP_DOOR))
      continue;
    self->rows[i] = cv_step_row_new (number++, cv_words_join_step ((CvJoinStep)i));
    gtk_box_append (GTK_BOX (self->steps), GTK_WIDGET (self->rows[i]));
  }
  g_signal_connect_object (session, "notify::step", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return self;
}
