#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""A real conclave-server and clients that do not behave. After each of them it serves on.

usage: test-hostile.py CONCLAVE_SERVER
"""
import base64
import contextlib
import json
import os
import re
import select
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.sync.client import connect

HANDSHAKE_S = 0.6
ROOM = "AAECAwQFBgcICQoLDA0ODw"
HELLO = {"type": "hello", "version": 1, "room": ROOM}
KNOCK = {"type": "knock", "payload": "AQID"}
OPEN = {"type": "open", "group": "Z3I="}
DEADLINE_S = 20


class Server:
    def __init__(self, program, folder, silence_s=30, **limits):
        self.folder = folder
        config = os.path.join(folder, "server.conf")
        limits = {"knocks-per-minute": 5, "messages-per-second": 20,
                  "new-connections-per-minute": 1000} | limits
        with open(config, "w") as file:
            file.write("[server]\nlisten=127.0.0.1:0\n"
                       f"certificate={folder}/certificate\nkey={folder}/key\n"
                       f"[times]\nhandshake-ms={int(HANDSHAKE_S * 1000)}\n"
                       f"silence-ms={int(silence_s * 1000)}\n[limits]\n")
            file.writelines(f"{key}={value}\n" for key, value in limits.items())
        # What the sanitizer keeps of freed memory would hide what the server keeps.
        options = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=4"
        self.process = subprocess.Popen([program, "--config", config], stderr=subprocess.PIPE,
                                        text=True, env=os.environ | {"ASAN_OPTIONS": options})
        self.port = None
        while self.port is None:
            line = self.process.stderr.readline()
            assert line, "the server ended before it listened"
            match = re.search(r"event=listening port=(\d+)", line)
            self.port = int(match.group(1)) if match else None
        self.tls = ssl.create_default_context(cafile=f"{folder}/certificate")
        self.tls.check_hostname = False

    def connect(self):
        return connect(f"wss://127.0.0.1:{self.port}/v1", ssl=self.tls, compression=None,
                       max_size=None, ping_interval=None, open_timeout=DEADLINE_S, proxy=None)

    def raw(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE_S)

    def raw_tls(self):
        return self.tls.wrap_socket(self.raw())

    def hello(self, **fields):
        client = self.connect()
        say(client, HELLO | fields)
        return client

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        log = self.process.communicate(timeout=DEADLINE_S)[1]
        return self.process.returncode, log


def say(client, message):
    client.send(json.dumps(message))


def hear(client):
    return json.loads(client.recv(timeout=DEADLINE_S))


def hear_type(client, *types):
    while True:
        message = hear(client)
        if message["type"] in types:
            return message


def rest(client):
    """Everything until the server closes."""
    messages = []
    try:
        while True:
            messages.append(hear(client))
    except ConnectionClosed:
        return messages


def assert_refused(client, code, count=1):
    errors = [message for message in rest(client) if message["type"] == "error"]
    assert [error["code"] for error in errors] == [code] * count, errors


def assert_serves(server):
    with server.hello(room="B" * 21 + "A") as client:
        assert hear(client)["type"] == "hello-ok"


def assert_ends(stream, since, limit_s):
    """The server closes within the limit, and not before it had to."""
    stream.settimeout(DEADLINE_S)
    try:
        while stream.recv(65536):
            pass
    except (ConnectionResetError, BrokenPipeError, ssl.SSLError):
        pass
    assert time.monotonic() - since < limit_s


# ---- the tests: each a function whose name is the claim -----------------------------------------


def binary_frame_is_refused(server):
    with server.hello() as client:
        hear(client)
        client.send(b"{}")
        assert_refused(client, "bad-message")


def ten_megabytes_are_refused(server):
    with server.hello() as client:
        hear(client)
        try:
            client.send("x" * 10_000_000)
        except ConnectionClosed:
            pass
        assert_refused(client, "too-big")


def ten_megabytes_in_fragments_are_refused(server):
    with server.hello() as client:
        hear(client)
        try:
            client.send("x" * 10_000 for _ in range(1000))
        except ConnectionClosed:
            pass
        assert_refused(client, "too-big")


def pieces_without_an_end_are_refused(server):
    """What is not whole yet is kept by libsoup, which has no bound there."""
    with server.hello() as client:
        hear(client)
        try:
            client.send("x" * 10_000 for _ in iter(int, 1))
        except ConnectionClosed:
            pass
        assert_refused(client, "too-big")


def websocket_pings_are_counted(server):
    """libsoup answers them by itself."""
    with server.hello() as client:
        hear(client)
        try:
            for n in range(5000):
                client.ping(str(n))
        except (ConnectionClosed, OSError):
            return
        raise AssertionError("5000 pings were answered")


def a_resumed_connection_is_cut(server):
    """Not closed: that takes until it has read everything."""
    with server.hello() as first:
        token = hear(first)["token"]
        with server.hello(token=token) as second:
            assert hear(second)["resumed"]
            rest(first)
            assert first.close_code == 1006, first.close_code


def member_may_say_more_but_not_ten_megabytes(server):
    with server.hello(room="C" * 21 + "A") as client:
        say(client, OPEN)
        hear_type(client, "opened")
        payload = base64.b64encode(bytes(200_000)).decode()
        say(client, {"type": "application", "group": "Z3I=", "epoch": 0, "payload": payload})
        say(client, {"type": "ping"})
        assert hear(client)["type"] == "pong"
        try:
            client.send("x" * 10_000_000)
        except ConnectionClosed:
            pass
        assert_refused(client, "too-big")


def garbage_is_refused(server):
    for text in ("garbage", "", "[]", "null", '{"type":', "\x00"):
        with server.hello() as client:
            hear(client)
            client.send(text)
            assert_refused(client, "bad-message")


def deep_json_is_refused(server):
    with server.hello() as client:
        hear(client)
        client.send('{"type":' + "[" * 30_000)
        assert_refused(client, "too-big")


def many_values_are_refused(server):
    """The parser makes a node of each."""
    with server.hello() as client:
        hear(client)
        client.send('{"type":"ping","x":[' + "[]," * 20_000 + "[]]}")
        assert_refused(client, "too-big")


def hello_comes_first(server):
    with server.connect() as client:
        say(client, KNOCK)
        assert_refused(client, "not-allowed")


def other_versions_are_refused(server):
    with server.hello(version=2) as client:
        assert_refused(client, "version")


def second_hello_is_not_allowed(server):
    with server.hello() as client:
        hear(client)
        say(client, HELLO)
        assert hear(client)["code"] == "not-allowed"


def unknown_rooms_are_empty(server):
    with server.hello(room="D" * 21 + "A") as client:
        assert "occupied" not in hear(client)
        say(client, KNOCK)
        error = hear(client)
        assert (error["code"], error["about"]) == ("room-empty", "knock")


def bad_room_ids_are_refused(server):
    for room in ("", "short", "x" * 1000, 5):
        with server.connect() as client:
            say(client, HELLO | {"room": room})
            assert hear(client)["code"] == "bad-message"


def wrong_token_does_not_resume(server):
    with server.hello(token="0" * 48) as client:
        assert_refused(client, "resume-failed")


def too_many_knocks_are_refused(server):
    with server.hello() as host, server.hello() as guest:
        hear(host), hear(guest)
        say(host, OPEN)
        hear_type(host, "opened")
        for _ in range(6):
            say(guest, KNOCK)
        error = hear(guest)
        assert (error["code"], error["about"]) == ("too-fast", "knock")
        say(guest, {"type": "ping"})
        assert hear(guest)["type"] == "pong"


def rubbish_ends_the_connection(server):
    with server.hello() as client:
        hear(client)
        for _ in range(20):
            try:
                say(client, {"type": "dance"})
            except ConnectionClosed:
                break
        codes = [message["code"] for message in rest(client)]
        assert codes == ["unknown-type"] * 8 + ["bad-message"], codes


def flood_is_refused(server):
    with server.hello() as client:
        hear(client)
        try:
            for _ in range(1000):
                say(client, {"type": "ping"})
        except ConnectionClosed:
            pass
        assert rest(client)[-1]["code"] == "too-fast"


def tcp_without_tls_is_cut(server):
    since = time.monotonic()
    with server.raw() as stream:
        assert_ends(stream, since, 5)
    with server.raw() as stream:
        stream.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert_ends(stream, since, 10)


def tls_without_http_is_cut(server):
    since = time.monotonic()
    with server.raw_tls() as stream:
        assert_ends(stream, since, 5)


def slow_headers_are_cut(server):
    since = time.monotonic()
    with server.raw_tls() as stream:
        stream.settimeout(0.05)
        stream.sendall(b"GET /v1 HTTP/1.1\r\nHost: a\r\n")
        ended = False
        while not ended and time.monotonic() - since < 5:
            try:
                stream.sendall(b"X: y\r\n")
                ended = stream.recv(100) == b""
            except TimeoutError:
                pass
            except (OSError, ssl.SSLError):
                ended = True
        assert ended


def websocket_without_hello_is_cut(server):
    since = time.monotonic()
    with server.connect() as client:
        rest(client)
    assert HANDSHAKE_S * 0.8 < time.monotonic() - since < 5


def plain_http_gets_nothing(server):
    for request in (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                    b"GET /v1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                    b"GET /etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"):
        with server.raw_tls() as stream:
            stream.sendall(request)
            answer = stream.recv(1000)
            assert b" 404 " in answer, answer


def endless_body_is_cut(server):
    since = time.monotonic()
    with server.raw_tls() as stream:
        stream.sendall(b"POST /v1 HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n")
        try:
            while time.monotonic() - since < 5:
                stream.sendall(bytes(65536))
        except (OSError, ssl.SSLError):
            pass
        assert time.monotonic() - since < 5
    assert get_rss_kib(server) < 400_000


def server_says_goodbye(server):
    with server.hello() as client:
        hear(client)
        server.process.send_signal(signal.SIGTERM)
        assert_refused(client, "shutdown")


def refuses_more_connections(program, folder):
    server = Server(program, folder, **{"connections-per-address": 2})
    with server.hello() as first, server.hello() as second:
        assert hear(first)["type"] == hear(second)["type"] == "hello-ok"
        try:
            with server.connect():
                raise AssertionError("a third connection was taken")
        except (OSError, EOFError, InvalidMessage, InvalidStatus, ConnectionClosed):
            pass
    server.stop()


def text_frame(message):
    """A client's frame, masked with zeros."""
    text = json.dumps(message).encode()
    assert len(text) < 126
    return bytes([0x81, 0x80 | len(text)]) + bytes(4) + text


