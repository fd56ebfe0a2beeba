/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Three lists and nothing behind them. Who has to have what they name is for leaf-node to check. */
#include "mls/required-capabilities.h"

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
  required->extensions = cv_mls_type_list_read (&reader);
  required->proposals = cv_mls_type_list_read (&reader);
  required->credentials = cv_mls_type_list_read (&reader);
  if (cv_reader_finish (&reader))
    return TRUE;
  cv_mls_required_capabilities_clear (required);
  return FALSE;
}

void
cv_mls_required_capabilities_write (CvWriter *writer, const CvMlsRequiredCapabilities *required)
{
  cv_mls_type_list_write (writer, required->extensions);
  cv_mls_type_list_write (writer, required->proposals);
  cv_mls_type_list_write (writer, required->credentials);
}
