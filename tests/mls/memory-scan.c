/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What is learnt is kept in a mapping of its own that is not searched, and masked, so that not even
 * the copies that a compiler makes on the way there look like a secret. */
#include "mls/memory-scan.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define WINDOW 16
#define MASK 0x9e3779b97f4a7c15u
#define TABLE_LOG2 21
#define TABLE_LEN (1u << TABLE_LOG2)
#define VARIETY_MIN 6
#define MESSAGES_MAX 20

/* A window, masked; id 0 is a free place. */
typedef struct {
  guint64 halves[2];
  guint32 id;
  guint32 is_alive; /* a living CvSecret has it, too */
} Window;

typedef struct {
  Window windows[TABLE_LEN];
  guint32 n_windows;
  guint32 n_secrets;
} Table;

static Table *table;
static GHashTable *living; /* CvSecret → how many references */

static Table *
get_table (void)
{
  if (!table)
    table = mmap (NULL, sizeof *table, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (table != MAP_FAILED);
  return table;
}

static GHashTable *
get_living (void)
{
  if (!living)
    living = g_hash_table_new (NULL, NULL);
  return living;
}

static inline guint64
load_masked (const volatile guint8 *at)
{
  guint64 value;

  memcpy (&value, (const guint8 *)at, sizeof value);
  return value ^ MASK;
}

static inline guint32
place_of (guint64 first)
{
  return (guint32)((first * 0xff51afd7ed558ccdu) >> (64 - TABLE_LOG2));
}

static Window *
find (guint64 first, guint64 second, gboolean is_new)
{
  Table *all = get_table ();

  for (guint32 i = place_of (first);; i = (i + 1) % TABLE_LEN) {
    Window *window = &all->windows[i];

    if (window->id == 0)
      return is_new ? window : NULL;
    if (window->halves[0] == first && window->halves[1] == second)
      return window;
  }
}

static gboolean
has_variety (const guint8 *bytes)
{
  guint n_different = 0;

  for (guint i = 0; i < WINDOW; i++) {
    gboolean is_first = TRUE;

    for (guint j = 0; j < i; j++)
      is_first = is_first && bytes[j] != bytes[i];
    n_different += is_first;
  }
  return n_different >= VARIETY_MIN;
}

static guint64
swap_masked (guint64 masked)
{
  return GUINT64_SWAP_LE_BE (masked ^ MASK) ^ MASK;
}

static void
put (guint64 first, guint64 second)
{
  Table *all = get_table ();
  Window *window = find (first, second, TRUE);

  if (window->id == 0) {
    g_assert_cmpuint (++all->n_windows, <, TABLE_LEN / 2);
    window->halves[0] = first;
    window->halves[1] = second;
  }
  window->id = all->n_secrets;
}

void
memory_scan_learn (CvSpan secret)
{
  if (secret.len < WINDOW)
    return;
  get_table ()->n_secrets++;
  for (gsize i = 0; i + WINDOW <= secret.len; i++) {
    guint64 first = load_masked (secret.data + i);
    guint64 second = load_masked (secret.data + i + WINDOW / 2);

    if (!has_variety (secret.data + i))
      continue;
    put (first, second);
    put (swap_masked (second), swap_masked (first));
  }
}

void
memory_scan_forget_all (void)
{
  memset (get_table (), 0, sizeof *table);
}

guint
memory_scan_count_learnt (void)
{
  return get_table ()->n_secrets;
}

static void
mark_living (gboolean is_alive)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, get_living ());
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    CvSpan secret = cv_secret_span (key);

    for (gsize i = 0; i + WINDOW <= secret.len; i++) {
      guint64 first = load_masked (secret.data + i);
      guint64 second = load_masked (secret.data + i + WINDOW / 2);
      Window *ways[] = {find (first, second, FALSE),
                        find (swap_masked (second), swap_masked (first), FALSE)};

      for (gsize j = 0; j < G_N_ELEMENTS (ways); j++)
        if (ways[j])
          ways[j]->is_alive = is_alive;
    }
  }
}

/* One place for each secret and neighbourhood, not one for each byte of it. */
static guint
search (const char *name, gsize from, gsize to)
{
  guint n_found = 0;

  for (gsize at = from; at + WINDOW <= to; at++) {
    const volatile guint8 *bytes = (const volatile guint8 *)at;
    guint64 first = load_masked (bytes);
    Window *window = table->windows[place_of (first)].id != 0
                         ? find (first, load_masked (bytes + WINDOW / 2), FALSE)
                         : NULL;

    if (!window || window->is_alive)
      continue;
    if (n_found++ < MESSAGES_MAX)
      g_test_message ("secret %u of %u in %s at 0x%" G_GSIZE_MODIFIER "x + 0x%" G_GSIZE_MODIFIER
                      "x",
                      window->id, table->n_secrets, name, from, at - from);
    at += WINDOW - 1;
  }
  return n_found;
}

guint
memory_scan_run (void)
{
  FILE *maps = fopen ("/proc/self/maps", "r");
  char line[512];
  guint n_found = 0;

  g_assert_nonnull (maps);
  get_table ();
  mark_living (TRUE);
  while (fgets (line, sizeof line, maps)) {
    char name[256] = "";
    char rights[8];
    gsize from, to;

    g_assert_cmpint (sscanf (line, "%zx-%zx %7s %*s %*s %*s %255[^\n]", &from, &to, rights, name),
                     >=, 3);
    if (!g_str_has_prefix (rights, "rw") || (from <= (gsize)table && to > (gsize)table))
      continue;
    n_found += search (name, from, to);
  }
  fclose (maps);
  mark_living (FALSE);
  return n_found;
}

/* ---- what base/secret.h does, with a look at it ---- */

CvSecret *__real_cv_secret_new (gsize len);
CvSecret *__real_cv_secret_new_from (CvSpan bytes);
CvSecret *__real_cv_secret_ref (CvSecret *secret);
void __real_cv_secret_unref (CvSecret *secret);
CvSecret *__wrap_cv_secret_new (gsize len);
CvSecret *__wrap_cv_secret_new_from (CvSpan bytes);
CvSecret *__wrap_cv_secret_ref (CvSecret *secret);
void __wrap_cv_secret_unref (CvSecret *secret);

static CvSecret *
watch (CvSecret *secret)
{
  g_hash_table_insert (get_living (), secret, GUINT_TO_POINTER (1));
  return secret;
}

CvSecret *
__wrap_cv_secret_new (gsize len)
{
  return watch (__real_cv_secret_new (len));
}

CvSecret *
__wrap_cv_secret_new_from (CvSpan bytes)
{
  return watch (__real_cv_secret_new_from (bytes));
}

CvSecret *
__wrap_cv_secret_ref (CvSecret *secret)
{
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (get_living (), secret));

  g_hash_table_insert (get_living (), secret, GUINT_TO_POINTER (count + 1));
  return __real_cv_secret_ref (secret);
}

void
__wrap_cv_secret_unref (CvSecret *secret)
{
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (get_living (), secret));

  if (secret && count == 1) {
    memory_scan_learn (cv_secret_span (secret));
    g_hash_table_remove (get_living (), secret);
  } else if (secret)
    g_hash_table_insert (get_living (), secret, GUINT_TO_POINTER (count - 1));
  __real_cv_secret_unref (secret);
}
