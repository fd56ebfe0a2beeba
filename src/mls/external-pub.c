/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One key, whose form is for the suite to judge when it is used. */
#include "mls/external-pub.h"

#include "mls/limits.h"

gboolean
cv_mls_external_pub_parse (CvSpan data, CvSpan *public_key)
{
  CvReader reader;

  cv_reader_init (&reader, data);
  *public_key = cv_reader_vector (&reader, CV_MLS_LIMIT_KEY);
  return cv_reader_finish (&reader);
}

GBytes *
cv_mls_external_pub_encode (CvSpan public_key)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_writer_vector (&writer, public_key);
  return cv_writer_take (&writer);
}
