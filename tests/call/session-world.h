/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Whole sessions in one process: the room server that the program would hand over, no devices, and
 * identities in memory or in a folder that is gone afterwards. */
#pragma once

#include "call/session-private.h"
#include "media/fixture.h"

G_BEGIN_DECLS

/* Before the first session: the server factory, a folder, a passphrase. */
void session_world_init (void);
void session_world_clear (void);

void session_world_set_stun (const char *url); /* of servers from now on; static; NULL: none */

/* The server that the last host opened; NULL when none is open. */
gpointer session_world_get_server (void);
void session_world_kill_server (void); /* as if it crashed: it says goodbye and is gone */

CvSession *session_world_new (const char *name); /* one-time identity */
CvSession *session_world_new_file (const char *name, const char *file); /* in the folder */

/* Both wait until the session is in the call. */
void session_world_host (CvSession *host, const char *passcode);
void session_world_join (CvSession *guest, CvSession *host, const char *passcode);

void session_world_wait_state (CvSession *session, CvSessionState state);
void session_world_wait_failure (CvSession *session, int failure); /* ENDED by it */
void session_world_wait_members (CvSession *session, guint n);
void session_world_wait_shield (CvSession *session, CvShieldState shield);
void session_world_wait_chat (CvSession *session, guint n);
void session_world_leave (CvSession *session);
/* Drops the last reference, and waits until nothing holds the session any more. */
void session_world_drop (CvSession *session);

CvParticipant *session_world_find (CvSession *session, const char *name); /* borrowed, or NULL */

G_END_DECLS
