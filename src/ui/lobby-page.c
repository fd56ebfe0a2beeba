/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The passcode stays in its entry, which keeps it in memory of its own (GtkPasswordEntryBuffer),
 * until the page goes. */
#include "ui/lobby-page.h"

#include "ui/device-row.h"
#include "ui/settings.h"

#include <glib/gi18n.h>

/* In the order of the suite row. */
static const struct {
  const char *room;
  const char *label;
} suites[] = {
    {"pq", N_ ("Post-Quantum")},
    {"pq-strict", N_ ("High Assurance")},
    /* Translators: the name of a standard */
    {"fips", N_ ("FIPS")},
};

struct _CvLobbyPage {
  AdwNavigationPage parent_instance;
  CvSession *session;
  GSettings *settings;
  GBindingGroup *bindings;
  GSignalGroup *signals;
  gboolean is_hosting;

  GtkWidget *preview;
  GtkWidget *no_preview;
  GtkWidget *level;
  GtkWidget *microphone;
  GtkWidget *camera;
  GtkWidget *name;
  GtkWidget *passcode;
  GtkWidget *rules_group;
  GtkWidget *admission;
  GtkWidget *suite_group;
  GtkWidget *suite;
  GtkWidget *new_passcode;
  GtkWidget *elsewhere;
  GtkWidget *server;
  GtkWidget *server_pin;
  GtkWidget *start;
};

enum { PROP_SESSION = 1, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (CvLobbyPage, cv_lobby_page, ADW_TYPE_NAVIGATION_PAGE)

static char *
dup_microphone_icon (CvLobbyPage *self, gboolean is_on)
{
  return g_strdup (is_on ? "conclave-microphone-symbolic" : "conclave-microphone-off-symbolic");
}

static char *
dup_camera_icon (CvLobbyPage *self, gboolean is_on)
{
  return g_strdup (is_on ? "conclave-camera-symbolic" : "conclave-camera-off-symbolic");
}

/* FIPS mode does not have the first. */
static guint
first_suite (CvLobbyPage *self)
{
  return self->session != NULL && cv_session_get_is_fips (self->session) ? 1 : 0;
}

static const char *
suite_sentence (guint suite)
{
  switch (suite) {
  case 0:
    return _ ("Safe against today’s attackers and against tomorrow’s quantum computers");
  case 1:
    return _ ("The strongest of everything, somewhat slower. Everybody needs a recent Conclave.");
  default:
    return _ ("Only methods that FIPS 140 allows, for organisations that must. Without protection "
              "against quantum computers.");
  }
}

/* By a signal and not a closure of the template, which is asked once more when the page is gone. */
static void
on_suite_selected (CvLobbyPage *self)
{
  const guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (self->suite));

  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self->suite_group),
                                         suite_sentence (first_suite (self) + selected));
}

static void
update_preview (CvLobbyPage *self)
{
  g_autoptr (GObject) paintable = NULL;
  gboolean is_off = TRUE;

  if (self->session == NULL)
    return;
  g_object_get (self->session, "preview", &paintable, "camera-off", &is_off, NULL);

  gboolean is_shown = !is_off && GDK_IS_PAINTABLE (paintable);

  gtk_picture_set_paintable (GTK_PICTURE (self->preview),
                             is_shown ? GDK_PAINTABLE (paintable) : NULL);
  gtk_widget_set_visible (self->no_preview, !is_shown);
}

/* Not the whole page: an entry that loses its sensitivity under the cursor loses the focus too. */
static void
update_start (CvLobbyPage *self)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name))));
  gboolean is_joining =
      self->session != NULL && cv_session_get_state (self->session) == CV_SESSION_JOINING;

  gtk_widget_set_sensitive (self->start, *name != '\0' && !is_joining);
}

static void
set_passcode_visible (CvLobbyPage *self)
{
  gboolean is_needed = self->session != NULL && cv_session_get_needs_passcode (self->session);

  gtk_widget_set_visible (self->passcode, is_needed);
}

