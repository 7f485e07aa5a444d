#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""tools/evaluate over two small folders of fixtures: test_evaluate.py MAILTAP REPOSITORY."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

MAILTAP, REPOSITORY = sys.argv[1], Path(sys.argv[2])
ADDED = b"Authentication-Results: mx.example; dkim=fail\r\n\tx=y\r\nX-Spam-Status: Yes\r\n"


class EvaluateTest(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.folder = Path(self.place.name)

    def fill(self, label, mails):
        (self.folder / label).mkdir()
        for number, mail in enumerate(mails):
            (self.folder / label / f"{number}.eml").write_bytes(mail)
        return f"{label}={self.folder / label}"

    def evaluate(self, *corpora):
        figures = self.folder / "figures.json"
        out = subprocess.run([sys.executable, "-B", REPOSITORY / "tools/evaluate", "--mailtap", MAILTAP, "--json", figures, *corpora],
                             check=True, capture_output=True, text=True).stdout
        return out, json.loads(figures.read_text())

    def test_counts_by_corpus(self):
        cases = REPOSITORY / "tests/fixtures/cases"
        bad = [path.read_bytes() for path in sorted(cases.glob("*/alert-targeted-*.eml"))[:4]]
        good = [ADDED + path.read_bytes() for path in sorted(cases.glob("K*/quiet-*.eml"))[:3]]
        out, figures = self.evaluate(self.fill("bad", bad), self.fill("good", good))
        self.assertEqual((figures["bad"]["mails"], figures["bad"]["alerts"], figures["bad"]["records"]), (4, 4, 4))
        self.assertEqual((figures["good"]["mails"], figures["good"]["alerts"]), (3, 0))
        self.assertEqual(figures["bad"]["categories"], {"targeted": 4})
        self.assertLess(figures["bad"]["interval"][0], 1)
        self.assertAlmostEqual(figures["bad"]["interval"][1], 1)
        self.assertRegex(out, r"bad +4 mails +4 alerts 100.0 %")
        self.assertRegex(out, r"good +3 mails +0 alerts +0.0 %")

    def test_refuses_what_is_no_folder(self):
        run = subprocess.run([sys.executable, "-B", REPOSITORY / "tools/evaluate", "x=/nowhere"], capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 2)
        self.assertIn("not LABEL=DIR", run.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
