#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Live capture from an interface of a network namespace made here: test_live.py MAILTAP MAILTAP_SYNTH. Needs root; is skipped
(status 77) where namespaces cannot be made."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"
MAILTAP, SYNTH = sys.argv.pop(1), sys.argv.pop(1)
SPACE, SENDING, LISTENING = f"mailtap{os.getpid()}", "mtsend", "mtlisten"
MAIL = b"From: a@one.example\r\nTo: b@two.example\r\nSubject: live\r\n\r\n" + b"0123456789abcdef\r\n" * 200
MAILS = 200
PATIENCE_S = 30
SENDER = """
import pathlib, socket, sys, time
sys.path.insert(0, sys.argv[1])
from wire import read_pcap
out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
out.bind((sys.argv[2], 0))
for number, (_, frame) in enumerate(read_pcap(pathlib.Path(sys.argv[3]))):
    out.send(frame)
    if number % 50 == 0:
        time.sleep(0.002)
"""


def inside(*command):
    return ["ip", "netns", "exec", SPACE, *map(str, command)]


def make_space():
    """None when all is well, else why not."""
    commands = [["ip", "netns", "add", SPACE],
                inside("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"),
                inside("ip", "link", "add", SENDING, "type", "veth", "peer", "name", LISTENING),
                inside("ip", "link", "set", SENDING, "up"), inside("ip", "link", "set", LISTENING, "up")]
    for command in commands:
        try:
            done = subprocess.run(command, capture_output=True, text=True)
        except OSError as error:
            return str(error)
        if done.returncode != 0:
            return f"{' '.join(command)}: {done.stderr.strip()}"
    return None


def children(process):
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


class LiveTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.records, self.log = self.folder / "records.jsonl", self.folder / "log"
        (self.folder / "m.eml").write_bytes(MAIL)
        subprocess.run([SYNTH, "-q", "-o", self.folder / "x.pcap", "--sessions", "4", "--per-session", "1", "--repeat", str(MAILS),
                        "--mss", "1200", self.folder / "m.eml"], check=True)

    def start(self, *options, config="live:\n  stats_interval_s: 0\n"):
        (self.folder / "c.yaml").write_text(config)
        with open(self.log, "wb") as log:
            process = subprocess.Popen(inside(MAILTAP, "live", "-c", self.folder / "c.yaml", "-i", LISTENING, "-o",
                                              f"file:{self.records}", *options), stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.await_true(lambda: "capturing from" in self.log.read_text(), process)
        return process

    def await_true(self, condition, process):
        end = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertIsNone(process.poll(), self.log.read_text())
            self.assertLess(time.monotonic(), end, self.log.read_text())
            time.sleep(0.02)

    def sender(self):
        return subprocess.Popen(inside(sys.executable, "-B", "-c", SENDER, TOOLS, SENDING, self.folder / "x.pcap"))

    def send(self):
        self.assertEqual(self.sender().wait(), 0)

    def read(self, dataset):
        lines = self.records.read_text().splitlines() if self.records.exists() else []
        return [r for r in map(json.loads, lines) if r["event"]["dataset"] == dataset]

    def end(self, process, signal_number=signal.SIGTERM):
        process.send_signal(signal_number)
        self.assertEqual(process.wait(PATIENCE_S), 0, self.log.read_text())

    def check_mails(self):
        mails = self.read("mailtap.message")
        self.assertEqual(len(mails), MAILS, self.log.read_text())
        self.assertEqual(len({mail["event"]["id"] for mail in mails}), MAILS)
        self.assertEqual({mail["observer"]["ingress"]["interface"]["name"] for mail in mails}, {LISTENING})
        self.assertTrue(all(mail["mailtap"]["damage"]["complete"] for mail in mails))

    def test_all_mails_come_and_nothing_is_sent(self):
        process = self.start("-r", "messages,stats")
        self.send()
        self.end(process)
        self.check_mails()
        stats = self.read("mailtap.stats")[-1]["mailtap"]["stats"]
        self.assertEqual(stats["live"]["kernel_drops"], 0)
        self.assertGreaterEqual(stats["live"]["kernel_received"], stats["reassembly"]["frames"])
        link = json.loads(subprocess.check_output(inside("ip", "-s", "-j", "link", "show", LISTENING)))[0]
        self.assertEqual(link["stats64"]["tx"]["packets"], 0)

    def test_records_come_while_no_more_frames_do(self):
        process = self.start("-r", "messages", "-w", "1")
        self.send()
        self.await_true(lambda: len(self.read("mailtap.message")) == MAILS, process)
        self.end(process, signal.SIGINT)

    def test_statistics_when_asked_and_by_the_clock(self):
        process = self.start("-r", "stats")
        process.send_signal(signal.SIGUSR1)
        self.await_true(lambda: len(self.read("mailtap.stats")) == 1, process)
        self.end(process)
        self.assertEqual(len(self.read("mailtap.stats")), 2)
        process = self.start("-r", "stats", config="live:\n  stats_interval_s: 1\n")
        self.await_true(lambda: len(self.read("mailtap.stats")) >= 4, process)
        self.end(process)

    def test_a_lost_analyzer_costs_no_mail(self):
        process = self.start("-r", "messages", "-w", "2")
        sender = self.sender()
        self.await_true(lambda: len(self.read("mailtap.message")) > MAILS // 10, process)
        os.kill(children(process)[0], signal.SIGKILL)
        self.assertEqual(sender.wait(), 0)
        self.end(process)
        self.check_mails()
        self.assertIn("an analyzer was lost", self.log.read_text())

    def test_the_filter_of_the_kernel(self):
        process = self.start("-r", "stats", config='live:\n  stats_interval_s: 0\n  capture_filter: "udp port 9"\n')
        self.send()
        self.end(process)
        self.assertEqual(self.read("mailtap.stats")[-1]["mailtap"]["stats"]["reassembly"]["frames"], 0)

    def test_what_cannot_be_done_is_refused(self):
        (self.folder / "bad.yaml").write_text('live:\n  capture_filter: "no such thing"\n')
        for options, words in ((["-i", "nosuchif"], "nosuchif"), ([], "needs an interface"), (["-i", LISTENING, "x.pcap"], "takes no files"),
                               (["-i", LISTENING, "-c", self.folder / "bad.yaml"], "live.capture_filter"),
                               (["-i", LISTENING, "--watch", "d"], "not offered")):
            done = subprocess.run(inside(MAILTAP, "live", *options), capture_output=True, text=True, timeout=PATIENCE_S)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    problem = make_space() if os.geteuid() == 0 else "not root"
    if problem:
        print(f"skipped: no network namespace can be made: {problem}")
        subprocess.run(["ip", "netns", "del", SPACE], capture_output=True) if problem != "not root" else None
        sys.exit(77)
    try:
        result = unittest.main(exit=False).result
    finally:
        subprocess.run(["ip", "netns", "del", SPACE], check=True)
    sys.exit(not result.wasSuccessful())
