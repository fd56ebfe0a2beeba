/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Pre-shared keys: their ids, and the secret they add to the key schedule (RFC 9420 §8.4). */
#pragma once

#include "mls/labels.h"

G_BEGIN_DECLS

typedef enum {
  CV_MLS_PSK_EXTERNAL = 1,
  CV_MLS_PSK_RESUMPTION = 2,
} CvMlsPskType;

typedef enum {
  CV_MLS_PSK_USAGE_APPLICATION = 1,
  CV_MLS_PSK_USAGE_REINIT = 2,
  CV_MLS_PSK_USAGE_BRANCH = 3,
} CvMlsPskUsage;

typedef struct {
  CvMlsPskType type;
  GBytes *id; /* external */
  CvMlsPskUsage usage; /* resumption */
  GBytes *group_id; /* resumption */
  guint64 epoch; /* resumption */
  GBytes *nonce; /* Nh random bytes */
} CvMlsPskId;

void cv_mls_psk_id_clear (CvMlsPskId *id);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsPskId, cv_mls_psk_id_clear)
void cv_mls_psk_id_copy (CvMlsPskId *to, const CvMlsPskId *from);
void cv_mls_psk_id_free (CvMlsPskId *id); /* for lists; NULL is allowed */
/* With a fresh nonce of Nh bytes. */
gboolean cv_mls_psk_id_init_external (const CvMlsCipher *cipher, CvSpan psk_id, CvMlsPskId *id,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* For application use. */
gboolean cv_mls_psk_id_init_resumption (const CvMlsCipher *cipher, CvSpan group_id, guint64 epoch,
                                        CvMlsPskId *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cv_mls_psk_id_read (CvReader *reader, CvMlsPskId *id);
void cv_mls_psk_id_write (CvWriter *writer, const CvMlsPskId *id);
/* The whole PreSharedKeyID, nonce included: a commit names each once (§12.2). One PSK with another
 * nonce is another input of the key schedule (§8.4) and may stand beside it. */
gboolean cv_mls_psk_id_is_same (const CvMlsPskId *a, const CvMlsPskId *b);

/* PreSharedKeyID list: GPtrArray of CvMlsPskId. */
GPtrArray *cv_mls_psk_list_new (void);
GPtrArray *cv_mls_psk_list_read (CvReader *reader); /* full, never NULL */
void cv_mls_psk_list_write (CvWriter *writer, const GPtrArray *list);

/* Borrowed. */
typedef struct {
  const CvMlsPskId *id;
  CvSecret *secret;
} CvMlsPskInput;

/* Nh zero bytes when there is none; n_psks ≤ 65535. */
CvSecret *cv_mls_psk_secret (const CvMlsCipher *cipher, const CvMlsPskInput *psks, gsize n_psks,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
