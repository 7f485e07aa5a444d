#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The captures of an expected.jsonl hold the mails that the list says, by sha256.

usage: test_corpus.py MAILTAP [--engine NAME] EXPECTED.jsonl ROOT LEAST      ("file" in the list is relative to ROOT)
       test_corpus.py MAILTAP                                               the corpus, where there is one (else exit 77)
A capture is right when every whole mail of the list is reported whole and no other mail is; mails marked as damaged may be
there besides. Where frames were lost mails may be missing, but each must be reported, and none altered and called whole. At
least LEAST captures must be right.
"""
import collections
import json
import pathlib
import subprocess
import sys

import corpus

PARTIAL = ("partial", "truncated", "headers-only")
REACHED = {"pcaps/expected.jsonl": 89, "pcaps/derived/expected.jsonl": 23}


def expected_mails(entry):
    mails = (mail for stream in entry.get("streams", [entry]) for mail in stream.get("mails", []))
    return collections.Counter(mail["sha256"] for mail in mails
                               if mail.get("sha256") and mail.get("status") not in PARTIAL)


def reported_mails(mailtap, path, options):
    """(sha256 of the whole mails, number of damaged ones); ends the test when mailtap does."""
    command = [mailtap, "replay", "--records", "messages", "--quiet", *options, path]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{path}: exit {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    whole, damaged = collections.Counter(), 0
    for record in map(json.loads, done.stdout.splitlines()):
        mail, damage = record["mailtap"]["mail"], record["mailtap"].get("damage", {})
        if mail["via"] == "TOP":
            continue
        if damage.get("complete", True):
            whole[mail["sha256"]] += 1
        else:
            damaged += 1
    return whole, damaged


def judge(entry, whole, damaged):
    """What is wrong, or None."""
    want = expected_mails(entry)
    missing, surplus = sum((want - whole).values()), sum((whole - want).values())
    if entry.get("loss") and sum((want & whole).values()) + damaged >= sum(want.values()):
        missing = 0
    return f"missing {missing}, surplus {surplus}, damaged {damaged}" if missing or surplus else None


def check_list(mailtap, listing, root, least, options=()):
    right = total = 0
    for line in listing.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        path = root / entry["file"]
        if not path.exists():
            continue
        total += 1
        fault = judge(entry, *reported_mails(mailtap, path, options))
        right += fault is None
        if fault:
            print(f"WRONG {path}: {fault}")
    print(f"{listing}: {right} of {total} captures right, at least {least} wanted")
    return right >= least


def main():
    arguments, options = sys.argv[1:], []
    if "--engine" in arguments:
        at = arguments.index("--engine")
        options = arguments[at:at + 2]
        del arguments[at:at + 2]
    if len(arguments) == 4:
        mailtap, listing, root, least = arguments
        sys.exit(0 if check_list(mailtap, pathlib.Path(listing), pathlib.Path(root), int(least), options) else 1)
    if len(arguments) != 1:
        sys.exit(__doc__)
    folder = corpus.folder()
    if not folder:
        print("skipped: no corpus of captures here (MAILTAP_CORPUS)")
        sys.exit(corpus.SKIPPED)
    results = [check_list(arguments[0], folder / name, folder, least, options) for name, least in REACHED.items()]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
