# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""The npm packages of the other implementation: fetched once for each lock file, never into the
source tree. Which registry, which proxy and which certificates is npm's own configuration to say.
"""
import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

FILES = ("package.json", "package-lock.json")
LONGEST_S = 120


class Unavailable(Exception):
    """No packages; the text is the reason, in one sentence."""


def _cache():
    home = os.environ.get("XDG_CACHE_HOME") or Path(os.environ.get("HOME", "/tmp"), ".cache")
    return Path(home, "conclave")


def _install(source, target):
    part = target.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name in FILES:
        shutil.copy(source / name, part / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress",
               "--loglevel=error", "--fetch-retries=1", "--fetch-timeout=30000",
               f"--cache={_cache() / 'npm'}"]
    try:
        run = subprocess.run(command, cwd=part, capture_output=True, text=True, timeout=LONGEST_S,
                             stdin=subprocess.DEVNULL, check=False)
    except FileNotFoundError:
        raise Unavailable("npm is not installed") from None
    except subprocess.TimeoutExpired:
        raise Unavailable(f"the npm registry did not answer within {LONGEST_S} s and nothing is "
                          "cached") from None
    if run.returncode:
        reason = next((line for line in run.stderr.splitlines() if line.strip()), "no reason given")
        raise Unavailable(f"npm could not fetch the packages and nothing is cached ({reason})")
    # Only a whole folder ever gets its final name.
    part.rename(target)


def ready(source):
    """The node_modules folder that the lock file in `source` describes."""
    contents = b"".join((source / name).read_bytes() for name in FILES)
    target = _cache() / f"interop-{hashlib.sha256(contents).hexdigest()[:16]}"
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target.with_suffix(".lock"), "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not target.is_dir():
                _install(source, target)
    return target / "node_modules"
