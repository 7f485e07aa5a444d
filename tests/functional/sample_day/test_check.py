#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check.py passes right records and fails on a missed attack, a false alert and an empty output."""
import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path

import check

EXPECTED = "# head\na@x.test\tK1\talert\tattack\t01\nb@x.test\tK1\tnone\ttwin\t02\nc@x.test\tK3a\teither\topening\t03\n"


def record(message_id, category="targeted", severity="high", kind="alert"):
    return {"event": {"kind": kind}, "email": {"message_id": message_id},
            "mailtap": {"category": category, "severity": severity, "score": 80, "findings": [{"id": "S04", "weight": 3}]}}


def run(records):
    with tempfile.TemporaryDirectory() as folder:
        out, expected = Path(folder) / "out.jsonl", Path(folder) / "expected.tsv"
        out.write_text("".join(json.dumps(one) + "\n" for one in records))
        expected.write_text(EXPECTED)
        with contextlib.redirect_stdout(io.StringIO()):
            return check.main([str(out), str(expected), "--findings"])


class CheckTest(unittest.TestCase):
    def test_right_with_and_without_brackets(self):
        self.assertEqual(run([record("a@x.test")]), 0)
        self.assertEqual(run([record("<a@x.test>"), record("<c@x.test>")]), 0)

    def test_dotted_keys(self):
        flat = {"email.message_id": "a@x.test", "mailtap.category": "malware", "mailtap.severity": "low"}
        self.assertEqual(run([flat]), 0)

    def test_clean_message_records_are_no_alerts(self):
        quiet = [record("b@x.test", "clean", "info", "event"), record("c@x.test", "suspicious", "info", "event")]
        self.assertEqual(run([record("a@x.test")] + quiet), 0)

    def test_missed_attack(self):
        self.assertEqual(run([record("a@x.test", "clean", "info", "event")]), 1)
        self.assertEqual(run([]), 1)

    def test_false_alert(self):
        self.assertEqual(run([record("a@x.test"), record("b@x.test", "suspicious", "low")]), 1)


if __name__ == "__main__":
    unittest.main()
