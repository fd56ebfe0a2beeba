/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The row's texts come from a peer: they are plain text, never markup. */
#include "ui/member-row.h"

#include "ui/words.h"

#include <glib/gi18n.h>

struct _CvMemberRow {
  AdwActionRow parent_instance;
  CvParticipant *participant;
  gboolean can_remove;

  GtkWidget *avatar;
  GtkWidget *muted;
  GtkWidget *contact;
  GtkWidget *remove;
};

enum { PROP_CAN_REMOVE = 1, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (CvMemberRow, cv_member_row, ADW_TYPE_ACTION_ROW)

static char *
dup_subtitle (CvParticipant *who)
{
  const char *role = cv_participant_get_is_moderator (who) ? _ ("Moderator") : NULL;

  if (cv_participant_get_is_self (who))
    return g_strdup (role != NULL ? role : _ ("This device"));

  const char *contact =
      cv_words_contact (cv_participant_get_contact (who), cv_participant_get_is_confirmed (who));

  if (role == NULL)
    return g_strdup (contact);
  return g_strconcat (role, " · ", contact, NULL);
}

static void
update_contact (CvMemberRow *self)
{
  static const char *const classes[] = {"warning", "success", "dimmed"};
  CvContactState contact = cv_participant_get_contact (self->participant);
  gboolean is_confirmed = cv_participant_get_is_confirmed (self->participant);

  gtk_widget_set_visible (self->contact, !cv_participant_get_is_self (self->participant));
  gtk_image_set_from_icon_name (GTK_IMAGE (self->contact),
                                cv_words_contact_icon (contact, is_confirmed));
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    gtk_widget_remove_css_class (self->contact, classes[i]);
  gtk_widget_add_css_class (self->contact, cv_words_contact_class (contact, is_confirmed));
}

static void
update (CvMemberRow *self)
{
  CvParticipant *who = self->participant;
  gboolean is_self = cv_participant_get_is_self (who);
  g_autofree char *clean = cv_words_dup_clean (cv_participant_get_name (who));
  g_autofree char *name = cv_words_dup_isolated (clean);
  g_autofree char *subtitle = dup_subtitle (who);
  /* Translators: a member's name in the list for oneself; %s is one's own name. */
  g_autofree char *title = is_self ? g_strdup_printf (_ ("%s (you)"), name) : g_strdup (clean);
  /* Translators: the name of a button; %s is the name of a member. */
  g_autofree char *remove = g_strdup_printf (_ ("Remove %s From the Meeting"), clean);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  adw_avatar_set_text (ADW_AVATAR (self->avatar), clean);
  gtk_widget_set_visible (self->muted, cv_participant_get_is_muted (who));
  gtk_widget_set_visible (self->remove, self->can_remove && !is_self);
  gtk_widget_set_tooltip_text (self->remove, remove);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->remove), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  remove, -1);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), !is_self);
  update_contact (self);
}

static void
on_participant_notify (CvParticipant *participant, GParamSpec *pspec, CvMemberRow *self)
{
  if (!g_str_equal (pspec->name, "level") && !g_str_equal (pspec->name, "is-speaking"))
    update (self);
}

static void
cv_member_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_CAN_REMOVE)
    g_value_set_boolean (value, CV_MEMBER_ROW (object)->can_remove);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
cv_member_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CvMemberRow *self = CV_MEMBER_ROW (object);

  if (id != PROP_CAN_REMOVE) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    return;
  }
  self->can_remove = g_value_get_boolean (value);
  if (self->participant != NULL)
    update (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
cv_member_row_dispose (GObject *object)
{
  g_clear_object (&CV_MEMBER_ROW (object)->participant);
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_MEMBER_ROW);
  G_OBJECT_CLASS (cv_member_row_parent_class)->dispose (object);
}

static void
cv_member_row_class_init (CvMemberRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = cv_member_row_get_property;
  object_class->set_property = cv_member_row_set_property;
  object_class->dispose = cv_member_row_dispose;

  properties[PROP_CAN_REMOVE] =
      g_param_spec_boolean ("can-remove", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/conclave/Conclave/ui/member-row.ui");
  gtk_widget_class_bind_template_child (widget_class, CvMemberRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, CvMemberRow, muted);
  gtk_widget_class_bind_template_child (widget_class, CvMemberRow, contact);
  gtk_widget_class_bind_template_child (widget_class, CvMemberRow, remove);
}

static void
cv_member_row_init (CvMemberRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

CvMemberRow *
cv_member_row_new (CvParticipant *participant, const char *verify_action)
{
  CvMemberRow *self = g_object_new (CV_TYPE_MEMBER_ROW, NULL);
  const char *id = cv_participant_get_id (participant);

  self->participant = g_object_ref (participant);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->remove), "call.remove-member");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->remove), "s", id);
  if (!cv_participant_get_is_self (participant)) {
    gtk_actionable_set_action_name (GTK_ACTIONABLE (self), verify_action);
    gtk_actionable_set_action_target (GTK_ACTIONABLE (self), "s", id);
  }
  g_signal_connect_object (participant, "notify", G_CALLBACK (on_participant_notify), self,
                           G_CONNECT_DEFAULT);
  update (self);
  return self;
}
