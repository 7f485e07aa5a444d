#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mailtap-synth writes, read by wire.py and by mailtap itself: test_synth.py MAILTAP_SYNTH MAILTAP."""
import hashlib
import json
import subprocess
import sys
import tempfile
import unittest
from datetime import datetime
from pathlib import Path

from wire import read_pcap, read_wire

SYNTH, MAILTAP = sys.argv.pop(1), sys.argv.pop(1)
MAILS = [
    b"From: a@one.example\r\nTo: b@two.example\r\nDate: Mon, 5 Jan 2026 09:00:00 +0900\r\nSubject: short\r\n\r\nhello\r\n",
    b"From: a@one.example\r\nTo: b@two.example, \"C, D\" <c@two.example>\r\nSubject: dots\r\n\r\n.\r\n..\r\n.x\r\nend\r\n",
    b"From: a@one.example\nTo: b@two.example\nSubject: bare LF and no last line end\n\n\xe3\x81\x82\nend",
    b"From: a@one.example\r\nTo: b@two.example\r\nSubject: long\r\n\r\n" + b"0123456789abcdef\r\n" * 4000,
]


def normal(mail):
    """CRLF line ends, also at the end, as a mail crosses the wire."""
    mail = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return mail if mail.endswith(b"\r\n") else mail + b"\r\n"


class SynthTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.mails = self.folder / "mails"
        self.mails.mkdir()
        for number, mail in enumerate(MAILS):
            (self.mails / f"{number}.eml").write_bytes(mail)

    def run_synth(self, *options, paths=None, status=0):
        command = [SYNTH, *map(str, options), *map(str, paths or [self.mails])]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def capture(self, *options, paths=None):
        out = self.folder / "out.pcap"
        self.run_synth("-q", "-o", out, *options, paths=paths)
        return out

    def records(self, capture):
        out = subprocess.run([MAILTAP, "replay", "-q", "-r", "messages", str(capture)], check=True, capture_output=True)
        return [json.loads(line) for line in out.stdout.splitlines()]

    def check_mails(self, capture, times=1):
        """mailtap finds each mail, whole, `times` times."""
        found = [record["mailtap"] for record in self.records(capture)]
        self.assertTrue(all(one["damage"]["complete"] for one in found))
        wanted = sorted(hashlib.sha256(normal(mail)).hexdigest() for mail in MAILS * times)
        self.assertEqual(sorted(one["mail"]["sha256"] for one in found), wanted)

    def test_smtp_dialogue_holds_the_mails_stuffed(self):
        wire = read_wire(self.capture())
        ((to_server, said),) = [(key, data) for key, data in wire.streams().items() if key[1][1] == 25]
        for mail in MAILS:
            stuffed = b"".join(b"." * line.startswith(b".") + line for line in normal(mail).splitlines(True))
            self.assertEqual(said.count(b"\r\nDATA\r\n" + stuffed + b".\r\n"), 1)
        self.assertIn(b"RCPT TO:<b@two.example>\r\nRCPT TO:<c@two.example>\r\n", said)
        flags = [one[3] for one in wire.segments if one[0] == to_server[0]]
        self.assertEqual((flags[0] & 2, sum(f & 1 for f in flags)), (2, 1))

    def test_every_way_on_the_wire(self):
        ways = [[], ["--ipv6"], ["--vlan", "7"], ["--vlan", "100,200"], ["--tunnel", "gre"], ["--tunnel", "vxlan"],
                ["--tunnel", "erspan"], ["--tunnel", "gre", "--ipv6"], ["--mss", "24"], ["--mss", "9000"],
                ["--fragment", "64"], ["--fragment", "512", "--ipv6"], ["--sessions", "3"],
                ["--sessions", "2", "--per-session", "1"]]
        for way in ways:
            with self.subTest(way=way):
                capture = self.capture(*way)
                said = b"".join(data for key, data in read_wire(capture).streams().items() if key[1][1] == 25)
                self.assertEqual(said.count(b"\r\nDATA\r\n"), len(MAILS))
                self.check_mails(capture)

    def test_tags_and_tunnels_are_there(self):
        self.assertEqual(read_wire(self.capture("--vlan", "100,200")).vlans, {(100, 200)})
        self.assertEqual(read_wire(self.capture("--tunnel", "erspan")).tunnels, {"erspan"})

    def test_every_protocol(self):
        for protocol in ("smtp", "smtp-bdat", "lmtp", "pop3", "imap"):
            with self.subTest(protocol=protocol):
                capture = self.capture("--proto", protocol, "--sessions", 2, "--repeat", 3)
                read_wire(capture)
                self.check_mails(capture, times=3)

    def test_faults_that_lose_nothing(self):
        for fault in (["--duplicate", "20%"], ["--reorder", "0.2"], ["--reorder", "5%", "--reorder-depth", "300"],
                      ["--skew", "20"], ["--midstream"], ["--one-sided"], ["--one-sided", "--proto", "pop3"], ["--one-sided", "--proto", "imap"]):
            with self.subTest(fault=fault):
                self.check_mails(self.capture("--repeat", 10, "--sessions", 4, *fault), times=10)

    def test_loss_is_what_was_asked_for(self):
        whole = [frame for _, frame in read_pcap(self.capture("--repeat", 40))]
        lossy = [frame for _, frame in read_pcap(self.capture("--repeat", 40, "--loss", "5%"))]
        self.assertLess(set(lossy), set(whole))
        self.assertAlmostEqual(1 - len(lossy) / len(whole), 0.05, delta=0.02)

    def test_same_seed_same_bytes(self):
        options = ["--loss", "5%", "--reorder", "5%", "--duplicate", "5%", "--sessions", "3"]
        first = self.capture(*options, "--seed", "5").read_bytes()
        self.assertEqual(first, self.capture(*options, "--seed", "5").read_bytes())
        self.assertNotEqual(first, self.capture(*options, "--seed", "6").read_bytes())

    def test_wishes(self):
        wish = self.folder / "wish.eml"
        wish.write_bytes(b"X-Synth-Proto: smtp\r\nX-Synth-Time: 2026-11-18T08:00:31+09:00\r\nX-Synth-Client: 192.0.2.9\r\n"
                         b"X-Synth-Server: 2001:db8::25\r\nX-Synth-Helo: pc.one.example\r\nX-Synth-Mail-From: <>\r\n"
                         b"X-Synth-Rcpt-To: <x@two.example>\r\nX-Synth-Rcpt-To: <y@two.example>\r\n" + MAILS[0])
        capture = self.capture(paths=[wish])
        (record,) = self.records(capture)
        session = record["mailtap"]["session"]
        self.assertEqual((session["helo"], session["mail_from"], session["rcpt_to"]),
                         ("pc.one.example", "", ["x@two.example", "y@two.example"]))
        self.assertEqual(record["destination"]["ip"], "2001:db8::25")
        sent = datetime.fromisoformat("2026-11-17T23:00:31+00:00")
        self.assertEqual(next(read_pcap(capture))[0], int(sent.timestamp()) * 1000000)
        self.assertEqual(record["mailtap"]["mail"]["sha256"], hashlib.sha256(MAILS[0]).hexdigest())

    def test_wrong_use_is_refused(self):
        out = self.folder / "none.pcap"
        rows = [(["-o", out, "--mss", "3"], "--mss 3"), (["-o", out, "--loss", "2"], "--loss 2"), ([], "-o OUT.pcap"),
                (["-o", out, "--proto", "uucp"], "--proto uucp"), (["-o", out, "--nonsense"], "--nonsense"),
                (["-o", out, "--vlan", "1,2,3"], "--vlan 1,2,3"), (["-o", out, "--fragment", "9"], "--fragment 9")]
        for options, word in rows:
            with self.subTest(options=options):
                self.assertIn(word, self.run_synth(*options, status=2))
                self.assertFalse(out.exists())
        empty = self.folder / "empty"
        empty.mkdir()
        self.assertIn("no mails", self.run_synth("-o", out, paths=[empty], status=2))

    def test_unwritable_output(self):
        self.run_synth("-o", self.folder / "absent" / "x.pcap", status=1)


if __name__ == "__main__":
    unittest.main()
