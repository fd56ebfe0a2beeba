/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The words, icons and style classes for the call's states: one place, so that all pages agree. */
#pragma once

#include "call/session.h"

G_BEGIN_DECLS

/* Any name of a peer where it stands alone: valid UTF-8 without control and direction characters.
 * Full. */
char *cv_words_dup_clean (const char *text);
/* The same inside of a sentence: between isolates, so that it cannot rewrite its surroundings. */
char *cv_words_dup_isolated (const char *text);

/* Translated, static. */
const char *cv_words_contact (CvContactState contact, gboolean is_confirmed);
const char *cv_words_contact_icon (CvContactState contact, gboolean is_confirmed);
const char *cv_words_contact_class (CvContactState contact, gboolean is_confirmed);

/* NULL where the picture speaks for itself. */
const char *cv_words_picture (CvPictureState picture);

const char *cv_words_shield (CvShieldState shield); /* one word */
const char *cv_words_shield_icon (CvShieldState shield);
const char *cv_words_shield_class (CvShieldState shield);

const char *cv_words_join_step (CvJoinStep step);

G_END_DECLS
