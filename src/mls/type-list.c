/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Types that nobody here knows stay in the list: another version gives them a meaning. */
#include "mls/type-list.h"

#include "mls/limits.h"

GArray *
cv_mls_type_list_new (const guint16 *types, gsize n_types)
{
  GArray *array = g_array_new (FALSE, FALSE, sizeof (guint16));

  if (n_types > 0)
    g_array_append_vals (array, types, (guint)n_types);
  return array;
}

GArray *
cv_mls_type_list_read (CvReader *reader)
{
  GArray *types = cv_mls_type_list_new (NULL, 0);
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
cv_mls_type_list_write (CvWriter *writer, const GArray *types)
{
  gsize mark = cv_writer_begin_vector (writer);

  for (guint i = 0; types && i < types->len; i++)
    cv_writer_u16 (writer, g_array_index (types, guint16, i));
  cv_writer_end_vector (writer, mark);
}

gboolean
cv_mls_type_list_contain (const GArray *types, guint16 type)
{
  for (guint i = 0; types && i < types->len; i++)
    if (g_array_index (types, guint16, i) == type)
      return TRUE;
  return FALSE;
}
