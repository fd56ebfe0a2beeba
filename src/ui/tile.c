/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The tile allocates its three children itself: the picture fills it, the status (avatar, words,
 * button) grows and shrinks with it by a scale, the name bar keeps the size of its text. */
#include "ui/tile.h"

#include "ui/words.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#define STATUS_HEIGHT 220.f /* the tile height at which the status is drawn in its own size */
#define STATUS_MAX_SCALE 1.5f
#define BAR_MARGIN 6
#define MIN_WIDTH 112
#define MIN_HEIGHT 63
/* A picture that would lose more than this part of itself is shown whole, between bars. */
#define COVER_MIN_RATIO 0.55

struct _CvTile {
  GtkWidget parent_instance;
  CvParticipant *participant;

  GtkWidget *picture;
  GtkWidget *status;
  GtkWidget *avatar;
  GtkWidget *words;
  GtkWidget *review;
  GtkWidget *bar;
  GtkWidget *contact;
  GtkWidget *name;
  GtkWidget *muted;

  GtkWindow *window; /* borrowed while rooted */
  gulong suspended_handler;
};

enum { PROP_PARTICIPANT = 1, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (CvTile, cv_tile, GTK_TYPE_WIDGET)

static void
tell_view_size (CvTile *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean is_seen = gtk_widget_get_mapped (widget)
                     && (self->window == NULL || !gtk_window_is_suspended (self->window));
  int scale = gtk_widget_get_scale_factor (widget);

  cv_participant_set_view_size (self->participant,
                                is_seen ? gtk_widget_get_width (widget) * scale : 0,
                                is_seen ? gtk_widget_get_height (widget) * scale : 0);
}

static void
set_only_class (GtkWidget *widget, const char *const *all, const char *wanted)
{
  for (gsize i = 0; all[i] != NULL; i++) {
    if (g_str_equal (all[i], wanted))
      gtk_widget_add_css_class (widget, all[i]);
    else
      gtk_widget_remove_css_class (widget, all[i]);
  }
}

static void
update_accessible_label (CvTile *self)
{
  CvParticipant *who = self->participant;
  const char *picture = cv_words_picture (cv_participant_get_picture (who));
  g_autofree char *name = cv_words_dup_clean (cv_participant_get_name (who));
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();

  g_ptr_array_add (parts, name);
  if (cv_participant_get_is_self (who))
    g_ptr_array_add (parts, (char *)_ ("you"));
  else
    g_ptr_array_add (parts, (char *)cv_words_contact (cv_participant_get_contact (who),
                                                      cv_participant_get_is_confirmed (who)));
  if (cv_participant_get_is_muted (who))
    g_ptr_array_add (parts, (char *)_ ("microphone off"));
  if (cv_participant_get_picture (who) == CV_PICTURE_OFF)
    g_ptr_array_add (parts, (char *)_ ("camera off"));
  if (picture != NULL)
    g_ptr_array_add (parts, (char *)picture);
  g_ptr_array_add (parts, NULL);

  g_autofree char *label = g_strjoinv (", ", (char **)parts->pdata);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
update_contact (CvTile *self)
{
  static const char *const classes[] = {"warning", "success", "dimmed", NULL};
  CvContactState contact = cv_participant_get_contact (self->participant);
  gboolean is_confirmed = cv_participant_get_is_confirmed (self->participant);

  gtk_widget_set_visible (self->contact, !cv_participant_get_is_self (self->participant));
  gtk_image_set_from_icon_name (GTK_IMAGE (self->contact),
                                cv_words_contact_icon (contact, is_confirmed));
  gtk_widget_set_tooltip_text (self->contact, cv_words_contact (contact, is_confirmed));
  set_only_class (self->contact, classes, cv_words_contact_class (contact, is_confirmed));
}

static void
update_picture (CvTile *self)
{
  CvPictureState state = cv_participant_get_picture (self->participant);
  GObject *paintable = cv_participant_get_paintable (self->participant);
  const char *words = cv_words_picture (state);
  gboolean is_shown = state == CV_PICTURE_SHOWN && GDK_IS_PAINTABLE (paintable);

  /* What is held back is not even kept as a paintable behind the words. */
  gtk_picture_set_paintable (GTK_PICTURE (self->picture),
                             is_shown ? GDK_PAINTABLE (paintable) : NULL);
  gtk_widget_set_visible (self->picture, is_shown);
  gtk_widget_set_visible (self->status, !is_shown);
  gtk_label_set_text (GTK_LABEL (self->words), words != NULL ? words : "");
  gtk_widget_set_visible (self->words, words != NULL);
  gtk_widget_set_visible (self->review, state == CV_PICTURE_HELD_BACK);
}

static void
update (CvTile *self)
{
  CvParticipant *who = self->participant;
  g_autofree char *name = cv_words_dup_clean (cv_participant_get_name (who));
  g_autofree char *isolated = cv_words_dup_isolated (name);
  /* Translators: a tile's label for oneself; %s is one's own name. */
  g_autofree char *own =
      cv_participant_get_is_self (who) ? g_strdup_printf (_ ("%s (you)"), isolated) : NULL;

  gtk_label_set_text (GTK_LABEL (self->name), own != NULL ? own : name);
  adw_avatar_set_text (ADW_AVATAR (self->avatar), name);
  gtk_widget_set_visible (self->muted, cv_participant_get_is_muted (who));
  if (cv_participant_get_is_speaking (who))
    gtk_widget_add_css_class (GTK_WIDGET (self), "speaking");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "speaking");
  if (cv_participant_get_is_self (who))
    gtk_widget_add_css_class (self->picture, "mirrored");
  update_contact (self);
  update_picture (self);
  update_accessible_label (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
on_participant_notify (CvParticipant *participant, GParamSpec *pspec, CvTile *self)
{
  /* The level changes ten times a second and the tile does not show it. */
  if (!g_str_equal (pspec->name, "level"))
    update (self);
}

static void
on_review_clicked (CvTile *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "call.review-key", "s",
                              cv_participant_get_id (self->participant));
}

static void
cv_tile_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                 int *natural, int *minimum_baseline, int *natural_baseline)
{
  CvTile *self = CV_TILE (widget);
  GtkWidget *children[] = {self->picture, self->status, self->bar};
  int least = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN_WIDTH : MIN_HEIGHT;

  /* GTK wants every child measured before it is allocated; only the bar's size counts. */
  for (gsize i = 0; i < G_N_ELEMENTS (children); i++) {
    int child = 0;

    if (!gtk_widget_should_layout (children[i]))
      continue;
    gtk_widget_measure (children[i], orientation, -1, &child, NULL, NULL, NULL);
    if (children[i] == self->bar)
      least = MAX (least, child + 2 * BAR_MARGIN);
  }
  *minimum = least;
  *natural = MAX (least, orientation == GTK_ORIENTATION_HORIZONTAL ? 320 : 180);
}

static void
allocate_status (CvTile *self, int width, int height)
{
  GtkRequisition natural;
  gtk_widget_get_preferred_size (self->status, NULL, &natural);

  float scale = CLAMP ((float)height / STATUS_HEIGHT, 0.1f, STATUS_MAX_SCALE);

  scale = MIN (scale, (float)width / (float)MAX (1, natural.width));
  scale = MIN (scale, 0.9f * (float)height / (float)MAX (1, natural.height));

  graphene_point_t origin =
      GRAPHENE_POINT_INIT (((float)width - scale * (float)natural.width) / 2,
                           ((float)height - scale * (float)natural.height) / 2);
  GskTransform *transform =
      gsk_transform_scale (gsk_transform_translate (NULL, &origin), scale, scale);
  gtk_widget_allocate (self->status, natural.width, natural.height, -1, transform);
}

static void
cv_tile_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CvTile *self = CV_TILE (widget);

