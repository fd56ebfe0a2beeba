/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Reads and writes structures by their tables. json-glib keeps the last of two members of one name
 * and would follow any nesting, so a text is looked at before it is handed over, and the members
 * are counted while it is parsed. */
#include "protocol/field-table.h"

#include "protocol/base64.h"
#include "protocol/limits.h"

#include <string.h>

#define AT(record, field, type) ((type *)(void *)((char *)(record) + (field)->offset))
#define AT_CONST(record, field, type)                                                              \
  ((type const *)(const void *)((const char *)(record) + (field)->offset))

static gboolean
refuse (GError **error, const CvField *field, const char *expected)
{
  g_set_error (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_FIELD, "field '%s': expected %s",
               field->name, expected);
  return FALSE;
}

static const char *
get_text (const CvField *field, JsonNode *node)
{
  const char *text;
  glong n;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  text = json_node_get_string (node);
  /* A lone surrogate passes the scanner. */
  if (!g_utf8_validate (text, -1, NULL))
    return NULL;
  n = g_utf8_strlen (text, -1);
  return (guint64)n < field->min || (guint64)n > field->max ? NULL : text;
}

static gboolean
read_number (const CvField *field, JsonNode *node, guint64 *value, GError **error)
{
  gint64 number;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return refuse (error, field, "a whole number");
  number = json_node_get_int (node);
  if (number < 0 || (guint64)number < field->min || (guint64)number > field->max)
    return refuse (error, field, "a number in range");
  *value = (guint64)number;
  return TRUE;
}

static gboolean
read_texts (const CvField *field, JsonNode *node, char ***value, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return refuse (error, field, "a list of texts");
  array = json_node_get_array (node);
  if (json_array_get_length (array) > field->count)
    return refuse (error, field, "a shorter list");
  if (json_array_get_length (array) == 0)
    return field->is_optional ? TRUE : refuse (error, field, "a list that is not empty");
  for (guint i = 0; i < json_array_get_length (array); i++) {
    const char *text = get_text (field, json_array_get_element (array, i));

    if (text == NULL)
      return refuse (error, field, "a list of texts of allowed length");
    g_strv_builder_add (builder, text);
  }
  *value = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
read_payload (const CvField *field, JsonNode *node, GBytes **value, GError **error)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return refuse (error, field, "base64");
  *value = cv_protocol_base64_decode (json_node_get_string (node), field->max);
  if (*value == NULL || g_bytes_get_size (*value) < field->min)
    return refuse (error, field, "base64 of allowed length");
  return TRUE;
}

static gboolean
read_word (const CvField *field, JsonNode *node, int *value, GError **error)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return refuse (error, field, "a word");
  for (int i = 0; field->words[i] != NULL; i++) {
    if (strcmp (field->words[i], json_node_get_string (node)) == 0) {
      *value = i;
      return TRUE;
    }
  }
  return refuse (error, field, "one of its words");
}

