# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes pcapng files with Decryption Secrets Blocks (draft-ietf-opsawg-pcapng)."""
import struct

SECTION, INTERFACE, PACKET, SECRETS, TLS_KEY_LOG = 0x0A0D0D0A, 1, 6, 10, 0x544C534B


class Writer:
    """order: "<" or ">", the byte order of the section."""

    def __init__(self, out, order="<", link=1):
        self.out, self.order = out, order
        self.block(SECTION, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
        self.block(INTERFACE, struct.pack(order + "HHI", link, 0, 262144))

    def block(self, kind, body):
        body += b"\0" * (-len(body) % 4)
        length = struct.pack(self.order + "I", len(body) + 12)
        self.out.write(struct.pack(self.order + "I", kind) + length + body + length)

    def packet(self, time, frame):
        micros = round(time * 1_000_000)
        self.block(PACKET, struct.pack(self.order + "IIIII", 0, micros >> 32, micros & 0xFFFFFFFF, len(frame), len(frame)) + frame)

    def secrets(self, text):
        self.block(SECRETS, struct.pack(self.order + "II", TLS_KEY_LOG, len(text)) + text)
