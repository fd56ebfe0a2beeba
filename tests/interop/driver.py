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

    def write(self, *lines):
        self.process.stdin.write("".join(line + "\n" for line in lines))
        self.process.stdin.flush()

    def read(self):
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.process.args[-1]} ended with {self.process.wait()}")
        return json.loads(answer)

    def send(self, line):
        """One line as it is, one answer."""
        self.write(line)
        return self.read()

    def call(self, operation, **words):
        return call_all([(self, operation, words)])[0]

    def close(self):
        """The driver's exit status: not 0 when it leaked or broke."""
        self.process.stdin.close()
        return self.process.wait(timeout=60)


def call_all(calls):
    """calls: (driver, operation, words); their answers in the same order. Every driver has all its
    lines before any is read, so that both work at the same time: for few and short calls, because
    pipes are finite."""
    for driver in {driver for driver, _, _ in calls}:
        driver.write(*(json.dumps({"op": operation, **words})
                       for to, operation, words in calls if to is driver))
    answers = [driver.read() for driver, _, _ in calls]
    for (_, operation, _), answer in zip(calls, answers):
        if "error" in answer:
            raise Refusal(f"{operation}: {answer['error']}")
    return answers
