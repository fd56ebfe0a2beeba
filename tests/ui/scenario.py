# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""A test of the window: a desktop, the application, guests without a window, and TAP."""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import session
from application import Application
from participant import Failed, Participant, Tap


class Scenario:
    """Subclasses have run(); `without` are parts that their desktop lacks."""

    without = ()
    arguments = ()

    def __init__(self, tap, desktop, app, screenshots):
        self.tap = tap
        self.desktop = desktop
        self.app = app
        self.window = app.window
        self.screenshots = screenshots
        self.guests = []

    def ok(self, passed, claim, why=""):
        return self.tap.ok(bool(passed), f"{type(self).__name__.lower()}: {claim}", why)

    def guest(self, *words):
        participant = Participant(f"guest-{len(self.guests) + 1}", *words, env=self.desktop.env)
        self.guests.append(participant)
        return participant

    def end(self):
        for participant in self.guests:
            participant.kill()


def play(kind, tap, screenshots):
    with session.Desktop(without=kind.without) as desktop, \
            Application(desktop, *kind.arguments, screenshots=screenshots) as app:
        from accessible import NotFound
        scenario = kind(tap, desktop, app, screenshots)
        try:
            scenario.run()
        except (NotFound, Failed, session.Failed, subprocess.SubprocessError) as failure:
            code = app.process.poll()
            state = "still running" if code is None else f"ended with {code}"
            if code is None:
                app.window.screenshot(screenshots / f"failure-{kind.__name__}.png")
            scenario.ok(False, "goes on",
                        f"{failure}\nconclave: {state}\n{app.log()[-6000:]}\n"
                        f"screenshots: {screenshots}")
        finally:
            scenario.end()


def play_apart(kind, tap, screenshots):
    """In a process of its own: AT-SPI knows one bus a process, and each desktop has another."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            play(kind, tap, screenshots)
        except BaseException:
            traceback.print_exc()
            tap.ok(False, f"{kind.__name__.lower()}: plays to its end")
        with open(writer, "w", encoding="ascii") as answer:
            json.dump([tap.count, tap.failed], answer)
        os._exit(0)
    os.close(writer)
    with open(reader, encoding="ascii") as answer:
        tap.count, tap.failed = json.loads(answer.read() or f"[{tap.count}, 1]")
    os.waitpid(child, 0)


def run_scenarios(*kinds):
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", metavar="DIR", default=os.environ.get("CONCLAVE_SCREENSHOTS"),
                        help="where the screenshots stay")
    parser.add_argument("only", nargs="*", help="names of scenarios")
    options = parser.parse_args()
    folder = Path(options.keep or tempfile.mkdtemp(prefix="conclave-screenshots-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(f"# screenshots: {folder}", flush=True)
    tap = Tap()
    for kind in kinds:
        if not options.only or kind.__name__ in options.only:
            play_apart(kind, tap, folder)
    sys.stdout.flush()
    tap.finish()
