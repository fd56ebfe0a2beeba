/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Which PSKs are found, and that an unknown one is never taken for an empty one. */
#include "mls/members.h"
#include "mls/psk-lookup.h"
#include "mls/key-schedule.h"

#include <string.h>

static const CvMlsCipher *
get_cipher (void)
{
  static CvMlsCipher cipher;

  cipher = (CvMlsCipher){members_get_crypto (), members_get_suite (0x0001)};
  return &cipher;
}

static CvSecret *
new_secret (guint8 value)
{
  return cv_secret_new_from (cv_span (&value, 1));
}

static GPtrArray *
list_of (CvMlsPskType type, const char *id, guint64 epoch)
{
  GPtrArray *list = cv_mls_psk_list_new ();
  CvMlsPskId *psk = g_new0 (CvMlsPskId, 1);

  psk->type = type;
  if (type == CV_MLS_PSK_EXTERNAL)
    psk->id = g_bytes_new (id, strlen (id));
  else {
    psk->usage = CV_MLS_PSK_USAGE_APPLICATION;
    psk->group_id = g_bytes_new (id, strlen (id));
    psk->epoch = epoch;
  }
  psk->nonce = g_bytes_new_take (g_malloc0 (32), 32);
  g_ptr_array_add (list, psk);
  return list;
}

static void
assert_found (const CvMlsPskLookup *lookup, GPtrArray *list, gboolean is_found)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) secret = cv_mls_psk_lookup_secret (get_cipher (), lookup, list, &error);
  g_autoptr (CvSecret) none = cv_mls_key_schedule_zero (get_cipher ());

  if (is_found) {
    g_assert_no_error (error);
    g_assert_false (cv_secret_span_equal (cv_secret_span (secret), cv_secret_span (none)));
  } else {
    g_assert_null (secret);
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
  }
  g_ptr_array_unref (list);
}

static void
test_external (void)
{
  CvMlsPskLookup lookup = {.find = members_find_psk};

  assert_found (&lookup, list_of (CV_MLS_PSK_EXTERNAL, "room", 0), TRUE);
  assert_found (&lookup, list_of (CV_MLS_PSK_EXTERNAL, "cellar", 0), FALSE);
  assert_found (&lookup, list_of (CV_MLS_PSK_EXTERNAL, "", 0), FALSE);
  lookup.find = NULL;
  assert_found (&lookup, list_of (CV_MLS_PSK_EXTERNAL, "room", 0), FALSE);
}

static void
test_resumption (void)
{
  g_autoptr (CvSecret) secret = new_secret (1);
  g_autoptr (CvMlsPastPsks) past = cv_mls_past_psks_extend (NULL, 7, secret);
  CvMlsPskLookup lookup = {.past = past, .group_id = CV_SPAN_LITERAL ("group")};

  assert_found (&lookup, list_of (CV_MLS_PSK_RESUMPTION, "group", 7), TRUE);
  assert_found (&lookup, list_of (CV_MLS_PSK_RESUMPTION, "group", 6), FALSE);
  assert_found (&lookup, list_of (CV_MLS_PSK_RESUMPTION, "grou", 7), FALSE);
  lookup.past = NULL;
  assert_found (&lookup, list_of (CV_MLS_PSK_RESUMPTION, "group", 7), FALSE);
}

static void
test_none (void)
{
  CvMlsPskLookup lookup = {0};
  g_autoptr (GPtrArray) list = cv_mls_psk_list_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) secret = cv_mls_psk_lookup_secret (get_cipher (), &lookup, list, &error);
  g_autoptr (CvSecret) none = cv_mls_key_schedule_zero (get_cipher ());

  g_assert_no_error (error);
  g_assert_true (cv_secret_span_equal (cv_secret_span (secret), cv_secret_span (none)));
}

static void
test_past_is_bounded (void)
{
  CvMlsPastPsks *past = NULL;
  guint64 last = CV_MLS_PSK_LOOKUP_PAST_MAX + 9;

  for (guint64 epoch = 0; epoch <= last; epoch++) {
    g_autoptr (CvSecret) secret = new_secret ((guint8)epoch);
    CvMlsPastPsks *next = cv_mls_past_psks_extend (past, epoch, secret);

    cv_mls_past_psks_free (past);
    past = next;
  }
  g_assert_null (cv_mls_past_psks_find (past, 9));
  g_assert_nonnull (cv_mls_past_psks_find (past, 10));
  g_assert_nonnull (cv_mls_past_psks_find (past, last));
  g_assert_null (cv_mls_past_psks_find (past, last + 1));
  cv_mls_past_psks_free (past);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/psk-lookup/external", test_external);
  g_test_add_func ("/mls/psk-lookup/resumption", test_resumption);
  g_test_add_func ("/mls/psk-lookup/none-is-zero", test_none);
  g_test_add_func ("/mls/psk-lookup/past-is-bounded", test_past_is_bounded);
  return g_test_run ();
}
