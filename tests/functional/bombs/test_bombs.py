#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that would unpack to gigabytes end within the limits, below 512 MB, and are reported: test_bombs.py MAILTAP."""
import base64
import json
import resource
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools" / "fixtures"))

import bombs

MAILTAP = sys.argv.pop(1)
MEMORY_MAX_KIB = 512 << 10  # at its peak, of any run
SANITIZED = b"__asan_init" in Path(MAILTAP).read_bytes()  # whose memory says nothing
LIMITS = "analysis:\n  file_max_bytes: 34603008\n  archive_total_max_bytes: 67108864\n"


class BombTest(unittest.TestCase):
    def judge(self, name, content):
        with tempfile.TemporaryDirectory() as folder:
            config, mail = Path(folder) / "c.yaml", Path(folder) / "m.eml"
            config.write_text(LIMITS)
            mail.write_bytes(b"From: a@one.example\r\nTo: b@two.example\r\nSubject: bomb\r\nContent-Transfer-Encoding: base64\r\n"
                             b"Content-Type: application/octet-stream; name=" + name.encode() + b"\r\n\r\n" + base64.encodebytes(content))
            run = subprocess.run([MAILTAP, "analyze", "-q", "-w", "0", "-c", config, "--records", "messages", mail],
                                 capture_output=True, check=True)
        self.assertTrue(SANITIZED or resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEMORY_MAX_KIB)
        record = json.loads(run.stdout)["mailtap"]
        self.findings = {finding["id"] for finding in record["findings"]}
        self.limits = {limit["key"] for limit in record.get("limits", [])}
        return record.get("members", [])

    def test_zeros(self):
        members = self.judge("zeros.zip", bombs.zeros(256))
        self.assertEqual([m["size"] for m in members], [256 << 20])
        self.assertIn("A08", self.findings)
        self.assertIn("analysis.file_max_bytes", self.limits)

    def test_a_gigabyte_of_zeros(self):
        members = self.judge("zeros.zip", bombs.zeros(1024))
        self.assertEqual([m["size"] for m in members], [1 << 30])
        self.assertIn("A08", self.findings)

    def test_entities_of_entities(self):
        members = self.judge("laughs.docx", bombs.laughs())
        self.assertEqual([m["name"] for m in members], ["[Content_Types].xml", "document.xml"])
        self.assertLess(sum(m["size"] for m in members), 4096)

    def test_endless_document(self):
        self.judge("endless.pdf", bombs.endless_pdf(64))

    def test_archives_in_archives(self):
        members = self.judge("nested.zip", bombs.nested(3, 10, 16))
        self.assertIn("analysis.archive_total_max_bytes", self.limits)
        self.assertTrue({"A08", "N08"} <= self.findings)
        self.assertGreaterEqual(len(members), 10)

    def test_deeper_than_anybody_packs(self):
        members = self.judge("deep.zip", bombs.deep(12))
        self.assertIn("analysis.archive_depth_max", self.limits)
        self.assertEqual(len(members), 4)
        self.assertIn("N08", self.findings)

    def test_members_on_one_another(self):
        self.judge("overlap.zip", bombs.overlapping(2000, 16))
        self.assertIn("A08", self.findings)

    def test_compressed_again_and_again(self):
        self.judge("layers.gz", bombs.layers(3, 256))
        self.assertIn("A08", self.findings)
        self.assertIn("analysis.file_max_bytes", self.limits)


if __name__ == "__main__":
    unittest.main(verbosity=2)
