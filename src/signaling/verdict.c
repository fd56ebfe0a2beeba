/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "signaling/verdict.h"

gboolean
cv_signaling_verdict_is_final (const CvMessageError *error)
{
  switch ((CvMessageCode)error->code) {
  case CV_MESSAGE_CODE_VERSION:
  case CV_MESSAGE_CODE_ROOM_FULL:
  case CV_MESSAGE_CODE_SERVER_FULL:
  case CV_MESSAGE_CODE_RESUME_FAILED:
  case CV_MESSAGE_CODE_VOIDED:
  case CV_MESSAGE_CODE_SHUTDOWN:
  case CV_MESSAGE_CODE_TOO_BIG:
    return TRUE;
  case CV_MESSAGE_CODE_TOO_FAST:
  case CV_MESSAGE_CODE_NOT_ALLOWED:
  case CV_MESSAGE_CODE_BAD_MESSAGE:
    return error->about == NULL;
  case CV_MESSAGE_CODE_TIMEOUT: /* a cut, to be resumed */
  case CV_MESSAGE_CODE_OTHER:
  case CV_MESSAGE_CODE_UNKNOWN_TYPE:
  case CV_MESSAGE_CODE_ROOM_EMPTY:
  case CV_MESSAGE_CODE_NOT_EMPTY:
  case CV_MESSAGE_CODE_NO_SUCH_MEMBER:
  case CV_MESSAGE_CODE_GAP_TOO_OLD:
    break;
  }
  return FALSE;
}

CvSignalingError
cv_signaling_verdict_to_error (CvMessageCode code)
{
  switch (code) {
  case CV_MESSAGE_CODE_VERSION:
    return CV_SIGNALING_ERROR_VERSION;
  case CV_MESSAGE_CODE_ROOM_FULL:
  case CV_MESSAGE_CODE_SERVER_FULL:
  case CV_MESSAGE_CODE_TOO_FAST:
    return CV_SIGNALING_ERROR_FULL;
  case CV_MESSAGE_CODE_RESUME_FAILED:
    return CV_SIGNALING_ERROR_UNREACHABLE;
  case CV_MESSAGE_CODE_SHUTDOWN:
    return CV_SIGNALING_ERROR_CLOSED;
  case CV_MESSAGE_CODE_OTHER:
  case CV_MESSAGE_CODE_BAD_MESSAGE:
  case CV_MESSAGE_CODE_UNKNOWN_TYPE:
  case CV_MESSAGE_CODE_TOO_BIG:
  case CV_MESSAGE_CODE_NOT_ALLOWED:
  case CV_MESSAGE_CODE_ROOM_EMPTY:
  case CV_MESSAGE_CODE_NOT_EMPTY:
  case CV_MESSAGE_CODE_NO_SUCH_MEMBER:
  case CV_MESSAGE_CODE_GAP_TOO_OLD:
  case CV_MESSAGE_CODE_TIMEOUT:
  case CV_MESSAGE_CODE_VOIDED:
    break;
  }
  return CV_SIGNALING_ERROR_PROTOCOL;
}
