/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* RAND_METHOD is the only door to the randomness of every OpenSSL context at once, and deprecated. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "fuzz/fuzz.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

static guint64 random_state;

static int
fill_random (unsigned char *out, int len)
{
  /* splitmix64: any input bit changes every output bit, which is all that is wanted. */
  for (int i = 0; i < len; i += 8) {
    guint64 z = random_state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
    z ^= z >> 31;
    memcpy (out + i, &z, (size_t)MIN (8, len - i));
  }
  return 1;
}

static int
is_ready (void)
{
  return 1;
}

/* A critical message ends the run by SIGABRT: libFuzzer keeps no input for GLib's own SIGTRAP. */
static GLogWriterOutput
judge_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if (level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) {
    g_log_writer_standard_streams (level, fields, n_fields, data);
    abort ();
  }
  return G_LOG_WRITER_HANDLED;
}

CvSpan
fuzz_read_short (CvReader *input)
{
  gsize len = cv_reader_u8 (input);

  return cv_reader_take (input, MIN (len, cv_reader_remaining (input)));
}

CvSpan
fuzz_read_long (CvReader *input)
{
  gsize len = cv_reader_u16 (input);

  return cv_reader_take (input, MIN (len, cv_reader_remaining (input)));
}

void
fuzz_random_restart (guint64 seed)
{
  random_state = seed;
}

GPtrArray *
fuzz_seeds_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
}

void
fuzz_seeds_take (GPtrArray *seeds, GBytes *seed)
{
  g_assert_nonnull (seed);
  g_ptr_array_add (seeds, seed);
}

void
fuzz_seeds_add (GPtrArray *seeds, CvSpan seed)
{
  fuzz_seeds_take (seeds, cv_span_dup (seed));
}

void
fuzz_seeds_add_kind (GPtrArray *seeds, guint8 kind, CvSpan seed)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_writer_u8 (&writer, kind);
  cv_writer_put (&writer, seed);
  fuzz_seeds_take (seeds, cv_writer_take (&writer));
}

static void
write_seeds (const char *folder)
{
  g_autoptr (GPtrArray) seeds = fuzz_dup_seeds ();

  for (guint i = 0; i < seeds->len; i++) {
    GBytes *seed = g_ptr_array_index (seeds, i);
    g_autofree char *name = g_strdup_printf ("seed-%03u", i);
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autoptr (GError) error = NULL;

    g_file_set_contents (path, g_bytes_get_data (seed, NULL), (gssize)g_bytes_get_size (seed),
                         &error);
    g_assert_no_error (error);
  }
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  static const RAND_METHOD method = {
      .bytes = fill_random,
      .pseudorand = fill_random,
      .status = is_ready,
  };

  g_log_set_writer_func (judge_log, NULL, NULL);
  g_assert_cmpint (RAND_set_rand_method (&method), ==, 1);
  fuzz_random_restart (1);
  if (*argc == 3 && strcmp ((*argv)[1], "--seeds") == 0) {
    write_seeds ((*argv)[2]);
    exit (0);
  }
  return 0;
}
