/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The toggles are bound to the session's own properties, so a mute from elsewhere shows here. The
 * panels and leaving are actions of the call page. */
#include "ui/controls-bar.h"

#include <glib/gi18n.h>

struct _CvControlsBar {
  AdwBin parent_instance;
  GBindingGroup *bindings;
  gboolean is_compact;
  guint n_knocks;
  guint n_unread;

  GtkWidget *microphone;
  GtkWidget *camera;
  GtkWidget *chat;
  GtkWidget *people;
  GtkWidget *box;
  AdwButtonContent *leave_content;
};

enum { PROP_SESSION = 1, PROP_IS_COMPACT, PROP_N_KNOCKS, PROP_N_UNREAD, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (CvControlsBar, cv_controls_bar, ADW_TYPE_BIN)

static char *
dup_microphone_icon (CvControlsBar *self, gboolean is_on)
{
  return g_strdup (is_on ? "conclave-microphone-symbolic" : "conclave-microphone-off-symbolic");
}

static char *
dup_microphone_tooltip (CvControlsBar *self, gboolean is_on)
{
  return g_strdup (is_on ? _ ("Turn Microphone Off (Ctrl+D)") : _ ("Turn Microphone On (Ctrl+D)"));
}

static char *
dup_camera_icon (CvControlsBar *self, gboolean is_on)
{
  return g_strdup (is_on ? "conclave-camera-symbolic" : "conclave-camera-off-symbolic");
}

static char *
dup_camera_tooltip (CvControlsBar *self, gboolean is_on)
{
  return g_strdup (is_on ? _ ("Turn Camera Off (Ctrl+E)") : _ ("Turn Camera On (Ctrl+E)"));
}

static gboolean
is_not_zero (CvControlsBar *self, guint n)
{
  return n > 0;
}

static char *
dup_count (CvControlsBar *self, guint n)
{
  return n > 9 ? g_strdup ("9+") : g_strdup_printf ("%u", n);
}

static void
update_descriptions (CvControlsBar *self)
{
  g_autofree char *people = g_strdup_printf (
      /* Translators: %u is the number of people who have knocked. */
      ngettext ("%u person at the door", "%u people at the door", self->n_knocks), self->n_knocks);
  g_autofree char *chat = g_strdup_printf (
      /* Translators: %u is the number of chat messages that were not seen yet. */
      ngettext ("%u new message", "%u new messages", self->n_unread), self->n_unread);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->people),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  self->n_knocks > 0 ? people : "", -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->chat), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  self->n_unread > 0 ? chat : "", -1);
}

static void
set_compact (CvControlsBar *self, gboolean is_compact)
{
  self->is_compact = is_compact;
  gtk_box_set_spacing (GTK_BOX (self->box), is_compact ? 6 : 12);
  adw_button_content_set_label (self->leave_content, is_compact ? "" : _ ("Leave"));
}

static void
cv_controls_bar_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CvControlsBar *self = CV_CONTROLS_BAR (object);

  switch (id) {
  case PROP_SESSION:
    g_value_take_object (value, g_binding_group_dup_source (self->bindings));
    break;
  case PROP_IS_COMPACT:
    g_value_set_boolean (value, self->is_compact);
    break;
  case PROP_N_KNOCKS:
    g_value_set_uint (value, self->n_knocks);
    break;
  case PROP_N_UNREAD:
    g_value_set_uint (value, self->n_unread);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
cv_controls_bar_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CvControlsBar *self = CV_CONTROLS_BAR (object);

  switch (id) {
  case PROP_SESSION:
    g_binding_group_set_source (self->bindings, g_value_get_object (value));
    break;
  case PROP_IS_COMPACT:
    set_compact (self, g_value_get_boolean (value));
    break;
  case PROP_N_KNOCKS:
    self->n_knocks = g_value_get_uint (value);
    break;
  case PROP_N_UNREAD:
    self->n_unread = g_value_get_uint (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    return;
  }
  update_descriptions (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
cv_controls_bar_dispose (GObject *object)
{
  g_clear_object (&CV_CONTROLS_BAR (object)->bindings);
  /* Before the template drops it: the bin would unparent it a second time. */
  adw_bin_set_child (ADW_BIN (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_CONTROLS_BAR);
  G_OBJECT_CLASS (cv_controls_bar_parent_class)->dispose (object);
}

static void
cv_controls_bar_class_init (CvControlsBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = cv_controls_bar_get_property;
  object_class->set_property = cv_controls_bar_set_property;
  object_class->dispose = cv_controls_bar_dispose;

  properties[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, CV_TYPE_SESSION, flags);
  properties[PROP_IS_COMPACT] = g_param_spec_boolean ("is-compact", NULL, NULL, FALSE, flags);
  properties[PROP_N_KNOCKS] = g_param_spec_uint ("n-knocks", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_UNREAD] = g_param_spec_uint ("n-unread", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/conclave/Conclave/ui/controls-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, CvControlsBar, microphone);
  gtk_widget_class_bind_template_child (widget_class, CvControlsBar, camera);
  gtk_widget_class_bind_template_child (widget_class, CvControlsBar, chat);
  gtk_widget_class_bind_template_child (widget_class, CvControlsBar, people);
  gtk_widget_class_bind_template_child (widget_class, CvControlsBar, box);
  gtk_widget_class_bind_template_child (widget_class, CvControlsBar, leave_content);
  gtk_widget_class_bind_template_callback (widget_class, dup_microphone_icon);
  gtk_widget_class_bind_template_callback (widget_class, dup_microphone_tooltip);
  gtk_widget_class_bind_template_callback (widget_class, dup_camera_icon);
  gtk_widget_class_bind_template_callback (widget_class, dup_camera_tooltip);
  gtk_widget_class_bind_template_callback (widget_class, is_not_zero);
  gtk_widget_class_bind_template_callback (widget_class, dup_count);
}

static void
cv_controls_bar_init (CvControlsBar *self)
{
  const GBindingFlags flags =
      G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL | G_BINDING_INVERT_BOOLEAN;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->bindings = g_binding_group_new ();
  g_binding_group_bind (self->bindings, "microphone-muted", self->microphone, "active", flags);
  g_binding_group_bind (self->bindings, "camera-off", self->camera, "active", flags);
}
