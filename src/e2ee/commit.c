/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "e2ee/commit.h"

gboolean
cv_e2ee_commit_is_id (CvSpan application_id)
{
  for (gsize i = 0; i < application_id.len; i++)
    if (!g_ascii_isprint ((char)application_id.data[i]))
      return FALSE;
  return application_id.len > 0 && application_id.len <= CV_E2EE_MEMBER_ID_MAX_LEN;
}

static char **
dup_ids (char *const *ids)
{
  char *nobody[] = {NULL};
  return g_strdupv (ids != NULL ? (char **)ids : nobody);
}

CvE2eeCommit *
cv_e2ee_commit_new (GBytes *bytes, char *const *adds, char *const *removes)
{
  CvE2eeCommit *commit = g_rc_box_new0 (CvE2eeCommit);
  commit->bytes = g_bytes_ref (bytes);
  commit->adds = dup_ids (adds);
  commit->removes = dup_ids (removes);
  return commit;
}

CvE2eeCommit *
cv_e2ee_commit_ref (CvE2eeCommit *commit)
{
  return g_rc_box_acquire (commit);
}

static void
clear (gpointer data)
{
  CvE2eeCommit *commit = data;
  g_bytes_unref (commit->bytes);
  g_strfreev (commit->adds);
  g_strfreev (commit->removes);
}

void
cv_e2ee_commit_unref (CvE2eeCommit *commit)
{
  g_rc_box_release_full (commit, clear);
}

gboolean
cv_e2ee_commit_are_ids_equal (const char *const *a, const char *const *b)
{
  g_autoptr (GHashTable) left = g_hash_table_new (g_str_hash, g_str_equal);
  for (gsize i = 0; a != NULL && a[i] != NULL; i++)
    if (!g_hash_table_add (left, (gpointer)a[i]))
      return FALSE;
  for (gsize i = 0; b != NULL && b[i] != NULL; i++)
    if (!g_hash_table_remove (left, b[i]))
      return FALSE;
  return g_hash_table_size (left) == 0;
}
