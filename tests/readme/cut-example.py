#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""Cuts the C out of a README, so that it is compiled as it stands there, and the compiler's
complaints name the README's lines. A README without a ```c block, or with one that does not end, is
refused.

usage: cut-example.py README OUT
"""
import sys
from pathlib import Path


def cut(readme):
    """The lines of the C blocks, and what is wrong."""
    lines, is_inside, wrong = [], False, "has no ```c block"
    for number, line in enumerate(readme.read_text(encoding="utf-8").splitlines(), 1):
        if not is_inside and line == "```c":
            is_inside, wrong = True, "has a ```c block without an end"
            lines.append(f'#line {number + 1} "{readme}"')
        elif is_inside and line == "```":
            is_inside, wrong = False, ""
        elif is_inside:
            lines.append(line)
    return lines, wrong


def main():
    readme, out = map(Path, sys.argv[1:])
    lines, wrong = cut(readme)
    if wrong:
        sys.exit(f"{readme} {wrong}")
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
