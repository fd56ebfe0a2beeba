/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Every bound of the room protocol, in one place. Clients and server hold to the same numbers. */
#pragma once

#define CV_LIMITS_VERSION 1

/* Messages: the whole JSON text in bytes, and how deep objects and lists may nest. */
#define CV_LIMITS_MESSAGE_BYTES (4 * 1024 * 1024)
#define CV_LIMITS_VISITOR_MESSAGE_BYTES (64 * 1024) /* before somebody is a member */
#define CV_LIMITS_PEER_MESSAGE_BYTES (64 * 1024) /* inside an MLS application message */
#define CV_LIMITS_MESSAGE_DEPTH 6
/* Braces, brackets and commas outside of texts: as many values has a message at the most, and a
 * parser allocates for each. The list of a thousand members has 3000, with ICE servers 3400; a
 * client has no more to say to the server than 40. */
#define CV_LIMITS_MESSAGE_ITEMS 8192
#define CV_LIMITS_CLIENT_MESSAGE_ITEMS 256
#define CV_LIMITS_PEER_MESSAGE_ITEMS 1024

/* Payloads: bytes before base64. */
#define CV_LIMITS_KNOCK_BYTES (32 * 1024)
#define CV_LIMITS_COMMIT_BYTES (2 * 1024 * 1024)
#define CV_LIMITS_APPLICATION_BYTES (256 * 1024)
#define CV_LIMITS_WELCOME_BYTES (2880 * 1024)
#define CV_LIMITS_GROUP_ID_BYTES 64

/* Identifiers and texts: characters. */
#define CV_LIMITS_ROOM_ID_CHARACTERS 22 /* 16 bytes in base64url */
#define CV_LIMITS_MEMBER_ID_CHARACTERS 16
#define CV_LIMITS_PARTICIPANT_ID_CHARACTERS 64
#define CV_LIMITS_TOKEN_CHARACTERS 64
#define CV_LIMITS_REASON_CHARACTERS 200
#define CV_LIMITS_URL_CHARACTERS 512
#define CV_LIMITS_CHAT_CHARACTERS 4000
#define CV_LIMITS_SDP_CHARACTERS 32768
#define CV_LIMITS_CANDIDATE_CHARACTERS 300
#define CV_LIMITS_LINK_CHARACTERS 1024

/* Counts. */
#define CV_LIMITS_ROOM_MEMBERS 1000
#define CV_LIMITS_WELCOME_BATCH 32
#define CV_LIMITS_ICE_SERVERS 16
#define CV_LIMITS_CANDIDATES 64
#define CV_LIMITS_TRACKS 16
#define CV_LIMITS_COMMIT_LOG 256

/* JSON carries whole numbers exactly up to here. */
#define CV_LIMITS_NUMBER_MAX (((guint64)1 << 53) - 1)

/* Keep-alive: a client pings this often; either side gives a silent connection up after the rest. */
#define CV_LIMITS_PING_MS 10000
#define CV_LIMITS_SILENCE_MS 30000
#define CV_LIMITS_GRACE_MS 15000
