/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Opens frames of many KIDs: find the key, check the window, open, and only then record. */
#include "sframe/receiver.h"

#include "sframe/key-private.h"
#include "sframe/replay.h"

typedef struct {
  guint64 kid; /* the hash table's key */
  CvSframeKey *key;
  gsize tag_len; /* of the key's suite, where opening has its hands on already */
  CvSframeReplay replay;
} Slot;

typedef struct {
  guint64 mask;
  guint64 value;
} Own;

struct CvSframeReceiver {
  GHashTable *slots; /* by KID */
  GArray *own; /* of Own */
  Slot *last; /* borrowed: most frames come from the KID of the one before */
};

static void
slot_free (gpointer data)
{
  Slot *slot = data;

  cv_sframe_key_free (slot->key);
  g_free (slot);
}

const char *
cv_sframe_verdict_to_string (CvSframeVerdict verdict)
{
  switch (verdict) {
  case CV_SFRAME_OPENED:
    return "opened";
  case CV_SFRAME_MALFORMED:
    return "malformed";
  case CV_SFRAME_UNKNOWN_KID:
    return "unknown key id";
  case CV_SFRAME_REPLAY:
    return "replay";
  case CV_SFRAME_UNAUTHENTIC:
    return "failed to authenticate";
  case CV_SFRAME_REFLECTION:
    return "reflection";
  }
  return "unknown";
}

CvSframeReceiver *
cv_sframe_receiver_new (void)
{
  CvSframeReceiver *self = g_new0 (CvSframeReceiver, 1);

  self->slots = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, slot_free);
  self->own = g_array_new (FALSE, FALSE, sizeof (Own));
  return self;
}

void
cv_sframe_receiver_free (CvSframeReceiver *self)
{
  if (!self)
    return;
  g_hash_table_unref (self->slots);
  g_array_unref (self->own);
  g_free (self);
}

gboolean
cv_sframe_receiver_add_key (CvSframeReceiver *self, CvSframeKey *key)
{
  Slot *slot;

  if (cv_sframe_receiver_has_key (self, cv_sframe_key_get_kid (key))) {
    cv_sframe_key_free (key);
    return FALSE;
  }
  slot = g_new0 (Slot, 1);
  slot->kid = cv_sframe_key_get_kid (key);
  slot->key = key;
  slot->tag_len = cv_sframe_key_get_suite (key)->tag_len;
  g_hash_table_insert (self->slots, &slot->kid, slot);
  return TRUE;
}

gboolean
cv_sframe_receiver_has_key (const CvSframeReceiver *self, guint64 kid)
{
  return g_hash_table_contains (self->slots, &kid);
}

void
cv_sframe_receiver_remove_key (CvSframeReceiver *self, guint64 kid)
{
  self->last = NULL;
  g_hash_table_remove (self->slots, &kid);
}

void
cv_sframe_receiver_add_own (CvSframeReceiver *self, guint64 mask, guint64 value)
{
  Own own = {mask, value & mask};

  g_array_append_val (self->own, own);
}

void
cv_sframe_receiver_remove_own (CvSframeReceiver *self, guint64 mask, guint64 value)
{
  for (guint i = 0; i < self->own->len; i++) {
    const Own *own = &g_array_index (self->own, Own, i);

    if (own->mask == mask && own->value == (value & mask)) {
      g_array_remove_index_fast (self->own, i);
      return;
    }
  }
}

static gboolean
is_own (const CvSframeReceiver *self, guint64 kid)
{
  for (guint i = 0; i < self->own->len; i++) {
    const Own *own = &g_array_index (self->own, Own, i);

    if ((kid & own->mask) == own->value)
      return TRUE;
  }
  return FALSE;
}

static Slot *
find_slot (CvSframeReceiver *self, guint64 kid)
{
  if (!self->last || self->last->kid != kid)
    self->last = g_hash_table_lookup (self->slots, &kid);
  return self->last;
}

CvSframeVerdict
cv_sframe_receiver_open (CvSframeReceiver *self, CvSpan metadata, CvSpan frame, guint8 *out,
                         gsize *out_len, CvSframeHeader *header)
{
  CvSframeHeader parsed;
  gsize header_len = cv_sframe_header_parse (frame, &parsed);
  CvSpan aad[2] = {cv_span (frame.data, header_len), metadata};
  CvSpan ciphertext;
  Slot *slot;

  if (header)
    *header = parsed;
  /* RFC 9605 §4.3: no header, no key to look for. */
  if (header_len == 0)
    return CV_SFRAME_MALFORMED;
  ciphertext = cv_span (frame.data + header_len, frame.len - header_len);
  /* RFC 9605 §4.4.1: a key seals or opens, never both: what has our KID was ours and came back. */
  if (is_own (self, parsed.kid))
    return CV_SFRAME_REFLECTION;
  /* RFC 9605 §4.4.1, §4.4.4: the KID selects one key, and no other is tried. */
  slot = find_slot (self, parsed.kid);
  if (!slot)
    return CV_SFRAME_UNKNOWN_KID;
  /* RFC 9605 §4.4.4: what is shorter than its tag cannot open. */
  if (ciphertext.len < slot->tag_len)
    return CV_SFRAME_MALFORMED;
  /* RFC 9605 §9.3: the application guards against replays, and this is where. */
  if (!cv_sframe_replay_check (&slot->replay, parsed.ctr))
    return CV_SFRAME_REPLAY;
  /* RFC 9605 §4.4.4: what does not open is dropped, and leaves no trace in the window. */
  if (!cv_sframe_key_open_inline (slot->key, parsed.ctr, aad, ciphertext, out))
    return CV_SFRAME_UNAUTHENTIC;
  cv_sframe_replay_record (&slot->replay, parsed.ctr);
  *out_len = ciphertext.len - slot->tag_len;
  return CV_SFRAME_OPENED;
}
