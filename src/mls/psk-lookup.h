/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Finding the secrets behind PSK ids: the application's and those of past epochs (RFC 9420 §8.4). */
#pragma once

#include "mls/psk.h"

G_BEGIN_DECLS

/* Of how many epochs a resumption PSK is kept, the present one included: twice the commits that the server keeps, since a
 * resync starts where those end (E2EE.md section 5). */
#define CV_MLS_PSK_LOOKUP_PAST_MAX 512

/* Resumption PSKs of one group, oldest first. */
typedef struct CvMlsPastPsks CvMlsPastPsks;

/* `past` (may be NULL) and one epoch more. */
CvMlsPastPsks *
cv_mls_past_psks_extend (const CvMlsPastPsks *past, guint64 epoch, CvSecret *resumption_psk);
void cv_mls_past_psks_free (CvMlsPastPsks *past);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsPastPsks, cv_mls_past_psks_free)
CvSecret *cv_mls_past_psks_find (const CvMlsPastPsks *past, guint64 epoch); /* borrowed or NULL */

/* Borrowed. What is given is looked at before `find` and `find_resumption` are asked. */
typedef struct {
  const CvMlsPsk *psks; /* external */
  gsize n_psks;
  const CvMlsResumption *resumptions; /* those without a secret only name an epoch */
  gsize n_resumptions;
  CvMlsFindPsk find; /* may be NULL */
  CvMlsFindResumption
      find_resumption; /* of other groups, and of this one's further past; or NULL */
  gpointer data;
  const CvMlsPastPsks *past; /* may be NULL */
  CvSpan group_id; /* of `past` */
} CvMlsPskLookup;

gboolean cv_mls_psk_lookup_knows (const CvMlsPskLookup *lookup, const CvMlsPskId *id);

/* The PSK secret of a list of CvMlsPskId. STATE when one is not known here. */
CvSecret *
cv_mls_psk_lookup_secret (const CvMlsCipher *cipher, const CvMlsPskLookup *lookup,
                          const GPtrArray *psks, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
