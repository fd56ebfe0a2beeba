/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One hash over everything that a member's view of an epoch holds, secrets included. */
#pragma once

#include "mls/group.h"

G_BEGIN_DECLS

/* Full. Of the other members' ratchets: which of the first GROUP_DIGEST_GENERATIONS keys are there,
 * and their bytes. Asking may unfold the secret tree, which is no change that anybody can see. */
#define GROUP_DIGEST_GENERATIONS 4
GBytes *group_digest_dup (const CvMlsGroup *group);
/* Without the ratchets: what a message that used up its key has to leave alone. */
GBytes *group_digest_dup_but_ratchets (const CvMlsGroup *group);

G_END_DECLS
