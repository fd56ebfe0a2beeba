# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""One implementation behind the protocol of README.md: a process that lives as long as the test."""
import base64
import json
import subprocess


def pack(data):
    """Bytes as the protocol writes them."""
    return base64.b64encode(data).decode("ascii")


def unpack(text):
    return base64.b64decode(text)


class Refusal(Exception):
    """The driver answered with an error."""


class Driver:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)
        hello = self.call("hello")
        self.name, self.suites = hello["implementation"], hello["suites"]

    def send(self, line):
        """One line as it is, one answer."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.process.args[-1]} ended with {self.process.wait()}")
        return json.loads(answer)

    def call(self, operation, **words):
        answer = self.send(json.dumps({"op": operation, **words}))
        if "error" in answer:
            raise Refusal(f"{operation}: {answer['error']}")
        return answer

    def close(self):
        """The driver's exit status: not 0 when it leaked or broke."""
        self.process.stdin.close()
        return self.process.wait(timeout=60)
