# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""What the histories go around because ts-mls departs from RFC 9420 there (README.md), tried on
groups of four. Each is a claim: when one fails, ts-mls was mended and the way around it can go."""
import time

from driver import Refusal, pack

POLICY = 0xF0C0
EXTENSIONS = [[3, pack(bytes([2, POLICY >> 8, POLICY & 0xFF, 0, 0]))], [POLICY, pack(b"old")]]


class Four:
    """m0 of the first driver adds m1 to m3 one by one: four leaves, no blank one."""

    def __init__(self, *drivers):
        self.drivers = drivers
        for driver in set(drivers):
            driver.call("reset", now=int(time.time()))
        self.call(0, "create", group_id=pack(b"four"), extensions=EXTENSIONS, **self.leaf(0))
        for index in (1, 2, 3):
            package = self.call(index, "key-package", **self.leaf(index))["key_package"]
            made = self.call(0, "commit", adds=[package])
            self.call(0, "accept")
            self.call(index, "welcome", welcome=made["welcome"])
            for other in range(1, index):
                self.call(other, "process", message=made["commit"])

    def call(self, index, operation, **words):
        return self.drivers[index].call(operation, member=f"m{index}", **words)

    def leaf(self, index):
        return {"suite": 1, "identity": pack(f"m{index}".encode()), "extension_types": [POLICY]}

    def propose_extensions(self):
        """Of m1 to m2 and m3."""
        changed = [EXTENSIONS[0], [POLICY, pack(b"new")]]
        message = self.call(1, "propose-extensions", extensions=changed)["message"]
        for index in (2, 3):
            self.call(index, "process", message=message)

    def commit_and_be_refused(self, **words):
        """m2 commits; TRUE when m3 does not take it."""
        commit = self.call(2, "commit", **words)["commit"]
        try:
            self.call(3, "process", message=commit)
        except Refusal:
            return True
        return False


def half_blank_is_derived_wrong(ours, theirs):
    return Four(ours, ours, ours, theirs).commit_and_be_refused(removes=[0, 1]) \
        and Four(ours, ours, theirs, ours).commit_and_be_refused(removes=[0, 1]) \
        and not Four(ours, ours, ours, ours).commit_and_be_refused(removes=[0, 1])


def extensions_go_without_path(ours, theirs):
    group = Four(ours, ours, theirs, ours)
    group.propose_extensions()
    return group.commit_and_be_refused(includes_pending=True)


def extensions_are_missing_in_path(ours, theirs):
    """Not even ts-mls opens it."""
    group = Four(ours, ours, theirs, theirs)
    group.propose_extensions()
    return group.commit_and_be_refused(includes_pending=True, removes=[0])


CLAIMS = (
    ("another commit secret when half of the tree is blank", half_blank_is_derived_wrong),
    ("changes extensions without a path", extensions_go_without_path),
    ("encrypts a path for the old extensions", extensions_are_missing_in_path),
)
