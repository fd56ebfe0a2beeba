#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""Every JSON file in the folder of the published vectors has a test that reads it. What none reads
is skipped by name: it never counts as passed.

usage: test-vector-folder.py SOURCE-ROOT DEFAULT-FOLDER
"""
import os
import re
import sys
from pathlib import Path


def read_names(tests):
    """The files that the vector tests name in their sources."""
    names = set()
    for source in tests.glob("*/test-vectors*.c"):
        names.update(re.findall(r'"([a-z0-9_/-]+\.json)"', source.read_text(encoding="utf-8")))
    return names


def main():
    known = read_names(Path(sys.argv[1]) / "tests")
    folder = Path(os.environ.get("CONCLAVE_VECTORS") or sys.argv[2])
    found = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.json"))
    if not found:
        print("1..0 # SKIP no vectors")
        return 0
    print(f"1..{len(found)}")
    for number, name in enumerate(found, 1):
        print(f"ok {number} {name} is read" if name in known
              else f"ok {number} {name} # SKIP no test reads {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
