#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""Refuses what would wear the layers down: a forbidden include, a file over 600 lines, a function
over 80, an include cycle, a file without its licence lines, a refusal in MLS without the section of
the RFC that asks for it. Prints TAP.

usage: check-layers.py SOURCE_ROOT
"""
import re
import subprocess
import sys
from pathlib import Path

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 80
# The C library's own headers, which any layer may use.
C_LIBRARY = re.compile(r"^(std\w+|string|math|errno|limits|locale|time|signal|unistd|fcntl|sys/\w+|netinet/\w+|arpa/inet|net/if|ifaddrs|poll|ctype|inttypes|float)\.h$")


def read_layers(path):
    layers = {}
    for line in path.read_text().splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        name, rest = line.split(":", 1)
        own, _, foreign = rest.partition("|")
        layers[name.strip()] = (set(own.split()), foreign.split())
    return layers


def includes(text):
    return re.findall(r'^\s*#\s*include\s+(["<])([^">]+)[">]', text, re.M)


def check_includes(root, layers):
    problems = []
    for path in sorted((root / "src").rglob("*.[ch]")):
        relative = path.relative_to(root / "src")
        layer = relative.parts[0]
        if layer not in layers:
            problems.append(f"src/{relative}: no such layer in build-aux/layers")
            continue
        own, foreign = layers[layer]
        for kind, name in includes(path.read_text()):
            if kind == '"':
                target = name.split("/")[0]
                if "/" not in name and name in ("config.h", "resources.h"):
                    continue
                if "/" not in name:
                    problems.append(f'src/{relative}: "{name}" lacks its layer')
                elif target != layer and target not in own:
                    problems.append(f"src/{relative}: {layer} must not include {name}")
            elif not C_LIBRARY.match(name) and not any(name.startswith(word) for word in foreign):
                problems.append(f"src/{relative}: {layer} must not include <{name}>")
    return problems


def check_cycles(root):
    graph = {}
    for path in (root / "src").rglob("*.h"):
        name = str(path.relative_to(root / "src"))
        graph[name] = [n for k, n in includes(path.read_text()) if k == '"']
    problems, done = [], set()

    def visit(name, trail):
        if name in trail:
            problems.append("include cycle: " + " > ".join(trail[trail.index(name):] + [name]))
            return
        if name in done:
            return
        for target in graph.get(name, []):
            visit(target, trail + [name])
        done.add(name)

    for name in sorted(graph):
        visit(name, [])
    return problems


def own_files(root, *folders):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".c", ".h") and path.is_file():
                yield path


def check_rooms(root):
    problems = []
    for path in own_files(root, "src", "tests"):
        lines = path.read_text().splitlines()
        relative = path.relative_to(root)
        if len(lines) > MAX_FILE_LINES:
            problems.append(f"{relative}: {len(lines)} lines, at most {MAX_FILE_LINES}")
        # The house format puts a function's braces, and only them, in the first column.
        start = None
        for number, line in enumerate(lines, 1):
            if line == "{":
                start = number
            elif line.startswith("}") and start:
                if line == "}" and number - start - 1 > MAX_FUNCTION_LINES:
                    problems.append(f"{relative}:{start}: function of {number - start - 1} lines")
                start = None
    return problems


def check_licences(root):
    problems = []
    for path in own_files(root, "src", "tests"):
        head = path.read_text()[:300]
        if "SPDX-License-Identifier: GPL-3.0-or-later" not in head:
            problems.append(f"{path.relative_to(root)}: no SPDX-License-Identifier")
    return problems


def check_format(root):
    files = [str(path) for path in own_files(root, "src", "tests")]
    run = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], capture_output=True, text=True)
    return [line for line in run.stderr.splitlines() if "error:" in line]


def check_translated(root):
    """Only call/error.c and ui/ speak to people (STYLE)."""
    problems = []
    for path in own_files(root, "src"):
        relative = str(path.relative_to(root / "src"))
        if relative.startswith("ui/") or relative in ("call/error.c", "app/main.c"):
            continue
        if re.search(r"(?<![\w])_ \(\"", path.read_text()):
            problems.append(f"src/{relative}: translates, which only call/error.c and ui/ do")
    return problems


# Where mls refuses what came. `"%s", what` is inside of a file's own invalid (), whose callers say why.
REFUSAL = re.compile(
    r"CV_MLS_ERROR_(?:INVALID|EPOCH|GENERATION)\b(?!, \"%s\", what)"
    r"|\bcv_mls_error_fail_(?:authentication|malformed) \(|\binvalid \(error")
REASON = re.compile(r"§|\bRFC\b")
REASON_LINES = 4


def check_sections(root):
    """Beside each refusal stands the section that asks for it, or that the rule is "not the RFC's":
    in the few lines above it or in its function's heading."""
    problems = []
    for path in sorted((root / "src" / "mls").glob("*.c")):
        if path.name == "error.c":  # only passes on what others refused
            continue
        lines = path.read_text().splitlines()
        start = None
        for number, line in enumerate(lines):
            if line == "{":
                start = heading = number
                while heading > 0 and lines[heading - 1]:
                    heading -= 1
            elif line == "}":
                start = None
            elif start is not None and REFUSAL.search(line):
                near = lines[heading:start] + lines[max(start, number - REASON_LINES):number + 1]
                if not REASON.search("\n".join(near)):
                    where = f"src/mls/{path.name}:{number + 1}"
                    problems.append(f"{where}: refuses without its section")
    return problems


def check_meson_layers(root, layers):
    """Lock one: a layer's Meson dependencies name only lower layers."""
    problems = []
    for layer, (own, _) in layers.items():
        build = root / "src" / layer / "meson.build"
        if layer == "app" or not build.exists():
            continue
        for name in set(re.findall(r"\b(\w+?)_(?:dep|lib)\b", build.read_text())):
            if name in layers and name != layer and name not in own:
                problems.append(f"src/{layer}/meson.build: must not name {name}")
    return problems


def main():
    root = Path(sys.argv[1]).resolve()
    layers = read_layers(root / "build-aux" / "layers")
    checks = [
        ("includes", lambda: check_includes(root, layers)),
        ("meson-layers", lambda: check_meson_layers(root, layers)),
        ("cycles", lambda: check_cycles(root)),
        ("rooms", lambda: check_rooms(root)),
        ("licences", lambda: check_licences(root)),
        ("translated", lambda: check_translated(root)),
        ("sections", lambda: check_sections(root)),
        ("format", lambda: check_format(root)),
    ]
    print(f"1..{len(checks)}")
    failed = False
    for number, (name, run) in enumerate(checks, 1):
        problems = run()
        failed = failed or bool(problems)
        print(f"{'not ok' if problems else 'ok'} {number} {name}")
        for problem in problems:
            print(f"# {problem}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
