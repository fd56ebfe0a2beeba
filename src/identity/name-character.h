/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Characters as every client judges them, whatever Unicode version its computer knows.
 *
 * What is in these tables decides whether a commit is followed: adding to them or taking from them
 * splits meetings between old and new clients. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In no name: control, private and no characters, separators and blanks other than the plain one,
 * and what shows nothing or moves other text. */
gboolean cv_identity_name_character_is_barred (gunichar c);
/* Of the blocks that have nothing but marks, which need a character to stand on. */
gboolean cv_identity_name_character_is_combining (gunichar c);

G_END_DECLS
