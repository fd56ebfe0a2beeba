/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One row for each error: its icon and the one thing that may help. Nothing is offered that would
 * only fail again: a broken link needs another link. */
#include "ui/failure-page.h"

#include <glib/gi18n.h>

typedef struct {
  const char *icon;
  const char *label; /* NULL: only the way back helps */
  const char *action;
  gboolean may_repeat; /* besides, the same once more may help */
} Remedy;

struct _CvFailurePage {
  AdwNavigationPage parent_instance;
  GtkWidget *status;
  GtkWidget *remedy;
  GtkWidget *again;
  GtkWidget *back;
};

G_DEFINE_FINAL_TYPE (CvFailurePage, cv_failure_page, ADW_TYPE_NAVIGATION_PAGE)

static Remedy
remedy_for (CvCallError error)
{
  switch (error) {
  case CV_CALL_ERROR_LINK:
    return (Remedy){"dialog-warning-symbolic", NULL, NULL};
  case CV_CALL_ERROR_UNREACHABLE:
    return (Remedy){"network-offline-symbolic", N_ ("_Try Again"), "win.retry"};
  case CV_CALL_ERROR_CERTIFICATE:
    return (Remedy){"conclave-shield-warning-symbolic", NULL, NULL};
  case CV_CALL_ERROR_VERSION:
    return (Remedy){"dialog-warning-symbolic", NULL, NULL};
  case CV_CALL_ERROR_PASSCODE:
    return (Remedy){"dialog-password-symbolic", N_ ("Enter _Passcode"), "win.enter-passcode"};
  case CV_CALL_ERROR_LOCKED:
    return (Remedy){"system-lock-screen-symbolic", N_ ("_Try Again"), "win.retry"};
  case CV_CALL_ERROR_DENIED:
    return (Remedy){"action-unavailable-symbolic", N_ ("_Knock Again"), "win.retry"};
  case CV_CALL_ERROR_OVER:
    return (Remedy){"call-stop-symbolic", NULL, NULL};
  case CV_CALL_ERROR_LEFT_BEHIND:
    return (Remedy){"action-unavailable-symbolic", N_ ("_Knock Again"), "win.retry"};
  case CV_CALL_ERROR_REMOVED:
    return (Remedy){"action-unavailable-symbolic", NULL, NULL};
  case CV_CALL_ERROR_KEYRING:
    return (Remedy){"dialog-password-symbolic", N_ ("Use a _One-Time Identity"),
                    "win.retry-one-time", TRUE};
  case CV_CALL_ERROR_CAMERA:
    return (Remedy){"conclave-camera-off-symbolic", N_ ("Continue Without _Camera"),
                    "win.retry-without-camera", TRUE};
  case CV_CALL_ERROR_TIMEOUT:
    return (Remedy){"document-open-recent-symbolic", N_ ("_Knock Again"), "win.retry"};
  case CV_CALL_ERROR_FULL:
    return (Remedy){"conclave-people-symbolic", N_ ("_Try Again"), "win.retry"};
  case CV_CALL_ERROR_ENCRYPTION:
    return (Remedy){"conclave-shield-warning-symbolic", N_ ("_Join Again"), "win.retry"};
  case CV_CALL_ERROR_NAME:
    return (Remedy){"dialog-warning-symbolic", NULL, NULL};
  case CV_CALL_ERROR_HOSTING:
    return (Remedy){"network-offline-symbolic", N_ ("_Try Again"), "win.retry"};
  case CV_CALL_ERROR_STORAGE:
    return (Remedy){"dialog-error-symbolic", N_ ("Use a _One-Time Identity"), "win.retry-one-time",
                    TRUE};
  case CV_CALL_ERROR_NO_FIPS:
  case CV_CALL_ERROR_NOT_FIPS:
    return (Remedy){"conclave-shield-warning-symbolic", N_ ("_Try Again"), "win.retry"};
  case CV_CALL_ERROR_INTERNAL:
    return (Remedy){"dialog-error-symbolic", N_ ("_Try Again"), "win.retry"};
  }
  return (Remedy){"dialog-error-symbolic", NULL, NULL};
}

static void
cv_failure_page_shown (AdwNavigationPage *page)
{
  CvFailurePage *self = CV_FAILURE_PAGE (page);

  ADW_NAVIGATION_PAGE_CLASS (cv_failure_page_parent_class)->shown (page);
  gtk_widget_grab_focus (gtk_widget_get_visible (self->remedy) ? self->remedy : self->back);
}

static void
cv_failure_page_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_FAILURE_PAGE);
  G_OBJECT_CLASS (cv_failure_page_parent_class)->dispose (object);
}

static void
cv_failure_page_class_init (CvFailurePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cv_failure_page_dispose;
  ADW_NAVIGATION_PAGE_CLASS (klass)->shown = cv_failure_page_shown;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/conclave/Conclave/ui/failure-page.ui");
  gtk_widget_class_bind_template_child (widget_class, CvFailurePage, status);
  gtk_widget_class_bind_template_child (widget_class, CvFailurePage, remedy);
  gtk_widget_class_bind_template_child (widget_class, CvFailurePage, again);
  gtk_widget_class_bind_template_child (widget_class, CvFailurePage, back);
}

static void
cv_failure_page_init (CvFailurePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

CvFailurePage *
cv_failure_page_new (CvCallError error)
{
  CvFailurePage *self = g_object_new (CV_TYPE_FAILURE_PAGE, NULL);
  AdwStatusPage *status = ADW_STATUS_PAGE (self->status);
  Remedy remedy = remedy_for (error);
  /* A status page reads its description as markup. */
  g_autofree char *sentence = g_markup_escape_text (cv_call_error_get_sentence (error), -1);

  adw_status_page_set_icon_name (status, remedy.icon);
  adw_status_page_set_title (status, cv_call_error_get_title (error));
  adw_status_page_set_description (status, sentence);
  gtk_widget_set_visible (self->remedy, remedy.action != NULL);
  gtk_widget_set_visible (self->again, remedy.may_repeat);
  if (remedy.action != NULL) {
    gtk_button_set_label (GTK_BUTTON (self->remedy), _ (remedy.label));
    gtk_actionable_set_action_name (GTK_ACTIONABLE (self->remedy), remedy.action);
  }
  return self;
}
