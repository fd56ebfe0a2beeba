/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "protocol/invite-link.h"

#include "protocol/error.h"

#define ROOM "AAECAwQFBgcICQoLDA0ODw"
#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define PIN "__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA"

static CvInviteLink *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  CvInviteLink *link = cv_invite_link_parse (text, &error);

  g_assert_no_error (error);
  return link;
}

static void
test_parses_all_parts (void)
{
  g_autoptr (CvInviteLink) link =
      parse (" conclave://Meet.Example.ORG:8443/" ROOM "#k=" KEY "&f=" PIN "&p=1&s=pq\n");
  g_autofree char *text = cv_invite_link_to_string (link);
  g_autofree char *room = cv_invite_link_dup_room_id (link);

  g_assert_cmpstr (link->host, ==, "meet.example.org");
  g_assert_cmpuint (link->port, ==, 8443);
  g_assert_cmpuint (link->room[15], ==, 15);
  g_assert_cmpuint (cv_secret_get_len (link->secret), ==, 32);
  g_assert_cmpuint (cv_secret_span (link->secret).data[31], ==, 31);
  g_assert_true (link->has_pin);
  g_assert_cmpuint (link->pin[0], ==, 0xff);
  g_assert_cmpint (link->passcode, ==, CV_INVITE_LINK_PASSCODE_ARGON2ID);
  g_assert_cmpstr (room, ==, ROOM);
  g_assert_cmpstr (text, ==,
                   "conclave://meet.example.org:8443/" ROOM "#k=" KEY "&f=" PIN "&p=1&s=pq");
}

static void
test_round_trips (void)
{
  static const char *const texts[] = {
      "conclave://a/" ROOM "#k=" KEY,
      "conclave://192.168.1.7:7000/" ROOM "#k=" KEY "&f=" PIN,
      "conclave://[fd00::1]:7000/" ROOM "#k=" KEY "&p=1",
      "conclave://[::1]/" ROOM "#k=" KEY "&s=pq-strict",
      "conclave://[::1]/" ROOM "#k=" KEY "&p=2&s=fips",
      "conclave://xn--bcher-kva.example/" ROOM "#k=" KEY,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (CvInviteLink) link = parse (texts[i]);
    g_autofree char *text = cv_invite_link_to_string (link);

    g_assert_cmpstr (text, ==, texts[i]);
  }
}

static void
test_copies_without_the_secret (void)
{
  g_autoptr (CvInviteLink) link = parse ("conclave://a:1/" ROOM "#k=" KEY "&f=" PIN "&s=pq");
  g_autoptr (CvInviteLink) copy = cv_invite_link_copy_public (link);

  g_assert_null (copy->secret);
  g_assert_cmpstr (copy->host, ==, "a");
  g_assert_cmpmem (copy->pin, 32, link->pin, 32);
}

static void
test_makes (void)
{
  g_autoptr (CvInviteLink) from = parse ("conclave://a:1/" ROOM "#k=" KEY);
  g_autoptr (GError) error = NULL;
  g_autoptr (CvInviteLink) link =
      cv_invite_link_new ("FD00:0::1", 9, from->room, from->secret, NULL, &error);
  g_autofree char *text = cv_invite_link_to_string (link);

  g_assert_cmpstr (text, ==, "conclave://[fd00::1]:9/" ROOM "#k=" KEY);
  g_assert_null (cv_invite_link_new ("a b", 9, from->room, from->secret, NULL, &error));
  g_assert_error (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_LINK);
}

