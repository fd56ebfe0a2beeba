/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Requests read and answers written, field by field. */
#include "driver.h"

static JsonNode *
find (JsonObject *request, const char *name)
{
  return json_object_has_member (request, name) ? json_object_get_member (request, name) : NULL;
}

static GBytes *
dup_base64 (const char *text)
{
  gsize len = 0;
  guchar *data = g_base64_decode (text ? text : "", &len);

  return g_bytes_new_take (data, len);
}

GBytes *
driver_dup_bytes (JsonObject *request, const char *name)
{
  JsonNode *node = find (request, name);

  return dup_base64 (node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL);
}

JsonArray *
driver_get_list (JsonObject *request, const char *name)
{
  JsonNode *node = find (request, name);

  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

GPtrArray *
driver_dup_bytes_list (JsonObject *request, const char *name)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  JsonArray *texts = driver_get_list (request, name);
  guint n_texts = texts ? json_array_get_length (texts) : 0;

  for (guint i = 0; i < n_texts; i++)
    g_ptr_array_add (list, dup_base64 (json_array_get_string_element (texts, i)));
  return list;
}

gint64
driver_get_int (JsonObject *request, const char *name)
{
  JsonNode *node = find (request, name);

  return node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : 0;
}

gboolean
driver_get_flag (JsonObject *request, const char *name)
{
  JsonNode *node = find (request, name);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_boolean (node);
}

void
driver_put_bytes (JsonBuilder *answer, const char *name, CvSpan bytes)
{
  g_autofree char *text = g_base64_encode (bytes.data, bytes.len);

  json_builder_set_member_name (answer, name);
  json_builder_add_string_value (answer, text);
}

void
driver_put_int (JsonBuilder *answer, const char *name, gint64 value)
{
  json_builder_set_member_name (answer, name);
  json_builder_add_int_value (answer, value);
}

gboolean
driver_fail (GError **error, const char *message)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, message);
  return FALSE;
}

GArray *
driver_dup_extensions (JsonObject *request, GPtrArray *keep)
{
  GArray *extensions = g_array_new (FALSE, TRUE, sizeof (CvMlsExtensionValue));
  JsonArray *list = driver_get_list (request, "extensions");
  guint n_extensions = list ? json_array_get_length (list) : 0;

  for (guint i = 0; i < n_extensions; i++) {
    JsonArray *pair = json_array_get_array_element (list, i);
    GBytes *data = dup_base64 (json_array_get_string_element (pair, 1));
    CvMlsExtensionValue value = {.type = (guint16)json_array_get_int_element (pair, 0),
                                 .data = cv_span_from_bytes (data)};

    g_ptr_array_add (keep, data);
    g_array_append_val (extensions, value);
  }
  return extensions;
}

GArray *
driver_spans (const GPtrArray *list)
{
  GArray *spans = g_array_new (FALSE, TRUE, sizeof (CvSpan));

  for (guint i = 0; i < list->len; i++) {
    CvSpan span = cv_span_from_bytes (list->pdata[i]);

    g_array_append_val (spans, span);
  }
  return spans;
}

/* version mls10, wire format mls_key_package (RFC 9420 §6) */
static const guint8 key_package_header[] = {0, 1, 0, 5};

CvSpan
driver_open_key_package (CvSpan message)
{
  CvSpan header = CV_SPAN_ARRAY (key_package_header);

  if (message.len < header.len || !cv_span_equal (cv_span (message.data, header.len), header))
    return CV_SPAN_EMPTY;
  return cv_span (message.data + header.len, message.len - header.len);
}

void
driver_put_key_package (JsonBuilder *answer, CvSpan key_package)
{
  g_auto (CvWriter) message = {0};

  cv_writer_init (&message);
  cv_writer_put (&message, CV_SPAN_ARRAY (key_package_header));
  cv_writer_put (&message, key_package);
  driver_put_bytes (answer, "key_package", cv_writer_span (&message));
}
