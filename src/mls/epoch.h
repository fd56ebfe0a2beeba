/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The facts of one epoch: context, tree, secrets, transcript. Immutable once confirmed. */
#pragma once

#include "mls/key-schedule.h"
#include "mls/transcript.h"
#include "mls/tree-hash.h"

G_BEGIN_DECLS

typedef struct {
  CvMlsCipher cipher;
  CvMlsGroupContext context;
  GBytes *encoded_context;
  CvMlsRatchetTree *tree; /* all hashes filled */
  CvMlsEpochSecrets secrets; /* all NULL when seen from outside; encryption_secret only at first */
  GBytes *confirmation_tag;
  GBytes *interim; /* interim transcript hash, with that tag */
} CvMlsEpoch;

/* Epoch 0 of a new group: random secrets. The tag is made. context's tree hash is set here. */
CvMlsEpoch *
cv_mls_epoch_new_first (const CvMlsCipher *cipher, const CvMlsGroupContext *context,
                        const CvMlsRatchetTree *tree, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* From the joiner secret; the tag is still missing: make_tag or check_tag comes next. */
CvMlsEpoch *cv_mls_epoch_new (const CvMlsCipher *cipher, const CvMlsGroupContext *context,
                              const CvMlsRatchetTree *tree, CvSpan joiner_secret, CvSpan psk_secret,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What an outsider knows from a GroupInfo: no secrets. */
CvMlsEpoch *cv_mls_epoch_new_outside (const CvMlsCipher *cipher, const CvMlsGroupContext *context,
                                      const CvMlsRatchetTree *tree, CvSpan confirmation_tag,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

void cv_mls_epoch_free (CvMlsEpoch *epoch); /* wipes */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsEpoch, cv_mls_epoch_free)

gboolean cv_mls_epoch_make_tag (CvMlsEpoch *epoch, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* AUTHENTICATION when it is not this epoch's. */
gboolean
cv_mls_epoch_check_tag (CvMlsEpoch *epoch, CvSpan tag, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
