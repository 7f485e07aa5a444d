#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the seeds of the fuzz targets, small and each for one shape of input; see the head of each target for its format.

usage: make_seeds.py        writes tests/fuzz/seeds/<target>/*; files that are there for another reason (regressions) stay
"""
import pathlib
import random
import ssl
import struct
import sys
import tempfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "functional" / folder) for folder in ("captures", "tls")]
import frames  # noqa: E402
import make_captures  # noqa: E402
from channel import Channel, make_certificate  # noqa: E402

SHORT = b"From: a@example.com\r\nTo: b@example.jp\r\nSubject: hello\r\n\r\nFirst line\r\n..two\r\n.three\r\n"
OTHER = b"From: c@example.com\r\nSubject: =?iso-2022-jp?B?GyRCJUYlOSVIGyhC?=\r\n\r\nbody\r\n"
LINK_TYPES = {"null": 0, "ethernet": 1, "raw": 3, "sll": 6}
TO_SERVER, TO_CLIENT, GAP = 0, 1, 2


def seed(target, name, data):
    folder = HERE / "seeds" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


# ---- decode ----

def frame_records(packets, link="ethernet"):
    return b"".join(struct.pack(">BBBH", LINK_TYPES[link], 1, 0, len(packet)) + packet for packet in packets)


def udp(payload, port):
    return struct.pack(">HHHH", 50000, port, 8 + len(payload), 0) + payload


def decode_seeds():
    one = frames.Session(25).open().talk([(1, b"220 x ESMTP\r\n"), (0, b"EHLO y\r\n")]).close().packets
    six = frames.Session(25, family=6).open().talk([(1, b"220 x ESMTP\r\n")]).packets
    plain = [packet for _, packet in one]
    inner = frames.ethernet(plain[3])
    gre = frames.ipv4(frames.CLIENT4, frames.SERVER4, struct.pack(">HH", 0, 0x0800) + plain[3], protocol=47)
    erspan = struct.pack(">HHI", 0x1000, 0x88BE, 7) + bytes(8) + inner
    tunnels = {
        "gre": gre,
        "erspan": frames.ipv4(frames.CLIENT4, frames.SERVER4, erspan, protocol=47),
        "vxlan": frames.ipv4(frames.CLIENT4, frames.SERVER4, udp(struct.pack(">II", 0x08000000, 0x2A00) + inner, 4789), protocol=17),
        "ipip": frames.ipv4(frames.CLIENT4, frames.SERVER4, plain[3], protocol=4),
        "6in4": frames.ipv4(frames.CLIENT4, frames.SERVER4, six[3][1], protocol=41),
    }
    for mode in (0, 1):
        seed("decode", f"session-{mode}", bytes([mode]) + frame_records(map(frames.ethernet, plain)))
    seed("decode", "ipv6", b"\0" + frame_records(frames.ethernet(packet) for _, packet in six))
    seed("decode", "qinq", b"\0" + frame_records([frames.ethernet(plain[0], (100, 7))]))
    seed("decode", "raw", b"\0" + frame_records(plain[:3], "raw"))
    seed("decode", "sll", b"\0" + frame_records([bytes(14) + b"\x08\x00" + plain[0]], "sll"))
    pieces = [packet for _, packet in frames.fragment(one, 16)]
    seed("decode", "fragments", b"\0" + frame_records(map(frames.ethernet, pieces)))
    for name, packet in tunnels.items():
        seed("decode", name, b"\0" + frame_records([frames.ethernet(packet)]))


# ---- defrag, engine ----

def defrag_seeds():
    datagram = bytes(range(256)) * 3
    shapes = {"in-order": [0, 8, 16, 24], "backwards": [80, 72, 60, 40, 20, 0], "overlapping": [0, 4, 2, 6, 4], "nothing": []}
    for flags in range(0, 8):
        for name, offsets in shapes.items():
            script = b"".join(struct.pack(">HB", offset, 9) for offset in offsets)
            seed("defrag", f"{name}-{flags}", bytes([flags, len(offsets)]) + script + datagram)


def engine_script(random_, steps):
    return b"".join(struct.pack(">BHB", random_.randrange(256), random_.randrange(600), random_.randrange(256)) for _ in range(steps))


def engine_seeds():
    random_ = random.Random(7)
    stream = bytes(random_.randrange(256) for _ in range(600))
    for flags in range(8):
        for steps in (0, 6, 40):
            seqs = struct.pack(">II", 1000 if steps else 2**32 - 100, 2**32 - 300)
            seed("engine", f"flags-{flags}-steps-{steps}", bytes([flags]) + seqs + bytes([steps]) + engine_script(random_, steps) + stream)


# ---- sessions: chunks ----

def chunks(dialogue):
    return b"".join(struct.pack(">BH", side, len(data)) + data for side, data in
                    ((TO_CLIENT if speaker else TO_SERVER, text) for speaker, text in dialogue))


def gap(side, length):
    return struct.pack(">BH", side | GAP, length)


def session_head(flags=0, size=7):
    return bytes([flags, size])


def smtp_seeds():
    letters = [(b"a@example.com", [b"b@example.jp"], SHORT), (b"", [b"b@example.jp"], OTHER)]
    whole = list(frames.smtp_dialogue(letters))
    pipelined = [(1, b"220 x ESMTP\r\n"), (0, b"EHLO y\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"),
                 (1, b"250 x\r\n250 ok\r\n250 ok\r\n354 go\r\n"), (0, SHORT + b".\r\nQUIT\r\n"), (1, b"250 ok\r\n221 bye\r\n")]
    auth = [(1, b"220 x ESMTP\r\n"), (0, b"EHLO y\r\n"), (1, b"250-x\r\n250 AUTH LOGIN PLAIN\r\n"), (0, b"AUTH LOGIN\r\n"),
            (1, b"334 VXNlcm5hbWU6\r\n"), (0, b"dGFybw==\r\n"), (1, b"334 UGFzc3dvcmQ6\r\n"), (0, b"c2VjcmV0\r\n"), (1, b"235 ok\r\n")]
    tls = [(1, b"220 x ESMTP\r\n"), (0, b"EHLO y\r\n"), (1, b"250 STARTTLS\r\n"), (0, b"STARTTLS\r\n"), (1, b"220 go\r\n"),
           (0, b"\x16\x03\x01\x00\x05hello")]
    refused = [(1, b"220 x ESMTP\r\n"), (0, b"HELO y\r\n"), (1, b"250 ok\r\n"), (0, b"MAIL FROM:<a@b>\r\n"), (1, b"550 no\r\n"),
               (0, b"RSET\r\n"), (1, b"250 ok\r\n"), (0, b"DATA\r\n"), (1, b"503 what\r\n")]
    lmtp = [(1, b"220 x LMTP\r\n"), (0, b"LHLO y\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n"),
            (1, b"250 x\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"), (0, SHORT + b".\r\n"), (1, b"250 ok\r\n550 no\r\n")]
    bdat = list(frames.bdat_dialogue(b"a@example.com", b"b@example.jp", [SHORT[:30], SHORT[30:], b""]))
    for name, dialogue in {"two-mails": whole, "pipelined": pipelined, "auth": auth, "starttls": tls, "refused": refused,
                           "lmtp": lmtp, "bdat": bdat}.items():
        seed("smtp", name, session_head() + chunks(dialogue))
        seed("smtp", name + "-cut", session_head(0, 1) + chunks(dialogue[:-2]))
        seed("smtp", name + "-late", session_head(1) + chunks(dialogue[3:]))
        seed("smtp", name + "-gap", session_head(1) + chunks(dialogue[:-3]) + gap(TO_SERVER, 40) + chunks(dialogue[-2:]))
    cut = whole[:9] + [(0, SHORT[:40])]
    seed("smtp", "gap-in-mail", session_head() + chunks(cut) + gap(TO_SERVER, 20) + chunks([(0, SHORT[60:] + b".\r\n"), (1, b"250 ok\r\n")]))
    seed("smtp", "gap-in-replies", session_head() + chunks(whole[:4]) + gap(TO_CLIENT, 14) + chunks(whole[5:]))


def pop3_seeds():
    whole = list(frames.pop3_dialogue([SHORT, OTHER]))
    top = whole[:5] + [(0, b"TOP 1 0\r\n"), (1, b"+OK\r\n" + frames.stuff(SHORT) + b".\r\n"), (0, b"UIDL 1\r\n"), (1, b"+OK 1 x\r\n")]
    pipelined = [(1, b"+OK x\r\n"), (0, b"USER a\r\nPASS b\r\nRETR 1\r\nRETR 2\r\nQUIT\r\n"),
                 (1, b"+OK\r\n+OK\r\n+OK\r\n" + frames.stuff(SHORT) + b".\r\n-ERR no such\r\n+OK\r\n")]
    auth = [(1, b"+OK x\r\n"), (0, b"AUTH PLAIN\r\n"), (1, b"+ \r\n"), (0, b"AHRhcm8Ac2VjcmV0\r\n"), (1, b"+OK\r\n"), (0, b"RETR 1\r\n"),
            (1, b"+OK\r\n" + SHORT + b".\r\n")]
    tls = [(1, b"+OK x\r\n"), (0, b"CAPA\r\n"), (1, b"+OK\r\nSTLS\r\n.\r\n"), (0, b"STLS\r\n"), (1, b"+OK go\r\n"), (0, b"\x16\x03\x01")]
    for name, dialogue in {"two-mails": whole, "top": top, "pipelined": pipelined, "auth": auth, "stls": tls}.items():
        seed("pop3", name, session_head() + chunks(dialogue))
        seed("pop3", name + "-cut", session_head(0, 1) + chunks(dialogue[:-1]))
        seed("pop3", name + "-late", session_head(1) + chunks(dialogue[2:]))
        seed("pop3", name + "-gap", session_head(1) + chunks(dialogue[:-1]) + gap(TO_CLIENT, 30) + chunks(dialogue[-1:]))


def fetched(number, items):
    return b"* %d FETCH (" % number + b" ".join(b"%s {%d}\r\n%s" % (name, len(value), value) for name, value in items) + b")\r\n"


def imap_seeds():
    hello, login = (1, b"* OK x\r\n"), [(0, b"a1 LOGIN u {3}\r\n"), (1, b"+ go\r\n"), (0, b"abc\r\n"), (1, b"a1 OK\r\n")]
    head, text = SHORT[:SHORT.index(b"\r\n\r\n") + 4], SHORT[SHORT.index(b"\r\n\r\n") + 4:]
    whole = [hello, *login, (0, b"a2 UID FETCH 1:2 (UID BODY.PEEK[])\r\n"),
             (1, fetched(1, [(b"UID 7 BODY[]", SHORT)]) + fetched(2, [(b"RFC822", OTHER)]) + b"a2 OK\r\n")]
    halves = [hello, (1, fetched(1, [(b"BODY[HEADER]", head), (b"BODY[TEXT]", text)]) + fetched(2, [(b"RFC822.TEXT", text)])),
              (1, fetched(2, [(b"BODY[1.2]", text), (b"RFC822.HEADER", head)]) + b"* 1 EXPUNGE\r\n* OK [UIDVALIDITY 1] x\r\n")]
    ranges = [hello]
    for tag, at in enumerate((30, 0, 60)):
        ranges += [(0, b"r%d FETCH 1 BODY[]<%d.30>\r\n" % (tag, at)),
                   (1, fetched(1, [(b"UID 7 RFC822.SIZE %d BODY[]<%d>" % (len(SHORT), at), SHORT[at:at + 30])]) + b"r%d OK\r\n" % tag)]
    append = [hello, (0, b"a APPEND Sent {%d+}\r\n%s\r\n" % (len(SHORT), SHORT)), (1, b"a OK\r\n"), (0, b"b APPEND X {9}\r\n"),
              (1, b"b NO\r\n"), (0, b"c APPEND Y CATENATE (TEXT {5}\r\n"), (1, b"+\r\n"), (0, b"a: b\n URL \"/x\" TEXT {1+}\r\nc)\r\n"),
              (1, b"c OK\r\n")]
    secret = [hello, (0, b"a AUTHENTICATE PLAIN\r\n"), (1, b"+ \r\n"), (0, b"AHRhcm8Ac2VjcmV0\r\n"), (1, b"a OK\r\n"), (0, b"b STARTTLS\r\n"),
              (1, b"b OK\r\n"), (0, b"\x16\x03\x01")]
    packers = [zlib.compressobj(9, zlib.DEFLATED, -15) for _ in range(2)]
    compressed = [hello, (0, b"z COMPRESS DEFLATE\r\n"), (1, b"z OK\r\n")]
    for side, text_ in whole[5:] + append[1:3]:
        compressed.append((side, packers[side].compress(text_) + packers[side].flush(zlib.Z_SYNC_FLUSH)))
    shapes = {"whole": whole, "halves": halves, "ranges": ranges, "append": append, "secret": secret, "compressed": compressed}
    for name, dialogue in shapes.items():
        seed("imap", name, session_head() + chunks(dialogue))
        seed("imap", name + "-cut", session_head(0, 1) + chunks(dialogue[:-1]))
        seed("imap", name + "-late", session_head(1) + chunks(dialogue[1:]))
        side = TO_SERVER if name == "append" else TO_CLIENT
        seed("imap", name + "-gap", session_head(1) + chunks(dialogue[:-2]) + gap(side, 30) + chunks(dialogue[-1:]))


# ---- mail, config, resp ----

def mail_seeds():
    fixtures = sorted(make_captures.FIXTURES.glob("detections/*/*.eml"))[::5]
    small = [path for path in fixtures if path.stat().st_size < 3000][:30]
    for path in small:
        seed("mail", f"{path.parent.name}-{path.stem}", make_captures.crlf(path.read_bytes()))
    seed("mail", "bare", SHORT)
    seed("mail", "empty", b"")


