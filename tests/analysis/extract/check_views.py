#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what extraction makes of the mails FOLDER/NAME.eml with FOLDER/NAME.view (tools/fixtures/make_charsets.py).

  check_views.py DUMP_VIEW FOLDER"""
import subprocess
import sys
from pathlib import Path


def main():
    tool, folder = sys.argv[1], Path(sys.argv[2])
    mails = sorted(folder.glob("*.eml"))
    bad = 0
    for mail in mails:
        out = subprocess.run([tool, mail], capture_output=True, check=True).stdout.decode()
        got = [line.rstrip() for line in out.split("\n")[1:] if line]
        want = mail.with_suffix(".view").read_text(encoding="utf-8").splitlines()
        if got != want:
            bad += 1
            print(f"{mail.name}\n  got  {got}\n  want {want}")
    print(f"{len(mails)} mails, {bad} differ")
    return bad > 0 or not mails


if __name__ == "__main__":
    sys.exit(main())
