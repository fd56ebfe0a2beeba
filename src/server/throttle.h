/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Token buckets: so much a second, so much at once. Time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  double rate_per_s;
  double burst;
} CvServerRate;

typedef struct {
  double level; /* tokens that are left */
  gint64 at_us; /* monotonic; 0: never used, so full */
} CvServerBucket;

/* Whether there are `cost` tokens: for what must be had from several buckets or from none. */
gboolean
cv_server_bucket_has (CvServerBucket *bucket, CvServerRate rate, double cost, gint64 now_us);
/* FALSE when there are not `cost` tokens; nothing is taken then. */
gboolean
cv_server_bucket_take (CvServerBucket *bucket, CvServerRate rate, double cost, gint64 now_us);

/* A bucket a key (an address), with a bound on how many are remembered. */
typedef struct CvServerThrottle CvServerThrottle;

CvServerThrottle *cv_server_throttle_new (CvServerRate rate, guint max_keys);
void cv_server_throttle_free (CvServerThrottle *throttle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvServerThrottle, cv_server_throttle_free)

/* Also FALSE for a new key while max_keys others are not full again. */
gboolean
cv_server_throttle_take (CvServerThrottle *throttle, const char *key, double cost, gint64 now_us);

G_END_DECLS
