#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""A meeting hosted in the real window, with one guest without a window, from the welcome page to
the end, driven as assistive technology drives it.

usage: test-call-window.py [--keep DIR]; with DIR the screenshots of every page stay there
"""
import re
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "integration")]

from participant import code_of, shield  # noqa: E402
from scenario import Scenario, run_scenarios  # noqa: E402
from session import CAMERA, MICROPHONE, SECOND_CAMERA, SPEAKER  # noqa: E402

TILES = "People in the meeting"


def offers(window, row, *names):
    """Opens a device's row, looks what it offers, and leaves it as it was."""
    window.find("combo box", row).point()
    for name in names:
        window.find("label", name)
    listed = [node.name for node in window.find("combo box", row).all("label")]
    window.key("Escape")
    return all(listed.count(name) == 1 for name in names)


def choose(window, row, name):
    window.find("combo box", row).point()
    window.find("label", name).point()
    window.until(lambda: not window.find("combo box", row).all("label", "System Default"),
                 f"{name} is chosen")


class Hosting(Scenario):
    def run(self):
        self.welcome()
        self.lobby()
        self.start_meeting()
        self.guest_comes()
        self.compare_code()
        self.chat()
        self.mute()
        self.sizes()
        self.leave()
        self.identity()

    def welcome(self):
        window = self.window
        window.find("text", "Your Name").write("Alice")
        self.ok(not window.find("button", "Join").has("sensitive"),
                "welcome: nothing to join without a link")
        self.app.shoot("welcome")
        window.find("text", "Invite link").write("conclave://192.0.2.1/not-a-link")
        window.find("button", "Join").click()
        self.ok(window.find("alert", re.compile("missing or changed")),
                "welcome: a broken link is refused in words")
        self.app.shoot("welcome-bad-link")
        window.find("text", "Invite link").write("")
        window.find("button", "New Meeting").click()

    def lobby(self):
        window = self.window
        start = window.find("button", "Start Meeting")
        self.ok(window.moves(window.find("image")), "lobby: the camera of another process is shown and moves")
        self.ok(offers(window, "Camera", CAMERA, SECOND_CAMERA), "lobby: lists every camera once")
        self.ok(offers(window, "Microphone", MICROPHONE), "lobby: lists the microphone")
        self.ok(offers(window, "Speaker", SPEAKER), "lobby: lists the speaker")

        level = window.find("level bar", "Microphone level")
        self.ok(level.value() < 0.05, "lobby: the level rests while it is quiet")
        self.tone = self.desktop.play_tone()
        window.until(lambda: level.value() > 0.3, "lobby: the level rises with a tone")
        self.ok(True, "lobby: the level rises with a tone")
        self.app.shoot("lobby")

        choose(window, "Camera", SECOND_CAMERA)
        self.ok(window.moves(window.find("image")), "lobby: the other camera is shown")
        choose(window, "Camera", CAMERA)
        window.find("toggle button", "Camera").click()
        window.find("label", "No picture")
        self.app.shoot("lobby-no-picture")
        window.find("toggle button", "Camera").click()
        self.ok(window.moves(window.find("image")), "lobby: the picture comes back")
        window.until(lambda: start.has("sensitive"), "the start button")

    def start_meeting(self):
        window = self.window
        window.find("button", "Start Meeting").click()
        tiles = window.find("list", TILES)
        own = tiles.find("list item", re.compile("^Alice, you"))
        self.ok(own, "call: the own tile is named")
        self.ok(window.find("button", "Encrypted").description == "End-to-end encrypted",
                "call: the shield says so in words")
        self.ok(window.find("label", re.compile("Nobody else is here yet")),
                "call: says that nobody else is here")
        self.ok(not window.all("grouping", re.compile("is being restored")),
                "call: a banner that is not shown is not read out either")
        self.ok(window.moves(own), "call: the own picture moves")
        self.app.shoot("call-alone")
        window.find("button", "Copy invite link").click()
        self.link = window.until(self.app.read_clipboard, "the link on the clipboard")
        self.ok(re.fullmatch(r"conclave://[^/]+/[\w-]{22}#k=[\w-]{43}&f=[\w-]{43}", self.link),
                "call: the invite link is on the clipboard", self.link.partition("#")[0])

    def guest_comes(self):
        window = self.window
        self.bob = self.guest("join", self.link, "--name", "Bob", "--identity", "memory")
        self.ok(window.find("label", "Bob has joined", 60), "call: announces the guest")
        bob = window.find("list", TILES).find("list item", re.compile("^Bob"), 30)
        self.ok(bob.name == "Bob, First time with this device",
                "call: the guest's tile says who it is and how well known", bob.name)
        window.until(lambda: not bob.all("image", re.compile("Avatar")), "a picture of the guest")
        self.ok(window.moves(bob), "call: the guest's picture moves")
        self.ok(window.brightness(bob) > 20, "call: the guest's picture is not black")
        seen = self.bob.wait("media", lambda e: e["kind"] == "camera" and e["frames"] > 10, 30)
        self.ok(seen["width"] == 640 and seen["undecryptable"] == 0,
                "call: the guest decodes the window's camera", seen)
        heard = self.bob.wait("media", lambda e: e["kind"] == "audio" and e["frames"] > 10, 30)
        self.ok(heard["undecryptable"] == 0, "call: the guest decodes the window's sound", heard)
        self.ok(self.bob.wait("link", lambda e: e["state"] == "connected")["profile"]
                == "SRTP_AEAD_AES_256_GCM", "call: the hop has the strongest profile")
        self.app.shoot("call")

    def compare_code(self):
        window = self.window
        window.key("ctrl+i")
        dialog = window.find("dialog", "Security")
        dialog.find("label", "End-to-End Encrypted")
        shown = window.find("label", re.compile(r"^[\d\s]{30,}$")).name.split()
        self.ok(shown == code_of(self.bob).split() and len(shown) == 6,
                "security: the same six groups as the guest has", shown)
        self.ok(dialog.find("label", re.compile(r"^OpenSSL Default Provider 3\.")),
                "security: says what computes it")
        self.app.shoot("security")
        mark = self.bob.mark()
        self.bob.do("confirm-code", code=" ".join(shown))
        shield(self.bob, "verified", since=mark)
        dialog.find("button", "They Read the Same Digits").click()
        dialog.find("label", "Encrypted and Verified")
        dialog.find("label", "Confirmed for this meeting")
        self.app.shoot("security-verified")
        dialog.find("list item", re.compile("^Bob")).point()
        self.ok(dialog.find("button", re.compile("Number")), "security: a person's safety number")
        self.app.shoot("safety-number")
        dialog.find("button", "Back").click()
        dialog.find("label", "Encrypted and Verified")
        window.key("Escape")
        window.await_gone("dialog", "Security")
        self.ok(window.find("button", "Verified").description == "Encrypted and verified",
                "security: the shield changes with the comparison")
        bob = window.find("list", TILES).find("list item", re.compile("^Bob, Confirmed"))
        self.ok(bob, "security: the tile says that the code was compared")

    def chat(self):
        window = self.window
        window.key("ctrl+t")
        window.find("label", "No Messages Yet")
        self.app.shoot("chat-empty")
        window.find("text", "Message to everybody").point()
        window.type("Can you read me?")
        window.key("Return")
        said = self.bob.wait("chat", lambda e: not e["self"])
        self.ok(said["text"] == "Can you read me?" and said["name"] == "Alice",
                "chat: the guest reads the window", said)
        self.bob.do("chat", text="Every word, and nobody else can.")
        self.ok(window.find("label", "Every word, and nobody else can."),
                "chat: the window shows the guest's answer")
        self.app.shoot("chat")
        window.key("Escape")
        window.key("ctrl+t")
        window.await_gone("text", "Message to everybody")

    def mute(self):
        window = self.window
        window.key("ctrl+p")
        people = window.find("list", "In the meeting")
        self.ok(people.find("list item", re.compile("^Bob")), "people: lists the guest")
        self.app.shoot("people")
        self.bob.do("mute")
        self.ok(people.find("image", "Microphone off"), "people: shows that the guest is muted")
        self.ok(window.find("list", TILES).find("list item", re.compile("^Bob.*microphone off")),
                "call: the guest's tile says so too")
        self.bob.do("mute", muted=False)
        people.await_gone("image", "Microphone off")

        mark = self.bob.mark()
        window.key("ctrl+d")
        self.ok(people.find("image", "Microphone off"), "mute: by keyboard, shown at once")
        self.bob.wait("roster", lambda e: any(who["name"] == "Alice" and who["muted"]
                                              for who in e["participants"]), since=mark)
        self.ok(True, "mute: the guest sees it")
        self.ok(window.find("list", TILES).find("list item", re.compile("^Alice.*microphone off")),
                "mute: the own tile says so")
        self.app.shoot("muted")
        window.key("ctrl+d")
        people.await_gone("image", "Microphone off")

        window.key("ctrl+e")
        self.ok(window.find("list", TILES).find("list item", re.compile("^Alice.*camera off")),
                "camera: off by keyboard")
        window.key("ctrl+e")
        own = window.find("list", TILES).find("list item", re.compile("^Alice, you$"))
        self.ok(window.moves(own), "camera: on again, and it moves")
        window.key("ctrl+p")
        window.await_gone("list", "In the meeting")

    def sizes(self):
        window = self.window
        size = window.size()
        window.resize(360, 640)
        tiles = window.find("list", TILES)
        inside = all(0 <= node.box()[0] and node.box()[0] + node.box()[2] <= 360
                     for node in tiles.all("list item"))
        self.ok(inside, "narrow: every tile fits 360 pixels")
        bar = window.find("tool bar", "Meeting controls")
        self.ok(all(node.box()[0] >= 0 and node.box()[0] + node.box()[2] <= 360
                    for node in bar.all("toggle button") + bar.all("button")),
                "narrow: every control fits 360 pixels")
        window.resize(*size)
        self.app.set_dark(True)
        self.ok(window.find("button", "Verified"), "dark: the call goes on in dark colours")
        self.app.set_dark(False)

    def leave(self):
        window = self.window
        window.key("ctrl+l")
        self.answer_leave()
        self.bob.wait("left", seconds=20)
        self.ok(self.bob.end() == 0, "leave: the guest ends with the meeting")
        self.ok(window.find("button", "New Meeting"), "leave: by keyboard, back to the start")

    def answer_leave(self):
        """Whoever hosts is asked, because the meeting ends with them."""
        window = self.window
        window.find("button", re.compile("^End"))
        self.app.shoot("leave")
        window.find("button", re.compile("^End")).click()

    def identity(self):
        found = self.desktop.run("secret-tool", "search", "--all", "xdg:schema",
                                 "org.conclave.Conclave.Identity")
        self.ok("schema = org.conclave.Conclave.Identity" in found,
                "identity: the key is in the Secret Service")
        plain = [path for path in self.desktop.folder.rglob("*")
                 if path.is_file() and "keyrings" not in path.parts
                 and re.search(r"identity|\.key$|\.pem$", path.name)]
        self.ok(not plain, "identity: no key file on disk", plain)
        self.window.key("ctrl+q")
        code = self.app.wait_end()
        self.ok(code == 0, "quit: ends cleanly", f"{code}\n{self.app.log()[-4000:]}")
        self.ok(not re.search("CRITICAL|WARNING", self.app.log()), "quit: nothing was complained of",
                self.app.log()[-4000:])


if __name__ == "__main__":
    run_scenarios(Hosting)
