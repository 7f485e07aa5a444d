#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any number of analyzer processes gives the same bytes: test_same.py MAILTAP MAILTAP_SYNTH CAPTURES.

Over the captures of the tests, the sample day, fixtures as files, and the corpus where there is one (MAILTAP_CORPUS).
"""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
MAILTAP, SYNTH, CAPTURES = sys.argv.pop(1), sys.argv.pop(1), Path(sys.argv.pop(1))
FIXTURES = PROJECT / "tests" / "fixtures" / "detections"


class SameTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.place = Path(folder.name)

    def run_with(self, workers, command, *arguments):
        """What came out: status, records of both formats, extracted files."""
        out = self.place / f"w{workers}"
        run = subprocess.run([MAILTAP, command, "-q", "-w", str(workers), "-r", "all", "-o", "-", "-o", f"file:{out}?format=text",
                              "-o", f"file:{out}?records=alerts&min-severity=high", "--extract", out.with_suffix(".files"), *arguments],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        files = {path.relative_to(out.with_suffix(".files")): path.read_bytes()
                 for path in out.with_suffix(".files").rglob("*") if path.is_file()}
        text = out.read_bytes()
        out.unlink()
        subprocess.run(["rm", "-rf", out.with_suffix(".files")], check=True)
        return run.returncode, run.stdout, text, files

    def check(self, command, *arguments, least=0):
        want = self.run_with(0, command, *arguments)
        self.assertGreaterEqual(want[1].count(b'"dataset":"mailtap.message"'), least)
        self.assertEqual(want[1].count(b'"dataset":"mailtap.stats"'), 1)
        for workers in (1, 4):
            got = self.run_with(workers, command, *arguments)
            self.assertTrue(got == want, f"-w {workers} {command} {arguments}")

    def test_captures(self):
        captures = sorted(CAPTURES.glob("*.pcap*"))
        self.assertGreater(len(captures), 10)
        self.check("replay", *captures, least=20)
        for capture in captures:
            self.check("replay", capture)

    def test_sample_day(self):
        mails, capture = self.place / "mails", self.place / "day.pcap"
        subprocess.run([sys.executable, "-B", PROJECT / "tools/sample-day/build.py", "-o", mails], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([SYNTH, "-q", "-o", capture, mails], check=True)
        self.check("replay", capture, least=60)
        self.check("replay", "--engine", "libnids", capture, least=60)

    def test_files(self):
        self.check("analyze", FIXTURES, least=100)

    def test_mails_that_tell_others(self):
        pairs = PROJECT / "tests" / "fixtures" / "pairs"
        alone = b"".join(self.run_with(0, "analyze", "-r", "messages", mail)[1] for mail in sorted(pairs.glob("*.eml")))
        together = self.run_with(0, "analyze", "-r", "messages", pairs)[1]
        self.assertGreater(together.count(b'"members"'), alone.count(b'"members"') - 1)
        self.assertNotEqual(together.count(b'"path"'), alone.count(b'"path"'))
        self.check("analyze", pairs)
        self.check("analyze", *[pairs] * 20)

    def test_many_mails_through_small_windows(self):
        capture, config = self.place / "many.pcap", self.place / "c.yaml"
        subprocess.run([SYNTH, "-q", "--sessions", "7", "--repeat", "10", "--loss", "0.5%", "-o", capture, FIXTURES / "A01",
                        FIXTURES / "S05", FIXTURES / "B16"], check=True)
        for settings in ("window_mails: 1\n  queue_max_mails: 1", "window_mails: 1\n  queue_max_mails: 3",
                         "window_mails: 1000\n  queue_max_bytes: 65536"):
            config.write_text(f"workers:\n  {settings}\n")
            self.check("replay", "-c", config, capture, least=50)

    def test_corpus(self):
        corpus = os.environ.get("MAILTAP_CORPUS")
        if not corpus:
            self.skipTest("no corpus here (MAILTAP_CORPUS)")
        for capture in sorted(Path(corpus).rglob("*.pcap*")):
            self.check("replay", capture)


if __name__ == "__main__":
    unittest.main(verbosity=2)
