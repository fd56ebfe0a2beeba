# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""A conclave-cli process as a test sees it: its events, its commands, and a small TAP printer."""
import json
import os
import subprocess
import sys
import threading
import time

CLI = os.environ.get("CONCLAVE_CLI", "conclave-cli")


class Failed(Exception):
    pass


class Participant:
    """One process. Events are kept in order; wait() looks at the old ones first. A prefix is a
    command that becomes the process in another place, as nsenter does."""

    def __init__(self, label, *args, env=None, prefix=()):
        self.label = label
        self.events = []
        self.changed = threading.Condition()
        self.log = []
        command = [*prefix, CLI, *args]
        if "--name" not in args:
            command += ["--name", label]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env={**os.environ, **(env or {})})
        for target in (self._read_events, self._read_log):
            threading.Thread(target=target, daemon=True).start()

    def _read_events(self):
        for line in self.process.stdout:
            event = json.loads(line)
            event["_at"] = time.monotonic()
            with self.changed:
                self.events.append(event)
                self.changed.notify_all()
        with self.changed:
            self.events.append({"event": "_eof", "_at": time.monotonic()})
            self.changed.notify_all()

    def _read_log(self):
        for line in self.process.stderr:
            self.log.append(line)

    def do(self, what, **fields):
        self.process.stdin.write(json.dumps({"do": what, **fields}) + "\n")
        self.process.stdin.flush()

    def of(self, kind, since=0):
        with self.changed:
            return [e for e in self.events[since:] if e["event"] == kind]

    def mark(self):
        with self.changed:
            return len(self.events)

    def wait(self, kind, claim=lambda event: True, seconds=20, since=0):
        """The first event of that kind that fulfils the claim."""
        until = time.monotonic() + seconds
        with self.changed:
            at = since
            while True:
                for event in self.events[at:]:
                    if event["event"] == kind and claim(event):
                        return event
                    if event["event"] == "_eof" and kind != "_eof":
                        raise Failed(f"{self.label}: ended before {kind}\n{self.tail()}")
                at = len(self.events)
                left = until - time.monotonic()
                if left <= 0 or not self.changed.wait(left):
                    raise Failed(f"{self.label}: no {kind} within {seconds} s\n{self.tail()}")

    def tail(self):
        shown = [json.dumps(e) for e in self.events[-12:]]
        return "\n".join([*shown, *self.log[-25:]])

    def end(self, seconds=15):
        """The exit code; a process that does not end by itself is killed and counts as a failure."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failed(f"{self.label}: did not end within {seconds} s\n{self.tail()}") from None

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Tap:
    """Claims are printed as they are tested; after a failure the rest go on where they can."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def ok(self, passed, claim, why=""):
        self.count += 1
        self.failed += not passed
        print(f"{'ok' if passed else 'not ok'} {self.count} {claim}", flush=True)
        if not passed and why:
            for line in str(why).splitlines():
                print("#", line, flush=True)
        return passed

    def skip(self, claim, why):
        self.count += 1
        print(f"ok {self.count} {claim} # SKIP {why}", flush=True)

    def finish(self):
        print(f"1..{self.count}", flush=True)
        sys.exit(1 if self.failed else 0)


def run(test):
    """Runs test(tap, start), where start() makes participants that never outlive the test."""
    tap = Tap()
    started = []

    def start(label, *args, **more):
        participant = Participant(label, *args, **more)
        started.append(participant)
        return participant

    try:
        test(tap, start)
    except Failed as failure:
        tap.ok(False, test.__name__, failure)
    finally:
        for participant in started:
            participant.kill()
    tap.finish()


def shield(participant, state, seconds=20, since=0):
    return participant.wait("shield", lambda e: e["state"] == state, seconds, since)


def settled_shield(participant, state="encrypted", seconds=40):
    """Waits until the newest shield is that one."""
    until = time.monotonic() + seconds
    while True:
        mark = participant.mark()
        shields = participant.of("shield")
        if shields and shields[-1]["state"] == state:
            return shields[-1]
        participant.wait("shield", seconds=max(until - time.monotonic(), 0), since=mark)


def code_of(participant):
    return participant.of("roster")[-1]["code"]
