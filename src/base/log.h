/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The log: one line an entry on standard error, never a secret.
 *
 * The domain is the folder of the source file. CONCLAVE_LOG sets what is shown: a level (error,
 * warning, info, debug), and after commas levels of single domains: "warning,transport=debug".
 * Without it warnings and worse are shown. Any thread. */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

typedef enum {
  CV_LOG_ERROR, /* something a person must repair */
  CV_LOG_WARNING, /* went wrong, and the program goes on */
  CV_LOG_INFO, /* what a person would tell of a meeting: joined, linked, left */
  CV_LOG_DEBUG,
} CvLogLevel;

/* Takes over GLib's log writer; reads CONCLAVE_LOG. Once, at the start of main. */
void cv_log_init (void);

gboolean cv_log_is_shown (const char *file, CvLogLevel level);
void
cv_log_write (const char *file, CvLogLevel level, const char *format, ...) G_GNUC_PRINTF (3, 4);

#define cv_log_error(...) cv_log_write (__FILE__, CV_LOG_ERROR, __VA_ARGS__)
#define cv_log_warning(...) cv_log_write (__FILE__, CV_LOG_WARNING, __VA_ARGS__)
#define cv_log_info(...) cv_log_write (__FILE__, CV_LOG_INFO, __VA_ARGS__)
#define cv_log_debug(...)                                                                          \
  G_STMT_START                                                                                     \
  {                                                                                                \
    if (cv_log_is_shown (__FILE__, CV_LOG_DEBUG))                                                  \
      cv_log_write (__FILE__, CV_LOG_DEBUG, __VA_ARGS__);                                          \
  }                                                                                                \
  G_STMT_END

/* What a peer can cause at will: at most 5 lines in 10 s, then one that counts the silence. */
typedef struct {
  GMutex lock;
  gint64 since_us;
  guint n_in_window;
  guint n_silent;
} CvLogLimit;

/* TRUE when a line may be written now; *n_silent is how many were not since the last one. */
gboolean cv_log_limit_check (CvLogLimit *limit, gint64 now_us, guint *n_silent);

#define cv_log_warning_limited(...)                                                                \
  G_STMT_START                                                                                     \
  {                                                                                                \
    static CvLogLimit limit_;                                                                      \
    guint n_silent_ = 0;                                                                           \
    if (cv_log_limit_check (&limit_, g_get_monotonic_time (), &n_silent_)) {                       \
      if (n_silent_ > 0)                                                                           \
        cv_log_warning ("%u more like the next were not shown", n_silent_);                        \
      cv_log_warning (__VA_ARGS__);                                                                \
    }                                                                                              \
  }                                                                                                \
  G_STMT_END

/* Text of a message as the log shows it (full): control and format characters become "?", what is
 * no UTF-8 too, the secret part of an invite link becomes "…", and the length is bounded. Every
 * entry goes through it; call it for a peer's text that is joined with other text. */
char *cv_log_redact (const char *text);

/* The first 4 bytes in hex and "…" (full): enough to tell two ids apart in a log. */
char *cv_log_dup_short (CvSpan id);

G_END_DECLS
