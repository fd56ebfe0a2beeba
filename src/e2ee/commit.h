/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A commit on its way through the server, with what the server is told of it.
 *
 * The server cannot read a commit. So that a vote belongs to a leaf that all members see, its author
 * names the connections whose leaves it adds and removes, and every member compares that. */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

#define CV_E2EE_MEMBER_ID_MAX_LEN 16 /* as the protocol's */

/* Whether a leaf's application_id can be a connection's id: printable ASCII of the length above. */
gboolean cv_e2ee_commit_is_id (CvSpan application_id);

/* Immutable. */
typedef struct {
  GBytes *bytes; /* MLSMessage */
  char **adds; /* connection ids, in no order; never NULL */
  char **removes;
} CvE2eeCommit;

/* Full. The lists are copied; NULL is an empty one. */
CvE2eeCommit *cv_e2ee_commit_new (GBytes *bytes, char *const *adds, char *const *removes);
CvE2eeCommit *cv_e2ee_commit_ref (CvE2eeCommit *commit);
void cv_e2ee_commit_unref (CvE2eeCommit *commit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvE2eeCommit, cv_e2ee_commit_unref)

/* The same ids, each once, in any order; NULL is an empty list. */
gboolean cv_e2ee_commit_are_ids_equal (const char *const *a, const char *const *b);

G_END_DECLS
