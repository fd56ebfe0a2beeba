#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""crypto, mls and sframe with base build and test by themselves: -Dlayers=core configures where
there is nothing but GLib, libcrypto and json-glib (which only the vector tests link), their
libraries and a choice of their tests compile and pass there, and the programs need no other
library: of GLib neither GObject nor GIO.

usage: test-core-alone.py SOURCE-ROOT
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGES = {"glib-2.0", "gobject-2.0", "gio-2.0", "gio-unix-2.0", "libcrypto", "json-glib-1.0"}
LIBRARIES = re.compile(r"lib(glib-2|crypto|c|m|asan|ubsan|gcc_s)\.|ld-linux")
LAYERS = ("base", "crypto", "mls", "sframe")
# Quick ones that go through all files of the three layers; the rest passes in the whole build.
TESTS = {"secret", "hpke", "signature", "key-package", "group-join", "group-propose",
         "proposal-rules", "receiver", "sender", "vectors-crypto-basics", "vectors-key-schedule",
         "vectors-welcome", "vectors-sframe", "readme-crypto", "readme-mls", "readme-sframe"}


class Failure(Exception):
    """What a command said that should have succeeded."""


def run(env, *command):
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure((done.stdout + done.stderr)[-3000:] or f"{command[0]}: {done.returncode}")
    return done.stdout


def packages_with_needs(names):
    """The packages and all that their .pc files ask for."""
    found, left = set(), set(names)
    while left:
        name = left.pop()
        found.add(name)
        out = run(None, "pkg-config", "--print-requires", "--print-requires-private", name)
        left |= {line.split()[0] for line in out.splitlines() if line.strip()} - found
    return found


def environment(folder):
    """One in which no other package can be found."""
    folder.mkdir()
    for name in packages_with_needs(PACKAGES):
        where = run(None, "pkg-config", "--variable=pcfiledir", name).strip()
        if where:
            os.symlink(Path(where) / f"{name}.pc", folder / f"{name}.pc")
    return dict(os.environ, PKG_CONFIG_LIBDIR=str(folder))


def needed(program):
    return re.findall(r"\(NEEDED\).*\[(.*)\]", run(None, "readelf", "-d", program))


class Core:
    """The build folder, and one claim a method; each needs what those before it made."""

    def __init__(self, source, folder):
        self.source, self.build = source, str(folder / "build")
        self.env = environment(folder / "pc")
        self.programs = {}

    def introspect(self, what):
        return json.loads(run(self.env, "meson", "introspect", what, self.build))

    def configures(self):
        run(self.env, "meson", "setup", "-Dlayers=core", "-Doptimization=0", "-Ddebug=false",
            self.build, self.source)

    def asks_for_nothing_else(self):
        # Meson numbers its own ones.
        names = {entry["name"] for entry in self.introspect("--dependencies")}
        foreign = {name for name in names - PACKAGES if not re.fullmatch(r"dep\d+", name)}
        if foreign:
            raise Failure(" ".join(sorted(foreign)))

    def compiles(self):
        libraries = [target["filename"][0] for target in self.introspect("--targets")
                     if target["type"] == "static library"]
        for layer in LAYERS:
            if not any(path.endswith(f"/src/{layer}/libcv-{layer}.a") for path in libraries):
                raise Failure(f"no library of {layer}")
        self.programs = {test["name"]: Path(test["cmd"][0]) for test in self.introspect("--tests")
                         if test["name"] in TESTS}
        if TESTS - set(self.programs):
            raise Failure("no test " + " ".join(sorted(TESTS - set(self.programs))))
        targets = [os.path.relpath(path, self.build)
                   for path in [*libraries, *self.programs.values()]]
        run(self.env, "ninja", "-C", self.build, *targets)

    def passes(self):
        run(self.env, "meson", "test", "-C", self.build, "--no-rebuild", "--print-errorlogs",
            *sorted(TESTS))

    def needs_nothing_else(self):
        foreign = {f"{name}: {library}" for name, path in self.programs.items()
                   for library in needed(path) if not LIBRARIES.match(library)
                   and not ("vectors" in name and library.startswith("libjson-glib"))}
        if foreign or not self.programs:
            raise Failure("; ".join(sorted(foreign)) or "no programs")


def main():
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        core = Core(sys.argv[1], Path(folder))
        claims = (("configures with GLib, libcrypto and json-glib alone", core.configures),
                  ("asks for nothing else", core.asks_for_nothing_else),
                  (f"compiles: {len(LAYERS)} libraries and {len(TESTS)} tests", core.compiles),
                  ("passes these tests", core.passes),
                  ("has programs that need no other library", core.needs_nothing_else))
        print(f"1..{len(claims)}", flush=True)
        for number, (claim, check) in enumerate(claims, 1):
            try:
                check()
                print(f"ok {number} {claim}", flush=True)
            except Failure as failure:
                failed = True
                print(f"not ok {number} {claim}")
                print(*(f"# {line}" for line in str(failure).splitlines()), sep="\n", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