  if (gtk_widget_should_layout (self->picture)) {
    double ratio = cv_participant_get_aspect (self->participant) * height / MAX (1, width);
    gboolean covers = MIN (ratio, 1 / ratio) >= COVER_MIN_RATIO;

    gtk_picture_set_content_fit (GTK_PICTURE (self->picture),
                                 covers ? GTK_CONTENT_FIT_COVER : GTK_CONTENT_FIT_CONTAIN);
    gtk_widget_allocate (self->picture, width, height, -1, NULL);
  }

  GtkRequisition least, natural;
  gtk_widget_get_preferred_size (self->bar, &least, &natural);
  if (gtk_widget_should_layout (self->status))
    allocate_status (self, width, MAX (1, height - natural.height - BAR_MARGIN));

  int bar_width = CLAMP (natural.width, least.width, MAX (least.width, width - 2 * BAR_MARGIN));
  gboolean is_rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;

  gtk_widget_size_allocate (self->bar,
                            &(GtkAllocation){is_rtl ? width - bar_width - BAR_MARGIN : BAR_MARGIN,
                                             height - natural.height - BAR_MARGIN, bar_width,
                                             natural.height},
                            -1);
  tell_view_size (self);
}

static void
cv_tile_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (cv_tile_parent_class)->map (widget);
  tell_view_size (CV_TILE (widget));
}

