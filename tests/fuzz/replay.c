/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Drives a fuzz target where libFuzzer is not: as a test of every run, without coverage.
 *
 * usage: fuzz-TARGET [FILE|FOLDER]... [--runs N]
 *
 * A file is fed and nothing else is done: how a crash is repeated. Folders hold the kept corpus. */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#define MOST_CHANGES 6
#define DEFAULT_RUNS 2000

static GPtrArray *pool; /* GBytes: seeds and corpus */
static gint n_runs = DEFAULT_RUNS;

/* In memory of its very size, so that the sanitizer sees a read behind it. */
static void
feed (CvSpan input)
{
  g_autofree guint8 *exact = g_malloc (MAX (input.len, 1));

  if (input.len > 0)
    memcpy (exact, input.data, input.len);
  LLVMFuzzerTestOneInput (exact, input.len);
}

static void
load_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *contents = NULL;
  gsize len = 0;

  g_file_get_contents (path, &contents, &len, &error);
  g_assert_no_error (error);
  g_ptr_array_add (pool, g_bytes_new_take (contents, len));
}

static void
load_folder (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open (path, 0, &error);
  const char *name;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (folder))) {
    g_autofree char *file = g_build_filename (path, name, NULL);

    load_file (file);
  }
}

static void
change_byte (GRand *rand, guint8 *byte)
{
  switch (g_rand_int_range (rand, 0, 4)) {
  case 0:
    *byte ^= (guint8)(1u << g_rand_int_range (rand, 0, 8));
    break;
  case 1:
    *byte = (guint8)g_rand_int_range (rand, 0, 10);
    break;
  case 2:
    *byte = (guint8)(*byte + g_rand_int_range (rand, -2, 3));
    break;
  default:
    *byte = (guint8)g_rand_int (rand);
  }
}

/* The head of one input, at times joined with the tail of another, and a few bytes changed: mostly
 * in front, where lengths and types are. */
static GByteArray *
mutate (GRand *rand)
{
  GBytes *first = g_ptr_array_index (pool, g_rand_int_range (rand, 0, (gint32)pool->len));
  GBytes *second = g_ptr_array_index (pool, g_rand_int_range (rand, 0, (gint32)pool->len));
  gsize head = g_bytes_get_size (first);
  GByteArray *out = g_byte_array_new ();

  if (g_rand_int_range (rand, 0, 6) == 0)
    head = (gsize)g_rand_int_range (rand, 0, (gint32)head + 1);
  if (head > 0)
    g_byte_array_append (out, g_bytes_get_data (first, NULL), (guint)head);
  if (head < g_bytes_get_size (first) && g_bytes_get_size (second) > 0) {
    gsize from = (gsize)g_rand_int_range (rand, 0, (gint32)g_bytes_get_size (second));

    g_byte_array_append (out, (const guint8 *)g_bytes_get_data (second, NULL) + from,
                         (guint)(g_bytes_get_size (second) - from));
  }
  for (gint i = g_rand_int_range (rand, 0, MOST_CHANGES + 1); i > 0 && out->len > 0; i--) {
    gint32 end = (gint32)out->len;

    if (g_rand_boolean (rand))
      end = MIN (end, 64);
    change_byte (rand, &out->data[g_rand_int_range (rand, 0, end)]);
  }
  return out;
}

static void
test_kept (void)
{
  for (guint i = 0; i < pool->len; i++)
    feed (cv_span_from_bytes (g_ptr_array_index (pool, i)));
}

static void
test_changed (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (9420);

  for (gint i = 0; i < n_runs; i++) {
    g_autoptr (GByteArray) input = mutate (rand);

    feed (cv_span_from_array (input));
  }
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) seeds = NULL;

  g_test_init (&argc, &argv, NULL);
  LLVMFuzzerInitialize (&argc, &argv);
  pool = fuzz_seeds_new ();
  for (int i = 1; i < argc; i++) {
    if (strcmp (argv[i], "--runs") == 0 && i + 1 < argc)
      n_runs = atoi (argv[++i]);
    else if (g_file_test (argv[i], G_FILE_TEST_IS_DIR))
      load_folder (argv[i]);
    else {
      load_file (argv[i]);
      n_runs = 0;
    }
  }
  if (n_runs > 0) {
    seeds = fuzz_dup_seeds ();
    for (guint i = 0; i < seeds->len; i++)
      g_ptr_array_add (pool, g_bytes_ref (g_ptr_array_index (seeds, i)));
    g_test_add_func ("/fuzz/changed", test_changed);
  }
  g_test_add_func ("/fuzz/kept", test_kept);
  return g_test_run ();
}
