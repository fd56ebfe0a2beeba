/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Extensions: typed opaque values in a list; unknown and GREASE ones are kept (RFC 9420 §13.4).
 *
 * A list is a GPtrArray of CvMlsExtension that owns its entries, immutable once it is part of a
 * structure: share it with g_ptr_array_ref. NULL reads as the empty list. */
#pragma once

#include "mls/group.h"
#include "mls/limits.h"
#include "base/bytes.h"

G_BEGIN_DECLS

enum {
  CV_MLS_EXTENSION_APPLICATION_ID = 1,
  CV_MLS_EXTENSION_RATCHET_TREE = 2,
  CV_MLS_EXTENSION_REQUIRED_CAPABILITIES = 3,
  CV_MLS_EXTENSION_EXTERNAL_PUB = 4,
  CV_MLS_EXTENSION_EXTERNAL_SENDERS = 5,
};

typedef struct {
  guint16 type;
  GBytes *data;
} CvMlsExtension;

GPtrArray *cv_mls_extension_list_new (void);
GPtrArray *
cv_mls_extension_list_new_from (const CvMlsExtensionValue *extensions, gsize n_extensions);
void cv_mls_extension_list_add (GPtrArray *list, guint16 type, CvSpan data);
/* Full, never NULL. A list that has a type twice fails the reader. */
GPtrArray *cv_mls_extension_list_read (CvReader *reader);
void cv_mls_extension_list_write (CvWriter *writer, const GPtrArray *list);
/* FALSE when absent; data is borrowed and may be empty. */
gboolean cv_mls_extension_list_find (const GPtrArray *list, guint16 type, CvSpan *data);
/* No more than a reader takes, each type once (§13.4): for lists of our own. */
gboolean
cv_mls_extension_list_check_types (const GPtrArray *list, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What the extensions of a GroupContext have to be for anybody: each type once (§13.4), no longer than
 * CV_MLS_LIMIT_CONTEXT, those of RFC 9420 itself readable. */
gboolean cv_mls_extension_list_check_context (const GPtrArray *list,
                                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* TRUE for the types of RFC 9420 itself, which nobody lists in capabilities (§7.2). */
gboolean cv_mls_extension_is_default (guint16 type);

G_END_DECLS
