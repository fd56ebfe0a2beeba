/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "server/config.h"

#include "protocol/limits.h"

G_DEFINE_QUARK (cv-server-error-quark, cv_server_error)

/* Below this no share of a room's burst would carry the largest GroupInfo (room-limits.c). */
#define QUEUE_BYTES_MIN (24 * 1024 * 1024)

/* Below this no burst would carry a commit with its Welcome (endpoint.c). */
#define BYTES_PER_SECOND_MIN (1024 * 1024)

#define NUMBER(in_group, in_key, member, least, most)                                              \
  {in_group, in_key, G_STRUCT_OFFSET (CvServerConfig, member), least, most}

static const struct {
  const char *group;
  const char *key;
  gsize offset;
  guint min;
  guint max;
} numbers[] = {
    NUMBER ("limits", "rooms", max_rooms, 1, 1000000),
    NUMBER ("limits", "room-members", max_room_members, 2, CV_LIMITS_ROOM_MEMBERS),
    NUMBER ("limits", "connections", max_connections, 1, 1000000),
    NUMBER ("limits", "connections-per-address", max_connections_per_address, 1, 1000000),
    NUMBER ("limits", "new-connections-per-minute", connections_per_minute, 1, 1000000),
    NUMBER ("limits", "knocks-per-minute", knocks_per_minute, 1, 1000000),
    NUMBER ("limits", "messages-per-second", messages_per_second, 1, 100000),
    NUMBER ("limits", "bytes-per-second", bytes_per_second, BYTES_PER_SECOND_MIN, 1u << 30),
    NUMBER ("limits", "room-bytes-per-second", room_bytes_per_second, 65536, 1u << 30),
    NUMBER ("limits", "epochs-per-second", epochs_per_second, 1, 1000),
    NUMBER ("limits", "queue-messages", queue_messages, 5000, 1000000),
    NUMBER ("limits", "queue-bytes", queue_bytes, QUEUE_BYTES_MIN, 1u << 30),
    NUMBER ("limits", "welcome-bytes", welcome_bytes, CV_LIMITS_MESSAGE_BYTES, G_MAXUINT),
    NUMBER ("limits", "room-log-bytes", room_log_bytes, 65536, 1u << 30),
    NUMBER ("limits", "log-bytes", log_bytes, 65536, G_MAXUINT),
    NUMBER ("times", "handshake-ms", handshake_ms, 100, 600000),
    NUMBER ("times", "silence-ms", silence_ms, 100, 600000),
    NUMBER ("times", "grace-ms", grace_ms, 0, 600000),
    NUMBER ("ice", "turn-lifetime-seconds", turn_lifetime_s, 60, 604800),
};

static guint *
number_at (CvServerConfig *config, gsize i)
{
  return (guint *)(void *)((char *)config + numbers[i].offset);
}

CvServerConfig *
cv_server_config_new (void)
{
  CvServerConfig *config = g_new0 (CvServerConfig, 1);

  *config = (CvServerConfig){
      .listen = g_strdup ("[::]:8443"),
      .max_rooms = 1000,
      .max_room_members = CV_LIMITS_ROOM_MEMBERS,
      .max_connections = 10000,
      .max_connections_per_address = 500,
      .connections_per_minute = 600,
      /* An office behind one address comes to its meeting within a minute. */
      .knocks_per_minute = 120,
      .messages_per_second = 50,
      /* A burst has a commit of 2 MiB with seven of the largest Welcomes, in base64. */
      .bytes_per_second = 4 * 1024 * 1024,
      /* Less than people have who see each other: it must not keep their lines busy. */
      .room_bytes_per_second = 1024 * 1024,
      .epochs_per_second = 2,
      .queue_messages = 5000,
      .queue_bytes = QUEUE_BYTES_MIN,
      /* Four rooms of a thousand at once: 32 times 3.8 MiB each. */
      .welcome_bytes = 512 * 1024 * 1024,
      .room_log_bytes = 32 * 1024 * 1024,
      .log_bytes = 256 * 1024 * 1024,
      .handshake_ms = 10000,
      .silence_ms = CV_LIMITS_SILENCE_MS,
      .grace_ms = CV_LIMITS_GRACE_MS,
      .turn_lifetime_s = 86400,
  };
  return config;
}

