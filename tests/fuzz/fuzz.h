/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a fuzz target is made of.
 *
 * A target is one program with one source file. Built with -Dfuzz=true, libFuzzer drives it for as
 * long as it is let; in every other build tests/fuzz/replay.c does: seeds, the kept corpus, and a
 * few thousand changes of both from a fixed seed. */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

/* ---- given by the target ---- */

/* One input. Aborts when a promise is broken. Always 0. */
int LLVMFuzzerTestOneInput (const guint8 *data, size_t len);

/* Real inputs to begin with: GBytes; full. */
GPtrArray *fuzz_dup_seeds (void);

/* ---- given to the target ---- */

/* Before the first input, by libFuzzer or by replay.c: randomness without chance, critical messages
 * are fatal, others are not printed. "--seeds DIR" writes the seeds there and exits. Always 0. */
int LLVMFuzzerInitialize (int *argc, char ***argv);

/* A length of one byte, or of two, and as much as there is of it. */
CvSpan fuzz_read_short (CvReader *input);
CvSpan fuzz_read_long (CvReader *input);

/* OpenSSL's random bytes follow from `seed` from here on, so that the same input does the same
 * thing in any process: first in the target's world, then at the head of each input. */
void fuzz_random_restart (guint64 seed);

GPtrArray *fuzz_seeds_new (void);
void fuzz_seeds_take (GPtrArray *seeds, GBytes *seed); /* takes; not NULL */
void fuzz_seeds_add (GPtrArray *seeds, CvSpan seed);
/* With a byte in front that chooses among the parts of a target. */
void fuzz_seeds_add_kind (GPtrArray *seeds, guint8 kind, CvSpan seed);

G_END_DECLS
