/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Name, link and recent meetings. The clipboard is looked at when the window becomes active, and
 * only to offer a button: nothing is pasted unasked. */
#include "ui/welcome-page.h"

#include "ui/recent-meetings.h"
#include "ui/settings.h"

#include <glib/gi18n.h>
#include <string.h>

#define SCHEME "conclave://"
#define MAX_LINK 2048

struct _CvWelcomePage {
  AdwNavigationPage parent_instance;
  GSettings *settings;
  GCancellable *clipboard_cancellable;

  GtkWidget *name;
  GtkWidget *new_meeting;
  GtkWidget *link;
  GtkWidget *link_error;
  GtkWidget *join;
  GtkWidget *paste;
  GtkWidget *recent_group;
  GtkWidget *recent;
};

G_DEFINE_FINAL_TYPE (CvWelcomePage, cv_welcome_page, ADW_TYPE_NAVIGATION_PAGE)

static gboolean
is_link (const char *text)
{
  return text != NULL && g_ascii_strncasecmp (text, SCHEME, strlen (SCHEME)) == 0
         && strnlen (text, MAX_LINK + 1) <= MAX_LINK;
}

static void
on_link_changed (CvWelcomePage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->link));

  gtk_widget_set_sensitive (self->join, *text != '\0');
  cv_welcome_page_set_link_error (self, NULL);
}

static void
on_join (CvWelcomePage *self)
{
  if (gtk_widget_get_sensitive (self->join))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.join", NULL);
}

static void
on_paste_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CvWelcomePage) self = data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);

  if (text == NULL || self->link == NULL)
    return;
  g_strstrip (text);
  if (!is_link (text))
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->link), text);
  on_join (self);
}

static void
on_paste_clicked (CvWelcomePage *self)
{
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (self)), NULL, on_paste_read,
                                 g_object_ref (self));
}

static void
on_clipboard_looked_at (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CvWelcomePage) self = data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);

  if (self->paste != NULL)
    gtk_widget_set_visible (self->paste, text != NULL && is_link (g_strstrip (text)));
}

static void
look_at_clipboard (CvWelcomePage *self)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (self));
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (!GTK_IS_WINDOW (root) || !gtk_window_is_active (GTK_WINDOW (root)))
    return;
  if (!gdk_content_formats_contain_gtype (gdk_clipboard_get_formats (clipboard), G_TYPE_STRING)) {
    gtk_widget_set_visible (self->paste, FALSE);
    return;
  }
  g_cancellable_cancel (self->clipboard_cancellable);
  g_set_object (&self->clipboard_cancellable, NULL);
  self->clipboard_cancellable = g_cancellable_new ();
  gdk_clipboard_read_text_async (clipboard, self->clipboard_cancellable, on_clipboard_looked_at,
                                 g_object_ref (self));
}

static char *
dup_time_words (gint64 time)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (time);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  if (then == NULL)
    return g_strdup ("");

  GTimeSpan ago = g_date_time_difference (now, then);

  if (ago < G_TIME_SPAN_DAY
      && g_date_time_get_day_of_month (now) == g_date_time_get_day_of_month (then))
    /* Translators: the time of a meeting earlier today, as in “Today, 14:30”. */
    return g_date_time_format (then, _ ("Today, %H:%M"));
  return g_date_time_format (then, "%x");
}

static void
on_recent_activated (AdwActionRow *row, CvWelcomePage *self)
{
  cv_welcome_page_set_link_error (
      self, _ ("Links are not kept on this computer. Paste the invite link to enter again."));
  cv_welcome_page_focus_link (self);
}

static void
fill_recent (CvWelcomePage *self)
{
  g_autoptr (GPtrArray) meetings = cv_recent_meetings_list (self->settings);

  gtk_list_box_remove_all (GTK_LIST_BOX (self->recent));
  gtk_widget_set_visible (self->recent_group, meetings->len > 0);
  for (guint i = 0; i < meetings->len; i++) {
    CvRecentMeeting *meeting = g_ptr_array_index (meetings, i);
    g_autofree char *when = dup_time_words (meeting->time);
    GtkWidget *row = adw_action_row_new ();

    adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), meeting->host);
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), when);
    gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
    g_signal_connect_object (row, "activated", G_CALLBACK (on_recent_activated), self,
                             G_CONNECT_DEFAULT);
    gtk_list_box_append (GTK_LIST_BOX (self->recent), row);
  }
}

