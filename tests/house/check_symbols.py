#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Symbols of our static libraries: none with a name that dependencies use, no calls to the system below sensor/.

  check_symbols.py BUILD_DIR [RULES]

Reads `nm` of every lib*.a in the build folder. RULES (default: symbols.txt beside this file) lists the prefixes, the
functions and the exceptions.
"""
import re
import subprocess
import sys
from pathlib import Path

PURE = {"libmailtap_base.a", "libmailtap_reassembly.a", "libmailtap_analysis.a"}
OWN_NAME = re.compile(r"^[a-z]")


def read_rules(path):
    taken, outside, allowed = [], set(), set()
    for line in path.read_text().splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "taken":
            taken += words[1:]
        elif words[0] == "outside":
            outside |= set(words[1:])
        elif words[0] == "allow":
            allowed |= {(words[1], words[2], name) for name in words[3:]}
        else:
            raise SystemExit(f"{path}: not a rule: {line}")
    return tuple(taken), outside, allowed


def symbols(archive):
    """(object, type letter, name) of every symbol."""
    output = subprocess.run(["nm", "-A", archive], check=True, capture_output=True, text=True).stdout
    for line in output.splitlines():
        place, _, rest = line.rpartition(":")
        words = rest.split()
        if len(words) >= 2:
            yield place.rpartition(":")[2], words[-2], words[-1]


def plain(name):
    """The function behind what the C library's headers make of its name: __open64_2, __read_chk, fopen64."""
    name = re.sub(r"^__(isoc99_)?(\w+?)(_chk|_2)$", r"\2", name)
    return re.sub(r"^(\w+?)64$", r"\1", name)


def check(archive, taken, outside, allowed):
    for unit, kind, name in symbols(archive):
        if kind == "U":
            if archive.name in PURE and plain(name) in outside and (archive.name, unit, plain(name)) not in allowed:
                yield f"{archive.name}({unit}): calls {name}(); only sensor/ may"
        elif OWN_NAME.match(name) and name.startswith(taken):
            yield f"{archive.name}({unit}): {name} begins like a dependency's symbol"


def main(arguments):
    build = Path(arguments[0])
    rules = read_rules(Path(arguments[1]) if len(arguments) > 1 else Path(__file__).with_name("symbols.txt"))
    archives = sorted(path for path in build.rglob("libmailtap_*.a") if "CMakeFiles" not in path.parts)
    missing = PURE - {path.name for path in archives}
    wrong = [f"{name} is not in {build}" for name in sorted(missing)]
    wrong += [line for archive in archives for line in check(archive, *rules)]
    print("\n".join(wrong + [f"{len(archives)} libraries, {len(wrong)} wrong"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
