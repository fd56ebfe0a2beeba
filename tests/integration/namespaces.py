# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""Network namespaces of the test's own: computers that are joined by cables.

Nothing outside is touched: the test starts itself again inside a new network namespace, and every
computer is a further one below it. All vanish with the test."""
import array
import fcntl
import os
import socket
import struct
import subprocess
import sys

MARK = "CONCLAVE_TEST_NAMESPACE"
SIOCETHTOOL = 0x8946
ETHTOOL_OFF = (0x17, 0x1F, 0x24)  # transmit checksums, TCP segmentation, generic segmentation


def _flags():
    return ["--net"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--net"]


def why_not():
    """None when namespaces can be made here, else the reason."""
    try:
        trial = subprocess.run(
            ["unshare", *_flags(), "unshare", "--net", "ip", "link", "add", "left0", "type",
             "veth", "peer", "name", "right0"], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        return f"no {error.filename}"
    return None if trial.returncode == 0 else trial.stderr.strip().splitlines()[-1]


def enter_or_skip(claim):
    """Goes on inside a new namespace, as a new process; without the privilege the test ends."""
    if os.environ.get(MARK):
        ip("link", "set", "lo", "up")
        return
    reason = why_not()
    if reason:
        print(f"ok 1 {claim} # SKIP no network namespaces here: {reason}\n1..1", flush=True)
        sys.exit(0)
    os.environ[MARK] = "1"
    os.execvp("unshare", ["unshare", *_flags(), sys.executable, *sys.argv])


def ip(*words, inside=()):
    subprocess.run([*inside, "ip", *words], check=True)


class Computer:
    """A namespace; prefix starts a program in it."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE)
        # The answer shows that cat runs, so that the namespace is made.
        self.holder.stdin.write(b"\n")
        self.holder.stdin.flush()
        self.holder.stdout.readline()
        self.prefix = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net"]
        ip("link", "set", "lo", "up", inside=self.prefix)

    def plug(self, cable, address):
        ip("link", "set", cable, "netns", str(self.holder.pid))
        ip("address", "add", address, "dev", cable, inside=self.prefix)
        ip("link", "set", cable, "up", inside=self.prefix)

    def unplug(self, cable):
        ip("link", "set", cable, "down", inside=self.prefix)

    def plug_again(self, cable):
        ip("link", "set", cable, "up", inside=self.prefix)

    def stop(self):
        self.holder.stdin.close()
        self.holder.wait(10)


def lay_cable(one, other):
    ip("link", "add", one, "type", "veth", "peer", "name", other)


def send_plain_packets(cable, inside):
    """Packets leave with their checksums and at most as large as a cable takes, so that a program
    can carry them by hand."""
    subprocess.run([*inside, sys.executable, __file__, cable], check=True)


def _turn_offloads_off(cable):
    with socket.socket() as any_socket:
        for command in ETHTOOL_OFF:
            value = array.array("B", struct.pack("II", command, 0))
            request = struct.pack("16sP", cable.encode(), value.buffer_info()[0])
            fcntl.ioctl(any_socket, SIOCETHTOOL, request)


if __name__ == "__main__":
    _turn_offloads_off(sys.argv[1])
