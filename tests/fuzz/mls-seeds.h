/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Real structures of a room, as the insides of messages: what the fuzzers of mls begin with. */
#pragma once

#include "fuzz/mls-room.h"

G_BEGIN_DECLS

/* Proposals of every type that the room's member 0 could make, encoded: GBytes; full. */
GPtrArray *fuzz_mls_seeds_dup_proposals (FuzzRoom *room);

/* Commit of member 0 with everything in it: add, remove, policy, PSK, path. Full. */
GBytes *fuzz_mls_seeds_dup_commit (FuzzRoom *room);

/* FramedContent of the external commit of member 2. Full. */
GBytes *fuzz_mls_seeds_dup_external (FuzzRoom *room);

G_END_DECLS
