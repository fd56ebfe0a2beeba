/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* HPKECiphertext: what is sealed to one public key (RFC 9420 §7.6). */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

typedef struct {
  GBytes *kem_output;
  GBytes *ciphertext;
} CvMlsHpkeCiphertext;

void cv_mls_hpke_ciphertext_clear (CvMlsHpkeCiphertext *sealed);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsHpkeCiphertext, cv_mls_hpke_ciphertext_clear)
/* FALSE: malformed, and nothing to clear. */
gboolean cv_mls_hpke_ciphertext_read (CvReader *reader, CvMlsHpkeCiphertext *sealed);
void cv_mls_hpke_ciphertext_write (CvWriter *writer, const CvMlsHpkeCiphertext *sealed);

G_END_DECLS