/* Recursion is bounded by the tables, which do not hold themselves. */
static gboolean
read_list (const CvField *field, JsonNode *node, GPtrArray **value, GError **error)
{
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return refuse (error, field, "a list");
  array = json_node_get_array (node);
  if (json_array_get_length (array) > field->count)
    return refuse (error, field, "a shorter list");
  if (json_array_get_length (array) == 0)
    return TRUE;
  *value = cv_field_table_new_list (field->items);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *element = json_array_get_element (array, i);
    gpointer item;

    if (!JSON_NODE_HOLDS_OBJECT (element))
      return refuse (error, field, "a list of objects");
    item = g_malloc0 (field->items->size_bytes);
    g_ptr_array_add (*value, item);
    if (!cv_field_table_read (field->items, json_node_get_object (element), item, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_field (const CvField *field, JsonNode *node, gpointer record, GError **error)
{
  const char *text;

  switch (field->kind) {
  case CV_FIELD_NUMBER:
    return read_number (field, node, AT (record, field, guint64), error);
  case CV_FIELD_FLAG:
    if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
      return refuse (error, field, "true or false");
    *AT (record, field, gboolean) = json_node_get_boolean (node);
    return TRUE;
  case CV_FIELD_TEXT:
    text = get_text (field, node);
    if (text == NULL)
      return refuse (error, field, "a text of allowed length");
    *AT (record, field, char *) = g_strdup (text);
    return TRUE;
  case CV_FIELD_TEXTS:
    return read_texts (field, node, AT (record, field, char **), error);
  case CV_FIELD_PAYLOAD:
    return read_payload (field, node, AT (record, field, GBytes *), error);
  case CV_FIELD_WORD:
    return read_word (field, node, AT (record, field, int), error);
  case CV_FIELD_LIST:
    return read_list (field, node, AT (record, field, GPtrArray *), error);
  }
  g_assert_not_reached ();
}

gboolean
cv_field_table_read (const CvFieldTable *table, JsonObject *object, gpointer record, GError **error)
{
  for (gsize i = 0; i < table->n_fields; i++) {
    const CvField *field = &table->fields[i];
    JsonNode *node = json_object_get_member (object, field->name);

    if (node == NULL && field->is_optional)
      continue;
    if (node == NULL) {
      g_set_error (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_FIELD, "field '%s' is missing",
                   field->name);
      return FALSE;
    }
    if (!read_field (field, node, record, error))
      return FALSE;
  }
  return TRUE;
}

static void
write_texts (JsonObject *object, const CvField *field, char **texts)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    json_array_add_string_element (array, texts[i]);
  json_object_set_array_member (object, field->name, array);
}

static void
write_payload (JsonObject *object, const CvField *field, GBytes *bytes)
{
  gsize len = 0;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &len) : NULL;
  g_autofree char *text = g_base64_encode (data, len);

  json_object_set_string_member (object, field->name, text);
}

static void
write_list (JsonObject *object, const CvField *field, GPtrArray *list)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; list != NULL && i < list->len; i++) {
    JsonObject *item = json_object_new ();

    cv_field_table_write (field->items, item, g_ptr_array_index (list, i));
    json_array_add_object_element (array, item);
  }
  json_object_set_array_member (object, field->name, array);
}

static gboolean
is_default (const CvField *field, gconstpointer record)
{
  switch (field->kind) {
  case CV_FIELD_NUMBER:
    return *AT_CONST (record, field, guint64) == 0;
  case CV_FIELD_FLAG:
    return !*AT_CONST (record, field, gboolean);
  case CV_FIELD_WORD:
    return *AT_CONST (record, field, int) == 0;
  case CV_FIELD_TEXT:
  case CV_FIELD_TEXTS:
  case CV_FIELD_PAYLOAD:
  case CV_FIELD_LIST:
    return *AT_CONST (record, field, gpointer) == NULL;
  }
  g_assert_not_reached ();
}

static void
write_field (const CvField *field, JsonObject *object, gconstpointer record)
{
  const char *text;

  switch (field->kind) {
  case CV_FIELD_NUMBER:
    json_object_set_int_member (object, field->name, (gint64)*AT_CONST (record, field, guint64));
    return;
  case CV_FIELD_FLAG:
    json_object_set_boolean_member (object, field->name, *AT_CONST (record, field, gboolean));
    return;
  case CV_FIELD_TEXT:
    text = *AT_CONST (record, field, char *);
    json_object_set_string_member (object, field->name, text != NULL ? text : "");
    return;
  case CV_FIELD_TEXTS:
    write_texts (object, field, *AT_CONST (record, field, char **));
    return;
  case CV_FIELD_PAYLOAD:
    write_payload (object, field, *AT_CONST (record, field, GBytes *));
    return;
  case CV_FIELD_WORD:
    json_object_set_string_member (object, field->name,
                                   field->words[*AT_CONST (record, field, int)]);
    return;
  case CV_FIELD_LIST:
    write_list (object, field, *AT_CONST (record, field, GPtrArray *));
    return;
  }
  g_assert_not_reached ();
}

void
cv_field_table_write (const CvFieldTable *table, JsonObject *object, gconstpointer record)
{
  for (gsize i = 0; i < table->n_fields; i++) {
    const CvField *field = &table->fields[i];

    if (!field->is_optional || !is_default (field, record))
      write_field (field, object, record);
  }
}

