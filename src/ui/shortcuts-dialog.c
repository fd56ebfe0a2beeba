/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* GtkShortcutsWindow is deprecated since GTK 4.18 and AdwShortcutsDialog needs libadwaita 1.8, so
 * this is a plain list. The keys themselves are bound in call-page.ui and application.c. */
#include "ui/shortcuts-dialog.h"

#include <glib/gi18n.h>

typedef struct {
  const char *title;
  const char *accelerator;
} Shortcut;

static const Shortcut in_meeting[] = {
    {N_ ("Turn Microphone On or Off"), "<Control>d"},
    {N_ ("Turn Camera On or Off"), "<Control>e"},
    {N_ ("Show Chat"), "<Control>t"},
    {N_ ("Show People"), "<Control>p"},
    {N_ ("Show Security"), "<Control>i"},
    {N_ ("Copy Invite Link"), "<Control><Shift>c"},
    {N_ ("Leave the Meeting"), "<Control>l"},
    {N_ ("Full Screen"), "F11"},
};

static const Shortcut general[] = {
    {N_ ("New Meeting"), "<Control>n"},
    {N_ ("Preferences"), "<Control>comma"},
    {N_ ("Keyboard Shortcuts"), "<Control>question"},
    {N_ ("Help"), "F1"},
    {N_ ("Main Menu"), "F10"},
    {N_ ("Close Window"), "<Control>w"},
    {N_ ("Quit"), "<Control>q"},
};

struct _CvShortcutsDialog {
  AdwDialog parent_instance;
  GtkWidget *in_meeting;
  GtkWidget *general;
};

G_DEFINE_FINAL_TYPE (CvShortcutsDialog, cv_shortcuts_dialog, ADW_TYPE_DIALOG)

static void
add_rows (GtkWidget *group, const Shortcut *shortcuts, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    guint key;
    GdkModifierType modifiers;
    GtkWidget *row = adw_action_row_new ();

    if (!gtk_accelerator_parse (shortcuts[i].accelerator, &key, &modifiers))
      continue;

    g_autofree char *label = gtk_accelerator_get_label (key, modifiers);
    GtkWidget *keys = gtk_label_new (label);

    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (shortcuts[i].title));
    gtk_widget_add_css_class (keys, "keys");
    gtk_widget_set_valign (keys, GTK_ALIGN_CENTER);
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), keys);
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  }
}

static void
cv_shortcuts_dialog_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_SHORTCUTS_DIALOG);
  G_OBJECT_CLASS (cv_shortcuts_dialog_parent_class)->dispose (object);
}

static void
cv_shortcuts_dialog_class_init (CvShortcutsDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cv_shortcuts_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/conclave/Conclave/ui/shortcuts-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, CvShortcutsDialog, in_meeting);
  gtk_widget_class_bind_template_child (widget_class, CvShortcutsDialog, general);
}

static void
cv_shortcuts_dialog_init (CvShortcutsDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  add_rows (self->in_meeting, in_meeting, G_N_ELEMENTS (in_meeting));
  add_rows (self->general, general, G_N_ELEMENTS (general));
}

CvShortcutsDialog *
cv_shortcuts_dialog_new (void)
{
  return g_object_new (CV_TYPE_SHORTCUTS_DIALOG, NULL);
}
