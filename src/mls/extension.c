/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Lists of extensions and lists of the types that name them. A type may come once: two values of
 * one type would let two readers disagree about which of them counts. */
#include "mls/extension.h"

#define DEFAULT_EXTENSION_MAX CV_MLS_EXTENSION_EXTERNAL_SENDERS

static void
extension_free (CvMlsExtension *extension)
{
  g_bytes_unref (extension->data);
  g_free (extension);
}

GPtrArray *
cv_mls_extension_list_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)extension_free);
}

static void
list_take (GPtrArray *list, guint16 type, GBytes *data)
{
  CvMlsExtension *extension = g_new0 (CvMlsExtension, 1);

  extension->type = type;
  extension->data = data;
  g_ptr_array_add (list, extension);
}

void
cv_mls_extension_list_add (GPtrArray *list, guint16 type, CvSpan data)
{
  list_take (list, type, cv_span_dup (data));
}

GPtrArray *
cv_mls_extension_list_read (CvReader *reader)
{
  GPtrArray *list = cv_mls_extension_list_new ();
  CvReader inner;

  cv_reader_open_vector (reader, CV_MLS_LIMIT_LIST, &inner);
  while (cv_reader_remaining (&inner) > 0) {
    guint16 type = cv_reader_u16 (&inner);

    if (list->len >= CV_MLS_LIMIT_EXTENSIONS || cv_mls_extension_list_find (list, type, NULL))
      cv_reader_fail (&inner);
    /* The ratchet tree is an extension too, and the largest. */
    list_take (list, type, cv_reader_dup_vector (&inner, CV_MLS_LIMIT_TREE));
  }
  if (!cv_reader_finish (&inner))
    cv_reader_fail (reader);
  return list;
}

void
cv_mls_extension_list_write (CvWriter *writer, const GPtrArray *list)
{
  gsize mark = cv_writer_begin_vector (writer);

  for (guint i = 0; list && i < list->len; i++) {
    const CvMlsExtension *extension = g_ptr_array_index (list, i);

    cv_writer_u16 (writer, extension->type);
    cv_writer_vector (writer, cv_span_from_bytes (extension->data));
  }
  cv_writer_end_vector (writer, mark);
}

gboolean
cv_mls_extension_list_find (const GPtrArray *list, guint16 type, CvSpan *data)
{
  for (guint i = 0; list && i < list->len; i++) {
    const CvMlsExtension *extension = g_ptr_array_index (list, i);

    if (extension->type != type)
      continue;
    if (data)
      *data = cv_span_from_bytes (extension->data);
    return TRUE;
  }
  if (data)
    *data = CV_SPAN_EMPTY;
  return FALSE;
}

gboolean
cv_mls_extension_is_default (guint16 type)
{
  return type >= 1 && type <= DEFAULT_EXTENSION_MAX;
}

GArray *
cv_mls_types_new (const guint16 *types, gsize n_types)
{
  GArray *array = g_array_new (FALSE, FALSE, sizeof (guint16));

  if (n_types > 0)
    g_array_append_vals (array, types, (guint)n_types);
  return array;
}

GArray *
cv_mls_types_read (CvReader *reader)
{
  GArray *types = cv_mls_types_new (NULL, 0);
  CvReader inner;

  cv_reader_open_vector (reader, CV_MLS_LIMIT_ENTRIES * sizeof (guint16), &inner);
  while (cv_reader_remaining (&inner) > 0) {
    guint16 type = cv_reader_u16 (&inner);

    g_array_append_val (types, type);
  }
  if (!cv_reader_finish (&inner))
    cv_reader_fail (reader);
  return types;
}

void
cv_mls_types_write (CvWriter *writer, const GArray *types)
{
  gsize mark = cv_writer_begin_vector (writer);

  for (guint i = 0; types && i < types->len; i++)
    cv_writer_u16 (writer, g_array_index (types, guint16, i));
  cv_writer_end_vector (writer, mark);
}

gboolean
cv_mls_types_contain (const GArray *types, guint16 type)
{
  for (guint i = 0; types && i < types->len; i++)
    if (g_array_index (types, guint16, i) == type)
      return TRUE;
  return FALSE;
}

void
cv_mls_required_capabilities_clear (CvMlsRequiredCapabilities *required)
{
  g_clear_pointer (&required->extensions, g_array_unref);
  g_clear_pointer (&required->proposals, g_array_unref);
  g_clear_pointer (&required->credentials, g_array_unref);
}

gboolean
cv_mls_required_capabilities_parse (CvSpan data, CvMlsRequiredCapabilities *required)
{
  CvReader reader;

  cv_reader_init (&reader, data);
  required->extensions = cv_mls_types_read (&reader);
  required->proposals = cv_mls_types_read (&reader);
  required->credentials = cv_mls_types_read (&reader);
  if (cv_reader_finish (&reader))
    return TRUE;
  cv_mls_required_capabilities_clear (required);
  return FALSE;
}

void
cv_mls_required_capabilities_write (CvWriter *writer, const CvMlsRequiredCapabilities *required)
{
  cv_mls_types_write (writer, required->extensions);
  cv_mls_types_write (writer, required->proposals);
  cv_mls_types_write (writer, required->credentials);
}

gboolean
cv_mls_extension_parse_external_pub (CvSpan data, CvSpan *public_key)
{
  CvReader reader;

  cv_reader_init (&reader, data);
  *public_key = cv_reader_vector (&reader, CV_MLS_LIMIT_KEY);
  return cv_reader_finish (&reader);
}

GBytes *
cv_mls_extension_dup_external_pub (CvSpan public_key)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_writer_vector (&writer, public_key);
  return cv_writer_take (&writer);
}
