#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""The command line as docs/CLI.md promises it: exit codes, words, files, commands."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import zlib

from participant import CLI, run, shield

QUIET = ["--video", "off", "--audio", "off"]
MEMORY = ["--identity", "memory"]
HERE = ["host", "--listen", "127.0.0.1:0"]
NOBODY = "conclave://127.0.0.1:1/AAAAAAAAAAAAAAAAAAAAAA#k=" + "A" * 43


def outcome(*args):
    done = subprocess.run([CLI, *args], capture_output=True, text=True, timeout=60, check=False,
                          stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def usage(tap):
    code, out, _ = outcome("--help")
    tap.ok(code == 0 and "host" in out and "--suite" in out, "--help explains and ends well", out)
    for words in ([], ["fly"], ["join"], ["host", "more"], ["join", NOBODY, "more"],
                  ["host", "--no-such-option"], ["host", "--suite", "rot13"],
                  ["host", "--admission", "nobody"], ["host", "--duration", "-1"],
                  ["host", "--duration", "soon"], ["host", "--server-pin", "A"],
                  ["join", NOBODY, "--listen", "127.0.0.1:0"], ["join", NOBODY, "--suite", "pq"]):
        code, out, err = outcome(*words)
        tap.ok(code == 2 and out == "" and err.startswith("conclave-cli: "),
               f"bad usage is one sentence and exit code 2: {' '.join(words)[:40]}",
               (code, out, err))
    code, out, _ = outcome("host", "--record", "x.cvr")
    tap.ok(code == 2 and '"not-supported"' in out, "--record is not supported, and says so", out)


def failures(tap, start):
    for claim, reason, words in (
            ("a link that is none", "bad-link", ["join", "conclave://nowhere"]),
            ("nobody at the address", "unreachable", ["join", NOBODY]),
            ("a name of blanks", "bad-name", [*HERE, "--name", " \t"]),
            ("an address that is none", "cannot-host", ["host", "--listen", "300.0.0.1:0"]),
            ("a server that is none", "cannot-host", ["host", "--server", "::no::"])):
        program = start("Eve", *words, *QUIET, *MEMORY)
        left = program.wait("left", seconds=30)
        told = [e["code"] for e in program.of("error")]
        tap.ok(left["reason"] == reason and told == [reason] and program.end() == 1,
               f"{claim} is {reason} and exit code 1", program.tail())


def commands(tap, start):
    host = start("Ada", *HERE, *QUIET, *MEMORY)
    host.wait("ready", seconds=30)
    for line, code in (("no json", "bad-command"), ("[1]", "bad-command"), ("{}", "not-supported"),
                       ('{"do":7}', "not-supported"), ('{"do":"dance"}', "not-supported"),
                       ('{"do":"screen"}', "not-supported"), ('{"do":"chat"}', "bad-command"),
                       ('{"do":"chat","text":""}', "bad-command"),
                       ('{"do":"admit"}', "no-such-participant"),
                       ('{"do":"remove","participant":"0"}', "no-such-participant"),
                       ('{"do":"view","participant":{}}', "no-such-participant"),
                       ('{"do":"chat","text":"' + "x" * 40000 + '"}', "bad-command"),
                       ("[" * 30000, "bad-command")):
        mark = host.mark()
        host.process.stdin.write(line + "\n")
        host.process.stdin.flush()
        error = host.wait("error", since=mark)
        tap.ok(error["code"] == code, f"{code}: {line[:40]}", error)
    mark = host.mark()
    host.process.stdin.buffer.write(b'{"do":"\xff\xfe"}\n')
    host.process.stdin.flush()
    tap.ok(host.wait("error", since=mark)["code"] == "bad-command", "what is no UTF-8")
    host.do("chat", text="still here")
    host.wait("chat", lambda e: e["text"] == "still here")
    host.do("leave")
    tap.ok(host.wait("left")["reason"] == "left" and host.end() == 0,
           "after all of them the meeting goes on and ends well", host.tail())


def ends(tap, start):
    host = start("Ada", *HERE, *QUIET, *MEMORY, prefix=["sh", "-c", 'exec "$@" <&-', "sh"])
    link = host.wait("ready", seconds=30)["link"]
    short = start("Bob", "join", link, "--duration", "1", *QUIET, *MEMORY)
    tap.ok(short.wait("left", seconds=40)["reason"] == "left" and short.end() == 0,
           "--duration ends a visit", short.tail())
    for number in (signal.SIGTERM, signal.SIGINT):
        visitor = start("Cleo", "join", link, *QUIET, *MEMORY)
        shield(visitor, "encrypted", 40)
        mark = host.mark()
        visitor.process.send_signal(number)
        tap.ok(visitor.wait("left")["reason"] == "left" and visitor.end() == 0,
               f"{number.name} says goodbye", visitor.tail())
        host.wait("roster", lambda e: len(e["participants"]) == 1, 5, mark)
    host.process.send_signal(signal.SIGTERM)
    tap.ok(not host.of("error") and host.end() == 0, "a closed standard input is no reason to end",
           host.tail())


def suites(tap, start):
    for suite in ("pq", "pq-strict", "fips"):
        host = start("Ada", *HERE, "--suite", suite, *QUIET, *MEMORY)
        bob = start("Bob", "join", host.wait("ready", seconds=30)["link"], *QUIET, *MEMORY)
        for person in (host, bob):
            shield(person, "encrypted", 40)
        told = [person.wait("joined")["suite"] for person in (host, bob)]
        tap.ok(told == [suite, suite], f"a meeting in {suite} is encrypted", told)
        host.do("leave")
        bob.wait("left")


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def ipv6(tap, start):
    if not has_ipv6():
        tap.skip("a meeting over IPv6", "no IPv6 loopback here")
        return
    host = start("Ada", "host", "--listen", "[::1]:0", *QUIET, *MEMORY)
    link = host.wait("ready", seconds=30)["link"]
    bob = start("Bob", "join", link, *QUIET, *MEMORY)
    shield(bob, "encrypted", 40)
    tap.ok("//[::1]:" in link, "a meeting over IPv6", link)
    host.do("leave")
    bob.wait("left")


def identities(tap, start, folder):
    path = os.path.join(folder, "identity")
    env = {"CONCLAVE_PASSPHRASE": "correct horse", "XDG_DATA_HOME": folder}
    prints = []
    for _ in range(2):
        host = start("Ada", *HERE, *QUIET, "--identity", path, env=env)
        host.wait("ready", seconds=40)
        prints.append(host.of("roster")[0]["participants"][0]["fingerprint"])
        host.do("leave")
        host.end()
    tap.ok(prints[0] == prints[1], "an identity file is the same person the next time", prints)
    with open(path, "rb") as file:
        kept = file.read()
    mode = os.stat(path).st_mode & 0o777
    tap.ok(b"PRIVATE" not in kept and len(set(kept)) > 60 and mode == 0o600,
           "and is sealed, for its owner's eyes only", (oct(mode), len(kept)))
    for claim, passphrase in (("a wrong passphrase", "battery staple"), ("no passphrase", "")):
        host = start("Ada", *HERE, *QUIET, "--identity", path,
                     env={**env, "CONCLAVE_PASSPHRASE": passphrase})
        tap.ok(host.wait("left", seconds=40)["reason"] == "no-keyring" and host.end() == 1,
               f"{claim} opens nothing", host.tail())
    with open(path, "rb") as file:
        tap.ok(file.read() == kept, "and leaves the file alone")


def pixels(path):
    """The bytes of a PNG's picture, still filtered: enough to tell a picture from a black one."""
    with open(path, "rb") as file:
        data = file.read()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, packed = 8, b""
    while at < len(data):
        size = int.from_bytes(data[at:at + 4], "big")
        if data[at + 4:at + 8] == b"IDAT":
            packed += data[at + 8:at + 8 + size]
        at += 12 + size
    return zlib.decompress(packed)


def launch(*words):
    subprocess.run(["gst-launch-1.0", "-q", *words], check=True, timeout=60, capture_output=True)


def media_files(folder):
    video, audio = os.path.join(folder, "film.webm"), os.path.join(folder, "sound.ogg")
    launch("videotestsrc", "num-buffers=45", "pattern=smpte", "!",
           "video/x-raw,width=320,height=180,framerate=15/1", "!", "vp8enc", "deadline=1", "!",
           "webmmux", "!", "filesink", f"location={video}")
    launch("audiotestsrc", "num-buffers=150", "!", "audioconvert", "!", "audioresample", "!",
           "opusenc", "!", "oggmux", "!", "filesink", f"location={audio}")
    return video, audio


def frames(event):
    return event["frames"]


def watch(person, sender, claim, seconds=40, since=None):
    return person.wait("media", lambda e: e["from"] == sender and e["kind"] == "camera" and claim(e),
                       seconds, person.mark() if since is None else since)


def stopped(person, sender):
    """Two reports in a row that count the same pictures."""
    last = [-1]

    def is_same(event):
        same = frames(event) == last[0]
        last[0] = frames(event)
        return same

    return watch(person, sender, is_same)


def pictures(tap, start, folder):
    if not shutil.which("gst-launch-1.0"):
        tap.skip("media files", "gst-launch-1.0 is not installed")
        return
    video, audio = media_files(folder)
    shots = os.path.join(folder, "shots")
    os.mkdir(shots)
    host = start("Ada", *HERE, "--video", video, "--audio", audio, *MEMORY)
    ready = host.wait("ready", seconds=30)
    bob = start("Bob", "join", ready["link"], "--snapshot", shots, "--video", "off", "--audio",
                "test", *MEMORY)
    ada = host.wait("joined")["participant"]
    seen = watch(bob, ada, lambda e: e["frames"] > 20 and e["width"] > 0, 60, 0)
    heard = bob.wait("media", lambda e: e["kind"] == "audio" and e["frames"] > 20, 40)
    tap.ok(seen["codec"] == "VP8" and heard["undecryptable"] == 0,
           "picture and sound come from files", (seen, heard))

    bob.do("view", participant=ada, width=0, height=0)
    still = stopped(bob, ada)
    host.do("mute")
    bob.wait("roster", lambda e: any(p["id"] == ada and p["muted"] for p in e["participants"]))
    tap.ok(True, "the others see who is muted")
    after = watch(bob, ada, lambda e: True)
    tap.ok(frames(after) == frames(still), "a picture that is not wanted is not decoded",
           (still, after))
    bob.do("view", participant=ada, width=320, height=180)
    watch(bob, ada, lambda e: frames(e) > frames(after) + 5)
    tap.ok(True, "and comes back when it is")
    host.do("camera")
    still = stopped(bob, ada)
    host.do("camera", off=False)
    watch(bob, ada, lambda e: frames(e) > frames(still) + 5)
    tap.ok(True, "a camera that is off sends nothing, and goes on again")

    bob.do("leave")
    bob.end()
    shot = os.path.join(shots, ada + ".png")
    tap.ok(os.listdir(shots) == [ada + ".png"] and len(set(pixels(shot))) > 20,
           "--snapshot leaves the last picture of each", os.listdir(shots))
    host.do("leave")
    tap.ok(host.end() == 0, "and nothing failed", host.tail())


def cli(tap, start):
    usage(tap)
    failures(tap, start)
    commands(tap, start)
    ends(tap, start)
    suites(tap, start)
    ipv6(tap, start)
    with tempfile.TemporaryDirectory() as folder:
        identities(tap, start, folder)
        pictures(tap, start, folder)


run(cli)
