#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""Runs the tests of a build folder and closes with "N passed, M failed, K skipped".

usage: run-tests.py BUILD [SUITE...]
"""
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as xml


BAD = {"FAIL", "ERROR", "TIMEOUT", "INTERRUPT", "UNEXPECTEDPASS"}


def count_broken(log, failed_suites):
    """Programs that ended badly although none of their claims failed: crashed, hung, leaked."""
    broken = 0
    with open(log, encoding="utf-8") as lines:
        for line in lines:
            test = json.loads(line)
            if test["result"] in BAD and not any(test["name"] in suite for suite in failed_suites):
                broken += 1
                print("BROKEN", test["name"], test["result"], flush=True)
    return broken


def counts(report, failed_suites):
    passed = failed = skipped = 0
    for case in xml.parse(report).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
            failed_suites.add(case.get("classname", "") + " " + case.get("name", ""))
            print("FAILED", case.get("classname"), case.get("name"), flush=True)
        elif case.find("skipped") is not None:
            skipped += 1
            print("skipped", case.get("classname"), case.get("name"), flush=True)
        else:
            passed += 1
    return passed, failed, skipped


def main():
    build, suites = sys.argv[1], sys.argv[2:]
    command = ["meson", "test", "-C", build, "--no-rebuild", "--print-errorlogs"]
    for suite in suites:
        command += ["--suite", suite]
    report = os.path.join(build, "meson-logs", "testlog.junit.xml")
    log = os.path.join(build, "meson-logs", "testlog.json")
    for path in (report, log):
        if os.path.exists(path):
            os.remove(path)
    status = subprocess.run(command).returncode
    passed = failed = skipped = 0
    failed_suites = set()
    if os.path.exists(report):
        passed, failed, skipped = counts(report, failed_suites)
    if os.path.exists(log):
        failed += count_broken(log, failed_suites)
    if status != 0 and failed == 0:
        failed = 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
