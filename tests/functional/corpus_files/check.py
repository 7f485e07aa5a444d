#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real files of many kinds against what other tools say of them: check.py MAILTAP TEST_INSPECTORS.

Each file of $MAILTAP_CORPUS/files (../shared/corpus beside the project) is attached to a mail of its own; files of
eml_evasion are mails already. expected.tsv says by the first digits of a file's SHA-256: the types that are right, how
many files are in it at least (folders are none), what else must be found, and why a row is known to be wrong:
  fact:NAME (a fact of file_facts.def), link:TEXT (in one of the links), macros (VBA source), locked (a member that needs
  a password), name:TEXT (in the name of a nested file).
Fails when a row without such a note is wrong, or when fewer than 95 % of the rows, or of the nested files, are right.
"""
import base64
import collections
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SKIPPED = 77
LEAST = 0.95
Row = collections.namedtuple("Row", "folder digits types nested wanted note")
View = collections.namedtuple("View", "types names locked links facts")
HEAD = ("From: a@sender.example\r\nTo: b@reader.example\r\nSubject: a file\r\nMIME-Version: 1.0\r\n"
        "Content-Type: application/octet-stream; name=\"{}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n")


def read_rows():
    with open(HERE / "expected.tsv", encoding="utf-8", newline="") as table:
        rows = csv.reader((line for line in table if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Row(folder, digits, tuple(types.split("|")), int(nested), tuple(wanted.split()), note)
                for folder, digits, types, nested, wanted, note in rows]


def wrap(path, out):
    digits, name = path.name.split("_", 1)
    mail = out / f"{path.parent.name}-{digits}.eml"
    content = path.read_bytes()
    if path.parent.name != "eml_evasion":
        content = HEAD.format(name).encode() + base64.encodebytes(content).replace(b"\n", b"\r\n")
    mail.write_bytes(content)


def facts_of(printer, path):
    """Kinds of facts, and "macros" where there is source, in the file or in what is nested in it."""
    run = subprocess.run([printer, "print", path], capture_output=True, timeout=120, check=True)
    return set(re.findall(r"^  ([a-z-]+): ", run.stdout.decode(errors="replace"), re.M))


def views(mailtap, folder):
    """What the records say, by (folder, digits)."""
    run = subprocess.run([mailtap, "analyze", "-q", "--records", "messages", folder], capture_output=True, timeout=500)
    if run.returncode:
        sys.exit(f"mailtap analyze ended with {run.returncode}: {run.stderr.decode(errors='replace')[-400:]}")
    found = {}
    for line in run.stdout.splitlines():
        record = json.loads(line)
        members = record["mailtap"].get("members", [])
        key = tuple(Path(record["file"]["path"]).stem.rsplit("-", 1))
        found[key] = View([a["file"].get("mime_type") for a in record["email"].get("attachments", [])],
                          [m.get("path", "") for m in members], any(m.get("encrypted") for m in members),
                          [u["url"] for u in record["mailtap"].get("urls", [])], set())
    return found


def is_there(wanted, view):
    kind, _, text = wanted.partition(":")
    return {"fact": lambda: text in view.facts,
            "macros": lambda: "macros" in view.facts,
            "link": lambda: any(text in link for link in view.links),
            "name": lambda: any(text in name for name in view.names),
            "locked": lambda: view.locked}[kind]()


def wrong_with(row, view):
    """What is not as it should be, in words."""
    if view is None:
        return ["no record"]
    wrong = [] if set(row.types) & set(view.types) else [f"type {' '.join(map(str, view.types)) or 'none'}"]
    if len(view.names) < row.nested:
        wrong.append(f"{len(view.names)} of {row.nested} nested files")
    return wrong + [f"no {wanted}" for wanted in row.wanted if not is_there(wanted, view)]


def print_table(rows, found):
    print(f"{'':18}files  types  nested expected  found  wanted  there")
    for folder in sorted({row.folder for row in rows}):
        mine = [(row, found.get((row.folder, row.digits))) for row in rows if row.folder == folder]
        seen = [(row, view) for row, view in mine if view]
        print(f"{folder:18}{len(mine):5}{sum(bool(set(r.types) & set(v.types)) for r, v in seen):7}"
              f"{sum(r.nested for r, _ in mine):17}{sum(min(r.nested, len(v.names)) for r, v in seen):7}"
              f"{sum(len(r.wanted) for r, _ in mine):8}{sum(is_there(w, v) for r, v in seen for w in r.wanted):7}")


def judge(rows, found):
    """Prints what is wrong; returns whether all of it is allowed to be."""
    wrong = {row: wrong_with(row, found.get((row.folder, row.digits))) for row in rows}
    for row, reasons in wrong.items():
        if reasons:
            print(f"{'known gap' if row.note else 'WRONG'}: {row.folder} {row.digits}: {', '.join(reasons)}"
                  f"{' (' + row.note + ')' if row.note else ''}")
        elif row.note:
            print(f"known gap closed: {row.folder} {row.digits} ({row.note})")
    right = sum(not reasons for reasons in wrong.values()) / len(rows)
    expected = sum(row.nested for row in rows)
    nested = sum(min(row.nested, len(found[row.folder, row.digits].names)) for row in rows
                 if (row.folder, row.digits) in found)
    print(f"{right:.1%} of {len(rows)} files right, {nested} of {expected} nested files found")
    return right >= LEAST and nested >= LEAST * expected and not any(r and not row.note for row, r in wrong.items())


def main():
    mailtap, printer = sys.argv[1:]
    corpus = Path(os.environ.get("MAILTAP_CORPUS") or HERE.parents[3] / "shared" / "corpus") / "files"
    if not corpus.is_dir():
        print(f"skipped: no {corpus}; MAILTAP_CORPUS names the corpus")
        return SKIPPED
    rows = read_rows()
    paths = {(path.parent.name, path.name.split("_", 1)[0]): path for path in corpus.glob("*/*")}
    if set(paths) != {row[:2] for row in rows}:
        print("corpus and expected.tsv name different files:", sorted(set(paths) ^ {row[:2] for row in rows}))
        return 1
    with tempfile.TemporaryDirectory() as folder:
        for path in paths.values():
            wrap(path, Path(folder))
        found = views(mailtap, folder)
    for row in rows:
        if any(wanted.startswith(("fact:", "macros")) for wanted in row.wanted) and row[:2] in found:
            found[row[:2]].facts.update(facts_of(printer, paths[row[:2]]))
    print_table(rows, found)
    return 0 if judge(rows, found) else 1


if __name__ == "__main__":
    sys.exit(main())
