/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Reading and replacing a small file. The sealing is the caller's: it knows the key. */
#include "identity/sealed-file.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
set_io_error (GError **error, const char *what, int code)
{
  g_set_error (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_IO, "could not %s the file: %s", what,
               g_strerror (code));
}

static GBytes *
read_all (int fd, gsize len, GError **error)
{
  g_autofree guint8 *data = g_malloc (len + 1);
  gsize at = 0;
  while (at < len) {
    gssize n = read (fd, data + at, len - at);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      set_io_error (error, "read", n < 0 ? errno : EIO);
      return NULL;
    }
    at += (gsize)n;
  }
  return g_bytes_new_take (g_steal_pointer (&data), len);
}

GBytes *
cv_identity_sealed_file_read (const char *path, GError **error)
{
  struct stat info;
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
    return NULL;
  if (fd < 0 || fstat (fd, &info) != 0) {
    int code = errno;
    if (fd >= 0)
      close (fd);
    set_io_error (error, "open", code);
    return NULL;
  }
  GBytes *contents = NULL;
  if (S_ISREG (info.st_mode) && info.st_size <= CV_IDENTITY_SEALED_FILE_MAX)
    contents = read_all (fd, (gsize)info.st_size, error);
  else
    set_io_error (error, "read", EFBIG);
  close (fd);
  return contents;
}

gboolean
cv_identity_sealed_file_write (const char *path, CvSpan contents, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *folder = g_path_get_dirname (path);
  if (g_mkdir_with_parents (folder, 0700) != 0) {
    set_io_error (error, "make the folder of", errno);
    return FALSE;
  }
  if (g_file_set_contents_full (path, (const char *)contents.data, (gssize)contents.len,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &local_error))
    return TRUE;
  g_set_error (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_IO, "could not write the file: %s",
               local_error->message);
  return FALSE;
}
