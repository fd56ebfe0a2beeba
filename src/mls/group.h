/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One member's view of an MLS group at one epoch: create, commit, receive, export (RFC 9420).
 *
 * A CvMlsGroup is one epoch. A commit, made or received, yields a new CvMlsGroup and leaves the
 * old one as it was; the caller swaps when the server has ordered the commit and its policy allows
 * it. Only protecting and opening application messages moves the epoch's own ratchets (§9.1).
 * No I/O, no clock: `now_s` is the time in seconds since 1970. One thread at a time, but for what is
 * said at cv_mls_group_commit. */
#pragma once

#include "crypto/context.h"
#include "crypto/kem.h"
#include "crypto/suites.h"

G_BEGIN_DECLS

#define CV_MLS_ERROR (cv_mls_error_quark ())
GQuark cv_mls_error_quark (void);

typedef enum {
  CV_MLS_ERROR_AUTHENTICATION, /* tag, signature or MAC wrong: drop the message */
  CV_MLS_ERROR_MALFORMED, /* not a valid encoding: drop the message */
  CV_MLS_ERROR_INVALID, /* against the RFC's rules, a wrong tree or parent hash too: drop it */
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

#define CV_MLS_APPLICATION_ID_MAX_LEN 255

/* What a new leaf is made of. Everything is borrowed for the call. */
typedef struct {
  /* The only one that the capabilities list: they are for others to choose another group's suite from,
   * and a signature key is of one suite. For another one there is another leaf. */
  const CvMlsSuite *suite;
  CvSpan signature_private; /* of this meeting's MLS signature key */
  CvSpan signature_public;
  CvSpan identity; /* basic credential: the identity statement */
  const CvSpan *certificates; /* X.509 credential instead, the own one first: carried, not judged */
  gsize n_certificates;
  gboolean supports_x509; /* can be in a group with X.509 credentials; implied by certificates */
  /* §5.3.3, at most CV_MLS_APPLICATION_ID_MAX_LEN bytes; empty: none. Says who the client is to the
   * application, and stays with the leaf; signed by it, and by nobody else. */
  CvSpan application_id;
  const guint16 *extension_types; /* capabilities beyond the defaults, e.g. conference_policy */
  gsize n_extension_types;
  /* Lifetime of the KeyPackage, seconds since 1970: a day at most, as nobody takes a longer one. */
  guint64 not_before_s;
  guint64 not_after_s;
} CvMlsLeafParams;

/* Where external PSKs come from: returns full, NULL when unknown. */
typedef CvSecret *(*CvMlsFindPsk) (gpointer data, CvSpan psk_id);
/* Where resumption PSKs of other groups come from: the same. */
typedef CvSecret *(*CvMlsFindResumption) (gpointer data, CvSpan group_id, guint64 epoch);

/* One entry of a list of extensions. */
typedef struct {
  guint16 type;
  CvSpan data;
} CvMlsExtensionValue;

/* ---- starting and joining ---- */

/* A group of one, epoch 0. `policy` becomes the GroupContext extension of `policy_type`, and
 * required_capabilities lists that extension (empty policy: neither). */
CvMlsGroup *
cv_mls_group_new (const CvCrypto *crypto, const CvMlsLeafParams *leaf, CvSpan group_id,
                  guint16 policy_type, CvSpan policy, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A group of one whose GroupContext has exactly these extensions. */
typedef struct {
  const CvMlsLeafParams *leaf;
  CvSpan group_id;
  const CvMlsExtensionValue *extensions;
  gsize n_extensions;
} CvMlsCreateParams;

CvMlsGroup *cv_mls_group_create (const CvCrypto *crypto, const CvMlsCreateParams *params,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A KeyPackage and its private keys, waiting for a Welcome. For one group only (§16.8): free it once
 * cv_mls_group_join gave a group, and never join with it again; whoever gets its keys later can read
 * the Welcome. After a refused Welcome it may wait for another one. */
CvMlsJoiner *cv_mls_joiner_new (const CvCrypto *crypto, const CvMlsLeafParams *leaf,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_mls_joiner_free (CvMlsJoiner *joiner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsJoiner, cv_mls_joiner_free)
GBytes *cv_mls_joiner_get_key_package (const CvMlsJoiner *joiner); /* bare KeyPackage, borrowed */

typedef struct {
  CvSpan welcome; /* MLSMessage */
  CvSpan ratchet_tree; /* empty when the Welcome carries the tree */
  CvMlsFindPsk find_psk;
  gpointer psk_data; /* for both callbacks */
  /* Not compared with any lifetime: who is in may be in for longer than a KeyPackage lives (§7.3).
   * With 0 a leaf in the tree may be one that was made to live longer than is allowed (§7.2). */
  guint64 now_s;
  CvMlsFindResumption find_resumption; /* may be NULL */
  /* The group that this one re-initialises or branches from (§11.2, §11.3); NULL: such a Welcome is
   * refused. For a re-initialisation it is at the epoch that the ReInit made. */
  const CvMlsGroup *parent;
  /* Of the groups that the caller is in: a second one of an id is refused, which is a MUST of §12.4.3.
   * NULL: not checked here, so the caller has to. */
  const CvSpan *group_ids;
  gsize n_group_ids;
} CvMlsJoinParams;

CvMlsGroup *
cv_mls_group_join (const CvCrypto *crypto, const CvMlsJoiner *joiner, const CvMlsJoinParams *params,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

CvMlsGroup *cv_mls_group_ref (CvMlsGroup *group);
void cv_mls_group_unref (CvMlsGroup *group); /* the last one wipes every secret of the epoch */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsGroup, cv_mls_group_unref)

/* After the swap to the next epoch: wipes all of the epoch's secrets (§9.2) but those that open late
 * application messages. Those, the facts, past resumption PSKs, signing and verifying stay; to make,
 * take or export anything else is STATE from now on. No other thread may use it meanwhile. */
void cv_mls_group_retire (CvMlsGroup *group);

/* ---- what an outsider's KeyPackage says; verified: signature, lifetime, suite ---- */

typedef struct {
  GBytes *ref; /* KeyPackageRef, §5.2 */
  GBytes *identity; /* basic credential */
  GBytes *signature_public;
  GBytes *application_id; /* empty: none, or too long */
  gsize leaf_len; /* bytes of the LeafNode */
  guint64 not_before_s; /* lifetime of the leaf, seconds since 1970 */
  guint64 not_after_s;
} CvMlsKeyPackageInfo;

void cv_mls_key_package_info_clear (CvMlsKeyPackageInfo *info);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsKeyPackageInfo, cv_mls_key_package_info_clear)
/* now_s 0: the lifetime is not compared with the time; how long it may be is checked all the same. */
gboolean cv_mls_key_package_inspect (const CvCrypto *crypto, const CvMlsSuite *suite,
                                     CvSpan key_package, guint64 now_s, CvMlsKeyPackageInfo *info,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether this epoch's tree takes such a leaf (§7.3): it supports the group's extensions, nobody
 * has one of its keys, and newcomers can still read the tree. What inspect looks at is not looked at again. Cheap. */
gboolean cv_mls_group_can_add (const CvMlsGroup *group, CvSpan key_package,
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
guint cv_mls_group_get_n_extensions (const CvMlsGroup *group); /* of the GroupContext */

typedef struct {
  CvMlsLeaf leaf;
  guint16 credential_type; /* 1 basic, 2 X.509 */
  CvSpan identity; /* X.509: the inside of certificates<V> */
  CvSpan signature_public;
  CvSpan application_id; /* what the leaf says (§5.3.3); empty: nothing, or too much */
  gsize leaf_len; /* bytes of the whole LeafNode: what it adds to every Welcome */
} CvMlsMember;

/* FALSE when the leaf is blank or outside the tree. */
gboolean cv_mls_group_get_member (const CvMlsGroup *group, CvMlsLeaf leaf, CvMlsMember *member);

/* The tree of this epoch, for a Welcome or a GroupInfo without one: full. */
GBytes *cv_mls_group_dup_ratchet_tree (const CvMlsGroup *group);
/* Of this epoch or of one of the 511 before it: full; NULL when it is not kept. */
CvSecret *cv_mls_group_dup_resumption_psk (const CvMlsGroup *group, guint64 epoch);

CvSecret *cv_mls_group_export (const CvMlsGroup *group, const char *label, CvSpan context,
                               gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* SignWithLabel with the own MLS signature key, and VerifyWithLabel with a member's (§5.1.2). */
GBytes *cv_mls_group_sign (const CvMlsGroup *group, const char *label, CvSpan content,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
cv_mls_group_verify (const CvMlsGroup *group, CvMlsLeaf leaf, const char *label, CvSpan content,
                     CvSpan signed_with, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- proposals (§12.1) ---- */

typedef enum {
  CV_MLS_PROPOSAL_ADD = 1,
  CV_MLS_PROPOSAL_UPDATE = 2,
  CV_MLS_PROPOSAL_REMOVE = 3,
  CV_MLS_PROPOSAL_PSK = 4,
  CV_MLS_PROPOSAL_REINIT = 5,
  CV_MLS_PROPOSAL_EXTERNAL_INIT = 6,
  CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS = 7,
} CvMlsProposalType;

/* A resumption PSK for application use. */
typedef struct {
  CvSpan group_id; /* empty: this group */
  guint64 epoch;
  CvSecret *secret; /* of another group; NULL: this group's own past */
} CvMlsResumption;

/* The group that is to follow this one (§12.1.5). */
typedef struct {
  CvSpan group_id;
  guint16 version; /* 0: mls10 */
  CvMlsSuiteId suite;
  const CvMlsExtensionValue *extensions;
  gsize n_extensions;
} CvMlsReinit;

/* Only what the type asks for is read. Everything is borrowed for the call. */
typedef struct {
  CvMlsProposalType type; /* not EXTERNAL_INIT */
  CvSpan key_package; /* ADD: bare KeyPackage */
  const CvMlsLeafParams *leaf; /* UPDATE: new credential, signature key, capabilities; or NULL */
  CvMlsLeaf removed; /* REMOVE */
  CvSpan psk_id; /* PSK: external, when resumption is NULL */
  const CvMlsResumption *resumption; /* PSK */
  const CvMlsReinit *reinit; /* REINIT */
  const CvMlsExtensionValue *extensions; /* GROUP_CONTEXT_EXTENSIONS: all that hold afterwards */
  gsize n_extensions;
  CvSpan authenticated_data;
  gboolean is_public; /* PublicMessage instead of PrivateMessage */
  guint64 now_s; /* 0: the lifetime of an ADD's KeyPackage is not checked */
} CvMlsProposeParams;

/* MLSMessage with one proposal, which waits here as it does at whoever receives it. An Update keeps
 * its new private key until the commit that names it. */
GBytes *cv_mls_group_propose (CvMlsGroup *group, const CvMlsProposeParams *params,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* While proposals wait, a member may not send application data (§12.4): commit, or forget those
 * that the policy does not want. That is so for an outsider's too: anybody whose KeyPackage is valid
 * can ask to be added, and stops cv_mls_group_protect until that is committed or forgotten.
 *
 * What is forgotten is in no commit of our own, but one of another member that names it can still be
 * followed until the epoch ends: it is kept for that, with an own Update's private key, and goes on
 * taking its room. Only forgotten ones of outsiders give way when the room is needed, the oldest
 * first; a commit that names such a one is STATE until it is received again. What is received or
 * proposed again waits again.
 *
 * 256 proposals of 4 MiB together may wait from one member, as many from all outsiders together, and
 * four times that from everybody: more is STATE. To forget makes room for outsiders only.
 * reference empty: all; FALSE: nothing was forgotten. */
guint cv_mls_group_get_n_pending (const CvMlsGroup *group);
gboolean cv_mls_group_forget_proposals (CvMlsGroup *group, CvSpan reference);

/* From outside, always a PublicMessage: an external sender that the group's external_senders
 * extension lists (§12.1.8), or a newcomer who asks to be added. */
typedef struct {
  const CvMlsSuite *suite;
  CvSpan group_id;
  guint64 epoch;
  guint32 sender_index; /* in external_senders */
  CvSpan signature_private; /* of that entry */
  CvMlsProposeParams proposal; /* not UPDATE; PSK: with group_id and epoch when a resumption */
} CvMlsExternalProposeParams;

GBytes *cv_mls_external_propose (const CvCrypto *crypto, const CvMlsExternalProposeParams *params,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *
cv_mls_joiner_propose_add (const CvCrypto *crypto, const CvMlsJoiner *joiner, CvSpan group_id,
                           guint64 epoch, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Contents for extensions of a GroupContext: full. Whether a credential in them is whom it says is the
 * application's to validate (§5.3.1), in every list that a commit or a Welcome brings. */
typedef struct {
  CvSpan signature_public;
  CvSpan identity; /* basic credential */
} CvMlsExternalSender;

GBytes *cv_mls_external_senders_encode (const CvMlsExternalSender *senders, gsize n_senders);

/* ---- commits ---- */

typedef struct {
  CvSpan id;
  CvSecret *secret;
} CvMlsPsk;

/* By value, but what waits. Everything is borrowed for the call. */
typedef struct {
  const CvSpan *adds; /* bare KeyPackages */
  gsize n_adds;
  const CvMlsLeaf *removes;
  gsize n_removes;
  const CvSpan *policy; /* new contents of the policy extension; NULL: unchanged */
  guint16 policy_type;
  const CvMlsPsk *psks; /* external; also looked up for proposals that wait */
  gsize n_psks;
  CvSpan authenticated_data;
  gboolean is_pathless; /* leave out the path where §12.4 allows it */
  guint64 now_s; /* 0: lifetimes of KeyPackages that are added are not checked */
  /* By reference: what waits and can be in one commit with the rest (§12.2 says which is left). A
   * KeyPackage that started or ends within a minute is left, too: by another clock it is not good. */
  gboolean includes_pending;
  const CvMlsResumption *resumptions;
  gsize n_resumptions;
  gboolean has_extensions; /* all that hold afterwards; not with `policy` */
  const CvMlsExtensionValue *extensions;
  gsize n_extensions;
  const CvMlsReinit *reinit; /* alone in its commit; NULL: none */
  gboolean is_public; /* PublicMessage instead of PrivateMessage */
  gboolean is_tree_beside; /* the Welcome has no tree: cv_mls_group_dup_ratchet_tree of `next` */
  CvMlsFindPsk find_psk; /* external PSKs of proposals that wait; may be NULL */
  CvMlsFindResumption find_resumption; /* may be NULL */
  gpointer psk_data;
  /* The committer's new credential, signature key and capabilities; NULL: as before. The result's
   * `next` signs with the new key. */
  const CvMlsLeafParams *leaf;
} CvMlsCommitParams;

typedef struct {
  GBytes *commit; /* MLSMessage */
  GBytes *welcome; /* MLSMessage for all added; NULL without adds */
  CvMlsGroup *next; /* the epoch that holds once the server has accepted the commit */
} CvMlsCommitResult;

void cv_mls_commit_result_clear (CvMlsCommitResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsCommitResult, cv_mls_commit_result_clear)

/* May run in a worker that holds a reference. Beside it another thread, one, may ask `group` for facts,
 * export, sign, verify, make a GroupInfo, protect application data, and receive application data and
 * commits. It may not propose, commit, or retire the group; and with includes_pending not receive
 * (cv_mls_group_peek tells) or forget proposals. */
gboolean cv_mls_group_commit (const CvMlsGroup *group, const CvMlsCommitParams *params,
                              CvMlsCommitResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- groups that follow another one (§11.2, §11.3) ---- */

/* TRUE: this epoch came by a ReInit and is the group's last: it can send and receive nothing more.
 * What it says is borrowed from `group`, but for `extensions`, which stays empty: they are in the
 * successor. */
gboolean cv_mls_group_get_reinit (const CvMlsGroup *group, CvMlsReinit *reinit);

typedef struct {
  const CvMlsLeafParams *leaf; /* our own in the new group; of its suite */
  CvSpan group_id; /* branch only: of the new group */
  const CvMlsExtensionValue *extensions; /* branch only */
  gsize n_extensions;
  const CvSpan *adds; /* KeyPackages: reinit all other members', branch some of them */
  gsize n_adds;
  gboolean is_tree_beside;
  guint64 now_s; /* 0: lifetimes of `adds` are not checked */
} CvMlsSuccessorParams;

/* The new group at its epoch 1 with the Welcome for the others; result->commit stays NULL, for
 * nobody was there to see it. reinit: `parent` is at the epoch that the ReInit made. */
gboolean cv_mls_group_reinit (const CvMlsGroup *parent, const CvMlsSuccessorParams *params,
                              CvMlsCommitResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cv_mls_group_branch (const CvMlsGroup *parent, const CvMlsSuccessorParams *params,
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
  guint64 resumption_epoch; /* the oldest that they name; goes with has_resumption_psk */
  gboolean changes_policy; /* a GroupContextExtensions proposal is among them */
  gboolean removes_self; /* `next` is NULL and the confirmation tag unchecked: see receive */
  gboolean has_reinit; /* `next` is the group's last epoch: cv_mls_group_get_reinit */
} CvMlsCommitSummary;

typedef enum {
  CV_MLS_SENDER_MEMBER = 1,
  CV_MLS_SENDER_EXTERNAL = 2,
  CV_MLS_SENDER_NEW_MEMBER_PROPOSAL = 3,
  CV_MLS_SENDER_NEW_MEMBER_COMMIT = 4,
} CvMlsSenderType;

/* What a proposal asks for, for the caller's policy. */
typedef struct {
  CvMlsProposalType type;
  GBytes *reference;
  CvMlsLeaf removed; /* REMOVE */
  GBytes *key_package_ref; /* ADD */
  GBytes *identity; /* ADD and UPDATE */
} CvMlsProposalSummary;

typedef struct {
  CvMlsContentType type;
  CvMlsSenderType sender_type;
  CvMlsLeaf sender; /* member, and new member by commit */
  guint32 external_index; /* external sender */
  gboolean is_public; /* PublicMessage: whoever carried it could read it */
  GByteArray *data; /* application: free with cv_crypto_aead_free_plaintext */
  GBytes *authenticated_data;
  CvMlsGroup *next; /* commit: the new epoch; NULL when it removes us */
  CvMlsCommitSummary summary; /* commit */
  CvMlsProposalSummary proposal; /* proposal: it waits now, until a commit names it */
} CvMlsReceived;

void cv_mls_received_clear (CvMlsReceived *received);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsReceived, cv_mls_received_clear)

typedef struct {
  CvSpan message; /* MLSMessage */
  CvMlsFindPsk find_psk;
  gpointer psk_data; /* for both callbacks */
  guint64 now_s; /* 0: lifetimes of KeyPackages that are to be added are not checked */
  /* A commit may have been made at any time from then to now: a KeyPackage that it adds has not ended
   * before, nor begins after. 0: it is of now. */
  guint64 oldest_s;
  CvMlsFindResumption find_resumption; /* may be NULL */
} CvMlsReceiveParams;

/* Opens one message of this epoch. Application: the key is used up. Proposal: waits in `group` when a
 * commit could name it, else INVALID. Commit: fully checked, and `group` is as before (its ratchet for
 * that sender excepted). But one that removes us is checked up to its signature, proposals and path
 * only, as its tag is made with secrets that we shall not know: believe it when the server has ordered
 * it. Our own commit coming back is STATE: use the CvMlsCommitResult.
 *
 * What is refused leaves `group` as it was, but for the key of a PrivateMessage whose signature held:
 * that is used up too (§9.2), and the message is GENERATION from then on. STATE keeps the key, as what
 * is missing may still come: a proposal or a PSK that a commit names, or room for a proposal. Receive
 * the message again when it is there. Of the other STATEs nothing changes any more: an own message, an
 * epoch that is over, a group that was re-initialised. */
gboolean cv_mls_group_receive (CvMlsGroup *group, const CvMlsReceiveParams *params,
                               CvMlsReceived *received, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- joining from outside (§12.4.3.2) ---- */

/* GroupInfo with external_pub and the tree, signed by us: MLSMessage. */
GBytes *
cv_mls_group_dup_group_info (const CvMlsGroup *group, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same without the tree: cv_mls_group_dup_ratchet_tree goes beside. */
GBytes *cv_mls_group_dup_bare_group_info (const CvMlsGroup *group,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Who says to have signed that GroupInfo (RFC 9420 §12.4.3): MLSMessage. It is true when joining with it
 * succeeded. */
gboolean cv_mls_group_peek_info_signer (CvSpan group_info, CvMlsLeaf *signer,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Everything is borrowed for the call. */
typedef struct {
  CvSpan group_info; /* MLSMessage */
  CvSpan ratchet_tree; /* empty when the GroupInfo carries the tree */
  const CvMlsLeafParams *leaf;
  const CvMlsPsk *psks; /* external */
  gsize n_psks;
  const CvMlsResumption *resumptions; /* each with its group_id, epoch and secret */
  gsize n_resumptions;
  /* Remove the leaf in the tree that has this leaf's credential and signature key. */
  gboolean replaces_own_leaf;
  CvSpan authenticated_data;
  guint64 now_s; /* as in CvMlsJoinParams: nothing in an external commit has a lifetime */
  const CvSpan *group_ids; /* as in CvMlsJoinParams */
  gsize n_group_ids;
} CvMlsExternalJoinParams;

/* The external commit, always a PublicMessage, and the epoch that it makes. result->welcome stays
 * NULL. Whether members take it is their policy: E2EE.md's takes a resync only. */
gboolean
cv_mls_group_external_join (const CvCrypto *crypto, const CvMlsExternalJoinParams *params,
                            CvMlsCommitResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Re-synchronising (E2EE.md section 5): from an old epoch of the same group to the GroupInfo's, with
 * a resumption PSK of `old` and the removal of the own old leaf. result->welcome stays NULL. The
 * GroupInfo has to carry the tree: one of cv_mls_group_dup_bare_group_info is MALFORMED here. With that
 * and the tree beside it, cv_mls_group_external_join does the same, given `replaces_own_leaf` and what
 * cv_mls_group_dup_resumption_psk keeps of `old`.
 * now_s: as in CvMlsExternalJoinParams. */
gboolean cv_mls_group_resync (const CvMlsGroup *old, CvSpan group_info, guint64 now_s,
                              CvMlsCommitResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
