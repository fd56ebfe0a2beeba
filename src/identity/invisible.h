/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Characters that show nothing: with one, two names look the same and are not.
 *
 * Not look-alike letters: "а" of the Cyrillic script is another letter than "a". No name in a group
 * may have one of these, so to change the table splits meetings (name-character.h). Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean cv_identity_invisible_contains (gunichar c);
char *cv_identity_invisible_dup_without (const char *text); /* valid UTF-8; full */

G_END_DECLS
