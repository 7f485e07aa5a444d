#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""mailtap.1 names every command and option that the program offers, and none that it does not.

  check_man.py MAILTAP PAGE

Compares what `mailtap help` and `mailtap COMMAND --help` print with the mdoc source of the page.
"""
import re
import subprocess
import sys
from pathlib import Path


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def offered(binary):
    """Commands, and the options of all of them, from the program's own help."""
    commands = re.findall(r"^  mailtap (\w+)", output(binary, "help"), re.M)
    options = set()
    for command in commands:
        if "[opts]" in next(line for line in output(binary, "help").splitlines() if f"mailtap {command} " in line):
            options |= set(re.findall(r"--([a-z][a-z-]+)", "\n".join(
                line[:30] for line in output(binary, command, "--help").splitlines() if line.lstrip().startswith("-"))))
    return set(commands), options


def documented(page):
    """Commands (Ss or It Cm) and options (It Fl … Fl -long) of the page."""
    commands = set(re.findall(r"^\.It Cm (\w+)$", page, re.M))
    options = {name.replace("\\-", "-") for line in re.findall(r"^\.It Fl (.*)$", page, re.M)
               for name in re.findall(r"(?:^|Fl )-([a-z][a-z\\-]+)", line)}
    return commands, options


def main(arguments):
    binary, path = arguments
    (commands, options), (page_commands, page_options) = offered(binary), documented(Path(path).read_text())
    wrong = [f"{name}: not in {path}" for name in sorted(commands - page_commands) + sorted(options - page_options)]
    wrong += [f"{name}: in {path}, not offered" for name in sorted(page_commands - commands)]
    wrong += [f"--{name}: in {path}, not offered" for name in sorted(page_options - options)]
    print("\n".join(wrong + [f"{len(commands)} commands, {len(options)} options, {len(wrong)} wrong"]))
    return 1 if wrong or not commands or not options else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
