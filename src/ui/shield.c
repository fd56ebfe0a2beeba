/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Shows what e2ee/trust decided, as the session tells it; decides nothing itself. */
#include "ui/shield.h"

#include "ui/words.h"

struct _CvShield {
  GtkButton parent_instance;
  GSignalGroup *signals;
  gboolean is_compact;

  GtkWidget *icon;
  GtkWidget *label;
};

enum { PROP_SESSION = 1, PROP_IS_COMPACT, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (CvShield, cv_shield, GTK_TYPE_BUTTON)

static void
update (CvShield *self)
{
  static const char *const classes[] = {"dimmed", "success", "warning"};
  g_autoptr (CvSession) session = g_signal_group_dup_target (self->signals);

  if (session == NULL)
    return;

  CvShieldState state = cv_session_get_shield (session);
  const char *word = cv_words_shield (state);
  const char *sentence = cv_session_get_shield_text (session);

  if (sentence == NULL)
    sentence = word;
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), cv_words_shield_icon (state));
  gtk_label_set_text (GTK_LABEL (self->label), self->is_compact ? word : sentence);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), sentence);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, word,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, sentence, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self), classes[i]);
  gtk_widget_add_css_class (GTK_WIDGET (self), cv_words_shield_class (state));
}

static void
cv_shield_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CvShield *self = CV_SHIELD (object);

  switch (id) {
  case PROP_SESSION:
    g_value_take_object (value, g_signal_group_dup_target (self->signals));
    break;
  case PROP_IS_COMPACT:
    g_value_set_boolean (value, self->is_compact);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
cv_shield_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CvShield *self = CV_SHIELD (object);

  switch (id) {
  case PROP_SESSION:
    g_signal_group_set_target (self->signals, g_value_get_object (value));
    break;
  case PROP_IS_COMPACT:
    self->is_compact = g_value_get_boolean (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    return;
  }
  update (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
cv_shield_dispose (GObject *object)
{
  g_clear_object (&CV_SHIELD (object)->signals);
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_SHIELD);
  G_OBJECT_CLASS (cv_shield_parent_class)->dispose (object);
}

static void
cv_shield_class_init (CvShieldClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = cv_shield_get_property;
  object_class->set_property = cv_shield_set_property;
  object_class->dispose = cv_shield_dispose;

  properties[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, CV_TYPE_SESSION, flags);
  properties[PROP_IS_COMPACT] = g_param_spec_boolean ("is-compact", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/conclave/Conclave/ui/shield.ui");
  gtk_widget_class_bind_template_child (widget_class, CvShield, icon);
  gtk_widget_class_bind_template_child (widget_class, CvShield, label);
}

static void
cv_shield_init (CvShield *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->signals = g_signal_group_new (CV_TYPE_SESSION);
  g_signal_group_connect_swapped (self->signals, "notify::shield", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->signals, "notify::shield-text", G_CALLBACK (update), self);
}
