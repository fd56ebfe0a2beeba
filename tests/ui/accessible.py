# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""A window as assistive technology sees it (AT-SPI), and its pixels.

Everything is found by role and name, as a screen reader's user would find it. The environment must
be that of the desktop (session.py) before this is imported: the bus is opened once.
"""
import re
import subprocess
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

DEADLINE_SECONDS = 20
BORDER = 5
# Names isolate what people wrote from the direction of the text around it.
ISOLATES = re.compile("[\u2066-\u2069]")


class NotFound(Exception):
    pass


def until(condition, what, seconds=DEADLINE_SECONDS):
    """The first true answer; the tree changes under our hands, so a lost object is a "not yet"."""
    end = time.monotonic() + seconds
    while True:
        try:
            answer = condition()
        except GLib.Error:
            answer = None
        if answer:
            return answer
        if time.monotonic() > end:
            raise NotFound(f"{what}: not within {seconds} s")
        time.sleep(0.05)


def matches(wanted, text):
    if wanted is None:
        return True
    return bool(wanted.search(text)) if isinstance(wanted, re.Pattern) else wanted == text


class Node:
    """One accessible object; find() looks below it."""

    def __init__(self, accessible, window):
        self.accessible = accessible
        self.window = window

    @property
    def name(self):
        return ISOLATES.sub("", self.accessible.get_name() or "")

    @property
    def description(self):
        return ISOLATES.sub("", self.accessible.get_description() or "")

    @property
    def role(self):
        return self.accessible.get_role_name()

    def has(self, state):
        return self.accessible.get_state_set().contains(getattr(Atspi.StateType, state.upper()))

    def is_showing(self):
        return self.has("showing") and self.has("visible")

    def children(self):
        for index in range(self.accessible.get_child_count()):
            child = self.accessible.get_child_at_index(index)
            if child is not None:
                yield Node(child, self.window)

    def walk(self, depth=0):
        for child in self.children():
            yield child, depth
            yield from child.walk(depth + 1)

    def all(self, role=None, name=None, showing=True):
        """Every object below that fits, as the tree is now."""
        found = []
        for node, _ in self.walk():
            try:
                if (role is None or node.role == role) and matches(name, node.name) and (
                        not showing or node.is_showing()):
                    found.append(node)
            except GLib.Error:
                continue
        return found

    def find(self, role=None, name=None, seconds=DEADLINE_SECONDS, showing=True):
        """Waits for the first object that fits."""
        wanted = name.pattern if isinstance(name, re.Pattern) else name
        try:
            return until(lambda: self.all(role, name, showing), f"{role} “{wanted}”", seconds)[0]
        except NotFound as failure:
            raise NotFound(f"{failure}\n{self.outline()}") from None

    def await_gone(self, role=None, name=None, seconds=DEADLINE_SECONDS):
        until(lambda: not self.all(role, name), f"{role} “{name}” to go away", seconds)

    def click(self):
        action = self.accessible.get_action_iface()
        if action is None or action.get_n_actions() == 0 or not action.do_action(0):
            raise NotFound(f"{self.role} “{self.name}” cannot be pressed")

    def point(self):
        """Clicks with the mouse into the middle of it."""
        x, y, width, height = self.box()
        self.window.xdotool("windowactivate", "--sync", self.window.id)
        self.window.xdotool("mousemove", "--window", self.window.id, str(x + width // 2),
                            str(y + height // 2), "click", "1")

    def text(self):
        text = self.accessible.get_text_iface()
        return "" if text is None else ISOLATES.sub(
            "", text.get_text(0, text.get_character_count()))

    def write(self, words):
        self.accessible.get_editable_text_iface().set_text_contents(words)

    def value(self):
        return self.accessible.get_value_iface().get_current_value()

    def box(self):
        """(x, y, width, height) in the window's picture."""
        area = self._extents()
        # GTK tells places inside the border that it draws around a window itself, twice.
        frame = Node(self.window.all("frame")[0].accessible, self.window)._extents()
        return area.x - 2 * frame.x, area.y - 2 * frame.y, area.width, area.height

    def _extents(self):
        component = self.accessible.get_component_iface()
        if component is None:
            raise NotFound(f"{self.role} “{self.name}” has gone")
        return component.get_extents(Atspi.CoordType.WINDOW)

    def outline(self):
        lines = []
        for node, depth in self.walk():
            try:
                if node.is_showing() and (node.name or node.role not in ("panel", "grouping")):
                    lines.append(f"{'  ' * depth}{node.role} “{node.name}”")
            except GLib.Error:
                continue
        return "\n".join(lines)


