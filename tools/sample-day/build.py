#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the sample day: deploy/sample-day/mails/*.txt become .eml files for mailtap-synth, the same bytes every time.

  build.py -o build/demo/mails          writes NN-label.eml
  build.py --index                      rewrites deploy/sample-day/INDEX.md and expected.tsv
"""
import argparse
import sys
from pathlib import Path

from compose import Composer
from source import read_day

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "sample-day"
INDEX_HEAD = """<!-- written by tools/sample-day/build.py --index; edit the sources in mails/ instead -->
# The sample day, mail by mail

Wednesday 2026-11-18 at 株式会社青葉精機 (aoba-seiki.example), a fictional maker of machine parts. See README.md.

| file | case | role | what is shown | expected |
|---|---|---|---|---|
"""


def index(sources):
    rows = (f"| {source.label} | {source.case} | {source.role} | {source.directives['show']} | {source.expected} |\n"
            for source in sources)
    return INDEX_HEAD + "".join(rows)


def expectations(sources):
    rows = (f"{source.message_id}\t{source.case}\t{source.expected}\t{source.role}\t{source.label}\n" for source in sources)
    return "# Message-ID\tcase\texpected\trole\tfile\n" + "".join(rows)


def compose_day(folder=FOLDER):
    """(label, bytes) of every mail of the day."""
    sources, hosts = read_day(folder)
    by_label = {source.name: source for source in sources}
    return [(source.label, Composer(source, hosts, by_label).compose()) for source in sources]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-s", "--sources", type=Path, default=FOLDER)
    parser.add_argument("-o", "--out", type=Path)
    parser.add_argument("--index", action="store_true")
    arguments = parser.parse_args()
    if not arguments.out and not arguments.index:
        parser.error("nothing to do: give -o or --index")
    if arguments.index:
        sources, _ = read_day(arguments.sources)
        (arguments.sources / "INDEX.md").write_text(index(sources), "utf-8")
        (arguments.sources / "expected.tsv").write_text(expectations(sources), "utf-8")
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        for label, data in compose_day(arguments.sources):
            (arguments.out / f"{label}.eml").write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
