#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails over real servers: what mailtap saw on the wire is, byte for byte, what Postfix and Dovecot have stored.

usage: test_servers.py MAILTAP
Needs root: builds a network of namespaces (lab.py), runs servers and clients in it and captures with libpcap.
"""
import collections
import hashlib
import signal
import ssl
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tls"))
import hidden  # noqa: E402
import lab  # noqa: E402
import scene  # noqa: E402

MAILTAP = Path(sys.argv.pop(1)).resolve()
SKIPPED = 77
TLS_NAMES = {None: None, ssl.TLSVersion.TLSv1_2: "TLS 1.2", ssl.TLSVersion.TLSv1_3: "TLS 1.3"}


def digests(contents):
    return collections.Counter((hashlib.sha256(mail).hexdigest(), len(mail)) for mail in contents)


def end(*_):
    """When we are told to end: by an exception, so that nothing is left behind."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(1)


class ServersTest(unittest.TestCase):
    scene = None   # made below, for all tests

    def same(self, ours, theirs, what):
        """Two collections of mails or digests are equal: none is missing, none is too many."""
        missing, surplus = ours - theirs, theirs - ours
        if missing or surplus:
            self.fail(f"{what}: {missing.total()} missing, {surplus.total()} too many, as {list(missing)[:2]} {list(surplus)[:2]}")

    def test_servers_hold_what_was_sent(self):
        for leg in self.scene.legs.values():
            with self.subTest(leg.name):
                self.same(digests(leg.expected_held()), digests(leg.held()), "stored")

    def test_clients_got_what_is_stored(self):
        for leg in self.scene.legs.values():
            if hasattr(leg, "got"):
                with self.subTest(leg.name):
                    self.same(digests(leg.seen()[:len(leg.got)]), digests(leg.got), "read")

    def test_mails_seen(self):
        for leg in self.scene.legs.values():
            with self.subTest(leg.name):
                records = self.scene.records[leg.name]
                seen = collections.Counter((record["mailtap"]["mail"]["sha256"], record["mailtap"]["mail"]["bytes"]) for record in records)
                self.assertGreaterEqual(len(records), leg.per_leg)
                self.same(digests(leg.seen()), seen, "extracted")
                self.assertEqual({record["mailtap"]["mail"]["via"] for record in records}, leg.via)
                self.assertEqual({record["network"]["protocol"] for record in records}, {leg.protocol})
                self.assertEqual([record for record in records if not record["mailtap"]["damage"]["complete"]], [])
                told = [record["mailtap"]["session"] for record in records]
                self.assertEqual({session.get("tls", {}).get("version") for session in told}, {TLS_NAMES[leg.tls]})
                self.assertEqual({session["starttls"] for session in told}, {bool(leg.tls)})

    def test_no_mail_of_nobody(self):
        self.assertEqual(self.scene.records[None], [])


    def test_sessions(self):
        sessions = self.scene.replay("sessions", "--keylog", self.scene.keys, what=("-q", "-r", "sessions"))
        for leg in self.scene.legs.values():
            with self.subTest(leg.name):
                told = [record["mailtap"]["session"] for record in sessions[leg.name] if record["mailtap"]["session"]["mails"]]
                logged_in = [session for session in told if "auth_mechanism" in session]
                self.assertEqual({session["auth_mechanism"] for session in logged_in}, leg.mechanisms)
                self.assertEqual({session["auth_result"] for session in logged_in}, {"succeeded"} if leg.mechanisms else set())
                self.assertEqual({session["user"] for session in logged_in if "user" in session} - {leg.name}, set())
                self.assertEqual({session["starttls"] for session in told}, {bool(leg.tls)})
                self.assertEqual({session.get("tls", {}).get("version") for session in told}, {TLS_NAMES[leg.tls]})

    def test_without_keys_only_sealed_legs_are_missing(self):
        records = self.scene.replay("no-keys", "--checksums", "verify")
        for leg in self.scene.legs.values():
            with self.subTest(leg.name):
                seen = collections.Counter(record["mailtap"]["mail"]["sha256"] for record in records[leg.name])
                whole = collections.Counter(record["mailtap"]["mail"]["sha256"] for record in self.scene.records[leg.name])
                self.assertEqual(seen, collections.Counter() if leg.tls else whole)

    def test_passwords_in_no_output(self):
        everything = self.scene.outputs / "all.txt"
        self.scene.replay("all", "--keylog", self.scene.keys, "-o", f"file:{everything}?format=text", what=("-v", "-r", "all"))
        pattern = hidden.needles(self.scene.secrets)
        on_the_wire = self.scene.capture.path.read_bytes()
        for leg in self.scene.legs.values():
            if leg.mechanisms and not leg.tls:
                self.assertRegex(on_the_wire, hidden.needles([leg.password.encode()]))
        outputs = list(self.scene.outputs.iterdir())
        self.assertGreater(min(path.stat().st_size for path in outputs if path.suffix != ".log"), 0)
        self.assertEqual(hidden.in_files(pattern, outputs), [])

    def test_passwords_not_in_memory(self):
        marker = "marker-of-the-search"
        command = self.scene.command("-q", "-r", "all", "--keylog", self.scene.keys, "-o", f"file:{self.scene.folder}/piped.jsonl")
        running = hidden.Running(command, self.scene.capture.path, self.scene.folder / "running", marker)
        try:
            self.assertTrue(running.search(hidden.needles([marker.encode()])))
            pattern = hidden.needles(self.scene.secrets)
            self.assertEqual(running.search(pattern), [])
        finally:
            cores = running.crash()
        self.assertEqual(hidden.in_files(pattern, cores), [])


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end)
    if reason := lab.why_not():
        print("skipped:", reason)
        sys.exit(SKIPPED)
    with scene.Scene(MAILTAP) as ServersTest.scene:
        ServersTest.scene.play()
        unittest.main(verbosity=2)
