# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""A random history of one group whose members are of two implementations.

Everything random in what is *done* comes from the seed; keys come from the drivers. The history
plays the delivery service: it orders commits, loses some, keeps late mail, and after every step it
compares what the members say. Whatever they do not agree on is a Disagreement.
"""
import random
import time
from collections import Counter

import ts_limits
from agreement import Agreement, Disagreement
from driver import Refusal, pack, unpack

MOST_MEMBERS = 16
# Signatures of these suites cost ts-mls 10 ms and more each.
COSTLY, MOST_COSTLY_MEMBERS = (2, 4, 5, 6, 7), 8
MOST_PENDING = 4
# Each driver keeps at least so many old epochs for what comes late.
LATEST_MAIL = 2
REQUIRED_CAPABILITIES = 3
POLICY = 0xF0C0
# So many members open a message; the others skip its key.
MOST_READERS = 2
# Every suite that both sides have, within twenty seeds.
SUITES = (1, 0xF001, 3, 7, 1, 0xF001, 3, 2, 1, 0xF001, 4, 3, 1, 0xF001, 5, 3, 1, 0xF001, 6, 1)
THEIRS = "ts-mls"


class Member:
    def __init__(self, name, driver):
        self.name, self.driver = name, driver
        self.leaf = None
        self.mail = []  # of messages not opened yet
        self.is_unmerged = True  # no commit with a path since it was added

    def call(self, operation, **words):
        return self.driver.call(operation, member=self.name, **words)

    @property
    def is_theirs(self):
        return self.driver.name == THEIRS

    def __str__(self):
        return f"{self.name} ({self.driver.name})"


class Proposal:
    def __init__(self, kind, sender, leaf=None, newcomer=None):
        self.kind, self.sender, self.leaf, self.newcomer = kind, sender, leaf, newcomer


class History:
    def __init__(self, drivers, seed):
        self.random = random.Random(f"interop {seed}")
        self.drivers = drivers
        self.suite = SUITES[(seed - 1) % len(SUITES)]
        self.most = MOST_COSTLY_MEMBERS if self.suite in COSTLY else MOST_MEMBERS
        self.members = []
        self.pending = []
        self.psks = {}
        self.agreement = Agreement()
        self.most_members = 0
        self.count = Counter()
        self.log = []
        self.n_named = 0
        self.now = int(time.time())

    # ---- the world ----

    def say(self, text):
        self.log.append(f"step {self.count['steps']}, epoch {self.epoch}: {text}")

    def chance(self, share):
        return self.random.random() < share

    def pick(self, things):
        return self.random.choice(things)

    def start(self):
        for driver in self.drivers:
            driver.call("reset", now=self.now)
        founder = self.new_member(self.pick(self.drivers))
        self.say(f"{founder} creates a group of suite {self.suite:#06x}")
        founder.call("create", group_id=pack(b"interop"), extensions=self.new_extensions(),
                     **self.leaf_words(founder))
        founder.is_unmerged = False
        self.members = [founder]
        self.look_around()

    def leaf_words(self, member):
        return {"suite": self.suite, "identity": pack(member.name.encode()),
                "extension_types": [POLICY]}

    def new_member(self, driver=None):
        self.n_named += 1
        if driver is None:
            # Mixed: who is in the minority comes in more easily.
            theirs = sum(member.is_theirs for member in self.members)
            share = 0.5 + 0.1 * (len(self.members) - 2 * theirs)
            driver = self.drivers[1] if self.chance(share) else self.drivers[0]
        return Member(f"m{self.n_named}", driver)

    def new_extensions(self):
        policy = self.random.randbytes(self.random.randrange(40))
        # RequiredCapabilities (RFC 9420 §11.1): extension_types<V>, no proposals, no credentials.
        required = bytes([2, POLICY >> 8, POLICY & 0xFF, 0, 0])
        return [[REQUIRED_CAPABILITIES, pack(required)], [POLICY, pack(policy)]]

    def new_psk(self):
        if not self.psks or self.chance(0.3):
            psk_id = pack(f"psk {len(self.psks)}".encode())
            self.psks[psk_id] = pack(self.random.randbytes(self.random.randrange(16, 64)))
            for member in self.members:
                member.call("psk", psk_id=psk_id, secret=self.psks[psk_id])
            return psk_id
        return self.pick(sorted(self.psks))

    def newcomer(self):
        member = self.new_member()
        return member, member.call("key-package", **self.leaf_words(member))["key_package"]

    def invite(self, newcomer):
        """Who comes in knows the PSKs, as who has the invite link does."""
        for psk_id, secret in self.psks.items():
            newcomer.call("psk", psk_id=psk_id, secret=secret)

    def leaves(self):
        return [member.leaf for member in self.members]

    def at(self, leaf):
        return next(member for member in self.members if member.leaf == leaf)

    def tally(self, what, member):
        """Counts what a member did, also by its implementation."""
        self.count[what] += 1
        self.count[f"{what} by {member.driver.name}"] += 1

    def shuffled(self, things):
        return self.random.sample(things, len(things))

    # ---- what must be equal ----

    def look_around(self):
        """After every epoch."""
        words = {"label": f"interop {self.random.randrange(10)}",
                 "context": pack(self.random.randbytes(self.random.randrange(20))),
                 "length": self.random.randrange(1, 100)}
        self.agreement.turn(self.members, words)
        self.most_members = max(self.most_members, len(self.members))

    @property
    def epoch(self):
        return self.agreement.epoch

    def refuse(self, member, operation, why, **words):
        """The member must not take this."""
        try:
            member.call(operation, **words)
        except Refusal as refusal:
            return str(refusal)
        raise Disagreement(f"{member} took {why}")

    def flipped(self, message):
        data = bytearray(unpack(message))
        # Not randrange: lengths differ from run to run, and the seed must go on as before.
        at = int(self.random.random() * 8 * len(data))
        data[at // 8] ^= 1 << at % 8
        return pack(bytes(data))

    # ---- application data ----

    def send(self):
        sender = self.pick(self.members)
        data = pack(self.random.randbytes(self.random.choice((0, 1, 20, 255, 256, 2000))))
        extra = pack(self.random.randbytes(self.random.choice((0, 0, 12))))
        message = sender.call("protect", data=data, authenticated_data=extra)["message"]
        letter = (self.epoch, message, {"data": data, "authenticated_data": extra})
        late = self.chance(0.25)
        self.say(f"{sender} sends {len(data)} characters{', some of it late' if late else ''}")
        others = [member for member in self.members if member is not sender]
        for member in self.random.sample(others, min(len(others), MOST_READERS)):
            member.mail.append(letter)
            if not late or self.chance(0.5):
                self.open_letter(member, len(member.mail) - 1)
        self.tally("messages", sender)

    def open_letter(self, member, index):
        epoch, message, expected = member.mail.pop(index)
        if self.chance(0.03):
            self.refuse(member, "unprotect", "a message with a flipped bit",
                        message=self.flipped(message))
            self.count["flipped messages"] += 1
        opened = member.call("unprotect", message=message)
        if {name: opened[name] for name in expected} != expected:
            raise Disagreement(f"{member} opened something else")
        if self.chance(0.02):
            self.refuse(member, "unprotect", "a message twice", message=message)
            self.count["messages twice"] += 1
        self.count["opened"] += 1
        self.count["opened of older epochs"] += epoch < self.epoch

    def open_mail(self):
        """Late and in any order."""
        waiting = [member for member in self.members if member.mail]
        if not waiting:
            return self.send()
        member = self.pick(waiting)
        self.say(f"{member} opens {len(member.mail)} late messages")
        while member.mail:
            self.open_letter(member, self.random.randrange(len(member.mail)))
            self.count["opened late"] += 1

    def open_old_mail(self):
        for member in self.members:
            for index in reversed(range(len(member.mail))):
                if member.mail[index][0] <= self.epoch - LATEST_MAIL:
                    self.open_letter(member, index)

    # ---- proposals by reference ----

    def propose(self):
        sender = self.pick(self.members)
        taken = {proposal.leaf for proposal in self.pending}
        kinds = ["psk"]
        n_adds = sum(proposal.kind == "add" for proposal in self.pending)
        if len(self.members) + n_adds < self.most:
            kinds += ["add"] * 3
        if sender.leaf not in taken:
            kinds += ["update"] * 4
        removable = [member.leaf for member in self.members if member.leaf not in taken]
        n_removes = sum(proposal.kind == "remove" for proposal in self.pending)
        if removable and len(self.members) - n_removes > 3:
            kinds += ["remove"] * 2
        # ts-mls cannot commit them: somebody of ours must be left who can.
        if not any(proposal.kind == "extensions" for proposal in self.pending) and self.committers(True):
            kinds += ["extensions"]
        self.propose_kind(self.pick(kinds), sender, removable)

    def propose_kind(self, kind, sender, removable):
        leaf = newcomer = None
        words = {"public": self.chance(0.4)}
        if kind == "add":
            newcomer, words["key_package"] = self.newcomer()
        elif kind == "remove":
            leaf = words["leaf"] = self.pick(removable)
        elif kind == "update":
            leaf = sender.leaf
        elif kind == "psk":
            words["psk_id"] = self.new_psk()
        elif kind == "extensions":
            words["extensions"] = self.new_extensions()
        operation = {"psk": "propose-psk", "extensions": "propose-extensions"}.get(kind, kind)
        self.say(f"{sender} proposes {kind} {leaf if leaf is not None else newcomer or ''}")
        message = sender.call(operation, **words)["message"]
        for member in self.shuffled(self.members):
            if member is not sender:
                if self.chance(0.05):
                    self.refuse(member, "process", "a proposal with a flipped bit",
                                message=self.flipped(message))
                    self.count["flipped proposals"] += 1
                if member.call("process", message=message)["type"] != "proposal":
                    raise Disagreement(f"{member} takes a proposal for something else")
        self.pending.append(Proposal(kind, sender, leaf, newcomer))
        self.count[f"proposed {kind}"] += 1

    def committers(self, only_ours=False):
        """Who can commit everything that waits: nobody commits the own removal (§12.2)."""
        removed = {proposal.leaf for proposal in self.pending if proposal.kind == "remove"}
        only_ours |= any(proposal.kind == "extensions" for proposal in self.pending)
        return [member for member in self.members if member.leaf not in removed
                and not (only_ours and member.is_theirs)]

    # ---- commits ----

    def commit(self):
        committer = self.pick(self.committers())
        plan = self.plan(committer)
        made = committer.call("commit", **plan.words)
        if self.chance(0.03):
            self.say(f"{committer} makes a commit that the server does not take")
            committer.call("discard")
            self.count["lost commits"] += 1
            return
        self.say(f"{committer} commits {plan}")
        self.accept(committer, plan, made)

    def plan(self, committer):
        plan = Plan(self, committer)
        if ts_limits.root_is_filtered(plan.leaves_after()) and self.has_theirs(plan.newcomers):
            # Ours alone would do: README.md.
            plan.drop_removes()
            if ts_limits.root_is_filtered(plan.leaves_after()):
                self.count["half-blank trees avoided"] += 1
                return self.fill_left(plan)
        return plan

    def fill_left(self, plan):
        """More adds fill the left half; there is always room for them."""
        while ts_limits.root_is_filtered(plan.leaves_after()):
            plan.add()
        return plan

    def has_theirs(self, more=()):
        return any(member.is_theirs for member in [*self.members, *more])

    def accept(self, committer, plan, made):
        """The server takes the commit: newcomers first, because they may not be able to."""
        if plan.newcomers and not self.let_in(plan, made):
            committer.call("discard")
            self.count["commits voided for ts-mls"] += 1
            return self.settle()
        others = [member for member in self.members if member is not committer]
        removed = [self.at(leaf) for leaf in plan.removed]
        taken_again = set(plan.removed) & set(plan.leaves_after())
        for member in self.shuffled(others):
            if member.is_theirs and member.leaf in taken_again:
                self.expect_blind_removal(member, made["commit"])
            else:
                self.take_commit(member, made["commit"], member not in removed)
        committer.call("accept")
        if plan.has_path:
            committer.is_unmerged = False
        self.turn_page(removed, plan.newcomers)
        self.tally("commits", committer)
        self.count.update(f"commits {trait}" for trait in plan.traits())

    def take_commit(self, member, commit, stays):
        if self.chance(0.05):
            self.refuse(member, "process", "a commit with a flipped bit", message=self.flipped(commit))
            self.count["flipped commits"] += 1
        taken = member.call("process", message=commit)
        if taken["type"] != "commit" or taken["is_member"] != stays:
            raise Disagreement(f"{member} thinks that it is {'out' if stays else 'still in'}")

    def turn_page(self, removed, newcomers):
        for member in removed:
            self.members.remove(member)
        self.members += newcomers
        self.pending = []
        self.look_around()
        self.open_old_mail()

    def let_in(self, plan, made):
        """FALSE when ts-mls refuses the tree for no reason of RFC 9420's."""
        tree = unpack(made["ratchet_tree"])
        refused = ts_limits.refuses_tree(tree)
        words = {"welcome": made["welcome"]}
        if plan.words["tree_beside"]:
            words["ratchet_tree"] = made["ratchet_tree"]
        for newcomer in self.shuffled(plan.newcomers):
            self.invite(newcomer)
            if refused and newcomer.is_theirs:
                self.expect_unmerged_refusal(newcomer, "welcome", **words)
                return False
        for newcomer in self.shuffled(plan.newcomers):
            newcomer.call("welcome", **words)
            self.tally("joins by Welcome", newcomer)
        return True

    def expect_unmerged_refusal(self, member, operation, **words):
        reason = self.refuse(member, operation, "a tree that it refused so far", **words)
        if ts_limits.REFUSES_UNMERGED not in reason:
            raise Disagreement(f"{member} refuses the tree, but because: {reason}")

    def expect_blind_removal(self, member, commit):
        """RFC 9420 §12.4.2: ts-mls does not see its removal when an Add takes the leaf again."""
        reason = self.refuse(member, "process", "its removal, unlike so far", message=commit)
        if ts_limits.REFUSES_REMOVAL not in reason:
            raise Disagreement(f"{member} refuses its removal, but because: {reason}")
        self.count["removals not seen by ts-mls"] += 1

    def settle(self):
        """Commits of those who are unmerged, until everybody can join again."""
        unmerged = [member for member in self.committers() if member.is_unmerged]
        for committer in unmerged[:2]:
            if committer in self.committers():
                plan = Plan(self, committer, is_empty=True)
                if not (ts_limits.root_is_filtered(plan.leaves_after()) and self.has_theirs()) \
                        and not plan.newcomers:
                    self.say(f"{committer} settles in with {plan}")
                    self.accept(committer, plan, committer.call("commit", **plan.words))

    def race(self):
        """Two commits on one epoch: one is ordered, the other's author follows it."""
        able = self.committers()
        if len(able) < 2:
            return self.commit()
        winner, loser = self.random.sample(able, 2)
        late = self.plan(loser)
        loser.call("commit", **late.words)
        plan = self.plan(winner)
        made = winner.call("commit", **plan.words)
        self.say(f"{winner} commits {plan}, and {loser} {late}, too late")
        loser.call("discard")
        self.accept(winner, plan, made)
        self.count["races"] += 1

    # ---- from outside ----

    def join_from_outside(self):
        if len(self.members) >= self.most:
            return self.resync()
        member = self.new_member()
        after = ts_limits.leaves_after(self.leaves(), [], 1)
        if ts_limits.root_is_filtered(after) and (member.is_theirs or self.has_theirs()):
            return self.commit()
        self.say(f"{member} joins from outside")
        self.join_with(member, None, self.leaf_words(member))

    def resync(self):
        if len(self.members) < 2:
            return self.send_or_commit()
        member = self.pick(self.members)
        after = ts_limits.leaves_after(self.leaves(), [member.leaf], 1)
        if ts_limits.root_is_filtered(after) and self.has_theirs():
            return self.commit()
        self.say(f"{member} comes back from outside")
        words = {"resync": True, **self.leaf_words(member)}
        if not member.is_theirs and self.chance(0.5):
            words["with_resumption_psk"] = True
        self.join_with(member, member, words)

    def join_with(self, member, former, words):
        helper = self.pick([other for other in self.members if other is not former])
        beside = self.chance(0.4) and "with_resumption_psk" not in words
        info = helper.call("group-info", tree_beside=beside)
        words["group_info"] = info["group_info"]
        if beside:
            words["ratchet_tree"] = info["ratchet_tree"]
        if member.is_theirs and ts_limits.refuses_tree(unpack(info["ratchet_tree"])):
            self.expect_unmerged_refusal(member, "external-join", **words)
            self.count["joins from outside refused by ts-mls"] += 1
            return self.settle()
        commit = member.call("external-join", **words)["commit"]
        for other in self.shuffled([other for other in self.members if other is not former]):
            self.take_commit(other, commit, True)
        member.call("accept")
        member.mail = []
        member.is_unmerged = False
        self.invite(member)
        self.turn_page([], [] if former else [member])
        self.tally("resyncs" if former else "external joins", member)
        self.count["resyncs with a PSK"] += "with_resumption_psk" in words
        self.count["joins from outside with a tree beside"] += beside

    # ---- the course of it ----

    def send_or_commit(self):
        # RFC 9420 §12.4: who knows of proposals commits before sending application data.
        if self.pending or len(self.members) < 2:
            return self.commit()
        return self.send()

    def step(self):
        self.count["steps"] += 1
        if self.pending:
            can_more = len(self.pending) < MOST_PENDING and self.chance(0.5)
            return self.propose() if can_more else self.commit()
        if len(self.members) < 3:
            return self.commit() if self.chance(0.7) else self.join_from_outside()
        kind = self.random.choices(
            (self.send_or_commit, self.open_mail, self.propose, self.commit, self.race,
             self.join_from_outside, self.resync), (80, 6, 3, 4, 1, 1.5, 1))[0]
        return kind()

    def play(self, n_steps):
        self.start()
        for _ in range(n_steps):
            self.step()
            self.agreement.stay(self.members)
        if self.pending:
            self.commit()
        for member in self.members:
            while member.mail:
                self.open_letter(member, 0)
        self.agreement.stay(self.members)


