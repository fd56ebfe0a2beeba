/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Welcome: the secrets of an epoch for those it adds (RFC 9420 §12.4.3.1). */
#pragma once

#include "mls/group-info.h"
#include "mls/group-secrets.h"
#include "mls/key-package.h"

G_BEGIN_DECLS

typedef struct {
  GBytes *new_member; /* KeyPackageRef */
  CvMlsHpkeCiphertext sealed;
} CvMlsEncryptedGroupSecrets;

typedef struct {
  CvMlsSuiteId suite;
  GPtrArray *secrets; /* CvMlsEncryptedGroupSecrets */
  GBytes *encrypted_group_info;
} CvMlsWelcome;

void cv_mls_welcome_clear (CvMlsWelcome *welcome);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsWelcome, cv_mls_welcome_clear)
gboolean cv_mls_welcome_read (CvReader *reader, CvMlsWelcome *welcome);
void cv_mls_welcome_write (CvWriter *writer, const CvMlsWelcome *welcome);

/* Starts a Welcome: encrypts the signed GroupInfo under the welcome secret. */
gboolean cv_mls_welcome_seal_group_info (const CvMlsCipher *cipher, const CvMlsGroupInfo *info,
                                         CvSpan welcome_secret, CvMlsWelcome *welcome,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Then once for each newcomer. */
gboolean cv_mls_welcome_add (const CvMlsCipher *cipher, CvMlsWelcome *welcome,
                             const CvMlsKeyPackage *package, const CvMlsGroupSecrets *secrets,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Finds the entry for that KeyPackageRef and opens it. INVALID: not for us. */
gboolean
cv_mls_welcome_open_secrets (const CvMlsCipher *cipher, const CvMlsWelcome *welcome,
                             CvSpan package_ref, CvSpan init_private, CvMlsGroupSecrets *secrets,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The signature stays to be checked with cv_mls_group_info_verify. */
gboolean cv_mls_welcome_open_group_info (const CvMlsCipher *cipher, const CvMlsWelcome *welcome,
                                         CvSpan welcome_secret, CvMlsGroupInfo *info,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
