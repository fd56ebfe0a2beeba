/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Conclave's MLS behind the protocol of README.md: one JSON object a line on standard input, one
 * answer a line on standard output, in order. Ends with its input. */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>

static gboolean
run (Driver *driver, const char *line, JsonBuilder *answer, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;
  JsonObject *request;
  const char *name;
  DriverOperation operation;

  if (!json_parser_load_from_data (parser, line, -1, error))
    return FALSE;
  root = json_parser_get_root (parser);
  if (!root || !JSON_NODE_HOLDS_OBJECT (root))
    return driver_fail (error, "a request is an object");
  request = json_node_get_object (root);
  name = json_object_get_string_member_with_default (request, "op", "");
  operation = driver_find_operation (name);
  if (!operation)
    operation = driver_find_group_operation (name);
  if (!operation)
    return driver_fail (error, "no such operation");
  return operation (driver, request, answer, error);
}

static JsonNode *
answer_line (Driver *driver, const char *line)
{
  g_autoptr (JsonBuilder) answer = json_builder_new ();
  g_autoptr (GError) error = NULL;

  json_builder_begin_object (answer);
  if (!run (driver, line, answer, &error)) {
    json_builder_reset (answer);
    json_builder_begin_object (answer);
    json_builder_set_member_name (answer, "error");
    json_builder_add_string_value (answer, error->message);
    json_builder_set_member_name (answer, "domain");
    json_builder_add_string_value (answer, g_quark_to_string (error->domain));
    driver_put_int (answer, "code", error->code);
  }
  json_builder_end_object (answer);
  return json_builder_get_root (answer);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  Driver driver = {
      .crypto = cv_crypto_context_new (FALSE, &error),
      .members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify)driver_member_free),
  };
  char *line = NULL;
  size_t size = 0;

  if (!driver.crypto)
    g_error ("no crypto: %s", error->message);
  while (getline (&line, &size, stdin) > 0) {
    g_autoptr (JsonNode) node = answer_line (&driver, line);
    g_autofree char *text = json_to_string (node, FALSE);

    printf ("%s\n", text);
    fflush (stdout);
  }
  free (line);
  g_hash_table_unref (driver.members);
  cv_crypto_context_unref (driver.crypto);
  return 0;
}
