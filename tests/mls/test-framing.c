/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "mls/message.h"
#include "mls/mls-fixture.h"

#define CONTEXT CV_SPAN_LITERAL ("encoded group context")
#define OTHER_CONTEXT CV_SPAN_LITERAL ("encoded group context of another epoch")
#define MEMBERSHIP_KEY CV_SPAN_LITERAL ("0123456789abcdef0123456789abcdef")

static void
make_proposal (const MlsPerson *anna, CvMlsSenderType sender, CvMlsAuthenticatedContent *auth)
{
  g_autoptr (GError) error = NULL;

  *auth = (CvMlsAuthenticatedContent){
      .wire_format = CV_MLS_WIRE_PUBLIC_MESSAGE,
      .content = {.group_id = g_bytes_new ("group", 5),
                  .epoch = 7,
                  .sender = {.type = sender, .leaf = {2}},
                  .authenticated_data = g_bytes_new ("aad", 3),
                  .type = CV_MLS_CONTENT_PROPOSAL,
                  .proposal = cv_mls_proposal_new_remove ((CvMlsLeaf){1})}};
  if (sender != CV_MLS_SENDER_MEMBER)
    auth->content.sender.leaf.index = 0;
  if (!cv_mls_framing_sign (&anna->cipher, auth, CONTEXT, anna->params.signature_private, &error))
    g_assert_no_error (error);
}

static gboolean
is_verified (const MlsPerson *anna, const CvMlsAuthenticatedContent *auth, CvSpan context)
{
  g_autoptr (GError) error = NULL;
  gboolean is_ok =
      cv_mls_framing_verify (&anna->cipher, auth, context, anna->params.signature_public, &error);

  if (!is_ok)
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_AUTHENTICATION);
  return is_ok;
}

/* §6.1: who is in the group, or joins it by commit, signs for the epoch; others cannot. */
static void
test_context_is_signed (void)
{
  static const struct {
    CvMlsSenderType sender;
    gboolean is_bound;
  } table[] = {
      {CV_MLS_SENDER_MEMBER, TRUE},
      {CV_MLS_SENDER_NEW_MEMBER_COMMIT, TRUE},
      {CV_MLS_SENDER_EXTERNAL, FALSE},
      {CV_MLS_SENDER_NEW_MEMBER_PROPOSAL, FALSE},
  };
  g_auto (MlsPerson) anna = {0};

  mls_person_init (&anna, 0x0001, "anna");
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_auto (CvMlsAuthenticatedContent) auth = {0};

    make_proposal (&anna, table[i].sender, &auth);
    g_assert_true (is_verified (&anna, &auth, CONTEXT));
    g_assert_true (is_verified (&anna, &auth, OTHER_CONTEXT) == !table[i].is_bound);
  }
}

static void
test_everything_is_signed (void)
{
  g_auto (MlsPerson) anna = {0};
  g_auto (CvMlsAuthenticatedContent) auth = {0};

  mls_person_init (&anna, 0x0001, "anna");
  make_proposal (&anna, CV_MLS_SENDER_MEMBER, &auth);
  auth.wire_format = CV_MLS_WIRE_PRIVATE_MESSAGE;
  g_assert_false (is_verified (&anna, &auth, CONTEXT));
  auth.wire_format = CV_MLS_WIRE_PUBLIC_MESSAGE;
  auth.content.epoch++;
  g_assert_false (is_verified (&anna, &auth, CONTEXT));
  auth.content.epoch--;
  auth.content.sender.leaf.index++;
  g_assert_false (is_verified (&anna, &auth, CONTEXT));
  auth.content.sender.leaf.index--;
  auth.content.proposal->removed.index++;
  g_assert_false (is_verified (&anna, &auth, CONTEXT));
  auth.content.proposal->removed.index--;
  g_assert_true (is_verified (&anna, &auth, CONTEXT));
}

static GBytes *
protect (const MlsPerson *anna, CvMlsSenderType sender)
{
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_autoptr (GError) error = NULL;
  GBytes *message;

  make_proposal (anna, sender, &auth);
  message = cv_mls_public_message_protect (&anna->cipher, &auth, CONTEXT, MEMBERSHIP_KEY, &error);
  g_assert_no_error (error);
  return message;
}

