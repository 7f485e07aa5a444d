#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both stream engines give the same records, byte for byte, on every IPv4 capture without loss and with whole handshakes.

usage: test_engines.py MAILTAP [CAPTURE_OR_FOLDER…]
Takes the captures of make_captures.py and those given, by default those of a corpus if there is one (corpus.py). Which of them qualify is found out, not listed: the native engine
notes no damage in its summary, and reading.py sees every handshake.
"""
import pathlib
import subprocess
import sys
import tempfile

import corpus
import make_captures
from reading import has_whole_handshakes

DAMAGE = ("malformed frames", "cut by the snap length", "IP datagrams whose", "IP fragments that contradict",
          "whose beginning was not captured", "bytes missing", "contradict an earlier copy", "connections dropped")
OWN_MIN = 11  # captures of our own that qualify


def replay(mailtap, engine, path):
    command = [mailtap, "replay", "--records", "alerts,messages", "--engine", engine, path]
    done = subprocess.run(command, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def compare(mailtap, path):
    """None when the capture does not qualify, else what differs ("" when nothing does)."""
    status, native, summary = replay(mailtap, "native", path)
    if status != 0 or any(words in summary for words in DAMAGE) or not has_whole_handshakes(path.read_bytes()):
        return None
    status, libnids, summary = replay(mailtap, "libnids", path)
    if status != 0:
        return f"libnids: exit {status}: {summary}"
    if native == libnids:
        return ""
    one, other = native.splitlines(), libnids.splitlines()
    pairs = [(a, b) for a, b in zip(one, other) if a != b]
    return f"{len(one)} and {len(other)} records" + "".join(f"\n  native  {a!r}\n  libnids {b!r}" for a, b in pairs[:1])


def captures_in(paths):
    for path in map(pathlib.Path, paths):
        yield from corpus.captures(path) if path.is_dir() else [path]


def run(mailtap, paths):
    """(captures compared, captures that differ)."""
    compared = differ = 0
    for path in paths:
        difference = compare(mailtap, path)
        compared += difference is not None
        if difference:
            differ += 1
            print(f"DIFFERS {path}: {difference}")
    return compared, differ


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        own = pathlib.Path(folder)
        make_captures.write_all(own, make_captures.default_mails())
        compared, differ = run(sys.argv[1], captures_in([own]))
    print(f"own captures: {compared} compared, {differ} differ")
    too_few = compared < OWN_MIN
    given = sys.argv[2:] or [path for path in [corpus.folder()] if path]
    if given:
        compared, more = run(sys.argv[1], captures_in(given))
        differ += more
        print(f"given captures: {compared} compared, {more} differ")
    else:
        print("no corpus of captures here (MAILTAP_CORPUS): own captures only")
    sys.exit(1 if differ or too_few else 0)


if __name__ == "__main__":
    main()
