/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Owns one CvTile for each of the first CV_TILE_LAYOUT_MAX_TILES people, in the model's order, and
 * allocates them as ui/tile-layout says. A tile that the window is too small for is drawn scaled
 * down rather than cut off. */
#include "ui/tile-grid.h"

#include "ui/tile.h"
#include "ui/tile-layout.h"

#include <math.h>

#define SPACING 8

struct _CvTileGrid {
  GtkWidget parent_instance;
  GListModel *model;
  GListModel *shown; /* the first of model */
  GPtrArray *tiles; /* CvTile, borrowed: children of ours, in order */
  guint n_hidden;
};

enum { PROP_MODEL = 1, PROP_N_HIDDEN, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (CvTileGrid, cv_tile_grid, GTK_TYPE_WIDGET)

static void
remove_tiles (CvTileGrid *self, guint position, guint n)
{
  for (guint i = position; i < position + n; i++)
    gtk_widget_unparent (g_ptr_array_index (self->tiles, i));
  if (n > 0)
    g_ptr_array_remove_range (self->tiles, position, n);
}

static void
on_shown_items_changed (GListModel *shown, guint position, guint removed, guint added,
                        CvTileGrid *self)
{
  remove_tiles (self, position, removed);
  for (guint i = position; i < position + added; i++) {
    g_autoptr (CvParticipant) participant = g_list_model_get_item (shown, i);
    CvTile *tile = cv_tile_new (participant);
    GtkWidget *before = i > 0 ? g_ptr_array_index (self->tiles, i - 1) : NULL;

    gtk_widget_insert_after (GTK_WIDGET (tile), GTK_WIDGET (self), before);
    g_ptr_array_insert (self->tiles, (int)i, tile);
  }
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
on_model_items_changed (GListModel *model, guint position, guint removed, guint added,
                        CvTileGrid *self)
{
  guint n = g_list_model_get_n_items (model);
  guint n_hidden = n > CV_TILE_LAYOUT_MAX_TILES ? n - CV_TILE_LAYOUT_MAX_TILES : 0;

  if (self->n_hidden == n_hidden)
    return;
  self->n_hidden = n_hidden;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_HIDDEN]);
}

static void
forget_model (CvTileGrid *self)
{
  if (self->model == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->model, self);
  g_signal_handlers_disconnect_by_data (self->shown, self);
  remove_tiles (self, 0, self->tiles->len);
  g_clear_object (&self->shown);
  g_clear_object (&self->model);
}

static void
set_model (CvTileGrid *self, GListModel *model)
{
  if (self->model == model)
    return;
  forget_model (self);
  if (model != NULL) {
    self->model = g_object_ref (model);
    self->shown =
        G_LIST_MODEL (gtk_slice_list_model_new (g_object_ref (model), 0, CV_TILE_LAYOUT_MAX_TILES));
    g_signal_connect (self->shown, "items-changed", G_CALLBACK (on_shown_items_changed), self);
    g_signal_connect (self->model, "items-changed", G_CALLBACK (on_model_items_changed), self);
    on_shown_items_changed (self->shown, 0, 0, g_list_model_get_n_items (self->shown), self);
    on_model_items_changed (self->model, 0, 0, 0, self);
  }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODEL]);
}

static void
cv_tile_grid_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                      int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 160 : 120;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 640 : 360;
}

static void
allocate_tile (GtkWidget *tile, const CvTileFit *fit, CvTilePlace place)
{
  int min_width, min_height;

  gtk_widget_measure (tile, GTK_ORIENTATION_HORIZONTAL, -1, &min_width, NULL, NULL, NULL);
  gtk_widget_measure (tile, GTK_ORIENTATION_VERTICAL, -1, &min_height, NULL, NULL, NULL);

  float scale = MAX (1.f, MAX ((float)min_width / (float)fit->tile_width,
                               (float)min_height / (float)fit->tile_height));
  graphene_point_t origin = GRAPHENE_POINT_INIT ((float)place.x, (float)place.y);
  GskTransform *transform = gsk_transform_translate (NULL, &origin);

  transform = gsk_transform_scale (transform, 1 / scale, 1 / scale);
  gtk_widget_allocate (tile, (int)ceilf ((float)fit->tile_width * scale),
                       (int)ceilf ((float)fit->tile_height * scale), -1, transform);
}

static void
cv_tile_grid_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CvTileGrid *self = CV_TILE_GRID (widget);
  int n = (int)self->tiles->len;
  CvTileFit fit = cv_tile_layout_fit (n, width, height, SPACING);
  gboolean is_rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;

  for (int i = 0; i < n; i++) {
    GtkWidget *tile = g_ptr_array_index (self->tiles, i);

    gtk_widget_set_child_visible (tile, fit.columns > 0);
    if (fit.columns == 0)
      continue;

    CvTilePlace place = cv_tile_layout_place (&fit, n, i, width, height, SPACING);

    if (is_rtl)
      place.x = width - place.x - fit.tile_width;
    allocate_tile (tile, &fit, place);
  }
}

static void
cv_tile_grid_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CvTileGrid *self = CV_TILE_GRID (object);

  switch (id) {
  case PROP_MODEL:
    g_value_set_object (value, self->model);
    break;
  case PROP_N_HIDDEN:
    g_value_set_uint (value, self->n_hidden);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
cv_tile_grid_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_MODEL)
    set_model (CV_TILE_GRID (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
cv_tile_grid_dispose (GObject *object)
{
  forget_model (CV_TILE_GRID (object));
  G_OBJECT_CLASS (cv_tile_grid_parent_class)->dispose (object);
}

static void
cv_tile_grid_finalize (GObject *object)
{
  g_ptr_array_unref (CV_TILE_GRID (object)->tiles);
  G_OBJECT_CLASS (cv_tile_grid_parent_class)->finalize (object);
}

static void
cv_tile_grid_class_init (CvTileGridClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = cv_tile_grid_get_property;
  object_class->set_property = cv_tile_grid_set_property;
  object_class->dispose = cv_tile_grid_dispose;
  object_class->finalize = cv_tile_grid_finalize;
  widget_class->measure = cv_tile_grid_measure;
  widget_class->size_allocate = cv_tile_grid_size_allocate;

  properties[PROP_MODEL] =
      g_param_spec_object ("model", NULL, NULL, G_TYPE_LIST_MODEL,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_N_HIDDEN] = g_param_spec_uint ("n-hidden", NULL, NULL, 0, G_MAXUINT, 0,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  gtk_widget_class_set_css_name (widget_class, "tile-grid");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST);
}

static void
cv_tile_grid_init (CvTileGrid *self)
{
  self->tiles = g_ptr_array_new ();
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}
