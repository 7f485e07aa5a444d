#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail that ends its analyzer costs nothing but itself: test_faults.py MAILTAP_TRIGGER SANITIZED.

MAILTAP_TRIGGER is mailtap with an analysis that does what the header X-Trigger says (trigger.c).
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "publish"))
from validate_records import Validator

MAILTAP, SANITIZED = sys.argv.pop(1), sys.argv.pop(1) == "1"
MAILS = 12


class FaultTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.place = Path(folder.name)
        self.mails = self.place / "mails"
        self.mails.mkdir()
        for number in range(MAILS):
            self.write(number)

    def write(self, number, trigger=None):
        line = f"X-Trigger: {trigger}\r\n" if trigger else ""
        (self.mails / f"{number:02}.eml").write_text(f"From: a@one.example\r\n{line}Subject: mail {number}\r\n\r\nhello {number}\r\n")

    def command(self, workers, config=""):
        (self.place / "c.yaml").write_text("workers:\n  mail_wall_ms: 600000\n" + config)
        return [MAILTAP, "analyze", "-q", "-c", self.place / "c.yaml", "-w", str(workers), "-r", "messages,stats",
                "--extract", self.place / f"out{workers}", self.mails]

    def analyze(self, workers=2, config=""):
        run = subprocess.run(self.command(workers, config), capture_output=True, check=True)
        return self.take(run.stdout)

    def take(self, out):
        *records, stats = map(json.loads, out.splitlines())
        self.counts = stats["mailtap"]["stats"]["workers"]
        self.analysed = stats["mailtap"]["stats"]["analysis"]["mails_analyzed"]
        return records

    def check_one_failed(self, number, config="", lost=2, retried=1, why="", also=()):
        """All mails come out in order; `number` as failed, the others as without it."""
        records = self.analyze(2, config)
        counts, analysed = dict(self.counts), self.analysed
        self.assertEqual([Path(record["file"]["path"]).name for record in records], [f"{n:02}.eml" for n in range(MAILS)])
        failed = records.pop(number)
        self.write(number)
        whole = self.analyze(0)
        del whole[number]
        for record in whole + records:
            del record["mailtap"]["seq"]
            record.pop("@timestamp")  # the file's time may be another one
        self.assertEqual(records, whole)
        finding, = failed["mailtap"]["findings"]
        self.assertEqual(finding["id"], "analyzer-failed")
        self.assertIn(why, finding["evidence"])
        self.assertEqual(failed["mailtap"]["category"], "suspicious")
        Validator().record(json.dumps(failed).encode())
        kept = (self.place / "out2" / (failed["event"]["id"] + ".eml")).read_text()
        self.assertIn(f"hello {number}", kept)
        self.assertIn((counts["analyzers_lost"], counts["mails_retried"]), [(lost, retried), *also])
        self.assertEqual(counts["mails_failed"], 1)
        self.assertEqual(analysed, MAILS - 1)
        return counts

    def test_crash(self):
        for number in (0, 5, MAILS - 1):
            with self.subTest(number=number):
                self.write(number, "crash")
                self.check_one_failed(number, why="signal 11")

    def test_exit(self):
        self.write(3, "exit")
        self.check_one_failed(3, why="status 0")

    def test_hang(self):
        self.write(3, "hang")
        counts = self.check_one_failed(3, "  mail_wall_ms: 5000\n", why="mail_wall_ms")
        self.assertEqual(counts["limit_mail_wall_ms"], 2)

    def test_processor_time(self):
        self.write(4, "burn")
        counts = self.check_one_failed(4, "  mail_cpu_ms: 2000\n", why="mail_cpu_ms")
        self.assertEqual(counts["limit_mail_cpu_ms"], 2)

    @unittest.skipIf(SANITIZED, "AddressSanitizer needs the address space")
    def test_memory(self):
        self.write(4, "eat")
        self.check_one_failed(4, "  memory_max_bytes: 1073741824\n", why="signal 6")

    def test_answers_that_are_none(self):
        self.write(6, "babble")
        self.check_one_failed(6)
        self.write(6, "babble whole")
        # The analyzer of such a mail sleeps then, and is lost over the mail behind it, if it gets one.
        self.check_one_failed(6, "  window_mails: 1\n  mail_wall_ms: 5000\n", lost=1, retried=1, also=[(0, 0)], why="no proper answer")

    def test_a_second_try_may_go_well(self):
        once = self.place / "once"
        self.write(2, f"crash-once {once}")
        records = self.analyze(2)
        self.assertTrue(once.exists())
        self.assertEqual([r["mailtap"]["findings"] for r in records if any(f["id"] == "analyzer-failed" for f in r["mailtap"]["findings"])], [])
        self.assertEqual((self.counts["mails_failed"], self.counts["mails_retried"]), (0, 1))
        self.assertEqual(records, self.analyze(0))

    def test_every_mail_fails(self):
        for number in range(MAILS):
            self.write(number, "crash")
        records = self.analyze(3)
        self.assertEqual([r["mailtap"]["findings"][0]["id"] for r in records], ["analyzer-failed"] * MAILS)
        self.assertEqual([r["mailtap"]["seq"] for r in records], list(range(1, MAILS + 1)))

    def test_killed_from_outside(self):
        go = self.place / "go"
        self.write(1, f"wait {go}")
        run = subprocess.Popen(self.command(2), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
        while run.poll() is None and len(found := children.read_text().split()) < 2:
            time.sleep(0.01)
        for child in found:
            os.kill(int(child), signal.SIGKILL)
        while run.poll() is None and not set(children.read_text().split()) - set(found):
            time.sleep(0.01)
        go.touch()
        out, _ = run.communicate()
        self.assertEqual(run.returncode, 0)
        records = self.take(out)
        self.assertGreaterEqual(self.counts["analyzers_lost"], 1)
        self.assertEqual(self.counts["mails_failed"], 0)
        self.assertEqual(records, self.analyze(0))

    def test_analyzers_have_little_and_end_with_their_parent(self):
        self.write(1, f"wait {self.place / 'never'}")
        run = subprocess.Popen(self.command(2), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
        while len(found := children.read_text().split()) < 2:
            time.sleep(0.01)
        for child in found:
            status = Path(f"/proc/{child}/status")
            while "NoNewPrivs:\t1" not in status.read_text():
                time.sleep(0.01)
            links = {entry.name: os.readlink(entry) for entry in Path(f"/proc/{child}/fd").iterdir()}
            self.assertEqual(sorted(links), ["0", "1", "2", "3"])
            self.assertEqual(links["1"], "/dev/null")
            self.assertTrue(links["3"].startswith("socket:"))
        run.kill()
        run.wait()
        for child in found:
            while Path(f"/proc/{child}/status").exists() and "State:\tZ" not in Path(f"/proc/{child}/status").read_text():
                time.sleep(0.01)


if __name__ == "__main__":
    unittest.main(verbosity=2)
