/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Leaf nodes: a member's keys, credential and capabilities, signed (RFC 9420 §7.2, §7.3). */
#pragma once

#include "mls/credential.h"
#include "mls/extension.h"
#include "mls/labels.h"
#include "mls/type-list.h"

G_BEGIN_DECLS

/* E2EE.md section 4: how long a KeyPackage may be good for. */
#define CV_MLS_KEY_PACKAGE_LIFETIME_MAX_S (24 * 60 * 60)

typedef enum {
  CV_MLS_LEAF_SOURCE_KEY_PACKAGE = 1,
  CV_MLS_LEAF_SOURCE_UPDATE = 2,
  CV_MLS_LEAF_SOURCE_COMMIT = 3,
} CvMlsLeafSource;

/* Arrays of guint16. */
typedef struct {
  GArray *versions;
  GArray *suites;
  GArray *extensions;
  GArray *proposals;
  GArray *credentials;
} CvMlsCapabilities;

/* Reference-counted and immutable: trees of successive epochs share it. */
typedef struct {
  GBytes *encryption_key;
  GBytes *signature_key;
  CvMlsCredential credential;
  CvMlsCapabilities capabilities;
  CvMlsLeafSource source;
  guint64 not_before_s; /* source KEY_PACKAGE */
  guint64 not_after_s;
  GBytes *parent_hash; /* source COMMIT, else NULL */
  GPtrArray *extensions; /* CvMlsExtension */
  GBytes *signature;
  GBytes *encoded; /* the whole LeafNode, as received or as made */
} CvMlsLeafNode;

CvMlsLeafNode *cv_mls_leaf_node_ref (CvMlsLeafNode *node);
void cv_mls_leaf_node_unref (CvMlsLeafNode *node); /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsLeafNode, cv_mls_leaf_node_unref)

/* Full; NULL when the reader failed. */
CvMlsLeafNode *cv_mls_leaf_node_read (CvReader *reader);
void cv_mls_leaf_node_write (CvWriter *writer, const CvMlsLeafNode *node);

/* Source KEY_PACKAGE. INVALID for what nobody would take: a longer lifetime, identity or list. Capabilities: mls10, the suite, basic credentials and X.509 where params say
 * so, params->extension_types but those of RFC 9420 itself (§7.2); GREASE is added (§13.5). */
CvMlsLeafNode *
cv_mls_leaf_node_new (const CvMlsCipher *cipher, const CvMlsLeafParams *params,
                      CvSpan encryption_key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* §5.3.3; borrowed. Empty: the leaf has none that is well-formed and of bounded length. */
CvSpan cv_mls_leaf_node_get_application_id (const CvMlsLeafNode *node);

/* Borrowed. */
typedef struct {
  CvMlsLeafSource source; /* UPDATE or COMMIT */
  CvSpan encryption_key;
  CvSpan parent_hash; /* COMMIT */
  CvSpan group_id;
  CvMlsLeaf leaf;
  CvSpan signature_private;
} CvMlsLeafRenewal;

/* The same member with a new encryption key, signed for its place in the group. */
CvMlsLeafNode *
cv_mls_leaf_node_renew (const CvMlsCipher *cipher, const CvMlsLeafNode *old,
                        const CvMlsLeafRenewal *renewal, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The signature (§7.2). group_id and leaf matter for sources UPDATE and COMMIT only. */
gboolean
cv_mls_leaf_node_verify (const CvMlsCipher *cipher, const CvMlsLeafNode *node, CvSpan group_id,
                         CvMlsLeaf leaf, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The rules of §7.3 that need no other leaf: version and own credential type among the
 * capabilities, extensions listed there, valid encryption key, lifetime (now_s 0: not checked). */
gboolean cv_mls_leaf_node_check (const CvMlsCipher *cipher, const CvMlsLeafNode *node,
                                 guint64 now_s, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How long it may be good for, whatever the time is now: no longer than the limit (§7.2). Other
 * sources than KEY_PACKAGE have no lifetime. */
gboolean
cv_mls_leaf_node_check_range (const CvMlsLeafNode *node, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether its capabilities list these: its own extensions (§7.2), or those of the KeyPackage around it
 * (§10). Default types are in no list. */
gboolean cv_mls_leaf_node_check_lists (const CvMlsLeafNode *node, const GPtrArray *extensions,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the leaf can be in a group with these GroupContext extensions: every non-default one is
 * in its capabilities, and so is what required_capabilities lists (§7.3, §11.1). */
gboolean
cv_mls_leaf_node_check_supports (const CvMlsLeafNode *node, const GPtrArray *group_extensions,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for the own leaf, whose GREASE is nothing that we support (§13.5). */
gboolean cv_mls_leaf_node_check_own (const CvMlsLeafNode *own, const GPtrArray *group_extensions,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
