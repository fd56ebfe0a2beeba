#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""No room to save contacts: that is told once, and the meeting goes on."""
import os
import subprocess
import sys
import tempfile

from participant import run, shield

MARK = "CONCLAVE_TEST_MOUNTS"
QUIET = ["--video", "off", "--audio", "test"]


def flags():
    return ["--mount"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--mount"]


def enter_if_possible():
    """Goes on where file systems can be mounted, when that is allowed."""
    if not os.environ.get(MARK):
        with tempfile.TemporaryDirectory() as trial:
            may = subprocess.run(["unshare", *flags(), "mount", "-t", "tmpfs", "none", trial],
                                 capture_output=True, check=False).returncode == 0
        os.environ[MARK] = "yes" if may else "no"
        if may:
            os.execvp("unshare", ["unshare", *flags(), sys.executable, *sys.argv])


def fill(folder):
    """Leaves no byte on the folder's file system."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], check=True)
    os.mkdir(os.path.join(folder, "conclave"))
    with open(os.path.join(folder, "rest"), "wb", buffering=0) as rest:
        try:
            while rest.write(b"\0" * 4096):
                pass
        except OSError:
            return


def meets(tap, start, claim, link, host, home, data):
    mark = host.mark()
    bob = start("Bob", "join", link, "--identity", os.path.join(home, "identity"), *QUIET,
                env={"CONCLAVE_PASSPHRASE": "correct horse", "XDG_DATA_HOME": data})
    shield(bob, "encrypted", 60)
    ada = next(m["id"] for m in bob.of("roster")[-1]["participants"] if m["name"] == "Ada")
    for _ in range(2):
        bob.do("verify", participant=ada)
    notice = bob.wait("notice", seconds=20)
    tap.ok("saved" in notice["message"], f"{claim}: it is told", notice)
    shield(bob, "verified")
    bob.do("chat", text=claim)
    host.wait("chat", lambda e: e["text"] == claim, 20, mark)
    bob.wait("media", lambda e: e["kind"] == "audio" and e["opened"] > 0, 20, bob.mark())
    tap.ok(True, f"{claim}: the meeting goes on")
    bob.do("leave")
    tap.ok(bob.end() == 0 and not bob.of("error") and len(bob.of("notice")) == 1,
           f"{claim}: told once, and no error at the end", bob.tail())


def full_disk(tap, start):
    with tempfile.TemporaryDirectory() as home:
        host = start("Ada", "host", "--listen", "127.0.0.1:0", "--identity", "memory", *QUIET)
        link = host.wait("ready", seconds=30)["link"]
        no_folder = os.path.join(home, "no-folder")
        with open(no_folder, "wb"):
            pass
        meets(tap, start, "a folder that cannot be made", link, host, home, no_folder)
        if os.environ[MARK] == "no":
            tap.skip("a full disk", "no file system can be mounted here")
            return
        full = os.path.join(home, "full")
        os.mkdir(full)
        fill(full)
        try:
            meets(tap, start, "a full disk", link, host, home, full)
        finally:
            subprocess.run(["umount", full], check=True)


enter_if_possible()
run(full_disk)
