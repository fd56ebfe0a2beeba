#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""Everything that the server receives in a meeting of three: no name, no chat, no SDP, no keys."""
import base64
import json
import re

from participant import run, shield
from proxy import Proxy

MEDIA = ["--video", "test", "--audio", "test", "--identity", "memory"]
SECRET_TEXT = "The-plan-is-in-the-blue-folder"
NAMES = ["Ada-Lovelace", "Bob-Kahn", "Cleo-Maar"]
# Long enough, or in quotes, so that they do not come up by chance in a megabyte of ciphertext.
WORDS = [*NAMES, SECRET_TEXT, '"ufrag"', "candidate:", "fingerprint", '"sha-256', "a=setup",
         '"offer"', '"answer"', '"muted"', '"chat"', '"tracks"', "layer-request"]


def everything(trace):
    """The texts themselves and whatever base64 fields hold."""
    for text in trace:
        yield text.encode()
        for value in re.findall(r'"([A-Za-z0-9+/_=-]{16,})"', text):
            for decode in (base64.b64decode, base64.urlsafe_b64decode):
                try:
                    yield decode(value + "=" * (-len(value) % 4))
                except ValueError:
                    continue


def trace(tap, start):
    proxy = Proxy()
    try:
        host = start(NAMES[0], *proxy.host_args(), *MEDIA)
        link = host.wait("ready", seconds=40)["link"]
        others = [start(name, "join", link, *MEDIA) for name in NAMES[1:]]
        for person in (host, *others):
            shield(person, "encrypted", 40)
            person.wait("media", lambda e: e["kind"] == "camera" and e["frames"] > 0, 40)
        host.do("chat", text=SECRET_TEXT)
        for person in others:
            person.wait("chat", lambda e: e["text"] == SECRET_TEXT)
        tap.ok(True, "a meeting of three with pictures and chat goes through the server")
        prints = [p["fingerprint"].replace(" ", "") for p in host.of("roster")[-1]["participants"]]
        secret = link.split("#k=")[1].split("&")[0]
        for person in (host, *others):
            person.do("leave")
            person.end()
        check(tap, proxy, prints, secret, link)
    finally:
        proxy.stop()


def check(tap, proxy, prints, secret, link):
    seen = list(everything(proxy.trace))
    kinds = {json.loads(text)["type"] for text in proxy.trace}
    tap.ok({"knock", "commit", "application", "welcome"} <= kinds,
           "the trace holds knocks, commits, welcomes and messages", kinds)
    for word in WORDS:
        tap.ok(not any(word.encode() in part for part in seen), f"the server never sees {word}")
    raw = [bytes.fromhex(p) for p in prints]
    tap.ok(not any(r in part or r.hex().encode() in part for r in raw for part in seen),
           "the server never sees an identity's fingerprint")
    tap.ok(not any(secret.encode() in part or base64.urlsafe_b64decode(secret + "=") in part
                   for part in seen), "the server never sees the room secret")
    tap.ok(all(len(part) < 300000 for part in seen), "no frames go through the server")


run(trace)
