#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/configuration.md, docs/counters.md and docs/anomalies.md from the rows of the .def files.

  config_doc.py [--check] [--binary MAILTAP] [PROJECT]

--check writes nothing and fails when the documents differ from the rows. --binary also compares the keys with what
`mailtap check` prints, so that a .def file the program does not include is noticed.
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

ROW = re.compile(r'^(LIMIT|SETTING|COUNTER)\((\w+),\s*((?:\d+,\s*)*)((?:"(?:[^"\\]|\\.)*"\s*)+)\)', re.M)
TEXT_ROW = re.compile(r'^TEXT\((\w+), (\w+), \d+, "([^"]+)"\)$', re.M)
ANOMALY = re.compile(r'^ANOMALY\(\w+, "([^"]+)", "([^"]+)",\s+"([^"]+)"\)$', re.M)
SECTIONS = {"reassembly": "from packets to mails", "analysis": "from mails to verdicts", "publish": "records and outputs",
            "extract": "mails and attachments written to files",
            "workers": "analyzer processes",
            "live": "capture from network interfaces",
            "health": "when the sensor says that its view is not whole"}

CONFIGURATION_HEAD = """# Configuration

<!-- Written by tools/config_doc.py from the .def files; change those. -->

`mailtap replay`, `live` and `analyze` read with `-c FILE` a YAML file of sections with keys. Every key has a default, so a
file holds only what differs:

    reassembly:
      idle_timeout_ms: 300000
    publish:
      redis_stream_maxlen: 1000000

`mailtap check FILE` validates a file, names the line of a mistake, and prints all keys with their values. Without a file it
prints the defaults. An unknown section or key, and a value outside its range, is an error (exit status 2).

Values are whole numbers, those of files are texts. Names ending in `_bytes` and `_ms` are bytes and milliseconds; times are packet time. A *limit* is
never silent and never fatal: reaching one is counted ([counters.md](counters.md)), and the record it touched names it in
`mailtap.limits` or `mailtap.damage`.
"""

COUNTERS_HEAD = """# Counters

<!-- Written by tools/config_doc.py from the .def files; change those. -->

What mailtap counts while it works. The summary that `mailtap replay` prints at its end shows the main ones, and of those marked
with * whatever is not 0. `--records stats` gives all of them as a record at the end of a run.
"""

ANOMALIES_HEAD = """# Anomalies

<!-- Written by tools/config_doc.py from reassembly/anomalies.def; change that. -->

What a session did that honest ones do not, or what kept it from being seen whole. Records hold them by name in
`mailtap.session.anomalies[]`, each once with its `count` and the `evidence` of the first time: those of a session in its own
record (`--records sessions`), those up to a mail in the mail's. This is the whole list. What of it makes an alert is up to the
detections N01 to N10 (`mailtap rules`).

"""


def read_rows(path):
    """(kind, field, numbers, text) of each row; stops when a line that looks like a row cannot be read."""
    text = path.read_text(encoding="utf-8")
    rows = [(kind, field, [int(number) for number in numbers.replace(",", " ").split()],
             "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', quoted)))
            for kind, field, numbers, quoted in ROW.findall(text)]
    begun = len(re.findall(r"^(?:LIMIT|SETTING|COUNTER)\(", text, re.M))
    if begun != len(rows):
        raise SystemExit(f"{path}: {begun} rows, of which {len(rows)} can be read")
    return rows


def read_anomalies(path):
    """(name, what was seen, what to think of it) of each row, in order of name."""
    text = path.read_text(encoding="utf-8")
    rows = ANOMALY.findall(text)
    if len(re.findall(r"^ANOMALY\(", text, re.M)) != len(rows):
        raise SystemExit(f"{path}: not every row can be read")
    if len({row[0] for row in rows}) != len(rows):
        raise SystemExit(f"{path}: a name stands twice")
    return sorted(rows)


def collect(root):
    """section → rows of all its .def files; the section is the name of their folder."""
    found = {}
    for name in ("limits", "settings", "counters"):
        for room in ("base", "reassembly", "analysis", "sensor"):
            for path in sorted((root / room).rglob(f"{name}.def")):
                found.setdefault(path.parent.name, []).extend(read_rows(path))
    for path in (root / "sensor").glob("health.def"):
        found["health"] = read_rows(path)
    for path in (root / "sensor").glob("texts.def"):
        for section, field, text in TEXT_ROW.findall(path.read_text(encoding="utf-8")):
            found[section].append(("TEXT", field, [], text))
    strange = set(found) - set(SECTIONS)
    if strange or not found:
        raise SystemExit(f"config_doc.py does not know the sections {sorted(strange)}")
    return {section: found[section] for section in SECTIONS if section in found}


def table(head, rows):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
                     + ["| " + " | ".join(row).replace("\n", " ") + " |" for row in rows]) + "\n"


