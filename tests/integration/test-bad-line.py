#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""Two people over a line that loses one packet in twenty and takes 50 ms: pictures stay fluent."""
import os
import statistics
import subprocess
import sys

import namespaces
from participant import CLI, run, settled_shield, shield

MEDIA = ["--video", "test", "--audio", "test", "--identity", "memory"]
LOSS, DELAY_MS, REORDER = 0.05, 50, 0.02
SECONDS = 12
MIN_FPS = 15


class Line:
    """Two computers with the impairing program between them."""

    def __init__(self):
        self.computers = []
        for number, name in enumerate(("ada", "bob"), 1):
            namespaces.lay_cable(name + "0", name + "1")
            computer = namespaces.Computer()
            computer.plug(name + "0", f"10.77.0.{number}/24")
            namespaces.send_plain_packets(name + "0", computer.prefix)
            namespaces.ip("link", "set", name + "1", "up")
            self.computers.append(computer)
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "impair.py")
        self.process = subprocess.Popen(
            [sys.executable, program, "ada1", "bob1", str(LOSS), str(DELAY_MS), str(REORDER)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def stop(self):
        self.process.stdin.close()
        carried, lost = map(int, self.process.stdout.readline().split())
        self.process.wait(10)
        return carried, lost


def is_sanitized():
    with open(CLI, "rb") as program:
        return b"__asan_init" in program.read()


def figures(person, since):
    """The figures of the camera for some seconds."""
    found = []
    while len(found) < SECONDS:
        event = person.wait("media", lambda e: e["kind"] == "camera", 20, since)
        since = person.events.index(event) + 1
        found.append(event)
    return found


def bad_line(tap, start):
    line = Line()
    ada, bob = line.computers
    host = start("Ada", "host", "--listen", "10.77.0.1:0", *MEDIA, prefix=ada.prefix)
    link = host.wait("ready", seconds=30)["link"]
    people = [host, start("Bob", "join", link, *MEDIA, prefix=bob.prefix)]
    for person in people:
        shield(person, "encrypted", 60)
        person.wait("media", lambda e: e["kind"] == "camera" and e["frames"] > 0, 60)
    tap.ok(True, "two meet over a bad line")
    marks = [p.mark() for p in people]
    for person, mark in zip(people, marks):
        seen = figures(person, mark)
        rate = statistics.median(e["fps"] for e in seen)
        print(f"# {person.label}: {rate:.1f} fps, {seen[-1]['dropped']} dropped, latency "
              f"{seen[-1]['latency_ms']} ms", flush=True)
        if is_sanitized():
            tap.ok(seen[-1]["frames"] > seen[0]["frames"], f"{person.label}: pictures flow")
        else:
            tap.ok(rate >= MIN_FPS, f"{person.label}: at least {MIN_FPS} fps", rate)
        bad = [e for e in person.of("media") if e["undecryptable"] != 0]
        tap.ok(not bad, f"{person.label}: everything that arrives opens", bad[:2])
    for person in people:
        settled_shield(person)
        amber = [e for e in person.of("shield") if e["state"] == "warning"]
        tap.ok(not amber, f"{person.label}: no shield turned amber", amber)
    for person in people:
        person.do("leave")
        person.end(30)
    carried, lost = line.stop()
    print(f"# the line carried {carried} packets and lost {lost}", flush=True)
    tap.ok(lost > carried * LOSS / 2, "the line was bad", (carried, lost))


namespaces.enter_or_skip("a bad line")
run(bad_line)
