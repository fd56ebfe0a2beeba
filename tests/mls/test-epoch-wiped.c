/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* No secret of an epoch outlives it: neither in our memory nor in OpenSSL's (RFC 9420 §9.2). Every
 * CvSecret is learnt when it goes, so that the path and joiner secrets, the keys of HPKE and of
 * messages, and everything in between count, and then all memory is searched. */
#include "mls/members.h"
#include "mls/memory-scan.h"

#include "crypto/random.h"

#include <string.h>

#define N_PEOPLE 5
#define PLAINTEXT_LEN 64

static void
say (Member *const *people, guint speaker)
{
  GBytes *messages[3] = {0};
  static const guint order[] = {2, 0, 1};
  guint8 plaintext[PLAINTEXT_LEN];
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++) {
    g_assert_true (
        cv_crypto_random_fill (members_get_crypto (), plaintext, sizeof plaintext, &error));
    memory_scan_learn (CV_SPAN_ARRAY (plaintext));
    messages[i] = cv_mls_group_protect (people[speaker]->group, CV_SPAN_ARRAY (plaintext),
                                        CV_SPAN_LITERAL ("about"), &error);
    g_assert_no_error (error);
  }
  cv_secret_wipe (plaintext, sizeof plaintext);
  for (guint i = 0; i < N_PEOPLE; i++)
    for (guint j = 0; j < G_N_ELEMENTS (order) && people[i] && people[i]->group; j++) {
      g_auto (CvMlsReceived) received = {0};

      if (i != speaker)
        g_assert_true (member_try_receive (people[i], cv_span_from_bytes (messages[order[j]]),
                                           &received, &error));
    }
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    g_bytes_unref (messages[i]);
}

static void export (const Member *person)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) secret =
      cv_mls_group_export (person->group, "SFrame 1.0 Base Key", CV_SPAN_EMPTY, 32, &error);

  g_assert_no_error (error);
}

static void
propose (Member *const *people, guint proposer, CvMlsProposeParams *params)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message = NULL;

  params->now_s = TEST_NOW_S;
  message = cv_mls_group_propose (people[proposer]->group, params, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_PEOPLE; i++) {
    g_auto (CvMlsReceived) received = {0};

    if (i != proposer && people[i]->group)
      g_assert_true (
          member_try_receive (people[i], cv_span_from_bytes (message), &received, &error));
  }
}

/* The others follow. */
static void
commit (Member *const *people, guint committer, CvMlsCommitParams *params)
{
  g_auto (CvMlsCommitResult) result = {0};

  params->now_s = TEST_NOW_S;
  member_commit (people[committer], params, &result);
  for (guint i = 0; i < N_PEOPLE; i++)
    if (i != committer && people[i]->group)
      member_follow (people[i], result.commit);
}

static void
come_back (Member *const *people, guint sleeper, guint helper)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) info = cv_mls_group_dup_group_info (people[helper]->group, &error);
  g_auto (CvMlsCommitResult) back = {0};

  g_assert_no_error (error);
  g_assert_true (cv_mls_group_resync (people[sleeper]->group, cv_span_from_bytes (info), TEST_NOW_S,
                                      &back, &error));
  cv_mls_group_unref (people[sleeper]->group);
  people[sleeper]->group = cv_mls_group_ref (back.next);
  for (guint i = 0; i < N_PEOPLE; i++)
    if (i != sleeper && people[i]->group)
      member_follow (people[i], back.commit);
}