def keys_table(rows, kind):
    chosen = [(f"`{field}`", *(str(number) for number in numbers), text)
              for row_kind, field, numbers, text in rows if row_kind == kind]
    if kind == "TEXT":
        return table(("key", "what it sets (empty by default)"), [(row[0], row[-1]) for row in chosen])
    return table(("key", "default", "minimum", "maximum", "what it " + ("bounds" if kind == "LIMIT" else "sets")), chosen)


def configuration(sections):
    text = CONFIGURATION_HEAD
    for section, rows in sections.items():
        text += f"\n## {section}: {SECTIONS[section]}\n"
        kinds = [(kind, title) for kind, title in (("SETTING", "Settings"), ("LIMIT", "Limits"),
                                              ("TEXT", "Texts"))
                 if any(row[0] == kind for row in rows)]
        for kind, title in kinds:
            text += (f"\n### {title}\n" if len(kinds) > 1 else "") + "\n" + keys_table(rows, kind)
    return text


def counters(sections, summary):
    text = COUNTERS_HEAD
    for section, rows in sections.items():
        lines = [(f"`{section}.{field}`" + (" *" if section == "reassembly" and field in summary else ""), what)
                 for kind, field, _, what in rows if kind == "COUNTER"]
        lines += [(f"`{section}.limit_{field}`", f"times this limit was reached: {what}")
                  for kind, field, _, what in rows if kind == "LIMIT"]
        if lines:
            text += f"\n## {section}: {SECTIONS[section]}\n\n" + table(("counter", "what it counts"), lines)
    return text


def anomalies(rows):
    return ANOMALIES_HEAD + table(("name", "what was seen", "what to think of it, what to do"),
                                  [(f"`{name}`", seen, advice) for name, seen, advice in rows])


def printed_keys(binary):
    """The keys `mailtap check` prints, as section.key."""
    section, keys = "", set()
    for line in subprocess.run([binary, "check"], check=True, capture_output=True, text=True).stdout.splitlines():
        match = re.match(r"( *)([a-z_0-9]+):", line)
        if match and not match.group(1):
            section = match.group(2)
        elif match:
            keys.add(f"{section}.{match.group(2)}")
    return keys


def compare(root, documents, binary, sections):
    for path, text in documents.items():
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text:
            yield f"{path} is not what the .def files say; run tools/config_doc.py"
    if binary:
        rows = {f"{section}.{row[1]}" for section, rows in sections.items() for row in rows if row[0] != "COUNTER"}
        for key in sorted(rows ^ printed_keys(binary)):
            yield f"{key}: " + ("`mailtap check` does not print it" if key in rows else "no row documents it")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", nargs="?", default=Path(__file__).parent.parent, type=Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--binary")
    options = parser.parse_args(arguments)
    sections = collect(options.project)
    summary = {row[1] for row in read_rows(options.project / "sensor/summary.def")}
    documents = {"docs/configuration.md": configuration(sections), "docs/counters.md": counters(sections, summary),
                 "docs/anomalies.md": anomalies(read_anomalies(options.project / "reassembly/anomalies.def"))}
    if options.check:
        wrong = list(compare(options.project, documents, options.binary, sections))
        print("\n".join(wrong + [f"{sum(map(len, sections.values()))} rows, {len(wrong)} wrong"]))
        return 1 if wrong else 0
    for path, text in documents.items():
        (options.project / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
