/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The first entry is "System Default", which the session follows as it changes; the rest are the
 * devices that are plugged in. A remembered device that is missing counts as the default, and is
 * taken again when it comes back. */
#include "ui/device-row.h"

#include "ui/settings.h"
#include "ui/words.h"

#include <glib/gi18n.h>

struct _CvDeviceRow {
  AdwComboRow parent_instance;
  char *kind;
  CvSession *session;
  GSettings *settings;
  GListModel *devices;
  gboolean is_filling; /* the selection changes because the list does */
};

enum { PROP_DEVICE_KIND = 1, PROP_SESSION, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (CvDeviceRow, cv_device_row, ADW_TYPE_COMBO_ROW)

static CvDeviceKind
device_kind (CvDeviceRow *self)
{
  if (g_str_equal (self->kind, "camera"))
    return CV_DEVICE_CAMERA;
  return g_str_equal (self->kind, "microphone") ? CV_DEVICE_MICROPHONE : CV_DEVICE_SPEAKER;
}

static char *
dup_item_name (GObject *item, gpointer data)
{
  if (CV_IS_DEVICE (item))
    return g_strdup (cv_device_get_name (CV_DEVICE (item)));
  return g_strdup (gtk_string_object_get_string (GTK_STRING_OBJECT (item)));
}

static void
apply (CvDeviceRow *self, const char *id)
{
  if (self->session == NULL)
    return;
  switch (device_kind (self)) {
  case CV_DEVICE_CAMERA:
    cv_session_set_camera (self->session, id);
    break;
  case CV_DEVICE_MICROPHONE:
    cv_session_set_microphone (self->session, id);
    break;
  case CV_DEVICE_SPEAKER:
    cv_session_set_speaker (self->session, id);
    break;
  }
}

static void
on_selected (CvDeviceRow *self)
{
  GObject *item = adw_combo_row_get_selected_item (ADW_COMBO_ROW (self));
  const char *id = CV_IS_DEVICE (item) ? cv_device_get_id (CV_DEVICE (item)) : NULL;

  if (self->is_filling)
    return;
  g_settings_set_string (self->settings, self->kind, id != NULL ? id : "");
  apply (self, id);
}

/* Selects the remembered device, or the default when it is not there. */
static void
select_remembered (CvDeviceRow *self)
{
  g_autofree char *wanted = g_settings_get_string (self->settings, self->kind);
  guint n = g_list_model_get_n_items (self->devices), selected = 0;

  for (guint i = 0; i < n && *wanted != '\0'; i++) {
    g_autoptr (CvDevice) device = g_list_model_get_item (self->devices, i);

    if (g_strcmp0 (cv_device_get_id (device), wanted) == 0)
      selected = i + 1;
  }
  self->is_filling = TRUE;
  adw_combo_row_set_selected (ADW_COMBO_ROW (self), selected);
  self->is_filling = FALSE;
  apply (self, selected > 0 ? wanted : NULL);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), n > 0 ? "" : _ ("None found"));
}

static void
fill (CvDeviceRow *self)
{
  g_autoptr (GtkStringList) first = gtk_string_list_new (NULL);
  g_autoptr (GListStore) both = g_list_store_new (G_TYPE_LIST_MODEL);
  g_autoptr (GtkExpression) name = gtk_cclosure_expression_new (
      G_TYPE_STRING, NULL, 0, NULL, G_CALLBACK (dup_item_name), NULL, NULL);

  self->devices =
      g_object_ref (cv_devices_get_list (cv_devices_get_default (), device_kind (self)));
  gtk_string_list_append (first, _ ("System Default"));
  g_list_store_append (both, first);
  g_list_store_append (both, self->devices);
  self->is_filling = TRUE;
  adw_combo_row_set_expression (ADW_COMBO_ROW (self), name);
  adw_combo_row_set_model (ADW_COMBO_ROW (self), G_LIST_MODEL (gtk_flatten_list_model_new (
                                                     G_LIST_MODEL (g_steal_pointer (&both)))));
  self->is_filling = FALSE;
  g_signal_connect_object (self->devices, "items-changed", G_CALLBACK (select_remembered), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  select_remembered (self);
}

static void
cv_device_row_constructed (GObject *object)
{
  CvDeviceRow *self = CV_DEVICE_ROW (object);

  G_OBJECT_CLASS (cv_device_row_parent_class)->constructed (object);
  self->settings = cv_settings_new ();
  fill (self);
  g_signal_connect (self, "notify::selected", G_CALLBACK (on_selected), NULL);
}

static void
cv_device_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CvDeviceRow *self = CV_DEVICE_ROW (object);

  switch (id) {
  case PROP_DEVICE_KIND:
    g_value_set_string (value, self->kind);
    break;
  case PROP_SESSION:
    g_value_set_object (value, self->session);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
cv_device_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CvDeviceRow *self = CV_DEVICE_ROW (object);

  switch (id) {
  case PROP_DEVICE_KIND:
    self->kind = g_value_dup_string (value);
    break;
  case PROP_SESSION:
    if (!g_set_object (&self->session, g_value_get_object (value)))
      return;
    if (self->session != NULL && self->devices != NULL)
      select_remembered (self);
    g_object_notify_by_pspec (object, pspec);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
cv_device_row_dispose (GObject *object)
{
  CvDeviceRow *self = CV_DEVICE_ROW (object);

  self->is_filling = TRUE;
  g_clear_object (&self->session);
  g_clear_object (&self->devices);
  G_OBJECT_CLASS (cv_device_row_parent_class)->dispose (object);
}

static void
cv_device_row_finalize (GObject *object)
{
  CvDeviceRow *self = CV_DEVICE_ROW (object);

  g_clear_object (&self->settings);
  g_free (self->kind);
  G_OBJECT_CLASS (cv_device_row_parent_class)->finalize (object);
}

static void
cv_device_row_class_init (CvDeviceRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = cv_device_row_constructed;
  object_class->get_property = cv_device_row_get_property;
  object_class->set_property = cv_device_row_set_property;
  object_class->dispose = cv_device_row_dispose;
  object_class->finalize = cv_device_row_finalize;

  properties[PROP_DEVICE_KIND] =
      g_param_spec_string ("device-kind", NULL, NULL, "camera",
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SESSION] =
      g_param_spec_object ("session", NULL, NULL, CV_TYPE_SESSION,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
cv_device_row_init (CvDeviceRow *self)
{
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
}
