#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails inside TLS: with their keys they come out as from sessions in clear, without them the sessions are reported sealed.

usage: test_tls.py MAILTAP
Sessions by Python's ssl (channel.py) over TCP of our own (frames.py).
"""
import hashlib
import json
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "captures"))
import frames  # noqa: E402  (beside us, found by the line above)
from channel import Channel, make_certificate  # noqa: E402
from pcapng import Writer  # noqa: E402

TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
PASSWORD = b"correct-horse"
FILLER, PCAP_HEAD_BYTES = frames.ethernet(frames.ipv4(frames.CLIENT4, frames.SERVER4, b"\0" * 1400, protocol=17)), 24
MAILS = [b"From: hanako@example.com\r\nTo: taro@example.jp\r\nSubject: %d\r\n\r\n" % n + b"line of the mail %d\r\n" % n * (1 + 700 * n)
         for n in range(4)]
ENVELOPES = [(b"hanako@example.com", [b"taro@example.jp"], mail) for mail in MAILS]
SUITES12 = ("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305", "AES128-SHA", "AES256-SHA256",
            "ECDHE-RSA-AES256-SHA384", "AES128-GCM-SHA256")


def starttls(dialogue, opening):
    """A dialogue whose part behind `opening` (pairs) goes through TLS; the greeting is not said again."""
    yield from ((side, data, False) for side, data in opening)
    yield from ((side, data, True) for place, (side, data) in enumerate(dialogue) if place > 0)


def implicit(dialogue):
    yield from ((side, data, True) for side, data in dialogue)


SMTP_OPENING = ((1, b"220 mx.example.jp ESMTP\r\n"), (0, b"EHLO client.example.com\r\n"),
                (1, b"250-mx.example.jp\r\n250 STARTTLS\r\n"), (0, b"STARTTLS\r\n"), (1, b"220 2.0.0 go\r\n"))
POP3_OPENING = ((1, b"+OK pop.example.jp ready\r\n"), (0, b"STLS\r\n"), (1, b"+OK begin\r\n"))
IMAP_OPENING = ((1, b"* OK imap.example.jp ready\r\n"), (0, b"a STARTTLS\r\n"), (1, b"a OK begin\r\n"))

DIALOGUES = {
    "smtp": (25, lambda: starttls(frames.smtp_dialogue(ENVELOPES), SMTP_OPENING)),
    "smtps": (465, lambda: implicit(frames.smtp_dialogue(ENVELOPES))),
    "odd": (40025, lambda: implicit(frames.smtp_dialogue(ENVELOPES))),
    "pop3": (110, lambda: starttls(frames.pop3_dialogue(MAILS), POP3_OPENING)),
    "pop3s": (995, lambda: implicit(frames.pop3_dialogue(MAILS))),
    "imap": (143, lambda: starttls(frames.imap_dialogue(MAILS), IMAP_OPENING)),
    "imaps": (993, lambda: implicit(frames.imap_dialogue(MAILS))),
}


class TlsTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.keylog = self.folder / "keys.log"

    def session(self, kind, version=TLS13, ciphers=None, client_port=40000):
        """The packets of one session, whose secrets are appended to the key log."""
        port, dialogue = DIALOGUES[kind]
        tcp = frames.Session(port, client_port).open()
        channel = Channel(CERTIFICATE, str(self.keylog), version, ciphers)
        is_open = False
        for side, data, is_sealed in dialogue():
            if is_sealed and not is_open:
                tcp.talk(channel.handshake())
                is_open = True
            tcp.talk(channel.seal(side, data) if is_sealed else [(side, data)])
        return frames.wrap(tcp.close().packets)

    def write(self, packets, name="capture.pcap"):
        path = self.folder / name
        frames.write_pcap(path, packets)
        return path

    def replay(self, capture, *options, stdin=None):
        command = [MAILTAP, "replay", "-r", "messages,sessions", *options, str(capture)]
        done = subprocess.run(command, stdin=stdin, capture_output=True, check=False, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn(PASSWORD, done.stdout + done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def check_mails(self, records, mails=None):
        found = [r["mailtap"]["mail"]["sha256"] for r in records if r["event"]["dataset"] == "mailtap.message"]
        wanted = [hashlib.sha256(mail).hexdigest() for mail in (MAILS if mails is None else mails)]
        self.assertEqual(sorted(found), sorted(wanted))

    def sessions(self, records):
        return [r for r in records if r["event"]["dataset"] == "mailtap.session"]

    def test_every_protocol(self):
        for version in (TLS12, TLS13):
            for kind in DIALOGUES:
                with self.subTest(kind=kind, version=version):
                    records = self.replay(self.write(self.session(kind, version)), "--keylog", self.keylog)
                    self.check_mails(records)
                    protocols = {r["network"]["protocol"] for r in records}
                    self.assertEqual(protocols, {"smtp" if kind == "odd" else kind.rstrip("s")})
                    for record in records:
                        self.assertTrue(record["mailtap"]["session"]["tls"]["decrypted"])

    def test_every_suite_of_1_2(self):
        for suite in SUITES12:
            with self.subTest(suite=suite):
                capture = self.write(self.session("smtp", TLS12, suite + ":@SECLEVEL=0"))
                self.check_mails(self.replay(capture, "--keylog", self.keylog))

    def test_without_keys_the_session_is_sealed(self):
        for kind in ("smtp", "imaps", "pop3s"):
            with self.subTest(kind=kind):
                records = self.replay(self.write(self.session(kind, TLS12)))
                self.check_mails(records, [])
                (session,) = self.sessions(records)
                self.assertEqual(session["network"]["protocol"], kind.rstrip("s"))
                self.assertEqual(session["tls"]["client"]["server_name"], "mx.example.jp")
                self.assertEqual(session["tls"]["version"], "1.2")
                self.assertIn("mx.example.jp", json.dumps(session["tls"]["server"]))
                self.assertFalse(session["mailtap"]["session"]["inspected"])

    def test_tls_elsewhere_is_no_mail(self):
        self.assertEqual(self.replay(self.write(self.session("odd"))), [])

    def test_wrong_keys_give_nothing(self):
        capture = self.write(self.session("smtp"))
        text = self.keylog.read_text()
        lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
        self.keylog.write_text("".join(f"{head} {'0' * len(secret)}\n" for head, secret in lines))
        records = self.replay(capture, "--keylog", self.keylog)
        self.check_mails(records, [])
        self.assertEqual(len(self.sessions(records)), 1)

    def test_secrets_in_the_capture(self):
        for order in "<>":
            with self.subTest(order=order):
                self.keylog.unlink(missing_ok=True)
                packets = self.session("imap")
                path = self.folder / "secrets.pcapng"
                with open(path, "wb") as out:
                    writer = Writer(out, order)
                    for place, (time, frame) in enumerate(packets):
                        if place == 12:  # behind the beginning of the handshake
                            writer.secrets(self.keylog.read_bytes())
                        writer.packet(time, frame)
                self.check_mails(self.replay(path))

    def test_key_log_that_grows(self):
        """The secrets come while the connection is open but all its mails went by, as may happen in a live capture."""
        packets = self.session("smtp")
        secrets = self.keylog.read_bytes()
        self.keylog.write_bytes(b"# nothing yet\n")
        filler = [(packets[-1][0], FILLER)] * (1_000_000 // len(FILLER))
        first = self.write(packets[:-3] + filler, "first.pcap").read_bytes()
        rest = self.write(packets[-3:], "rest.pcap").read_bytes()[PCAP_HEAD_BYTES:]
        reader, writer = os.pipe()

        def feed():
            with os.fdopen(writer, "wb", buffering=0) as out:
                out.write(first)  # more than a pipe holds: most of it was read when this returns
                with open(self.keylog, "ab") as log:
                    log.write(secrets)
                out.write(rest)

        feeder = threading.Thread(target=feed)
        feeder.start()
        with os.fdopen(reader, "rb") as stdin:
            records = self.replay("-", "--keylog", self.keylog, stdin=stdin)
        feeder.join()
        self.check_mails(records)

    def test_a_lost_packet_costs_one_mail(self):
        for version in (TLS12, TLS13):
            with self.subTest(version=version):
                packets = self.session("smtp", version)
                longest = [place for place, (_, frame) in enumerate(packets) if len(frame) > 1400]
                del packets[longest[len(longest) // 2]]
                records = [r for r in self.replay(self.write(packets), "--keylog", self.keylog)
                           if r["event"]["dataset"] == "mailtap.message"]
                self.assertEqual(len(records), len(MAILS))
                whole = [r for r in records if r["mailtap"]["damage"]["complete"]]
                self.assertEqual(len(whole), len(MAILS) - 1)
                (torn,) = [r["mailtap"] for r in records if not r["mailtap"]["damage"]["complete"]]
                lengths = {len(mail) for mail in MAILS}
                self.assertIn(torn["mail"]["bytes"] + torn["damage"]["missing_bytes"], lengths)

    def test_a_key_log_that_cannot_be_read(self):
        done = subprocess.run([MAILTAP, "replay", "--keylog", self.folder / "none", self.write([])], capture_output=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"No such file", done.stderr)


if __name__ == "__main__":
    MAILTAP = sys.argv.pop(1)
    with tempfile.TemporaryDirectory() as certificates:
        CERTIFICATE = make_certificate(pathlib.Path(certificates))
        unittest.main()
