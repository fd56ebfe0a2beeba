/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The inside of mls-driver: its members, and the operations of the protocol (README.md).
 *
 * One process holds any number of members of any number of groups; each request names one. A test
 * program: it reads what the test wrote, and exits where a library would have to go on. */
#pragma once

#include "crypto/signature.h"
#include "mls/group.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* So many old epochs still open what comes late. */
#define DRIVER_PAST_EPOCHS 3

typedef struct {
  const CvMlsSuite *suite;
  CvCryptoKeyPair signature;
  GBytes *identity;
  GArray *extension_types; /* guint16 */
  CvMlsJoiner *joiner; /* waits for a Welcome */
  CvMlsGroup *group; /* NULL: in no group */
  CvMlsGroup *past[DRIVER_PAST_EPOCHS]; /* the youngest first */
  CvMlsGroup *pending; /* of a commit that is neither accepted nor discarded */
  GHashTable *psks; /* GBytes → CvSecret */
} DriverMember;

typedef struct {
  CvCrypto *crypto;
  GHashTable *members; /* name → DriverMember */
  guint64 now_s;
} Driver;

typedef gboolean (*DriverOperation) (Driver *driver, JsonObject *request, JsonBuilder *answer,
                                     GError **error);

/* ---- members ---- */

void driver_member_free (DriverMember *member);
/* Replaces a member of that name; has its keys made. */
DriverMember *driver_add_member (Driver *driver, JsonObject *request, GError **error);
DriverMember *driver_find_member (Driver *driver, JsonObject *request, GError **error);
/* One that is in a group. */
DriverMember *driver_find_active (Driver *driver, JsonObject *request, GError **error);
CvMlsLeafParams driver_member_leaf (const Driver *driver, const DriverMember *member);
CvSecret *driver_member_find_psk (gpointer data, CvSpan psk_id); /* data: a DriverMember */
CvSecret *driver_member_find_resumption (gpointer data, CvSpan group_id, guint64 epoch);
/* Takes `next`; NULL: the member was removed. */
void driver_member_move (DriverMember *member, CvMlsGroup *next);
void driver_member_describe (const DriverMember *member, JsonBuilder *answer);

/* ---- JSON: bytes are base64; what is absent is empty, 0, FALSE or NULL ---- */

GBytes *driver_dup_bytes (JsonObject *request, const char *name);
GPtrArray *driver_dup_bytes_list (JsonObject *request, const char *name); /* GBytes */
gint64 driver_get_int (JsonObject *request, const char *name);
gboolean driver_get_flag (JsonObject *request, const char *name);
JsonArray *driver_get_list (JsonObject *request, const char *name);
void driver_put_bytes (JsonBuilder *answer, const char *name, CvSpan bytes);
void driver_put_int (JsonBuilder *answer, const char *name, gint64 value);
gboolean driver_fail (GError **error, const char *message); /* always FALSE */
/* [[type, base64]...] → CvMlsExtensionValue, whose data `keep` owns. */
GArray *driver_dup_extensions (JsonObject *request, GPtrArray *keep);
/* A list of GBytes as an array of CvSpan. */
GArray *driver_spans (const GPtrArray *list);

/* A KeyPackage travels as an MLSMessage; the library wants it bare. */
CvSpan driver_open_key_package (CvSpan message);
void driver_put_key_package (JsonBuilder *answer, CvSpan key_package);

/* ---- operations ---- */

DriverOperation driver_find_group_operation (const char *name); /* proposals and commits */
DriverOperation driver_find_operation (const char *name); /* all others */

G_END_DECLS