/* Another attempt keeps what was chosen, unless FIPS mode was turned on or off meanwhile. */
static void
update_suites (CvLobbyPage *self)
{
  AdwComboRow *row = ADW_COMBO_ROW (self->suite);
  GListModel *old = adw_combo_row_get_model (row);
  const guint first = first_suite (self);
  g_autoptr (GtkStringList) names = NULL;

  if (old != NULL && g_list_model_get_n_items (old) == G_N_ELEMENTS (suites) - first)
    return;
  names = gtk_string_list_new (NULL);
  for (guint i = first; i < G_N_ELEMENTS (suites); i++)
    gtk_string_list_append (names, _ (suites[i].label));
  adw_combo_row_set_model (row, NULL);
  adw_combo_row_set_model (row, G_LIST_MODEL (names));
  on_suite_selected (self);
}

static void
on_start (CvLobbyPage *self)
{
  cv_lobby_page_start (self);
}

static void
cv_lobby_page_shown (AdwNavigationPage *page)
{
  CvLobbyPage *self = CV_LOBBY_PAGE (page);
  const char *name = gtk_editable_get_text (GTK_EDITABLE (self->name));

  ADW_NAVIGATION_PAGE_CLASS (cv_lobby_page_parent_class)->shown (page);
  if (*name == '\0')
    gtk_widget_grab_focus (self->name);
  else if (gtk_widget_get_visible (self->passcode))
    gtk_widget_grab_focus (self->passcode);
  else
    gtk_widget_grab_focus (self->start);
}

static void
cv_lobby_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SESSION)
    g_value_set_object (value, CV_LOBBY_PAGE (object)->session);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
cv_lobby_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SESSION)
    cv_lobby_page_set_session (CV_LOBBY_PAGE (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
cv_lobby_page_dispose (GObject *object)
{
  CvLobbyPage *self = CV_LOBBY_PAGE (object);

  g_clear_object (&self->bindings);
  g_clear_object (&self->signals);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_LOBBY_PAGE);
  G_OBJECT_CLASS (cv_lobby_page_parent_class)->dispose (object);
}

static void
cv_lobby_page_class_init (CvLobbyPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = cv_lobby_page_get_property;
  object_class->set_property = cv_lobby_page_set_property;
  object_class->dispose = cv_lobby_page_dispose;
  ADW_NAVIGATION_PAGE_CLASS (klass)->shown = cv_lobby_page_shown;

  properties[PROP_SESSION] =
      g_param_spec_object ("session", NULL, NULL, CV_TYPE_SESSION,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  g_type_ensure (CV_TYPE_DEVICE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/conclave/Conclave/ui/lobby-page.ui");
  gtk_widget_class_bind_template_child (widget_class, CvLobbyPage, preview);
  gtk_widget_class_bind_template_child (widget_class, CvLobbyPage, no_preview);
  gtk_widget_class_bind_template_child (widget_class, CvLobbyPage, level);
  gtk_widget_class_bind_template_child (widget_class, CvLobbyPage, microphone);
  gtk_widget_class_bind_template_child (widget_class, CvLobbyPage, camera);
  gtk_widget_class_bind_template_child (widget_class, CvLobbyPage, name);
  gtk_widget_class_bind_template_child (widget_class, CvLobbyPage, passcode);
  gtk_widget_class_bind_template_child (widget_class, CvLobbyPage, rules_group);
  gtk_widget_class_bind_template_child (widget_class, CvLobbyPage, admission);
  gtk_widget_class_bind_template_child (widget_class, CvLobbyPage, suite_group);
  gtk_widget_class_bind_template_child (widget_class, CvLobbyPage, suite);
  gtk_widget_class_bind_template_child (widget_class, CvLobbyPage, new_passcode);
  gtk_widget_class_bind_template_child (widget_class, CvLobbyPage, elsewhere);
  gtk_widget_class_bind_template_child (widget_class, CvLobbyPage, server);
  gtk_widget_class_bind_template_child (widget_class, CvLobbyPage, server_pin);
  gtk_widget_class_bind_template_child (widget_class, CvLobbyPage, start);
  gtk_widget_class_bind_template_callback (widget_class, dup_microphone_icon);
  gtk_widget_class_bind_template_callback (widget_class, dup_camera_icon);
  gtk_widget_class_bind_template_callback (widget_class, on_suite_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_start);
  gtk_widget_class_bind_template_callback (widget_class, update_start);
}

static void
cv_lobby_page_init (CvLobbyPage *self)
{
  const GBindingFlags inverted =
      G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL | G_BINDING_INVERT_BOOLEAN;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->settings = cv_settings_new ();
  g_settings_bind (self->settings, "name", self->name, "text", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "admission", self->admission, "active-name",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "use-server", self->elsewhere, "enable-expansion",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "server", self->server, "text", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "server-pin", self->server_pin, "text", G_SETTINGS_BIND_DEFAULT);

  self->bindings = g_binding_group_new ();
  g_binding_group_bind (self->bindings, "microphone-level", self->level, "value",
                        G_BINDING_SYNC_CREATE);
  g_binding_group_bind (self->bindings, "microphone-muted", self->microphone, "active", inverted);
  g_binding_group_bind (self->bindings, "camera-off", self->camera, "active", inverted);

  self->signals = g_signal_group_new (CV_TYPE_SESSION);
  g_signal_group_connect_swapped (self->signals, "notify::preview", G_CALLBACK (update_preview),
                                  self);
  g_signal_group_connect_swapped (self->signals, "notify::state", G_CALLBACK (update_start), self);
  g_signal_group_connect_swapped (self->signals, "notify::camera-off", G_CALLBACK (update_preview),
                                  self);
  g_signal_group_connect_swapped (self->signals, "notify::needs-passcode",
                                  G_CALLBACK (set_passcode_visible), self);
}

CvLobbyPage *
cv_lobby_page_new (CvSession *session, gboolean is_hosting)
{
  CvLobbyPage *self = g_object_new (CV_TYPE_LOBBY_PAGE, NULL);

  self->is_hosting = is_hosting;
  gtk_widget_set_visible (self->rules_group, is_hosting);
  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self),
                                 is_hosting ? _ ("New Meeting") : _ ("Join Meeting"));
  gtk_button_set_label (GTK_BUTTON (self->start),
                        is_hosting ? _ ("_Start Meeting") : _ ("_Join Meeting"));
  cv_lobby_page_set_session (self, session);
  return self;
}

void
cv_lobby_page_set_session (CvLobbyPage *self, CvSession *session)
{
  if (!g_set_object (&self->session, session))
    return;
  g_binding_group_set_source (self->bindings, session);
  g_signal_group_set_target (self->signals, session);
  update_preview (self);
  set_passcode_visible (self);
  update_suites (self);
  update_start (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SESSION]);
}

