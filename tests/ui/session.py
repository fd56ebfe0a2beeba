#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""A private desktop of real parts: X server, window manager, session and accessibility bus, Secret
Service, PulseAudio, PipeWire with a camera. Nothing of the user's own session is touched.

usage: session.py [--size WxH] [--without keyring,sound,camera] COMMAND...
       runs COMMAND inside and exits with its code; needs the packages of ./dev shell

Every part is a process of ours, told to stay in the foreground and ended by its id. What they
start in turn becomes our child (a subreaper, prctl(2)) and is ended with them.
"""
import argparse
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DEADLINE_SECONDS = 30
KEYRING_PASSWORD = b"only for tests"
CAMERA = "Test Camera"
SECOND_CAMERA = "Second Camera"
MICROPHONE = "Test Microphone"
SECOND_MICROPHONE = "Quiet Microphone"
SPEAKER = "Test Speaker"
PARTS = ("keyring", "sound", "camera")
PR_SET_CHILD_SUBREAPER = 36

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <!-- No service folder: what is not started here is not there. -->
  <type>session</type>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""

# The tone cable: what is played into it is what the microphone hears.
SOUND = """load-module module-native-protocol-unix auth-anonymous=1 socket={folder}/pulse.socket
load-module module-null-sink sink_name=speaker sink_properties="device.description='{speaker}'"
load-module module-null-sink sink_name=cable sink_properties="device.description=Cable"
load-module module-remap-source source_name=microphone master=cable.monitor source_properties="device.description='{microphone}'"
load-module module-null-source source_name=quiet description="{second}"
set-default-sink speaker
set-default-source microphone
"""


class Failed(Exception):
    pass


def until(condition, what, seconds=DEADLINE_SECONDS):
    """The first true answer of the condition, asked again and again until the deadline."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {seconds} s")
        time.sleep(0.05)


def become_subreaper():
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children_of_this_process():
    children = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and fields[0] != "Z":
            children.add(int(entry.name))
    return children


