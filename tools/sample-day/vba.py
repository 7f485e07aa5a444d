# SPDX-License-Identifier: GPL-3.0-or-later
"""A vbaProject.bin of one module: compound file (MS-CFB, version 3, all streams in the mini stream) around a VBA
project (MS-OVBA), compressed with literals only. Enough for every reader that looks for macros; holds no compiled code.
"""
import struct

SECTOR, MINI = 512, 64
FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STORAGE, STREAM, ROOT = 1, 2, 5


def compress(data):
    """MS-OVBA 2.4.1: chunks of literal tokens."""
    out = bytearray(b"\x01")
    for start in range(0, len(data), 3600):
        piece = data[start : start + 3600]
        tokens = b"".join(b"\0" + piece[at : at + 8] for at in range(0, len(piece), 8))
        out += struct.pack("<H", 0xB000 | len(tokens) - 1) + tokens
    return bytes(out)


def _record(number, data=b""):
    return struct.pack("<HI", number, len(data)) + data


def _dir_stream(module):
    name, wide = module.encode("cp932"), module.encode("utf-16-le")
    long_zero, short_zero = bytes(4), b"\xff\xff"
    return b"".join([
        _record(0x01, struct.pack("<I", 1)), _record(0x02, struct.pack("<I", 0x411)), _record(0x14, struct.pack("<I", 0x411)),
        _record(0x03, struct.pack("<H", 932)), _record(0x04, b"VBAProject"), _record(0x05), _record(0x40),
        _record(0x06), _record(0x3D), _record(0x07, long_zero), _record(0x08, long_zero),
        struct.pack("<HIIH", 0x09, 4, 1, 1), _record(0x0C), _record(0x3C),
        _record(0x0F, struct.pack("<H", 1)), _record(0x13, short_zero),
        _record(0x19, name), _record(0x47, wide), _record(0x1A, name), _record(0x32, wide), _record(0x1C), _record(0x48),
        _record(0x31, long_zero), _record(0x1E, long_zero), _record(0x2C, short_zero), _record(0x21), _record(0x2B),
        _record(0x10),
    ])


def _chain(start, count):
    return [*range(start + 1, start + count), END] if count else []


def _entry(name, kind, right=FREE, child=FREE, start=0, size=0):
    wide = name.encode("utf-16-le") + b"\0\0"
    return (wide.ljust(64, b"\0") + struct.pack("<HBBIII", len(wide), kind, 1, FREE, right, child) + bytes(36)
            + struct.pack("<IQ", start, size))


def _pad(data, unit):
    return data + bytes(-len(data) % unit)


def compound(storage, inner, outer):
    """A storage holding the streams `inner`, beside the streams `outer`; each a list of (name, bytes) in name order."""
    mini, mini_fat, placed = bytearray(), [], []
    for name, data in inner + outer:
        start = len(mini) // MINI
        placed.append((name, start, len(data)))
        mini += _pad(data, MINI)
        mini_fat += _chain(start, len(_pad(data, MINI)) // MINI)
    entries = [_entry(storage, STORAGE, right=FREE, child=2)]
    for number, (name, start, size) in enumerate(placed, 2):
        last = number in (len(inner) + 1, len(placed) + 1)
        entries.append(_entry(name, STREAM, FREE if last else number + 1, FREE, start, size))
    entries[0] = _entry(storage, STORAGE, right=len(inner) + 2, child=2)
    directory_sectors = -(-(len(entries) + 1) * 128 // SECTOR)
    mini_sectors = -(-len(mini) // SECTOR)
    mini_start = 2 + directory_sectors
    directory = _entry("Root Entry", ROOT, child=1, start=mini_start, size=len(mini)) + b"".join(entries)
    empty = _entry("", 0)[2:64].ljust(66, b"\0") + bytes(2) + struct.pack("<III", FREE, FREE, FREE) + bytes(48)
    directory += empty * (directory_sectors * 4 - len(entries) - 1)
    fat = [FAT_SECTOR, END, *_chain(2, directory_sectors), *_chain(mini_start, mini_sectors)]
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 2, 0, 4096, 1, 1, END, 0) + struct.pack("<109I", 0, *[FREE] * 108)
    tables = b"".join(struct.pack("<128I", *(table + [FREE] * (128 - len(table)))) for table in (fat, mini_fat))
    return header + tables + directory + _pad(bytes(mini), SECTOR)


def project(code, module="Module1"):
    """vbaProject.bin whose one module holds `code` (lines)."""
    source = "\r\n".join([f'Attribute VB_Name = "{module}"', *code, ""]).encode("cp932")
    text = f'ID="{{00000000-0000-0000-0000-000000000000}}"\r\nModule={module}\r\nName="VBAProject"\r\n'.encode()
    inner = [("dir", compress(_dir_stream(module))), (module, compress(source)),
             ("_VBA_PROJECT", b"\xcc\x61\xff\xff\x00\x00\x00")]
    return compound("VBA", inner, [("PROJECT", text)])
