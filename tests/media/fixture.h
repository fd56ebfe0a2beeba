/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Two or more participants in one process: a toy cipher that really changes bytes, and a wire
 * between packet ports that can lose, damage and look at packets. */
#pragma once

#include "media/peer.h"

G_BEGIN_DECLS

typedef struct {
  CvFrameCipher cipher;
  gint key; /* atomic; two ciphers with the same key understand each other */
  gint is_off; /* atomic; protect gives nothing, unprotect says NO_KEY */
  gint n_protected; /* atomic */
  gint n_leaks; /* atomic: set by the wire */
  GMutex mutex;
  GByteArray *last_plain[CV_N_TRACKS]; /* the newest frame that went in */
} FixtureCipher;

FixtureCipher *fixture_cipher_new (int key);
void fixture_cipher_free (FixtureCipher *cipher);

typedef struct {
  CvPacketPort *a;
  CvPacketPort *b;
  FixtureCipher *watched; /* whose plaintext must not be seen from a to b; may be NULL */
  gint lose_one_in; /* atomic; of media packets from a to b, 0: none */
  gint lose_next; /* atomic; that many RTP packets from a to b */
  gint lose_retransmissions; /* atomic */
  gint n_packets; /* atomic, RTP from a to b */
  gint n_leaks; /* atomic */
  gint n_bytes; /* atomic */
} FixtureWire;

FixtureWire *fixture_wire_new (CvPacketPort *a, CvPacketPort *b);
void fixture_wire_free (FixtureWire *wire);

/* Runs the main context until the claim holds; fails the test after 40 s. */
typedef gboolean (*FixtureClaim) (gpointer data);
void fixture_wait (FixtureClaim claim, gpointer data, const char *what);

/* The statistics of one stream; FALSE: there is none. */
gboolean
fixture_get_stats (CvMediaPeer *peer, guint32 participant, CvMediaKind kind, CvMediaStats *stats);

G_END_DECLS
