/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Colours in place of a camera: a background, and a head with shoulders that sways. */
#include "ui/fake-call.h"

#include <math.h>

typedef struct {
  GObject parent_instance;
  int index;
  double phase;
  guint timeout;
} CvFakePicture;
typedef GObjectClass CvFakePictureClass;

static void paintable_init (GdkPaintableInterface *iface);
GType cv_fake_picture_get_type (void);
G_DEFINE_TYPE_WITH_CODE (CvFakePicture, cv_fake_picture, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (GDK_TYPE_PAINTABLE, paintable_init))

static void
append_disc (GdkSnapshot *snapshot, const GdkRGBA *color, float x, float y, float radius)
{
  GskRoundedRect disc;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (x - radius, y - radius, 2 * radius, 2 * radius);

  gsk_rounded_rect_init_from_rect (&disc, &bounds, radius);
  gtk_snapshot_push_rounded_clip (snapshot, &disc);
  gtk_snapshot_append_color (snapshot, color, &bounds);
  gtk_snapshot_pop (snapshot);
}

static void
fake_snapshot (GdkPaintable *paintable, GdkSnapshot *snapshot, double width, double height)
{
  CvFakePicture *self = (CvFakePicture *)paintable;
  float w = (float)width, h = (float)height, sway = (float)(0.05 * width * sin (self->phase));
  static const char *const colors[][2] = {
      {"#5e7b9b", "#7a3b2e"}, {"#8a7f5a", "#26506b"}, {"#6b8f71", "#5b2a55"},
      {"#8f6b7f", "#2f4f2f"}, {"#7f8b9f", "#8a5a1f"}, {"#a08a78", "#1f3f4f"},
  };
  GdkRGBA back, shirt, skin = {0.87f - 0.08f * (float)(self->index % 5), 0.66f, 0.56f, 1};

  gdk_rgba_parse (&back, colors[self->index % 6][0]);
  gdk_rgba_parse (&shirt, colors[self->index % 6][1]);
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, w, h));
  gtk_snapshot_append_color (snapshot, &back, &GRAPHENE_RECT_INIT (0, 0, w, h));
  append_disc (snapshot, &shirt, w / 2 + sway, h * 1.05f, h * 0.42f);
  append_disc (snapshot, &skin, w / 2 + sway, h * 0.42f, h * 0.2f);
  gtk_snapshot_pop (snapshot);
}

static int
fake_width (GdkPaintable *paintable)
{
  return 1280;
}

static int
fake_height (GdkPaintable *paintable)
{
  return 720;
}

static void
paintable_init (GdkPaintableInterface *iface)
{
  iface->snapshot = fake_snapshot;
  iface->get_intrinsic_width = fake_width;
  iface->get_intrinsic_height = fake_height;
}

static void
cv_fake_picture_finalize (GObject *object)
{
  g_clear_handle_id (&((CvFakePicture *)object)->timeout, g_source_remove);
  G_OBJECT_CLASS (cv_fake_picture_parent_class)->finalize (object);
}

static void
cv_fake_picture_class_init (CvFakePictureClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cv_fake_picture_finalize;
}

static void
cv_fake_picture_init (CvFakePicture *self)
{
}

static gboolean
on_timeout (gpointer data)
{
  CvFakePicture *self = data;

  self->phase += 0.2;
  gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
  return G_SOURCE_CONTINUE;
}

GdkPaintable *
cv_fake_picture_new (int index, gboolean is_moving)
{
  CvFakePicture *self = g_object_new (cv_fake_picture_get_type (), NULL);

  self->index = index;
  self->phase = index;
  if (is_moving)
    self->timeout = g_timeout_add (66, on_timeout, self);
  return GDK_PAINTABLE (self);
}
