/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* KeyPackages: an invitation to be added to a group (RFC 9420 §10). */
#pragma once

#include "mls/leaf-node.h"

G_BEGIN_DECLS

/* Reference-counted and immutable. */
typedef struct {
  guint16 version;
  CvMlsSuiteId suite;
  GBytes *init_key;
  CvMlsLeafNode *leaf_node;
  GPtrArray *extensions; /* CvMlsExtension */
  GBytes *signature;
  GBytes *encoded; /* the whole KeyPackage, as received or as made */
} CvMlsKeyPackage;

CvMlsKeyPackage *cv_mls_key_package_ref (CvMlsKeyPackage *package);
void cv_mls_key_package_unref (CvMlsKeyPackage *package); /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsKeyPackage, cv_mls_key_package_unref)

/* Full; NULL when the reader failed. */
CvMlsKeyPackage *cv_mls_key_package_read (CvReader *reader);
void cv_mls_key_package_write (CvWriter *writer, const CvMlsKeyPackage *package);
/* A bare KeyPackage and nothing behind it. MALFORMED. */
CvMlsKeyPackage *
cv_mls_key_package_parse (CvSpan encoded, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
  CvSecret *init_private;
  CvSecret *encryption_private;
} CvMlsKeyPackageKeys;

void cv_mls_key_package_keys_clear (CvMlsKeyPackageKeys *keys);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsKeyPackageKeys, cv_mls_key_package_keys_clear)

/* Full. keys is filled on success. */
CvMlsKeyPackage *
cv_mls_key_package_generate (const CvCrypto *crypto, const CvMlsLeafParams *params,
                             CvMlsKeyPackageKeys *keys, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* KeyPackageRef, §5.2. */
GBytes *cv_mls_key_package_dup_ref_hash (const CvMlsCipher *cipher, const CvMlsKeyPackage *package,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* §10, §10.1: version, suite, extensions that the leaf lists, both signatures, leaf source and leaf
 * rules, init key unlike the encryption key. now_s 0: lifetime not checked. */
gboolean cv_mls_key_package_verify (const CvMlsCipher *cipher, const CvMlsKeyPackage *package,
                                    guint64 now_s, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