/* Some epochs with everything in them; at the end all are in, and nobody said a word yet. */
static void
live (Member *const *people)
{
  CvSpan policy = CV_SPAN_LITERAL ("policy 1");
  CvMlsResumption resumption;

  member_create (people[0]);
  for (guint i = 1; i < N_PEOPLE; i++)
    member_add (people[i - 1], people[i], people, i);
  say (people, 1);
  export (people[2]);
  commit (people, 2,
          &(CvMlsCommitParams){.removes = &(CvMlsLeaf){1},
                               .n_removes = 1,
                               .policy = &policy,
                               .policy_type = TEST_POLICY_TYPE});
  g_assert_null (people[1]->group);
  member_add (people[3], people[1], people, N_PEOPLE);
  come_back (people, 4, 0);
  resumption = (CvMlsResumption){.epoch = cv_mls_group_get_epoch (people[0]->group)};
  propose (people, 3, &(CvMlsProposeParams){.type = CV_MLS_PROPOSAL_UPDATE});
  propose (people, 4,
           &(CvMlsProposeParams){.type = CV_MLS_PROPOSAL_PSK, .resumption = &resumption});
  /* The key of the own Update stays for the commit, and goes with the epoch. */
  g_assert_true (cv_mls_group_forget_proposals (people[3]->group, CV_SPAN_EMPTY));
  commit (people, 2, &(CvMlsCommitParams){.includes_pending = TRUE});
  say (people, 4);
  commit (people, 0, &(CvMlsCommitParams){.is_pathless = TRUE});
}

static void
people_init (Member **people, guint16 suite)
{
  for (guint i = 0; i < N_PEOPLE; i++) {
    g_autofree char *name = g_strdup_printf ("person %u", i);

    people[i] = member_new (members_get_suite (suite), name);
  }
}

static void
test_wiped (gconstpointer data)
{
  Member *people[N_PEOPLE];

  memory_scan_forget_all ();
  people_init (people, (guint16)GPOINTER_TO_UINT (data));
  live (people);
  /* What is gone although the group lives on: all epochs but the last. */
  g_assert_cmpuint (memory_scan_count_learnt (), >, 200);
  g_assert_cmpuint (memory_scan_run (), ==, 0);
  say (people, 2);
  for (guint i = 0; i < N_PEOPLE; i++)
    member_free (people[i]);
  g_assert_cmpuint (memory_scan_run (), ==, 0);
}

static guint8 forgotten[32];

/* The search finds what is there: in the heap, in a library's data, on the stack below, as a whole
 * or turned round. */
static void __attribute__ ((noinline))
leave_on_stack (CvSpan secret)
{
  volatile guint8 copy[32];

  for (gsize i = 0; i < sizeof copy; i++)
    copy[i] = secret.data[i];
}

static void
test_finds (void)
{
  CvSecret *secret;
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *heap = g_malloc0 (48);
  CvSpan span;

  memory_scan_forget_all ();
  secret = cv_crypto_random_dup_secret (members_get_crypto (), 32, &error);
  span = cv_secret_span (secret);
  memory_scan_learn (span);
  g_assert_cmpuint (memory_scan_run (), ==, 0);
  for (gsize i = 0; i < 16; i++)
    heap[5 + i] = span.data[15 - i];
  memcpy (forgotten, span.data, 32);
  leave_on_stack (span);
  cv_secret_unref (secret);
  g_assert_cmpuint (memory_scan_run (), >=, 3);
  cv_secret_wipe (heap, 48);
  g_assert_cmpuint (memory_scan_run (), >=, 1);
  cv_secret_wipe (forgotten, 32);
}

/* What is too short to be found is not counted as learnt. */
static void
test_short (void)
{
  static const guint8 bytes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

  memory_scan_forget_all ();
  memory_scan_learn (cv_span (bytes, 15));
  g_assert_cmpuint (memory_scan_count_learnt (), ==, 0);
  memory_scan_learn (cv_span (bytes, 16));
  g_assert_cmpuint (memory_scan_count_learnt (), ==, 1);
}

int
main (int argc, char **argv)
{
  static const guint16 suites[] = {0x0001, 0x0002, 0x0003, 0x0004, 0x0005,
                                   0x0006, 0x0007, 0xF001, 0xF002};

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/epoch/wiped/search-finds-what-is-left", test_finds);
  g_test_add_func ("/mls/epoch/wiped/search-needs-16-bytes", test_short);
  for (gsize i = 0; i < G_N_ELEMENTS (suites); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/epoch/wiped/%04x", suites[i]);

    g_test_add_data_func (path, GUINT_TO_POINTER (suites[i]), test_wiped);
  }
  return g_test_run ();
}
