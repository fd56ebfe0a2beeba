#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""A check that cannot fail is none: gives check-layers.py one fault of each kind."""
import subprocess
import sys
import tempfile
from pathlib import Path

HEAD = "/* SPDX-License-Identifier: GPL-3.0-or-later */\n"
LAYERS = "low: | glib\nhigh: low | glib\nmls: | glib\n"

INVALID = 'cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "x")'


def refusal(heading="", above="", between=0, how=INVALID):
    return {"src/mls/a.c": f"{heading}int\na (void)\n{{\n{above}" + "  a ();\n" * between
            + f"  return {how};\n}}\n"}


CASES = {
    "accepts a good tree": ({"src/high/a.c": '#include "low/b.h"\n#include <string.h>\n'}, None),
    "refuses a border crossed": ({"src/low/a.c": '#include "high/b.h"\n'}, "includes"),
    "refuses a library crossed": ({"src/low/a.c": "#include <gtk/gtk.h>\n"}, "includes"),
    "refuses a Meson dependency": ({"src/low/meson.build": "low_dep = [high_dep]\n"}, "meson-layers"),
    "refuses a cycle": (
        {"src/low/a.h": '#include "low/b.h"\n', "src/low/b.h": '#include "low/a.h"\n'}, "cycles"),
    "refuses a long file": ({"src/low/a.c": "int a;\n" * 601}, "rooms"),
    "refuses a long function": (
        {"src/low/a.c": "void\na (void)\n{\n" + "  a ();\n" * 81 + "}\n"}, "rooms"),
    "refuses a file without licence": ({"src/low/a.c": None}, "licences"),
    "refuses a translation below": ({"src/low/a.c": 'char *a = _ ("x");\n'}, "translated"),
    "accepts a section above": (refusal(above="  /* §6: x. */\n", between=3), None),
    "accepts a section in the heading": (refusal(heading="/* §6: x. */\n", between=9), None),
    "accepts a rule of our own": (refusal(above="  /* Ours, not the RFC's: x. */\n"), None),
    "refuses a check without its section": (refusal(above="  /* x */\n"), "sections"),
    "refuses a section far above": (refusal(above="  /* §6: x. */\n", between=4), "sections"),
    "refuses another function's section": (
        {"src/mls/a.c": "/* §6: x. */\nint b;\n\n" + refusal()["src/mls/a.c"]}, "sections"),
    "refuses a short hand without its section": (refusal(how='invalid (error, "x")'), "sections"),
    "refuses a malformed without its section": (
        refusal(how='cv_mls_error_fail_malformed (error, "x")'), "sections"),
    "refuses another format": ({"src/low/a.c": "int   a ;\n"}, "format"),
}


def run(checker, files):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "build-aux").mkdir()
        (root / "build-aux" / "layers").write_text(LAYERS)
        (root / "tests").mkdir()
        style = Path(checker).parent.parent / ".clang-format"
        (root / ".clang-format").write_text(style.read_text())
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.write_text("int a;\n")
            elif path.suffix in (".c", ".h"):
                path.write_text(HEAD + text)
            else:
                path.write_text(text)
        out = subprocess.run([sys.executable, checker, folder], capture_output=True, text=True)
        return out.stdout


def main():
    checker = sys.argv[1]
    print(f"1..{len(CASES)}")
    bad = False
    for number, (name, (files, wanted)) in enumerate(CASES.items(), 1):
        failing = [line.split()[-1] for line in run(checker, files).splitlines()
                   if line.startswith("not ok")]
        good = failing == ([wanted] if wanted else [])
        bad = bad or not good
        print(f"{'ok' if good else 'not ok'} {number} {name}" + ("" if good else f" (got {failing})"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
