# SPDX-License-Identifier: GPL-3.0-or-later
"""A second reading of captures, independent of the product's: Ethernet, VLAN tags, IPv4, IPv6, fragments, tunnels, TCP.

Everything is checked as it is read: lengths and checksums raise ValueError. Meant for captures made by mailtap-synth.
"""
import struct


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def read_pcap(path):
    """(time in microseconds, frame) of each packet of a little-endian microsecond pcap of Ethernet."""
    data = path.read_bytes()
    magic, _, _, _, _, _, link = struct.unpack_from("<IHHiIII", data)
    if (magic, link) != (0xa1b2c3d4, 1):
        raise ValueError(f"{path}: magic {magic:x}, link type {link}")
    at = 24
    while at < len(data):
        seconds, micros, captured, length = struct.unpack_from("<IIII", data, at)
        if captured != length or at + 16 + captured > len(data):
            raise ValueError("cut frame")
        yield seconds * 1000000 + micros, data[at + 16:at + 16 + captured]
        at += 16 + captured


class Wire:
    """Takes frames; keeps TCP segments as (source, destination, seq, flags, payload) with (address, port) pairs."""

    def __init__(self):
        self.segments, self.vlans, self.fragments, self.tunnels = [], set(), {}, set()

    def ethernet(self, frame):
        at, kind, tags = 14, struct.unpack_from("!H", frame, 12)[0], ()
        while kind in (0x8100, 0x88a8):
            tag, kind = struct.unpack_from("!HH", frame, at)
            tags, at = (*tags, tag & 0xfff), at + 4
        self.vlans.add(tags)
        {0x0800: self.ipv4, 0x86dd: self.ipv6}[kind](frame[at:])

    def ipv4(self, packet):
        _, _, length, ident, fragment, _, protocol, _ = struct.unpack_from("!BBHHHBBH", packet)
        if length != len(packet) or checksum(packet[:20]):
            raise ValueError("IPv4 length or checksum")
        source, target, payload = packet[12:16], packet[16:20], packet[20:]
        if fragment & 0x3fff:
            payload = self.join((source, target, ident), fragment & 0x2000, (fragment & 0x1fff) * 8, payload)
        self.transport(protocol, source, target, payload)

    def ipv6(self, packet):
        _, length, protocol = struct.unpack_from("!IHB", packet)
        if length != len(packet) - 40:
            raise ValueError("IPv6 length")
        source, target, payload = packet[8:24], packet[24:40], packet[40:]
        if protocol == 44:
            protocol, _, fragment, ident = struct.unpack_from("!BBHI", payload)
            payload = self.join((source, target, ident), fragment & 1, fragment & 0xfff8, payload[8:])
        self.transport(protocol, source, target, payload)

    def join(self, key, more, offset, payload):
        """The whole payload when the last fragment came; fragments come in order."""
        so_far = self.fragments.pop(key, b"")
        if offset != len(so_far):
            raise ValueError("fragment offset")
        if not more:
            return so_far + payload
        self.fragments[key] = so_far + payload
        return None

    def transport(self, protocol, source, target, payload):
        if payload is None:
            return
        if protocol == 6:
            self.tcp(source, target, payload)
        elif protocol == 17:
            self.tunnels.add("vxlan")
            port, length = struct.unpack_from("!HH", payload, 2)
            if port != 4789 or length != len(payload):
                raise ValueError("UDP")
            self.ethernet(payload[16:])
        else:
            flags, kind = struct.unpack_from("!HH", payload)
            self.tunnels.add("erspan" if kind == 0x88be else "gre")
            inner = payload[8:] if flags & 0x1000 else payload[4:]
            {0x88be: lambda: self.ethernet(inner[8:]), 0x0800: lambda: self.ipv4(inner),
             0x86dd: lambda: self.ipv6(inner)}[kind]()

    def tcp(self, source, target, segment):
        if checksum(source + target + struct.pack("!II", len(segment), 6) + segment):
            raise ValueError("TCP checksum")
        sport, dport, seq, _, offset, flags = struct.unpack_from("!HHIIBB", segment)
        self.segments.append(((source, sport), (target, dport), seq, flags, segment[(offset >> 4) * 4:]))

    def streams(self):
        """(source, destination) → its bytes from its SYN on, in the order of sequence numbers; holes raise ValueError."""
        starts, pieces = {}, {}
        for source, target, seq, flags, payload in self.segments:
            if flags & 2:
                starts[source, target] = seq + 1
            if payload:
                pieces.setdefault((source, target), {})[seq] = payload
        streams = {}
        for key, found in pieces.items():
            out, at = b"", starts[key]
            for _ in found:
                out += found[at & 0xffffffff]
                at += len(found[at & 0xffffffff])
            streams[key] = out
        return streams


def read_wire(path):
    wire, last = Wire(), 0
    for time_us, frame in read_pcap(path):
        if time_us < last:
            raise ValueError("times go back")
        last = time_us
        wire.ethernet(frame)
    return wire