class Window(Node):
    """The window of an application that was started as a process of ours."""

    def __init__(self, process, env, seconds=DEADLINE_SECONDS):
        self.process = process
        self.pid = process.pid
        self.env = env
        self.id = until(self._find_id, "a window on the display", seconds)
        self.application = until(self._find_application, "the application on AT-SPI", seconds)
        super().__init__(self.application, self)

    def _find_id(self):
        if self.process.poll() is not None:
            raise NotFound(f"the application ended with {self.process.returncode}")
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(self.pid)],
                               env=self.env, capture_output=True, text=True)
        return found.stdout.split()[-1:] and found.stdout.split()[-1]

    def _find_application(self):
        desktop = Atspi.get_desktop(0)
        for index in range(desktop.get_child_count()):
            application = desktop.get_child_at_index(index)
            if application is not None and application.get_process_id() == self.pid:
                application.set_cache_mask(Atspi.Cache.NONE)
                return application
        return None

    def xdotool(self, *words):
        subprocess.run(["xdotool", *words], env=self.env, check=True, capture_output=True,
                       timeout=DEADLINE_SECONDS)

    def key(self, *keys):
        """Presses keys as a person would: on the window that has the focus."""
        self.xdotool("windowactivate", "--sync", self.id)
        self.xdotool("key", "--clearmodifiers", *keys)

    def type(self, words):
        self.xdotool("windowactivate", "--sync", self.id)
        self.xdotool("type", "--clearmodifiers", "--delay", "5", words)

    def resize(self, width, height):
        self.xdotool("windowsize", "--sync", self.id, str(width), str(height))
        until(lambda: self.size() == (width, height), f"a window of {width} × {height}")

    def size(self):
        found = subprocess.run(["xdotool", "getwindowgeometry", "--shell", self.id], env=self.env,
                               capture_output=True, text=True, check=True)
        facts = dict(line.split("=") for line in found.stdout.splitlines())
        return int(facts["WIDTH"]), int(facts["HEIGHT"])

    until = staticmethod(until)

    def moves(self, node, seconds=DEADLINE_SECONDS):
        """Whether what is shown there changes clearly."""
        first = self.pixels(node.box())

        def has_changed():
            return difference(first, self.pixels(node.box())) > 0.002
        try:
            return until(has_changed, f"“{node.name}” to move", seconds)
        except NotFound:
            return False

    def brightness(self, node):
        return brightness(self.pixels(node.box()))

    def screenshot(self, path):
        """Without the border that GTK draws where no compositor could draw a shadow."""
        width, height = self.size()
        subprocess.run(["import", "-window", self.id, "-crop",
                        f"{width - 2 * BORDER}x{height - 2 * BORDER}+{BORDER}+{BORDER}", "+repage",
                        str(path)], env=self.env, check=True, timeout=DEADLINE_SECONDS)

    def pixels(self, box):
        """The RGB bytes of a part of the window."""
        x, y, width, height = box
        return subprocess.run(
            ["import", "-window", self.id, "-crop", f"{width}x{height}+{x}+{y}", "-depth", "8",
             "rgb:-"], env=self.env, check=True, capture_output=True,
            timeout=DEADLINE_SECONDS).stdout


def brightness(pixels):
    """0 to 255, the mean of all bytes."""
    return sum(pixels) / max(1, len(pixels))


def difference(one, other):
    """The part of bytes that are clearly not the same, 0 to 1."""
    if len(one) != len(other) or not one:
        return 1.0
    return sum(abs(a - b) > 24 for a, b in zip(one, other)) / len(one)
