/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* How long a vector of an MLS structure may be. The RFC has no limits, so these are ours; every
 * parser of this layer names one. */
#pragma once

/* Public keys, KEM outputs: ML-KEM-1024 with P-384 has 1665 bytes. */
#define CV_MLS_LIMIT_KEY 4096
/* Signatures, MACs, hashes and references. */
#define CV_MLS_LIMIT_HASH 512
#define CV_MLS_LIMIT_GROUP_ID 1024
#define CV_MLS_LIMIT_IDENTITY (64 * 1024)
/* A whole LeafNode: an identity or a chain of certificates, and as much for keys, capabilities and
 * extensions. A leaf of a post-quantum suite is about 2 KiB, and each one is in every Welcome. */
#define CV_MLS_LIMIT_LEAF (128 * 1024)
/* A whole KeyPackage, leaf included: anybody may send one. */
#define CV_MLS_LIMIT_KEY_PACKAGE (192 * 1024)
/* Any other single opaque field: an extension, authenticated data, a PSK id. */
#define CV_MLS_LIMIT_OPAQUE (1024 * 1024)
/* All extensions of a GroupContext: they are in every GroupInfo beside the tree. */
#define CV_MLS_LIMIT_CONTEXT (1024 * 1024)
/* A whole list of entries, in bytes and in entries. */
#define CV_MLS_LIMIT_LIST (8 * 1024 * 1024)
#define CV_MLS_LIMIT_ENTRIES 1024
/* All proposals that wait for a commit or were forgotten, in bytes; in entries it is as for a list.
 * A share is what one member may have of that, or all outsiders together. */
#define CV_MLS_LIMIT_PENDING (16 * 1024 * 1024)
#define CV_MLS_LIMIT_PENDING_SHARE (CV_MLS_LIMIT_PENDING / 4)
#define CV_MLS_LIMIT_ENTRIES_SHARE (CV_MLS_LIMIT_ENTRIES / 4)
/* Extensions in one list: each is compared with all before it. */
#define CV_MLS_LIMIT_EXTENSIONS 128
/* Ratchet tree in a Welcome or GroupInfo, where it is in one list with an external key: 16384 nodes of a post-quantum suite do not fit, the
 * largest meeting that was measured (500 members, 1.5 MB) does five times. */
#define CV_MLS_LIMIT_TREE (CV_MLS_LIMIT_LIST - 64 * 1024)
/* Sender data is 12 bytes and a tag. */
#define CV_MLS_LIMIT_SENDER_DATA 64
#define CV_MLS_LIMIT_SECRET 1024
/* Application data, and the ciphertext of any message. */
#define CV_MLS_LIMIT_CONTENT (16 * 1024 * 1024)
#define CV_MLS_LIMIT_MESSAGE (20 * 1024 * 1024)
