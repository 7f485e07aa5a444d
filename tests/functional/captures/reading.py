# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads captures just far enough to say whether all their TCP connections begin with a whole handshake.

Knows pcap (either byte order, micro- and nanoseconds) and pcapng; Ethernet with VLAN tags, Linux cooked, null and raw
frames; IPv4. What it cannot read makes the answer no.
"""
import struct

SYN, ACK = 2, 16
LINK_HEADERS = {0: 4, 108: 4, 101: 0, 12: 0, 14: 0, 228: 0}  # link types whose header says nothing we need
SLL, ETHERNET = 113, 1


def frames(data):
    """(link type, frame) of each packet."""
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        yield from pcapng_frames(data)
        return
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    link, at = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF, 24
    while at + 16 <= len(data):
        captured = struct.unpack_from(order + "I", data, at + 8)[0]
        yield link, data[at + 16:at + 16 + captured]
        at += 16 + captured


def pcapng_frames(data):
    order = "<" if data[8:12] == b"\x4d\x3c\x2b\x1a" else ">"
    at, links = 0, []
    while at + 12 <= len(data):
        kind, length = struct.unpack_from(order + "II", data, at)
        if length < 12:
            return
        if kind == 1:
            links.append(struct.unpack_from(order + "H", data, at + 8)[0])
        elif kind == 6:
            interface, _, _, captured = struct.unpack_from(order + "IIII", data, at + 8)
            yield links[interface], data[at + 28:at + 28 + captured]
        at += length


def ip_packet(link, frame):
    """The IP packet in a frame, or None."""
    if link in LINK_HEADERS:
        return frame[LINK_HEADERS[link]:]
    if link not in (ETHERNET, SLL):
        return None
    at = 12 if link == ETHERNET else 14
    kind = frame[at:at + 2]
    while kind in (b"\x81\x00", b"\x88\xa8", b"\x91\x00"):
        at += 4
        kind = frame[at:at + 2]
    return frame[at + 2:] if kind in (b"\x08\x00", b"\x86\xdd") else None


def tcp_of(packet):
    """(source, destination, seq, ack, flags, length of the payload) of a TCP packet's first fragment, or None."""
    head = (packet[0] & 15) * 4
    total, _, fragment = struct.unpack_from(">HHH", packet, 2)
    if packet[9] != 6 or fragment & 0x1FFF or len(packet) < head + 20:
        return None
    sport, dport, seq, ack, offset, flags = struct.unpack_from(">HHIIBB", packet, head)
    payload = (total or len(packet)) - head - (offset >> 4) * 4
    return (packet[12:16], sport), (packet[16:20], dport), seq, ack, flags, payload


class Handshake:
    """How far a connection's beginning was seen: SYN, SYN+ACK, ACK in this order, and only then payload."""

    def __init__(self):
        self.client, self.seqs, self.done, self.wrong, self.payload = None, [None, None], False, False, False

    def take(self, source, seq, ack, flags, payload):
        self.payload |= payload > 0
        if flags & SYN:
            side = 1 if flags & ACK else 0
            self.wrong |= self.seqs[side] not in (None, seq) or (side == 1 and self.seqs[0] is None)
            self.seqs[side] = seq
            self.client = source if side == 0 else self.client
        elif not self.done:
            opens = source == self.client and flags & ACK and None not in self.seqs
            self.done = bool(opens) and ack == (self.seqs[1] + 1) & 0xFFFFFFFF
            self.wrong |= payload > 0 and not self.done

    def is_whole(self):
        return not self.wrong and (self.done or not self.payload)


def has_whole_handshakes(data):
    """True when all TCP is over IPv4, there is some, and every connection with payload begins with its handshake."""
    connections = {}
    for link, frame in frames(data):
        packet = ip_packet(link, frame)
        if not packet:
            continue
        if packet[0] >> 4 != 4 or len(packet) < 20:
            return False
        tcp = tcp_of(packet)
        if tcp:
            source, target, seq, ack, flags, payload = tcp
            connections.setdefault(frozenset((source, target)), Handshake()).take(source, seq, ack, flags, payload)
    return bool(connections) and all(handshake.is_whole() for handshake in connections.values())