def slow_reader(server):
    """A stream that said hello and takes next to nothing."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.settimeout(DEADLINE_S)
    raw.connect(("127.0.0.1", server.port))
    stream = server.tls.wrap_socket(raw)
    stream.sendall(b"GET /v1 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
                   b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                   b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
    answer = stream.recv(1000)
    assert b" 101 " in answer, answer
    stream.sendall(text_frame(HELLO))
    return stream


def get_rss_kib(server):
    status = open(f"/proc/{server.process.pid}/status").read()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


def acknowledgements_make_no_room(program, folder):
    """What somebody claims to have read is forgotten only when it really went out."""
    server = Server(program, folder, **{"room-bytes-per-second": 1 << 30,
                                        "bytes-per-second": 1 << 30,
                                        "messages-per-second": 10000})
    with contextlib.ExitStack() as cleanup:
        cleanup.callback(server.stop)
        host = cleanup.enter_context(server.hello())
        hear(host)
        say(host, OPEN)
        hear_type(host, "opened")
        slow = cleanup.enter_context(slow_reader(server))
        slow.sendall(text_frame(KNOCK))
        member = hear_type(host, "knocked")["id"]
        say(host, {"type": "commit", "group": "Z3I=", "epoch": 0, "payload": "QQ==",
                   "adds": [member]})
        hear_type(host, "accepted")
        say(host, {"type": "welcome", "to": [member], "group": "Z3I=", "epoch": 1,
                   "payload": "QQ=="})
        hear_type(host, "member-joined")
        message = json.dumps({"type": "application", "group": "Z3I=", "epoch": 1,
                              "payload": base64.b64encode(bytes(256 * 1024)).decode()})
        before = get_rss_kib(server)
        for n in range(400):
            host.send(message)
            if n % 4 == 0:
                say(host, {"type": "ping"})
                hear_type(host, "pong")
                with contextlib.suppress(OSError, ssl.SSLError):
                    slow.sendall(text_frame({"type": "ping", "last-seq": n}))
        grown = (get_rss_kib(server) - before) // 1024
        print(f"# {grown} MiB more after 133 MiB", flush=True)
        assert grown < 64, grown


def bytes_are_counted(program, folder):
    """Whatever becomes of them; but a commit with its Welcomes must get through."""
    server = Server(program, folder)
    with contextlib.ExitStack() as cleanup:
        cleanup.callback(server.stop)
        client = cleanup.enter_context(server.hello())
        hear(client)
        say(client, OPEN)
        hear_type(client, "opened")
        commit, welcome = (json.dumps({
            "type": type, "group": "b3RoZXI=", "to": ["0" * 16], "epoch": 0,
            "payload": base64.b64encode(bytes(size)).decode()})
            for type, size in (("commit", 2 << 20), ("welcome", 2880 << 10)))
        for message in [commit] + [welcome] * 7:
            client.send(message)
            answer = hear_type(client, "rejected", "error")
            assert "about" in answer or answer["type"] == "rejected", answer
        with contextlib.suppress(ConnectionClosed):
            for _ in range(30):
                client.send(welcome)
        assert rest(client)[-1]["code"] == "too-fast"


def who_talks_and_does_not_read_is_cut(program, folder):
    """Answers that have no number are kept in no queue of the room, but in the socket's."""
    server = Server(program, folder, silence_s=1, **{"messages-per-second": 10000,
                                                     "knocks-per-minute": 100000})
    with contextlib.ExitStack() as cleanup:
        cleanup.callback(server.stop)
        stream = cleanup.enter_context(slow_reader(server))
        since = time.monotonic()
        try:
            stream.sendall(text_frame(KNOCK) * 50_000)
            while time.monotonic() - since < DEADLINE_S:
                stream.sendall(text_frame({"type": "ping"}))
                select.select([], [], [], 0.2)
        except (OSError, ssl.SSLError):
            pass
        assert time.monotonic() - since < DEADLINE_S, "it was not cut"