def config_seeds():
    seed("config", "empty", b"")
    seed("config", "values", b"reassembly:\n  mail_max_bytes: 2048\n  rcpts_max: 5 # few\nanalysis:\n")
    seed("config", "unknown", b"reassembly:\n  nothing_known: 1\n")
    seed("config", "flow", b"{reassembly: {gaps_max: 3}, health: {}}\n")
    seed("config", "alias", b"reassembly: &a\n  gaps_max: 3\npublish: *a\n")
    seed("config", "lists", b"reassembly:\n  - gaps_max\n")
    seed("config", "range", b"reassembly:\n  gaps_max: 99999999999999999999\n")


def resp_seeds():
    queued = b"+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n$15\r\n1700000000000-0\r\n:1\r\n"
    seed("resp", "delivered", b"\0" + queued * 2)
    seed("resp", "refused", b"\0+OK\r\n-OOM no\r\n-OOM no\r\n-EXECABORT no\r\n")
    seed("resp", "nil", b"\0+OK\r\n+QUEUED\r\n+QUEUED\r\n*-1\r\n")
    seed("resp", "entries", b"\1*2\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$6\r\nrecord\r\n$2\r\n{}\r\n*2\r\n$3\r\n2-0\r\n*2\r\n$1\r\nx\r\n$1\r\ny\r\n")
    seed("resp", "no-entries", b"\1*0\r\n")
    seed("resp", "error", b"\1-WRONGTYPE no\r\n")


