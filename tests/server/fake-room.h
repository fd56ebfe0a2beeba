/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A room without a network: people whose sinks keep what they are told. */
#pragma once

#include "fixtures/fake-clock.h"
#include "protocol/limits.h"
#include "protocol/message-json.h"
#include "server/registry.h"

#define ROOM_ID "AAECAwQFBgcICQoLDA0ODw"

typedef struct {
  CvServerConfig *config;
  CvServerMetrics metrics;
  CvFakeClock clock;
  CvServerShared shared;
  CvServerRoom *room;
} World;

typedef struct {
  World *world;
  CvServerMember *member; /* NULL when closed */
  GPtrArray *inbox; /* CvMessage */
  gboolean is_promoted;
  gboolean is_stuck; /* its connection takes nothing more */
  gboolean is_cut;
} Person;

static inline void
person_send (gpointer sink, const char *text)
{
  g_autoptr (GError) error = NULL;
  CvMessage *message = cv_message_json_parse (CV_MESSAGE_FROM_SERVER, text, strlen (text),
                                              CV_LIMITS_MESSAGE_BYTES, &error);

  g_assert_no_error (error);
  g_ptr_array_add (((Person *)sink)->inbox, message);
}

static inline gboolean
person_has_room (gpointer sink)
{
  return !((Person *)sink)->is_stuck;
}

static inline void
person_promote (gpointer sink)
{
  ((Person *)sink)->is_promoted = TRUE;
}

static inline void
person_close (gpointer sink)
{
  ((Person *)sink)->member = NULL;
}

static inline void
person_cut (gpointer sink)
{
  ((Person *)sink)->member = NULL;
  ((Person *)sink)->is_cut = TRUE;
}

static const CvServerSinkVtable person_sink = {
    .send = person_send,
    .has_room = person_has_room,
    .promote = person_promote,
    .close = person_close,
    .cut = person_cut,
};

static inline void
drop_line (const char *line, gpointer data)
{
}

static inline World *
world_new (void)
{
  World *world = g_new0 (World, 1);

  world->config = cv_server_config_new ();
  world->config->knocks_per_minute = 3;
  cv_fake_clock_init (&world->clock);
  world->shared = (CvServerShared){
      .config = world->config,
      .metrics = &world->metrics,
      .audit = cv_server_audit_log_new (drop_line, NULL),
      .knocks = cv_server_throttle_new (
          (CvServerRate){world->config->knocks_per_minute / 60.0, world->config->knocks_per_minute},
          100),
      .logs = cv_server_log_store_new (world->config->room_log_bytes, world->config->log_bytes),
      .clock = &world->clock.clock,
  };
  world->room = cv_server_room_new (ROOM_ID, &world->shared);
  return world;
}

static inline void
world_free (World *world)
{
  cv_server_room_free (world->room);
  cv_server_throttle_free (world->shared.knocks);
  cv_server_log_store_free (world->shared.logs);
  cv_server_audit_log_free (world->shared.audit);
  cv_server_config_free (world->config);
  g_free (world);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

static inline Person *
person_new (World *world, const char *address)
{
  Person *person = g_new0 (Person, 1);

  person->world = world;
  person->inbox = g_ptr_array_new_with_free_func ((GDestroyNotify)cv_message_unref);
  person->member = cv_server_room_enter (world->room, address, &person_sink, person);
  return person;
}

/* Before the world: lets go of the room as a connection does. */
static inline void
person_free (Person *person)
{
  if (person->member != NULL)
    cv_server_member_detach (person->member, CV_SERVER_DETACH_LOST);
  g_ptr_array_unref (person->inbox);
  g_free (person);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Person, person_free)

static inline gboolean
say (Person *person, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMessage) message = cv_message_json_parse (
      CV_MESSAGE_FROM_CLIENT, text, strlen (text), CV_LIMITS_MESSAGE_BYTES, &error);

  g_assert_no_error (error);
  g_assert_nonnull (person->member);
  return cv_server_room_handle (person->world->room, person->member, message);
}

G_GNUC_PRINTF (2, 3)
static inline gboolean
sayf (Person *person, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return say (person, text);
}

