#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares mailtap's records of the sample day with what the day's mails must show.

  check.py OUT.jsonl expected.tsv [--findings]

OUT.jsonl holds alert or message records, one JSON document a line. Fails when a mail that must raise an alert has
none, or when an honest mail (twin, ordinary) raises one. A mail marked `either` (the harmless opening of an attack's
exchange) may go both ways. Prints a table per case and a line for every mail that went wrong.
"""
import argparse
import json
import sys
from collections import Counter, defaultdict

EXPECTATIONS = {"alert", "none", "either"}


def field(record, path):
    """Value at a dotted path, whether the record nests its objects or writes dotted keys."""
    if path in record:
        return record[path]
    head, _, tail = path.partition(".")
    while head:
        if isinstance(record.get(head), dict) and tail:
            return field(record[head], tail)
        more, _, tail = tail.partition(".")
        head = f"{head}.{more}" if more else ""
    return None


def is_alert(record):
    category, severity = field(record, "mailtap.category"), field(record, "mailtap.severity")
    if category is None or severity is None:
        return field(record, "event.kind") == "alert"
    return category != "clean" and severity != "info"


def read_records(path):
    """Message-ID → its records (alert and message records of the same mail may both be there)."""
    records = defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for line in filter(str.strip, lines):
            record = json.loads(line)
            message_id = field(record, "email.message_id")
            if message_id:
                records[message_id.strip("<> ")].append(record)
    return records


def read_expected(path):
    rows = []
    with open(path, encoding="utf-8") as lines:
        for line in filter(lambda text: text.strip() and not text.startswith("#"), lines):
            message_id, case, expected, *rest = line.rstrip("\n").split("\t")
            if expected not in EXPECTATIONS:
                raise ValueError(f"unknown expectation {expected!r} for {message_id}")
            role, name = (rest + ["", message_id])[:2] if rest else ("", message_id)
            rows.append((message_id.strip("<> "), case, expected, role, name))
    return rows


def describe(records, with_findings):
    record = records[0]
    head = f"{field(record, 'mailtap.category')}/{field(record, 'mailtap.severity')} score {field(record, 'mailtap.score')}"
    if not with_findings:
        return head
    findings = field(record, "mailtap.findings") or []
    return head + " " + " ".join(f"{one.get('id')}:{one.get('weight')}" for one in findings)


def judge(rows, records):
    """Per case counters, and (kind, row) of all that went wrong."""
    cases, wrong = defaultdict(Counter), []
    for row in rows:
        message_id, case, expected, *_ = row
        alerted = any(is_alert(record) for record in records.get(message_id, ()))
        cases[case][f"{expected}:{'alert' if alerted else 'quiet'}"] += 1
        if expected == "alert" and not alerted:
            wrong.append(("missed", row))
        elif expected == "none" and alerted:
            wrong.append(("false alert", row))
    return cases, wrong


def print_table(cases):
    print(f"{'case':8} {'attacks alerted':>16} {'honest alerted':>15} {'openings alerted':>17}")
    for case in sorted(cases):
        count = cases[case]
        cells = [f"{count[kind + ':alert']}/{count[kind + ':alert'] + count[kind + ':quiet']}"
                 for kind in ("alert", "none", "either")]
        print(f"{case:8} {cells[0]:>16} {cells[1]:>15} {cells[2]:>17}")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records")
    parser.add_argument("expected")
    parser.add_argument("--findings", action="store_true", help="name the findings of every mail that went wrong")
    options = parser.parse_args(arguments)
    rows, records = read_expected(options.expected), read_records(options.records)
    if not rows:
        print("no expectations in", options.expected, file=sys.stderr)
        return 1
    cases, wrong = judge(rows, records)
    print_table(cases)
    for kind, (message_id, case, _, role, name) in wrong:
        seen = records.get(message_id)
        print(f"{kind}: {name} ({case} {role}): {describe(seen, options.findings) if seen else 'no record'}")
    known = {row[0] for row in rows}
    strangers = sorted(set(records) - known)
    for message_id in strangers:
        print(f"note: a record for {message_id}, which is not of the sample day")
    print(f"{len(rows)} mails, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
