#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""Screenshots of every page of the gallery: wide light, wide dark and narrow.

usage: tests/ui/headless tests/ui/gallery.py BUILD OUTPUT [PAGE[@PEOPLE][/KIND]...]
Waits for each window with a deadline, then lets the toolkit's animations come to rest.
"""
import os
import subprocess
import sys
import time
from pathlib import Path

KINDS = {
    "light": ["--size", "1000x700"],
    "dark": ["--size", "1000x700", "--dark"],
    "narrow": ["--size", "360x640"],
    # Only when asked for:
    "rtl": ["--size", "1000x700", "--rtl"],
    "large": ["--size", "360x640", "--text-scale", "1.5"],
}
EVERY = ("light", "dark", "narrow")
DEADLINE_SECONDS = 20


def wait_for_manager():
    end = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < end:
        root = subprocess.run(["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"],
                              capture_output=True, text=True)
        if "window id" in root.stdout:
            return
        time.sleep(0.05)
    raise SystemExit("gallery.py: no window manager came up")


def find_window(pid):
    end = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < end:
        found = subprocess.run(
            ["xdotool", "search", "--sync", "--onlyvisible", "--pid", str(pid)],
            capture_output=True, text=True, timeout=DEADLINE_SECONDS)
        if found.stdout.split():
            return found.stdout.split()[-1]
    raise SystemExit("gallery.py: no window came up")


def take(window, path, settle):
    time.sleep(settle)  # animations of the toolkit: there is no event for their end
    subprocess.run(["import", "-window", window, str(path)], check=True)


def shoot(gallery, output, page, people, kind):
    path = output / f"{page}{'' if people is None else '-' + people}-{kind}.png"
    command = [gallery, page, *KINDS[kind]]
    if people is not None:
        command += ["--people", people]
    process = subprocess.Popen(command)
    try:
        take(find_window(process.pid), path, 1.6 if page == "progress" else 0.9)
    finally:
        process.terminate()
        process.wait()
    print(path, flush=True)


def main():
    build, output = Path(sys.argv[1]), Path(sys.argv[2])
    wanted = sys.argv[3:]
    gallery = str(build / "tests" / "ui" / "gallery")
    os.environ["GSETTINGS_SCHEMA_DIR"] = str(build / "data")
    os.environ["GTK_A11Y"] = "none"
    output.mkdir(parents=True, exist_ok=True)
    manager = subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL)
    try:
        wait_for_manager()
        if not wanted:
            listing = subprocess.run([gallery, "--list"], capture_output=True, text=True, check=True)
            wanted = listing.stdout.split() + [f"call@{n}" for n in (1, 2, 3, 6, 9, 25, 30)]
        for entry in wanted:
            name, _, kind = entry.partition("/")
            page, _, people = name.partition("@")
            for each in [kind] if kind else EVERY:
                shoot(gallery, output, page, people or None, each)
    finally:
        manager.terminate()
        manager.wait()


if __name__ == "__main__":
    main()
