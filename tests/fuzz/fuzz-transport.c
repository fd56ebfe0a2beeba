/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What comes over a link before it is media: candidates and fingerprints as text, datagrams of any
 * kind, SRTP and RTCP of a peer that has the keys, DTLS records.
 *
 *   input = kind (1) arguments */
#include "fuzz/fuzz.h"
#include "transport/candidate.h"
#include "transport/certificate.h"
#include "transport/demux.h"
#include "transport/dtls.h"
#include "transport/ice-server.h"
#include "transport/keepalive.h"
#include "transport/srtp.h"

#include <string.h>

#define SSRC 0x11223344
#define NOW_S 1750000000
#define N_DATAGRAMS 8
#define QUARTER "AB:CD:EF:01:23:45:67:89"

typedef enum { KIND_TEXT, KIND_DATAGRAM, KIND_SEALED, KIND_DTLS, N_KINDS } Kind;

static const gulong profiles[] = {0x0008, 0x0007, 0x0001};

static CvSpan
read_rest (CvReader *input)
{
  return cv_reader_take (input, cv_reader_remaining (input));
}

static void
feed_candidate (const char *text)
{
  CvTransportCandidate candidate;
  CvTransportCandidate again;
  g_autofree char *written = NULL;
  g_autofree char *rewritten = NULL;

  if (!cv_transport_candidate_parse (text, &candidate, NULL))
    return;
  written = cv_transport_candidate_to_text (&candidate);
  g_assert_true (cv_transport_candidate_parse (written, &again, NULL));
  rewritten = cv_transport_candidate_to_text (&again);
  g_assert_cmpstr (written, ==, rewritten);
}

/* A line of text (rest). */
static void
feed_text (CvReader *input)
{
  CvSpan line = read_rest (input);
  g_autofree char *text = g_strndup (line.len > 0 ? (const char *)line.data : "", line.len);
  g_auto (CvTransportIceServerParts) parts = {0};
  guint8 fingerprint[CV_TRANSPORT_FINGERPRINT_LEN];
  g_autofree char *written = NULL;

  feed_candidate (text);
  if (cv_transport_ice_server_parse (text, &parts, NULL))
    g_assert_true (parts.host && parts.host[0] != '\0' && parts.port > 0);
  if (cv_transport_fingerprint_parse (text, fingerprint, NULL)) {
    written = cv_transport_fingerprint_to_text (fingerprint);
    g_assert_cmpint (g_ascii_strcasecmp (written, text), ==, 0);
  }
  if (cv_transport_candidate_is_ice_text (text, 4))
    g_assert_cmpuint (strlen (text), <=, 256);
}

static CvTransportSrtp *
new_srtp (gulong profile, gboolean is_sender)
{
  CvTransportSrtp *srtp = cv_transport_srtp_new ();
  g_auto (CvTransportSrtpKeys) keys = {.profile = cv_transport_srtp_profile_find (profile)};

  memset (keys.local, is_sender ? 0x11 : 0x22, sizeof keys.local);
  memset (keys.remote, is_sender ? 0x22 : 0x11, sizeof keys.remote);
  g_assert_true (cv_transport_srtp_set_keys (srtp, &keys, NULL));
  g_assert_true (cv_transport_srtp_allow_ssrc (srtp, SSRC));
  return srtp;
}

typedef struct {
  _Alignas (8) guint8 bytes[2048];
} Packet;

/* TRUE when the packet was authentic. */
static gboolean
receive_datagram (CvTransportSrtp *srtp, CvTransportKeepalive *keepalive, CvSpan datagram)
{
  CvTransportDemuxKind kind = cv_transport_demux_classify (datagram);
  gboolean is_rtcp = kind == CV_TRANSPORT_DEMUX_RTCP;
  Packet packet;
  gsize len = datagram.len;

  if ((kind != CV_TRANSPORT_DEMUX_RTP && !is_rtcp) || len > sizeof packet.bytes)
    return FALSE;
  (void)cv_transport_demux_ssrc (datagram, kind);
  memcpy (packet.bytes, datagram.data, len);
  if (cv_transport_srtp_unprotect (srtp, packet.bytes, &len, is_rtcp) != CV_TRANSPORT_SRTP_OK)
    return FALSE;
  g_assert_cmpuint (len, <=, datagram.len);
  if (is_rtcp)
    cv_transport_keepalive_take (keepalive, cv_span (packet.bytes, len), 2 * G_USEC_PER_SEC);
  return TRUE;
}

