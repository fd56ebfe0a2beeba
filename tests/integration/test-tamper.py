#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""A server that lies: each lie is noticed by every client within 15 s, or simply has no effect."""
import asyncio
import base64
import json
import os
import time

from participant import Failed, run, shield
from proxy import Proxy

QUIET = ["--video", "off", "--audio", "off", "--identity", "memory"]
NOTICED_SECONDS = 25  # then the wait is given up; what is claimed is 15 s from the lie
CLAIMED_SECONDS = 15


def meeting(start, proxy, names=("Ada", "Bob", "Cleo")):
    host = start(names[0], *proxy.host_args(), *QUIET)
    link = host.wait("ready", seconds=40)["link"]
    people = [host]
    for name in names[1:]:
        people.append(start(name, "join", link, *QUIET))
        shield(people[-1], "encrypted", 60)
    for person in people:
        person.wait("roster", lambda e: len(e["participants"]) == len(names), 30)
    return link, people


def roster_names(person):
    return sorted(p["name"] for p in person.of("roster")[-1]["participants"])


def flip(text):
    raw = bytearray(base64.b64decode(text))
    raw[len(raw) // 2] ^= 1
    return base64.b64encode(bytes(raw)).decode()


def swapped_key_package(tap, start):
    """The server puts rubbish, or an earlier knock, in the place of a knock."""
    first = []

    def swap(connection, message):
        if message["type"] != "knock":
            return [message]
        if not first:
            first.append(message["payload"])
            return [message]
        return [{**message, "payload": flip(message["payload"])}]

    proxy = Proxy(from_client=swap)
    try:
        host = start("Ada", *proxy.host_args(), *QUIET)
        link = host.wait("ready", seconds=40)["link"]
        bob = start("Bob", "join", link, *QUIET)
        shield(bob, "encrypted", 60)
        eve = start("Eve", "join", link, *QUIET)
        left = eve.wait("left", seconds=60)
        tap.ok(left["reason"] == "bad-link", "a changed KeyPackage is refused, not admitted", left)
        tap.ok(roster_names(host) == ["Ada", "Bob"], "and the roster stays", roster_names(host))
        tap.ok(host.of("shield")[-1]["state"] == "encrypted", "the meeting goes on")
    finally:
        proxy.stop()


def injected_member(tap, start):
    """The server announces members that are none and feeds messages of its own."""
    proxy = Proxy()
    try:
        _, people = meeting(start, proxy)

        async def inject():
            for connection in proxy.connections:
                for message in (
                        {"type": "member-joined", "id": "00112233445566ff"},
                        {"type": "relayed", "from": "00112233445566ff",
                         "group": base64.b64encode(os.urandom(16)).decode(), "epoch": 3,
                         "payload": base64.b64encode(os.urandom(512)).decode()}):
                    await connection.inject(message)

        proxy.run(inject())
        marks = [p.mark() for p in people]
        people[0].do("chat", text="still here")
        for person, mark in zip(people[1:], marks[1:]):
            person.wait("chat", lambda e: e["text"] == "still here", 30)
        good = all(roster_names(p) == ["Ada", "Bob", "Cleo"] for p in people)
        tap.ok(good, "a member of the server's invention is on nobody's roster")
    finally:
        proxy.stop()


def dropped_removal(tap, start):
    """A moderator removes Cleo; the server hides that commit from Bob."""
    state = {"hide": False, "member": None}

    def hide(connection, message):
        if state["hide"] and connection.number == 1 and message["type"] in ("ordered", "gap-end"):
            return [] if message["type"] == "ordered" else [message]
        return [message]

    proxy = Proxy(from_server=hide)
    try:
        _, people = meeting(start, proxy)
        host, bob, cleo = people
        cleo_id = cleo.wait("joined")["participant"]
        state["hide"] = True
        marks = [p.mark() for p in people]
        host.do("remove", participant=cleo_id)
        host.wait("roster", lambda e: len(e["participants"]) == 2, 30, marks[0])
        began = time.monotonic()
        for person, mark in ((host, marks[0]), (bob, marks[1])):
            warning = person.wait("shield", lambda e: e["state"] == "warning" and e["reasons"],
                                  NOTICED_SECONDS, mark)
            took = warning["_at"] - began
            tap.ok(took <= CLAIMED_SECONDS,
                   f"{person.label} notices the hidden removal within 15 s", took)
            print(f"# {person.label}: {warning['reasons']} after {took:.1f} s", flush=True)
    finally:
        proxy.stop()


def replayed_commit(tap, start):
    """Every commit comes twice, the second time later and as if new."""
    seen = []

    def replay(connection, message):
        if message["type"] != "ordered":
            return [message]
        seen.append(message)
        return [message, message]

    proxy = Proxy(from_server=replay)
    try:
        _, people = meeting(start, proxy)

        async def again():
            for connection in proxy.connections:
                for message in list(seen):
                    await connection.inject(message)

        proxy.run(again())
        people[1].do("chat", text="after the replay")
        for person in (people[0], people[2]):
            person.wait("chat", lambda e: e["text"] == "after the replay", 30)
        epochs = {p.of("roster")[-1]["code"] for p in people}
        tap.ok(len(epochs) == 1, "replayed commits change nothing", epochs)
        tap.ok(all(p.of("shield")[-1]["state"] == "encrypted" for p in people),
               "and the meeting goes on under its shield")
    finally:
        proxy.stop()


def changed_name(tap, start):
    """Bits of welcomes and messages flip on the way: a name inside cannot be changed."""
    state = {"flip": False}

    def spoil(connection, message):
        if state["flip"] and connection.number == 1 and message["type"] in ("relayed", "ordered"):
            return [{**message, "payload": flip(message["payload"])}]
        return [message]

    proxy = Proxy(from_server=spoil)
    try:
        _, people = meeting(start, proxy)
        marks = [p.mark() for p in people]
        state["flip"] = True
        began = time.monotonic()
        warning = people[1].wait("shield", lambda e: e["state"] == "warning" and e["reasons"],
                                 NOTICED_SECONDS, marks[1])
        took = warning["_at"] - began
        tap.ok(took <= CLAIMED_SECONDS, "who gets changed messages notices within 15 s", took)
        print(f"# {warning['reasons']}", flush=True)
        tap.ok(roster_names(people[1]) == ["Ada", "Bob", "Cleo"], "and no name has changed")
    finally:
        proxy.stop()


def forgotten_history(tap, start):
    """A commit is hidden from Bob, and said to be kept no more when he asks for it."""
    state = {"hide": False}

    def hide(connection, message):
        is_hidden = state["hide"] and connection.number == 1 and message["type"] == "ordered"
        return [] if is_hidden else [message]

    def forget(connection, message):
        if not state["hide"] or connection.number != 1 or message["type"] != "gap":
            return [message]
        state["hide"] = False
        asyncio.ensure_future(connection.send(
            {"type": "error", "code": "gap-too-old", "about": "gap", "message": "forgotten"}))
        return []

    proxy = Proxy(from_client=forget, from_server=hide)
    try:
        _, people = meeting(start, proxy)
        host, bob, cleo = people
        state["hide"] = True
        marks = [p.mark() for p in people]
        host.do("remove", participant=cleo.wait("joined")["participant"])
        bob.wait("roster", lambda e: len(e["participants"]) == 2, 30, marks[1])
        host.do("chat", text="welcome back")
        bob.wait("chat", lambda e: e["text"] == "welcome back", 30)
        sent = [json.loads(text) for text in proxy.trace]
        answers = [m for m in sent if m["type"] == "group-info"]
        tap.ok(len(answers) == 1, "who cannot catch up is answered once, by itself", len(answers))
        largest = max(len(m["payload"]) for m in sent if m["type"] == "application")
        tap.ok(largest < len(answers[0]["payload"]), "and nobody else is sent the whole group",
               largest)
        codes = {p.of("roster")[-1]["code"] for p in (host, bob)}
        tap.ok(len(codes) == 1, "both read the same code afterwards", codes)
    finally:
        proxy.stop()


def tamper(tap, start):
    for lie in (swapped_key_package, injected_member, dropped_removal, replayed_commit,
                changed_name, forgotten_history):
        try:
            lie(tap, start)
        except Failed as failure:
            tap.ok(False, lie.__name__, failure)


run(tamper)
