#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Includes go one way, and each foreign header stays in its place.

  check_layers.py PROJECT [RULES]

RULES (default: layers.txt beside this file) says which room may include what. A system or foreign header that no rule
names must be one of the C library's (STANDARD below): a new library needs a row, so that its place is decided, not
drifted into.
"""
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include\s*(?:"([^"]+)"|<([^>]+)>)', re.M)
STANDARD = set("""
assert.h ctype.h errno.h float.h inttypes.h limits.h locale.h math.h setjmp.h stdalign.h stdarg.h stdatomic.h stdbool.h
stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h strings.h uchar.h wchar.h wctype.h
arpa/inet.h endian.h getopt.h pthread.h sys/types.h unistd.h sys/mman.h sys/resource.h sysexits.h err.h
""".split())


def read_rules(path):
    rooms, headers = {}, []
    for line in path.read_text().splitlines():
        kind, _, rest = line.partition(" ")
        if kind not in ("room", "header"):
            if line.strip() and not line.startswith("#"):
                raise SystemExit(f"{path}: not a rule: {line}")
            continue
        names, _, places = rest.partition(":")
        if kind == "room":
            rooms[names.strip()] = places.split()
        else:
            headers.append((names.split(), places.split()))
    return rooms, headers


def matches(path, places):
    return any(path == place or (place.endswith("/") and path.startswith(place)) for place in places)


def check_own(path, room, include, rooms, root):
    if not (root / include).is_file():
        if room == "tests" and any(root.glob(f"tests/**/{include}")):
            return None
        return f'"{include}" is no path from the top of the project'
    allowed = rooms[room] + [room + "/"]
    return None if matches(include, allowed) else f'"{include}" is not open to {room}/'


def check_foreign(path, room, include, headers):
    if room == "tests" or include in STANDARD:
        return None
    for names, places in headers:
        if matches(include, names):
            return None if matches(path, places) else f"<{include}> belongs to {' '.join(places)}"
    return f"<{include}> has no row in layers.txt"


def check_file(path, rooms, headers, root):
    room = path.split("/", 1)[0]
    text = (root / path).read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        own, foreign = match.groups()
        wrong = check_own(path, room, own, rooms, root) if own else check_foreign(path, room, foreign, headers)
        if wrong:
            yield f"{path}:{text.count(chr(10), 0, match.start(0)) + 1}: {wrong}"


def idle_rows(headers, root):
    """Files that a row names and that do not, or no longer, include the header."""
    for names, places in headers:
        for place in (place for place in places if not place.endswith("/")):
            text = (root / place).read_text(encoding="utf-8") if (root / place).is_file() else ""
            if not any(foreign and matches(foreign, names) for _, foreign in INCLUDE.findall(text)):
                yield f"layers.txt: {place} does not include {' '.join(names)}"


def main(arguments):
    root = Path(arguments[0])
    rooms, headers = read_rules(Path(arguments[1]) if len(arguments) > 1 else Path(__file__).with_name("layers.txt"))
    files = sorted(path.relative_to(root).as_posix() for room in rooms for kind in ("*.c", "*.h", "*.def")
                   for path in (root / room).rglob(kind))
    wrong = [line for path in files for line in check_file(path, rooms, headers, root)]
    wrong += idle_rows(headers, root)
    print("\n".join(wrong + [f"{len(files)} files, {len(wrong)} wrong"]))
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
