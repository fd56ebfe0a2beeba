/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A participant is a row of the roster made visible. It holds no key and no network object: the
 * session writes it, the window reads it. */
#include "call/participant-private.h"

#include <math.h>

#define DEFAULT_ASPECT (16.0 / 9.0)

struct _CvParticipant {
  GObject parent_instance;
  char *id;
  char *name;
  char *fingerprint;
  char *safety_number;
  GBytes *safety_payload;
  CvContactState contact;
  CvPictureState picture;
  GObject *paintable;
  double aspect;
  double level;
  int view_width;
  int view_height;
  gboolean is_self;
  gboolean is_moderator;
  gboolean is_confirmed;
  gboolean is_muted;
  gboolean is_speaking;
};

G_DEFINE_FINAL_TYPE (CvParticipant, cv_participant, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (CvContactState, cv_contact_state, G_DEFINE_ENUM_VALUE (CV_CONTACT_NEW, "new"),
                    G_DEFINE_ENUM_VALUE (CV_CONTACT_KNOWN, "known"),
                    G_DEFINE_ENUM_VALUE (CV_CONTACT_VERIFIED, "verified"),
                    G_DEFINE_ENUM_VALUE (CV_CONTACT_CHANGED, "changed"))

G_DEFINE_ENUM_TYPE (CvPictureState, cv_picture_state,
                    G_DEFINE_ENUM_VALUE (CV_PICTURE_CONNECTING, "connecting"),
                    G_DEFINE_ENUM_VALUE (CV_PICTURE_SHOWN, "shown"),
                    G_DEFINE_ENUM_VALUE (CV_PICTURE_OFF, "off"),
                    G_DEFINE_ENUM_VALUE (CV_PICTURE_NO_KEY, "no-key"),
                    G_DEFINE_ENUM_VALUE (CV_PICTURE_LOST, "lost"),
                    G_DEFINE_ENUM_VALUE (CV_PICTURE_HELD_BACK, "held-back"))

enum {
  PROP_ID = 1,
  PROP_NAME,
  PROP_IS_SELF,
  PROP_IS_MODERATOR,
  PROP_CONTACT,
  PROP_IS_CONFIRMED,
  PROP_FINGERPRINT,
  PROP_SAFETY_NUMBER,
  PROP_IS_MUTED,
  PROP_IS_SPEAKING,
  PROP_LEVEL,
  PROP_PICTURE,
  PROP_PAINTABLE,
  PROP_ASPECT,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];
static guint view_size_changed;

static void
cv_participant_finalize (GObject *object)
{
  CvParticipant *self = CV_PARTICIPANT (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->fingerprint, g_free);
  g_clear_pointer (&self->safety_number, g_free);
  g_clear_pointer (&self->safety_payload, g_bytes_unref);
  g_clear_object (&self->paintable);
  G_OBJECT_CLASS (cv_participant_parent_class)->finalize (object);
}

static void
cv_participant_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CvParticipant *self = CV_PARTICIPANT (object);

  switch (id) {
  case PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case PROP_NAME:
    g_value_set_string (value, self->name);
    break;
  case PROP_IS_SELF:
    g_value_set_boolean (value, self->is_self);
    break;
  case PROP_IS_MODERATOR:
    g_value_set_boolean (value, self->is_moderator);
    break;
  case PROP_CONTACT:
    g_value_set_enum (value, self->contact);
    break;
  case PROP_IS_CONFIRMED:
    g_value_set_boolean (value, self->is_confirmed);
    break;
  case PROP_FINGERPRINT:
    g_value_set_string (value, self->fingerprint);
    break;
  case PROP_SAFETY_NUMBER:
    g_value_set_string (value, self->safety_number);
    break;
  case PROP_IS_MUTED:
    g_value_set_boolean (value, self->is_muted);
    break;
  case PROP_IS_SPEAKING:
    g_value_set_boolean (value, self->is_speaking);
    break;
  case PROP_LEVEL:
    g_value_set_double (value, self->level);
    break;
  case PROP_PICTURE:
    g_value_set_enum (value, self->picture);
    break;
  case PROP_PAINTABLE:
    g_value_set_object (value, self->paintable);
    break;
  case PROP_ASPECT:
    g_value_set_double (value, self->aspect);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
install_text_properties (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[PROP_FINGERPRINT] = g_param_spec_string ("fingerprint", NULL, NULL, NULL, flags);
  props[PROP_SAFETY_NUMBER] = g_param_spec_string ("safety-number", NULL, NULL, NULL, flags);
}

static void
cv_participant_class_init (CvParticipantClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = cv_participant_finalize;
  object_class->get_property = cv_participant_get_property;
  install_text_properties ();
  props[PROP_IS_SELF] = g_param_spec_boolean ("is-self", NULL, NULL, FALSE, flags);
  props[PROP_IS_MODERATOR] = g_param_spec_boolean ("is-moderator", NULL, NULL, FALSE, flags);
  props[PROP_CONTACT] =
      g_param_spec_enum ("contact", NULL, NULL, CV_TYPE_CONTACT_STATE, CV_CONTACT_NEW, flags);
  props[PROP_IS_CONFIRMED] = g_param_spec_boolean ("is-confirmed", NULL, NULL, FALSE, flags);
  props[PROP_IS_MUTED] = g_param_spec_boolean ("is-muted", NULL, NULL, FALSE, flags);
  props[PROP_IS_SPEAKING] = g_param_spec_boolean ("is-speaking", NULL, NULL, FALSE, flags);
  props[PROP_LEVEL] = g_param_spec_double ("level", NULL, NULL, 0, 1, 0, flags);
  props[PROP_PICTURE] = g_param_spec_enum ("picture", NULL, NULL, CV_TYPE_PICTURE_STATE,
                                           CV_PICTURE_CONNECTING, flags);
  props[PROP_PAINTABLE] = g_param_spec_object ("paintable", NULL, NULL, G_TYPE_OBJECT, flags);
  props[PROP_ASPECT] = g_param_spec_double ("aspect", NULL, NULL, 0.1, 10, DEFAULT_ASPECT, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  view_size_changed = g_signal_new ("view-size-changed", CV_TYPE_PARTICIPANT, G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
cv_participant_init (CvParticipant *self)
{
  self->aspect = DEFAULT_ASPECT;
}

static void
update_text (CvParticipant *self, char **field, const char *value, guint prop)
{
  if (g_set_str (field, value))
    g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

static void
update_flag (CvParticipant *self, gboolean *field, gboolean value, guint prop)
{
  if (*field == value)
    return;
  *field = value;
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

CvParticipant *
cv_participant_new (const char *id, gboolean is_self)
{
  CvParticipant *self = g_object_new (CV_TYPE_PARTICIPANT, NULL);

  self->id = g_strdup (id);
  self->is_self = is_self;
  return self;
}

void
cv_participant_set_facts (CvParticipant *self, const CvParticipantFacts *facts)
{
  g_return_if_fail (CV_IS_PARTICIPANT (self));

  update_text (self, &self->name, facts->name, PROP_NAME);
  update_text (self, &self->fingerprint, facts->fingerprint, PROP_FINGERPRINT);
  update_text (self, &self->safety_number, facts->safety_number, PROP_SAFETY_NUMBER);
  update_flag (self, &self->is_moderator, facts->is_moderator, PROP_IS_MODERATOR);
  update_flag (self, &self->is_confirmed, facts->is_confirmed, PROP_IS_CONFIRMED);
  if (self->safety_payload != facts->safety_payload) {
    g_clear_pointer (&self->safety_payload, g_bytes_unref);
    self->safety_payload = facts->safety_payload ? g_bytes_ref (facts->safety_payload) : NULL;
  }
  if (self->contact != facts->contact) {
    self->contact = facts->contact;
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CONTACT]);
  }
}

void
cv_participant_set_muted (CvParticipant *self, gboolean is_muted)
{
  update_flag (self, &self->is_muted, is_muted, PROP_IS_MUTED);
}

void
cv_participant_set_speaking (CvParticipant *self, gboolean is_speaking)
{
  update_flag (self, &self->is_speaking, is_speaking, PROP_IS_SPEAKING);
}

void
cv_participant_set_level (CvParticipant *self, double level)
{
  level = CLAMP (level, 0, 1);
  if (fabs (self->level - level) < 0.01)
    return;
  self->level = level;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LEVEL]);
}

void
cv_participant_set_picture (CvParticipant *self, CvPictureState picture)
{
  if (self->picture == picture)
    return;
  self->picture = picture;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PICTURE]);
}

void
cv_participant_set_paintable (CvParticipant *self, GObject *paintable)
{
  if (g_set_object (&self->paintable, paintable))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PAINTABLE]);
}

