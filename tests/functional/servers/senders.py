# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that send: smtplib with a DATA and a BDAT (RFC 3030) of our own, which change no byte, and the tools swaks and curl."""
import itertools
import random
import re
import smtplib
import subprocess

SENDER = "hanako@sender.test"
PER_SESSION = 10
CURL_AT_ONCE = 20
SWAKS_EVERY = 5   # each fifth mail goes by swaks


class Account:
    """Logs a client in, each time another way; notes what must stay secret beyond the password."""

    ways = ("PLAIN", True), ("LOGIN", False), ("CRAM-MD5", True), ("PLAIN", False), ("LOGIN", True)

    def __init__(self, user, password, secrets):
        self.user, self.password, self.secrets, self.turns = user, password, secrets, itertools.cycle(self.ways)

    def log_in(self, client):
        client.user, client.password = self.user, self.password
        mechanism, at_once = next(self.turns)
        answer = getattr(client, "auth_" + mechanism.lower().replace("-", "_"))

        def noted(challenge=None):
            said = answer(challenge)
            if mechanism == "CRAM-MD5" and said:
                self.secrets.add(said.split()[-1].encode())
            return said
        client.auth(mechanism, noted, initial_response_ok=at_once)


def expect(reply, code):
    if reply[0] != code:
        raise smtplib.SMTPResponseException(*reply)


def begin(client, recipient):
    expect(client.mail(SENDER, ["BODY=8BITMIME"]), 250)
    expect(client.rcpt(recipient), 250)


def send_data(client, recipient, mail):
    begin(client, recipient)
    expect(client.docmd("DATA"), 354)
    client.send(re.sub(rb"(?m)^\.", b"..", mail) + b".\r\n")
    expect(client.getreply(), 250)


class ChunkSizes:
    """Sends by BDAT in chunks whose sizes change from mail to mail: the whole, single bytes, some, with an empty last one."""

    def __init__(self):
        self.rng = random.Random(3030)

    def __call__(self, client, recipient, mail):
        begin(client, recipient)
        place = 0
        longest = self.rng.choice((len(mail), 1, 100, 4096, 70_000))
        while place < len(mail) and self.rng.random() > 0.05:
            size = self.rng.randint(1, longest) if longest > 1 else self._bytewise(len(mail) - place)
            size = min(size, len(mail) - place)
            self._chunk(client, mail[place:place + size], "")
            place += size
        self._chunk(client, mail[place:], " LAST")

    def _bytewise(self, left):
        """Single bytes near the end of a mail only, to keep the dialogue short."""
        return 1 if left < 40 else left - 39

    @staticmethod
    def _chunk(client, data, last):
        client.send(b"BDAT %d%s\r\n" % (len(data), last.encode()) + data)
        expect(client.getreply(), 250)


def smtp(server, source, mails, recipient, account, send=send_data, tls=None):
    """All mails, ten a session; every second session logs in."""
    for first in range(0, len(mails), PER_SESSION):
        with smtplib.SMTP(server, 25, "client.test", 60, (source, 0)) as client:
            client.ehlo()
            if tls:
                client.starttls(context=tls)
                client.ehlo()
            if first // PER_SESSION % 2 == 0:
                account.log_in(client)
            for mail in mails[first:first + PER_SESSION]:
                send(client, recipient, mail)


def tools(server, source, mails, recipient, folder, account):
    """Each fifth mail by swaks, the others by curl."""
    folder.mkdir()
    paths = []
    for number, mail in enumerate(mails):
        paths.append(folder / f"{number}.eml")
        paths[-1].write_bytes(mail if number % SWAKS_EVERY else mail.removesuffix(b"\r\n"))   # swaks adds a newline itself
    for path in paths[::SWAKS_EVERY]:
        swaks(server, source, path, recipient, account)
    rest = [path for number, path in enumerate(paths) if number % SWAKS_EVERY]
    for first in range(0, len(rest), CURL_AT_ONCE):
        curl(server, source, rest[first:first + CURL_AT_ONCE], recipient, account)


def swaks(server, source, path, recipient, account):
    user, password = account
    call("swaks", "--server", server, "--local-interface", source, "--helo", "client.test", "--from", SENDER, "--to", recipient,
         "--auth", "PLAIN", "--auth-user", user, "--auth-password", password, "--data", f"@{path}", "--silent", "3")


def curl(server, source, paths, recipient, account):
    """One connection, mail after mail."""
    words = []
    for path in paths:
        words += ["--next"] * bool(words)
        words += ["--interface", source, "--silent", "--show-error", "--user", ":".join(account), "--login-options", "AUTH=PLAIN",
                  "--mail-from", SENDER, "--mail-rcpt", recipient, "--upload-file", path, f"smtp://{server}/client.test"]
    call("curl", *words)


def call(*words, **options):
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{words[0]}: {done.stdout}{done.stderr}")
