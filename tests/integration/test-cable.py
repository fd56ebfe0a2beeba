#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""Somebody's cable is pulled for 15 s and put back: no new knock, the same people, media again."""
import threading
import time

import namespaces
from participant import run, settled_shield, shield

MEDIA = ["--video", "test", "--audio", "test", "--identity", "memory"]
OUT_SECONDS = 15


def flows(person, since, seconds=40):
    return person.wait("media", lambda e: e["kind"] == "camera" and e["fps"] > 0, seconds, since)


def cable(tap, start):
    namespaces.lay_cable("ada0", "bob0")
    ada_computer, bob_computer = namespaces.Computer(), namespaces.Computer()
    ada_computer.plug("ada0", "10.77.0.1/24")
    bob_computer.plug("bob0", "10.77.0.2/24")
    host = start("Ada", "host", "--listen", "10.77.0.1:0", "--admission", "moderator", *MEDIA,
                 prefix=ada_computer.prefix)
    link = host.wait("ready", seconds=30)["link"]
    bob = start("Bob", "join", link, *MEDIA, prefix=bob_computer.prefix)
    host.do("admit", participant=host.wait("knock", seconds=30)["participant"])
    people = [host, bob]
    for person in people:
        shield(person, "encrypted", 40)
        flows(person, 0)
    tap.ok(True, "two computers meet over a cable")

    rosters = [p.of("roster")[-1] for p in people]
    marks = [p.mark() for p in people]
    pulled = time.monotonic()
    bob_computer.unplug("bob0")
    for person, mark in zip(people, marks):
        person.wait("link", lambda e: e["state"] == "disconnected", 20, mark)
    tap.ok(True, "both notice that the link is dead")
    threading.Event().wait(max(pulled + OUT_SECONDS - time.monotonic(), 0))
    back = [p.mark() for p in people]
    bob_computer.plug_again("bob0")
    began = time.monotonic()
    for person, mark in zip(people, back):
        event = flows(person, mark)
        print(f"# {person.label} sees again after {event['_at'] - began:.1f} s", flush=True)
    tap.ok(True, "pictures flow again both ways")
    for person in people:
        settled_shield(person)
    tap.ok(True, "both shields are encrypted in the end")
    after = [p.of("roster")[-1] for p in people]
    same = all([m["id"] for m in a["participants"]] == [m["id"] for m in b["participants"]]
               for a, b in zip(rosters, after))
    tap.ok(same, "the same people are in the meeting", after)
    tap.ok(not host.of("knock", marks[0]), "nobody had to knock again")
    bob.do("chat", text="back again")
    host.wait("chat", lambda e: e["text"] == "back again")
    tap.ok(True, "chat arrives")


namespaces.enter_or_skip("a pulled cable")
run(cable)
