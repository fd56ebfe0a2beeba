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

/* In front of each block, as wide as the strictest alignment. */
typedef union {
  size_t len;
  max_align_t alignment;
} Head;

static void *
on_malloc (size_t len, const char *file, int line)
{
  Head *head = len > 0 && len <= SIZE_MAX - sizeof *head ? malloc (sizeof *head + len) : NULL;

  if (!head)
    return NULL;
  head->len = len;
  return head + 1;
}

static void
on_free (void *memory, const char *file, int line)
{
  Head *head = memory;

  if (!head)
    return;
  head--;
  cv_secret_wipe (memory, head->len);
  free (head);
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
