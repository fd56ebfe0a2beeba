/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The rooms of a server, by id. A room is there while somebody is in it or at its door. */
#pragma once

#include "server/room.h"

G_BEGIN_DECLS

typedef struct CvServerRegistry CvServerRegistry;

CvServerRegistry *cv_server_registry_new (const CvServerShared *shared);
void cv_server_registry_free (CvServerRegistry *registry); /* every room, every connection */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvServerRegistry, cv_server_registry_free)

CvServerRoom *cv_server_registry_find (CvServerRegistry *registry, const char *id);
/* Makes it when it is not there; NULL when there are too many. Borrowed. */
CvServerRoom *cv_server_registry_get (CvServerRegistry *registry, const char *id);

G_END_DECLS
