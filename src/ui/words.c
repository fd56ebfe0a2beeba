/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Words for states. No state is told by colour alone: each has its own icon and its own words. */
#include "ui/words.h"

#include <glib/gi18n.h>

#define FIRST_STRONG_ISOLATE "\u2068"
#define POP_DIRECTIONAL_ISOLATE "\u2069"

static gboolean
is_control (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR
         || type == G_UNICODE_PARAGRAPH_SEPARATOR || type == G_UNICODE_SURROGATE
         || type == G_UNICODE_UNASSIGNED;
}

char *
cv_words_dup_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  GString *out = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);

    if (!is_control (c))
      g_string_append_unichar (out, c);
  }
  return g_string_free_and_steal (out);
}

char *
cv_words_dup_isolated (const char *text)
{
  g_autofree char *clean = cv_words_dup_clean (text);

  return g_strconcat (FIRST_STRONG_ISOLATE, clean, POP_DIRECTIONAL_ISOLATE, NULL);
}

const char *
cv_words_contact (CvContactState contact, gboolean is_confirmed)
{
  switch (contact) {
  case CV_CONTACT_VERIFIED:
    return _ ("Verified");
  case CV_CONTACT_CHANGED:
    return _ ("Key changed");
  case CV_CONTACT_KNOWN:
    return is_confirmed ? _ ("Confirmed for this meeting") : _ ("Seen before, not verified");
  case CV_CONTACT_NEW:
    return is_confirmed ? _ ("Confirmed for this meeting") : _ ("First time with this device");
  }
  g_return_val_if_reached ("");
}

const char *
cv_words_contact_icon (CvContactState contact, gboolean is_confirmed)
{
  switch (contact) {
  case CV_CONTACT_VERIFIED:
    return "conclave-shield-check-symbolic";
  case CV_CONTACT_CHANGED:
    return "conclave-shield-warning-symbolic";
  case CV_CONTACT_KNOWN:
    return is_confirmed ? "conclave-shield-check-symbolic" : "conclave-shield-symbolic";
  case CV_CONTACT_NEW:
    return is_confirmed ? "conclave-shield-check-symbolic" : "conclave-shield-outline-symbolic";
  }
  g_return_val_if_reached ("");
}

const char *
cv_words_contact_class (CvContactState contact, gboolean is_confirmed)
{
  if (contact == CV_CONTACT_CHANGED)
    return "warning";
  return contact == CV_CONTACT_VERIFIED || is_confirmed ? "success" : "dimmed";
}

const char *
cv_words_picture (CvPictureState picture)
{
  switch (picture) {
  case CV_PICTURE_CONNECTING:
    return _ ("Connecting…");
  case CV_PICTURE_NO_KEY:
    return _ ("No key yet");
  case CV_PICTURE_LOST:
    return _ ("Picture lost");
  case CV_PICTURE_HELD_BACK:
    return _ ("Key changed");
  case CV_PICTURE_SHOWN:
  case CV_PICTURE_OFF:
    return NULL;
  }
  g_return_val_if_reached (NULL);
}

const char *
cv_words_shield (CvShieldState shield)
{
  switch (shield) {
  case CV_SHIELD_CONNECTING:
    return _ ("Connecting");
  case CV_SHIELD_ENCRYPTED:
    return _ ("Encrypted");
  case CV_SHIELD_VERIFIED:
    return _ ("Verified");
  case CV_SHIELD_WARNING:
    return _ ("Warning");
  }
  g_return_val_if_reached ("");
}

const char *
cv_words_shield_icon (CvShieldState shield)
{
  switch (shield) {
  case CV_SHIELD_CONNECTING:
    return "conclave-shield-outline-symbolic";
  case CV_SHIELD_ENCRYPTED:
    return "conclave-shield-symbolic";
  case CV_SHIELD_VERIFIED:
    return "conclave-shield-check-symbolic";
  case CV_SHIELD_WARNING:
    return "conclave-shield-warning-symbolic";
  }
  g_return_val_if_reached ("");
}

/* Green means that the encryption holds; the check mark, that people are who they say. Colour is
 * never the only sign: icon and words differ, too. */
const char *
cv_words_shield_class (CvShieldState shield)
{
  switch (shield) {
  case CV_SHIELD_CONNECTING:
    return "dimmed";
  case CV_SHIELD_ENCRYPTED:
  case CV_SHIELD_VERIFIED:
    return "success";
  case CV_SHIELD_WARNING:
    return "warning";
  }
  g_return_val_if_reached ("");
}

const char *
cv_words_join_step (CvJoinStep step)
{
  switch (step) {
  case CV_JOIN_STEP_LINK:
    return _ ("Read the invite link");
  case CV_JOIN_STEP_IDENTITY:
    return _ ("Open your identity");
  case CV_JOIN_STEP_CONNECT:
    return _ ("Reach the meeting’s server");
  case CV_JOIN_STEP_DOOR:
    return _ ("Knock and wait to be let in");
  case CV_JOIN_STEP_KEYS:
    return _ ("Agree on keys");
  case CV_JOIN_STEP_LINKS:
    return _ ("Connect to the others");
  case CV_JOIN_STEP_DONE:
    return _ ("Done");
  }
  g_return_val_if_reached ("");
}
