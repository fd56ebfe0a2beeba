/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* MLSMessage: whatever goes over the wire, with its version and kind in front (RFC 9420 §6). */
#pragma once

#include "mls/private-message.h"
#include "mls/public-message.h"
#include "mls/welcome.h"

G_BEGIN_DECLS

/* Only the member of its wire format is set. */
typedef struct {
  guint16 wire_format;
  CvMlsPublicMessage public_message;
  CvMlsPrivateMessage private_message;
  CvMlsWelcome welcome;
  CvMlsGroupInfo group_info;
  CvMlsKeyPackage *key_package;
} CvMlsMessage;

void cv_mls_message_clear (CvMlsMessage *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsMessage, cv_mls_message_clear)

/* The whole input, nothing behind it. MALFORMED, or UNSUPPORTED for another version. */
gboolean cv_mls_message_parse (CvSpan encoded, CvMlsMessage *message,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_mls_message_write (CvWriter *writer, const CvMlsMessage *message);

/* Version and wire format, for a structure written by itself behind them. */
void cv_mls_message_write_header (CvWriter *writer, guint16 wire_format);
GBytes *cv_mls_message_wrap_welcome (const CvMlsWelcome *welcome);
GBytes *cv_mls_message_wrap_group_info (const CvMlsGroupInfo *info);

G_END_DECLS
