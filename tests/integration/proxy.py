# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""The worst room server: a real conclave-server behind a proxy that reads and changes everything.

It ends the TLS of the clients with its own certificate, whose pin the meeting's link names, so to
the clients it simply is the server. A test gives it hooks; without hooks it only keeps a trace.
"""
import asyncio
import base64
import hashlib
import json
import os
import socket
import ssl
import subprocess
import tempfile
import threading

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

SERVER = os.environ.get("CONCLAVE_SERVER", "conclave-server")
MAX = 16 * 1024 * 1024


def make_certificate(folder):
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=room"],
        check=True, capture_output=True)
    spki = subprocess.run(["openssl", "x509", "-in", cert, "-pubkey", "-noout"],
                          check=True, capture_output=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=spki,
                         check=True, capture_output=True).stdout
    pin = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()
    return cert, key, pin


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RealServer:
    """A conclave-server process of its own; its log goes to server.log in the folder."""

    def __init__(self, folder, limits="knocks-per-minute=1000\nnew-connections-per-minute=1000\n"):
        self.cert, self.key, self.pin = make_certificate(folder)
        self.port = free_port()
        config = os.path.join(folder, "server.conf")
        with open(config, "w", encoding="utf-8") as out:
            out.write(f"[server]\nlisten=127.0.0.1:{self.port}\n"
                      f"certificate={self.cert}\nkey={self.key}\n"
                      f"[limits]\n{limits}")
        self.log = os.path.join(folder, "server.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([SERVER, "--config", config], stderr=log,
                                            stdout=subprocess.DEVNULL)
        self._wait_until_listening()

    def _wait_until_listening(self):
        for _ in range(100):
            with socket.socket() as probe:
                probe.settimeout(0.2)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.process.poll() is not None:
                break
            threading.Event().wait(0.1)
        raise RuntimeError("conclave-server does not listen")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


class Connection:
    """One client as the hooks see it; inject() sends it a message of the proxy's own."""

    def __init__(self, number, client, upstream):
        self.number = number
        self.client = client
        self.upstream = upstream
        self.member = None
        self.seq = 0

    async def send(self, message):
        """Numbered anew: a client that counts must not see what was left out or put in."""
        if message.get("seq"):
            self.seq += 1
            message = {**message, "seq": self.seq}
        await self.client.send(json.dumps(message))

    async def inject(self, message):
        await self.send({**message, "seq": 1})


class Proxy:
    """from_client(connection, message) and from_server(connection, message) return the list of
    messages to pass on instead of the one; the trace has every text that a client sent."""

    def __init__(self, from_client=None, from_server=None):
        self.folder = tempfile.TemporaryDirectory()
        self.upstream = RealServer(self.folder.name)
        own = os.path.join(self.folder.name, "own")
        os.mkdir(own)
        self.cert, self.key, self.pin = make_certificate(own)
        self.port = free_port()
        self.from_client = from_client or (lambda connection, message: [message])
        self.from_server = from_server or (lambda connection, message: [message])
        self.trace = []
        self.connections = []
        self.is_cut = False
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        self.ready.wait(10)

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve())

    async def _serve(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        self.stopping = self.loop.create_future()
        async with serve(self._handle, "127.0.0.1", self.port, ssl=context, max_size=MAX):
            self.ready.set()
            await self.stopping

    async def _handle(self, client):
        if self.is_cut:
            client.transport.abort()
            return
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        path = client.request.path
        async with connect(f"wss://127.0.0.1:{self.upstream.port}{path}", ssl=context,
                           max_size=MAX, proxy=None,
                           subprotocols=client.request.headers.get_all("Sec-WebSocket-Protocol")
                           or None) as upstream:
            connection = Connection(len(self.connections), client, upstream)
            self.connections.append(connection)
            await asyncio.wait([
                asyncio.ensure_future(self._pump(connection, client, upstream, True)),
                asyncio.ensure_future(self._pump(connection, upstream, client, False)),
            ], return_when=asyncio.FIRST_COMPLETED)

    async def _pump(self, connection, source, target, is_client):
        try:
            async for text in source:
                if is_client:
                    self.trace.append(text)
                message = json.loads(text)
                if message.get("type") == "hello-ok":
                    connection.member = message["member"]
                hook = self.from_client if is_client else self.from_server
                for out in hook(connection, message):
                    if is_client:
                        out.pop("last-seq", None)
                        await target.send(json.dumps(out))
                    else:
                        await connection.send(out)
        except ConnectionClosed:
            pass

    async def _abort_all(self):
        for connection in self.connections:
            connection.client.transport.abort()
            connection.upstream.transport.abort()

    def cut(self):
        """Every connection ends without a word, and no new one lasts until mend()."""
        self.is_cut = True
        self.run(self._abort_all())

    def mend(self):
        self.is_cut = False

    def run(self, coroutine):
        """Runs a coroutine in the proxy's loop, from the test's thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def stop(self):
        self.loop.call_soon_threadsafe(lambda: self.stopping.done() or self.stopping.set_result(0))
        self.thread.join(10)
        self.upstream.stop()
        self.folder.cleanup()

    def host_args(self):
        return ["host", "--server", f"127.0.0.1:{self.port}", "--server-pin", self.pin]
