/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The place of a source in a running pipeline: which one is in it, and what happens when it fails.
 *
 * A failed or vanished device is replaced by the default one, once; then the place stays empty.
 * Main thread. */
#pragma once

#include "media/engine.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct CvSourceSlot CvSourceSlot;

typedef struct {
  GstElement *pipeline; /* borrowed, like next; outlives the slot */
  GstElement *next; /* its "sink" pad takes the raw stream; must never block for long */
  gboolean is_video;
  const char *name; /* of the participant, for the test source */
  const char *probe; /* echo probe for the microphone; NULL: none */
  /* Main thread; error is borrowed. */
  void (*failed) (gpointer data, const GError *error);
  gpointer data;
} CvSourceSlotOptions;

CvSourceSlot *cv_source_slot_new (const CvSourceSlotOptions *options);
void cv_source_slot_free (CvSourceSlot *slot); /* the pipeline must be in NULL already */

void cv_source_slot_set_word (CvSourceSlot *slot, const char *word);
void cv_source_slot_set_device (CvSourceSlot *slot, const char *device_id);
void cv_source_slot_set_off (CvSourceSlot *slot, gboolean is_off); /* releases the device */
gboolean cv_source_slot_is_running (CvSourceSlot *slot);

/* A device of this kind was plugged in or out. */
void cv_source_slot_device_added (CvSourceSlot *slot);
void cv_source_slot_device_removed (CvSourceSlot *slot, const char *device_id);

/* The size that is wanted at most; only the test source minds. */
void cv_source_slot_set_size (CvSourceSlot *slot, int width, int height);

/* A message of the pipeline's bus; TRUE when it was about the source. */
gboolean cv_source_slot_handle (CvSourceSlot *slot, GstMessage *message);

G_END_DECLS