# ---- TLS ----

def tls_seed(folder, certificate, name, version, ciphers=None):
    """A short conversation; its certificates and randoms are new each time."""
    keylog = folder / name
    channel = Channel(certificate, str(keylog), version, ciphers)
    wire = list(channel.handshake())
    for side, data in ((1, b"220 mx\r\n"), (0, b"EHLO a\r\n"), (1, b"250 mx\r\n")):
        wire += channel.seal(side, data)
    secrets = b"".join(line for line in keylog.read_bytes().splitlines(True) if not line.startswith((b"#", b"EXPORTER")))
    for flags, ending in ((0, ""), (1, "-secrets-last")):
        head = struct.pack(">BH", flags, len(secrets)) + secrets
        seed("tls", name + ending, head + chunks(wire))
    seed("tls", name + "-gap", head + chunks(wire[:-2]) + gap(TO_SERVER, 20) + chunks(wire[-1:]))


def wire_seeds():
    numbers = [0] * (368 // 8)  # a mail in which everything is 0 or empty: see sensor/workers/mail_wire.c
    flat = struct.pack(f"={len(numbers)}Q", *numbers)
    seed("wire", "mail-empty", b"\0" + flat)
    seed("wire", "mail-bytes", b"\0" + flat[:-8] + struct.pack("=Q", len(SHORT)) + SHORT)
    seed("wire", "mail-sender", b"\0" + flat[:112] + struct.pack("=Q", 5) + b"a@b.c" + flat[120:])
    seed("wire", "outcome", b"\1" + bytes(4096))


def tls_seeds():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        certificate = make_certificate(folder)
        tls_seed(folder, certificate, "1.3", ssl.TLSVersion.TLSv1_3)
        tls_seed(folder, certificate, "1.2-gcm", ssl.TLSVersion.TLSv1_2, "ECDHE-RSA-AES128-GCM-SHA256")
        tls_seed(folder, certificate, "1.2-cbc", ssl.TLSVersion.TLSv1_2, "AES128-SHA256:@SECLEVEL=0")


def main():
    for write in (decode_seeds, defrag_seeds, engine_seeds, smtp_seeds, pop3_seeds, imap_seeds, tls_seeds, mail_seeds, config_seeds, resp_seeds,
                  wire_seeds):
        write()


if __name__ == "__main__":
    main()
