/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Who a leaf says it is: basic identities, X.509 chains carried as they came (RFC 9420 §5.3). */
#pragma once

#include "mls/limits.h"
#include "base/bytes.h"

G_BEGIN_DECLS

enum {
  CV_MLS_CREDENTIAL_BASIC = 1,
  CV_MLS_CREDENTIAL_X509 = 2,
};

typedef struct {
  guint16 type;
  GBytes *identity; /* basic: the identity; x509: the inside of certificates<V> */
} CvMlsCredential;

void cv_mls_credential_init_basic (CvMlsCredential *credential, CvSpan identity);
/* The own certificate first; what they say is not looked at. */
void cv_mls_credential_init_x509 (CvMlsCredential *credential, const CvSpan *certificates,
                                  gsize n_certificates);
void cv_mls_credential_copy (CvMlsCredential *to, const CvMlsCredential *from);
void cv_mls_credential_clear (CvMlsCredential *credential);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsCredential, cv_mls_credential_clear)
/* Other types fail the reader: their length is unknown. */
gboolean cv_mls_credential_read (CvReader *reader, CvMlsCredential *credential);
void cv_mls_credential_write (CvWriter *writer, const CvMlsCredential *credential);

G_END_DECLS
