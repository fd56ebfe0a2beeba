/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "protocol/base64.h"

static void
test_decodes (void)
{
  /* RFC 4648 §10 */
  static const struct {
    const char *text, *bytes;
  } rows[] = {{"", ""},
              {"Zg==", "f"},
              {"Zm8=", "fo"},
              {"Zm9v", "foo"},
              {"Zm9vYg==", "foob"},
              {"Zm9vYmE=", "fooba"},
              {"+/+/", "\xfb\xff\xbf"}};

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) bytes = cv_protocol_base64_decode (rows[i].text, 6);

    g_assert_nonnull (bytes);
    g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), rows[i].bytes,
                     strlen (rows[i].bytes));
  }
}

static void
test_rejects (void)
{
  static const char *const texts[] = {
      "Zg",   "Zg=",  "Z===", "====", "Zh==",  "Zm9=",     "Zm9v\n",
      "Zm v", "Zm-_", "=Zg=", "Zg=a", "Zm9v=", "Zg==Zg==", "Zm9\xc3"};

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_null (cv_protocol_base64_decode (texts[i], 100));
}

static void
test_respects_limit (void)
{
  g_autoptr (GBytes) fits = cv_protocol_base64_decode ("Zm9vYg==", 4);

  g_assert_nonnull (fits);
  g_assert_null (cv_protocol_base64_decode ("Zm9vYg==", 3));
  g_assert_null (cv_protocol_base64_decode ("Zm9vYmE=", 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/base64/decodes", test_decodes);
  g_test_add_func ("/protocol/base64/rejects-loose-texts", test_rejects);
  g_test_add_func ("/protocol/base64/respects-limit", test_respects_limit);
  return g_test_run ();
}
