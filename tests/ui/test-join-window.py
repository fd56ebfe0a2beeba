#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""The window as a guest, and everything that can keep it out.

usage: test-join-window.py [--keep DIR] [SCENARIO...]
"""
import os
import re
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "integration")]

from scenario import Scenario, run_scenarios  # noqa: E402

TILES = "People in the meeting"
NOBODY = f"conclave://127.0.0.1:1/{'A' * 22}#k={'A' * 43}&f={'A' * 43}"


class Guest(Scenario):
    def host(self, *words):
        host = self.guest("host", "--listen", "127.0.0.1:0", "--name", "Mona", "--identity",
                          "memory", *words)
        return host, host.wait("ready", seconds=30)["link"]

    def open_link(self, link, name="Alice"):
        """To the lobby, by the welcome page."""
        window = self.window
        window.find("text", "Your Name").write(name)
        window.find("text", "Invite link").write(link)
        join = window.find("button", "Join")
        window.until(lambda: join.has("sensitive"), "the button Join")
        join.click()
        return window.find("button", "Join Meeting")

    def back(self):
        self.window.find("button", "Back to the Start").click()
        self.window.find("button", "New Meeting")

    def in_call(self):
        return self.window.find("list", TILES, 30).find("list item", re.compile("^Mona"), 30)


class Door(Guest):
    def run(self):
        window = self.window
        mona, link = self.host("--admission", "moderator")
        self.open_link(link)
        self.app.shoot("lobby-join")
        window.find("button", "Join Meeting").click()
        window.find("label", "Waiting to Be Let In")
        self.ok(window.find("label", "You have knocked. Somebody in the meeting must admit you."),
                "says what it waits for")
        self.ok(len(window.find("list").all("list item")) == 6, "shows the numbered steps")
        first = mona.wait("knock")
        self.ok(first["name"] == "Alice" and first["contact"] == "new", "the host hears the knock")
        self.app.shoot("door")
        mark = mona.mark()
        window.find("button", "Cancel").click()
        self.ok(window.find("button", "New Meeting"), "Cancel goes back to the start")

        self.open_link(link).click()
        again = mona.wait("knock", since=mark)
        mona.do("deny", participant=again["participant"])
        self.ok(window.find("label", "Not Let In"), "a refusal is told in words")
        self.app.shoot("denied")

        mark = mona.mark()
        window.find("button", "Knock Again").click()
        third = mona.wait("knock", since=mark)
        mona.do("admit", participant=third["participant"])
        self.ok(self.in_call(), "admitted, the host's tile is there")
        self.ok(window.find("button", "Encrypted"), "the shield says that it is encrypted")
        joined = mona.wait("roster", lambda e: len(e["participants"]) == 2, since=mark)
        alice = next(who for who in joined["participants"] if who["name"] == "Alice")
        mona.do("remove", participant=alice["id"])
        self.ok(window.find("label", "Removed From the Meeting"), "a removal is told in words")
        self.app.shoot("removed")
        self.back()


class Passcode(Guest):
    def run(self):
        window = self.window
        mona, link = self.host("--passcode", "correct horse")
        self.ok(link.endswith("&p=1"), "the link says that a passcode is needed")
        self.open_link(link)
        window.find("text", re.compile("^Passcode")).write("wrong")
        self.app.shoot("lobby-passcode")
        window.find("button", "Join Meeting").click()
        self.ok(window.find("label", "Wrong Passcode", 60), "a wrong passcode is told in words")
        self.app.shoot("wrong-passcode")
        window.find("button", "Enter Passcode").click()
        window.find("text", re.compile("^Passcode")).write("correct horse")
        window.find("button", "Join Meeting").click()
        self.ok(self.in_call(), "the right one opens")
        mona.do("leave")
        self.ok(window.find("label", "The Meeting Is Over"), "the end by the host is told in words")
        self.app.shoot("over")
        self.back()
        self.ok(window.find("label", re.compile("Recent", re.I)),
                "the meeting is among the recent ones")
        self.app.shoot("welcome-recent")


class Unreachable(Guest):
    def run(self):
        window = self.window
        self.open_link(NOBODY).click()
        self.ok(window.find("label", "Meeting Not Reached", 60), "nobody there is told in words")
        self.app.shoot("unreachable")
        self.ok(window.find("button", "Try Again"), "offers to try again")
        self.back()


class NoKeyring(Guest):
    without = ("keyring",)

    def run(self):
        window = self.window
        mona, link = self.host()
        self.open_link(link).click()
        self.ok(window.find("label", "No Keyring", 60), "is told in words")
        self.app.shoot("no-keyring")
        window.find("button", "Use a One-Time Identity").click()
        self.ok(self.in_call(), "a one-time identity enters")
        joined = mona.wait("roster", lambda e: len(e["participants"]) == 2)
        self.ok(any(who["name"] == "Alice" for who in joined["participants"]),
                "the host sees who came")
        kept = [path for path in self.desktop.folder.rglob("*")
                if path.is_file() and re.search(r"identity|\.key$|\.pem$", path.name)]
        self.ok(not kept, "the key is kept nowhere", kept)


class NoDevices(Guest):
    without = ("sound", "camera")

    def run(self):
        window = self.window
        mona, link = self.host()
        join = self.open_link(link)
        self.ok(len(window.all("label", "None found")) >= 1, "the lobby says what is not there")
        self.app.shoot("lobby-no-devices")
        join.click()
        self.ok(self.in_call(), "enters without camera and microphone")
        own = window.find("list", TILES).find("list item", re.compile("^Alice"))
        self.ok("camera off" in own.name and "microphone off" in own.name,
                "the own tile says that both are off", own.name)
        self.app.shoot("call-no-devices")


class Fips(Guest):
    arguments = ("--fips",)

    def run(self):
        window = self.window
        modules = os.environ.get("OPENSSL_MODULES")
        if not modules or not Path(modules, "fips.so").exists():
            self.open_link(NOBODY).click()
            self.ok(window.find("label", "FIPS Mode Does Not Work Here"),
                    "a missing provider is told in words")
            self.tap.skip("fips: a meeting in FIPS mode", "no FIPS provider: ./dev test builds one "
                          "when it reaches Debian's sources")
            return
        window.find("text", "Your Name")
        window.key("ctrl+comma")
        dialog = window.find("dialog", "Preferences")
        switch = dialog.find("check box", "FIPS Mode")
        self.ok(switch.has("checked") and not switch.has("sensitive"),
                "the preferences say that the command line has decided")
        window.key("Escape")
        window.await_gone("dialog", "Preferences")

        self.open_link(NOBODY).click()
        self.ok(window.find("label", "Not a FIPS Meeting"), "another meeting is refused in words")
        self.back()

        window.find("button", "New Meeting").click()
        method = window.find("combo box", "Method")
        self.ok(method.find("label", "High Assurance") and not method.all("label", "Post-Quantum"),
                "a new meeting offers only methods of FIPS mode")
        window.find("button", "Back").click()

        _, link = self.host("--fips", "--passcode", "1")
        self.open_link(link)
        window.find("text", re.compile("^Passcode")).write("1")
        window.find("button", "Join Meeting").click()
        self.ok(self.in_call(), "a FIPS meeting with a passcode opens")
        window.key("ctrl+i")
        dialog = window.find("dialog", "Security")
        self.ok(dialog.find("label", re.compile(r"^OpenSSL FIPS Provider 3\.")),
                "the security dialog says which provider computes it")
        self.ok(dialog.find("label", "AES-256-GCM, post-quantum, high assurance"),
                "and with which methods")
        # The provider is the last row.
        window.xdotool("mousemove", "--window", window.id, "495", "500", "click", "--repeat", "20",
                       "5")
        self.app.shoot("security-fips")


if __name__ == "__main__":
    run_scenarios(Door, Passcode, Unreachable, NoKeyring, NoDevices, Fips)