/* NULL for an empty entry, and for every entry when the meeting runs on this computer. */
static char *
dup_elsewhere (CvLobbyPage *self, GtkWidget *entry)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));
  gboolean is_elsewhere =
      adw_expander_row_get_enable_expansion (ADW_EXPANDER_ROW (self->elsewhere));

  return is_elsewhere && *text != '\0' ? g_steal_pointer (&text) : NULL;
}

static void
host (CvLobbyPage *self)
{
  g_autofree char *server = dup_elsewhere (self, self->server);
  g_autofree char *server_pin = dup_elsewhere (self, self->server_pin);
  const char *passcode = gtk_editable_get_text (GTK_EDITABLE (self->new_passcode));
  guint suite = first_suite (self) + adw_combo_row_get_selected (ADW_COMBO_ROW (self->suite));
  const char *admission = adw_toggle_group_get_active_name (ADW_TOGGLE_GROUP (self->admission));
  CvHostOptions options = {
      .suite = suites[MIN (suite, G_N_ELEMENTS (suites) - 1)].room,
      .is_moderated = g_strcmp0 (admission, "moderated") == 0,
      .passcode = *passcode != '\0' ? passcode : NULL,
      .server = server,
      .server_pin = server_pin,
  };

  cv_session_host (self->session, &options);
}

void
cv_lobby_page_start (CvLobbyPage *self)
{
  const char *passcode = gtk_editable_get_text (GTK_EDITABLE (self->passcode));
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name))));

  if (self->session == NULL || *name == '\0'
      || cv_session_get_state (self->session) != CV_SESSION_LOBBY)
    return;
  g_object_set (self->session, "name", name, NULL);
  if (self->is_hosting)
    host (self);
  else
    cv_session_join (self->session, *passcode != '\0' ? passcode : NULL);
}

gboolean
cv_lobby_page_is_on_this_computer (CvLobbyPage *self)
{
  g_autofree char *server = dup_elsewhere (self, self->server);

  return self->is_hosting && server == NULL;
}

void
cv_lobby_page_focus_passcode (CvLobbyPage *self)
{
  gtk_widget_set_visible (self->passcode, TRUE);
  gtk_editable_select_region (GTK_EDITABLE (self->passcode), 0, -1);
  gtk_widget_grab_focus (self->passcode);
}
