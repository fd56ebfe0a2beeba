/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Two lists bound to the session's models. What a moderator may do is shown only to one; the rules
 * themselves are the session's. */
#include "ui/people-panel.h"

#include "ui/knock-row.h"
#include "ui/member-row.h"

struct _CvPeoplePanel {
  AdwBin parent_instance;
  CvSession *session;
  GBindingGroup *bindings;

  GtkWidget *door_group;
  GtkWidget *door;
  GtkWidget *members;
  GtkWidget *members_group;
  GtkWidget *lock_group;
  GtkWidget *lock;
};

enum { PROP_SESSION = 1, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (CvPeoplePanel, cv_people_panel, ADW_TYPE_BIN)

static GtkWidget *
create_knock_row (gpointer item, gpointer data)
{
  return GTK_WIDGET (cv_knock_row_new (item));
}

static GtkWidget *
create_member_row (gpointer item, gpointer data)
{
  CvPeoplePanel *self = data;
  CvMemberRow *row = cv_member_row_new (item, "call.verify-member");

  g_object_bind_property (self->session, "is-moderator", row, "can-remove", G_BINDING_SYNC_CREATE);
  return GTK_WIDGET (row);
}

static void
on_door_items_changed (CvPeoplePanel *self)
{
  GListModel *door = cv_session_get_door (self->session);

  gtk_widget_set_visible (self->door_group, g_list_model_get_n_items (door) > 0);
}

static void
set_session (CvPeoplePanel *self, CvSession *session)
{
  if (!g_set_object (&self->session, session))
    return;
  g_binding_group_set_source (self->bindings, session);
  gtk_list_box_bind_model (GTK_LIST_BOX (self->members),
                           session != NULL ? cv_session_get_participants (session) : NULL,
                           create_member_row, self, NULL);
  gtk_list_box_bind_model (GTK_LIST_BOX (self->door),
                           session != NULL ? cv_session_get_door (session) : NULL, create_knock_row,
                           self, NULL);
  if (session != NULL) {
    g_signal_connect_object (cv_session_get_door (session), "items-changed",
                             G_CALLBACK (on_door_items_changed), self, G_CONNECT_SWAPPED);
    on_door_items_changed (self);
  }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SESSION]);
}

/* The lock goes through its method rather than a binding: it is the session that may refuse. */
static void
on_lock_active (CvPeoplePanel *self)
{
  gboolean is_locked = FALSE;
  gboolean wants_locked = adw_switch_row_get_active (ADW_SWITCH_ROW (self->lock));

  if (self->session == NULL)
    return;
  g_object_get (self->session, "is-locked", &is_locked, NULL);
  if (is_locked != wants_locked)
    cv_session_set_locked (self->session, wants_locked);
}

static void
cv_people_panel_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SESSION)
    g_value_set_object (value, CV_PEOPLE_PANEL (object)->session);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
cv_people_panel_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SESSION)
    set_session (CV_PEOPLE_PANEL (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
cv_people_panel_dispose (GObject *object)
{
  CvPeoplePanel *self = CV_PEOPLE_PANEL (object);

  if (self->members != NULL)
    set_session (self, NULL);
  g_clear_object (&self->session);
  g_clear_object (&self->bindings);
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_PEOPLE_PANEL);
  G_OBJECT_CLASS (cv_people_panel_parent_class)->dispose (object);
}

static void
cv_people_panel_class_init (CvPeoplePanelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = cv_people_panel_get_property;
  object_class->set_property = cv_people_panel_set_property;
  object_class->dispose = cv_people_panel_dispose;

  properties[PROP_SESSION] =
      g_param_spec_object ("session", NULL, NULL, CV_TYPE_SESSION,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/conclave/Conclave/ui/people-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, CvPeoplePanel, door_group);
  gtk_widget_class_bind_template_child (widget_class, CvPeoplePanel, door);
  gtk_widget_class_bind_template_child (widget_class, CvPeoplePanel, members);
  gtk_widget_class_bind_template_child (widget_class, CvPeoplePanel, members_group);
  gtk_widget_class_bind_template_child (widget_class, CvPeoplePanel, lock_group);
  gtk_widget_class_bind_template_child (widget_class, CvPeoplePanel, lock);
  gtk_widget_class_bind_template_callback (widget_class, on_lock_active);
}

static void
cv_people_panel_init (CvPeoplePanel *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->bindings = g_binding_group_new ();
  g_binding_group_bind (self->bindings, "is-moderator", self->lock_group, "visible",
                        G_BINDING_SYNC_CREATE);
  g_binding_group_bind (self->bindings, "is-locked", self->lock, "active", G_BINDING_SYNC_CREATE);
}
