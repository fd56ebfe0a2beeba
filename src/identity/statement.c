/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The identity statement: encoding, signature, and the rules for names. */
#include "identity/statement.h"

#include "crypto/hash.h"
#include "identity/name-character.h"

#include <string.h>

#define LABEL "Conclave 1.0 identity statement"
#define VERSION 1
#define NAME_MAX_BYTES (CV_IDENTITY_NAME_MAX_CHARACTERS * 4)
#define ROOM_ID_MAX 32
#define SIGNATURE_MAX 128

static void
set_malformed (GError **error)
{
  g_set_error_literal (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_MALFORMED,
                       "expected an identity statement, got something else");
}

/* By this computer's Unicode version. Blanks other than the plain one look alike; format characters
 * (bidi overrides, joiners, tags) hide or reorder text; private and unassigned ones look different on
 * each computer. */
static gboolean
is_allowed (gunichar c)
{
  if (c == ' ')
    return TRUE;
  switch (g_unichar_type (c)) {
  case G_UNICODE_CONTROL:
  case G_UNICODE_FORMAT:
  case G_UNICODE_UNASSIGNED:
  case G_UNICODE_PRIVATE_USE:
  case G_UNICODE_SURROGATE:
  case G_UNICODE_LINE_SEPARATOR:
  case G_UNICODE_PARAGRAPH_SEPARATOR:
  case G_UNICODE_SPACE_SEPARATOR:
    return FALSE;
  default:
    return !cv_identity_name_character_is_barred (c);
  }
}

/* What asks no table that another client may have otherwise. */
static const char *
find_fixed_fault (const char *name)
{
  glong n_characters = 0;
  gboolean has_visible = FALSE;
  if (!g_utf8_validate (name, -1, NULL))
    return "expected a name in UTF-8";
  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);
    if (cv_identity_name_character_is_barred (c))
      return "expected a name without control, format or invisible characters";
    has_visible = has_visible || (c != ' ' && !cv_identity_name_character_is_combining (c));
    n_characters++;
  }
  if (!has_visible || n_characters > CV_IDENTITY_NAME_MAX_CHARACTERS)
    return "expected a name of 1 to 64 characters";
  if (name[0] == ' ' || name[strlen (name) - 1] == ' ' || strstr (name, "  ") != NULL)
    return "expected a name without outer or double blanks";
  return NULL;
}

static const char *
find_name_fault (const char *name)
{
  gboolean has_visible = FALSE;
  const char *fault = find_fixed_fault (name);
  if (fault != NULL)
    return fault;
  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);
    if (!is_allowed (c))
      return "expected a name of letters and symbols that are known here";
    has_visible = has_visible || (c != ' ' && !g_unichar_ismark (c));
  }
  if (!has_visible)
    return "expected a name of more than marks";
  g_autofree char *composed = g_utf8_normalize (name, -1, G_NORMALIZE_NFC);
  return composed != NULL && strcmp (composed, name) == 0 ? NULL : "expected a name in NFC";
}

static gboolean
report_fault (const char *fault, GError **error)
{
  if (fault == NULL)
    return TRUE;
  g_set_error_literal (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_NAME, fault);
  return FALSE;
}

static void
write_signed_part (CvWriter *writer, const CvIdentityStatement *statement)
{
  cv_writer_u8 (writer, VERSION);
  cv_writer_vector (writer, cv_span_from_bytes (statement->identity_key));
  cv_writer_vector (writer, cv_span (statement->name, strlen (statement->name)));
  cv_writer_put (writer, CV_SPAN_ARRAY (statement->mls_key_hash));
  cv_writer_vector (writer, cv_span_from_bytes (statement->room_id));
  cv_writer_u64 (writer, statement->not_before_s);
  cv_writer_u64 (writer, statement->not_after_s);
}

/* *signed_part and *signature point into encoded. */
static CvIdentityStatement *
parse (CvSpan encoded, CvSpan *signed_part, CvSpan *signature)
{
  g_autoptr (CvIdentityStatement) statement = g_new0 (CvIdentityStatement, 1);
  CvReader reader;
  cv_reader_init (&reader, encoded);
  guint8 version = cv_reader_u8 (&reader);
  statement->identity_key = cv_reader_dup_vector (&reader, CV_IDENTITY_KEY_MAX);
  CvSpan name = cv_reader_vector (&reader, NAME_MAX_BYTES);
  cv_reader_copy (&reader, statement->mls_key_hash, sizeof statement->mls_key_hash);
  statement->room_id = cv_reader_dup_vector (&reader, ROOM_ID_MAX);
  statement->not_before_s = cv_reader_u64 (&reader);
  statement->not_after_s = cv_reader_u64 (&reader);
  *signed_part = cv_reader_since (&reader, 0);
  *signature = cv_reader_vector (&reader, SIGNATURE_MAX);
  if (!cv_reader_finish (&reader) || version != VERSION || name.len == 0
      || memchr (name.data, '\0', name.len) != NULL)
    return NULL;
  statement->name = g_strndup ((const char *)name.data, name.len);
  return g_steal_pointer (&statement);
}

