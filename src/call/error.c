/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What went wrong, in the words of the person it happened to, and what that person can do now.
 * The only file of this layer that is translated. */
#include "call/error.h"

#include "call/session.h"
#include "e2ee/room-keys.h"
#include "e2ee/trust.h"
#include "identity/error.h"
#include "media/engine.h"
#include "protocol/error.h"
#include "signaling/client.h"

#include <glib/gi18n.h>

G_DEFINE_QUARK (cv-call-error-quark, cv_call_error)

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
    [CV_CALL_ERROR_LEFT_BEHIND] =
        {"left-behind", N_ ("The Meeting Went On Without You"),
         N_ ("It changed in a way that this program could not follow: you were away for too long, "
             "or it was begun anew. Knock again, and look who is inside before you speak.")},
    [CV_CALL_ERROR_NAME] = {"bad-name", N_ ("A Name Is Missing"),
                            N_ ("The others must know who comes: enter a name of letters or "
                                "digits, and try again.")},
    [CV_CALL_ERROR_HOSTING] =
        {"cannot-host", N_ ("Meeting Not Opened"),
         N_ ("The meeting cannot be opened at that address: it is taken, or not right. Choose "
             "another address or port, and try again.")},
    [CV_CALL_ERROR_STORAGE] =
        {"storage", N_ ("Contacts Cannot Be Opened"),
         N_ ("Conclave’s own files cannot be read or written, and were left as they are. Check the "
             "disk; if the keyring was made anew, move the file “contacts” away.")},
    [CV_CALL_ERROR_NO_FIPS] =
        {"no-fips", N_ ("FIPS Mode Does Not Work Here"),
         N_ ("OpenSSL’s FIPS provider is missing or failed its self-test, so nothing was opened or "
             "joined. Ask your administrator to install it, or turn FIPS mode off.")},
    [CV_CALL_ERROR_NOT_FIPS] =
        {"not-fips", N_ ("Not a FIPS Meeting"),
         N_ ("This meeting uses methods that FIPS mode does not allow. Ask for a meeting that was "
             "opened in FIPS mode, or turn FIPS mode off and try again.")},
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

/* One row an error of a lower layer that means something else than "internal" to people. */
static const struct {
  GQuark (*domain) (void);
  int code;
  CvCallError means;
} meanings[] = {
    {cv_protocol_error_quark, CV_PROTOCOL_ERROR_LINK, CV_CALL_ERROR_LINK},
    {cv_signaling_error_quark, CV_SIGNALING_ERROR_UNREACHABLE, CV_CALL_ERROR_UNREACHABLE},
    {cv_signaling_error_quark, CV_SIGNALING_ERROR_CERTIFICATE, CV_CALL_ERROR_CERTIFICATE},
    {cv_signaling_error_quark, CV_SIGNALING_ERROR_VERSION, CV_CALL_ERROR_VERSION},
    {cv_signaling_error_quark, CV_SIGNALING_ERROR_FULL, CV_CALL_ERROR_FULL},
    {cv_signaling_error_quark, CV_SIGNALING_ERROR_CLOSED, CV_CALL_ERROR_OVER},
    {cv_signaling_error_quark, CV_SIGNALING_ERROR_PROTOCOL, CV_CALL_ERROR_UNREACHABLE},
    {cv_identity_error_quark, CV_IDENTITY_ERROR_UNAVAILABLE, CV_CALL_ERROR_KEYRING},
    {cv_identity_error_quark, CV_IDENTITY_ERROR_DENIED, CV_CALL_ERROR_KEYRING},
    {cv_identity_error_quark, CV_IDENTITY_ERROR_AUTHENTICATION, CV_CALL_ERROR_KEYRING},
    {cv_identity_error_quark, CV_IDENTITY_ERROR_NAME, CV_CALL_ERROR_NAME},
    {cv_identity_error_quark, CV_IDENTITY_ERROR_IO, CV_CALL_ERROR_STORAGE},
    {cv_identity_error_quark, CV_IDENTITY_ERROR_MALFORMED, CV_CALL_ERROR_STORAGE},
    {cv_media_error_quark, CV_MEDIA_ERROR_NO_DEVICE, CV_CALL_ERROR_CAMERA},
    {cv_crypto_error_quark, CV_CRYPTO_ERROR_UNSUPPORTED, CV_CALL_ERROR_NOT_FIPS},
    {cv_e2ee_error_quark, CV_E2EE_ERROR_AUTHENTICATION, CV_CALL_ERROR_ENCRYPTION},
};

CvCallError
cv_call_error_from (const GError *error)
{
  if (error->domain == CV_CALL_ERROR)
    return (CvCallError)row_of ((CvCallError)error->code);
  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (error->domain == meanings[i].domain () && error->code == meanings[i].code)
      return meanings[i].means;
  return CV_CALL_ERROR_INTERNAL;
}

const char *
cv_call_error_get_shield (int state)
{
  switch ((CvShieldState)state) {
  case CV_SHIELD_ENCRYPTED:
    return _ ("End-to-end encrypted");
  case CV_SHIELD_VERIFIED:
    return _ ("Encrypted and verified");
  case CV_SHIELD_WARNING:
    return _ ("Something is not right");
  case CV_SHIELD_CONNECTING:
    break;
  }
  return _ ("Connecting");
}

static const char *const reasons[] = {
    /* Translators: each %s is a person's name */
    [CV_E2EE_REASON_KEY_CHANGED] =
        N_ ("%s uses another key than before: a new device, or somebody else"),
    [CV_E2EE_REASON_UNDECRYPTABLE] = N_ ("Picture or sound of %s cannot be decrypted"),
    [CV_E2EE_REASON_SILENT] = N_ ("%s does not confirm who is in the meeting"),
    [CV_E2EE_REASON_DISAGREES] = N_ ("%s sees another list of people or another key"),
    [CV_E2EE_REASON_IMPOSTOR] = N_ ("Somebody else sends picture or sound as %s"),
    [CV_E2EE_REASON_REJECTED_COMMIT] = N_ ("%s tried to change the meeting against its rules"),
    [CV_E2EE_REASON_ALONE] = N_ ("Nobody shares your keys any more (%s): sending has stopped"),
    [CV_E2EE_REASON_RESYNCED] = N_ ("%s lost the connection and was re-synchronised"),
};

char *
cv_call_error_dup_reason (int kind, const char *name)
{
  g_return_val_if_fail (kind >= 0 && (gsize)kind < G_N_ELEMENTS (reasons), NULL);

  /* The format is a row of the table above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  return g_strdup_printf (_ (reasons[kind]), name);
#pragma GCC diagnostic pop
}

const char *
cv_call_error_get_refusal (const GError *error)
{
  if (g_error_matches (error, CV_E2EE_ERROR, CV_E2EE_ERROR_PERMISSION))
    return _ ("Only a moderator can do that");
  return _ ("That is not possible now");
}

const char *
cv_call_error_get_contacts_sentence (void)
{
  return _ ("Contacts cannot be saved: the disk is full or the folder may not be written. Whom you "
            "met or verified now will look new next time");
}

const char *
cv_call_error_get_media_sentence (gboolean is_camera, const GError *error)
{
  const gboolean is_missing = g_error_matches (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_NO_DEVICE);

  if (is_camera)
    return is_missing ? _ ("No camera found") : _ ("The camera cannot be used");
  return is_missing ? _ ("No microphone or loudspeaker found") : _ ("The sound cannot be used");
}
