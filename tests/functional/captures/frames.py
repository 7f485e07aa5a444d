# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes captures by hand: Ethernet or raw frames with TCP sessions of our own, and pcap files of them.

Independent of the product and of mailtap-synth: what both read the same way is less likely to be wrong. Checksums are right.
"""
import struct

CLIENT4, SERVER4 = bytes([192, 0, 2, 10]), bytes([198, 51, 100, 25])
CLIENT6, SERVER6 = bytes.fromhex("20010db8000000000000000000000010"), bytes.fromhex("20010db8000000000000000000000025")
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
LINK_ETHERNET, LINK_RAW = 1, 101


def checksum(data):
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def tcp_segment(src, dst, ports, seq, ack, flags, payload=b"", options=b""):
    words = 5 + len(options) // 4
    head = struct.pack(">HHIIBBHHH", *ports, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, words << 4, flags, 65535, 0, 0) + options
    segment = head + payload
    tail = struct.pack(">BBH", 0, 6, len(segment)) if len(src) == 4 else struct.pack(">IHBB", len(segment), 0, 0, 6)
    pseudo = src + dst + tail
    return segment[:16] + struct.pack(">H", checksum(pseudo + segment)) + segment[18:]


def ipv4(src, dst, payload, protocol=6, ident=0, offset=0, more=False):
    def head(total):
        place = (0x2000 if more else 0) | offset // 8
        return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), ident, place, 64, protocol, total)
    return head(checksum(head(0) + src + dst)) + src + dst + payload


def ipv6(src, dst, payload, protocol=6):
    return struct.pack(">IHBB", 0x60000000, len(payload), protocol, 64) + src + dst + payload


def ethernet(packet, vlans=()):
    kind = 0x0800 if packet[0] >> 4 == 4 else 0x86DD
    tags = b"".join(struct.pack(">HH", 0x8100, vlan) for vlan in vlans)
    return bytes.fromhex("020000000001020000000002") + tags + struct.pack(">H", kind) + packet


class Session:
    """One TCP connection; every call appends (time in seconds, IP packet) to self.packets."""

    def __init__(self, port, client_port=40000, start=1_700_000_000.0, family=4, mss=1460, seqs=(1000, 5000)):
        self.ends = ((CLIENT4, SERVER4) if family == 4 else (CLIENT6, SERVER6))
        self.ports, self.mss, self.now = (client_port, port), mss, start
        self.seqs, self.packets = list(seqs), []

    def send(self, side, flags, payload=b"", options=b""):
        src, dst = self.ends[side], self.ends[1 - side]
        ports = (self.ports[side], self.ports[1 - side])
        ack = self.seqs[1 - side] if flags & ACK else 0
        segment = tcp_segment(src, dst, ports, self.seqs[side], ack, flags, payload, options)
        self.packets.append((self.now, (ipv4 if len(src) == 4 else ipv6)(src, dst, segment)))
        self.seqs[side] += len(payload) + (1 if flags & (SYN | FIN) else 0)
        self.now += 0.001

    def open(self):
        self.send(0, SYN, options=b"\x02\x04\x05\xb4")
        self.send(1, SYN | ACK, options=b"\x02\x04\x05\xb4")
        self.send(0, ACK)
        return self

    def say(self, side, data):
        for at in range(0, len(data), self.mss):
            self.send(side, ACK | PSH, data[at:at + self.mss])
        self.send(1 - side, ACK)

    def talk(self, text):
        """Pairs of (side, bytes): 0 the client, 1 the server."""
        for side, data in text:
            self.say(side, data)
        return self

    def close(self):
        self.send(0, FIN | ACK)
        self.send(1, FIN | ACK)
        self.send(0, ACK)
        return self


def smtp_dialogue(mails):
    """mails: (sender, [recipients], bytes ending in CRLF)."""
    yield 1, b"220 mx.example.jp ESMTP\r\n"
    yield 0, b"EHLO client.example.com\r\n"
    yield 1, b"250-mx.example.jp\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
    for sender, recipients, mail in mails:
        yield 0, b"MAIL FROM:<" + sender + b">\r\n"
        yield 1, b"250 2.1.0 ok\r\n"
        for recipient in recipients:
            yield 0, b"RCPT TO:<" + recipient + b">\r\n"
            yield 1, b"250 2.1.5 ok\r\n"
        yield 0, b"DATA\r\n"
        yield 1, b"354 go on\r\n"
        yield 0, stuff(mail) + b".\r\n"
        yield 1, b"250 2.0.0 queued\r\n"
    yield 0, b"QUIT\r\n"
    yield 1, b"221 bye\r\n"


def bdat_dialogue(sender, recipient, chunks):
    yield 1, b"220 mx.example.jp ESMTP\r\n"
    yield 0, b"EHLO client.example.com\r\n"
    yield 1, b"250-mx.example.jp\r\n250 CHUNKING\r\n"
    yield 0, b"MAIL FROM:<" + sender + b">\r\n"
    yield 1, b"250 ok\r\n"
    yield 0, b"RCPT TO:<" + recipient + b">\r\n"
    yield 1, b"250 ok\r\n"
    for place, chunk in enumerate(chunks):
        last = b" LAST" if place == len(chunks) - 1 else b""
        yield 0, b"BDAT %d%s\r\n" % (len(chunk), last) + chunk
        yield 1, b"250 ok\r\n"
    yield 0, b"QUIT\r\n"
    yield 1, b"221 bye\r\n"


def pop3_dialogue(mails):
    yield 1, b"+OK pop.example.jp ready\r\n"
    yield 0, b"USER taro\r\n"
    yield 1, b"+OK\r\n"
    yield 0, b"PASS correct-horse\r\n"
    yield 1, b"+OK logged in\r\n"
    yield 0, b"STAT\r\n"
    yield 1, b"+OK %d %d\r\n" % (len(mails), sum(map(len, mails)))
    yield 0, b"LIST\r\n"
    yield 1, b"+OK\r\n" + b"".join(b"%d %d\r\n" % (i + 1, len(m)) for i, m in enumerate(mails)) + b".\r\n"
    for place, mail in enumerate(mails):
        yield 0, b"RETR %d\r\n" % (place + 1)
        yield 1, b"+OK %d octets\r\n" % len(mail) + stuff(mail) + b".\r\n"
        yield 0, b"DELE %d\r\n" % (place + 1)
        yield 1, b"+OK\r\n"
    yield 0, b"QUIT\r\n"
    yield 1, b"+OK bye\r\n"


RANGE = 1000  # bytes a client asks for at once


def imap_whole(tag, number, mail):
    yield 0, tag + b" UID FETCH %d (UID RFC822.SIZE BODY.PEEK[])\r\n" % (number + 100)
    head = b"* %d FETCH (UID %d RFC822.SIZE %d BODY[] {%d}\r\n" % (number, number + 100, len(mail), len(mail))
    yield 1, head + mail + b" FLAGS (\\Seen))\r\n" + tag + b" OK done\r\n"


def imap_ranges(tag, number, mail):
    for at in range(0, len(mail) + 1, RANGE):
        piece = mail[at:at + RANGE]
        yield 0, tag + b".%d FETCH %d BODY[]<%d.%d>\r\n" % (at, number, at, RANGE)
        yield 1, b"* %d FETCH (BODY[]<%d> {%d}\r\n" % (number, at, len(piece)) + piece + b")\r\n" + tag + b".%d OK\r\n" % at


def imap_halves(tag, number, mail):
    at = mail.index(b"\r\n\r\n") + 4
    for name, part in ((b"TEXT", mail[at:]), (b"HEADER", mail[:at])):
        yield 0, tag + name + b" FETCH %d BODY.PEEK[%s]\r\n" % (number, name)
        yield 1, b"* %d FETCH (BODY[%s] {%d}\r\n" % (number, name, len(part)) + part + b")\r\n" + tag + name + b" OK\r\n"


def imap_append(tag, _, mail):
    yield 0, tag + b" APPEND Sent (\\Seen) {%d}\r\n" % len(mail)
    yield 1, b"+ go on\r\n"
    yield 0, mail + b"\r\n"
    yield 1, tag + b" OK done\r\n"


def imap_dialogue(mails):
    """The mails in turn fetched whole, by ranges and by halves, and uploaded."""
    yield 1, b"* OK [CAPABILITY IMAP4rev1] imap.example.jp ready\r\n"
    yield 0, b"a LOGIN taro correct-horse\r\n"
    yield 1, b"a OK logged in\r\n"
    yield 0, b"b SELECT INBOX\r\n"
    yield 1, b"* %d EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\nb OK selected\r\n" % len(mails)
    ways = (imap_whole, imap_ranges, imap_halves, imap_append)
    for place, mail in enumerate(mails):
        yield from ways[place % len(ways)](b"c%d" % place, place + 1, mail)
    yield 0, b"z LOGOUT\r\n"
    yield 1, b"* BYE\r\nz OK bye\r\n"


def stuff(mail):
    """RFC 5321 4.5.2."""
    lines = mail.split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)


def wrap(packets, link=LINK_ETHERNET, vlans=()):
    return [(time, ethernet(packet, vlans) if link == LINK_ETHERNET else packet) for time, packet in packets]


def fragment(packets, size):
    """Every IPv4 packet as fragments of `size` bytes (a multiple of 8)."""
    for ident, (time, packet) in enumerate(packets, 1):
        body = packet[20:]
        for at in range(0, len(body), size):
            piece = body[at:at + size]
            yield time, ipv4(packet[12:16], packet[16:20], piece, ident=ident, offset=at, more=at + size < len(body))


def write_pcap(path, frames, link=LINK_ETHERNET):
    """frames: (seconds, bytes)."""
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link))
        for time, frame in frames:
            micros = round(time * 1_000_000)
            out.write(struct.pack("<IIII", micros // 1_000_000, micros % 1_000_000, len(frame), len(frame)) + frame)
