#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what extraction makes of Japanese mail with another decoder: Python's email and codecs, with rules of its own.

  check_golden.py DUMP_VIEW [-v] [FOLDER…]

The mails are those of $MAILTAP_CORPUS/mail/{ja,ham_auto_ja,phishing_ja,spam_ja}; without that variable nothing is done. Compared
are subject, display name of the sender, names of attachments, and the beginning of the texts; and no text that some charset
can read may hold U+FFFD or an escape (\\xNN)."""
import email
import email.header
import email.policy
import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

FOLDERS = ("ja", "ham_auto_ja", "phishing_ja", "spam_ja")
SHOWN = 200
ALIASES = {"iso-2022-jp": ["iso2022_jp_3", "iso2022_jp_ext", "iso2022_jp_1"], "shift_jis": ["cp932"], "x-sjis": ["cp932"], "sjis": ["cp932"],
           "windows-31j": ["cp932"], "euc-jp": ["euc_jis_2004", "euc_jp"], "gb2312": ["gb18030"], "ks_c_5601-1987": ["cp949"], "euc-kr": ["cp949"],
           "iso-8859-1": ["cp1252"], "unicode-1-1-utf-7": ["utf-7"]}


ESCAPE = re.compile(r"\\x[0-9a-f]{2}")
CARRIER_SIGN = re.compile(r"\\x7[5-9a-e]\\x[2-7][0-9a-f]")  # telephone companies' signs, which no charset has


def strict(data, charset):
    """The text, or None."""
    for name in [*ALIASES.get(charset.lower(), []), charset]:
        try:
            text = data.decode(name)
            if "\x1b" not in text:
                return text
        except (UnicodeError, LookupError, ValueError):
            pass
    return None


def guess(data):
    order = ["utf-8", "euc-jp", "shift_jis"]
    if b"\x1b$" in data or b"\x1b(J" in data or b"\x1b(I" in data:
        order.insert(0, "iso-2022-jp")
    for charset in order:
        text = strict(data, charset)
        if text is not None:
            return text
    return None


def decode(data, charset):
    """The text as declared, else as guessed; None when no charset can read it."""
    if not charset or charset.lower() in ("us-ascii", "ascii", "unknown-8bit", "iso-8859-1", "windows-1252"):
        if not data.isascii() or b"\x1b" in data:
            return guess(data)
    text = strict(data, charset or "us-ascii")
    return guess(data) if text is None else text


def folded(text):
    """What has to agree: without white space, compatibility forms as one."""
    text = unicodedata.normalize("NFKC", text or "")
    text = text.replace("~", "〜").replace("−", "-").replace("‐", "-").replace("—", "―").replace("‖", "∥").replace("¥", "\\")
    return re.sub(r"[\s\u200b\ufeff\x00-\x20]+", "", text)


WORD = re.compile(rb"=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=")


def header(raw):
    """Decodes RFC 2047 words and raw bytes; neighbours in one charset are joined first."""
    import base64
    import binascii
    import quopri
    raw = re.sub(rb"\r?\n(?=[ \t])", b"", raw)
    raw = re.sub(rb"(\?=)[ \t]+(=\?)", rb"\1\2", raw)
    out, at, run, charset = [], 0, b"", None

    def flush():
        nonlocal run, charset
        if run:
            text = decode(run, charset)
            out.append(text if text is not None else "\ufffd")
        run, charset = b"", None
    for match in WORD.finditer(raw):
        if match.start() > at:
            flush()
            run = raw[at:match.start()]
            flush()
        name = match[1].split(b"*")[0].decode("ascii", "replace")
        if charset and charset.lower() != name.lower():
            flush()
        charset = name
        try:
            data = base64.b64decode(match[3] + b"==") if match[2] in b"bB" else quopri.decodestring(match[3].replace(b"_", b" "))
        except binascii.Error:
            data = b""
        run += data
        at = match.end()
    flush()
    run = raw[at:]
    flush()
    return "".join(out)


def raw_headers(data):
    head = re.split(rb"\r?\n\r?\n", data, maxsplit=1)[0]
    fields = re.findall(rb"^([!-9;-~]+)[ \t]*:((?:[^\n]*)(?:\n[ \t][^\n]*)*)", head, re.M)
    return [(name.lower(), value.strip()) for name, value in fields]


def first(fields, name):
    return next((value for key, value in fields if key == name), b"")


def is_attached(part):
    return not part.is_multipart() and part.get_filename() and part.get_content_disposition() != "inline"


def file_name(part):
    """Decoded as most programs do, RFC 2047 words in parameters too; None when that is not plain to say."""
    name = part.get_filename()
    for field in ("content-disposition", "content-type"):
        if re.search(rf"name\*|=\?[^?]*\?[^?]*\s", str(part.get(field, ""))) and "=?" in name:
            return None
    try:
        return header(name.encode("utf-8", "surrogateescape"))
    except UnicodeError:
        return None


def expected(data):
    fields = raw_headers(data)
    mail = email.message_from_bytes(data.removeprefix(b"\xef\xbb\xbf"), policy=email.policy.compat32)
    sender = re.match(rb"\s*(.*?)\s*<[^<>]*>\s*$", first(fields, b"from"), re.S)
    texts = []
    for part in mail.walk():
        if part.get_content_type() == "text/plain" and part.get_content_disposition() != "attachment" and not part.get_filename():
            payload = part.get_payload(decode=True) or b""
            texts.append(decode(payload.removeprefix(b"\xef\xbb\xbf"), part.get_content_charset()))
    return {"subject": [header(first(fields, b"subject"))],
            "from": [header(sender[1].strip(b'"')) if sender and sender[1] else None],
            "file": [file_name(part) for part in mail.walk() if is_attached(part)], "text": texts}


def views(tool, paths):
    view, views = None, []
    out = subprocess.run([tool, *map(str, paths)], capture_output=True, check=True).stdout.decode("utf-8", "surrogateescape")
    for line in out.split("\n"):
        key, _, value = line.partition(" ")
        if key == "mail":
            view = {"path": value, "subject": [], "from": [], "file": [], "text": [], "html": []}
            views.append(view)
        elif key:
            view[key].append(value)
    return views


def differences(view, data):
    want = expected(data)
    for key in ("subject", "from", "file", "text"):
        for i, text in enumerate(want[key]):
            got = view[key][i] if i < len(view[key]) else ""
            if text is None or "\ufffd" in text or (key in ("file", "text") and len(view[key]) != len(want[key])):
                continue
            if folded(got).replace('"', "")[:SHOWN] != folded(text).replace('"', "")[:SHOWN]:
                yield key, got[:SHOWN], text[:SHOWN]
    for key in ("subject", "from", "file", "text", "html"):
        for got in view[key]:
            if "\ufffd" in got or ESCAPE.search(CARRIER_SIGN.sub("", got)):
                yield key + " (undecoded)", got[:SHOWN], ""


def main():
    tool, rest = sys.argv[1], sys.argv[2:]
    corpus = os.environ.get("MAILTAP_CORPUS")
    if not corpus and not [arg for arg in rest if arg != "-v"]:
        print("skipped: MAILTAP_CORPUS is not set")
        return 0
    folders = [Path(arg) for arg in rest if arg != "-v"] or [Path(corpus) / "mail" / name for name in FOLDERS]
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    bad = 0
    for view in views(tool, paths):
        for key, got, want in differences(view, Path(view["path"]).read_bytes()):
            bad += 1
            print(f"{view['path']}: {key}\n  got  {got!r}\n  want {want!r}")
    print(f"{len(paths)} mails, {bad} differences")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
