/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What went wrong, in the words of the person it happened to, and what that person can do now.
 * The only file of this layer that is translated. */
#include "call/error.h"

#include <glib/gi18n.h>

G_DEFINE_QUARK (cv - call - error - quark, cv_call_error)

static const struct {
  const char *code;
  const char *title;
  const char *sentence;
} rows[] = {
    [CV_CALL_ERROR_LINK] = {"bad-link", N_ ("This Link Is Not Complete"),
                            N_ ("Part of the invite link is missing or changed. Ask for it again "
                                "and copy the whole of it.")},
    [CV_CALL_ERROR_UNREACHABLE] =
        {"unreachable", N_ ("Meeting Not Reached"),
         N_ ("Nobody answers at the address in the link. Check your network, and ask whether the "
             "meeting is still open.")},
    [CV_CALL_ERROR_CERTIFICATE] =
        {"certificate", N_ ("This Is Not the Right Server"),
         N_ ("The server’s certificate does not match the link. Somebody may be in between. Do not "
             "try again on this network; ask for a new link another way.")},
    [CV_CALL_ERROR_VERSION] = {"version", N_ ("Versions Do Not Fit"),
                               N_ ("This program and the meeting’s speak different versions. "
                                   "Update Conclave and try again.")},
    [CV_CALL_ERROR_PASSCODE] = {"wrong-passcode", N_ ("Wrong Passcode"),
                                N_ ("The passcode is missing or not right. Enter it again; capital "
                                    "letters count.")},
    [CV_CALL_ERROR_LOCKED] = {"locked", N_ ("Meeting Is Locked"),
                              N_ ("Nobody can enter now. Ask somebody inside to unlock it, then "
                                  "try again.")},
    [CV_CALL_ERROR_DENIED] = {"denied", N_ ("Not Let In"),
                              N_ ("A moderator did not let you in. If this is a mistake, tell them "
                                  "who you are and try again.")},
    [CV_CALL_ERROR_REMOVED] = {"removed", N_ ("Removed From the Meeting"),
                               N_ ("A moderator removed you from the meeting.")},
    [CV_CALL_ERROR_KEYRING] =
        {"no-keyring", N_ ("No Keyring"),
         N_ ("Your identity key is kept in the desktop’s keyring, and none answers. Unlock it and "
             "try again, or enter with a one-time identity that others cannot recognise.")},
    [CV_CALL_ERROR_CAMERA] = {"no-camera", N_ ("No Camera"),
                              N_ ("No camera was found, or it may not be used. Connect or allow "
                                  "one, or enter without.")},
    [CV_CALL_ERROR_TIMEOUT] = {"timeout", N_ ("Nobody Answered the Door"),
                               N_ ("You knocked, and nobody let you in. The passcode may be wrong, "
                                   "or nobody is looking: try again, or write to them.")},
    [CV_CALL_ERROR_FULL] = {"full", N_ ("Meeting Is Full"),
                            N_ ("The room or the server takes nobody more. Try again later.")},
    [CV_CALL_ERROR_ENCRYPTION] =
        {"encryption", N_ ("Left for Safety"),
         N_ ("A check of the encryption failed, so Conclave left rather than go on unprotected. "
             "Start again; if it happens twice, do not trust this server.")},
    [CV_CALL_ERROR_OVER] = {"over", N_ ("The Meeting Is Over"),
                            N_ ("Whoever opened the meeting has ended it. Ask for a new link if "
                                "you want to go on.")},
    [CV_CALL_ERROR_INTERNAL] = {"internal", N_ ("Something Went Wrong"),
                                N_ ("The meeting could not go on because of a mistake in Conclave. "
                                    "Start again, and please report it.")},
};

static gsize
row_of (CvCallError code)
{
  return (gsize)code < G_N_ELEMENTS (rows) ? (gsize)code : CV_CALL_ERROR_INTERNAL;
}

const char *
cv_call_error_get_code (CvCallError code)
{
  return rows[row_of (code)].code;
}

const char *
cv_call_error_get_title (CvCallError code)
{
  return _ (rows[row_of (code)].title);
}

const char *
cv_call_error_get_sentence (CvCallError code)
{
  return _ (rows[row_of (code)].sentence);
}