static void
on_clear_clicked (CvWelcomePage *self)
{
  cv_recent_meetings_clear (self->settings);
}

static void
cv_welcome_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (cv_welcome_page_parent_class)->map (widget);
  look_at_clipboard (CV_WELCOME_PAGE (widget));
}

static void
cv_welcome_page_shown (AdwNavigationPage *page)
{
  ADW_NAVIGATION_PAGE_CLASS (cv_welcome_page_parent_class)->shown (page);
  cv_welcome_page_focus_start (CV_WELCOME_PAGE (page));
}

static void
cv_welcome_page_root (GtkWidget *widget)
{
  GtkRoot *root;

  GTK_WIDGET_CLASS (cv_welcome_page_parent_class)->root (widget);
  root = gtk_widget_get_root (widget);
  if (GTK_IS_WINDOW (root))
    g_signal_connect_object (root, "notify::is-active", G_CALLBACK (look_at_clipboard), widget,
                             G_CONNECT_SWAPPED);
}

static void
cv_welcome_page_unroot (GtkWidget *widget)
{
  g_signal_handlers_disconnect_by_func (gtk_widget_get_root (widget), look_at_clipboard, widget);
  GTK_WIDGET_CLASS (cv_welcome_page_parent_class)->unroot (widget);
}

static void
cv_welcome_page_dispose (GObject *object)
{
  CvWelcomePage *self = CV_WELCOME_PAGE (object);

  g_cancellable_cancel (self->clipboard_cancellable);
  g_clear_object (&self->clipboard_cancellable);
  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_WELCOME_PAGE);
  G_OBJECT_CLASS (cv_welcome_page_parent_class)->dispose (object);
}

static void
cv_welcome_page_class_init (CvWelcomePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cv_welcome_page_dispose;
  ADW_NAVIGATION_PAGE_CLASS (klass)->shown = cv_welcome_page_shown;
  widget_class->map = cv_welcome_page_map;
  widget_class->root = cv_welcome_page_root;
  widget_class->unroot = cv_welcome_page_unroot;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/conclave/Conclave/ui/welcome-page.ui");
  gtk_widget_class_bind_template_child (widget_class, CvWelcomePage, name);
  gtk_widget_class_bind_template_child (widget_class, CvWelcomePage, link);
  gtk_widget_class_bind_template_child (widget_class, CvWelcomePage, new_meeting);
  gtk_widget_class_bind_template_child (widget_class, CvWelcomePage, link_error);
  gtk_widget_class_bind_template_child (widget_class, CvWelcomePage, join);
  gtk_widget_class_bind_template_child (widget_class, CvWelcomePage, paste);
  gtk_widget_class_bind_template_child (widget_class, CvWelcomePage, recent_group);
  gtk_widget_class_bind_template_child (widget_class, CvWelcomePage, recent);
  gtk_widget_class_bind_template_callback (widget_class, on_link_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_join);
  gtk_widget_class_bind_template_callback (widget_class, on_paste_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_clear_clicked);
}

static void
cv_welcome_page_init (CvWelcomePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->settings = cv_settings_new ();
  g_settings_bind (self->settings, "name", self->name, "text", G_SETTINGS_BIND_DEFAULT);
  g_signal_connect_object (self->settings, "changed::recent-meetings", G_CALLBACK (fill_recent),
                           self, G_CONNECT_SWAPPED);
  fill_recent (self);
}

char *
cv_welcome_page_dup_link (CvWelcomePage *self)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->link))));
}

void
cv_welcome_page_clear_link (CvWelcomePage *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->link), "");
}

void
cv_welcome_page_focus_link (CvWelcomePage *self)
{
  gtk_widget_grab_focus (self->link);
}

void
cv_welcome_page_focus_start (CvWelcomePage *self)
{
  const char *name = gtk_editable_get_text (GTK_EDITABLE (self->name));

  gtk_widget_grab_focus (*name == '\0' ? self->name : self->new_meeting);
}

void
cv_welcome_page_set_link_error (CvWelcomePage *self, const char *sentence)
{
  gtk_label_set_text (GTK_LABEL (self->link_error), sentence != NULL ? sentence : "");
  gtk_widget_set_visible (self->link_error, sentence != NULL);
}
