#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long functions and files are, against the house's figures; prints the table.

  check_size.py PROJECT

A function is counted from the first line of its head to its closing brace. clang-format puts the braces of a function's
body, and no others, alone into column 0; the scanner relies on that.
"""
import sys
from pathlib import Path

MEAN_MAX, P90_MAX, LONG, LONG_SHARE_MAX, FILE_MAX = 22, 45, 80, 0.02, 500
ROOMS = ("base", "reassembly", "analysis", "sensor", "tools", "tests")
KINDS = {".c", ".h", ".py", ".sh"}


def functions(lines):
    """(line number, length) of every function body in the lines of a C file."""
    start = None
    for number, line in enumerate(lines):
        if line == "{":
            start = number
            while start > 0 and lines[start - 1].strip() and not lines[start - 1].startswith(("#", "}", " */", "/*")):
                start -= 1
        elif line == "}" and start is not None:
            yield start + 1, number - start + 1
            start = None


def percentile(sizes, share):
    return sorted(sizes)[max(0, -(-len(sizes) * share // 100) - 1)]


def row(name, sizes, files):
    if not sizes:
        return f"{name:12} {files:6} {0:10}"
    return (f"{name:12} {files:6} {len(sizes):10} {sum(sizes) / len(sizes):6.1f} {percentile(sizes, 90):5} "
            f"{max(sizes):5} {100 * sum(size > LONG for size in sizes) / len(sizes):6.1f} %")


def judge(sizes):
    """What is wrong with the lengths of all functions together."""
    mean, long_share = sum(sizes) / len(sizes), sum(size > LONG for size in sizes) / len(sizes)
    if mean > MEAN_MAX:
        yield f"mean {mean:.1f} lines a function, more than {MEAN_MAX}"
    if percentile(sizes, 90) > P90_MAX:
        yield f"one function in ten has {percentile(sizes, 90)} lines or more, over {P90_MAX}"
    if long_share > LONG_SHARE_MAX:
        yield f"{100 * long_share:.1f} % of the functions have more than {LONG} lines, over {100 * LONG_SHARE_MAX:.0f} %"


def measure(root):
    """room → (function sizes, number of files), and what is wrong with single files."""
    rooms, notes, wrong = {room: ([], 0) for room in ROOMS}, [], []
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.suffix not in KINDS or not path.is_file():
                continue
            lines = path.read_text(encoding="utf-8").splitlines()
            if len(lines) > FILE_MAX:
                wrong.append(f"{path.relative_to(root)}: {len(lines)} lines, more than {FILE_MAX}")
            if path.suffix not in (".c", ".h"):
                continue
            found = list(functions(lines))
            notes += [f"{path.relative_to(root)}:{line}: {size} lines" for line, size in found if size > LONG]
            sizes, files = rooms[room]
            rooms[room] = sizes + [size for _, size in found], files + 1
    return rooms, notes, wrong


def main(arguments):
    rooms, notes, wrong = measure(Path(arguments[0]))
    every = [size for sizes, _ in rooms.values() for size in sizes]
    product = [size for room, (sizes, _) in rooms.items() if room != "tests" for size in sizes]
    print(f"{'room':12} {'files':>6} {'functions':>10} {'mean':>6} {'p90':>5} {'max':>5} {'> ' + str(LONG):>8}")
    for room, (sizes, files) in rooms.items():
        print(row(room, sizes, files))
    print(row("all", every, sum(files for _, files in rooms.values())))
    wrong += [] if product else ["no functions found"]
    wrong += list(judge(product)) if product else []
    wrong += [f"with the tests: {what}" for what in (judge(every) if every else ())]
    print("\n".join(notes + wrong + [f"{len(wrong)} wrong"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
