# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""What all members of a group must say alike: after every epoch all that makes it up, after every
step its epoch authenticator and an exported secret, which only a commit may change."""
from driver import call_all, unpack


class Disagreement(Exception):
    """The two implementations do not say the same."""


def _ask(members, operation, **words):
    return call_all([(member.driver, operation, {"member": member.name, **words})
                     for member in members])


def _must_say(what, expected, members, values):
    for member, value in zip(members, values):
        if value != expected:
            raise Disagreement(f"{what}: {expected} is expected, {member} says {value}")


class Agreement:
    def __init__(self):
        self.epoch = 0
        self.authenticators = set()  # of every epoch so far
        self.words = None  # what this epoch's secret is exported for
        self.secret = self.authenticator = None

    def turn(self, members, words):
        """A new epoch, and who is in it. words: of its exported secret. Tells members their leaf."""
        states = _ask(members, "state")
        self.epoch = len(self.authenticators)
        _must_say("epoch", self.epoch, members, [state["epoch"] for state in states])
        for what in ("members", "epoch_authenticator", "confirmed_transcript_hash"):
            _must_say(what, states[0][what], members, [state[what] for state in states])
        self.authenticator = states[0]["epoch_authenticator"]
        if self.authenticator in self.authenticators:
            raise Disagreement(f"epoch {self.epoch} has the authenticator of an epoch before")
        self.authenticators.add(self.authenticator)
        self._tell_leaves(members, states)
        self.words, self.secret = words, _ask(members[:1], "export", **words)[0]["secret"]
        self.stay(members)

    def _tell_leaves(self, members, states):
        roster = {unpack(identity).decode(): leaf for leaf, identity in states[0]["members"]}
        if sorted(roster) != sorted(member.name for member in members):
            raise Disagreement(f"roster: {sorted(roster)} is not who was added and not removed")
        for member, state in zip(members, states):
            member.leaf = roster[member.name]
            if state["leaf"] != member.leaf:
                raise Disagreement(f"{member} says it is leaf {state['leaf']}, not {member.leaf}")

    def stay(self, members):
        """The epoch is the one that was agreed on, whatever came since."""
        answers = _ask(members, "epoch-authenticator")
        _must_say("epoch", self.epoch, members, [answer["epoch"] for answer in answers])
        _must_say("epoch_authenticator", self.authenticator, members,
                  [answer["epoch_authenticator"] for answer in answers])
        _must_say("secret", self.secret, members,
                  [answer["secret"] for answer in _ask(members, "export", **self.words)])
