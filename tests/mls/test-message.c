/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Encodings that no vector has: what must be refused, and what must be kept. */
#include "mls/message.h"
#include "mls/mls-fixture.h"

#define BYTES(text) {(const guint8 *)(text), sizeof (text) - 1}

static void
test_headers (void)
{
  static const struct {
    CvSpan input;
    CvMlsError code;
  } table[] = {
      {BYTES (""), CV_MLS_ERROR_MALFORMED},
      {BYTES ("\x00\x01\x00"), CV_MLS_ERROR_MALFORMED},
      {BYTES ("\x00\x02\x00\x01"), CV_MLS_ERROR_UNSUPPORTED},
      {BYTES ("\x00\x00\x00\x01"), CV_MLS_ERROR_UNSUPPORTED},
      {BYTES ("\x00\x01\x00\x00"), CV_MLS_ERROR_MALFORMED},
      {BYTES ("\x00\x01\x00\x06"), CV_MLS_ERROR_MALFORMED},
      {BYTES ("\x00\x01\x00\x02"), CV_MLS_ERROR_MALFORMED},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_auto (CvMlsMessage) message = {0};
    CvMlsPeek peek;
    g_autoptr (GError) error = NULL;

    g_assert_false (cv_mls_message_parse (table[i].input, &message, &error));
    g_assert_error (error, CV_MLS_ERROR, (gint)table[i].code);
    g_clear_error (&error);
    g_assert_false (cv_mls_group_peek (table[i].input, &peek, &error));
    g_assert_error (error, CV_MLS_ERROR, (gint)table[i].code);
  }
}

/* In an MLSMessage of version 1 there is a KeyPackage of version 1. */
static void
test_key_package_version (void)
{
  g_auto (MlsPerson) anna = {0};
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = NULL;

  mls_person_init (&anna, 0x0001, "anna");
  package = mls_person_make_package (&anna, &keys);
  for (guint16 version = 0; version < 4; version++) {
    g_auto (CvMlsMessage) message = {0};
    g_auto (CvWriter) writer = {0};
    CvSpan encoded = cv_span_from_bytes (package->encoded);
    g_autoptr (GError) error = NULL;

    cv_writer_init (&writer);
    cv_mls_message_write_header (&writer, CV_MLS_WIRE_KEY_PACKAGE);
    cv_writer_u16 (&writer, version);
    cv_writer_put (&writer, cv_span (encoded.data + 2, encoded.len - 2));
    g_assert_true (cv_mls_message_parse (cv_writer_span (&writer), &message, &error)
                   == (version == CV_MLS_VERSION_10));
    g_assert_true ((message.key_package != NULL) == (version == CV_MLS_VERSION_10));
    if (version != CV_MLS_VERSION_10)
      g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_MALFORMED);
  }
}

static void
test_peek (void)
{
  static const struct {
    CvSpan input;
    guint16 wire_format;
    CvMlsContentType content_type;
  } table[] = {
      {BYTES ("\x00\x01\x00\x02\x02gi\0\0\0\0\0\0\0\x09\x03 whatever"), 2, CV_MLS_CONTENT_COMMIT},
      {BYTES ("\x00\x01\x00\x02\x02gi\0\0\0\0\0\0\0\x09\x01"), 2, CV_MLS_CONTENT_APPLICATION},
      {BYTES ("\x00\x01\x00\x01\x02gi\0\0\0\0\0\0\0\x09\x01\0\0\0\x05\x03"
              "aad\x02"),
       1, CV_MLS_CONTENT_PROPOSAL},
      {BYTES ("\x00\x01\x00\x01\x02gi\0\0\0\0\0\0\0\x09\x04\x00\x03"), 1, CV_MLS_CONTENT_COMMIT},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GError) error = NULL;
    CvMlsPeek peek;

    if (!cv_mls_group_peek (table[i].input, &peek, &error))
      g_assert_no_error (error);
    g_assert_cmpuint (peek.wire_format, ==, table[i].wire_format);
    g_assert_true (cv_span_equal (peek.group_id, CV_SPAN_LITERAL ("gi")));
    g_assert_cmpuint (peek.epoch, ==, 9);
    g_assert_cmpint (peek.content_type, ==, table[i].content_type);
  }
}

