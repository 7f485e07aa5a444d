#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the mails the benchmark sends: make_mails.py FOLDER [COUNT].

A mix as it crosses a company's mail server: short texts in Japanese and English, HTML newsletters, and mails with
attached documents and archives of 20 KB to 1 MB, 42 KB on average. The same bytes every time; all of it is invented.
"""
import base64
import random
import sys
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

WORDS_EN = ("the order report machine part delivery schedule please find meeting Monday invoice quality check drawing "
            "update team price quote thank you attached regards confirm request plan number customer supplier").split()
WORDS_JA = ("いつも お世話に なって おります 納期 の 件 ですが 図面 を 確認 いたしました 来週 の 会議 資料 を 添付 します "
            "見積書 よろしく お願い いたします 部品 出荷 予定 検査 結果 報告 製造 工場 担当 連絡").split()
COMPANIES = ["alpha-parts.example", "beta-trading.example", "gamma-works.example", "delta-logistics.example"]
KINDS = [("text", 45), ("html", 33), ("document", 12), ("archive", 8), ("large", 2)]


def sentence(rng, japanese, words):
    chosen = [rng.choice(WORDS_JA if japanese else WORDS_EN) for _ in range(words)]
    return ("".join(chosen) + "。") if japanese else " ".join(chosen) + "."


def text(rng, japanese, lines):
    return "\r\n".join(sentence(rng, japanese, rng.randint(6, 12)) for _ in range(lines)) + "\r\n"


def html(rng, japanese):
    host = rng.choice(COMPANIES)
    rows = "".join(f'<tr><td style="padding:4px 8px;font-family:sans-serif"><a href="https://www.{host}/item/'
                   f'{rng.randrange(10**6)}?src=mail">{sentence(rng, japanese, 5)}</a></td>'
                   f"<td>{sentence(rng, japanese, 14)}</td></tr>\r\n" for _ in range(rng.randint(10, 90)))
    return f'<html><head><meta charset="utf-8"></head><body><table width="600">\r\n{rows}</table></body></html>\r\n'


def wrap64(data):
    return base64.encodebytes(data).replace(b"\n", b"\r\n").decode()


def document(rng, size):
    """Shaped like a PDF: what compressed streams look like, in numbered objects."""
    out = b"%PDF-1.5\n"
    for number in range(1, size // 20000 + 2):
        stream = zlib.compress(rng.randbytes(min(size, 20000)), 1)
        out += b"%d 0 obj\n<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream\nendobj\n" % (number, len(stream), stream)
    return out + b"%%EOF\n"


def archive(rng, size):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as folder:
        for number in range(3):
            member = zipfile.ZipInfo(f"report-{number}.csv", (2026, 1, 5, 9, 0, 0))
            folder.writestr(member, rng.randbytes(size // 3), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def part(content_type, body, encoding="8bit", name=None):
    disposition = f'Content-Disposition: attachment; filename="{name}"\r\n' if name else ""
    return f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n{disposition}\r\n{body}"


def body(rng, kind, japanese):
    plain = part("text/plain; charset=utf-8", text(rng, japanese, rng.randint(5, 60)))
    if kind == "text":
        return plain
    if kind == "html":
        others, subtype = [part("text/html; charset=utf-8", html(rng, japanese))], "alternative"
    else:
        size = {"document": rng.randint(20000, 300000), "archive": rng.randint(20000, 200000),
                "large": rng.randint(300000, 1000000)}[kind]
        make, name, mime = ((archive, "data.zip", "application/zip") if kind == "archive"
                            else (document, "report.pdf", "application/pdf"))
        others, subtype = [part(mime, wrap64(make(rng, size)), "base64", name)], "mixed"
    boundary = f"=_{rng.getrandbits(64):016x}"
    parts = "".join(f"--{boundary}\r\n{piece}\r\n" for piece in [plain, *others])
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n{parts}--{boundary}--\r\n'


def mail(rng, number):
    kind = rng.choices([name for name, _ in KINDS], [share for _, share in KINDS])[0]
    japanese = rng.random() < 0.5
    sender, receiver = rng.choice(COMPANIES), "aoba-seiki.example"
    subject = sentence(rng, japanese, 4)
    encoded = f"=?UTF-8?B?{base64.b64encode(subject.encode()).decode()}?="
    received = "".join(f"Received: from mx{hop}.{sender} (mx{hop}.{sender} [203.0.113.{rng.randint(1, 254)}])\r\n"
                       f"\tby mail.{receiver} with ESMTPS id {rng.getrandbits(40):010X}; Mon, 5 Jan 2026 09:0{hop}:00 +0900\r\n"
                       for hop in range(3))
    return (f"{received}Date: Mon, 5 Jan 2026 09:00:00 +0900\r\nFrom: user{rng.randrange(40)} <user@{sender}>\r\n"
            f"To: staff{rng.randrange(40)}@{receiver}\r\nSubject: {encoded}\r\n"
            f"Message-ID: <{rng.getrandbits(64):016x}.{number}@{sender}>\r\nMIME-Version: 1.0\r\n"
            f"{body(rng, kind, japanese)}")


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(int(sys.argv[2]) if len(sys.argv) > 2 else 400):
        (folder / f"{number:05d}.eml").write_bytes(mail(random.Random(number), number).encode())


if __name__ == "__main__":
    main()
