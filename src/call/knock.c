/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What the window shows of a sealed knock after the driver opened it. Immutable. */
#include "call/knock-private.h"

struct _CvKnock {
  GObject parent_instance;
  char *id;
  char *name;
  char *fingerprint;
  CvContactState contact;
};

G_DEFINE_FINAL_TYPE (CvKnock, cv_knock, G_TYPE_OBJECT)

enum { PROP_ID = 1, PROP_NAME, PROP_FINGERPRINT, PROP_CONTACT, N_PROPS };

static GParamSpec *props[N_PROPS];

static void
cv_knock_finalize (GObject *object)
{
  CvKnock *self = CV_KNOCK (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->fingerprint, g_free);
  G_OBJECT_CLASS (cv_knock_parent_class)->finalize (object);
}

static void
cv_knock_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CvKnock *self = CV_KNOCK (object);

  switch (id) {
  case PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case PROP_NAME:
    g_value_set_string (value, self->name);
    break;
  case PROP_FINGERPRINT:
    g_value_set_string (value, self->fingerprint);
    break;
  case PROP_CONTACT:
    g_value_set_enum (value, self->contact);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
cv_knock_class_init (CvKnockClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = cv_knock_finalize;
  object_class->get_property = cv_knock_get_property;
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[PROP_FINGERPRINT] = g_param_spec_string ("fingerprint", NULL, NULL, NULL, flags);
  props[PROP_CONTACT] =
      g_param_spec_enum ("contact", NULL, NULL, CV_TYPE_CONTACT_STATE, CV_CONTACT_NEW, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
cv_knock_init (CvKnock *self)
{
}

CvKnock *
cv_knock_new (const char *id, const char *name, const char *fingerprint, CvContactState contact)
{
  CvKnock *self = g_object_new (CV_TYPE_KNOCK, NULL);

  self->id = g_strdup (id);
  self->name = g_strdup (name);
  self->fingerprint = g_strdup (fingerprint);
  self->contact = contact;
  return self;
}

const char *
cv_knock_get_id (CvKnock *self)
{
  return self->id;
}

const char *
cv_knock_get_name (CvKnock *self)
{
  return self->name;
}

const char *
cv_knock_get_fingerprint (CvKnock *self)
{
  return self->fingerprint;
}

CvContactState
cv_knock_get_contact (CvKnock *self)
{
  return self->contact;
}