static void
test_peek_refuses (void)
{
  static const CvSpan table[] = {
      BYTES ("\x00\x01\x00\x02\x02gi\0\0\0\0\0\0\0\x09"),
      BYTES ("\x00\x01\x00\x02\x02gi\0\0\0\0\0\0\0\x09\x00"),
      BYTES ("\x00\x01\x00\x02\x02gi\0\0\0\0\0\0\0\x09\x04"),
      BYTES ("\x00\x01\x00\x01\x02gi\0\0\0\0\0\0\0\x09\x05\x00\x03"),
      BYTES ("\x00\x01\x00\x01\x02gi\0\0\0\0\0\0\0\x09\x00\x00\x03"),
      BYTES ("\x00\x01\x00\x02\xc0gi"),
      BYTES ("\x00\x01\x00\x02\x40\x02gi\0\0\0\0\0\0\0\x09\x03"),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GError) error = NULL;
    CvMlsPeek peek;

    g_assert_false (cv_mls_group_peek (table[i], &peek, &error));
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_MALFORMED);
    g_assert_cmpuint (peek.group_id.len, ==, 0);
  }
}

static GPtrArray *
read_extensions (CvSpan input, gboolean *is_ok)
{
  CvReader reader;
  GPtrArray *list;

  cv_reader_init (&reader, input);
  list = cv_mls_extension_list_read (&reader);
  *is_ok = cv_reader_finish (&reader);
  return list;
}

static void
test_unknown_extensions_are_kept (void)
{
  const CvSpan input = CV_SPAN_LITERAL ("\x08\x1A\x1A\x01x\xF0\xC0\x01y");
  gboolean is_ok;
  g_autoptr (GPtrArray) list = read_extensions (input, &is_ok);
  g_auto (CvWriter) writer = {0};
  CvSpan data;

  g_assert_true (is_ok);
  g_assert_true (cv_mls_extension_list_find (list, 0x1A1A, &data));
  g_assert_true (cv_span_equal (data, CV_SPAN_LITERAL ("x")));
  g_assert_false (cv_mls_extension_list_find (list, 0x2A2A, &data));
  cv_writer_init (&writer);
  cv_mls_extension_list_write (&writer, list);
  g_assert_true (cv_span_equal (cv_writer_span (&writer), input));
}

static void
test_extensions_refused (void)
{
  static const CvSpan table[] = {
      BYTES ("\x08\xF0\xC0\x01x\xF0\xC0\x01y"), /* twice */
      BYTES ("\x03\xF0\xC0\x01"), /* cut inside */
      BYTES ("\x01\xF0"),
      BYTES ("\x04\xF0\xC0\x01"), /* cut outside */
      BYTES ("\x05\xF0\xC0\x40\x01x"), /* length not minimal */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    gboolean is_ok;
    g_autoptr (GPtrArray) list = read_extensions (table[i], &is_ok);

    g_assert_false (is_ok);
  }
}

static void
test_too_many_extensions (void)
{
  g_auto (CvWriter) writer = {0};
  g_autoptr (GPtrArray) list = NULL;
  gboolean is_ok;
  gsize mark;

  cv_writer_init (&writer);
  mark = cv_writer_begin_vector (&writer);
  for (guint i = 0; i <= CV_MLS_LIMIT_EXTENSIONS; i++) {
    cv_writer_u16 (&writer, (guint16)i);
    cv_writer_vector (&writer, CV_SPAN_EMPTY);
  }
  cv_writer_end_vector (&writer, mark);
  list = read_extensions (cv_writer_span (&writer), &is_ok);
  g_assert_false (is_ok);
}

static gboolean
is_commit (CvSpan input)
{
  g_autoptr (CvMlsCommit) commit = NULL;
  CvReader reader;

  cv_reader_init (&reader, input);
  commit = cv_mls_commit_read (&reader);
  return commit && cv_reader_finish (&reader);
}

