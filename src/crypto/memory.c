/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* OpenSSL wipes keys, but not every copy that it makes of them: to hand out a raw X448 key, for one,
 * it builds a list of parameters and frees that as it is. The rejected way is its secure heap: of a
 * fixed size, and an error when that is used up. */
#include "crypto/memory.h"

#include "base/secret.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static void *
on_malloc (size_t len, const char *file, int line)
{
  return len > 0 ? malloc (len) : NULL;
}

static void
on_free (void *memory, const char *file, int line)
{
  if (memory)
    cv_secret_wipe (memory, malloc_usable_size (memory));
  free (memory);
}

/* The C library's would leave the old bytes behind where it moves a block. */
static void *
on_realloc (void *memory, size_t len, const char *file, int line)
{
  size_t old_len = memory ? malloc_usable_size (memory) : 0;
  void *moved;

  if (len == 0) {
    on_free (memory, file, line);
    return NULL;
  }
  if (len <= old_len)
    return memory;
  moved = malloc (len);
  if (moved && memory) {
    memcpy (moved, memory, old_len);
    on_free (memory, file, line);
  }
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
