# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes mails of many shapes from a seed: bytes as they go over the wire, lines ending in CRLF."""
import base64
import random

WORDS = ("invoice", "meeting", "schedule", "draft", "review", "Tuesday", "budget", "please", "attached", "station", "regards", "order",
         "delivery", "the", "of", "and", "next", "week", "report", "number")
JAPANESE = ("お世話になっております。", "請求書を添付いたしました。", "ご確認のほどよろしくお願いいたします。", "会議は火曜日です。", "東京支社の件、")
LONGEST_LINE = 997
LARGEST_BODY = 300_000


def wrapped_base64(data):
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def sentence(rng):
    return " ".join(rng.choices(WORDS, k=rng.randint(3, 12))).capitalize().encode() + b".\r\n"


def plain(rng):
    return {}, b"".join(sentence(rng) for _ in range(rng.randint(1, 60)))


def one_byte(rng):
    return {}, bytes([rng.randint(33, 126)]) + b"\r\n"


def no_body(_):
    return {}, b""


def eight_bit(rng):
    def line():
        return bytes(rng.choice((rng.randint(32, 126), rng.randint(128, 255))) for _ in range(rng.randint(0, 120))) + b"\r\n"
    return {"Content-Type": "text/plain; charset=iso-8859-1", "Content-Transfer-Encoding": "8bit"}, b"".join(line() for _ in range(20))


def long_lines(rng):
    return {}, b"".join(bytes(rng.choices(b"abcdefgh .ijkl", k=rng.randint(900, LONGEST_LINE))).replace(b" ", b"_") + b"\r\n"
                        for _ in range(rng.randint(1, 12)))


def dots(rng):
    lines = (b".", b"..", b"...", b".a line", b"..another", b". ", b"a.", b"", b".\t")
    return {}, b"".join(rng.choice(lines) + b"\r\n" for _ in range(rng.randint(1, 80)))


def empty_lines(rng):
    return {}, sentence(rng) + b"\r\n" * rng.randint(1, 30)


def from_lines(rng):
    return {}, sentence(rng) + b"From here on\r\n>From there\r\n\r\nFrom alice@example.test Mon Nov 23 10:00:00 2026\r\n" + sentence(rng)


def japanese(rng):
    text = "".join("".join(rng.choices(JAPANESE, k=rng.randint(1, 3))) + "\r\n" for _ in range(rng.randint(1, 40)))
    subject = base64.b64encode("請求書".encode("iso-2022-jp")).decode()
    return {"Subject": f"=?ISO-2022-JP?B?{subject}?=", "Content-Type": "text/plain; charset=ISO-2022-JP",
            "Content-Transfer-Encoding": "7bit"}, text.encode("iso-2022-jp")


def attachment(rng):
    mark = f"=_{rng.getrandbits(64):016x}"
    lines = (f"--{mark}", "Content-Type: text/plain", "", "See the file.", f"--{mark}", "Content-Type: application/octet-stream",
             'Content-Disposition: attachment; filename="data.bin"', "Content-Transfer-Encoding: base64", "")
    body = "\r\n".join(lines).encode() + b"\r\n" + wrapped_base64(rng.randbytes(rng.randint(1, 40_000))) + f"--{mark}--\r\n".encode()
    return {"MIME-Version": "1.0", "Content-Type": f'multipart/mixed; boundary="{mark}"'}, body


def large(rng):
    headers = {"Content-Type": "application/octet-stream", "Content-Transfer-Encoding": "base64"}
    return headers, wrapped_base64(rng.randbytes(LARGEST_BODY * 3 // 4))[:LARGEST_BODY - 2] + b"\r\n"


def already_travelled(rng):
    """Starts with trace headers of other servers, which are part of the mail."""
    headers = {"Return-Path": "<older@example.test>", "Delivered-To": "someone@example.test",
               "Received": "from far.test (far.test [192.0.2.9])\r\n\tby near.test with ESMTP id 4711; Mon, 23 Nov 2026 09:00:00 +0900"}
    return headers, sentence(rng) * rng.randint(1, 20)


SHAPES = (plain, one_byte, eight_bit, long_lines, dots, empty_lines, from_lines, japanese, attachment, already_travelled)
RARE = {7: no_body, 33: large, 133: large}   # by number of the mail


def make_mail(seed, leg, number):
    rng = random.Random(f"{seed} {leg} {number}")
    headers, body = RARE.get(number, SHAPES[number % len(SHAPES)])(rng)
    headers = {**headers, "From": "Hanako <hanako@sender.test>", "To": f"{leg}@mx.test", "Date": "Mon, 23 Nov 2026 10:00:00 +0900",
               "Message-ID": f"<{rng.getrandbits(64):016x}.{number}@sender.test>", **({} if "Subject" in headers else
                                                                                     {"Subject": f"{leg} number {number}"})}
    return b"".join(f"{name}: {value}\r\n".encode() for name, value in headers.items()) + b"\r\n" + body


def make_mails(seed, leg, count):
    return [make_mail(seed, leg, number) for number in range(count)]
