/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Which of the proposals that wait a commit names (RFC 9420 §12.2, §12.4). */
#pragma once

#include "mls/proposal-rules.h"
#include "mls/psk-lookup.h"

G_BEGIN_DECLS

/* Appends copies to `items`, which holds what the commit has by value. What cannot be in one commit
 * with the rest is left out: Removes go before Updates, late Updates before early ones, everything
 * before a ReInit, and else what came first. PSKs have to be known to `lookup`, and a KeyPackage has
 * to be good for a minute by the clocks of others, too. Nothing is added to a list that breaks the
 * rules by itself. */
void cv_mls_proposal_selection_add (const CvMlsProposalRules *rules, const CvMlsPskLookup *lookup,
                                    const GPtrArray *pending, GPtrArray *items);

G_END_DECLS
