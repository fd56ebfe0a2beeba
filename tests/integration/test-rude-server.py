#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""A server that speaks rubbish: whoever knocks there, or is in a call there, is told one clear word
and goes. No crash, no endless waiting, and the others of the call go on."""
import asyncio
import base64
import json
import os
import ssl
import tempfile
import threading

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from participant import Failed, run, settled_shield, shield
from proxy import MAX, Proxy, make_certificate

QUIET = ["--video", "off", "--audio", "off", "--identity", "memory"]
BIG = "x" * 10_000_000
DEEP = '{"type":"hello-ok","member":' + "[" * 5000 + "]" * 5000 + "}"
HELLO_OK = {"type": "hello-ok", "member": "0123456789abcdef", "token": "t" * 32, "occupied": True}
ENDS = {"unreachable", "version", "full", "over", "left-behind", "bad-link", "encryption"}
SECONDS = 40


def hello_ok(**changes):
    return json.dumps({**HELLO_OK, **changes})


def first_of_all(what):
    async def manner(client):
        await client.send(what)
    return manner


def after_hello(*what):
    async def manner(client):
        await client.recv()
        for each in what:
            await client.send(each)
    return manner


async def nothing(client):
    pass


async def in_pieces(client):
    async def pieces():
        for _ in range(200):
            yield "x" * 65536
    await client.recv()
    await client.send(pieces())


MANNERS = {
    "says nothing": nothing,
    "sends a binary frame first": first_of_all(b"\x00" * 100),
    "answers hello with a binary frame": after_hello(b"\xff" * 100),
    "answers hello with 10 MB": after_hello(BIG),
    "answers hello with 13 MB in pieces": in_pieces,
    "answers hello with 5000 lists in one another": after_hello(DEEP),
    "answers hello with what is not JSON": after_hello("}{"),
    "names a member with a path": after_hello(hello_ok(member="../../etc")),
    "says hello twice": after_hello(hello_ok(), hello_ok()),
    "leaves out a number": after_hello(
        hello_ok(), json.dumps({"type": "member-joined", "seq": 7, "id": "00112233445566ff"})),
    "sends a welcome of rubbish": after_hello(hello_ok(), json.dumps(
        {"type": "welcomed", "seq": 1, "from": HELLO_OK["member"], "members": [], "group": base64.b64encode(b"g" * 16).decode(), "epoch": 1,
         "payload": base64.b64encode(os.urandom(3000)).decode()})),
    "is full": after_hello(json.dumps({"type": "error", "code": "server-full", "message": "no"})),
}


class RudeServer:
    """One port for each manner, all with one key."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        cert, key, self.pin = make_certificate(self.folder.name)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert, key)
        self.links = {}
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=[self._serve()],
                                       daemon=True)
        self.thread.start()
        self.ready.wait(10)

    def _link(self, port):
        room, secret = (base64.urlsafe_b64encode(os.urandom(n)).decode().rstrip("=")
                        for n in (16, 32))
        return f"conclave://127.0.0.1:{port}/{room}#k={secret}&f={self.pin}"

    async def _serve(self):
        self.stopping = self.loop.create_future()
        servers = []
        for name, manner in MANNERS.items():
            async def handle(client, manner=manner):
                try:
                    await manner(client)
                    async for _ in client:
                        pass
                except ConnectionClosed:
                    pass
            server = await serve(handle, "127.0.0.1", 0, ssl=self.context, max_size=MAX)
            servers.append(server)
            self.links[name] = self._link(server.sockets[0].getsockname()[1])

        async def hold(reader, writer):
            await reader.read(1)
        mute = await asyncio.start_server(hold, "127.0.0.1", 0)
        self.links["does not even speak TLS"] = self._link(mute.sockets[0].getsockname()[1])

        async def page(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n<html>")
            await writer.drain()
        web = await asyncio.start_server(page, "127.0.0.1", 0, ssl=self.context)
        self.links["is a web site"] = self._link(web.sockets[0].getsockname()[1])
        self.ready.set()
        await self.stopping

    def stop(self):
        self.loop.call_soon_threadsafe(self.stopping.set_result, None)
        self.thread.join(10)
        self.folder.cleanup()


def at_the_door(tap, start):
    server = RudeServer()
    try:
        people = {name: start("Ada", "join", link, *QUIET) for name, link in server.links.items()}
        # What does not open is no welcome: they go on waiting at the door, and can leave. By the
        # time that the others have their answers this one has had its welcome, too.
        waiting = people.pop("sends a welcome of rubbish")
        people["is full"].wait("left", seconds=SECONDS)
        people["answers hello with 10 MB"].wait("left", seconds=SECONDS)
        tap.ok(waiting.process.poll() is None, "a welcome of rubbish opens nothing", waiting.tail())
        waiting.process.terminate()
        tap.ok(waiting.end() == 0 and not waiting.of("joined"), "and one can leave")
        for name, person in people.items():
            left = person.wait("left", seconds=SECONDS)
            good = left["reason"] in ENDS and len(person.of("error")) <= 1
            tap.ok(good and person.end() in (0, 1), f"a server that {name}: {left['reason']}",
                   person.tail())
    finally:
        server.stop()


def in_a_call(tap, start):
    proxy = Proxy()
    try:
        host = start("Ada", *proxy.host_args(), *QUIET)
        link = host.wait("ready", seconds=40)["link"]
        people = {}
        for name in ("Bob", "Cleo", "Dora"):
            people[name] = start(name, "join", link, *QUIET)
            shield(people[name], "encrypted", 60)
        for person in (host, *people.values()):
            person.wait("roster", lambda e: len(e["participants"]) == 4, 40)
        throws = {"Bob": b"\x00" * 100, "Cleo": "[" * 5000, "Dora": BIG}
        # Connections are in the order of joining, the host's first.
        for connection, what in zip(proxy.connections[1:], throws.values()):
            proxy.run(connection.client.send(what))
        for name in ("Bob", "Cleo"):
            left = people[name].wait("left", seconds=SECONDS)
            tap.ok(left["reason"] in ENDS and people[name].end() in (0, 1),
                   f"rubbish in the middle of a call: {left['reason']}", people[name].tail())
        host.wait("roster", lambda e: len(e["participants"]) == 2, 40)
        # A message that is too long ends the connection, which is resumed.
        people["Dora"].do("chat", text="still here")
        host.wait("chat", lambda e: e["text"] == "still here", SECONDS)
        settled_shield(host)
        settled_shield(people["Dora"])
        tap.ok(True, "the call itself goes on")
    finally:
        proxy.stop()


def rude_server(tap, start):
    for part in (at_the_door, in_a_call):
        try:
            part(tap, start)
        except Failed as failure:
            tap.ok(False, part.__name__, failure)


run(rude_server)
