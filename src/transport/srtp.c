/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* libsrtp keeps one stream for each SSRC that it has authenticated, for as long as the session
 * lives, and searches them one by one: both tables here are bounded, so that a peer that holds the
 * keys can fill neither memory nor time. */
#include "transport/srtp.h"

#include "transport/demux.h"

#include <srtp2/srtp.h>
#include <string.h>

#define REPLAY_WINDOW 2048
#define RTCP_SENDERS_MAX 1024

struct CvTransportSrtp {
  srtp_t out;
  srtp_t in;
  GHashTable *allowed; /* SSRC → TRUE while allowed, FALSE when forgotten */
  GHashTable *rtcp_senders;
};

static gboolean
init_library (void)
{
  static gsize once;

  if (g_once_init_enter (&once))
    g_once_init_leave (&once, srtp_init () == srtp_err_status_ok ? 1 : 2);
  return once == 1;
}

static gboolean
open_session (srtp_t *session, const CvTransportSrtpProfile *profile, guint8 *key,
              srtp_ssrc_type_t direction)
{
  srtp_policy_t policy;
  gboolean is_open;

  memset (&policy, 0, sizeof policy);
  policy.ssrc.type = direction;
  policy.key = key;
  policy.window_size = REPLAY_WINDOW;
  is_open =
      srtp_crypto_policy_set_from_profile_for_rtp (&policy.rtp, (srtp_profile_t)profile->id)
          == srtp_err_status_ok
      && srtp_crypto_policy_set_from_profile_for_rtcp (&policy.rtcp, (srtp_profile_t)profile->id)
             == srtp_err_status_ok
      && srtp_create (session, &policy) == srtp_err_status_ok;
  cv_secret_wipe (&policy, sizeof policy);
  return is_open;
}

static CvTransportSrtpResult
result_from_status (srtp_err_status_t status)
{
  if (status == srtp_err_status_ok)
    return CV_TRANSPORT_SRTP_OK;
  if (status == srtp_err_status_replay_fail || status == srtp_err_status_replay_old)
    return CV_TRANSPORT_SRTP_REPLAY;
  if (status == srtp_err_status_auth_fail)
    return CV_TRANSPORT_SRTP_AUTHENTICATION;
  return CV_TRANSPORT_SRTP_REFUSED;
}

static CvTransportSrtpResult
unprotect_rtcp (CvTransportSrtp *self, guint8 *packet, int *len)
{
  gpointer ssrc = GUINT_TO_POINTER (
      cv_transport_demux_ssrc (cv_span (packet, (gsize)*len), CV_TRANSPORT_DEMUX_RTCP));
  gboolean is_known = g_hash_table_contains (self->rtcp_senders, ssrc);
  srtp_err_status_t status;

  if (!is_known && g_hash_table_size (self->rtcp_senders) >= RTCP_SENDERS_MAX)
    return CV_TRANSPORT_SRTP_UNKNOWN_SSRC;
  status = srtp_unprotect_rtcp (self->in, packet, len);
  /* Only who is authentic takes a place in the table. */
  if (status == srtp_err_status_ok && !is_known)
    g_hash_table_add (self->rtcp_senders, ssrc);
  return result_from_status (status);
}

CvTransportSrtp *
cv_transport_srtp_new (void)
{
  CvTransportSrtp *self = g_new0 (CvTransportSrtp, 1);

  self->allowed = g_hash_table_new (NULL, NULL);
  self->rtcp_senders = g_hash_table_new (NULL, NULL);
  return self;
}

void
cv_transport_srtp_free (CvTransportSrtp *self)
{
  if (self == NULL)
    return;
  /* libsrtp wipes its keys when it deallocates. */
  if (self->out != NULL)
    srtp_dealloc (self->out);
  if (self->in != NULL)
    srtp_dealloc (self->in);
  g_hash_table_unref (self->allowed);
  g_hash_table_unref (self->rtcp_senders);
  g_free (self);
}

gboolean
cv_transport_srtp_set_keys (CvTransportSrtp *self, const CvTransportSrtpKeys *keys, GError **error)
{
  CvTransportSrtpKeys copy = *keys; /* libsrtp wants it writable */
  gboolean is_open;

  g_return_val_if_fail (self->out == NULL && keys->profile != NULL, FALSE);

  is_open = init_library ()
            && open_session (&self->out, copy.profile, copy.local, ssrc_any_outbound)
            && open_session (&self->in, copy.profile, copy.remote, ssrc_any_inbound);
  cv_transport_srtp_keys_clear (&copy);
  if (is_open)
    return TRUE;

  g_clear_pointer (&self->out, srtp_dealloc);
  g_clear_pointer (&self->in, srtp_dealloc);
  g_set_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_LIBRARY,
               "libsrtp could not open a session");
  return FALSE;
}

gboolean
cv_transport_srtp_allow_ssrc (CvTransportSrtp *self, guint32 ssrc)
{
  gpointer key = GUINT_TO_POINTER (ssrc);

  if (!g_hash_table_contains (self->allowed, key)
      && g_hash_table_size (self->allowed) >= CV_TRANSPORT_SRTP_ALLOWED_MAX)
    return FALSE;
  g_hash_table_insert (self->allowed, key, GINT_TO_POINTER (TRUE));
  return TRUE;
}

void
cv_transport_srtp_forget_ssrc (CvTransportSrtp *self, guint32 ssrc)
{
  if (g_hash_table_contains (self->allowed, GUINT_TO_POINTER (ssrc)))
    g_hash_table_insert (self->allowed, GUINT_TO_POINTER (ssrc), GINT_TO_POINTER (FALSE));
}

CvTransportSrtpResult
cv_transport_srtp_protect (CvTransportSrtp *self, guint8 *packet, gsize *len, gboolean is_rtcp)
{
  srtp_err_status_t status;
  int size;

  g_return_val_if_fail (*len <= G_MAXUINT16, CV_TRANSPORT_SRTP_REFUSED);

  size = (int)*len;
  if (self->out == NULL)
    return CV_TRANSPORT_SRTP_NO_KEYS;
  status = is_rtcp ? srtp_protect_rtcp (self->out, packet, &size)
                   : srtp_protect (self->out, packet, &size);
  if (status == srtp_err_status_ok)
    *len = (gsize)size;
  return result_from_status (status);
}

CvTransportSrtpResult
cv_transport_srtp_unprotect (CvTransportSrtp *self, guint8 *packet, gsize *len, gboolean is_rtcp)
{
  CvTransportSrtpResult result;
  guint32 ssrc;
  int size;

  g_return_val_if_fail (*len <= G_MAXUINT16, CV_TRANSPORT_SRTP_REFUSED);

  size = (int)*len;
  if (self->in == NULL)
    return CV_TRANSPORT_SRTP_NO_KEYS;
  if (is_rtcp) {
    result = unprotect_rtcp (self, packet, &size);
  } else {
    ssrc = cv_transport_demux_ssrc (cv_span (packet, *len), CV_TRANSPORT_DEMUX_RTP);
    if (!GPOINTER_TO_INT (g_hash_table_lookup (self->allowed, GUINT_TO_POINTER (ssrc))))
      return CV_TRANSPORT_SRTP_UNKNOWN_SSRC;
    result = result_from_status (srtp_unprotect (self->in, packet, &size));
  }
  if (result == CV_TRANSPORT_SRTP_OK)
    *len = (gsize)size;
  return result;
}
