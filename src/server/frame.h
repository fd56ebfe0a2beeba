/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A message as text, written once for many receivers: only the sequence number differs. */
#pragma once

#include "protocol/message.h"

G_BEGIN_DECLS

typedef struct CvServerFrame CvServerFrame;

CvServerFrame *cv_server_frame_new (const CvMessage *message);
CvServerFrame *cv_server_frame_ref (CvServerFrame *frame);
void cv_server_frame_unref (CvServerFrame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvServerFrame, cv_server_frame_unref)

gboolean cv_server_frame_has_seq (const CvServerFrame *frame);
gsize cv_server_frame_get_len (const CvServerFrame *frame); /* without the number */
char *cv_server_frame_to_text (const CvServerFrame *frame, guint64 seq); /* full */

G_END_DECLS
