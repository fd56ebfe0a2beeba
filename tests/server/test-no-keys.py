#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""The conclave-server binary holds no symbol of a layer that knows keys, and loads no libcrypto.

usage: test-no-keys.py CONCLAVE_SERVER
"""
import re
import subprocess
import sys

FORBIDDEN = re.compile(r"\bcv_(crypto|mls|sframe|identity|e2ee)_\w*", re.I)


def lines(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def main():
    symbols = lines("nm", "--defined-only", sys.argv[1]) + lines("nm", "-u", sys.argv[1])
    found = sorted({match.group() for line in symbols for match in FORBIDDEN.finditer(line)})
    ours = [line for line in symbols if " cv_server_room_handle" in line]
    needed = [line for line in lines("readelf", "-d", sys.argv[1])
              if "NEEDED" in line and "libcrypto" in line]
    print("TAP version 14\n1..3")
    print(f"{'ok' if ours else 'not ok'} 1 - the binary was read with its symbols")
    print(f"{'not ok' if found else 'ok'} 2 - no symbol of crypto, mls, sframe, identity, e2ee")
    for name in found:
        print("#", name)
    print(f"{'not ok' if needed else 'ok'} 3 - libcrypto is not linked")
    return 1 if found or needed or not ours else 0


if __name__ == "__main__":
    sys.exit(main())
