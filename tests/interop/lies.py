# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""That a history can fail: one driver's answers are falsified on the way, and it must see that."""
import json
from collections import Counter, deque

from agreement import Disagreement
from driver import Driver, pack, unpack
from history import History

N_STEPS = 20
SEED = 1
# Whose answer, to what, and what of it.
LIES = (
    ("conclave", "epoch-authenticator", "epoch_authenticator"),
    ("ts-mls", "epoch-authenticator", "epoch_authenticator"),
    ("conclave", "export", "secret"),
    ("ts-mls", "export", "secret"),
    ("conclave", "state", "confirmed_transcript_hash"),
    ("ts-mls", "state", "confirmed_transcript_hash"),
)


class Liar(Driver):
    """A driver that lies when it is asked the same once more: as if a step without a commit had
    changed the epoch. The lie is one bit."""

    def __init__(self, driver, operation, field):
        self.process, self.name = driver.process, driver.name
        self.operation, self.field = operation, field
        self.asked, self.waiting = Counter(), deque()

    def write(self, *lines):
        self.asked.update(lines)
        self.waiting.extend(lines)
        super().write(*lines)

    def read(self):
        line, answer = self.waiting.popleft(), super().read()
        if json.loads(line)["op"] == self.operation and self.asked[line] > 1 and self.field in answer:
            truth = unpack(answer[self.field])
            answer[self.field] = pack(bytes([truth[0] ^ 1]) + truth[1:])
        return answer


def is_found_out(drivers, liar, operation, field):
    """Not when the history fails for another reason than the lie."""
    history = History([Liar(driver, operation, field) if driver.name == liar else driver
                       for driver in drivers], SEED)
    try:
        history.play(N_STEPS)
    except Disagreement as found:
        return str(found).startswith(f"{field}: ")
    return False