def usage_is_checked(program, folder):
    run = subprocess.run
    assert "--config" in run([program, "--help"], capture_output=True, text=True).stdout
    assert run([program, "--dance"], capture_output=True).returncode == 2
    assert run([program, "extra"], capture_output=True).returncode == 2
    assert run([program, "--config", "/nowhere"], capture_output=True).returncode == 2
    assert run([program], capture_output=True).returncode == 1


def make_certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{folder}/key", "-out",
                    f"{folder}/certificate", "-days", "1", "-subj", "/CN=127.0.0.1"],
                   check=True, capture_output=True)


def attempt(number, name, call):
    try:
        call()
        print(f"ok {number} - {name}", flush=True)
        return True
    except BaseException as error:  # every failure is one line, and the next test runs
        print(f"not ok {number} - {name}\n# {type(error).__name__}: {error}", flush=True)
        return False


def main():
    program = sys.argv[1]
    behaviours = [binary_frame_is_refused, ten_megabytes_are_refused,
                  ten_megabytes_in_fragments_are_refused, pieces_without_an_end_are_refused,
                  websocket_pings_are_counted, a_resumed_connection_is_cut,
                  member_may_say_more_but_not_ten_megabytes, garbage_is_refused,
                  deep_json_is_refused, many_values_are_refused, hello_comes_first, other_versions_are_refused,
                  second_hello_is_not_allowed, unknown_rooms_are_empty, bad_room_ids_are_refused,
                  wrong_token_does_not_resume, too_many_knocks_are_refused,
                  rubbish_ends_the_connection, flood_is_refused, tcp_without_tls_is_cut,
                  tls_without_http_is_cut, slow_headers_are_cut, websocket_without_hello_is_cut,
                  plain_http_gets_nothing, endless_body_is_cut]
    own_servers = [refuses_more_connections, usage_is_checked, acknowledgements_make_no_room,
                   bytes_are_counted, who_talks_and_does_not_read_is_cut]
    print(f"TAP version 14\n1..{len(behaviours) + 2 + len(own_servers)}")
    passed = True
    with tempfile.TemporaryDirectory() as folder:
        make_certificate(folder)
        server = Server(program, folder)
        for number, behaviour in enumerate(behaviours, 1):
            def call():
                behaviour(server)
                assert_serves(server)
            passed &= attempt(number, behaviour.__name__, call)
        number = len(behaviours)
        passed &= attempt(number + 1, "server_says_goodbye", lambda: server_says_goodbye(server))

        def clean_end():
            status, log = server.stop()
            assert status == 0, (status, log)
            assert "event=stopping" in log and ROOM not in log, log
        passed &= attempt(number + 2, "ends_cleanly_and_logs_no_room", clean_end)
        for number, behaviour in enumerate(own_servers, number + 3):
            passed &= attempt(number, behaviour.__name__, lambda: behaviour(program, folder))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
