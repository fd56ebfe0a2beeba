/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* OpenSSL wipes keys, but not every copy that it makes of them: to hand out a raw X448 key, for one,
 * it builds a list of parameters and frees that as it is. The rejected way is its secure heap: of a
 * fixed size, and an error when that is used up. */
#include "crypto/memory.h"

#include "base/secret.h"

#include <openssl/crypto.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A kept cipher's tables are read 64 bytes at a time. Where they do not begin at such a line, each read
 * takes two, and opening a frame of 1200 bytes 7 of 160 ns longer. */
#define LINE 64
#define LINED_FROM 256 /* bytes: smaller ones hold no tables */

/* In front of each block, as wide as the strictest alignment. */
typedef union {
  size_t len;
  max_align_t alignment;
} Head;

static size_t
get_front (size_t len)
{
  return len >= LINED_FROM ? LINE : sizeof (Head);
}

static void *
on_malloc (size_t len, const char *file, int line)
{
  size_t front = get_front (len);
  char *block;
  Head *head;

  if (len == 0 || len > SIZE_MAX - 2 * LINE)
    return NULL;
  block = front == LINE ? aligned_alloc (LINE, (front + len + LINE - 1) / LINE * LINE)
                        : malloc (front + len);
  if (!block)
    return NULL;
  head = (Head *)(block + front) - 1;
  head->len = len;
  return head + 1;
}

static void
on_free (void *memory, const char *file, int line)
{
  Head *head = memory;
  size_t front;

  if (!head)
    return;
  head--;
  front = get_front (head->len);
  cv_secret_wipe (memory, head->len);
  free ((char *)memory - front);
}

/* The C library's would leave the old bytes behind where it moves a block. */
static void *
on_realloc (void *memory, size_t len, const char *file, int line)
{
  void *moved = on_malloc (len, file, line);

  if (moved && memory)
    memcpy (moved, memory, MIN (len, ((Head *)memory - 1)->len));
  /* As the C library's: a block stays when there is no room for another. */
  if (moved || len == 0)
    on_free (memory, file, line);
  return moved;
}

gboolean
cv_crypto_memory_wipe_freed (void)
{
  static gsize once;
  static gboolean is_set;

  if (g_once_init_enter (&once)) {
    is_set = CRYPTO_set_mem_functions (on_malloc, on_realloc, on_free) == 1;
    g_once_init_leave (&once, 1);
  }
  return is_set;
}