/* profile (1), a datagram of somebody without the keys (rest). */
static void
feed_datagram (CvReader *input)
{
  gulong profile = profiles[cv_reader_u8 (input) % G_N_ELEMENTS (profiles)];
  g_autoptr (CvTransportSrtp) srtp = new_srtp (profile, FALSE);
  CvTransportKeepalive keepalive;

  cv_transport_keepalive_init (&keepalive, SSRC, G_USEC_PER_SEC);
  g_assert_false (receive_datagram (srtp, &keepalive, read_rest (input)));
}

/* profile (1), a plain packet (rest), sealed as the peer seals: it arrives, once. */
static void
feed_sealed (CvReader *input)
{
  gulong profile = profiles[cv_reader_u8 (input) % G_N_ELEMENTS (profiles)];
  g_autoptr (CvTransportSrtp) sender = new_srtp (profile, TRUE);
  g_autoptr (CvTransportSrtp) receiver = new_srtp (profile, FALSE);
  CvSpan plain = read_rest (input);
  CvTransportDemuxKind kind = cv_transport_demux_classify (plain);
  CvTransportKeepalive keepalive;
  Packet packet;
  gsize len = plain.len;

  if ((kind != CV_TRANSPORT_DEMUX_RTP && kind != CV_TRANSPORT_DEMUX_RTCP) || len > 1440)
    return;
  cv_transport_keepalive_init (&keepalive, SSRC, G_USEC_PER_SEC);
  memcpy (packet.bytes, plain.data, len);
  if (cv_transport_srtp_protect (sender, packet.bytes, &len, kind == CV_TRANSPORT_DEMUX_RTCP)
      != CV_TRANSPORT_SRTP_OK)
    return;
  receive_datagram (receiver, &keepalive, cv_span (packet.bytes, len));
  g_assert_false (receive_datagram (receiver, &keepalive, cv_span (packet.bytes, len)));
}

/* ---- DTLS ---- */

typedef struct {
  CvTransportCertificate *own;
  guint8 peer[CV_TRANSPORT_FINGERPRINT_LEN]; /* of a certificate that nobody has */
} Identity;

static const Identity *
get_identity (void)
{
  static Identity *identity;
  CvCrypto *crypto;

  if (identity)
    return identity;
  identity = g_new0 (Identity, 1);
  crypto = cv_crypto_context_new (FALSE, NULL);
  identity->own = cv_transport_certificate_new (crypto, NOW_S, NULL);
  g_assert_nonnull (identity->own);
  cv_crypto_context_unref (crypto);
  return identity;
}

static void
keep_datagram (gpointer data, CvSpan datagram)
{
  GPtrArray *out = data;

  g_assert_cmpuint (datagram.len, <=, CV_TRANSPORT_DTLS_MTU);
  if (out->len < N_DATAGRAMS)
    g_ptr_array_add (out, cv_span_dup (datagram));
}

