#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damages captures and replays them: whatever a capture holds, mailtap ends with 0 or 1, in time, and writes whole records.

usage: mutate.py MAILTAP [--count N] [--engine NAME] [--seed N] [--batch N] [--keep FOLDER] CAPTURE_OR_FOLDER…
Flips, cuts, doubles, swaps, truncates and drops frames (and now and then bytes of the file around them), each file from its
own number, so that a run can be repeated. Many files go through one process; when a batch fails each of its files is tried
alone, and those that fail are kept.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

TIMEOUT_S, APART_S, FRAME_MAX = 300, 4000, 262144
MAGICS = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}


def read_frames(data):
    """(byte order, file header, [[seconds, fraction, wire length, bytes]]) of a pcap; None when it is something else."""
    order = MAGICS.get(data[:4])
    if not order:
        return None
    frames, at = [], 24
    while at + 16 <= len(data):
        seconds, fraction, captured, wire = struct.unpack(order + "IIII", data[at:at + 16])
        frames.append([seconds, fraction, wire, data[at + 16:at + 16 + captured]])
        at += 16 + captured
    return order, data[:24], frames


def write_frames(order, head, frames, later):
    def record(second, fraction, wire, frame):
        return struct.pack(order + "IIII", (second + later) & 0xFFFFFFFF, fraction, len(frame), max(wire, len(frame))) + frame
    return head + b"".join(record(*frame) for frame in frames)


# ---- what is done to a capture ----

def flip(random_, frames):
    frame = random_.choice(frames)
    data = bytearray(frame[3])
    for _ in range(random_.randint(1, 8)):
        if data:
            data[random_.randrange(len(data))] = random_.choice((0, 0xFF, 0x80, 0x0A, 0x0D, random_.randrange(256)))
    frame[3] = bytes(data)


def flip_header(random_, frames):
    """The first bytes decide most."""
    frame = random_.choice(frames)
    data = bytearray(frame[3])
    if data:
        data[random_.randrange(min(len(data), 74))] ^= 1 << random_.randrange(8)
    frame[3] = bytes(data)


def cut(random_, frames):
    """As a snap length does: the length on the wire stays."""
    frame = random_.choice(frames)
    frame[3] = frame[3][:random_.randrange(len(frame[3]) + 1)]


def shorten(random_, frames):
    cut(random_, frames)
    for frame in frames:
        frame[2] = len(frame[3])


def extend(random_, frames):
    frame = random_.choice(frames)
    frame[3] = (frame[3] + random_.randbytes(random_.randint(1, 2000)))[:FRAME_MAX]


def double(random_, frames):
    frames.insert(random_.randrange(len(frames) + 1), list(random_.choice(frames)))


def swap(random_, frames):
    one, other = random_.randrange(len(frames)), random_.randrange(len(frames))
    frames[one][3], frames[other][3] = frames[other][3], frames[one][3]


def drop(random_, frames):
    if len(frames) > 1:
        del frames[random_.randrange(len(frames))]


def end_early(random_, frames):
    del frames[random_.randint(1, len(frames)):]


def begin_late(random_, frames):
    del frames[:random_.randrange(len(frames))]


def jump(random_, frames):
    """Clocks of capture machines jump."""
    frame = random_.choice(frames)
    frame[0] = max(0, frame[0] + random_.choice((-100000, -1, 1, 70, 1000, 100000)))


def splice(random_, frames):
    """The bytes of one frame inside another."""
    frame, donor = random_.choice(frames), random_.choice(frames)[3]
    at = random_.randrange(len(frame[3]) + 1)
    frame[3] = (frame[3][:at] + donor[random_.randrange(len(donor) + 1):])[:FRAME_MAX]


DAMAGES = (flip, flip_header, flip_header, cut, shorten, extend, double, swap, drop, end_early, begin_late, jump, splice)


def damage_file(random_, data):
    """For what is no pcap, and now and then for those that are: the file itself."""
    data = bytearray(data)
    for _ in range(random_.randint(1, 6)):
        if data:
            data[random_.randrange(len(data))] = random_.randrange(256)
    return bytes(data[:random_.randint(0, len(data))] if random_.random() < 0.3 else data)


def mutated(data, number, seed):
    """Mutation `number` of a capture; later than the one before, so that their connections do not mix."""
    random_ = random.Random(seed * 1_000_003 + number)
    parsed = read_frames(data)
    if not parsed or not parsed[2] or random_.random() < 0.05:
        return damage_file(random_, data)
    order, head, frames = parsed
    for _ in range(random_.choice((1, 1, 2, 4, 10, 30))):
        random_.choice(DAMAGES)(random_, frames)
    return write_frames(order, head, frames, number % 50 * APART_S)


# ---- replaying ----

def fault_of(mailtap, engine, paths):
    """What went wrong when these were replayed, or None."""
    command = [mailtap, "replay", "--quiet", "--records", "all", "--engine", engine, *map(str, paths)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return f"no end after {TIMEOUT_S} s"
    if done.returncode not in (0, 1) or b"Sanitizer" in done.stderr or b"runtime error" in done.stderr:
        return f"exit {done.returncode}: " + done.stderr.decode(errors="replace")[-3000:]
    try:
        for line in done.stdout.splitlines():
            json.loads(line)
    except ValueError as reason:
        return f"not JSON: {reason}: {line[:200]!r}"
    return None


def run_batch(options, engine, files):
    """Faults of a batch; the files that cause one alone are kept, else all of them."""
    whole = fault_of(options.mailtap, engine, files)
    if not whole:
        return 0
    faults = [(file, fault) for file in files if (fault := fault_of(options.mailtap, engine, [file]))]
    options.keep.mkdir(parents=True, exist_ok=True)
    for file, fault in faults or [(file, whole) for file in files]:
        kept = shutil.copy(file, options.keep / f"{engine}-{file.name}")
        print(f"FAULT {kept}\n{fault}\nto reproduce: {options.mailtap} replay --records all --engine {engine} {kept}", flush=True)
    return max(1, len(faults))


def captures_in(paths):
    for path in map(pathlib.Path, paths):
        yield from sorted(p for p in path.rglob("*.pcap*") if p.is_file()) if path.is_dir() else [path]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("mailtap")
    parser.add_argument("captures", nargs="+")
    parser.add_argument("--count", type=int, default=int(os.environ.get("MUTATIONS", "300")))
    parser.add_argument("--engine", action="append", help="repeatable; default: native and libnids")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--keep", type=pathlib.Path, default=pathlib.Path("mutate-faults"))
    return parser.parse_args()


def main():
    options = parse_arguments()
    sources = [(path.name, path.read_bytes()) for path in captures_in(options.captures)]
    if not sources:
        sys.exit("no captures")
    faults = 0
    for engine in options.engine or ("native", "libnids"):
        for first in range(0, options.count, options.batch):
            with tempfile.TemporaryDirectory() as folder:
                files = []
                for number in range(first, min(first + options.batch, options.count)):
                    name, data = sources[number % len(sources)]
                    files.append(pathlib.Path(folder) / f"{number:06}-{name}")
                    files[-1].write_bytes(mutated(data, number, options.seed))
                faults += run_batch(options, engine, files)
        print(f"{engine}: {options.count} captures, {faults} faults so far", flush=True)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
