/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Our own ranges, in which later versions of Unicode change nothing: the categories of control,
 * private-use and no characters are closed for ever, blocks keep their place. */
#include "identity/name-character.h"

#include "identity/invisible.h"

typedef struct {
  gunichar first;
  gunichar last;
} Range;

/* Beside the invisible ones. Ascending. */
static const Range barred[] = {
    {0x0000, 0x001F}, /* control */
    {0x007F, 0x00A0}, /* control, no-break space */
    {0x1680, 0x1680}, /* Ogham space */
    {0x2000, 0x200A}, /* spaces of a width */
    {0x2028, 0x2029}, /* line and paragraph separators */
    {0x202F, 0x202F}, /* narrow no-break space */
    {0x205F, 0x205F}, /* mathematical space */
    {0x3000, 0x3000}, /* ideographic space */
    {0xD800, 0xF8FF}, /* surrogates, private use */
    {0xFDD0, 0xFDEF}, /* no characters */
    {0xFFF9, 0xFFFB}, /* interlinear annotations */
    {0x13430, 0x1343F}, /* hieroglyph joiners */
    {0xF0000, 0x10FFFF}, /* private use */
};

static const Range combining[] = {
    {0x0300, 0x036F}, /* diacritical marks */
    {0x1AB0, 0x1AFF}, /* the same, extended */
    {0x1DC0, 0x1DFF}, /* the same, supplement */
    {0x20D0, 0x20FF}, /* for symbols */
    {0xFE20, 0xFE2F}, /* half marks */
};

static gboolean
contains (const Range *ranges, gsize n_ranges, gunichar c)
{
  for (gsize i = 0; i < n_ranges && ranges[i].first <= c; i++)
    if (c <= ranges[i].last)
      return TRUE;
  return FALSE;
}

gboolean
cv_identity_name_character_is_barred (gunichar c)
{
  /* The last two of every plane are no characters. */
  return (c & 0xFFFE) == 0xFFFE || contains (barred, G_N_ELEMENTS (barred), c)
         || cv_identity_invisible_contains (c);
}

gboolean
cv_identity_name_character_is_combining (gunichar c)
{
  return contains (combining, G_N_ELEMENTS (combining), c);
}
