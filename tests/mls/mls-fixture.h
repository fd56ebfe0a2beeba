/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* People for the unit tests of mls: signature keys, leaf parameters, an epoch of two. */
#pragma once

#include "mls/key-package.h"
#include "mls/private-message.h"

G_BEGIN_DECLS

#define MLS_NOW_S G_GUINT64_CONSTANT (1750000000)

/* Any context; made at the first call. */
CvMlsCipher mls_fixture_cipher (guint16 suite);

typedef struct {
  CvMlsCipher cipher;
  CvCryptoKeyPair signature;
  CvMlsLeafParams params; /* borrows the signature keys; identity is the name */
} MlsPerson;

void mls_person_init (MlsPerson *person, guint16 suite, const char *name);
void mls_person_clear (MlsPerson *person);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MlsPerson, mls_person_clear)

CvMlsKeyPackage *mls_person_make_package (const MlsPerson *person, CvMlsKeyPackageKeys *keys);

/* Changes one bit and gives the bytes back to the caller, full. */
GBytes *mls_fixture_flip (GBytes *bytes, gsize at);

G_END_DECLS
