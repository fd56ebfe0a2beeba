/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Secrets that valgrind watches: a branch or an index that depends on a hidden byte is reported.
 *
 * Hidden is "undefined" to memcheck, which follows it through copies and arithmetic, also through
 * OpenSSL: what is computed from a hidden key is hidden. Fresh secrets are hidden where they are
 * drawn, and what becomes public on purpose is shown where it does (ct-wraps.c); a test hides and
 * shows the rest. */
#pragma once

#include "base/secret.h"

#include <valgrind/memcheck.h>

#define CT_SECRET_LEN 32

static inline void
ct_hide (const void *data, gsize len)
{
  (void)VALGRIND_MAKE_MEM_UNDEFINED (data, len);
}

static inline void
ct_show (const void *data, gsize len)
{
  (void)VALGRIND_MAKE_MEM_DEFINED (data, len);
}

static inline void
ct_show_span (CvSpan span)
{
  ct_show (span.data, span.len);
}

/* Of the first byte, in part at least: a digit has bits that are the same in all digits. */
static inline gboolean
ct_is_hidden (CvSpan span)
{
  guint8 bits = 0;

  return span.len > 0 && VALGRIND_GET_VBITS (span.data, &bits, 1) == 1 && bits != 0;
}

/* See ct-wraps.c. */
extern gboolean ct_agreements_are_public;

/* Full; hidden. The bytes are arbitrary, and good for a private key of any curve. */
CvSecret *ct_new_secret (gsize len);

/* Adds a test that fails when valgrind reported something while it ran. */
void ct_add (const char *path, void (*run) (void));

void ct_add_codes (void);
void ct_add_crypto (void);
void ct_add_group (void);
void ct_add_mls (void);
