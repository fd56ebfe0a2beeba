/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "link-pair.h"

#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* A computer that has nothing but its loopback: a network namespace of our own. */

static gboolean
enter_empty_network (void)
{
  struct ifreq request = {.ifr_flags = IFF_UP};
  gboolean is_up;
  int fd;

  if (unshare (CLONE_NEWNET) != 0 && unshare (CLONE_NEWUSER | CLONE_NEWNET) != 0)
    return FALSE;
  fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_strlcpy (request.ifr_name, "lo", sizeof request.ifr_name);
  is_up = ioctl (fd, SIOCSIFFLAGS, &request) == 0;
  close (fd);
  return is_up;
}

static gboolean
has_packets (LinkPair *pair)
{
  return g_atomic_int_get (&pair->b.n_rtp) >= 10;
}

static void
test_loopback_when_nothing_else (gconstpointer data)
{
  gboolean is_alone = GPOINTER_TO_INT (data);
  LinkPair pair;

  if (!is_alone) {
    g_test_skip ("no network namespace allowed here");
    return;
  }
  link_pair_init (&pair, &(LinkPairOptions){0});
  link_pair_wait (&pair, link_pair_is_connected, 20);
  for (guint i = 0; i < pair.a.candidates->len; i++)
    g_test_message ("%s", (char *)g_ptr_array_index (pair.a.candidates, i));
  g_assert_cmpuint (pair.a.candidates->len, ==, 2); /* 127.0.0.1 and ::1 */
  link_pair_send (&pair.a, LINK_PAIR_SSRC, 1, 10, FALSE);
  link_pair_wait (&pair, has_packets, 10);
  link_pair_clear (&pair);
}

int
main (int argc, char **argv)
{
  /* Before any thread exists: a user namespace cannot be entered later. */
  gboolean is_alone = enter_empty_network ();

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/transport/ice/loopback-when-nothing-else", GINT_TO_POINTER (is_alone),
                        test_loopback_when_nothing_else);
  return g_test_run ();
}
