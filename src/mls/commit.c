/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The encoding of a commit. */
#include "mls/commit.h"

CvMlsCommit *
cv_mls_commit_new (void)
{
  CvMlsCommit *commit = g_new0 (CvMlsCommit, 1);

  commit->proposals = g_ptr_array_new_with_free_func ((GDestroyNotify)cv_mls_proposal_or_ref_free);
  return commit;
}

void
cv_mls_commit_free (CvMlsCommit *commit)
{
  if (!commit)
    return;
  g_clear_pointer (&commit->proposals, g_ptr_array_unref);
  g_clear_pointer (&commit->path, cv_mls_update_path_free);
  g_free (commit);
}

static void
read_proposals (CvReader *reader, CvMlsCommit *commit)
{
  CvReader inner;

  cv_reader_open_vector (reader, CV_MLS_LIMIT_LIST, &inner);
  while (cv_reader_remaining (&inner) > 0) {
    CvMlsProposalOrRef *item = cv_mls_proposal_or_ref_read (&inner);

    if (item)
      g_ptr_array_add (commit->proposals, item);
    if (commit->proposals->len > CV_MLS_LIMIT_ENTRIES)
      cv_reader_fail (&inner);
  }
  if (!cv_reader_finish (&inner))
    cv_reader_fail (reader);
}

CvMlsCommit *
cv_mls_commit_read (CvReader *reader)
{
  g_autoptr (CvMlsCommit) commit = cv_mls_commit_new ();
  guint8 has_path;

  read_proposals (reader, commit);
  has_path = cv_reader_u8 (reader);
  /* §2.1.1: 0 or 1 says whether an optional value is there. */
  if (has_path > 1)
    cv_reader_fail (reader);
  if (has_path == 1)
    commit->path = cv_mls_update_path_read (reader);
  return cv_reader_is_ok (reader) ? g_steal_pointer (&commit) : NULL;
}

void
cv_mls_commit_write (CvWriter *writer, const CvMlsCommit *commit)
{
  gsize mark = cv_writer_begin_vector (writer);

  for (guint i = 0; i < commit->proposals->len; i++)
    cv_mls_proposal_or_ref_write (writer, g_ptr_array_index (commit->proposals, i));
  cv_writer_end_vector (writer, mark);
  cv_writer_u8 (writer, commit->path ? 1 : 0);
  if (commit->path)
    cv_mls_update_path_write (writer, commit->path);
}
