#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""While two people talk, somebody throws at their server whatever a program can throw. Each throw
ends in one clear error or a closed door, is counted, and the meeting goes on."""
import asyncio
import base64
import json
import os
import re
import signal
import socket
import ssl
import tempfile
import time

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from participant import run, settled_shield, shield
from proxy import SERVER, RealServer

MEDIA = ["--video", "test", "--audio", "test", "--identity", "memory"]
# Another address than the participants': what is bounded for each address is theirs alone.
ATTACKER = ("127.0.0.2", 0)
HALF_OPEN = 50
KNOCKS = 2000
FLOOD = 700  # on one connection: more than its rate allows at once
HELLOS = 300
GROWTH_BYTES = 64 * 1024 * 1024
PATIENCE = 20
GONE = (ConnectionClosed, OSError, InvalidHandshake, InvalidMessage, EOFError)


def tls():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Attacker:
    def __init__(self, port, room):
        self.port = port
        self.room = room

    def visit(self):
        return connect(f"wss://127.0.0.1:{self.port}/v1", ssl=tls(), proxy=None, max_size=None,
                       local_addr=ATTACKER, ping_interval=None, close_timeout=2)

    async def hello(self, ws):
        await ws.send(json.dumps({"type": "hello", "version": 1, "room": self.room}))
        return json.loads(await asyncio.wait_for(ws.recv(), PATIENCE))

    async def until_closed(self, ws):
        """The error codes that come before the end; TimeoutError when it does not come."""
        codes = []
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    message = json.loads(await ws.recv())
                    if message["type"] == "error":
                        codes.append(message["code"])
        except GONE:
            return codes

    async def throw(self, what, says_hello=True):
        """Says hello, sends one thing, and tells the error codes until the server closes."""
        try:
            async with self.visit() as ws:
                if says_hello:
                    await self.hello(ws)
                try:
                    await ws.send(what)
                except GONE:
                    pass
                return await self.until_closed(ws)
        except GONE:
            return []

    async def fragments(self):
        """10 MB as one message of many frames."""
        async def pieces():
            for _ in range(160):
                yield "x" * 65536
        return await self.throw(pieces())

    async def many_bad(self, text):
        """Sends the same bad message until the server has had enough."""
        async with self.visit() as ws:
            await self.hello(ws)
            try:
                for _ in range(20):
                    await ws.send(text)
            except GONE:
                pass
            return await self.until_closed(ws)

    async def knocks(self):
        """As many knocks as get through, on as many connections as it takes."""
        payload = base64.b64encode(os.urandom(3000)).decode()
        text = json.dumps({"type": "knock", "payload": payload})
        sent, codes = 0, set()
        while sent < KNOCKS:
            try:
                async with self.visit() as ws:
                    await self.hello(ws)
                    try:
                        for _ in range(FLOOD):
                            sent += 1
                            await ws.send(text)
                    except GONE:
                        pass
                    codes.update(await self.until_closed(ws))
            except GONE:
                sent += 1
        return codes

    async def hellos(self):
        """Connections that each make a room of their own and are dropped."""
        refused = 0
        for _ in range(HELLOS):
            self.room = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
            try:
                async with self.visit() as ws:
                    await self.hello(ws)
                    ws.transport.abort()
            except GONE:
                refused += 1
        return refused

    async def plain_rubbish(self):
        """No TLS at all, and TLS with something that is not HTTP inside."""
        for context in (None, tls()):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", self.port, ssl=context, local_addr=ATTACKER)
            writer.write(os.urandom(100000))
            try:
                await asyncio.wait_for(reader.read(), PATIENCE)
            except OSError:
                pass
            writer.transport.abort()


def half_open(port, context=None):
    """A connection that begins and never goes on: half a TLS hello, or half an HTTP request."""
    raw = socket.create_connection(("127.0.0.1", port), 5, ATTACKER)
    if context is None:
        raw.sendall(bytes.fromhex("16030100f8010000f40303"))
        return raw
    wrapped = context.wrap_socket(raw)
    wrapped.sendall(b"GET /v1 HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    return wrapped


def is_closed_soon(connection):
    connection.settimeout(PATIENCE)
    try:
        while connection.recv(65536):
            pass
        return True
    except TimeoutError:
        return False
    except OSError:
        return True


def memory_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def is_sanitized():
    with open(SERVER, "rb") as program:
        return b"__asan_init" in program.read()


def counters(server):
    """What the server has counted, as it writes it on SIGUSR1."""
    server.process.send_signal(signal.SIGUSR1)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with open(server.log, encoding="utf-8") as log:
            found = re.findall(r"bad_messages=(\d+) throttled=(\d+)", log.read())
        if found:
            return tuple(map(int, found[-1]))
        time.sleep(0.05)
    return (0, 0)


def throw_everything(tap, server, room):
    def attacker():
        return Attacker(server.port, room)

    slow = [half_open(server.port) for _ in range(HALF_OPEN // 2)]
    slow += [half_open(server.port, tls()) for _ in range(HALF_OPEN // 2)]
    big = "x" * 10_000_000
    deep = '{"type":"ping","last-seq":' + "[" * 20000 + "]" * 20000 + "}"
    for claim, what, code in (
            ("10 MB of text", big, "too-big"),
            ("a binary frame", b"\x00\xff" * 100, "bad-message"),
            ("20000 lists in one another", deep, "too-big"),
            ("text that is not JSON", "}{", "bad-message")):
        for says_hello in (True, False):
            codes = asyncio.run(attacker().throw(what, says_hello))
            # A client that is still sending when the door closes may not see the error.
            good = codes == [code] or (what is big and codes == [])
            tap.ok(good, f"{claim} {'after' if says_hello else 'before'} hello", codes)
    tap.ok(asyncio.run(attacker().fragments()) in ([], ["too-big"]), "10 MB in pieces")
    for claim, text in (
            ("an unknown type", '{"type":"sudo"}'),
            ("a number where a text belongs", '{"type":"knock","payload":7}'),
            ("a commit from a visitor", json.dumps(
                {"type": "commit", "group": "AAAA", "epoch": 0, "payload": "AAAA"})),
            ("a chat from nowhere", json.dumps(
                {"type": "application", "group": "AAAA", "epoch": 0, "payload": "AAAA"}))):
        codes = asyncio.run(attacker().many_bad(text))
        tap.ok(0 < len(codes) <= 9, f"{claim}, again and again, ends the connection", codes)
    asyncio.run(attacker().plain_rubbish())
    tap.ok(True, "rubbish instead of TLS and instead of HTTP")
    codes = asyncio.run(attacker().knocks())
    tap.ok(codes <= {"too-fast"}, f"{KNOCKS} knocks of rubbish bring at most 'too fast'", codes)
    refused = asyncio.run(attacker().hellos())
    print(f"# {refused} of {HELLOS} connections in a row were refused", flush=True)
    tap.ok(all(is_closed_soon(s) for s in slow),
           f"{HALF_OPEN} connections that never go on are closed")


def abuse(tap, start):
    folder = tempfile.TemporaryDirectory()
    server = RealServer(folder.name, limits="")
    try:
        host = start("Ada", "host", "--server", f"127.0.0.1:{server.port}", "--server-pin",
                     server.pin, *MEDIA)
        link = host.wait("ready", seconds=40)["link"]
        room = re.search(r"/([\w-]{22})#", link).group(1)
        bob = start("Bob", "join", link, *MEDIA)
        people = [host, bob]
        for person in people:
            shield(person, "encrypted", 60)
            person.wait("media", lambda e: e["kind"] == "camera" and e["fps"] > 0, 40)
        before = memory_bytes(server.process.pid)
        marks = [p.mark() for p in people]
        throw_everything(tap, server, room)
        bad, throttled = counters(server)
        tap.ok(bad >= 20 and throttled > 0, "the server has counted it", (bad, throttled))
        growth = memory_bytes(server.process.pid) - before
        print(f"# the server grew by {growth / 1e6:.1f} MB", flush=True)
        if is_sanitized():
            tap.skip("the server's memory is bounded", "sanitizers keep what is freed")
        else:
            tap.ok(growth < GROWTH_BYTES, "the server's memory is bounded", growth)
        the_meeting_goes_on(tap, start, people, marks, link)
    finally:
        server.stop()
        folder.cleanup()


def the_meeting_goes_on(tap, start, people, marks, link):
    for person, mark in zip(people, marks):
        amber = [e for e in person.of("shield", mark) if e["state"] != "encrypted"]
        tap.ok(not amber, f"{person.label}: the shield never left encrypted", amber)
        tap.ok(not person.of("knock", mark) and not person.of("error", mark),
               f"{person.label}: heard of nothing", person.tail())
        person.wait("media", lambda e: e["kind"] == "camera" and e["fps"] > 0, 20, person.mark())
    tap.ok(True, "pictures still flow")
    cleo = start("Cleo", "join", link, *MEDIA)
    for person in (cleo, *people):
        person.wait("roster", lambda e: len(e["participants"]) == 3, 40)
        settled_shield(person)
    tap.ok(True, "and a third still comes in")


run(abuse)
