#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real files of some thirty types, each wrapped in a mail: is each named right, and is what stands inside of it found?

check.py MAILTAP expected.tsv [CORPUS]; CORPUS (or MAILTAP_CORPUS) holds files/TYPE/SHA8_NAME. Prints a table by type and what
is missing; fails when less than 95 in a hundred are right, or when something is missing that expected.tsv does not explain.
Without the corpus it is skipped (status 77).
"""
import collections
import email.message
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED, SHARE_MIN = 77, 0.95
MAILS = "eml_evasion"  # of this type the files are mails themselves


def expected(path):
    """{(folder, sha8): (types, members, note)}"""
    rows = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        folder, sha, types, members, *note = line.split("\t")
        rows[folder, sha] = (types.split("|"), int(members), note[0] if note else "")
    return rows


def wrap(path, target):
    """A mail with the file attached, its type not said."""
    if path.parent.name == MAILS:
        target.write_bytes(path.read_bytes())
        return
    mail = email.message.EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@kitahama.example", "b@shirakaba.example", "file"
    mail["Message-ID"] = f"<{path.name[:8]}@kitahama.example>"
    mail.set_content("See the file.\n")
    mail.add_attachment(path.read_bytes(), maintype="application", subtype="octet-stream", filename=path.name.split("_", 1)[1])
    target.write_bytes(bytes(mail))


def analyze(mailtap, files, folder):
    """{(folder, sha8): (type, members)} as the records say."""
    for path in files:
        wrap(path, folder / f"{path.parent.name}__{path.name[:8]}.eml")
    command = [mailtap, "analyze", "-q", "-r", "messages", "-o", "-", str(folder)]
    out = subprocess.run(command, check=True, capture_output=True, timeout=900).stdout
    found = {}
    for line in out.decode().splitlines():
        record = json.loads(line)
        key = tuple(Path(record["file"]["path"]).stem.split("__"))
        attachments = record["email"].get("attachments", [])
        found[key] = (attachments[0]["file"].get("mime_type", "") if attachments else "", len(record["mailtap"].get("members", [])))
    return found


def main():
    mailtap, table = sys.argv[1], Path(sys.argv[2])
    corpus = sys.argv[3] if len(sys.argv) > 3 else os.environ.get("MAILTAP_CORPUS", "")
    files = sorted(Path(corpus, "files").glob("*/*_*")) if corpus else []
    if not files:
        print("skipped: no corpus (MAILTAP_CORPUS)")
        return SKIPPED
    want = expected(table)
    with tempfile.TemporaryDirectory() as folder:
        found = analyze(mailtap, files, Path(folder))
    right, total, named, surprises = collections.Counter(), collections.Counter(), [], []
    for (kind, sha), (types, members, note) in want.items():
        got_type, got_members = found.get((kind, sha), ("no record", 0))
        fine = got_type in types and got_members >= members
        total[kind] += 1
        right[kind] += fine
        if not fine:
            line = f"{kind} {sha}: {got_type} with {got_members} inside; expected {'|'.join(types)} with {members}"
            (named if note else surprises).append(f"{line} ({note})" if note else line)
    for kind in sorted(total):
        print(f"{kind:<20}{right[kind]:>5} of {total[kind]:>3}")
    share = sum(right.values()) / sum(total.values())
    print(f"{'all':<20}{sum(right.values()):>5} of {sum(total.values()):>3} ({share:.1%})")
    print(*(f"known gap: {line}" for line in named), *(f"WRONG: {line}" for line in surprises), sep="\n")
    return 1 if surprises or share < SHARE_MIN else 0


if __name__ == "__main__":
    sys.exit(main())
