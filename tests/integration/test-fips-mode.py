#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""FIPS mode from end to end: meetings with a passcode, who may come in, and what is refused."""
import os
import subprocess
import tempfile

from participant import CLI, run, shield

QUIET = ["--video", "off", "--audio", "test"]
MEMORY = ["--identity", "memory"]
HERE = ["host", "--listen", "127.0.0.1:0"]
MODULES = os.environ.get("OPENSSL_MODULES")
ROOM, SECRET, PIN = "A" * 22, "A" * 43, "A" * 43


def said(env=None, *args):
    done = subprocess.run([CLI, "--version", *args], env={**os.environ, **(env or {})},
                          capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout + done.stderr


def missing(tap, start):
    """Needs no provider: there is none where we look."""
    with tempfile.TemporaryDirectory() as nowhere:
        env = {"OPENSSL_MODULES": nowhere}
        code, words = said(env, "--fips")
        tap.ok(code == 1 and "not installed" in words, "--version says that the provider is missing",
               words)
        for how, args, more in (("--fips", ["--fips"], {}),
                                ("CONCLAVE_FIPS=1", [], {"CONCLAVE_FIPS": "1"})):
            host = start("Ada", *HERE, *QUIET, *MEMORY, *args, env={**env, **more})
            left = host.wait("left", seconds=30)
            tap.ok(left["reason"] == "no-fips" and host.end() == 1 and not host.of("ready"),
                   f"{how} without a provider opens nothing", host.tail())
            words = host.of("error")[0]["message"]
            tap.ok("missing or failed its self-test" in words, "and says why, in words", words)
    host = start("Ada", *HERE, *QUIET, *MEMORY, env={"CONCLAVE_FIPS": "0"})
    joined = host.wait("joined", seconds=30)
    tap.ok(joined["suite"] == "pq" and joined["provider"].startswith("OpenSSL Default Provider 3."),
           "CONCLAVE_FIPS=0 is the other mode, and its provider is told", joined)
    host.do("leave")
    wrong = subprocess.run([CLI, "host", "--fips", "--suite", "pq"], capture_output=True, text=True,
                           timeout=30)
    tap.ok(wrong.returncode == 2 and "pq-strict or fips" in wrong.stderr,
           "--suite pq is bad usage in FIPS mode", wrong.stderr)


def meeting(tap, start, suite, joiner_is_fips):
    how = ["--suite", suite] if suite else []
    host = start("Ada", *HERE, *QUIET, *MEMORY, *how, "--fips", "--passcode", "1")
    link = host.wait("ready", seconds=40)["link"]
    bob = start("Bob", "join", link, *QUIET, *MEMORY, "--passcode", "1",
                *(["--fips"] if joiner_is_fips else []))
    for person in (host, bob):
        shield(person, "encrypted", 40)
    told = [person.wait("joined") for person in (host, bob)]
    name = f"a meeting in {told[0]['suite']} with somebody in {'FIPS' if joiner_is_fips else 'the other'} mode"
    tap.ok(told[0]["suite"] == told[1]["suite"] == (suite or "pq-strict"), name, told)
    tap.ok("&p=2" in link, "its link says how the passcode counts", link)
    modes = ["FIPS" if "FIPS Provider" in event["provider"] else "other" for event in told]
    tap.ok(modes == ["FIPS", "FIPS" if joiner_is_fips else "other"], "each says its provider", told)
    bob.wait("media", lambda e: e["frames"] > 20, 40)
    linked = bob.wait("link", lambda e: e["state"] == "connected", 40)
    tap.ok(linked["profile"] == "SRTP_AEAD_AES_256_GCM", "frames arrive over AES-256-GCM", linked)
    host.do("leave")
    bob.wait("left")
    return link


def refused(tap, start):
    links = {
        "a post-quantum room of everyone": f"conclave://127.0.0.1:1/{ROOM}#k={SECRET}&f={PIN}",
        "a passcode by Argon2id":
            f"conclave://127.0.0.1:1/{ROOM}#k={SECRET}&f={PIN}&p=1&s=pq-strict",
    }
    for what, link in links.items():
        bob = start("Bob", "join", link, *QUIET, *MEMORY, "--fips", "--passcode", "1")
        left = bob.wait("left", seconds=30)
        tap.ok(left["reason"] == "not-fips" and bob.end() == 1, f"{what} is refused", bob.tail())
        words = bob.of("error")[0]["message"]
        tap.ok("FIPS mode does not allow" in words, "and says so, in words", words)


def identities(tap, start):
    with tempfile.TemporaryDirectory() as folder:
        env = {"CONCLAVE_PASSPHRASE": "correct horse", "XDG_DATA_HOME": folder}
        path = os.path.join(folder, "identity")

        def look(*args):
            host = start("Ada", *HERE, *QUIET, "--identity", path, *args, env=env)
            event = host.wait("roster", seconds=40)
            host.do("leave")
            host.end()
            return event["participants"][0]["fingerprint"]

        first, again, other = look("--fips"), look("--fips"), look()
        tap.ok(first == again, "an identity file of FIPS mode is the same person the next time")
        tap.ok(first != other and look("--fips") == first,
               "the other mode keeps another identity in it, and both stay")
        path = os.path.join(folder, "older")
        look()
        host = start("Ada", *HERE, *QUIET, "--identity", path, "--fips", env=env)
        tap.ok(host.wait("left", seconds=40)["reason"] == "not-fips" and host.end() == 1,
               "a file sealed by Argon2id stays shut in FIPS mode", host.tail())


def fips(tap, start):
    missing(tap, start)
    if not MODULES or not os.path.exists(os.path.join(MODULES, "fips.so")):
        tap.skip("meetings in FIPS mode",
                 "no FIPS provider: ./dev test builds one when it reaches Debian's sources")
        return
    code, words = said(None, "--fips")
    tap.ok(code == 0 and "OpenSSL FIPS Provider 3." in words, "--version names the provider", words)
    meeting(tap, start, None, True)
    meeting(tap, start, "fips", False)
    refused(tap, start)
    identities(tap, start)


if __name__ == "__main__":
    run(fips)
