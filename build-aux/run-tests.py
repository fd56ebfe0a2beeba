#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""Runs the tests of a build folder and closes with "N passed, M failed, K skipped".

usage: run-tests.py BUILD [SUITE...] [--seeds N] [--seed N]

Tests in real time (processes, pictures, the window) can lose to a machine that does something else
at that moment. Up to four of them are run once more, alone, and that is said; what fails twice has
failed. Tests without a clock get no second chance.

How many published vectors each file had ("FILE: N cases") and what the histories shared with
another implementation came to ("interop: ...") is said at the end. --seeds plays so many of these
histories, --seed a single one and tells it.
"""
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

BAD = {"FAIL", "ERROR", "TIMEOUT", "INTERRUPT", "UNEXPECTEDPASS"}
REAL_TIME = ("integration", "ui", "unit+media", "unit+call", "unit+routing", "unit+contract")
MOST_AGAIN = 4
FIGURES = re.compile(r"^# (\S+\.json: \d+ cases.*|interop: .*)$", re.MULTILINE)
OPTIONS = {"--seeds": "CONCLAVE_INTEROP_SEEDS", "--seed": "CONCLAVE_INTEROP_SEED"}


def read_claims(report, programs):
    """Adds each claim of the report to its program: name → [passed, failed, skipped]."""
    for case in xml.parse(report).getroot().iter("testcase"):
        owner = f"{case.get('classname')} {case.get('name')}"
        # The longest name that fits: "call-window" is not "window".
        fitting = [name for name in programs if name in owner]
        tally = programs[max(fitting, key=len)] if fitting else programs.setdefault(owner, [0, 0, 0])
        if case.find("failure") is not None or case.find("error") is not None:
            tally[1] += 1
            print("FAILED", owner, flush=True)
        elif case.find("skipped") is not None:
            tally[2] += 1
            print("skipped", owner, flush=True)
        else:
            tally[0] += 1


def run(build, words, figures):
    """One run of Meson's tests: name → [passed, failed, skipped]. Adds to the lines of figures."""
    logs = os.path.join(build, "meson-logs")
    report, log = os.path.join(logs, "testlog.junit.xml"), os.path.join(logs, "testlog.json")
    for path in (report, log):
        if os.path.exists(path):
            os.remove(path)
    subprocess.run(["meson", "test", "-C", build, "--no-rebuild", "--print-errorlogs", *words],
                   check=False)
    if not os.path.exists(log):
        return {}
    with open(log, encoding="utf-8") as lines:
        tests = list(map(json.loads, lines))
    results = {test["name"]: test["result"] for test in tests}
    for test in tests:
        figures.update(FIGURES.findall(test.get("stdout", "")))
    programs = {name: [0, 0, 0] for name in results}
    if os.path.exists(report):
        read_claims(report, programs)
    for name, result in results.items():
        # A program that ended badly although none of its claims failed: crashed, hung, leaked.
        if result in BAD and programs[name][1] == 0:
            programs[name][1] = 1
            print("FAILED", name, result, flush=True)
    return programs


def is_real_time(name):
    suites = name.split(" / ")[0].split(":")[-1]
    return any(suites.startswith(word) for word in REAL_TIME)


def read_words(words):
    """What ./dev test got → words for Meson; options go to the tests by environment."""
    meson, words = [], iter(words)
    for word in words:
        if word not in OPTIONS:
            meson += ["--suite", word]
            continue
        value = next(words, "")
        if not value.isdecimal() or int(value) == 0:
            sys.exit(f"dev: {word} takes a number")
        os.environ[OPTIONS[word]] = value
        # Who asks for more waits for it.
        meson += ["--timeout-multiplier=0"] + ["--verbose"] * (word == "--seed")
    return meson


def main():
    build, words, figures = sys.argv[1], read_words(sys.argv[2:]), set()
    programs = run(build, words, figures)
    failed = [name for name, tally in programs.items() if tally[1]]
    if 0 < len(failed) <= MOST_AGAIN and all(map(is_real_time, failed)):
        for name in failed:
            print("once more, alone:", name, flush=True)
            short = name.split(" / ")[-1]
            again = run(build, [short], figures)
            programs[name] = again.get(name, programs[name])
    for line in sorted(figures):
        print(line)
    sums = [sum(tally[i] for tally in programs.values()) for i in range(3)]
    print(f"{sums[0]} passed, {sums[1]} failed, {sums[2]} skipped", flush=True)
    return 1 if sums[1] or sums[0] == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
