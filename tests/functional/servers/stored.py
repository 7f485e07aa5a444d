# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server keeps in a Maildir, as the bytes that it got."""
import os
import re


def strip_trace(data, names):
    """The mail without the headers the server has put in front of it: exactly these, in this order."""
    for name in names:
        header = re.match(re.escape(name) + rb":[^\n]*\n(?:[ \t][^\n]*\n)*", data)
        if not header:
            raise ValueError(f"no {name.decode()} in front of {data[:200]!r}")
        data = data[header.end():]
    return data


def to_wire(data):
    return re.sub(rb"\r?\n", b"\r\n", data)


def files(maildir):
    return [path for part in ("new", "cur") for path in (maildir / part).glob("*")]


def mails(maildir, trace):
    return [to_wire(strip_trace(path.read_bytes(), trace)) for path in files(maildir)]


def fill(maildir, contents, owner):
    """Makes a Maildir with these mails, most with UNIX line ends as servers keep them, some with those of the wire."""
    for part in ("", "new", "cur", "tmp"):
        (maildir / part).mkdir()
        os.chown(maildir / part, owner, owner)
    for number, mail in enumerate(contents):
        path = maildir / "cur" / f"{1_700_000_000 + number}.M{number}.host:2,"
        path.write_bytes(mail if number % 9 == 4 else mail.replace(b"\r\n", b"\n"))
        os.chown(path, owner, owner)
