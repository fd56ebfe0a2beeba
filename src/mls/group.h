/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One member's view of an MLS group at one epoch: create, commit, receive, export (RFC 9420).
 *
 * A CvMlsGroup is one epoch. A commit, made or received, yields a new CvMlsGroup and leaves the
 * old one as it was; the caller swaps when the server has ordered the commit and its policy allows
 * it. Only protecting and opening application messages moves the epoch's own ratchets (§9.1).
 * No I/O, no clock: times are arguments. One thread at a time. */
#pragma once

#include "crypto/context.h"
#include "crypto/kem.h"
#include "crypto/suites.h"

G_BEGIN_DECLS

#define CV_MLS_ERROR (cv_mls_error_quark ())
GQuark cv_mls_error_quark (void);

typedef enum {
  CV_MLS_ERROR_AUTHENTICATION, /* tag, signature, MAC or hash wrong: drop the message */
  CV_MLS_ERROR_MALFORMED, /* not a valid encoding: drop the message */
  CV_MLS_ERROR_INVALID, /* well-formed but against the RFC's rules: drop the message */
  CV_MLS_ERROR_EPOCH, /* for another epoch or group: fetch the gap, or wait */
  CV_MLS_ERROR_UNSUPPORTED, /* version, suite or extension this build does not have */
  CV_MLS_ERROR_GENERATION, /* key already used and deleted, or too far ahead: a replay */
  CV_MLS_ERROR_STATE, /* the caller asked for something this epoch cannot do */
} CvMlsError;

/* Leaf index, 0-based: not a node index. */
typedef struct {
  guint32 index;
} CvMlsLeaf;

typedef struct CvMlsGroup CvMlsGroup;
typedef struct CvMlsJoiner CvMlsJoiner;

/* What a new leaf is made of. Everything is borrowed for the call. */
typedef struct {
  const CvMlsSuite *suite;
  CvSpan signature_private; /* of this meeting's MLS signature key */
  CvSpan signature_public;
  CvSpan identity; /* basic credential: the identity statement */
  const guint16 *extension_types; /* capabilities beyond the defaults, e.g. conference_policy */
  gsize n_extension_types;
  guint64 not_before_s; /* lifetime of the KeyPackage, seconds since 1970 */
  guint64 not_after_s;
} CvMlsLeafParams;

/* Where external PSKs come from: returns full, NULL when unknown. */
typedef CvSecret *(*CvMlsFindPsk) (gpointer data, CvSpan psk_id);

/* ---- starting and joining ---- */

/* A group of one, epoch 0. `policy` becomes the GroupContext extension of `policy_type`, and
 * required_capabilities lists that extension (empty policy: neither). */
