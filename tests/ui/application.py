# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""The application conclave as a test starts and drives it, on a desktop of session.py."""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CONCLAVE = os.environ.get("CONCLAVE_APP", "conclave")
READ_CLIPBOARD = """
import gi
gi.require_version("Gtk", "4.0")
from gi.repository import GLib, Gdk, Gtk
Gtk.init()
loop = GLib.MainLoop()
def done(clipboard, result):
    try:
        print(clipboard.read_text_finish(result) or "")
    except GLib.Error:
        pass
    loop.quit()
Gdk.Display.get_default().get_clipboard().read_text_async(None, done)
loop.run()
"""


class Application:
    """with Application(desktop) as app: app.window.find(...)"""

    def __init__(self, desktop, *arguments, screenshots=None):
        self.desktop = desktop
        self.arguments = arguments
        self.screenshots = screenshots
        self.errors = None

    def __enter__(self):
        # Only now: AT-SPI takes its bus from the environment when it is first used.
        os.environ.update(self.desktop.env)
        from accessible import Window
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([CONCLAVE, *self.arguments], env=self.desktop.env,
                                        stdin=subprocess.DEVNULL, stderr=self.errors)
        try:
            self.window = Window(self.process, self.desktop.env, 60)
        except BaseException:
            self.__exit__()
            print(self.log(), file=sys.stderr)
            raise
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def log(self):
        self.errors.seek(0)
        return self.errors.read()

    def wait_end(self, seconds=20):
        """The exit code; None if it still runs after that."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def read_clipboard(self):
        env = {**self.desktop.env, "GTK_A11Y": "none"}
        return subprocess.run([sys.executable, "-c", READ_CLIPBOARD], env=env, text=True,
                              capture_output=True, timeout=20).stdout.strip()

    def set_dark(self, is_dark):
        self.desktop.run("gsettings", "set", "org.gnome.desktop.interface", "color-scheme",
                         "prefer-dark" if is_dark else "default")
        self.await_background(is_dark)

    def await_background(self, is_dark):
        from accessible import brightness, until

        def has_changed():
            edge = brightness(self.window.pixels((20, self.window.size()[1] - 12, 12, 6)))
            return (edge < 100) == is_dark
        until(has_changed, "the other colours")

    def await_still(self):
        """No animation of the toolkit any more: two pictures in a row of the frame are the same."""
        from accessible import until
        last = []

        def is_still():
            width, _ = self.window.size()
            last.append(self.window.pixels((0, 0, width, 50)))
            return len(last) > 2 and last[-1] == last[-2] == last[-3]
        until(is_still, "the end of the animations")

    def shoot(self, name):
        """PNG files of the page: light, dark and narrow."""
        if self.screenshots is None:
            return
        folder = Path(self.screenshots)
        self.await_still()
        self.window.screenshot(folder / f"{name}-light.png")
        self.set_dark(True)
        self.await_still()
        self.window.screenshot(folder / f"{name}-dark.png")
        self.set_dark(False)
        size = self.window.size()
        self.window.resize(360, 640)
        self.await_still()
        self.window.screenshot(folder / f"{name}-narrow.png")
        self.window.resize(*size)
        self.await_still()