/* Full check, as a receiver does. */
static gboolean
is_accepted (const MlsPerson *anna, GBytes *encoded, CvSpan context, CvSpan membership_key)
{
  g_auto (CvMlsMessage) message = {0};
  g_autoptr (GError) error = NULL;

  if (!cv_mls_message_parse (cv_span_from_bytes (encoded), &message, &error)
      || message.wire_format != CV_MLS_WIRE_PUBLIC_MESSAGE)
    return FALSE;
  return cv_mls_public_message_check_tag (&anna->cipher, &message.public_message, context,
                                          membership_key, &error)
         && is_verified (anna, &message.public_message.auth, context);
}

static void
test_membership_tag (void)
{
  g_auto (MlsPerson) anna = {0};
  g_autoptr (GBytes) message = NULL;
  g_autoptr (GBytes) outside = NULL;

  mls_person_init (&anna, 0x0001, "anna");
  message = protect (&anna, CV_MLS_SENDER_MEMBER);
  g_assert_true (is_accepted (&anna, message, CONTEXT, MEMBERSHIP_KEY));
  g_assert_false (is_accepted (&anna, message, OTHER_CONTEXT, MEMBERSHIP_KEY));
  g_assert_false (is_accepted (&anna, message, CONTEXT, CV_SPAN_LITERAL ("another key")));
  for (gsize at = 0; at < g_bytes_get_size (message); at++) {
    g_autoptr (GBytes) flipped = mls_fixture_flip (message, at);

    g_assert_false (is_accepted (&anna, flipped, CONTEXT, MEMBERSHIP_KEY));
  }
  outside = protect (&anna, CV_MLS_SENDER_NEW_MEMBER_PROPOSAL);
  g_assert_true (is_accepted (&anna, outside, CONTEXT, CV_SPAN_LITERAL ("another key")));
  g_assert_cmpuint (g_bytes_get_size (outside), <, g_bytes_get_size (message));
}

static void
test_application_is_never_public (void)
{
  g_auto (MlsPerson) anna = {0};
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_auto (CvMlsPublicMessage) message = {0};
  g_autoptr (GError) error = NULL;

  mls_person_init (&anna, 0x0001, "anna");
  make_proposal (&anna, CV_MLS_SENDER_MEMBER, &auth);
  g_clear_pointer (&auth.content.proposal, cv_mls_proposal_unref);
  auth.content.type = CV_MLS_CONTENT_APPLICATION;
  auth.content.application = g_byte_array_new ();
  g_assert_null (
      cv_mls_public_message_protect (&anna.cipher, &auth, CONTEXT, MEMBERSHIP_KEY, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  g_clear_error (&error);
  message.auth = auth;
  auth = (CvMlsAuthenticatedContent){0};
  g_assert_false (
      cv_mls_public_message_check_tag (&anna.cipher, &message, CONTEXT, MEMBERSHIP_KEY, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
}

static void
test_proposal_ref (void)
{
  g_auto (MlsPerson) anna = {0};
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;
  g_autoptr (GError) error = NULL;

  mls_person_init (&anna, 0xF001, "anna");
  make_proposal (&anna, CV_MLS_SENDER_MEMBER, &auth);
  first = cv_mls_framing_dup_proposal_ref (&anna.cipher, &auth, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (first), ==, 48);
  auth.content.sender.leaf.index++;
  second = cv_mls_framing_dup_proposal_ref (&anna.cipher, &auth, &error);
  g_assert_false (g_bytes_equal (first, second));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/framing/context-is-signed", test_context_is_signed);
  g_test_add_func ("/mls/framing/everything-is-signed", test_everything_is_signed);
  g_test_add_func ("/mls/framing/membership-tag", test_membership_tag);
  g_test_add_func ("/mls/framing/application-is-never-public", test_application_is_never_public);
  g_test_add_func ("/mls/framing/proposal-ref", test_proposal_ref);
  return g_test_run ();
}
