/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One place for the words of an error, so that nothing tells why an authentication failed. */
#include "mls/error.h"

GQuark
cv_mls_error_quark (void)
{
  return g_quark_from_static_string ("cv-mls-error-quark");
}

gboolean
cv_mls_error_fail (GError **error, CvMlsError code, const char *format, ...)
{
  va_list args;

  if (error) {
    va_start (args, format);
    *error = g_error_new_valist (CV_MLS_ERROR, (gint)code, format, args);
    va_end (args);
  }
  return FALSE;
}

gboolean
cv_mls_error_fail_authentication (GError **error)
{
  return cv_mls_error_fail (error, CV_MLS_ERROR_AUTHENTICATION, "message did not authenticate");
}

gboolean
cv_mls_error_fail_malformed (GError **error, const char *structure)
{
  return cv_mls_error_fail (error, CV_MLS_ERROR_MALFORMED, "malformed %s", structure);
}

gboolean
cv_mls_error_adopt (GError **error, GError *from)
{
  g_autoptr (GError) owned = from;

  g_return_val_if_fail (from, FALSE);
  if (g_error_matches (from, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_AUTHENTICATION))
    return cv_mls_error_fail_authentication (error);
  if (g_error_matches (from, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT))
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "%s", from->message);
  if (g_error_matches (from, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_UNSUPPORTED))
    return cv_mls_error_fail (error, CV_MLS_ERROR_UNSUPPORTED, "%s", from->message);
  g_propagate_error (error, g_steal_pointer (&owned));
  return FALSE;
}