void
cv_field_table_clear (const CvFieldTable *table, gpointer record)
{
  for (gsize i = 0; i < table->n_fields; i++) {
    const CvField *field = &table->fields[i];

    switch (field->kind) {
    case CV_FIELD_NUMBER:
    case CV_FIELD_FLAG:
    case CV_FIELD_WORD:
      break;
    case CV_FIELD_TEXT:
      g_free (*AT (record, field, char *));
      break;
    case CV_FIELD_TEXTS:
      g_strfreev (*AT (record, field, char **));
      break;
    case CV_FIELD_PAYLOAD:
      g_clear_pointer (AT (record, field, GBytes *), g_bytes_unref);
      break;
    case CV_FIELD_LIST:
      g_clear_pointer (AT (record, field, GPtrArray *), g_ptr_array_unref);
      break;
    }
  }
  memset (record, 0, table->size_bytes);
}

GPtrArray *
cv_field_table_new_list (const CvFieldTable *items)
{
  return g_ptr_array_new_with_free_func (items->free_item);
}

/* Counts levels and values outside of strings; json-glib checks the grammar afterwards, and makes a
 * node of each value: 4 MiB of "[],[],…" cost it half a second and 180 MB. An escaped NUL would cut
 * a string short for whoever reads it as C text. */
static gboolean
is_harmless (const char *text, gsize len, guint max_items)
{
  gboolean is_in_string = FALSE;
  guint depth = 0, n_items = 0;

  for (gsize i = 0; i < len; i++) {
    char c = text[i];

    if (is_in_string) {
      if (c == '\\' && len - i >= 6 && memcmp (text + i, "\\u0000", 6) == 0)
        return FALSE;
      if (c == '\\')
        i++;
      else if (c == '"')
        is_in_string = FALSE;
    } else if (c == '"') {
      is_in_string = TRUE;
    } else if (c == '{' || c == '[') {
      if (++depth > CV_LIMITS_MESSAGE_DEPTH || ++n_items > max_items)
        return FALSE;
    } else if (c == ',') {
      if (++n_items > max_items)
        return FALSE;
    } else if ((c == '}' || c == ']') && depth > 0) {
      depth--;
    }
  }
  return TRUE;
}

static void
on_parser_object_member (JsonParser *parser, JsonObject *object, const char *name, gpointer data)
{
  (*(guint *)data)++;
}

static guint
count_members (JsonNode *node)
{
  guint n = 0;

  if (JSON_NODE_HOLDS_OBJECT (node)) {
    JsonObjectIter iter;
    JsonNode *member;

    json_object_iter_init (&iter, json_node_get_object (node));
    while (json_object_iter_next (&iter, NULL, &member))
      n += 1 + count_members (member);
  } else if (JSON_NODE_HOLDS_ARRAY (node)) {
    JsonArray *array = json_node_get_array (node);

    for (guint i = 0; i < json_array_get_length (array); i++)
      n += count_members (json_array_get_element (array, i));
  }
  return n;
}

JsonNode *
cv_field_table_parse_text (const char *text, gsize len, gsize max_bytes, guint max_items,
                           GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (JsonNode) root = NULL;
  guint n_seen = 0;

  if (len > max_bytes || !is_harmless (text, len, max_items)) {
    g_set_error (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_TOO_BIG,
                 "a message may have %" G_GSIZE_FORMAT " bytes, %u values, %d levels and no NUL",
                 max_bytes, max_items, CV_LIMITS_MESSAGE_DEPTH);
    return NULL;
  }
  /* A NUL fails this check too. */
  if (!g_utf8_validate_len (text, len, NULL)) {
    g_set_error (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_SYNTAX, "not UTF-8");
    return NULL;
  }
  parser = json_parser_new ();
  json_parser_set_strict (parser, TRUE);
  g_signal_connect (parser, "object-member", G_CALLBACK (on_parser_object_member), &n_seen);
  /* The empty text may be NULL, which json-glib calls a programmer's error. The parser's own message
   * may quote the text, which is the peer's. */
  if (len == 0 || !json_parser_load_from_data (parser, text, (gssize)len, NULL)
      || (root = json_parser_steal_root (parser)) == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    g_set_error (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_SYNTAX, "not one JSON object");
    return NULL;
  }
  if (n_seen != count_members (root)) {
    g_set_error (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_FIELD, "a field is given twice");
    return NULL;
  }
  return g_steal_pointer (&root);
}

char *
cv_field_table_to_text (JsonObject *object)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (root, object);
  json_generator_set_root (generator, root);
  return json_generator_to_data (generator, NULL);
}
