#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""Plays seeded random histories of groups with members of Conclave and of ts-mls. Prints TAP.

usage: test-interop.py MLS_DRIVER TS_DRIVER

CONCLAVE_INTEROP_SEEDS  how many seeds, from 1 on (20)
CONCLAVE_INTEROP_SEED   this one only, with everything that happens
CONCLAVE_INTEROP_STEPS  steps of a history (200)
"""
import os
import sys
from collections import Counter
from pathlib import Path

import departures
import lies
import packages
from agreement import Disagreement
from driver import Driver, Refusal
from history import MOST_MEMBERS, SUITES, History

SOURCE = Path(__file__).parent
STEPS = 200
SIDES = ("conclave", "ts-mls")
# What twenty histories must have seen, as History counts it.
KINDS = (
    *(f"{what} by {side}" for what in ("messages", "commits", "joins by Welcome", "external joins",
                                       "resyncs") for side in SIDES),
    "opened late", "opened of older epochs", "messages twice",
    *(f"flipped {what}" for what in ("messages", "proposals", "commits")),
    *(f"proposed {kind}" for kind in ("add", "remove", "update", "psk", "extensions")),
    *(f"commits with {kind}" for kind in ("add", "remove", "update", "psk", "extensions")),
    *(f"commits {trait}" for trait in ("of nothing", "by reference", "by value", "without a path",
                                       "in the open", "with a tree beside")),
    "joins from outside with a tree beside", "resyncs with a PSK", "lost commits", "races",
)


def number(name, otherwise):
    return int(os.environ.get(f"CONCLAVE_INTEROP_{name}") or otherwise)


def link(folder):
    """node finds packages beside the program that imports them."""
    here, part = folder / "node_modules", folder / f".node_modules.{os.getpid()}"
    modules = packages.ready(SOURCE)
    part.symlink_to(modules)
    part.replace(here)


class Tap:
    def __init__(self, plan):
        self.count, self.failed = 0, 0
        print(f"1..{plan}", flush=True)

    def claim(self, is_true, words):
        self.count += 1
        self.failed += not is_true
        print(f"{'ok' if is_true else 'not ok'} {self.count} - {words}", flush=True)


def tell(*lines):
    """On the error stream, which Meson shows."""
    print(*lines, sep="\n", file=sys.stderr, flush=True)


def play(tap, drivers, seed, n_steps, is_alone):
    history = History(drivers, seed)
    wrong = None
    try:
        history.play(n_steps)
    except (Disagreement, Refusal) as problem:
        wrong = problem
    if wrong or is_alone:
        tell(*(history.log if is_alone else history.log[-12:]))
    tap.claim(not wrong, f"seed {seed}, suite {history.suite:#06x}: {history.count['steps']} steps, "
              f"{history.epoch} epochs, {history.most_members} members at most")
    if wrong:
        tell(f"seed {seed}, step {history.count['steps']}: {wrong}",
             f"to see it again: ./dev test interop --seed {seed}")
    history.count["epochs"] = history.epoch
    return history


def claim_variety(tap, total, most_members):
    """That the histories did what README.md says, all of it."""
    tap.claim(most_members == MOST_MEMBERS, f"{most_members} members at most")
    for kind in KINDS:
        tap.claim(total[kind] > 0, f"{kind}: {total[kind]}")


def refuses(driver):
    lines = ("", "[]", "{", '{"op":"no such thing"}', '{"op":"state","member":"nobody"}',
             '{"op":"state"}', '{"op":"create","member":"a","suite":9999,"identity":""}')
    return all("error" in driver.send(line) for line in lines)


def main():
    mls_driver, ts_driver = sys.argv[1], Path(sys.argv[2])
    try:
        link(ts_driver.parent)
    except packages.Unavailable as reason:
        print(f"1..1\nok 1 - interop # SKIP {reason}\n# interop: skipped, {reason}")
        return 0
    alone, n_steps = number("SEED", 0), number("STEPS", STEPS)
    seeds = [alone] if alone else range(1, number("SEEDS", 20) + 1)
    drivers = [Driver([mls_driver]), Driver(["node", "--no-warnings", str(ts_driver)])]
    # Fewer or shorter histories need not have seen everything.
    is_whole = not alone and len(seeds) >= len(SUITES) and n_steps >= STEPS
    tap = Tap(len(seeds) + len(departures.CLAIMS) + len(lies.LIES) + 3
              + is_whole * (1 + len(KINDS)))
    for driver in drivers:
        tap.claim(refuses(driver), f"{driver.name} answers what it does not know with an error")
    for words, departs in departures.CLAIMS:
        tap.claim(departs(*drivers), f"{drivers[1].name} departs from RFC 9420: {words}")
    for lie in lies.LIES:
        tap.claim(lies.is_found_out(drivers, *lie), f"a lie is found out: {' '.join(lie)}")
    histories = [play(tap, drivers, seed, n_steps, bool(alone)) for seed in seeds]
    total = sum((history.count for history in histories), Counter())
    if is_whole:
        claim_variety(tap, total, max(history.most_members for history in histories))
    tap.claim([driver.close() for driver in drivers] == [0, 0], "both drivers end well")
    figures = ", ".join(f"{value} {name}" for name, value in sorted(total.items())
                        if not (is_whole and name in KINDS))
    print(f"# interop: {len(seeds)} seeds: {figures}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