class Plan:
    """What one commit does: by reference everything that waits, by value more."""

    def __init__(self, history, committer, is_empty=False):
        self.history, self.committer = history, committer
        # RFC 9420 §12.2: nobody commits an own Update.
        waiting = [proposal for proposal in history.pending
                   if not (proposal.kind == "update" and proposal.sender is committer)]
        self.newcomers = [proposal.newcomer for proposal in waiting if proposal.kind == "add"]
        self.removed = [proposal.leaf for proposal in waiting if proposal.kind == "remove"]
        self.by_value = []
        self.kinds = Counter(proposal.kind for proposal in waiting)
        self.n_by_reference = len(waiting)
        self.words = {"includes_pending": True, "public": history.chance(0.4),
                      "tree_beside": history.chance(0.4)}
        if not is_empty and not (waiting and history.chance(0.5)):
            self.fill(history, {proposal.leaf for proposal in history.pending})
        self.is_pathless = committer.is_theirs or history.chance(0.3)
        if self.is_pathless and not committer.is_theirs:
            self.words["pathless"] = True

    def fill(self, history, taken):
        free = history.most - len(history.members) - len(self.newcomers)
        for _ in range(min(free, history.pick((0, 1, 1, 2, 3)))):
            self.add()
        removable = [member.leaf for member in history.members
                     if member is not self.committer and member.leaf not in taken]
        wanted = history.pick((0, 0, 1, 1, 2)) if len(history.members) > 6 else history.pick((0, 0, 0, 1))
        left = len(history.members) - len(self.removed) - 2
        self.by_value = history.random.sample(removable, max(0, min(wanted, len(removable), left)))
        if self.by_value:
            self.words["removes"] = self.by_value
            self.removed = self.removed + self.by_value
            self.kinds["remove"] += len(self.by_value)
        if history.chance(0.15):
            self.words["psks"] = [history.new_psk()]
            self.kinds["psk"] += 1
        if not self.committer.is_theirs and not self.kinds["extensions"] and history.chance(0.08):
            self.words["extensions"] = history.new_extensions()
            self.kinds["extensions"] += 1

    def add(self):
        newcomer, package = self.history.newcomer()
        self.words.setdefault("adds", []).append(package)
        self.newcomers.append(newcomer)
        self.kinds["add"] += 1

    def drop_removes(self):
        """Only what waits is left of them."""
        self.words.pop("removes", None)
        self.removed = self.removed[:len(self.removed) - len(self.by_value)]
        self.kinds["remove"] -= len(self.by_value)
        self.kinds, self.by_value = +self.kinds, []

    @property
    def has_path(self):
        # RFC 9420 §12.4: without a path only when there are adds or PSKs and nothing else.
        return not self.is_pathless or not self.kinds or any(
            kind not in ("add", "psk") for kind in self.kinds)

    def traits(self):
        """What kind of commit this is."""
        is_so = {"of nothing": not self.kinds,
                 "by reference": self.n_by_reference > 0,
                 "by value": self.kinds.total() > self.n_by_reference,
                 "without a path": not self.has_path,
                 "in the open": self.words["public"],
                 "with a tree beside": self.newcomers and self.words["tree_beside"],
                 **{f"with {kind}": True for kind in self.kinds}}
        return [trait for trait in is_so if is_so[trait]]

    def leaves_after(self):
        return ts_limits.leaves_after(self.history.leaves(), self.removed, len(self.newcomers))

    def __str__(self):
        how = [f"{count} {kind}" for kind, count in sorted(self.kinds.items())] or ["nothing"]
        return ", ".join(how + [word for word in ("public", "tree_beside", "pathless")
                                if self.words.get(word)])
