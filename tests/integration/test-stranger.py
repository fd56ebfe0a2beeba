#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""Who knows host, port and room but not the secret can knock for ever and gets nothing."""
import asyncio
import base64
import json
import os
import re
import ssl

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from participant import run, shield

MEDIA = ["--video", "test", "--audio", "test", "--identity", "memory"]
ALLOWED = {"hello-ok", "error", "denied", "pong", "knock-gone"}


async def knock_for_ever(port, room, times):
    """What a stranger receives for `times` sealed-looking knocks."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    received = []
    async with connect(f"wss://127.0.0.1:{port}/v1", ssl=context, proxy=None) as socket:
        await socket.send(json.dumps({"type": "hello", "version": 1, "room": room}))
        try:
            for _ in range(times):
                payload = base64.b64encode(os.urandom(3000)).decode()
                await socket.send(json.dumps({"type": "knock", "payload": payload}))
                try:
                    while True:
                        received.append(json.loads(await asyncio.wait_for(socket.recv(), 0.3)))
                except asyncio.TimeoutError:
                    continue
        except ConnectionClosed:
            pass
    return received


def stranger(tap, start):
    host = start("Ada", "host", "--listen", "127.0.0.1:0", "--admission", "moderator", *MEDIA)
    link = host.wait("ready")["link"]
    port, room = re.match(r"conclave://127\.0\.0\.1:(\d+)/([\w-]{22})#", link).groups()
    bob = start("Bob", "join", link, *MEDIA)
    knock = host.wait("knock")
    tap.ok(knock["name"] == "Bob" and knock["contact"] == "new",
           "who has the link is seen at the door", knock)
    tap.ok(not bob.of("joined"), "nobody enters a moderated room unasked")
    host.do("admit", participant=knock["participant"])
    shield(bob, "encrypted", 40)
    mark = host.mark()
    for _ in range(3):
        received = asyncio.run(knock_for_ever(int(port), room, 6))
        kinds = {message["type"] for message in received}
        tap.ok(kinds <= ALLOWED, "a stranger's knocks bring nothing but refusals", kinds)
    tap.ok(not [e for e in host.of("knock", mark)], "a stranger is not even shown at the door")
    since = bob.mark()
    bob.wait("media", lambda e: e["kind"] == "camera" and e["fps"] > 0, 20, since)
    tap.ok(host.of("shield")[-1]["state"] == "encrypted", "the meeting goes on under its shield")

    wrong = re.sub(r"#k=.{8}", "#k=AAAAAAAA", link)
    eve = start("Eve", "join", wrong, *MEDIA)
    left = eve.wait("left", seconds=40)
    tap.ok(left["reason"] == "bad-link" and eve.end() == 1, "a wrong secret ends in one clear error",
           left)
    cut = start("Cut", "join", link[:-60], *MEDIA)
    tap.ok(cut.wait("left")["reason"] == "bad-link" and cut.end() == 1, "so does a truncated link")
    pin = start("Pin", "join", re.sub(r"&f=.{6}", "&f=AAAAAA", link), *MEDIA)
    tap.ok(pin.wait("left", seconds=40)["reason"] == "certificate", "so does another certificate")


run(stranger)
