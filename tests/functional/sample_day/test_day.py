#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way, as `make demo` goes it and on to Redis: test_day.py MAILTAP MAILTAP_SYNTH; 77: no redis-server.

Mails are built and turned into a capture; its replay must alert on every attack and on no twin, in both languages, and
the same records must come to subscribers of the channel and stand in the stream, read by redis-cli.
"""
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import check

PROJECT = Path(__file__).resolve().parents[3]
MAILTAP, SYNTH = sys.argv.pop(1), sys.argv.pop(1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class SampleDayTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = Path(holder.name)
        cls.capture = cls.folder / "day.pcap"
        build = PROJECT / "tools/sample-day/build.py"
        subprocess.run([sys.executable, "-B", build, "-o", cls.folder / "mails"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([SYNTH, "-q", "-o", cls.capture, cls.folder / "mails"], check=True)

    def replay(self, *options):
        done = subprocess.run([MAILTAP, "replay", "-q", *options, str(self.capture)], check=True, capture_output=True)
        return done.stdout.decode()

    def test_alerts_are_the_expected_ones(self):
        out = self.folder / "alerts.jsonl"
        out.write_text(self.replay())
        self.assertEqual(check.main([str(out), str(PROJECT / "deploy/sample-day/expected.tsv")]), 0)
        for line in out.read_text().splitlines():
            record = json.loads(line)
            self.assertRegex(record["event"]["reason"], "^[A-Z][a-z]+")
            self.assertRegex(record["mailtap"]["reason_ja"], "[ぁ-ん一-龠]")

    def test_text_shows_both_languages_and_no_control_characters(self):
        text = self.replay("-f", "text")
        self.assertIn("Targeted attack", text)
        self.assertIn("標的型攻撃メール", text)
        self.assertEqual([c for c in text if c < " " and c != "\n"], [])

    def test_stats_come_last_and_add_up(self):
        *messages, last = map(json.loads, self.replay("-r", "messages,stats").splitlines())
        self.assertEqual(last["event"]["dataset"], "mailtap.stats")
        self.assertEqual(last["@timestamp"][:10], "2026-11-18")
        stats = last["mailtap"]["stats"]
        self.assertEqual(stats["capture_loss"], 0)
        self.assertEqual(stats["reassembly"]["mails"], len(messages))
        self.assertEqual(stats["analysis"]["mails_analyzed"], len(messages))
        self.assertEqual(stats["publish"]["records"], len(messages))

    def test_subscribers_and_stream_get_each_alert(self):
        port = free_port()
        cli = ["redis-cli", "-p", str(port), "--raw"]
        server = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
                                   "--dir", str(self.folder)], stdout=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        for _ in range(100):
            if subprocess.run([*cli, "ping"], capture_output=True).stdout.strip() == b"PONG":
                break
            time.sleep(0.1)
        heard = self.folder / "heard.txt"
        with heard.open("wb") as file:
            subscriber = subprocess.Popen([*cli, "subscribe", "mailtap:alerts"], stdout=file)
        self.addCleanup(subscriber.wait)
        self.addCleanup(subscriber.terminate)
        while b"subscribe" not in heard.read_bytes():
            time.sleep(0.05)
        alerts = self.replay("-o", "-", "-o", f"redis://127.0.0.1:{port}").splitlines()
        stream = subprocess.run([*cli, "xrange", "mailtap:alerts:log", "-", "+"], check=True, capture_output=True)
        self.assertGreater(len(alerts), 0)
        for _ in range(100):
            published = [line for line in heard.read_text().splitlines() if line.startswith("{")]
            if len(published) >= len(alerts):
                break
            time.sleep(0.1)
        stored = [line for line in stream.stdout.decode().splitlines() if line.startswith("{")]
        self.assertEqual(self.without_seq(published), self.without_seq(alerts))
        self.assertEqual(self.without_seq(stored), self.without_seq(alerts))

    @staticmethod
    def without_seq(lines):
        records = [json.loads(line) for line in lines]
        for record in records:
            record["mailtap"].pop("seq")
        return records


if __name__ == "__main__":
    if not shutil.which("redis-server") or not shutil.which("redis-cli"):
        print("skipped: redis-server and redis-cli are not installed")
        sys.exit(77)
    unittest.main()
