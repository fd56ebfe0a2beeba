/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "signaling/pending.h"

#include "signaling/error.h"

typedef struct {
  CvMessage *answer;
  GError *error;
  guint n_answers;
} Asked;

static void
on_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  Asked *asked = data;

  asked->answer = g_task_propagate_pointer (G_TASK (result), &asked->error);
  asked->n_answers++;
}

static void
asked_clear (Asked *asked)
{
  g_clear_pointer (&asked->answer, cv_message_unref);
  g_clear_error (&asked->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Asked, asked_clear)

static gboolean
ask (CvSignalingPending *pending, CvMessageType type, GCancellable *cancellable, Asked *asked)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, on_answered, asked);
  g_autoptr (CvMessage) request = cv_message_new (type);

  if (type == CV_MESSAGE_COMMIT)
    request->group_message.epoch = 5;
  if (!cv_signaling_pending_add (pending, request, task)) {
    g_task_return_new_error (task, CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_PROTOCOL, "not taken");
    return FALSE;
  }
  g_steal_pointer (&task);
  return TRUE;
}

static gboolean
tell (CvSignalingPending *pending, CvMessage *taken)
{
  g_autoptr (CvMessage) message = taken;

  return cv_signaling_pending_answer (pending, message);
}

static void
wait_for (Asked *asked)
{
  while (asked->n_answers == 0)
    g_main_context_iteration (NULL, TRUE);
}

static CvMessage *
new_rejected (guint64 epoch)
{
  CvMessage *message = cv_message_new (CV_MESSAGE_REJECTED);

  message->rejected.epoch = epoch;
  return message;
}

static void
test_answers_the_right_one (void)
{
  CvSignalingPending *pending = cv_signaling_pending_new ();
  g_auto (Asked) commit = {0};
  g_auto (Asked) gap = {0};

  g_assert_true (ask (pending, CV_MESSAGE_COMMIT, NULL, &commit));
  g_assert_true (ask (pending, CV_MESSAGE_GAP, NULL, &gap));
  g_assert_false (tell (pending, cv_message_new (CV_MESSAGE_MEMBER_JOINED)));
  g_assert_false (tell (pending, cv_message_new_epoch (CV_MESSAGE_ACCEPTED, 4)));
  g_assert_false (tell (pending, new_rejected (6)));
  g_assert_true (tell (pending, cv_message_new_epoch (CV_MESSAGE_GAP_END, 9)));
  wait_for (&gap);
  g_assert_cmpuint (gap.answer->epoch.epoch, ==, 9);
  g_assert_cmpuint (commit.n_answers, ==, 0);
  g_assert_true (tell (pending, cv_message_new_epoch (CV_MESSAGE_ACCEPTED, 5)));
  wait_for (&commit);
  g_assert_cmpint (commit.answer->type, ==, CV_MESSAGE_ACCEPTED);
  g_assert_false (tell (pending, cv_message_new_epoch (CV_MESSAGE_ACCEPTED, 5)));
  cv_signaling_pending_free (pending);
}

static void
test_one_of_a_kind (void)
{
  CvSignalingPending *pending = cv_signaling_pending_new ();
  g_auto (Asked) first = {0};
  g_auto (Asked) refused = {0};
  g_auto (Asked) second = {0};

  g_assert_true (ask (pending, CV_MESSAGE_OPEN, NULL, &first));
  g_assert_false (ask (pending, CV_MESSAGE_OPEN, NULL, &refused));
  g_assert_true (tell (pending, cv_message_new (CV_MESSAGE_OPENED)));
  g_assert_true (ask (pending, CV_MESSAGE_OPEN, NULL, &second));
  cv_signaling_pending_free (pending);
  wait_for (&second);
  wait_for (&refused);
  wait_for (&first);
  g_assert_nonnull (first.answer);
  g_assert_error (second.error, CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_CLOSED);
}

static void
test_fails_by_an_error_about_it (void)
{
  CvSignalingPending *pending = cv_signaling_pending_new ();
  g_auto (Asked) gap = {0};

  g_assert_true (ask (pending, CV_MESSAGE_GAP, NULL, &gap));
  g_assert_false (tell (pending, cv_message_new_error (CV_MESSAGE_CODE_TOO_FAST, "knock", "why")));
  g_assert_false (tell (pending, cv_message_new_error (CV_MESSAGE_CODE_TOO_FAST, NULL, "why")));
  g_assert_true (tell (pending, cv_message_new_error (CV_MESSAGE_CODE_GAP_TOO_OLD, "gap", "why")));
  wait_for (&gap);
  g_assert_error (gap.error, CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_PROTOCOL);
  cv_signaling_pending_free (pending);
}

static void
test_cancelling_answers_once (void)
{
  CvSignalingPending *pending = cv_signaling_pending_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Asked) commit = {0};

  g_assert_true (ask (pending, CV_MESSAGE_COMMIT, cancellable, &commit));
  g_cancellable_cancel (cancellable);
  wait_for (&commit);
  g_assert_error (commit.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (tell (pending, cv_message_new_epoch (CV_MESSAGE_ACCEPTED, 5)));
  cv_signaling_pending_free (pending);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (commit.n_answers, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signaling/pending/answers-the-right-one", test_answers_the_right_one);
  g_test_add_func ("/signaling/pending/one-of-a-kind", test_one_of_a_kind);
  g_test_add_func ("/signaling/pending/fails-by-an-error-about-it",
                   test_fails_by_an_error_about_it);
  g_test_add_func ("/signaling/pending/cancelling-answers-once", test_cancelling_answers_once);
  return g_test_run ();
}