def reap():
    """Collects what ended among the processes that were left to us."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


class Desktop:
    """with Desktop() as desktop: subprocess.Popen(..., env=desktop.env)"""

    def __init__(self, size="1400x1000", without=()):
        self.size = size
        self.without = set(without)
        self.processes = []
        self.folder = None
        self.env = None

    def __enter__(self):
        become_subreaper()
        self.others = children_of_this_process()
        # Short: a socket's path has 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="cv-ui-", dir="/tmp"))
        try:
            self._make_env()
            self._start_display()
            self._start_bus()
            if "keyring" not in self.without:
                self._start_keyring()
            if "sound" not in self.without:
                self._start_sound()
            if "camera" not in self.without:
                self._start_cameras()
            self._await_manager()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            self._end(process)
        # Grandchildren that are ours by now, however they were started.
        for pid in children_of_this_process() - self.others:
            for number in (signal.SIGTERM, signal.SIGKILL):
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    break
        reap()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self, process):
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, *command, stdin=subprocess.DEVNULL, **more):
        """A process that ends with the desktop; its words go to a file in the desktop's folder."""
        log = open(self.folder / f"{Path(command[0]).name}-{len(self.processes)}.log", "wb")
        process = subprocess.Popen(command, env=self.env, stdin=stdin, stdout=log, stderr=log,
                                   cwd=self.folder, start_new_session=True, **more)
        log.close()
        self.processes.append(process)
        return process

    def stop(self, process):
        self._end(process)
        self.processes.remove(process)

    def run(self, *command, **more):
        """Runs to its end; standard output, or Failed."""
        done = subprocess.run(command, env=self.env, capture_output=True, text=True,
                              errors="replace", timeout=DEADLINE_SECONDS, **more)
        if done.returncode != 0:
            raise Failed(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    def succeeds(self, *command):
        return subprocess.run(command, env=self.env, capture_output=True,
                              timeout=DEADLINE_SECONDS).returncode == 0

    def _make_env(self):
        folder = self.folder
        keep = {k: v for k, v in os.environ.items()
                if not k.startswith(("DBUS_", "XDG_", "PULSE_", "PIPEWIRE_", "WAYLAND_", "GNOME_",
                                     "SSH_", "AT_SPI_"))}
        for name in ("run", "home", "config", "data", "cache", "state"):
            (folder / name).mkdir(mode=0o700)
        self.env = {
            **keep,
            "HOME": str(folder / "home"),
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_STATE_HOME": str(folder / "state"),
            "GDK_BACKEND": "x11",
            "GSK_RENDERER": "cairo",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "GDK_DEBUG": "no-portals",
            "ADW_DISABLE_PORTAL": "1",
            "GSETTINGS_BACKEND": "keyfile",
            "GTK_USE_PORTAL": "0",
            "LC_ALL": "C.UTF-8",
            "LANGUAGE": "en",
        }

        # As GNOME has it; without a settings daemon GTK would take the first font that it finds.
        settings = folder / "config" / "gtk-4.0" / "settings.ini"
        settings.parent.mkdir()
        # No animations: what is still in flight when a program ends looks like a leak.
        settings.write_text("[Settings]\ngtk-font-name=Cantarell 11\ngtk-enable-animations=0\n")

    def _start_display(self):
        # A server that ends just now takes the socket of the next one with its number with it.
        until(self._try_display, "Xvfb")
        self.start("openbox", "--sm-disable")

    def _try_display(self):
        reader, writer = os.pipe()
        server = self.start("Xvfb", "-displayfd", str(writer), "-screen", "0", f"{self.size}x24",
                            "-nolisten", "tcp", "-noreset", pass_fds=[writer])
        os.close(writer)
        with open(reader, encoding="ascii") as answer:
            number = answer.readline().strip()  # empty if it died
        self.env["DISPLAY"] = f":{number}"
        if number and self.succeeds("xprop", "-root", "_NET_SUPPORTED"):
            return True
        self.stop(server)
        return False

    def _await_manager(self):
        until(lambda: "window id" in self.run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"),
              "openbox")

    def _start_bus(self):
        config = self.folder / "bus.conf"
        config.write_text(BUS.format(folder=self.folder))
        self.start("dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile")
        self.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={self.folder}/bus"
        until((self.folder / "bus").exists, "dbus-daemon")
        self.start("/usr/libexec/at-spi-bus-launcher", "--launch-immediately")
        self._await_name("org.a11y.Bus")
        # For GTK 4 an accessible tree is made only where somebody says that they read it.
        self.run("gdbus", "call", "--session", "--dest", "org.a11y.Bus", "--object-path",
                 "/org/a11y/bus", "--method", "org.freedesktop.DBus.Properties.Set",
                 "org.a11y.Status", "IsEnabled", "<true>")

    def _await_name(self, name):
        self.run("gdbus", "wait", "--session", "--timeout", str(DEADLINE_SECONDS), name)

    def _start_keyring(self):
        keyring = self.start("gnome-keyring-daemon", "--foreground", "--unlock",
                             "--components=secrets", f"--control-directory={self.folder}/run",
                             stdin=subprocess.PIPE)
        keyring.stdin.write(KEYRING_PASSWORD)
        keyring.stdin.close()
        self._await_name("org.freedesktop.secrets")

    def _start_sound(self):
        script = self.folder / "sound.pa"
        script.write_text(SOUND.format(folder=self.folder, speaker=SPEAKER, microphone=MICROPHONE,
                                       second=SECOND_MICROPHONE))
        self.env["PULSE_SERVER"] = f"unix:{self.folder}/pulse.socket"
        self.start("pulseaudio", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
                   "--disable-shm=yes", "--high-priority=no", "--realtime=no", "-n", "-F",
                   str(script))
        until(lambda: self.succeeds("pactl", "info"), "pulseaudio")

    def play_tone(self):
        """Something for the microphone to hear, until stop()."""
        return self.start("gst-launch-1.0", "-q", "audiotestsrc", "is-live=true", "volume=0.8",
                          "!", "audio/x-raw,rate=48000,channels=1", "!", "pulsesink",
                          "device=cable")

    def _start_cameras(self):
        fragment = self.folder / "config" / "pipewire" / "pipewire.conf.d" / "cameras.conf"
        fragment.parent.mkdir(parents=True)
        fragment.write_text("context.spa-libs = { videotestsrc = videotestsrc/libspa-videotestsrc }")
        self.start("pipewire")
        until(lambda: self.succeeds("pw-cli", "info", "0"), "pipewire")
        self.start("wireplumber", "--profile", "policy")
        for name in (CAMERA, SECOND_CAMERA):
            self.plug_camera(name)

    def plug_camera(self, name):
        """A camera that is there as long as the process, until stop()."""
        facts = {
            "factory.name": "videotestsrc", "media.class": "Video/Source", "media.role": "Camera",
            "node.name": name.replace(" ", "-"), "node.description": name,
        }
        plug = self.start("pw-cli", stdin=subprocess.PIPE)
        plug.stdin.write(f"create-node spa-node-factory {json.dumps(facts)}\n".encode())
        plug.stdin.flush()
        until(lambda: f'"{name}"' in self.run("pw-dump"), name)
        return plug

    def log(self, part):
        """What a part has said, for the report of a failure."""
        return "\n".join(path.read_text(errors="replace")
                         for path in sorted(self.folder.glob(f"{part}-*.log")))


def main():
    parser = argparse.ArgumentParser(usage="%(prog)s [--size WxH] [--without PARTS] COMMAND...")
    parser.add_argument("--size", default="1400x1000")
    parser.add_argument("--without", default="")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    without = [part for part in options.without.split(",") if part]
    if not options.command or not set(without) <= set(PARTS):
        parser.error("expected a command, and parts among " + ", ".join(PARTS))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with Desktop(options.size, without) as desktop:
            return subprocess.run(options.command, env=desktop.env).returncode
    except Failed as failure:
        print(f"session.py: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
