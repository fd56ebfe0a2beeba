/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "server/throttle.h"

struct CvServerThrottle {
  CvServerRate rate;
  guint max_keys;
  GHashTable *buckets; /* char * → CvServerBucket * */
};

static void
refill (CvServerBucket *bucket, CvServerRate rate, gint64 now_us)
{
  double gained;

  if (bucket->at_us == 0) {
    bucket->level = rate.burst;
  } else if (now_us > bucket->at_us) {
    gained = (double)(now_us - bucket->at_us) / G_USEC_PER_SEC * rate.rate_per_s;
    bucket->level = MIN (bucket->level + gained, rate.burst);
  }
  /* A clock that goes back must not let the same time be gained twice. */
  bucket->at_us = MAX (bucket->at_us, MAX (now_us, 1));
}

gboolean
cv_server_bucket_has (CvServerBucket *bucket, CvServerRate rate, double cost, gint64 now_us)
{
  refill (bucket, rate, now_us);
  return bucket->level >= cost;
}

gboolean
cv_server_bucket_take (CvServerBucket *bucket, CvServerRate rate, double cost, gint64 now_us)
{
  if (!cv_server_bucket_has (bucket, rate, cost, now_us))
    return FALSE;
  bucket->level -= cost;
  return TRUE;
}

CvServerThrottle *
cv_server_throttle_new (CvServerRate rate, guint max_keys)
{
  CvServerThrottle *throttle = g_new0 (CvServerThrottle, 1);

  throttle->rate = rate;
  throttle->max_keys = max_keys;
  throttle->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return throttle;
}

void
cv_server_throttle_free (CvServerThrottle *throttle)
{
  if (throttle == NULL)
    return;
  g_hash_table_unref (throttle->buckets);
  g_free (throttle);
}

/* A full bucket remembers nothing: it can go. */
static void
forget_full_buckets (CvServerThrottle *throttle, gint64 now_us)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, throttle->buckets);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    CvServerBucket *bucket = value;

    refill (bucket, throttle->rate, now_us);
    if (bucket->level >= throttle->rate.burst)
      g_hash_table_iter_remove (&iter);
  }
}

gboolean
cv_server_throttle_take (CvServerThrottle *throttle, const char *key, double cost, gint64 now_us)
{
  CvServerBucket *bucket = g_hash_table_lookup (throttle->buckets, key);

  if (bucket == NULL) {
    if (g_hash_table_size (throttle->buckets) >= throttle->max_keys)
      forget_full_buckets (throttle, now_us);
    if (g_hash_table_size (throttle->buckets) >= throttle->max_keys)
      return FALSE;
    bucket = g_new0 (CvServerBucket, 1);
    g_hash_table_insert (throttle->buckets, g_strdup (key), bucket);
  }
  return cv_server_bucket_take (bucket, throttle->rate, cost, now_us);
}
