/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The characters that show nothing, as ranges. GLib tells a character's category, but these are
 * letters, marks and symbols by that. */
#include "identity/invisible.h"

typedef struct {
  gunichar first;
  gunichar last;
} Range;

/* Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties), and four kinds that have a width and
 * no ink. Ascending. */
static const Range ranges[] = {
    {0x00AD, 0x00AD}, /* soft hyphen */
    {0x034F, 0x034F}, /* combining grapheme joiner */
    {0x061C, 0x061C}, /* Arabic letter mark */
    {0x115F, 0x1160}, /* Hangul fillers */
    {0x17B4, 0x17B5}, /* Khmer inherent vowels */
    {0x180B, 0x180F}, /* Mongolian variation selectors and vowel separator */
    {0x200B, 0x200F}, /* zero-width space and joiners, directional marks */
    {0x202A, 0x202E}, /* directional embeddings and overrides */
    {0x2060, 0x206F}, /* word joiner, invisible operators, directional isolates */
    {0x2800, 0x2800}, /* blank Braille pattern; not ignorable */
    {0x3164, 0x3164}, /* Hangul filler */
    {0xFE00, 0xFE0F}, /* variation selectors */
    {0xFEFF, 0xFEFF}, /* byte order mark */
    {0xFFA0, 0xFFA0}, /* halfwidth Hangul filler */
    {0xFFF0, 0xFFF8}, /* reserved */
    {0x13441, 0x13442}, /* blank hieroglyphs; not ignorable */
    {0x16FE4, 0x16FE4}, /* Khitan filler; not ignorable */
    {0x1BCA0, 0x1BCA3}, /* shorthand format controls */
    {0x1D159, 0x1D159}, /* null notehead; not ignorable */
    {0x1D173, 0x1D17A}, /* musical format controls */
    {0xE0000, 0xE0FFF}, /* tags, more variation selectors, reserved */
};

gboolean
cv_identity_invisible_contains (gunichar c)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ranges) && ranges[i].first <= c; i++)
    if (c <= ranges[i].last)
      return TRUE;
  return FALSE;
}

char *
cv_identity_invisible_dup_without (const char *text)
{
  g_autoptr (GString) visible = g_string_new (NULL);
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);
    if (!cv_identity_invisible_contains (c))
      g_string_append_unichar (visible, c);
  }
  return g_string_free_and_steal (g_steal_pointer (&visible));
}
