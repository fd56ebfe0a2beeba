/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The log. */
#include "base/log.h"

#include "base/encoding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MESSAGE_MAX 2000
#define DOMAINS_MAX 16
#define DOMAIN_LEN 24
#define LIMIT_LINES 5
#define LIMIT_WINDOW_US (10 * G_USEC_PER_SEC)
#define SHORT_ID_LEN 4

/* Written by cv_log_init before there are threads, read only after. */
static struct {
  CvLogLevel level;
  struct {
    char name[DOMAIN_LEN];
    CvLogLevel level;
  } domains[DOMAINS_MAX];
  guint n_domains;
} shown = {.level = CV_LOG_WARNING};

static const char *const level_names[] = {"error", "warning", "info", "debug"};

/* "../src/routing/mesh.c" gives "routing". */
static void
copy_domain (const char *file, char domain[DOMAIN_LEN])
{
  const char *end = strrchr (file, '/');
  const char *start = end;
  gsize len;

  while (start && start > file && start[-1] != '/')
    start--;
  len = start ? MIN ((gsize)(end - start), DOMAIN_LEN - 1) : 0;
  if (len > 0)
    memcpy (domain, start, len);
  domain[len] = '\0';
}

static CvLogLevel
level_for_domain (const char *domain)
{
  for (guint i = 0; i < shown.n_domains; i++)
    if (strcmp (shown.domains[i].name, domain) == 0)
      return shown.domains[i].level;
  return shown.level;
}

gboolean
cv_log_is_shown (const char *file, CvLogLevel level)
{
  char domain[DOMAIN_LEN];

  copy_domain (file, domain);
  return level <= level_for_domain (domain);
}

static void
redact_links (GString *text)
{
  char *link = text->str;

  /* Everything after "#" in an invite link is secret (DESIGN section 6). */
  while ((link = strstr (link, "conclave://"))) {
    char *end = link + strcspn (link, " \"'<>");
    char *hash = memchr (link, '#', (gsize)(end - link));
    gsize at = (gsize)((hash ? hash + 1 : end) - text->str);

    if (hash) {
      g_string_erase (text, (gssize)at, end - hash - 1);
      g_string_insert (text, (gssize)at, "…");
    }
    link = text->str + at;
  }
}

static gboolean
is_printable (gunichar c)
{
  switch (g_unichar_type (c)) {
  case G_UNICODE_CONTROL:
  case G_UNICODE_FORMAT: /* also the marks that turn the direction of writing */
  case G_UNICODE_LINE_SEPARATOR:
  case G_UNICODE_PARAGRAPH_SEPARATOR:
  case G_UNICODE_UNASSIGNED:
  case G_UNICODE_PRIVATE_USE:
  case G_UNICODE_SURROGATE:
    return FALSE;
  default:
    return TRUE;
  }
}

char *
cv_log_redact (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) whole = g_string_new (valid);
  GString *out = g_string_new (NULL);

  /* Before it is cut, or a cut link would keep its secret. */
  redact_links (whole);
  for (const char *at = whole->str; *at && out->len < MESSAGE_MAX; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);

    g_string_append_unichar (out, is_printable (c) ? c : '?');
  }
  return g_string_free (out, FALSE);
}

char *
cv_log_dup_short (CvSpan id)
{
  g_autofree char *hex = cv_encoding_dup_hex (cv_span (id.data, MIN (id.len, SHORT_ID_LEN)));

  return g_strconcat (hex, id.len > SHORT_ID_LEN ? "…" : "", NULL);
}

static void
write_line (CvLogLevel level, const char *domain, const char *message)
{
  g_autofree char *clean = cv_log_redact (message);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = now ? g_date_time_format (now, "%H:%M:%S.%f") : g_strdup ("?");
  g_autofree char *line =
      g_strdup_printf ("%.12s %s %s: %s\n", time, level_names[level], domain, clean);

  /* One write a line, so that lines of several threads and processes do not mix. */
  (void)!write (STDERR_FILENO, line, strlen (line));
}

void
cv_log_write (const char *file, CvLogLevel level, const char *format, ...)
{
  char domain[DOMAIN_LEN];
  g_autofree char *message = NULL;
  va_list args;

  copy_domain (file, domain);
  if (level > level_for_domain (domain))
    return;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  write_line (level, domain, message);
}

/* What GLib, GTK and GStreamer have to say comes through here. */
static GLogWriterOutput
on_glib_log (GLogLevelFlags flags, const GLogField *fields, gsize n_fields, gpointer data)
{
  const char *domain = "glib";
  const char *message = "";
  CvLogLevel level = CV_LOG_DEBUG;

  for (gsize i = 0; i < n_fields; i++) {
    if (strcmp (fields[i].key, "GLIB_DOMAIN") == 0)
      domain = fields[i].value;
    else if (strcmp (fields[i].key, "MESSAGE") == 0)
      message = fields[i].value;
  }
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    level = CV_LOG_ERROR;
  else if (flags & G_LOG_LEVEL_WARNING)
    level = CV_LOG_WARNING;
  else if (flags & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO))
    level = CV_LOG_INFO;
  if (level <= level_for_domain (domain))
    write_line (level, domain, message);
  return G_LOG_WRITER_HANDLED;
}

static gboolean
parse_level (const char *text, CvLogLevel *level)
{
  for (guint i = 0; i < G_N_ELEMENTS (level_names); i++)
    if (strcmp (level_names[i], text) == 0) {
      *level = (CvLogLevel)i;
      return TRUE;
    }
  return FALSE;
}

void
cv_log_init (void)
{
  const char *wish = g_getenv ("CONCLAVE_LOG");
  g_auto (GStrv) parts = g_strsplit (wish ? wish : "", ",", -1);

  shown.level = CV_LOG_WARNING;
  shown.n_domains = 0;
  g_log_set_writer_func (on_glib_log, NULL, NULL);
  for (char **part = parts; *part; part++) {
    char *equals = strchr (*part, '=');
    CvLogLevel level;

    if (equals)
      *equals++ = '\0';
    if (!parse_level (equals ? equals : *part, &level)) {
      if (**part)
        cv_log_warning ("CONCLAVE_LOG: \"%s\" is no level", equals ? equals : *part);
    } else if (!equals)
      shown.level = level;
    else if (shown.n_domains < DOMAINS_MAX) {
      g_strlcpy (shown.domains[shown.n_domains].name, *part, DOMAIN_LEN);
      shown.domains[shown.n_domains++].level = level;
    }
  }
}

gboolean
cv_log_limit_check (CvLogLimit *limit, gint64 now_us, guint *n_silent)
{
  gboolean may_write;

  g_mutex_lock (&limit->lock);
  if (limit->n_in_window == 0 || now_us - limit->since_us >= LIMIT_WINDOW_US) {
    limit->since_us = now_us;
    limit->n_in_window = 0;
  }
  may_write = limit->n_in_window < LIMIT_LINES;
  if (may_write) {
    limit->n_in_window++;
    *n_silent = limit->n_silent;
    limit->n_silent = 0;
  } else
    limit->n_silent++;
  g_mutex_unlock (&limit->lock);
  return may_write;
}
