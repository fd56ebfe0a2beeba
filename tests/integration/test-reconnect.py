#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""What breaks in the middle of a meeting: connections, a program that hangs, one that is killed,
the server itself. What can come back does so unasked; what cannot ends with one clear word."""
import signal
import threading
import time

from participant import run, settled_shield, shield
from proxy import Proxy

MEDIA = ["--video", "test", "--audio", "test", "--identity", "memory"]
CUT_SECONDS = 10
STOPPED_SECONDS = 25
REMOVED_SECONDS = 20  # 15 s of grace and what the commit takes
LOST_SECONDS = 40


def flows(person, since, seconds=40, sender=None):
    return person.wait("media", lambda e: e["kind"] == "camera" and e["fps"] > 0
                       and sender in (None, e["from"]), seconds, since)


def ids(person):
    return sorted(m["id"] for m in person.of("roster")[-1]["participants"])


def own_id(person):
    return person.wait("joined")["participant"]


def chat_passes(sender, others, text):
    sender.do("chat", text=text)
    for other in others:
        other.wait("chat", lambda e: e["text"] == text, 30)


def meet(tap, start, proxy):
    host = start("Ada", *proxy.host_args(), "--admission", "moderator", *MEDIA)
    link = host.wait("ready", seconds=40)["link"]
    people = [host]
    for name in ("Bob", "Cleo"):
        mark = host.mark()
        people.append(start(name, "join", link, *MEDIA))
        host.do("admit", participant=host.wait("knock", seconds=40, since=mark)["participant"])
        shield(people[-1], "encrypted", 60)
    for person in people:
        person.wait("roster", lambda e: len(e["participants"]) == 3, 30)
        for other in people:
            if other is not person:
                flows(person, 0, sender=own_id(other))
    tap.ok(True, "three meet in a moderated room")
    return people


def cut(tap, people, proxy):
    before = [ids(p) for p in people]
    marks = [p.mark() for p in people]
    proxy.cut()
    threading.Event().wait(CUT_SECONDS)
    during = [p.mark() for p in people]
    for person, mark in zip(people, during):
        flows(person, mark, 10)
    tap.ok(True, "pictures go on while nobody has a connection to the server")
    proxy.mend()
    for person in people:
        chat_passes(person, [p for p in people if p is not person], f"{person.label} is back")
    tap.ok(True, "after the cut chat passes between all")
    for person in people:
        settled_shield(person)
    tap.ok([ids(p) for p in people] == before, "the roster is the same")
    tap.ok(not people[0].of("knock", marks[0]), "nobody had to knock again")
    tap.ok(not any(p.of("error", m) or p.of("left", m) for p, m in zip(people, marks)),
           "nobody was told an error")


def hang(tap, people):
    cleo = people[2]
    before = ids(people[0])
    marks = [p.mark() for p in people]
    cleo.process.send_signal(signal.SIGSTOP)
    threading.Event().wait(STOPPED_SECONDS)
    reasons = {r for p, m in zip(people[:2], marks) for e in p.of("shield", m) for r in e["reasons"]}
    tap.ok(reasons <= {"silent:Cleo"}, "the others say at most that Cleo is silent", reasons)
    print("#", reasons, flush=True)
    flows(people[0], people[0].mark(), 10, own_id(people[1]))
    tap.ok(True, "the others go on meanwhile")
    after = [p.mark() for p in people]
    cleo.process.send_signal(signal.SIGCONT)
    for person, mark in zip(people[:2], after):
        flows(person, mark, 40, own_id(cleo))
    flows(cleo, after[2], 40, own_id(people[0]))
    chat_passes(cleo, people[:2], "awake again")
    for person in people:
        settled_shield(person)
    tap.ok(ids(people[0]) == before and not people[0].of("knock", marks[0]),
           "who wakes after 25 s is still in the meeting")


def killed(tap, people):
    gone = people.pop()
    marks = [p.mark() for p in people]
    began = time.monotonic()
    gone.process.kill()
    gone.process.wait()
    for person, mark in zip(people, marks):
        event = person.wait("roster", lambda e: len(e["participants"]) == 2, 60, mark)
        print(f"# {person.label} is rid of Cleo after {event['_at'] - began:.1f} s", flush=True)
        tap.ok(event["_at"] - began <= REMOVED_SECONDS,
               f"{person.label}: who was killed is removed within {REMOVED_SECONDS} s", event)
    shields = [e for p, m in zip(people, marks) for e in p.of("shield", m)
               if e["state"] != "encrypted"]
    tap.ok(not shields, "and no shield turns amber for it", shields)
    for person in people:
        settled_shield(person)
        flows(person, person.mark(), 10)
    tap.ok(True, "the two go on")


def server_gone(tap, people, proxy):
    began = time.monotonic()
    proxy.upstream.process.kill()
    proxy.upstream.process.wait()
    proxy.is_cut = True
    for person in people:
        left = person.wait("left", seconds=LOST_SECONDS)
        print(f"# {person.label}: {left['reason']} after {left['_at'] - began:.1f} s", flush=True)
        tap.ok(left["reason"] in ("unreachable", "over"),
               f"{person.label}: a server that is gone ends in one clear word", left)
        tap.ok(len(person.of("error")) <= 1 and person.end() == (left["reason"] != "over"),
               f"{person.label}: and in no crash", person.tail())


def reconnect(tap, start):
    proxy = Proxy()
    try:
        people = meet(tap, start, proxy)
        cut(tap, people, proxy)
        hang(tap, people)
        killed(tap, people)
        server_gone(tap, people, proxy)
    finally:
        proxy.stop()


run(reconnect)
