#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validates records (JSON lines, from files or stdin) against docs/record.schema.json.

Stops at the first line that is no record and says why; exit 0 all good, 1 a bad record, 2 wrong usage.
With --min N it also demands at least N records. Other tests import Validator, or run the script.
"""
import argparse
import json
import pathlib
import sys

import jsonschema

SCHEMA = pathlib.Path(__file__).resolve().parents[3] / "docs" / "record.schema.json"


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def refuse_duplicates(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key stands twice among {keys}")
    return dict(pairs)


class Validator:
    def __init__(self, schema=SCHEMA):
        loaded = json.loads(pathlib.Path(schema).read_text(encoding="utf-8"))
        kind = jsonschema.Draft202012Validator
        kind.check_schema(loaded)
        self.validator = kind(loaded, format_checker=jsonschema.FormatChecker())

    def record(self, line):
        """The record in one line (bytes); ValueError says what is wrong with it."""
        text = line.decode("utf-8")
        record = json.loads(text, parse_constant=refuse_constant, object_pairs_hook=refuse_duplicates)
        error = jsonschema.exceptions.best_match(self.validator.iter_errors(record))
        if error:
            raise ValueError(f"{error.json_path}: {error.message[:400]}")
        return record


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--min", type=int, default=0, help="at least so many records")
    parser.add_argument("files", nargs="*", default=["-"])
    options = parser.parse_args()
    validator, count = Validator(), 0
    for name in options.files:
        with open(0 if name == "-" else name, "rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    validator.record(line)
                except ValueError as error:
                    print(f"{name}:{number}: {error}", file=sys.stderr)
                    return 1
                count += 1
    if count < options.min:
        print(f"{count} records, {options.min} expected", file=sys.stderr)
        return 1
    print(f"{count} records are valid")
    return 0


if __name__ == "__main__":
    sys.exit(main())
