/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* An adversary of mls who holds every key, for fuzzing what lies behind signatures and tags.
 *
 * No fuzzer guesses a signature. A member with a changed client does not have to: it signs what it
 * likes. So the link of a target puts these functions in front of mls' own (--wrap, see
 * fuzz_mls_wraps in meson.build), and while a switch is on they give what such a member could have
 * made happen. Nothing in src/ knows of it. */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

typedef struct {
  /* Signatures, confirmation tags and HPKE ciphertexts are as the adversary wants them: a wrong
   * signature or tag counts as right, a ciphertext that does not open stands for its own text. */
  gboolean holds_keys;
  /* What a PrivateMessage carries instead of its content and signature; NULL data: the content. */
  CvSpan raw_content;
  /* Or the content with bytes changed: entries of two bytes place and one byte to add. */
  CvSpan edits;
} FuzzOmniscience;

extern FuzzOmniscience fuzz_omniscience; /* all off at first */

G_END_DECLS
