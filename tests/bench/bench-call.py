#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""What a call costs: time from Join to the first decoded picture, and CPU seconds of 30 s.

Every participant is a process; its CPU time is what the kernel counted for it between its joining
and 30 s later. In each meeting the last but one sends and looks at nobody, and the last only looks:
the sender side and the receiver side of the same call. usage: bench-call.py [SECONDS]
"""
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "integration"))
from participant import Failed, Participant, shield  # noqa: E402

SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 30
BOTH = ["--video", "test", "--audio", "test", "--identity", "memory"]
NONE = ["--video", "off", "--audio", "off", "--identity", "memory"]
TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(person):
    with open(f"/proc/{person.process.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def own_id(person):
    return person.wait("joined")["participant"]


def look_at_nobody(person, people):
    for other in people:
        if other is not person:
            person.do("view", participant=own_id(other), width=0, height=0)


def first_picture(person, others_send):
    """Seconds from the start of the process, which is pressing Join, to the first decoded one."""
    began = person.began
    if not others_send:
        return None
    event = person.wait("media", lambda e: e["kind"] == "camera" and e["frames"] > 0, 60)
    return event["_at"] - began


def start(label, *args):
    began = time.monotonic()
    person = Participant(label, *args)
    person.began = began
    return person


def meeting(count):
    """CPU seconds: both ways, sending only, receiving only; and the median join time."""
    people = [start("P1", "host", "--listen", "127.0.0.1:0", *BOTH)]
    try:
        link = people[0].wait("ready", seconds=30)["link"]
        for number in range(2, count + 1):
            media = NONE if number == count and count > 2 else BOTH
            people.append(start(f"P{number}", "join", link, *media))
            shield(people[-1], "encrypted", 60)
        joins = [first_picture(p, True) for p in people[1:]]
        for person in people:
            person.wait("roster", lambda e: len(e["participants"]) == count, 60)
        if count > 2:
            look_at_nobody(people[-2], people)
        before = [cpu_seconds(p) for p in people]
        began = time.monotonic()
        marks = [p.mark() for p in people]
        people[0].changed.acquire()
        while time.monotonic() - began < SECONDS:
            people[0].changed.wait(SECONDS - (time.monotonic() - began))
        people[0].changed.release()
        spent = [cpu_seconds(p) - b for p, b in zip(people, before)]
        rates = [e["fps"] for p, m in zip(people, marks) for e in p.of("media", m)
                 if e["kind"] == "camera" and e["opened"] > 0 and e["fps"] > 0]
        latencies = [e["latency_ms"] for p, m in zip(people, marks) for e in p.of("media", m)
                     if e["kind"] == "camera" and e["latency_ms"] is not None]
        return spent, joins, rates, latencies
    finally:
        for person in people:
            person.kill()


def cell(value):
    return "—" if value is None else f"{value:.2f}"


def main():
    print(f"CPU seconds of {SECONDS} s a process; 360p at 30 fps, Opus, all on this machine\n")
    print("| participants | both ways (median) | sends, sees nobody | sees, sends nothing | "
          "fps (median) | latency ms (median) | Join to first picture, s |")
    print("|---|---|---|---|---|---|---|")
    for count in (2, 3, 4, 6):
        try:
            spent, joins, rates, latencies = meeting(count)
        except Failed as failure:
            print(f"| {count} | failed: {str(failure).splitlines()[0]} | | | | | |", flush=True)
            continue
        both = spent if count == 2 else spent[:-2]
        print(f"| {count} | {statistics.median(both):.2f} "
              f"| {cell(spent[-2] if count > 2 else None)} "
              f"| {cell(spent[-1] if count > 2 else None)} "
              f"| {statistics.median(rates) if rates else 0:.1f} "
              f"| {statistics.median(latencies) if latencies else 0:.0f} "
              f"| {statistics.median(joins):.2f} |", flush=True)


main()
