/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What the primitives of a suite cost in OpenSSL itself, keys loaded and nothing of ours between:
 * the measure that figures of MLS can be compared with from one machine to another. */
#pragma once

#include "crypto/context.h"
#include "crypto/suites.h"

G_BEGIN_DECLS

typedef enum {
  MLS_RAW_SIGN,
  MLS_RAW_VERIFY,
  MLS_RAW_DECAPSULATE, /* all halves of a hybrid */
  MLS_RAW_KEY_PAIR, /* of the KEM, all halves */
  MLS_RAW_HASH, /* of 1 KiB */
  MLS_RAW_N_KINDS,
} MlsRaw;

typedef struct {
  double us[MLS_RAW_N_KINDS]; /* CPU time, medians */
} MlsRawTimes;

/* Suites 0x0001, 0x0007 and 0xF001. */
MlsRawTimes mls_raw_measure (const CvCrypto *crypto, const CvMlsSuite *suite);

/* CPU time of this thread: other load on the machine counts less than on a clock. */
double mls_raw_now_us (void);
double mls_raw_median (double *values, gsize n_values); /* sorts them */

G_END_DECLS
