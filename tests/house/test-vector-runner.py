#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""The vector tests read any folder with the published names, count what they read, and fail on
what they cannot read or what is not so: each gets folders that were cut, turned round and damaged.

usage: test-vector-runner.py SOURCE-ROOT BUILD-ROOT DEFAULT-FOLDER
"""
import copy
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

OTHER_SUITE = 0x7777
MOST_CHANGES = 12
# What another value of is another suite.
SUITE = {"cipher_suite", "kem_id", "kdf_id", "aead_id"}
# Only read and written again there, so that another value is as good as the one that was.
OPAQUE = {"mls/messages.json"}
# What may be missing, or anything, by the format's own description.
FREE = {
    # Another mode is another suite.
    "hpke/pq.json": {"mode"},
    "mls/passive-client-handling-commit.json": {"ratchet_tree"},
    "mls/passive-client-welcome.json": {"ratchet_tree"},
    "mls/passive-client-random.json": {"ratchet_tree"},
    # Of the ciphertext only the first bytes are used (RFC 9420 section 6.3.2).
    "mls/secret-tree.json": {"ciphertext"},
    "mls/tree-operations.json": {"proposal_sender"},
}


def find_readers(source, build):
    """File name → the program that reads it."""
    readers = {}
    for test in sorted(source.glob("tests/*/test-vectors*.c")):
        rest = test.stem.removeprefix("test-vectors")
        program = build / "tests" / test.parent.name / f"test-{test.parent.name}-vectors{rest}"
        for name in re.findall(r'"([a-z0-9_/-]+\.json)"', test.read_text(encoding="utf-8")):
            readers[name] = program
    return readers


def run(program, name, text):
    """One file in an otherwise empty folder: exit code 0 or not, and what was printed."""
    with tempfile.TemporaryDirectory() as folder:
        if text is not None:
            path = Path(folder) / name
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
        env = dict(os.environ, CONCLAVE_VECTORS=folder)
        done = subprocess.run([program], env=env, capture_output=True, text=True, check=False)
        return done.returncode == 0, done.stdout


def cut(program, name, root, keep):
    """Fewer cases in another order, at the root or in each array below it; none that is left out."""
    if not isinstance(root, list):
        return {part: cases[::-1][:keep] for part, cases in root.items()}
    kept = []
    for case in root:
        if f"# {name}: 1 cases\n" in run(program, name, json.dumps([case]))[1]:
            kept.append(case)
        if len(kept) == keep:
            break
    return kept[::-1]


def count(root):
    return len(root) if isinstance(root, list) else sum(map(len, root.values()))


def places(value, path=()):
    """Where the numbers and texts below a value are."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))
    elif isinstance(value, int) or (isinstance(value, str) and value):
        yield path


def lists(value, path=()):
    """Where the lists below a value are, and the members that they stand for."""
    if isinstance(value, list) and path and isinstance(path[-1], str) and value:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(
        value, list) else ()
    for key, item in inner:
        yield from lists(item, (*path, key))


def emptied(root, path):
    other = copy.deepcopy(root)
    inner = other
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = []
    return other


def member(path):
    """The last name on the way to a value."""
    return [key for key in path if isinstance(key, str)][-1]


def one_each(paths):
    """The first of each member, so that none is left out."""
    return list({member(path): path for path in reversed(list(paths))}.values())


def changed(root, path):
    """A copy with one number, digit or letter that is another one."""
    other = copy.deepcopy(root)
    inner = other
    for key in path[:-1]:
        inner = inner[key]
    value = inner[path[-1]]
    if isinstance(value, int):
        inner[path[-1]] = value ^ 1
    else:
        middle = len(value) // 2
        inner[path[-1]] = value[:middle] + ("1" if value[middle] == "0" else "0") + value[middle + 1:]
    return other


def without(root, path):
    other = copy.deepcopy(root)
    inner = other
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return other


def spread(items, most):
    """At most so many of them, the first and the last included."""
    if len(items) <= most:
        return items
    return [items[i * (len(items) - 1) // (most - 1)] for i in range(most)]


def check(program, name, root):
    """What is wrong with the reader of one file: a list of sentences."""
    wrong = []

    def expect(what, good, text, line=None):
        is_good, out = run(program, name, text)
        if is_good != good or (line and f"# {name}: {line}\n" not in out):
            wrong.append(what)

    few = cut(program, name, root, 2)
    one = few[:1] if isinstance(root, list) else {part: few[part][:1] for part in few}
    text = json.dumps(one)
    free = FREE.get(name, set())
    expect("two cases, turned round, and their number", True, json.dumps(few),
           f"{count(few)} cases")
    expect("half of a file", False, text[:len(text) // 2])
    expect("no cases", False, json.dumps([] if isinstance(root, list) else {k: [] for k in root}))
    expect("a number for a case", False, json.dumps([1] if isinstance(root, list)
                                                    else {k: [1] for k in root}))
    suites = [path for path in places(few) if path[-1] == "cipher_suite" and len(path) == 2]
    if isinstance(root, list) and len(suites) == 2:
        few[1]["cipher_suite"] = OTHER_SUITE
        expect("a case of another suite, left out", True, json.dumps(few),
               "1 cases, 1 of suites we do not have")
    members = [(0, key) for key in one[0]] if isinstance(root, list) else [
        (part, 0, key) for part, cases in one.items() for key in cases[0]]
    for path in members:
        if path[-1] not in free:
            expect(f"a case without {path[-1]}", False, json.dumps(without(one, path)))
    if name not in OPAQUE:
        known = [p for p in places(one) if not free.intersection(p) and p[-1] not in SUITE]
        for path in dict.fromkeys([*spread(known, MOST_CHANGES), *one_each(known)]):
            expect(f"another value at {path}", False, json.dumps(changed(one, path)))
        for path in one_each(p for p in lists(one) if len(p) > 1 and not free.intersection(p)):
            expect(f"an empty list at {path}", False, json.dumps(emptied(one, path)))
    return wrong


def main():
    source, build = Path(sys.argv[1]), Path(sys.argv[2])
    folder = Path(os.environ.get("CONCLAVE_VECTORS") or sys.argv[3])
    readers = find_readers(source, build)
    print(f"1..{len(readers)}")
    bad = False
    for number, (name, program) in enumerate(sorted(readers.items()), 1):
        if not (folder / name).exists():
            print(f"ok {number} {name} # SKIP no such file")
            continue
        root = json.loads((folder / name).read_text(encoding="utf-8"))
        wrong = check(program, name, root)
        bad = bad or bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} {name} is read, and not when it is damaged",
              *(f"# not told: {what}" for what in wrong), sep="\n", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
