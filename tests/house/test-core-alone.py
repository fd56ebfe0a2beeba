#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""crypto, mls and sframe with base build and test by themselves: -Dlayers=core configures where
there is nothing but GLib, libcrypto and json-glib (which only the vector tests link), and the
programs that were built need no other library.

usage: test-core-alone.py SOURCE-ROOT BUILD-ROOT
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGES = {"glib-2.0", "gobject-2.0", "gio-2.0", "gio-unix-2.0", "libcrypto", "json-glib-1.0"}
LIBRARIES = re.compile(r"lib(glib-2|gobject-2|gio-2|crypto|c|m|asan|ubsan|gcc_s)\.|ld-linux")
SOME_TESTS = {"hpke", "group-histories", "vectors-treekem", "vectors-sframe", "receiver"}
LAYERS = ("base", "crypto", "mls", "sframe")


def packages_with_needs(names):
    """The packages and all that their .pc files ask for."""
    found, left = set(), set(names)
    while left:
        name = left.pop()
        found.add(name)
        out = subprocess.run(["pkg-config", "--print-requires", "--print-requires-private", name],
                             capture_output=True, text=True, check=True).stdout
        left |= {line.split()[0] for line in out.splitlines() if line.strip()} - found
    return found


def pc_folder(folder):
    """A folder for PKG_CONFIG_LIBDIR in which nothing else can be found."""
    for name in packages_with_needs(PACKAGES):
        where = subprocess.run(["pkg-config", "--variable=pcfiledir", name], capture_output=True,
                               text=True, check=True).stdout.strip()
        if where:
            os.symlink(Path(where) / f"{name}.pc", Path(folder) / f"{name}.pc")
    return folder


def configure(source, folder):
    """What went wrong, and the names of the dependencies and of the tests."""
    env = dict(os.environ, PKG_CONFIG_LIBDIR=pc_folder(Path(folder, "pc")))
    build = str(Path(folder, "build"))
    done = subprocess.run(["meson", "setup", "-Dlayers=core", build, source], env=env,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stdout + done.stderr, set(), set()
    names = []
    for what in ("--dependencies", "--tests"):
        out = subprocess.run(["meson", "introspect", what, build], capture_output=True, text=True,
                             check=True).stdout
        # Meson numbers its own ones.
        names.append({entry["name"] for entry in json.loads(out)
                      if not re.fullmatch(r"dep\d+", entry["name"])})
    return "", *names


def needed(program):
    out = subprocess.run(["readelf", "-d", program], capture_output=True, text=True,
                         check=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", out)


def main():
    source, build = sys.argv[1:3]
    results = []
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "pc").mkdir()
        said, packages, tests = configure(source, folder)
    results.append(("configures with GLib, libcrypto and json-glib alone", said[-2000:]))
    results.append(("asks for nothing else", " ".join(sorted(packages - PACKAGES))))
    results.append(("has the tests of the three layers", " ".join(sorted(SOME_TESTS - tests))))
    programs = [path for layer in LAYERS for path in Path(build, "tests", layer).glob("test-*")
                if path.is_file() and os.access(path, os.X_OK)]
    foreign = {f"{path.name}: {library}" for path in programs for library in needed(path)
               if not LIBRARIES.match(library)
               and not ("vectors" in path.name and library.startswith("libjson-glib"))}
    results.append((f"{len(programs)} programs need no other library",
                    "no programs" if len(programs) < 30 else "; ".join(sorted(foreign))))
    print(f"1..{len(results)}")
    for number, (claim, wrong) in enumerate(results, 1):
        print(f"{'not ok' if wrong else 'ok'} {number} {claim}")
        for line in wrong.splitlines():
            print("#", line)
    return 1 if any(wrong for _, wrong in results) else 0


if __name__ == "__main__":
    sys.exit(main())
