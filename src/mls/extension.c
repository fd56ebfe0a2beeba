/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Lists of extensions. A type may come once: two values of one type would let two readers disagree
 * about which of them counts. */
#include "mls/extension.h"

#include "mls/error.h"
#include "mls/external-senders.h"
#include "mls/required-capabilities.h"

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

GPtrArray *
cv_mls_extension_list_new_from (const CvMlsExtensionValue *extensions, gsize n_extensions)
{
  GPtrArray *list = cv_mls_extension_list_new ();

  for (gsize i = 0; i < n_extensions; i++)
    cv_mls_extension_list_add (list, extensions[i].type, extensions[i].data);
  return list;
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

    /* §13.4: a type comes once. */
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
cv_mls_extension_list_check_types (const GPtrArray *list, GError **error)
{
  /* Not the RFC's: what a reader takes at most. */
  if (list->len > CV_MLS_LIMIT_EXTENSIONS)
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "%u extensions, %d are allowed",
                              list->len, CV_MLS_LIMIT_EXTENSIONS);
  for (guint i = 0; i < list->len; i++) {
    const CvMlsExtension *extension = g_ptr_array_index (list, i);

    /* §13.4: a type comes once. */
    for (guint j = 0; j < i; j++)
      if (((const CvMlsExtension *)g_ptr_array_index (list, j))->type == extension->type)
        return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "extension 0x%04x twice",
                                  extension->type);
  }
  return TRUE;
}

/* Without what is written before each entry's data. */
static gsize
get_len (const GPtrArray *list)
{
  gsize len = 0;

  for (guint i = 0; i < list->len; i++)
    len += g_bytes_get_size (((const CvMlsExtension *)g_ptr_array_index (list, i))->data);
  return len;
}

gboolean
cv_mls_extension_list_check_context (const GPtrArray *list, GError **error)
{
  g_auto (CvMlsRequiredCapabilities) required = {0};
  g_autoptr (GPtrArray) senders = NULL;
  CvSpan data;

  if (!cv_mls_extension_list_check_types (list, error))
    return FALSE;
  /* Not the RFC's: with the longest tree it still fits a GroupInfo. */
  if (get_len (list) > CV_MLS_LIMIT_CONTEXT)
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID,
                              "extensions of %zu bytes, %d are allowed", get_len (list),
                              CV_MLS_LIMIT_CONTEXT);
  /* §11.1: what members must support can be read. */
  if (cv_mls_extension_list_find (list, CV_MLS_EXTENSION_REQUIRED_CAPABILITIES, &data)
      && !cv_mls_required_capabilities_parse (data, &required))
    return cv_mls_error_fail_malformed (error, "required_capabilities");
  /* §12.1.8.1: who may propose from outside can be read. */
  if (!cv_mls_extension_list_find (list, CV_MLS_EXTENSION_EXTERNAL_SENDERS, &data))
    return TRUE;
  senders = cv_mls_external_senders_parse (data);
  return senders || cv_mls_error_fail_malformed (error, "external_senders");
}

gboolean
cv_mls_extension_is_default (guint16 type)
{
  return type >= 1 && type <= DEFAULT_EXTENSION_MAX;
}