static void
test_rejects (void)
{
  static const char *const texts[] = {
      "",
      "conclave:",
      "conclave://",
      "https://a/" ROOM "#k=" KEY,
      "CONCLAVE://a/" ROOM "#k=" KEY,
      "conclave://a",
      "conclave://a/" ROOM,
      "conclave://a#k=" KEY,
      "conclave://a/" ROOM "#",
      "conclave://a/" ROOM "#k=",
      "conclave://a/" ROOM "#p=1",
      "conclave:///" ROOM "#k=" KEY,
      "conclave://a/" ROOM "/#k=" KEY,
      "conclave://a//" ROOM "#k=" KEY,
      "conclave://a/" ROOM "?x#k=" KEY,
      "conclave://a/AAECAwQFBgcICQoLDA0OD#k=" KEY, /* one character short */
      "conclave://a/" ROOM "A#k=" KEY,
      "conclave://a/AAECAwQFBgcICQoLDA0ODx#k=" KEY, /* stray bits */
      "conclave://a/" ROOM "#k=" KEY "=",
      "conclave://a/" ROOM "#k=" KEY "A",
      "conclave://a/" ROOM "#k=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh",
      "conclave://a/" ROOM "#k=" KEY "&k=" KEY,
      "conclave://a/" ROOM "#k=" KEY "&f=" PIN "&f=" PIN,
      "conclave://a/" ROOM "#k=" KEY "&f=AAAA",
      "conclave://a/" ROOM "#k=" KEY "&p=0",
      "conclave://a/" ROOM "#k=" KEY "&p=3",
      "conclave://a/" ROOM "#k=" KEY "&p=",
      "conclave://a/" ROOM "#k=" KEY "&p=1&p=2",
      "conclave://a/" ROOM "#k=" KEY "&p=1&p=1",
      "conclave://a/" ROOM "#k=" KEY "&p=11",
      "conclave://a/" ROOM "#k=" KEY "&s=",
      "conclave://a/" ROOM "#k=" KEY "&s=PQ",
      "conclave://a/" ROOM "#k=" KEY "&s=pq&s=pq",
      "conclave://a/" ROOM "#k=" KEY "&x=1",
      "conclave://a/" ROOM "#k=" KEY "&",
      "conclave://a/" ROOM "#&k=" KEY,
      "conclave://a/" ROOM "#k",
      "conclave://a:/" ROOM "#k=" KEY,
      "conclave://a:0/" ROOM "#k=" KEY,
      "conclave://a:01/" ROOM "#k=" KEY,
      "conclave://a:65536/" ROOM "#k=" KEY,
      "conclave://a:+1/" ROOM "#k=" KEY,
      "conclave://a:1:2/" ROOM "#k=" KEY,
      "conclave://u@a/" ROOM "#k=" KEY,
      "conclave://-a/" ROOM "#k=" KEY,
      "conclave://a-/" ROOM "#k=" KEY,
      "conclave://a..b/" ROOM "#k=" KEY,
      "conclave://a./" ROOM "#k=" KEY,
      "conclave://a_b/" ROOM "#k=" KEY,
      "conclave://a%62/" ROOM "#k=" KEY,
      "conclave://b\xc3\xbc/" ROOM "#k=" KEY,
      "conclave://1.2.3/" ROOM "#k=" KEY,
      "conclave://256.1.1.1/" ROOM "#k=" KEY,
      "conclave://fd00::1/" ROOM "#k=" KEY,
      "conclave://[fd00::1/" ROOM "#k=" KEY,
      "conclave://[fd00::1]x/" ROOM "#k=" KEY,
      "conclave://[fd00::1]:/" ROOM "#k=" KEY,
      "conclave://[fe80::1%eth0]/" ROOM "#k=" KEY,
      "conclave://[1.2.3.4]/" ROOM "#k=" KEY,
      "conclave://[a]/" ROOM "#k=" KEY,
      "conclave://[]/" ROOM "#k=" KEY,
      "conclave://a /" ROOM "#k=" KEY,
      "conclave://a/" ROOM "#k=" KEY " x",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", texts[i]);
    g_assert_null (cv_invite_link_parse (texts[i], &error));
    g_assert_error (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_LINK);
    /* What is wrong is told without repeating the secret. */
    g_assert_null (strstr (error->message, KEY));
  }
}

static void
test_rejects_long_texts (void)
{
  g_autofree char *label = g_strnfill (64, 'a');
  g_autofree char *filler = g_strnfill (100000, 'a');
  g_autofree char *long_label = g_strdup_printf ("conclave://%s/" ROOM "#k=" KEY, label);
  g_autofree char *long_link = g_strdup_printf ("conclave://%s/" ROOM "#k=" KEY, filler);

  g_assert_null (cv_invite_link_parse (long_label, NULL));
  g_assert_null (cv_invite_link_parse (long_link, NULL));
}

static void
test_survives_changed_bytes (void)
{
  const char *text = "conclave://[fd00::1]:7000/" ROOM "#k=" KEY "&f=" PIN "&p=1&s=pq";

  for (guint round = 0; round < 20000; round++) {
    g_autofree char *changed = g_strdup (text);
    g_autoptr (CvInviteLink) link = NULL;

    for (gint i = g_test_rand_int_range (1, 4); i > 0; i--)
      changed[g_test_rand_int_range (0, (gint)strlen (text))] =
          (char)g_test_rand_int_range (0, 256);
    link = cv_invite_link_parse (changed, NULL);
    if (link != NULL) {
      g_autofree char *written = cv_invite_link_to_string (link);
      g_autoptr (CvInviteLink) again = cv_invite_link_parse (written, NULL);

      g_assert_nonnull (again);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/invite-link/parses-all-parts", test_parses_all_parts);
  g_test_add_func ("/protocol/invite-link/round-trips", test_round_trips);
  g_test_add_func ("/protocol/invite-link/copies-without-the-secret",
                   test_copies_without_the_secret);
  g_test_add_func ("/protocol/invite-link/makes", test_makes);
  g_test_add_func ("/protocol/invite-link/rejects", test_rejects);
  g_test_add_func ("/protocol/invite-link/survives-changed-bytes", test_survives_changed_bytes);
  g_test_add_func ("/protocol/invite-link/rejects-long-texts", test_rejects_long_texts);
  return g_test_run ();
}
