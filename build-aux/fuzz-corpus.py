#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""Turns what is published into inputs for the fuzzers: the vectors and the document's examples.

usage: fuzz-corpus.py VECTORS SEEDS

Each input becomes a file SEEDS/TARGET/HASH. libFuzzer then keeps what reaches new branches.
"""
import hashlib
import json
import re
import sys
from pathlib import Path

PROTOCOL = Path(__file__).resolve().parent.parent / "docs/PROTOCOL.md"
LEAST_BYTES, MOST_BYTES = 8, 16 * 1024
HEX = re.compile(r"(?:[0-9a-f]{2})+")
# The bytes in front say what is done with the rest: see tests/fuzz/fuzz-sframe.c, fuzz-crypto.c.
SFRAME_SUITE = 4
CRYPTO_KINDS = {"enc": 0, "pkRm": 2, "skRm": 3}
CRYPTO_ROWS = [0x10, 0x11, 0x12, 0x20, 0x21, 0x51, 0x647A, 0x40, 0x41, 0x42, 0x50]


def texts(value):
    """Every string inside of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts(item)


def is_hex(text):
    return 2 * LEAST_BYTES <= len(text) <= 2 * MOST_BYTES and HEX.fullmatch(text)


def load(folder):
    for path in sorted(folder.glob("*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def crypto_inputs(vectors):
    for case in (case for cases in load(vectors / "hpke") for case in cases):
        if case.get("kem_id") in CRYPTO_ROWS:
            for name, kind in CRYPTO_KINDS.items():
                if is_hex(case.get(name, "")):
                    yield bytes([kind, CRYPTO_ROWS.index(case["kem_id"])]) + bytes.fromhex(case[name])


def inputs(vectors):
    """Pairs of a target and an input."""
    for text in filter(is_hex, texts(list(load(vectors / "mls")))):
        yield "mls-parse", bytes.fromhex(text)
    for text in filter(is_hex, texts(list(load(vectors / "sframe")))):
        yield "sframe", bytes([SFRAME_SUITE]) + bytes.fromhex(text)
    for data in crypto_inputs(vectors):
        yield "crypto", data
    for line in PROTOCOL.read_text(encoding="utf-8").splitlines():
        if line.startswith('{"type"'):
            yield "protocol", line.encode()


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    vectors, seeds = map(Path, sys.argv[1:])
    counts = {}
    for target, data in inputs(vectors):
        path = seeds / target / hashlib.sha256(data).hexdigest()[:32]
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(data)
        counts[target] = counts.get(target, 0) + 1
    for target, count in counts.items():
        print(f"{target}: {count} published inputs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
