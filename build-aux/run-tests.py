#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""Runs the tests of a build folder and closes with "N passed, M failed, K skipped".

usage: run-tests.py BUILD [SUITE...]
"""
import os
import subprocess
import sys
import xml.etree.ElementTree as xml


def counts(report):
    passed = failed = skipped = 0
    for case in xml.parse(report).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
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
    if os.path.exists(report):
        os.remove(report)
    status = subprocess.run(command).returncode
    passed = failed = skipped = 0
    if os.path.exists(report):
        passed, failed, skipped = counts(report)
    if status != 0 and failed == 0:
        failed = 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
