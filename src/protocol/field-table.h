/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A structure described as data: one row a field, from which it is read, written and freed.
 *
 * Reading is strict about the fields of the table (present, of the kind, in range) and deaf to
 * others, so that a later version can add some. A string may not hold a NUL. */
#pragma once

#include "protocol/error.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum {
  CV_FIELD_NUMBER, /* guint64, min to max */
  CV_FIELD_FLAG, /* gboolean */
  CV_FIELD_TEXT, /* char *, min to max characters */
  CV_FIELD_TEXTS, /* char **, at most `count` entries of min to max characters; NULL when empty */
  CV_FIELD_PAYLOAD, /* GBytes *, base64, min to max bytes */
  CV_FIELD_WORD, /* int, an index of words */
  CV_FIELD_LIST, /* GPtrArray * of structures, at most `count`; NULL when empty */
} CvFieldKind;

typedef struct CvFieldTable CvFieldTable;

typedef struct {
  const char *name;
  CvFieldKind kind;
  gsize offset;
  gboolean is_optional; /* absent: 0, FALSE, NULL, or the first word; written only when different */
  guint64 min;
  guint64 max;
  guint count;
  const char *const *words; /* NULL-terminated */
  const CvFieldTable *items;
} CvField;

struct CvFieldTable {
  gsize size_bytes;
  const CvField *fields;
  gsize n_fields;
  GDestroyNotify free_item; /* of tables that lists use: clears and frees one */
};

/* record is zeroed memory of table->size_bytes. On failure what was read is left for clear. */
gboolean cv_field_table_read (const CvFieldTable *table, JsonObject *object, gpointer record,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_field_table_write (const CvFieldTable *table, JsonObject *object, gconstpointer record);
void cv_field_table_clear (const CvFieldTable *table, gpointer record); /* zeroes it */

/* A GPtrArray whose entries are freed by the table; full. */
GPtrArray *cv_field_table_new_list (const CvFieldTable *items);

/* One JSON object out of a text that nobody has looked at yet: bounded in size, depth and
 * number of values (and of the objects and lists that hold them), UTF-8, strict syntax, no member
 * name twice. CV_PROTOCOL_ERROR_TOO_BIG or _SYNTAX or _FIELD. */
JsonNode *cv_field_table_parse_text (const char *text, gsize len, gsize max_bytes, guint max_items,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *cv_field_table_to_text (JsonObject *object); /* full */

G_END_DECLS
