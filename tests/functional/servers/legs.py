# SPDX-License-Identifier: GPL-3.0-or-later
"""The legs: each sends or reads its own mails, from an address of its own, as a user of its own.

A leg knows what crosses the wire (seen), and what the server has to hold for it (held).
"""
import itertools
import ssl

import dovecot
import mails
import postfix
import readers
import senders
import stored
from lab import ipv4, ipv6

MX, STORE = 2, 3
FIRST_CLIENT = 11
EMPTY, ONE_BYTE = 14, 15   # numbers of the mails without even a header


class Leg:
    """scene: seed, maildirs, passwords and certificate of this run (test_servers.py)."""

    protocol, via, trace, per_leg, server = "smtp", {"DATA"}, postfix.TRACE_HEADERS, 200, MX
    mechanisms = {"PLAIN"}   # of AUTH and its like, in these sessions
    _hosts = itertools.count(FIRST_CLIENT)

    def __init__(self, scene, name, address=ipv4, tls=None):
        self.tls = tls   # the version, where the client asks for TLS
        self.scene, self.name, self.source, self.server_address = scene, name, address(next(self._hosts)), address(self.server)
        self.mails = self.make()

    def make(self):
        return mails.make_mails(self.scene.seed, self.name, self.per_leg)

    @property
    def password(self):
        return self.scene.passwords[self.name]

    @property
    def maildir(self):
        return self.scene.maildirs / self.name

    def prepare(self):
        """Before the servers run."""

    def context(self):
        return self.scene.tls_context(self.name, self.tls) if self.tls else None

    def is_delivered(self):
        return len(stored.files(self.maildir)) >= len(self.mails)

    def held(self):
        """What the server holds now."""
        return stored.mails(self.maildir, self.trace)

    def expected_held(self):
        return self.mails

    def seen(self):
        """What has to be extracted from the wire."""
        return self.mails

    def addresses(self):
        """Of the client whose sessions these are."""
        return {self.source}


class Submission(Leg):
    """SMTP from Python: half of the sessions log in."""

    send, mechanisms = staticmethod(senders.send_data), {"PLAIN", "LOGIN", "CRAM-MD5"}

    def make(self):
        made = super().make()
        made[EMPTY], made[ONE_BYTE] = b"", b"x\r\n"
        return made

    def run(self):
        account = senders.Account(self.name, self.password, self.scene.secrets)
        senders.smtp(self.server_address, self.source, self.mails, f"{self.name}@mx.test", account, self.send, self.context())

    def expected_held(self):
        return [postfix.as_stored(mail) for mail in self.mails]


class Chunked(Submission):
    """BDAT, where a mail need not end in a newline."""

    via, send = {"BDAT"}, staticmethod(senders.ChunkSizes())

    def make(self):
        return [mail.removesuffix(b"\r\n") if number % 7 == 0 or number == ONE_BYTE else mail
                for number, mail in enumerate(super().make())]


class Relayed(Leg):
    """Sent with swaks and curl to Postfix, which hands on to Dovecot by LMTP: this is the leg of the first hop."""

    user = "lmtp"

    def run(self):
        senders.tools(self.server_address, self.source, self.mails, f"{self.user}@store.test", self.scene.folder / self.name,
                      (self.name, self.password))

    def is_delivered(self):
        return len(stored.files(self.scene.maildirs / self.user)) >= len(self.mails)

    def held(self):
        return stored.mails(self.scene.maildirs / self.user, (*dovecot.TRACE_HEADERS, b"Received"))


class SecondHop(Leg):
    """What Postfix says to Dovecot: the mails of the first hop with the header that Postfix has put in front."""

    protocol, trace, server, mechanisms = "lmtp", dovecot.TRACE_HEADERS, STORE, set()

    def make(self):
        return []

    def run(self):
        pass

    def seen(self):
        return self.held()

    expected_held = seen

    def addresses(self):
        return {ipv4(MX)}


class Reading(Leg):
    """A mailbox that is full when the server starts."""

    server, without_newline = STORE, 5

    def prepare(self):
        self.mails = [mail.removesuffix(b"\r\n") if number % self.without_newline == 2 else mail for number, mail in enumerate(self.mails)]
        stored.fill(self.maildir, self.mails, postfix.OWNER)

    def held(self):
        return stored.mails(self.maildir, ())


class Pop3(Reading):
    protocol, via = "pop3", {"RETR", "TOP"}

    @property
    def mechanisms(self):
        return {"USER"} if self.tls else {"USER", "APOP"}

    def run(self):
        self.got = readers.pop3(self.server_address, self.source, (self.name, self.password), self.scene.secrets, self.context())

    def seen(self):
        return [mail if mail.endswith(b"\r\n") else mail + b"\r\n" for mail in self.mails]


class CurlPop3(Pop3):
    via, mechanisms = {"RETR"}, {"LOGIN"}

    def run(self):
        self.got = readers.pop3_by_curl(self.server_address, self.source, (self.name, self.password), self.scene.folder / self.name,
                                        len(self.mails), self.scene.keylog(self.name))


class Imap(Reading):
    protocol, via, compress, appended, mechanisms = "imap", {"FETCH", "APPEND"}, False, 20, {"LOGIN", "PLAIN"}

    def prepare(self):
        super().prepare()
        self.mails += mails.make_mails(self.scene.seed, self.name + "-append", self.appended)

    def run(self):
        self.got = readers.imap(self.server_address, self.source, (self.name, self.password), self.mails[-self.appended:], self.compress,
                                self.context())


class Compressed(Imap):
    compress = True


def make_legs(scene):
    """All legs, by name."""
    tls12, tls13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
    made = [Submission(scene, "data"), Submission(scene, "tls12", ipv6, tls12), Submission(scene, "tls13", ipv4, tls13),
            Chunked(scene, "bdat", ipv6), Relayed(scene, "tools"), SecondHop(scene, "lmtp"),
            Pop3(scene, "pop3", ipv6), Pop3(scene, "stls", ipv4, tls13), CurlPop3(scene, "curl", ipv4, tls12),
            Imap(scene, "imap"), Compressed(scene, "compress", ipv6), Compressed(scene, "imaptls", ipv4, tls12)]
    return {leg.name: leg for leg in made}
