/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The names of a connection's states. */
#include "signaling/client.h"

const char *
cv_signaling_state_to_string (CvSignalingState state)
{
  switch (state) {
  case CV_SIGNALING_IDLE:
    return "idle";
  case CV_SIGNALING_CONNECTING:
    return "connecting";
  case CV_SIGNALING_OPEN:
    return "open";
  case CV_SIGNALING_RESUMING:
    return "resuming";
  case CV_SIGNALING_CLOSED:
    return "closed";
  }
  return "unknown";
}
