#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails and attachments as files, whatever their senders call them: test_extract.py MAILTAP."""
import base64
import io
import json
import os
import stat
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

MAILTAP = sys.argv.pop(1)
HOSTILE = ["../../../x", "a\0b.txt", "n" * 1000 + ".txt", "CON", ".bashrc", "same.txt", "same.txt",
           "cod\u202efdp.exe", "/etc/passwd", "..", "c:\\windows\\x.dll"]


def attachment(name, content):
    quoted = "".join(f"%{byte:02X}" for byte in name.encode())
    return (f"--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment;\r\n filename*=utf-8''{quoted}\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n").encode() + base64.encodebytes(content) + b"\r\n"


def mail(parts, subject="files"):
    head = f"From: a@one.example\r\nTo: b@two.example\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
    head += "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    return head.encode() + b"".join(parts) + b"--b--\r\n"


class ExtractTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.place = Path(folder.name)
        self.out = self.place / "inner" / "out"
        self.out.parent.mkdir()

    def extract(self, content, config="", status=0):
        (self.place / "m.eml").write_bytes(content)
        (self.place / "c.yaml").write_text(config)
        run = subprocess.run([MAILTAP, "analyze", "-q", "-c", self.place / "c.yaml", "-r", "messages,stats", "--extract", self.out,
                              self.place / "m.eml"], capture_output=True)
        self.assertEqual(run.returncode, status, run.stderr)
        self.log = run.stderr.decode()
        if status == 2:
            return
        records = [json.loads(line) for line in run.stdout.splitlines()]
        self.id, self.counts = records[0]["event"]["id"], records[1]["mailtap"]["stats"]["extract"]

    def files(self):
        return {path.name: path.read_bytes() for path in (self.out / self.id).iterdir()}

    def test_mail_and_hostile_names(self):
        content = mail([attachment(name, b"%d" % number) for number, name in enumerate(HOSTILE)])
        self.extract(content)
        self.assertEqual((self.out / (self.id + ".eml")).read_bytes(), content)
        files = self.files()
        self.assertEqual(sorted(files.values()), sorted(b"%d" % number for number in range(len(HOSTILE))))
        for name in files:
            self.assertRegex(name, r"^[0-9]{3}-[^/\\:\0\u202e]+$")
            self.assertLessEqual(len(name.encode()), 124)
        self.assertEqual({path.name for path in self.place.rglob("*") if path.is_file()},
                         set(files) | {self.id + ".eml", "m.eml", "c.yaml"})
        self.assertEqual(self.counts["files"], len(HOSTILE))
        self.assertEqual(self.counts["limit_name_max_bytes"], 1)

    def test_modes(self):
        self.addCleanup(os.umask, os.umask(0))
        self.extract(mail([attachment("a", b"a")]))
        for path in [self.out, *self.out.rglob("*")]:
            mode = stat.S_IMODE(path.stat().st_mode)
            self.assertEqual(mode, 0o700 if path.is_dir() else 0o600, path)

    def test_members_of_archives(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("../../evil.exe", b"MZ evil")
        self.extract(mail([attachment("a.zip", packed.getvalue())]))
        self.assertEqual(self.files(), {"001-a.zip": packed.getvalue(), "002-evil.exe": b"MZ evil"})

    def test_what_exists_is_left_alone(self):
        content = mail([attachment("a.txt", b"new")])
        self.extract(content)
        target = self.place / "target"
        target.write_bytes(b"old")
        (self.out / self.id / "001-a.txt").unlink()
        (self.out / self.id / "001-a.txt").symlink_to(target)
        self.extract(content)
        self.assertEqual(target.read_bytes(), b"old")
        self.assertEqual(self.counts["existing"], 2)
        self.assertEqual(self.counts["files"], 0)

    def test_no_folder_that_is_a_link_is_entered(self):
        content = mail([attachment("a.txt", b"new")])
        self.extract(content)
        outside = self.place / "outside"
        outside.mkdir()
        (self.out / self.id / "001-a.txt").unlink()
        (self.out / self.id).rmdir()
        (self.out / self.id).symlink_to(outside)
        self.extract(content, status=1)
        self.assertEqual(list(outside.iterdir()), [])
        self.assertEqual(self.counts["errors"], 1)
        self.assertIn(self.id, self.log)

    def test_limits(self):
        content = mail([attachment("a.txt", b"a" * 4000), attachment("b.txt", b"b")])
        self.extract(content, f"extract:\n  total_max_bytes: {len(content) + 100}\n")
        self.assertEqual(self.files(), {"002-b.txt": b"b"})
        self.assertEqual(self.counts["limit_total_max_bytes"], 1)
        self.assertIn("total_max_bytes", self.log)

    def test_number_of_files(self):
        self.extract(mail([attachment("a.txt", b"a"), attachment("b.txt", b"b")]), "extract:\n  files_max: 2\n")
        self.assertEqual(self.files(), {"001-a.txt": b"a"})
        self.assertEqual(self.counts["limit_files_max"], 1)

    def test_a_folder_that_cannot_be(self):
        self.out = self.place / "m.eml"
        self.extract(mail([]), status=2)
        self.assertIn("--extract", self.log)


if __name__ == "__main__":
    unittest.main(verbosity=2)
