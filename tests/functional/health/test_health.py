#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sensor says about its own view: test_health.py MAILTAP MAILTAP_SYNTH. Each complaint comes once, and only when due."""
import json
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from wire import read_pcap

MAILTAP, SYNTH = sys.argv.pop(1), sys.argv.pop(1)
MAIL = b"From: a@one.example\r\nTo: b@two.example\r\nSubject: health\r\n\r\n" + b"0123456789abcdef\r\n" * 200
COMPLAINTS = {"one-sided": "only one direction is captured", "checksums": "TCP checksums are wrong",
              "snaplen": "snap length cuts packets", "loss": "packets are missing", "no mail": "looks like mail"}
ETHERNET_IPV4_HEADERS = 34


def write_pcap(path, frames, snaplen=65535):
    out = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, snaplen, 1)
    for time_us, frame in frames:
        kept = frame[:snaplen]
        out += struct.pack("<IIII", time_us // 1000000, time_us % 1000000, len(kept), len(frame)) + kept
    path.write_bytes(out)


class HealthTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.mail, self.capture = self.folder / "m.eml", self.folder / "x.pcap"
        self.mail.write_bytes(MAIL)

    def synth(self, *options):
        subprocess.run([SYNTH, "-q", "-o", self.capture, "--sessions", "30", "--per-session", "1", "--repeat", "60", *options,
                        self.mail], check=True)
        return list(read_pcap(self.capture))

    def check(self, *expected, config=""):
        """Exactly these complaints are on standard error, each once; returns the statistics."""
        options = []
        if config:
            (self.folder / "c.yaml").write_text(config)
            options = ["-c", self.folder / "c.yaml"]
        done = subprocess.run([MAILTAP, "replay", "-r", "stats", *options, self.capture], check=True, capture_output=True)
        errors = done.stderr.decode()
        for name, text in COMPLAINTS.items():
            self.assertEqual(errors.count(text), int(name in expected), (name, errors))
        return json.loads(done.stdout)["mailtap"]["stats"]

    def test_a_whole_view_gives_no_complaint(self):
        self.synth()
        self.assertEqual(self.check()["capture_loss"], 0)

    def test_one_direction(self):
        self.synth("--one-sided")
        self.check("one-sided")

    def test_loss_is_estimated(self):
        self.synth("--loss", "5%")
        self.assertAlmostEqual(self.check("loss")["capture_loss"], 0.05, delta=0.03)

    def test_checksum_off_load(self):
        frames = self.synth()
        at = ETHERNET_IPV4_HEADERS + 16
        write_pcap(self.capture, [(time, frame[:at] + b"\0\0" + frame[at + 2:]) for time, frame in frames])
        self.check("checksums")

    def test_snap_length_is_not_loss_of_the_mirror(self):
        write_pcap(self.capture, self.synth(), snaplen=200)
        stats = self.check("snaplen")
        self.assertEqual(stats["capture_loss"], 0)
        self.assertGreater(stats["reassembly"]["payload_cut_bytes"], 0)

    def test_nothing_that_looks_like_mail(self):
        frames = []
        for time, frame in self.synth():
            at = ETHERNET_IPV4_HEADERS + (frame[ETHERNET_IPV4_HEADERS + 12] >> 4) * 4
            port = b"\x1f\x90"  # instead of 25
            ends = frame[ETHERNET_IPV4_HEADERS:ETHERNET_IPV4_HEADERS + 4].replace(b"\0\x19", port)
            frames.append((time, frame[:ETHERNET_IPV4_HEADERS] + ends + frame[ETHERNET_IPV4_HEADERS + 4:at] + b"\1" * (len(frame) - at)))
        write_pcap(self.capture, frames)
        self.check("no mail", "checksums", config="health:\n  no_mail_packets: 100\n")
        self.check("checksums")


if __name__ == "__main__":
    unittest.main()