static gboolean
refuse (GError **error, const char *path, const char *why)
{
  g_set_error (error, CV_SERVER_ERROR, CV_SERVER_ERROR_CONFIG, "%s: %s", path, why);
  return FALSE;
}

static gboolean
read_numbers (CvServerConfig *config, GKeyFile *file, const char *path, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++) {
    g_autoptr (GError) why = NULL;
    g_autofree char *expected = NULL;
    guint64 value;

    if (!g_key_file_has_key (file, numbers[i].group, numbers[i].key, NULL))
      continue;
    value = g_key_file_get_uint64 (file, numbers[i].group, numbers[i].key, &why);
    if (why == NULL && value >= numbers[i].min && value <= numbers[i].max) {
      *number_at (config, i) = (guint)value;
      continue;
    }
    expected = g_strdup_printf ("[%s] %s: expected a number from %u to %u", numbers[i].group,
                                numbers[i].key, numbers[i].min, numbers[i].max);
    return refuse (error, path, expected);
  }
  return TRUE;
}

static void
read_text (GKeyFile *file, const char *group, const char *key, char **value)
{
  g_autofree char *text = g_key_file_get_string (file, group, key, NULL);

  if (text != NULL && *text != '\0') {
    g_free (*value);
    *value = g_steal_pointer (&text);
  }
}

static gboolean
are_urls (char **urls, const char *scheme, const char *secure_scheme)
{
  for (guint i = 0; urls != NULL && urls[i] != NULL; i++) {
    if ((!g_str_has_prefix (urls[i], scheme) && !g_str_has_prefix (urls[i], secure_scheme))
        || g_utf8_strlen (urls[i], -1) > CV_LIMITS_URL_CHARACTERS || i >= CV_LIMITS_ICE_SERVERS)
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_ice (CvServerConfig *config, GKeyFile *file, const char *path, GError **error)
{
  config->stun_urls = g_key_file_get_string_list (file, "ice", "stun", NULL, NULL);
  config->turn_urls = g_key_file_get_string_list (file, "ice", "turn", NULL, NULL);
  read_text (file, "ice", "turn-secret", &config->turn_secret);
  if (!are_urls (config->stun_urls, "stun:", "stuns:"))
    return refuse (error, path, "[ice] stun: expected a list of stun: addresses");
  if (!are_urls (config->turn_urls, "turn:", "turns:"))
    return refuse (error, path, "[ice] turn: expected a list of turn: addresses");
  if (config->turn_urls != NULL && config->turn_secret == NULL)
    return refuse (error, path, "[ice] turn-secret: needed with turn");
  return TRUE;
}

CvServerConfig *
cv_server_config_load (const char *path, GError **error)
{
  g_autoptr (CvServerConfig) config = cv_server_config_new ();
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) why = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &why)) {
    refuse (error, path, why->message);
    return NULL;
  }
  read_text (file, "server", "listen", &config->listen);
  read_text (file, "server", "certificate", &config->certificate_file);
  read_text (file, "server", "key", &config->key_file);
  if (!read_numbers (config, file, path, error) || !read_ice (config, file, path, error))
    return NULL;
  return g_steal_pointer (&config);
}

CvServerConfig *
cv_server_config_copy (const CvServerConfig *config)
{
  CvServerConfig *copy = g_memdup2 (config, sizeof *config);

  copy->listen = g_strdup (config->listen);
  copy->certificate_file = g_strdup (config->certificate_file);
  copy->key_file = g_strdup (config->key_file);
  copy->stun_urls = g_strdupv (config->stun_urls);
  copy->turn_urls = g_strdupv (config->turn_urls);
  copy->turn_secret = g_strdup (config->turn_secret);
  return copy;
}

void
cv_server_config_free (CvServerConfig *config)
{
  if (config == NULL)
    return;
  g_free (config->listen);
  g_free (config->certificate_file);
  g_free (config->key_file);
  g_strfreev (config->stun_urls);
  g_strfreev (config->turn_urls);
  g_free (config->turn_secret);
  g_free (config);
}