static void
test_commits (void)
{
  static const CvSpan refused[] = {
      BYTES (""),
      BYTES ("\x00"), /* no optional */
      BYTES ("\x00\x02"), /* neither 0 nor 1 */
      BYTES ("\x00\x01"), /* a path that is not there */
      BYTES ("\x00\x00\x00"), /* trailing */
      BYTES ("\x01\x03\x00"), /* neither proposal nor reference */
      BYTES ("\x03\x01\x00\x08\x00"), /* unknown proposal */
      BYTES ("\x03\x01\x0A\x0A\x00"), /* GREASE is no proposal */
      BYTES ("\x06\x01\x00\x03\x00\x00\x00\x00"), /* Remove cut */
      BYTES ("\x02\x02\x01\x00"), /* reference cut */
      BYTES ("\x07\x01\x00\x04\x03\x01x\x00\x00"), /* PSK of an unknown type */
      BYTES ("\x0F\x01\x00\x04\x02\x04\x00\0\0\0\0\0\0\0\0\x00\x00"), /* unknown PSK usage */
  };

  g_assert_true (is_commit (CV_SPAN_LITERAL ("\x00\x00")));
  g_assert_true (is_commit (CV_SPAN_LITERAL ("\x07\x01\x00\x03\x00\x00\x00\x05\x00")));
  g_assert_true (is_commit (CV_SPAN_LITERAL ("\x04\x02\x02rf\x00")));
  g_assert_true (is_commit (CV_SPAN_LITERAL ("\x07\x01\x00\x04\x01\x01x\x00\x00")));
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    if (is_commit (refused[i]))
      g_error ("commit %zu is accepted", i);
}

static void
test_credentials (void)
{
  static const struct {
    CvSpan input;
    gboolean is_ok;
  } table[] = {
      {BYTES ("\x00\x01\x02id"), TRUE},          {BYTES ("\x00\x01\x00"), TRUE},
      {BYTES ("\x00\x02\x05\x01z\x02zz"), TRUE}, {BYTES ("\x00\x02\x00"), TRUE},
      {BYTES ("\x00\x02\x02\x02z"), FALSE}, /* certificate cut */
      {BYTES ("\x00\x03\x02id"), FALSE},         {BYTES ("\x0A\x0A\x02id"), FALSE},
      {BYTES ("\x00\x01\x03id"), FALSE},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_auto (CvMlsCredential) credential = {0};
    g_auto (CvWriter) writer = {0};
    CvReader reader;

    cv_reader_init (&reader, table[i].input);
    g_assert_true (cv_mls_credential_read (&reader, &credential) == table[i].is_ok);
    if (!table[i].is_ok)
      continue;
    cv_writer_init (&writer);
    cv_mls_credential_write (&writer, &credential);
    g_assert_true (cv_span_equal (cv_writer_span (&writer), table[i].input));
  }
}

static void
test_empty_secrets (void)
{
  static const CvSpan refused[] = {
      BYTES ("\x00\x00\x00"), /* no joiner secret */
      BYTES ("\x01j\x01\x00\x00"), /* no path secret in the path secret */
      BYTES ("\x01j\x02\x00"),
      BYTES ("\x01j\x00"),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_auto (CvMlsGroupSecrets) secrets = {0};
    CvReader reader;

    cv_reader_init (&reader, refused[i]);
    g_assert_false (cv_mls_group_secrets_read (&reader, &secrets));
    g_assert_null (secrets.joiner_secret);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/message/headers", test_headers);
  g_test_add_func ("/mls/message/key-package-version", test_key_package_version);
  g_test_add_func ("/mls/message/peek", test_peek);
  g_test_add_func ("/mls/message/peek-refuses", test_peek_refuses);
  g_test_add_func ("/mls/extension/unknown-are-kept", test_unknown_extensions_are_kept);
  g_test_add_func ("/mls/extension/refused", test_extensions_refused);
  g_test_add_func ("/mls/extension/too-many", test_too_many_extensions);
  g_test_add_func ("/mls/commit/refused", test_commits);
  g_test_add_func ("/mls/credential/types", test_credentials);
  g_test_add_func ("/mls/welcome/empty-secrets", test_empty_secrets);
  return g_test_run ();
}
