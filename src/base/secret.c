/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Keys live in arenas of locked pages that never reach swap or a core dump. Small secrets share an
 * arena in slots of a power of two; a slot is wiped before it can be handed out again. One lock
 * guards the free lists; it is never held across a callback. */
#include "base/secret.h"

#include <string.h>
#include <sys/mman.h>

#define ARENA_BYTES ((gsize)64 * 1024)
#define SLOT_MIN_LOG2 6
#define SLOT_MAX_LOG2 13
#define SECRET_MAX ((gsize)64 * 1024)

struct CvSecret {
  gatomicrefcount ref_count;
  guint8 *data;
  gsize len;
  gint slot_log2; /* −1: a mapping of its own */
};

/* The link of a free slot lives in the slot itself: it holds an address, never key bytes. */
typedef struct FreeSlot {
  struct FreeSlot *next;
} FreeSlot;

static GMutex arena_lock;
static FreeSlot *free_slots[SLOT_MAX_LOG2 + 1];
static gint lock_refused;

void
cv_secret_wipe (void *data, gsize len)
{
  if (len > 0)
    explicit_bzero (data, len);
}

gboolean
cv_secret_equal (const void *a, const void *b, gsize len)
{
  const volatile guint8 *left = a;
  const volatile guint8 *right = b;
  guint8 difference = 0;

  for (gsize i = 0; i < len; i++)
    difference |= left[i] ^ right[i];
  return difference == 0;
}

gboolean
cv_secret_span_equal (CvSpan a, CvSpan b)
{
  return a.len == b.len && cv_secret_equal (a.data, b.data, a.len);
}

gboolean __attribute__ ((noinline))
cv_secret_reveal (gboolean claim)
{
  return claim;
}

gboolean
cv_secret_is_locked (void)
{
  return !g_atomic_int_get (&lock_refused);
}

static guint8 *
map_locked (gsize len)
{
  void *pages = mmap (NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (pages == MAP_FAILED)
    g_error ("out of memory for a secret of %" G_GSIZE_FORMAT " bytes", len);
  if (mlock (pages, len) != 0)
    g_atomic_int_set (&lock_refused, 1);
  madvise (pages, len, MADV_DONTDUMP);
  return pages;
}

static gint
slot_log2_for (gsize len)
{
  for (gint log2 = SLOT_MIN_LOG2; log2 <= SLOT_MAX_LOG2; log2++)
    if (len <= (gsize)1 << log2)
      return log2;
  return -1;
}

static guint8 *
slot_take (gint log2)
{
  FreeSlot *slot;

  g_mutex_lock (&arena_lock);
  if (!free_slots[log2]) {
    guint8 *arena = map_locked (ARENA_BYTES);

    for (gsize at = 0; at < ARENA_BYTES; at += (gsize)1 << log2) {
      FreeSlot *fresh = (FreeSlot *)(void *)(arena + at);

      fresh->next = free_slots[log2];
      free_slots[log2] = fresh;
    }
  }
  slot = free_slots[log2];
  free_slots[log2] = slot->next;
  g_mutex_unlock (&arena_lock);
  memset (slot, 0, sizeof *slot);
  return (guint8 *)slot;
}

static void
slot_give (guint8 *data, gint log2)
{
  FreeSlot *slot = (FreeSlot *)(void *)data;

  cv_secret_wipe (data, (gsize)1 << log2);
  g_mutex_lock (&arena_lock);
  slot->next = free_slots[log2];
  free_slots[log2] = slot;
  g_mutex_unlock (&arena_lock);
}

CvSecret *
cv_secret_new (gsize len)
{
  CvSecret *secret;

  g_return_val_if_fail (len > 0 && len <= SECRET_MAX, NULL);
  secret = g_new0 (CvSecret, 1);
  g_atomic_ref_count_init (&secret->ref_count);
  secret->len = len;
  secret->slot_log2 = slot_log2_for (len);
  secret->data = secret->slot_log2 < 0 ? map_locked (len) : slot_take (secret->slot_log2);
  return secret;
}

CvSecret *
cv_secret_new_from (CvSpan bytes)
{
  CvSecret *secret = cv_secret_new (bytes.len);

  if (secret)
    memcpy (secret->data, bytes.data, bytes.len);
  return secret;
}

CvSecret *
cv_secret_ref (CvSecret *secret)
{
  g_return_val_if_fail (secret, NULL);

  g_atomic_ref_count_inc (&secret->ref_count);
  return secret;
}

void
cv_secret_unref (CvSecret *secret)
{
  if (!secret || !g_atomic_ref_count_dec (&secret->ref_count))
    return;
  if (secret->slot_log2 < 0) {
    cv_secret_wipe (secret->data, secret->len);
    munmap (secret->data, secret->len);
  } else
    slot_give (secret->data, secret->slot_log2);
  g_free (secret);
}

guint8 *
cv_secret_get_data (CvSecret *secret)
{
  g_return_val_if_fail (secret, NULL);

  return secret->data;
}

gsize
cv_secret_get_len (const CvSecret *secret)
{
  g_return_val_if_fail (secret, 0);

  return secret->len;
}

CvSpan
cv_secret_span (const CvSecret *secret)
{
  return secret ? cv_span (secret->data, secret->len) : CV_SPAN_EMPTY;
}
