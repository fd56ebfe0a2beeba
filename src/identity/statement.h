/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The identity statement: who stands behind an MLS leaf, signed by the identity key.
 *
 * It is the identity field of the leaf's basic credential. No clock: times are arguments. */
#pragma once

#include "identity/key-pair.h"

G_BEGIN_DECLS

#define CV_IDENTITY_STATEMENT_MAX_LEN 1024
#define CV_IDENTITY_NAME_MAX_CHARACTERS 64

typedef struct {
  GBytes *identity_key;
  guint8 identity_hash[CV_IDENTITY_HASH_LEN];
  char *name; /* valid UTF-8; NFC but for who broke the rules */
  guint8 mls_key_hash[32]; /* SHA-256 of the MLS signature public key */
  GBytes *room_id;
  guint64 not_before_s; /* since 1970 */
  guint64 not_after_s;
} CvIdentityStatement;

void cv_identity_statement_free (CvIdentityStatement *statement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvIdentityStatement, cv_identity_statement_free)

typedef struct {
  const char *name;
  CvSpan mls_public;
  CvSpan room_id;
  guint64 not_before_s;
  guint64 not_after_s;
} CvIdentityStatementParams;

/* NAME when the name is not allowed. */
GBytes *cv_identity_statement_sign (const CvCrypto *crypto, const CvIdentityKeyPair *pair,
                                    const CvIdentityStatementParams *params,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
  CvSpan mls_public; /* of the leaf that carries the statement */
  CvSpan room_id;
  guint64 now_s; /* 0: the times are not checked (a leaf that was valid when it was added) */
  guint64 oldest_s; /* it is to have been valid at some time from then to now; 0: now */
} CvIdentityStatementChecks;

/* Everything that a member must check, or NULL; of the name what all members judge alike. Who asks for
 * somebody to come in has cv_identity_statement_check_name beside it. */
CvIdentityStatement *cv_identity_statement_verify (const CvCrypto *crypto, CvSpan encoded,
                                                   const CvIdentityStatementChecks *checks,
                                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 1 to 64 characters, NFC, no control, format, bidi-override, invisible or unassigned character, no
 * outer blanks. Joiners and variation selectors are among these, after emoji too: a family comes apart
 * into its members, a heart may lose its colour. By this computer's Unicode version: for names that are
 * made here, or stand at the door. */
gboolean
cv_identity_statement_check_name (const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The part of it that asks nothing of a Unicode version: a member of any age says the same, so that no
 * commit is followed by some and refused by others. Characters may be unassigned here, and what is not
 * NFC here may be so elsewhere: compare names folded only (identity/contacts). */
gboolean
cv_identity_statement_check_fixed_name (const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The nearest allowed name, for what a person typed; full; NULL when nothing is left. */
char *cv_identity_statement_dup_clean_name (const char *typed);

G_END_DECLS