/* client or server (1), datagrams (long each): nobody proves to be a peer that does not exist. */
static void
feed_dtls (CvReader *input)
{
  const Identity *identity = get_identity ();
  g_autoptr (GPtrArray) out = fuzz_seeds_new ();
  const CvTransportDtlsOptions options = {
      .certificate = identity->own,
      .is_client = cv_reader_u8 (input) & 1,
      .peer_fingerprint = identity->peer,
      .on_datagram = keep_datagram,
      .data = out,
  };
  g_autoptr (CvTransportDtls) dtls = cv_transport_dtls_new (&options, NULL);
  g_auto (CvTransportSrtpKeys) keys = {0};

  g_assert_nonnull (dtls);
  cv_transport_dtls_start (dtls);
  for (guint i = 0; i < N_DATAGRAMS && cv_reader_remaining (input) > 2; i++) {
    gsize len = cv_reader_u16 (input);

    cv_transport_dtls_receive (dtls,
                               cv_reader_take (input, MIN (len, cv_reader_remaining (input))));
  }
  g_assert_cmpint (cv_transport_dtls_get_status (dtls), !=, CV_TRANSPORT_DTLS_ESTABLISHED);
  g_assert_false (cv_transport_dtls_export_keys (dtls, &keys, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t len)
{
  CvReader input;
  Kind kind;

  cv_reader_init (&input, cv_span (data, len));
  kind = (Kind)(cv_reader_u8 (&input) % N_KINDS);
  fuzz_random_restart ((guint64)len << 32);
  if (kind == KIND_TEXT)
    feed_text (&input);
  else if (kind == KIND_DATAGRAM)
    feed_datagram (&input);
  else if (kind == KIND_SEALED)
    feed_sealed (&input);
  else
    feed_dtls (&input);
  return 0;
}

/* ---- seeds ---- */

static void
add_texts (GPtrArray *seeds)
{
  static const char *const texts[] = {
      "candidate:1 1 UDP 2130706431 192.0.2.1 5000 typ host",
      "a=candidate:842163049 1 udp 1677729535 2001:db8::7 9 typ srflx raddr :: rport 0",
      "turns:turn.example:5349?transport=tcp",
      "stun:[2001:db8::1]:3478",
      QUARTER ":" QUARTER ":" QUARTER ":" QUARTER, /* a fingerprint */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    fuzz_seeds_add_kind (seeds, KIND_TEXT, cv_span (texts[i], strlen (texts[i])));
}

static void
add_packets (GPtrArray *seeds)
{
  static const guint8 rtp[12 + 20] = {0x80, 96, 0, 1, 0, 0, 0, 1, 0x11, 0x22, 0x33, 0x44};
  guint8 rtcp[CV_TRANSPORT_KEEPALIVE_LEN];
  CvTransportKeepalive keepalive;

  cv_transport_keepalive_init (&keepalive, SSRC, 0);
  cv_transport_keepalive_write (&keepalive, G_USEC_PER_SEC, rtcp);
  for (guint8 profile = 0; profile < G_N_ELEMENTS (profiles); profile++) {
    g_auto (CvWriter) writer = {0};

    cv_writer_init (&writer);
    cv_writer_u8 (&writer, profile);
    cv_writer_put (&writer, CV_SPAN_ARRAY (rtp));
    fuzz_seeds_add_kind (seeds, KIND_SEALED, cv_writer_span (&writer));
    fuzz_seeds_add_kind (seeds, KIND_DATAGRAM, cv_writer_span (&writer));
    cv_writer_clear (&writer);
    cv_writer_init (&writer);
    cv_writer_u8 (&writer, profile);
    cv_writer_put (&writer, CV_SPAN_ARRAY (rtcp));
    fuzz_seeds_add_kind (seeds, KIND_SEALED, cv_writer_span (&writer));
  }
}

static CvTransportDtls *
start_side (gboolean is_client, GPtrArray *said)
{
  const Identity *identity = get_identity ();
  CvTransportDtlsOptions options = {
      .certificate = identity->own,
      .is_client = is_client,
      .peer_fingerprint = cv_transport_certificate_get_fingerprint (identity->own),
      .on_datagram = keep_datagram,
      .data = said,
  };
  CvTransportDtls *side = cv_transport_dtls_new (&options, NULL);

  g_assert_nonnull (side);
  cv_transport_dtls_start (side);
  return side;
}

static void
hear (CvTransportDtls *side, const GPtrArray *said, guint round)
{
  if (round < said->len)
    cv_transport_dtls_receive (side, cv_span_from_bytes (g_ptr_array_index (said, round)));
}

static void
add_datagrams (GPtrArray *seeds, gboolean is_client, const GPtrArray *datagrams)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_writer_u8 (&writer, is_client ? 1 : 0);
  for (guint i = 0; i < datagrams->len; i++) {
    CvSpan datagram = cv_span_from_bytes (g_ptr_array_index (datagrams, i));

    cv_writer_u16 (&writer, (guint16)datagram.len);
    cv_writer_put (&writer, datagram);
  }
  fuzz_seeds_add_kind (seeds, KIND_DTLS, cv_writer_span (&writer));
}

/* What a real client and a real server say to each other, as the other side gets it. */
static void
add_handshake (GPtrArray *seeds)
{
  g_autoptr (GPtrArray) by_client = fuzz_seeds_new ();
  g_autoptr (GPtrArray) by_server = fuzz_seeds_new ();
  g_autoptr (CvTransportDtls) client = start_side (TRUE, by_client);
  g_autoptr (CvTransportDtls) server = start_side (FALSE, by_server);

  for (guint round = 0; round < N_DATAGRAMS; round++) {
    hear (server, by_client, round);
    hear (client, by_server, round);
  }
  g_assert_cmpint (cv_transport_dtls_get_status (server), ==, CV_TRANSPORT_DTLS_ESTABLISHED);
  add_datagrams (seeds, FALSE, by_client);
  add_datagrams (seeds, TRUE, by_server);
}

GPtrArray *
fuzz_dup_seeds (void)
{
  GPtrArray *seeds = fuzz_seeds_new ();

  add_texts (seeds);
  add_packets (seeds);
  add_handshake (seeds);
  return seeds;
}