void
cv_participant_set_aspect (CvParticipant *self, double aspect)
{
  aspect = CLAMP (aspect, 0.1, 10);
  if (fabs (self->aspect - aspect) < 0.001)
    return;
  self->aspect = aspect;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ASPECT]);
}

void
cv_participant_get_view_size (CvParticipant *self, int *width, int *height)
{
  *width = self->view_width;
  *height = self->view_height;
}

void
cv_participant_set_view_size (CvParticipant *self, int width, int height)
{
  g_return_if_fail (CV_IS_PARTICIPANT (self));

  width = MAX (width, 0);
  height = MAX (height, 0);
  if (self->view_width == width && self->view_height == height)
    return;
  self->view_width = width;
  self->view_height = height;
  g_signal_emit (self, view_size_changed, 0);
}

const char *
cv_participant_get_id (CvParticipant *self)
{
  return self->id;
}

const char *
cv_participant_get_name (CvParticipant *self)
{
  return self->name;
}

gboolean
cv_participant_get_is_self (CvParticipant *self)
{
  return self->is_self;
}

gboolean
cv_participant_get_is_moderator (CvParticipant *self)
{
  return self->is_moderator;
}

CvContactState
cv_participant_get_contact (CvParticipant *self)
{
  return self->contact;
}

gboolean
cv_participant_get_is_confirmed (CvParticipant *self)
{
  return self->is_confirmed;
}

const char *
cv_participant_get_fingerprint (CvParticipant *self)
{
  return self->fingerprint;
}

const char *
cv_participant_get_safety_number (CvParticipant *self)
{
  return self->safety_number;
}

gboolean
cv_participant_get_is_muted (CvParticipant *self)
{
  return self->is_muted;
}

gboolean
cv_participant_get_is_speaking (CvParticipant *self)
{
  return self->is_speaking;
}

double
cv_participant_get_level (CvParticipant *self)
{
  return self->level;
}

CvPictureState
cv_participant_get_picture (CvParticipant *self)
{
  return self->picture;
}

GObject *
cv_participant_get_paintable (CvParticipant *self)
{
  return self->paintable;
}

double
cv_participant_get_aspect (CvParticipant *self)
{
  return self->aspect;
}

GBytes *
cv_participant_dup_safety_payload (CvParticipant *self)
{
  return self->safety_payload ? g_bytes_ref (self->safety_payload) : NULL;
}
