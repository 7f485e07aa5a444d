#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks what the C reader of analysis/data cannot: that every entry stands in NFKC and lower case, that each list has its
documented head, and that SOURCES.md names every list."""
import pathlib
import sys
import unicodedata


def faults(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    for word in ("Format:", "Source:"):
        if not any(word in line for line in head):
            yield f"{path.name}: no {word} in the head"
    for number, line in enumerate(lines, 1):
        if line and not line.startswith("#") and unicodedata.normalize("NFKC", line).lower() != line:
            yield f"{path.name}:{number}: not NFKC and lower case: {line}"


def main():
    folder = pathlib.Path(sys.argv[1])
    lists = sorted(folder.glob("*.txt"))
    found = [fault for path in lists for fault in faults(path)]
    sources = (folder / "SOURCES.md").read_text(encoding="utf-8")
    found += [f"{path.name}: not in SOURCES.md" for path in lists if path.stem not in sources]
    declared = {line.split("(")[1].split(",")[0] for line in (folder / "lists.def").read_text().splitlines()
                if line.startswith("LIST(")}
    found += [f"{path.name}: not in lists.def" for path in lists if path.stem not in declared]
    if not lists:
        found.append(f"no lists in {folder}")
    print("\n".join(found) or f"{len(lists)} lists are fine")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
