/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Seals the frames of one KID. */
#include "sframe/sender.h"

G_DEFINE_QUARK (cv-sframe-error-quark, cv_sframe_error)

struct CvSframeSender {
  CvSframeKey *key;
  guint64 ctr; /* written by the sealing thread, read atomically by others */
  gsize tag_len;
};

CvSframeSender *
cv_sframe_sender_new (CvSframeKey *key)
{
  CvSframeSender *self;

  g_return_val_if_fail (key, NULL);
  self = g_new0 (CvSframeSender, 1);
  self->key = key;
  self->tag_len = cv_sframe_key_get_suite (key)->tag_len;
  return self;
}

void
cv_sframe_sender_free (CvSframeSender *self)
{
  if (!self)
    return;
  cv_sframe_key_free (self->key);
  g_free (self);
}

guint64
cv_sframe_sender_get_kid (const CvSframeSender *self)
{
  return cv_sframe_key_get_kid (self->key);
}

guint64
cv_sframe_sender_get_counter (const CvSframeSender *self)
{
  return __atomic_load_n (&self->ctr, __ATOMIC_RELAXED);
}

void
cv_sframe_sender_skip_to (CvSframeSender *self, guint64 ctr)
{
  if (ctr > self->ctr)
    __atomic_store_n (&self->ctr, ctr, __ATOMIC_RELAXED);
}

static CvSframeHeader
next_header (const CvSframeSender *self)
{
  return (CvSframeHeader){.kid = cv_sframe_key_get_kid (self->key), .ctr = self->ctr};
}

gsize
cv_sframe_sender_max_len (const CvSframeSender *self, gsize plaintext_len)
{
  return CV_SFRAME_HEADER_MAX + plaintext_len + self->tag_len;
}

gsize
cv_sframe_sender_next_header_len (const CvSframeSender *self)
{
  CvSframeHeader header = next_header (self);

  return cv_sframe_header_len (&header);
}

gboolean
cv_sframe_sender_seal (CvSframeSender *self, CvSpan metadata, CvSpan plaintext, guint8 *out,
                       gsize out_size, gsize *out_len, GError **error)
{
  CvSframeHeader header = next_header (self);
  gsize header_len = cv_sframe_header_len (&header);
  CvSpan aad[2] = {cv_span (out, header_len), metadata};

  /* RFC 9605 §7.4, §9.1: a key and counter seal one frame, so the counter stops and never wraps. */
  if (header.ctr >= CV_SFRAME_SENDER_LIMIT) {
    g_set_error (error, CV_SFRAME_ERROR, CV_SFRAME_ERROR_USED_UP,
                 "key %" G_GINT64_MODIFIER "x has sealed all its frames", header.kid);
    return FALSE;
  }
  /* Wrong use: cv_sframe_sender_max_len says how much it takes. */
  if (out_size < header_len + self->tag_len
      || out_size - header_len - self->tag_len < plaintext.len) {
    g_set_error (error, CV_SFRAME_ERROR, CV_SFRAME_ERROR_BUFFER,
                 "no room for a frame of %" G_GSIZE_FORMAT " bytes in %" G_GSIZE_FORMAT,
                 plaintext.len, out_size);
    return FALSE;
  }
  /* Used up before the attempt: whatever happens now, this nonce does not come again. */
  __atomic_store_n (&self->ctr, header.ctr + 1, __ATOMIC_RELAXED);
  cv_sframe_header_write (&header, out);
  if (!cv_sframe_key_seal (self->key, header.ctr, aad, plaintext, out + header_len, NULL)) {
    g_set_error_literal (error, CV_SFRAME_ERROR, CV_SFRAME_ERROR_CIPHER, "the cipher failed");
    return FALSE;
  }
  *out_len = header_len + plaintext.len + self->tag_len;
  return TRUE;
}