/* The first message of the type, taken out; borrowed until the next call. NULL: none. */
static inline CvMessage *
heard (Person *person, CvMessageType type)
{
  static CvMessage *last;

  g_clear_pointer (&last, cv_message_unref);
  for (guint i = 0; i < person->inbox->len; i++) {
    if (((CvMessage *)g_ptr_array_index (person->inbox, i))->type == type) {
      last = g_ptr_array_steal_index (person->inbox, i);
      return last;
    }
  }
  return NULL;
}

static inline int
heard_error (Person *person)
{
  CvMessage *message = heard (person, CV_MESSAGE_ERROR);

  return message != NULL ? message->error.code : -1;
}

static inline void
forget (Person *person)
{
  g_ptr_array_set_size (person->inbox, 0);
}

/* As a client does that reads. */
static inline void
acknowledge (Person *person)
{
  g_assert_true (sayf (person, "{\"type\":\"ping\",\"last-seq\":%" G_GUINT64_FORMAT "}",
                       person->member->next_seq - 1));
}

static inline gboolean
say_welcome (Person *host, Person *guest, guint epoch)
{
  return sayf (host,
               "{\"type\":\"welcome\",\"to\":[\"%s\"],\"group\":\"Z3I=\",\"epoch\":%u,"
               "\"payload\":\"d2Vs\"}",
               guest->member->id, epoch);
}

/* Lets somebody in who starts in that epoch, as if the host's commit had just begun it. */
static inline void
let_in (Person *host, Person *guest, guint epoch)
{
  g_assert_true (say (guest, "{\"type\":\"knock\",\"payload\":\"AQID\"}"));
  g_clear_pointer (&host->member->guests, g_ptr_array_unref);
  host->member->guests = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (host->member->guests, g_strdup (guest->member->id));
  host->member->welcome_epoch = epoch;
  host->member->welcome_until_us = G_MAXINT64;
  g_assert_true (say_welcome (host, guest, epoch));
  g_assert_true (guest->is_promoted);
}

static inline gboolean
say_commit (Person *person, guint epoch, const char *payload)
{
  return sayf (person, "{\"type\":\"commit\",\"group\":\"Z3I=\",\"epoch\":%u,\"payload\":\"%s\"}",
               epoch, payload);
}

/* adds, removes: what is between the brackets of a list. */
static inline gboolean
say_commit_of (Person *person, guint epoch, const char *adds, const char *removes)
{
  return sayf (person,
               "{\"type\":\"commit\",\"group\":\"Z3I=\",\"epoch\":%u,\"payload\":\"QQ==\","
               "\"adds\":[%s],\"removes\":[%s]}",
               epoch, adds, removes);
}

/* In quotes, for a list of one; full. */
static inline char *
dup_quoted_id (const Person *person)
{
  return g_strdup_printf ("\"%s\"", person->member->id);
}

static inline gboolean
say_application (Person *person, guint epoch, const char *payload)
{
  return sayf (person,
               "{\"type\":\"application\",\"group\":\"Z3I=\",\"epoch\":%u,\"payload\":\"%s\"}",
               epoch, payload);
}

/* ---- several people inside ---- */

typedef struct {
  World *world;
  Person *people[4];
} Meeting;

/* Everybody is inside, in epoch 0. */
static inline void
meeting_init (Meeting *meeting, guint n)
{
  *meeting = (Meeting){.world = world_new ()};
  meeting->world->config->knocks_per_minute = 100;
  for (guint i = 0; i < n; i++) {
    g_autofree char *address = g_strdup_printf ("%u", i);

    meeting->people[i] = person_new (meeting->world, address);
  }
  g_assert_true (say (meeting->people[0], "{\"type\":\"open\",\"group\":\"Z3I=\"}"));
  for (guint i = 1; i < n; i++)
    let_in (meeting->people[0], meeting->people[i], 0);
  for (guint i = 0; i < n; i++)
    forget (meeting->people[i]);
}

static inline void
meeting_clear (Meeting *meeting)
{
  for (guint i = 0; i < G_N_ELEMENTS (meeting->people); i++)
    g_clear_pointer (&meeting->people[i], person_free);
  g_clear_pointer (&meeting->world, world_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Meeting, meeting_clear)

/* The reason of the first rejection; -1: none. */
static inline int
rejection (Person *person)
{
  CvMessage *message = heard (person, CV_MESSAGE_REJECTED);

  return message != NULL ? message->rejected.reason : -1;
}
