#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sample day's builder gives the same bytes every time, and Python's own mail parser reads every mail as its
source says: addresses, subject, texts, attachment names. The lures point to reserved names only; nothing in them runs.
"""
import email
import email.header
import email.policy
import email.utils
import io
import ipaddress
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TOOL = ROOT / "tools" / "sample-day"
DAY = ROOT / "deploy" / "sample-day"
sys.path.insert(0, str(TOOL))
import build  # noqa: E402
import charsets  # noqa: E402
from source import read_day  # noqa: E402

CASES = ("K1", "K2", "K3a", "K3b", "K4", "K5", "S1", "S2")  # the paper's cases
RESERVED = re.compile(r"(^|\.)(example|test|invalid|localhost)$|(^|\.)example\.(com|net|org)$")
NETWORKS = [ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "10.0.0.0/8")]


def run_builder(folder, seed):
    environment = dict(os.environ, PYTHONHASHSEED=seed, PYTHONDONTWRITEBYTECODE="1")
    subprocess.run([sys.executable, str(TOOL / "build.py"), "-o", folder], check=True, env=environment)
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def decode_raw(text, charset):
    """A header value of the compat32 parser: encoded words, or raw bytes kept as surrogates, in `charset`."""
    out = ""
    for data, name in email.header.decode_header(text):
        if isinstance(data, str):
            data = data.encode("ascii", "surrogateescape")
        name = None if name in (None, "unknown-8bit") else name
        out += charsets.decode(data, (name or charset).lower())
    return out


def raw_header(data, name):
    """One unfolded header straight from the bytes, raw 8-bit kept."""
    head = data.split(b"\r\n\r\n", 1)[0]
    found = re.search(rb"^" + name.encode() + rb":[ ]?([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)", head, re.M | re.I)
    return re.sub(rb"\r\n[ \t]", b" ", found.group(1)).decode("ascii", "surrogateescape")


def part_name(part, charset):
    """File name of a part: RFC 2231 (decoded by the standard library, charset apart), RFC 2047 or raw."""
    value = part.get_param("filename", header="content-disposition")
    if isinstance(value, tuple):
        return charsets.decode(value[2].encode("latin-1"), value[0].lower())
    return decode_raw(value, charset)


def raw_part_name(data, charset):
    found = re.search(rb'\r\n filename="([^"]*)"', data)
    return charsets.decode(found.group(1), charset)


class DayTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sources, cls.hosts = read_day(DAY)
        cls.mails = dict(build.compose_day(DAY))
        cls.parsed = {label: email.message_from_bytes(data) for label, data in cls.mails.items()}

    def charset(self, source):
        return source.directives.get("charset", "utf-8").split()[0]

    def test_same_bytes_every_time(self):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            first, second = run_builder(one, "1"), run_builder(two, "2")
        self.assertEqual(first, second)
        self.assertEqual(first, {f"{label}.eml": data for label, data in self.mails.items()})

    def test_index_and_expectations_are_current(self):
        self.assertEqual((DAY / "INDEX.md").read_text("utf-8"), build.index(self.sources))
        self.assertEqual((DAY / "expected.tsv").read_text("utf-8"), build.expectations(self.sources))

    def test_every_case_has_attacks_and_twins(self):
        for case in CASES:
            roles = [source.role for source in self.sources if source.case == case]
            self.assertGreaterEqual(roles.count("attack"), 2, case)
            self.assertGreaterEqual(roles.count("twin"), 2, case)

    def test_message_ids_are_unique_and_times_ascend(self):
        ids = [source.message_id for source in self.sources]
        self.assertEqual(len(ids), len(set(ids)))
        times = [source.directives["time"] for source in self.sources]
        self.assertEqual(times, sorted(times))
        self.assertTrue("08:00:00" <= times[0] and times[-1] < "19:00:00")

    def test_wire_form(self):
        for label, data in self.mails.items():
            self.assertNotRegex(data, rb"(?<!\r)\n|\r(?!\n)", label)
            self.assertLessEqual(max(map(len, data.split(b"\r\n"))), 998, label)
            self.assertEqual(self.parsed[label].defects, [], label)

    def test_headers_say_what_the_source_says(self):
        for source in self.sources:
            data, charset = self.mails[source.label], self.charset(source)
            for name in ("From", "To", "Subject"):
                got = decode_raw(raw_header(data, name), charset)
                self.assertTrue(charsets.same_text(" ".join(got.split()), " ".join(source.header(name).split())),
                                f"{source.label} {name}: {got!r}")

    def test_session_directives(self):
        for source in self.sources:
            message = self.parsed[source.label]
            ipaddress.ip_address(message["X-Synth-Client"])
            self.assertTrue(email.utils.parsedate_to_datetime(message["Date"]))
            self.assertIn(message["X-Synth-Proto"], ("smtp", "pop3"))
            self.assertGreaterEqual(len(message.get_all("X-Synth-Rcpt-To")), 1)
            for receiver in message.get_all("X-Synth-Rcpt-To"):
                self.assertRegex(receiver, r"^<[^<>@]+@[^<>@]+>$", source.label)

    def test_texts_say_what_the_source_says(self):
        for source in self.sources:
            parts = [part for part in self.parsed[source.label].walk()
                     if part.get_content_maintype() == "text" and part.get_content_charset()]
            texts = [charsets.decode(part.get_payload(decode=True), part.get_content_charset()).replace("\r\n", "\n")
                     for part in parts if part.get_content_subtype() in ("plain", "html")]
            wanted = [source.text] if source.text.strip() else []
            wanted += ["\n".join(section.lines) + "\n" for section in source.sections if section.kind == "html"]
            self.assertEqual(len(texts), len(wanted), source.label)
            for got, want in zip(texts, wanted):
                self.assertTrue(charsets.same_text(got.rstrip("\n"), want.rstrip("\n")), f"{source.label}:\n{got}")

    def test_attachment_names_say_what_the_source_says(self):
        for source in self.sources:
            wanted = [section for section in source.sections if section.options.get("name")]
            parts = [part for part in self.parsed[source.label].walk() if part.get_filename()]
            self.assertEqual(len(parts), len(wanted), source.label)
            inline_first = sorted(wanted, key=lambda section: "cid" not in section.options)
            for part, section in zip(parts, inline_first):
                charset = section.options.get("name-charset", self.charset(source))
                if section.options.get("naming") == "raw":
                    got = raw_part_name(self.mails[source.label], charset)
                else:
                    got = part_name(part, charset)
                self.assertTrue(charsets.same_text(got, section.options["name"]), f"{source.label}: {got!r}")

    def test_archives_open(self):
        opened = 0
        for source in self.sources:
            for section in source.sections:
                if section.options.get("as") not in ("zip", "docx", "xlsx", "xlsm"):
                    continue
                part = next(part for part in self.parsed[source.label].walk()
                            if part.get_content_disposition() == "attachment")
                archive = zipfile.ZipFile(io.BytesIO(part.get_payload(decode=True)))
                password = section.options.get("password")
                archive.setpassword(password.encode() if password else None)
                self.assertIsNone(archive.testzip(), source.label)
                encrypted = any(member.flag_bits & 1 for member in archive.infolist())
                self.assertEqual(encrypted, password is not None, source.label)
                if section.options["as"] == "xlsm":
                    self.assertTrue(archive.read("xl/vbaProject.bin").startswith(bytes.fromhex("d0cf11e0a1b11ae1")))
                opened += 1
        self.assertGreater(opened, 10)

    def test_lures_point_to_reserved_names(self):
        for source in self.sources:
            if source.role not in ("attack", "opening"):
                continue
            lines = [source.text] + [line for section in source.sections for line in section.lines]
            lines += [section.options.get("template", "") for section in source.sections]
            targets = re.findall(r'(?:href|action)="https?://([^/"]+)', "\n".join(lines))
            if not targets:
                targets = re.findall(r"https?://([^/\s\"]+)", "\n".join(lines))
            for host in targets:
                if re.fullmatch(r"[0-9.]+", host):
                    self.assertTrue(any(ipaddress.ip_address(host) in net for net in NETWORKS), host)
                else:
                    self.assertRegex(host, RESERVED, source.label)

    def test_programs_are_no_programs(self):
        import attachments
        stub = attachments.mz_stub()
        self.assertTrue(stub.startswith(b"MZ") and len(stub) < 256 and b"PE\0\0" not in stub)
        self.assertEqual(struct.unpack_from("<I", stub, 0x3C)[0], 0)


def decompress_literals(data):
    """Inverse of vba.compress, which writes literal tokens only (MS-OVBA 2.4.1)."""
    out, at = b"", 1
    while at < len(data):
        head = struct.unpack_from("<H", data, at)[0]
        end = at + (head & 0xFFF) + 3
        at += 2
        while at < end:
            out += data[at + 1 : min(at + 9, end)]
            at += 9
        at = end
    return out


class MacroTest(unittest.TestCase):
    def test_compression_round_trip(self):
        import vba
        for size in (1, 8, 9, 3599, 3600, 3601, 9000):
            data = bytes(n % 251 for n in range(size))
            self.assertEqual(decompress_literals(vba.compress(data)), data, size)

    def test_every_stream_of_the_project_is_where_its_entry_says(self):
        import vba
        data = vba.project(["Sub A()", "End Sub"])
        root_start, root_size = struct.unpack_from("<IQ", data, 1024 + 512 + 116)
        self.assertEqual(len(data) % 512, 0)
        self.assertLessEqual((root_start + 1) * 512 + root_size, len(data))
        entries = {}
        for at in range(1536, 1536 + 128 * 6, 128):
            length = struct.unpack_from("<H", data, at + 64)[0]
            name = data[at : at + length - 2].decode("utf-16-le")
            entries[name] = struct.unpack_from("<IQ", data, at + 116)
        self.assertEqual(list(entries), ["Root Entry", "VBA", "dir", "Module1", "_VBA_PROJECT", "PROJECT"])
        start, size = entries["Module1"]
        module_at = (root_start + 1) * 512 + start * 64
        self.assertIn(b"Sub A()\r\nEnd Sub", decompress_literals(data[module_at : module_at + size]))


class CharsetTest(unittest.TestCase):
    def test_jis_round_trip(self):
        for text in ("漢字とASCII", "①㈱髙№", "ﾊﾝｶｸ ｶﾅ", "～―－∥", ""):
            self.assertTrue(charsets.same_text(charsets.decode_jis(charsets.encode_jis(text)), text), text)

    def test_jis_agrees_with_the_standard_coder(self):
        text = "お世話になっております。東京 2026"
        self.assertEqual(charsets.encode_jis(text), text.encode("iso-2022-jp"))

    def test_encoded_words_stay_short(self):
        value = charsets.encode_words("長い件名" * 30, "iso-2022-jp")
        self.assertLessEqual(max(map(len, value.split("\r\n"))), 76)
        self.assertEqual(decode_raw(value.replace("\r\n", ""), "iso-2022-jp"), "長い件名" * 30)


if __name__ == "__main__":
    unittest.main()