static void
cv_tile_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (cv_tile_parent_class)->unmap (widget);
  tell_view_size (CV_TILE (widget));
}

static void
cv_tile_root (GtkWidget *widget)
{
  CvTile *self = CV_TILE (widget);
  GtkRoot *root;

  GTK_WIDGET_CLASS (cv_tile_parent_class)->root (widget);
  root = gtk_widget_get_root (widget);
  if (!GTK_IS_WINDOW (root))
    return;
  self->window = GTK_WINDOW (root);
  self->suspended_handler =
      g_signal_connect_swapped (root, "notify::suspended", G_CALLBACK (tell_view_size), self);
}

static void
cv_tile_unroot (GtkWidget *widget)
{
  CvTile *self = CV_TILE (widget);

  if (self->window != NULL)
    g_clear_signal_handler (&self->suspended_handler, self->window);
  self->window = NULL;
  GTK_WIDGET_CLASS (cv_tile_parent_class)->unroot (widget);
}

static void
cv_tile_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PARTICIPANT)
    CV_TILE (object)->participant = g_value_dup_object (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
cv_tile_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PARTICIPANT)
    g_value_set_object (value, CV_TILE (object)->participant);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
cv_tile_constructed (GObject *object)
{
  CvTile *self = CV_TILE (object);

  G_OBJECT_CLASS (cv_tile_parent_class)->constructed (object);
  g_signal_connect_object (self->participant, "notify", G_CALLBACK (on_participant_notify), self,
                           G_CONNECT_DEFAULT);
  update (self);
}

static void
cv_tile_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_TILE);
  G_OBJECT_CLASS (cv_tile_parent_class)->dispose (object);
}

static void
cv_tile_finalize (GObject *object)
{
  g_clear_object (&CV_TILE (object)->participant);
  G_OBJECT_CLASS (cv_tile_parent_class)->finalize (object);
}

static void
cv_tile_class_init (CvTileClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = cv_tile_constructed;
  object_class->get_property = cv_tile_get_property;
  object_class->set_property = cv_tile_set_property;
  object_class->dispose = cv_tile_dispose;
  object_class->finalize = cv_tile_finalize;
  widget_class->measure = cv_tile_measure;
  widget_class->size_allocate = cv_tile_size_allocate;
  widget_class->map = cv_tile_map;
  widget_class->unmap = cv_tile_unmap;
  widget_class->root = cv_tile_root;
  widget_class->unroot = cv_tile_unroot;

  properties[PROP_PARTICIPANT] =
      g_param_spec_object ("participant", NULL, NULL, CV_TYPE_PARTICIPANT,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  gtk_widget_class_set_css_name (widget_class, "tile");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/conclave/Conclave/ui/tile.ui");
  gtk_widget_class_bind_template_child (widget_class, CvTile, picture);
  gtk_widget_class_bind_template_child (widget_class, CvTile, status);
  gtk_widget_class_bind_template_child (widget_class, CvTile, avatar);
  gtk_widget_class_bind_template_child (widget_class, CvTile, words);
  gtk_widget_class_bind_template_child (widget_class, CvTile, review);
  gtk_widget_class_bind_template_child (widget_class, CvTile, bar);
  gtk_widget_class_bind_template_child (widget_class, CvTile, contact);
  gtk_widget_class_bind_template_child (widget_class, CvTile, name);
  gtk_widget_class_bind_template_child (widget_class, CvTile, muted);
  gtk_widget_class_bind_template_callback (widget_class, on_review_clicked);
}

static void
cv_tile_init (CvTile *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

CvTile *
cv_tile_new (CvParticipant *participant)
{
  return g_object_new (CV_TYPE_TILE, "participant", participant, NULL);
}
