/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Leaves and KeyPackages that our own code would not make, with valid signatures: copy a good one,
 * change fields of the copy, and have it signed as it stands. */
#pragma once

#include "mls/key-package.h"

G_BEGIN_DECLS

/* Source KEY_PACKAGE. Full. */
GBytes *
forgery_sign_leaf (const CvMlsCipher *cipher, CvSpan signature_private, const CvMlsLeafNode *like);
/* As above, read back; it must be readable. */
CvMlsLeafNode *
forgery_make_leaf (const CvMlsCipher *cipher, CvSpan signature_private, const CvMlsLeafNode *like);
/* Around that leaf. Full. */
GBytes *forgery_sign_package (const CvMlsCipher *cipher, CvSpan signature_private,
                              const CvMlsKeyPackage *like, CvSpan leaf);

G_END_DECLS
