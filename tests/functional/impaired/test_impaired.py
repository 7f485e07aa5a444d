#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mirror ports that lose, double, reorder and skew: test_impaired.py MAILTAP MAILTAP_SYNTH.

Seven sample days (539 mails) pass a faulty tap; every mail has to come out, whole or marked with the bytes it lacks.
"""
import collections
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
MAILTAP, SYNTH = sys.argv.pop(1), sys.argv.pop(1)
DAYS = 7


class ImpairedTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = Path(holder.name)
        cls.mails = cls.folder / "mails"
        build = PROJECT / "tools/sample-day/build.py"
        subprocess.run([sys.executable, "-B", build, "-o", cls.mails], check=True, stdout=subprocess.DEVNULL)
        cls.originals = {}
        for path in cls.mails.glob("*.eml"):
            sent = re.sub(rb"(?m)\AX-Synth[^\n]*\n|^X-Synth[^\n]*\n", b"", path.read_bytes())
            sent = re.sub(rb"\r?\n", b"\r\n", sent)
            sent += b"" if sent.endswith(b"\r\n") else b"\r\n"
            ident = re.search(rb"(?im)^Message-ID:\s*<([^>]*)>", sent).group(1).decode()
            cls.originals[ident] = sent
        cls.total = DAYS * len(cls.originals)

    def replay(self, *options, busy=True):
        """The records of the mails; busy: on 20 connections at once instead of over the day."""
        capture, mails = self.folder / "x.pcap", self.mails
        if busy:
            mails = self.folder / "plain"
            mails.mkdir(exist_ok=True)
            for number, mail in enumerate(self.originals.values()):
                (mails / f"{number}.eml").write_bytes(mail)
            options = ("--sessions", "20", *options)
        subprocess.run([SYNTH, "-q", "-o", capture, "--repeat", str(DAYS), *options, mails], check=True)
        done = subprocess.run([MAILTAP, "replay", "-q", "-r", "messages", capture], check=True, capture_output=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def assert_whole(self, records):
        wanted = collections.Counter({hashlib.sha256(mail).hexdigest(): DAYS for mail in self.originals.values()})
        found = collections.Counter(record["mailtap"]["mail"]["sha256"] for record in records)
        self.assertEqual(found, wanted)
        self.assertTrue(all(record["mailtap"]["damage"]["complete"] for record in records))

    def test_nothing_is_lost_by_order_copies_or_skew(self):
        for options in (["--reorder", "5%", "--reorder-depth", "1024"], ["--reorder", "5%", "--reorder-depth", "50"],
                        ["--duplicate", "10%"], ["--skew", "20"], ["--skew", "5", "--reorder", "2%"],
                        ["--midstream"], ["--one-sided"], ["--fragment", "256", "--reorder", "1%"]):
            for busy in (True, False):
                with self.subTest(options=options, busy=busy):
                    self.assert_whole(self.replay(*options, busy=busy))

    def check_lossy(self, records):
        """Every mail appears; what is marked whole is, and what is not says exactly how many bytes it lacks."""
        marked = 0
        for record in records:
            mail, damage = record["mailtap"]["mail"], record["mailtap"]["damage"]
            original = self.originals.get(record.get("email", {}).get("message_id", "").strip("<>"))
            if damage["complete"]:
                self.assertEqual(mail["sha256"], hashlib.sha256(original).hexdigest())
                continue
            marked += 1
            self.assertTrue(damage.get("missing_bytes", 0) > 0 or damage.get("truncated"), damage)
            begun_in_hole = damage.get("gaps") and damage["gaps"][0]["offset"] == 0  # lost commands may be part of it
            if original and not damage.get("truncated") and not begun_in_hole:
                self.assertEqual(mail["bytes"] + damage["missing_bytes"], len(original), damage)
        return marked

    def test_half_a_percent_lost(self):
        for seed in ("1", "2", "3"):
            for busy in (True, False):
                with self.subTest(seed=seed, busy=busy):
                    records = self.replay("--loss", "0.5%", "--seed", seed, busy=busy)
                    self.assertEqual(len(records), self.total)
                    self.assertGreater(self.check_lossy(records), 0)

    def test_five_percent_lost(self):
        records = self.replay("--loss", "5%")
        self.assertGreater(len(records), self.total * 0.95)
        self.assertLessEqual(len(records), self.total)
        self.assertGreater(self.check_lossy(records), self.total * 0.05)


if __name__ == "__main__":
    unittest.main()
