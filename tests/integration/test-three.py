#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""Three processes in one meeting: shields, codes, pictures and latency, through a join and a leave."""
import statistics
import sys
import time

from participant import code_of, run, shield

MEDIA = ["--video", "test", "--audio", "test", "--identity", "memory"]
SECONDS = 30 if "--long" in sys.argv else 12
MIN_FPS = 24
MAX_LATENCY_MS = 250


def same_roster(people, count):
    """The epoch that everybody has reached with that many members, or None."""
    latest = [p.of("roster")[-1] for p in people if p.of("roster")]
    if len(latest) < len(people) or any(len(r["participants"]) != count for r in latest):
        return None
    return latest if len({r["epoch"] for r in latest}) == 1 else None


def wait_same_roster(people, count, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = same_roster(people, count)
        if found:
            return found
        people[0].changed.acquire()
        people[0].changed.wait(0.2)
        people[0].changed.release()
    return None


def frames_from(person, kind, since):
    result = {}
    for event in person.of("media", since):
        if event["kind"] == kind:
            result.setdefault(event["from"], []).append(event)
    return result


def three(tap, start):
    host = start("Ada", "host", "--listen", "127.0.0.1:0", *MEDIA)
    link = host.wait("ready")["link"]
    bob = start("Bob", "join", link, *MEDIA)
    cleo = start("Cleo", "join", link, *MEDIA)
    people = [host, bob, cleo]
    for person in people:
        shield(person, "encrypted", 40)
    tap.ok(True, "all three reach the shield encrypted")
    rosters = wait_same_roster(people, 3)
    codes = {r["code"] for r in rosters or []}
    tap.ok(rosters and len(codes) == 1, "all three print the same code", codes)
    digits = next(iter(codes), "").replace(" ", "")
    tap.ok(len(digits) == 30 and digits.isdigit(), "the code has 30 digits", codes)
    names = [sorted(m["name"] for m in r["participants"]) for r in rosters or []]
    tap.ok(names == [["Ada", "Bob", "Cleo"]] * 3, "each roster names all three", names)

    for person in people:
        for other in (r["id"] for r in rosters[0]["participants"]):
            if other != own_id(person):
                person.wait("media", lambda e, o=other: e["from"] == o and e["kind"] == "camera"
                            and e["frames"] > 0, 40)
    tap.ok(True, "each decodes pictures of both others")

    marks = [person.mark() for person in people]
    dora = start("Dora", "join", link, "--duration", str(SECONDS // 2), *MEDIA)
    shield(dora, "encrypted", 40)
    tap.ok(bool(wait_same_roster([*people, dora], 4, 40)), "a fourth joins in the middle")
    joined_code = code_of(host)
    tap.ok(joined_code not in codes, "the code changes with the roster")
    dora.wait("_eof", seconds=SECONDS + 30)
    tap.ok(dora.end() == 0, "the fourth leaves with exit code 0", dora.tail())
    tap.ok(bool(wait_same_roster(people, 3, 30)), "the leave makes a new epoch without the fourth")
    time_for_figures(people, SECONDS)

    check_media(tap, people, marks)
    for person in people:
        person.do("leave")
    ends = [person.end() for person in people]
    tap.ok(ends == [0, 0, 0], "all end with exit code 0", ends)


def own_id(person):
    return person.wait("joined")["participant"]


def time_for_figures(people, seconds):
    """Until each has printed that many further seconds of media."""
    for person in people:
        since = person.mark()
        seen = {}
        while not seen or min(seen.values()) < seconds:
            event = person.wait("media", lambda e: e["kind"] == "camera", 20, since)
            since = person.events.index(event) + 1
            seen[event["from"]] = seen.get(event["from"], 0) + 1


def check_media(tap, people, marks):
    latencies = []
    for person, mark in zip(people, marks):
        bad = [e for e in person.of("media", mark) if e["undecryptable"] != 0]
        tap.ok(not bad, f"{person.label}: undecryptable stays 0 through a join and a leave", bad[:3])
        streams = {who: events for who, events in frames_from(person, "camera", mark).items()
                   if len(events) > SECONDS // 2}
        for who, events in streams.items():
            rate = statistics.median(e["fps"] for e in events)
            size = {(e["width"], e["height"]) for e in events}
            good = rate >= MIN_FPS and all(w >= 640 and h >= 360 for w, h in size if w)
            tap.ok(good, f"{person.label}: at least {MIN_FPS} fps of 640x360 from a sender",
                   f"{rate} fps, {size}")
            print(f"# {person.label} from {who}: {rate:.1f} fps", flush=True)
        latencies += [e["latency_ms"] for events in streams.values() for e in events
                      if e["latency_ms"] is not None]
    median = statistics.median(latencies) if latencies else None
    print(f"# picture latency, median: {median} ms", flush=True)
    tap.ok(median is not None and median < MAX_LATENCY_MS,
           f"picture latency median under {MAX_LATENCY_MS} ms", median)


run(three)
