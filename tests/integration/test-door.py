#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""The door and the rules: passcode, deny, lock, removal, chat, confirming the code."""
from participant import code_of, run, shield

QUIET = ["--video", "off", "--audio", "off", "--identity", "memory"]


def door(tap, start):
    host = start("Ada", "host", "--listen", "127.0.0.1:0", "--passcode", "sesame", *QUIET)
    link = host.wait("ready", seconds=30)["link"]
    tap.ok("&p=1" in link, "the link says that a passcode is needed", link)
    wrong = start("Eve", "join", link, "--passcode", "simsalabim", *QUIET)
    left = wrong.wait("left", seconds=40)
    tap.ok(left["reason"] == "wrong-passcode" and wrong.end() == 1, "a wrong passcode is told", left)
    missing = start("Eve", "join", link, *QUIET)
    tap.ok(missing.wait("left", seconds=40)["reason"] == "wrong-passcode", "so is a missing one")
    bob = start("Bob", "join", link, "--passcode", "sesame", *QUIET)
    shield(bob, "encrypted", 40)
    tap.ok(True, "the right passcode opens")

    bob.do("chat", text="héllo ✓")
    line = host.wait("chat", lambda e: not e["self"])
    tap.ok(line["name"] == "Bob" and line["text"] == "héllo ✓", "chat carries text and sender", line)
    bob.do("chat", text="x" * 4001)
    tap.ok(bob.wait("error")["code"] == "bad-command", "4001 characters are refused")
    bob.do("chat", text="x" * 4000)
    host.wait("chat", lambda e: len(e["text"]) == 4000)
    tap.ok(True, "4000 characters arrive")

    host.do("confirm-code")
    tap.ok(host.wait("error")["code"] == "bad-command", "confirming needs the code that was read")
    mark = host.mark()
    host.do("confirm-code", code="00000 00000 00000 00000 00000 00000")
    error = host.wait("error", since=mark)["code"]
    tap.ok(error == "code-changed", "other digits confirm nobody", error)
    for person in (host, bob):
        person.do("confirm-code", code=code_of(bob))
        shield(person, "verified")
    tap.ok(True, "confirming the code turns both shields to verified")

    bob.do("lock")
    host.do("lock")
    host.wait("roster", lambda e: e["locked"])
    late = start("Late", "join", link, "--passcode", "sesame", *QUIET)
    left = late.wait("left", seconds=40)
    tap.ok(left["reason"] == "locked", "a locked room takes nobody", left)
    mark = host.mark()
    host.do("lock", locked=False)
    host.wait("roster", lambda e: not e["locked"], since=mark)
    cleo = start("Cleo", "join", link, "--passcode", "sesame", *QUIET)
    shield(cleo, "encrypted", 40)
    tap.ok(True, "an unlocked room does again")
    for person in (host, bob):
        person.wait("roster", lambda e: len(e["participants"]) == 3)
        shield(person, "encrypted", since=0)
    newcomers = [p["confirmed"] for p in bob.of("roster")[-1]["participants"] if p["name"] == "Cleo"]
    tap.ok(newcomers == [False], "a later joiner is the only one left to check", newcomers)

    mark = bob.mark()
    victim = bob.wait("joined")["participant"]
    cleo.do("remove", participant=victim)
    host.do("remove", participant=victim)
    left = bob.wait("left", seconds=30, since=mark)
    tap.ok(left["reason"] == "removed" and bob.end() == 1, "a moderator removes", left)
    roster = cleo.wait("roster", lambda e: sorted(p["name"] for p in e["participants"])
                       == ["Ada", "Cleo"], 30)
    tap.ok(bool(roster), "and the others go on without the removed")
    host.do("leave")
    left = cleo.wait("left", seconds=30)
    tap.ok(left["reason"] == "over" and cleo.end() == 0 and host.end() == 0,
           "when the host ends the meeting it is over for all", left)


run(door)
