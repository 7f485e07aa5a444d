# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that read: POP3 by poplib, IMAP by imaplib, with COMPRESS=DEFLATE (RFC 4978) of our own. Give what they have got."""
import hashlib
import imaplib
import os
import poplib
import re
import socket
import zlib

from senders import call

PER_SESSION = 25
RANGE = 3000
TOP_EVERY, ALL_LINES = 10, 1_000_000


class Pop3(poplib.POP3):
    def __init__(self, server, source):
        self.source = source
        super().__init__(server, timeout=60)

    def _create_socket(self, timeout):
        return socket.create_connection((self.host, self.port), timeout, (self.source, 0))


def pop3(server, source, account, secrets, tls=None):
    """Every mail of the mailbox; sessions log in by USER and PASS, or by APOP, in turn."""
    user, password = account
    got, total, session = [], None, 0
    while total is None or len(got) < total:
        client = Pop3(server, source)
        if tls:
            client.stls(tls)
        if session % 2 and not tls:
            client.apop(user, password)
            secrets.add(apop_digest(client.welcome, password))
        else:
            client.user(user)
            client.pass_(password)
        total = client.stat()[0]
        for number in range(len(got) + 1, min(len(got) + PER_SESSION, total) + 1):
            answer = client.top(number, ALL_LINES) if number % TOP_EVERY == 0 else client.retr(number)
            got.append(b"".join(line + b"\r\n" for line in answer[1]))
        client.quit()
        session += 1
    return got


def pop3_by_curl(server, source, account, folder, count, keylog):
    """Every mail of the mailbox by curl, in one session under STLS."""
    folder.mkdir()
    call("curl", "--interface", source, "--silent", "--show-error", "--fail", "--ssl-reqd", "--insecure", "--tlsv1.2", "--tls-max", "1.2",
         "--user", ":".join(account), "--login-options", "AUTH=LOGIN", "--output", f"{folder}/#1", f"pop3://{server}/[1-{count}]",
         env={**os.environ, "SSLKEYLOGFILE": str(keylog)})
    return [path.read_bytes() for path in folder.iterdir()]


def apop_digest(welcome, password):
    return hashlib.md5(re.search(rb"<[^>]*>", welcome).group() + password.encode()).hexdigest().encode()


class Imap(imaplib.IMAP4):
    """After compress(), both directions are raw deflate streams."""

    packer = None

    def __init__(self, server, source):
        self.source = source
        super().__init__(server, timeout=60)

    def _create_socket(self, timeout):
        return socket.create_connection((self.host, self.port), timeout, (self.source, 0))


    def compress(self):
        imaplib.Commands["COMPRESS"] = ("AUTH", "SELECTED")
        done = self._simple_command("COMPRESS", "DEFLATE")
        if done[0] != "OK":
            raise self.error(done)
        self.pending, self.unpacker = b"", zlib.decompressobj(-15)
        self.packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -15)

    def send(self, data):
        if self.packer:
            data = self.packer.compress(data) + self.packer.flush(zlib.Z_SYNC_FLUSH)
        super().send(data)

    def _more(self):
        data = self.sock.recv(65536)
        if not data:
            raise self.abort("the server has closed")
        self.pending += self.unpacker.decompress(data)

    def _take(self, size):
        taken, self.pending = self.pending[:size], self.pending[size:]
        return taken

    def read(self, size):
        if not self.packer:
            return super().read(size)
        while len(self.pending) < size:
            self._more()
        return self._take(size)

    def readline(self):
        if not self.packer:
            return super().readline()
        while b"\n" not in self.pending:
            self._more()
        return self._take(self.pending.index(b"\n") + 1)


def literals(client, numbers, what):
    """The literals of the answers to one FETCH, in order."""
    status, answers = client.fetch(numbers, f"({what})")
    if status != "OK":
        raise client.error(answers)
    return [part[1] if isinstance(part, tuple) else b"" for part in answers if part != b")"]


def by_ranges(client, number):
    mail = b""
    while True:
        part = literals(client, str(number), f"BODY.PEEK[]<{len(mail)}.{RANGE}>")[0]
        mail += part
        if len(part) < RANGE:
            return mail


def imap(server, source, account, to_append, compress, tls=None):
    """Every mail of INBOX, asked for in all the ways that give a whole one; then some are appended."""
    got, session, total = [], 0, None
    while total is None or len(got) < total:
        client = Imap(server, source)
        if tls:
            client.starttls(tls)
        log_in(client, account, session)
        if compress:
            client.compress()
        total = int(client.select()[1][0])
        first, last = len(got) + 1, min(len(got) + PER_SESSION, total)
        got += fetch(client, first, last)
        if last == total:
            for mail in to_append:
                client.append("INBOX", None, None, mail)
        client.logout()
        session += 1
    return got


def log_in(client, account, session):
    user, password = account
    if session % 2:
        client.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
    else:
        client.login(user, password)


def fetch(client, first, last):
    """Mails first to last: one command each, in turn by one of four, the last five by one command."""
    ways = ("BODY[]", "BODY.PEEK[]", "RFC822", None)
    got = []
    for number in range(first, last - 4):
        way = ways[number % len(ways)]
        got += literals(client, str(number), way) if way else [by_ranges(client, number)]
    return got + literals(client, f"{max(first, last - 4)}:{last}", "BODY.PEEK[]")