CvMlsGroup *
cv_mls_group_new (const CvCrypto *crypto, const CvMlsLeafParams *leaf, CvSpan group_id,
                  guint16 policy_type, CvSpan policy, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A KeyPackage and its private keys, waiting for a Welcome. */
CvMlsJoiner *cv_mls_joiner_new (const CvCrypto *crypto, const CvMlsLeafParams *leaf,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_mls_joiner_free (CvMlsJoiner *joiner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsJoiner, cv_mls_joiner_free)
GBytes *cv_mls_joiner_get_key_package (const CvMlsJoiner *joiner); /* bare KeyPackage, borrowed */

typedef struct {
  CvSpan welcome; /* MLSMessage */
  CvSpan ratchet_tree; /* empty when the Welcome carries the tree */
  CvMlsFindPsk find_psk;
  gpointer psk_data;
  guint64 now_s;
} CvMlsJoinParams;

CvMlsGroup *
cv_mls_group_join (const CvCrypto *crypto, const CvMlsJoiner *joiner, const CvMlsJoinParams *params,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

CvMlsGroup *cv_mls_group_ref (CvMlsGroup *group);
void cv_mls_group_unref (CvMlsGroup *group); /* the last one wipes every secret of the epoch */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsGroup, cv_mls_group_unref)

/* ---- what an outsider's KeyPackage says; verified: signature, lifetime, suite ---- */

typedef struct {
  GBytes *ref; /* KeyPackageRef, §5.2 */
  GBytes *identity; /* basic credential */
  GBytes *signature_public;
} CvMlsKeyPackageInfo;

void cv_mls_key_package_info_clear (CvMlsKeyPackageInfo *info);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsKeyPackageInfo, cv_mls_key_package_info_clear)
gboolean cv_mls_key_package_inspect (const CvCrypto *crypto, const CvMlsSuite *suite,
                                     CvSpan key_package, guint64 now_s, CvMlsKeyPackageInfo *info,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- facts of the epoch; all borrowed ---- */

const CvMlsSuite *cv_mls_group_get_suite (const CvMlsGroup *group);
CvSpan cv_mls_group_get_id (const CvMlsGroup *group);
guint64 cv_mls_group_get_epoch (const CvMlsGroup *group);
CvMlsLeaf cv_mls_group_get_own_leaf (const CvMlsGroup *group);
guint32 cv_mls_group_get_leaf_count (const CvMlsGroup *group); /* tree width, blanks included */
guint32 cv_mls_group_get_n_members (const CvMlsGroup *group);
CvSpan cv_mls_group_get_epoch_authenticator (const CvMlsGroup *group);
CvSpan cv_mls_group_get_confirmed_transcript_hash (const CvMlsGroup *group);
/* The GroupContext extension of that type; empty span when absent. */
CvSpan cv_mls_group_get_extension (const CvMlsGroup *group, guint16 type);

typedef struct {
  CvMlsLeaf leaf;
  CvSpan identity;
  CvSpan signature_public;
} CvMlsMember;

/* FALSE when the leaf is blank or outside the tree. */
gboolean cv_mls_group_get_member (const CvMlsGroup *group, CvMlsLeaf leaf, CvMlsMember *member);

CvSecret *cv_mls_group_export (const CvMlsGroup *group, const char *label, CvSpan context,
                               gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* SignWithLabel with the own MLS signature key, and VerifyWithLabel with a member's (§5.1.2). */
GBytes *cv_mls_group_sign (const CvMlsGroup *group, const char *label, CvSpan content,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
cv_mls_group_verify (const CvMlsGroup *group, CvMlsLeaf leaf, const char *label, CvSpan content,
                     CvSpan signed_with, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- commits ---- */

typedef struct {
  CvSpan id;
  CvSecret *secret;
} CvMlsPsk;

/* All by value. Everything is borrowed for the call. */
typedef struct {
  const CvSpan *adds; /* bare KeyPackages */
  gsize n_adds;
  const CvMlsLeaf *removes;
  gsize n_removes;
  const CvSpan *policy; /* new contents of the policy extension; NULL: unchanged */
  guint16 policy_type;
  const CvMlsPsk *psks; /* external */
  gsize n_psks;
  CvSpan authenticated_data;
  gboolean is_pathless; /* leave out the path where §12.4 allows it */
  guint64 now_s;
} CvMlsCommitParams;

typedef struct {
  GBytes *commit; /* MLSMessage with a PrivateMessage */
  GBytes *welcome; /* MLSMessage for all added, with the tree inside; NULL without adds */
  CvMlsGroup *next; /* the epoch that holds once the server has accepted the commit */
} CvMlsCommitResult;

void cv_mls_commit_result_clear (CvMlsCommitResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsCommitResult, cv_mls_commit_result_clear)

/* May run in a worker while other threads only read `group`. */
gboolean cv_mls_group_commit (const CvMlsGroup *group, const CvMlsCommitParams *params,
                              CvMlsCommitResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- messages ---- */

/* PrivateMessage with content type application, padded to a multiple of 256 bytes. */
GBytes *cv_mls_group_protect (CvMlsGroup *group, CvSpan data, CvSpan authenticated_data,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What can be read of an MLSMessage without keys: for ordering. */
typedef enum {
  CV_MLS_CONTENT_APPLICATION = 1,
  CV_MLS_CONTENT_PROPOSAL = 2,
  CV_MLS_CONTENT_COMMIT = 3,
} CvMlsContentType;

typedef struct {
  guint16 wire_format; /* 1 public, 2 private, 3 welcome, 4 group info, 5 key package */
  CvSpan group_id; /* for public and private messages */
  guint64 epoch;
  CvMlsContentType content_type;
} CvMlsPeek;

gboolean
cv_mls_group_peek (CvSpan message, CvMlsPeek *peek, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
  CvMlsLeaf leaf;
  GBytes *key_package_ref;
  GBytes *identity;
} CvMlsAdded;

/* What a commit does, for the caller's policy. */
typedef struct {
  CvMlsLeaf committer;
  gboolean is_external; /* the committer joined by this commit (§12.4.3.2) */
  gboolean has_path;
  GArray *added; /* CvMlsAdded */
  GArray *removed; /* CvMlsLeaf, indices of the old epoch */
  /* CvMlsLeaf: Update proposals, and the committer when its path changes its credential or
   * signature key. Whose leaf is here may not be who it was: look at it again. */
  GArray *updated;
  GPtrArray *psk_ids; /* GBytes, external PSKs */
  gboolean has_resumption_psk;
  gboolean changes_policy; /* a GroupContextExtensions proposal is among them */
  gboolean removes_self;
} CvMlsCommitSummary;

typedef struct {
  CvMlsContentType type;
  CvMlsLeaf sender;
  GByteArray *data; /* application: free with cv_crypto_aead_free_plaintext */
  GBytes *authenticated_data;
  CvMlsGroup *next; /* commit: the new epoch; NULL when it removes us */
  CvMlsCommitSummary summary; /* commit */
} CvMlsReceived;

void cv_mls_received_clear (CvMlsReceived *received);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsReceived, cv_mls_received_clear)

typedef struct {
  CvSpan message; /* MLSMessage */
  CvMlsFindPsk find_psk;
  gpointer psk_data;
  guint64 now_s;
} CvMlsReceiveParams;

/* Opens one message of this epoch. Application: the key is used up. Commit: fully checked; `group`
 * is as before (its ratchet for that sender excepted). Our own commit coming back is STATE: use
 * the CvMlsCommitResult. */
gboolean cv_mls_group_receive (CvMlsGroup *group, const CvMlsReceiveParams *params,
                               CvMlsReceived *received, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- re-synchronising (E2EE.md section 5) ---- */

/* GroupInfo with external_pub and the tree, signed by us: MLSMessage. */
GBytes *
cv_mls_group_dup_group_info (const CvMlsGroup *group, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* From an old epoch of the same group to the GroupInfo's: an external commit with a resumption PSK
 * of `old` and the removal of the own old leaf. result->welcome stays NULL. */
gboolean cv_mls_group_resync (const CvMlsGroup *old, CvSpan group_info, guint64 now_s,
                              CvMlsCommitResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
