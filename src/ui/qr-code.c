/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One rectangle for each dark module, on whole pixels so that the edges stay sharp. */
#include "ui/qr-code.h"

#include <qrencode.h>

#define QUIET_MODULES 4 /* ISO/IEC 18004: readers need the white border */
#define MODULE_PIXELS 4

struct _CvQrCode {
  GtkWidget parent_instance;
  GBytes *payload;
  QRcode *code;
};

enum { PROP_PAYLOAD = 1, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (CvQrCode, cv_qr_code, GTK_TYPE_WIDGET)

static void
set_payload (CvQrCode *self, GBytes *payload)
{
  gsize len = 0;

  g_clear_pointer (&self->code, QRcode_free);
  g_clear_pointer (&self->payload, g_bytes_unref);
  if (payload == NULL)
    return;
  self->payload = g_bytes_ref (payload);

  const unsigned char *data = g_bytes_get_data (payload, &len);

  if (len > 0 && len <= 1024)
    self->code = QRcode_encodeData ((int)len, data, 0, QR_ECLEVEL_M);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static int
side_modules (CvQrCode *self)
{
  return self->code != NULL ? self->code->width + 2 * QUIET_MODULES : 0;
}

static void
cv_qr_code_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                    int *natural, int *minimum_baseline, int *natural_baseline)
{
  int side = side_modules (CV_QR_CODE (widget));

  *minimum = side * 2;
  *natural = side * MODULE_PIXELS;
}

static void
cv_qr_code_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CvQrCode *self = CV_QR_CODE (widget);
  int modules = side_modules (self);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  int size = modules > 0 ? MIN (width, height) / modules : 0;

  if (size < 1)
    return;

  float left = (float)((width - modules * size) / 2), top = (float)((height - modules * size) / 2);
  const GdkRGBA white = {1, 1, 1, 1}, black = {0, 0, 0, 1};
  int n = self->code->width;

  gtk_snapshot_append_color (
      snapshot, &white,
      &GRAPHENE_RECT_INIT (left, top, (float)(modules * size), (float)(modules * size)));
  for (int y = 0; y < n; y++)
    for (int x = 0; x < n; x++)
      if (self->code->data[y * n + x] & 1)
        gtk_snapshot_append_color (snapshot, &black,
                                   &GRAPHENE_RECT_INIT (left + (float)((x + QUIET_MODULES) * size),
                                                        top + (float)((y + QUIET_MODULES) * size),
                                                        (float)size, (float)size));
}

static void
cv_qr_code_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PAYLOAD)
    g_value_set_boxed (value, CV_QR_CODE (object)->payload);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
cv_qr_code_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PAYLOAD)
    set_payload (CV_QR_CODE (object), g_value_get_boxed (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
cv_qr_code_finalize (GObject *object)
{
  set_payload (CV_QR_CODE (object), NULL);
  G_OBJECT_CLASS (cv_qr_code_parent_class)->finalize (object);
}

static void
cv_qr_code_class_init (CvQrCodeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = cv_qr_code_get_property;
  object_class->set_property = cv_qr_code_set_property;
  object_class->finalize = cv_qr_code_finalize;
  widget_class->measure = cv_qr_code_measure;
  widget_class->snapshot = cv_qr_code_snapshot;

  properties[PROP_PAYLOAD] = g_param_spec_boxed ("payload", NULL, NULL, G_TYPE_BYTES,
                                                 G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  gtk_widget_class_set_css_name (widget_class, "qr-code");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
cv_qr_code_init (CvQrCode *self)
{
}