/* Of all times that are asked for, the one nearest to the end of its validity tells. */
static gboolean
is_in_time (const CvIdentityStatement *statement, const CvIdentityStatementChecks *checks)
{
  guint64 at_s = checks->now_s;
  if (at_s == 0)
    return TRUE;
  if (checks->oldest_s != 0 && checks->oldest_s < at_s)
    at_s = CLAMP (statement->not_after_s, checks->oldest_s, at_s);
  return at_s >= statement->not_before_s && at_s <= statement->not_after_s;
}

void
cv_identity_statement_free (CvIdentityStatement *statement)
{
  if (statement == NULL)
    return;
  g_clear_pointer (&statement->identity_key, g_bytes_unref);
  g_clear_pointer (&statement->name, g_free);
  g_clear_pointer (&statement->room_id, g_bytes_unref);
  g_free (statement);
}

GBytes *
cv_identity_statement_sign (const CvCrypto *crypto, const CvIdentityKeyPair *pair,
                            const CvIdentityStatementParams *params, GError **error)
{
  if (!cv_identity_statement_check_name (params->name, error))
    return NULL;
  g_autoptr (CvIdentityStatement) statement = g_new0 (CvIdentityStatement, 1);
  statement->identity_key = cv_span_dup (cv_identity_key_pair_get_key (pair));
  statement->name = g_strdup (params->name);
  statement->room_id = cv_span_dup (params->room_id);
  statement->not_before_s = params->not_before_s;
  statement->not_after_s = params->not_after_s;
  if (!cv_crypto_hash_digest (crypto, CV_HASH_SHA256, params->mls_public, statement->mls_key_hash,
                              error))
    return NULL;

  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  write_signed_part (&writer, statement);
  g_autoptr (GBytes) signature =
      cv_identity_key_pair_sign (pair, LABEL, cv_writer_span (&writer), error);
  if (signature == NULL)
    return NULL;
  cv_writer_vector (&writer, cv_span_from_bytes (signature));
  return cv_writer_take (&writer);
}

CvIdentityStatement *
cv_identity_statement_verify (const CvCrypto *crypto, CvSpan encoded,
                              const CvIdentityStatementChecks *checks, GError **error)
{
  CvSpan signed_part;
  CvSpan signature;
  g_autoptr (CvIdentityStatement) statement = NULL;
  if (encoded.len <= CV_IDENTITY_STATEMENT_MAX_LEN)
    statement = parse (encoded, &signed_part, &signature);
  if (statement == NULL) {
    set_malformed (error);
    return NULL;
  }
  guint8 mls_key_hash[32];
  CvSpan identity_key = cv_span_from_bytes (statement->identity_key);
  if (!cv_identity_key_pair_verify (crypto, identity_key, LABEL, signed_part, signature, error)
      || !cv_identity_key_pair_hash (crypto, identity_key, statement->identity_hash, error)
      || !cv_crypto_hash_digest (crypto, CV_HASH_SHA256, checks->mls_public, mls_key_hash, error))
    return NULL;
  if (memcmp (mls_key_hash, statement->mls_key_hash, sizeof mls_key_hash) != 0
      || !cv_span_equal (cv_span_from_bytes (statement->room_id), checks->room_id)) {
    g_set_error_literal (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_AUTHENTICATION,
                         "could not authenticate");
    return NULL;
  }
  if (!is_in_time (statement, checks)) {
    g_set_error_literal (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_EXPIRED,
                         "expected an identity statement of now, got one of another time");
    return NULL;
  }
  if (!cv_identity_statement_check_fixed_name (statement->name, error))
    return NULL;
  return g_steal_pointer (&statement);
}

gboolean
cv_identity_statement_check_name (const char *name, GError **error)
{
  return report_fault (name == NULL ? "expected a name" : find_name_fault (name), error);
}

gboolean
cv_identity_statement_check_fixed_name (const char *name, GError **error)
{
  return report_fault (find_fixed_fault (name), error);
}

char *
cv_identity_statement_dup_clean_name (const char *typed)
{
  g_autofree char *valid = g_utf8_make_valid (typed, -1);
  g_autofree char *composed = g_utf8_normalize (valid, -1, G_NORMALIZE_NFC);
  g_autoptr (GString) clean = g_string_new (NULL);
  glong n_characters = 0;
  if (composed == NULL)
    return NULL;
  for (const char *at = composed; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);
    gboolean is_blank = g_unichar_isspace (c);
    if (n_characters == CV_IDENTITY_NAME_MAX_CHARACTERS)
      break;
    if (is_blank && (clean->len == 0 || clean->str[clean->len - 1] == ' '))
      continue;
    if (!is_blank && !is_allowed (c))
      continue;
    g_string_append_unichar (clean, is_blank ? ' ' : c);
    n_characters++;
  }
  g_strchomp (clean->str);
  /* What was left out may let its neighbours compose. */
  char *name = g_utf8_normalize (clean->str, -1, G_NORMALIZE_NFC);
  if (name != NULL && find_name_fault (name) != NULL)
    g_clear_pointer (&name, g_free);
  return name;
}
