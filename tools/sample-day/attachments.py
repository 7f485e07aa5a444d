# SPDX-License-Identifier: GPL-3.0-or-later
"""Small honest and harmless-but-suspicious files: zip (also ZipCrypto), docx, xlsx, PDF, PNG, MZ and LNK headers.

Nothing made here can run: an "executable" is a header and a sentence. All times in archives are fixed.
"""
import base64
import struct
import zlib
from html import escape

import vba

DOS_DATE = (2026 - 1980) << 9 | 11 << 5 | 17
DOS_TIME = 18 << 11 | 30 << 5
HARMLESS = b"harmless sample of the mailtap sample day; not a program\r\n"
FLAG_ENCRYPTED, FLAG_UTF8 = 0x0001, 0x0800
OFFICE = "http://schemas.openxmlformats.org/"
TYPES = OFFICE + "package/2006/content-types"
RELS = OFFICE + "package/2006/relationships"
DOC_RELS = OFFICE + "officeDocument/2006/relationships"
XLSX_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
XLSM_TYPE = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
SHEET = '<sheet name="Sheet1" sheetId="1" r:id="rId1"/>'
VBA_DEFAULT = b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
VBA_RELATION = (b'<Relationship Id="rId9" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" '
                b'Target="vbaProject.bin"/>')


class ZipCrypto:
    """The traditional PKWARE cipher (APPNOTE 6.1); the mails of the day use it as Japanese offices do."""

    def __init__(self, password):
        self.keys = [0x12345678, 0x23456789, 0x34567890]
        for byte in password:
            self._update(byte)

    @staticmethod
    def _crc(value, byte):
        return zlib.crc32(bytes((byte,)), value ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    def _update(self, byte):
        keys = self.keys
        keys[0] = self._crc(keys[0], byte)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = self._crc(keys[2], keys[1] >> 24)

    def encrypt(self, data):
        out = bytearray()
        for byte in data:
            mask = (self.keys[2] | 2) & 0xFFFF
            out.append(byte ^ (mask * (mask ^ 1) >> 8 & 0xFF))
            self._update(byte)
        return bytes(out)


def zip_file(members, password=None, names="utf-8"):
    """members: (name, bytes) pairs. names: charset of the names; anything but utf-8 is written without the flag."""
    local, central = bytearray(), bytearray()
    for name, content in members:
        raw, flags = name.encode(names), 0
        if not name.isascii() and names == "utf-8":
            flags |= FLAG_UTF8
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed, crc = packer.compress(content) + packer.flush(), zlib.crc32(content)
        if password:
            flags |= FLAG_ENCRYPTED
            salt = bytes((crc >> (n % 3) * 8 & 0xFF) ^ n for n in range(11)) + bytes((crc >> 24,))
            packed = ZipCrypto(password.encode()).encrypt(salt + packed)
        common = struct.pack("<HHHHHIIIHH", 20, flags, 8, DOS_TIME, DOS_DATE, crc, len(packed), len(content),
                             len(raw), 0)
        central += struct.pack("<IH", 0x02014B50, 20) + common
        central += struct.pack("<HHHII", 0, 0, 0, 0x20, len(local)) + raw
        local += struct.pack("<I", 0x04034B50) + common + raw + packed
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, len(members), len(members), len(central), len(local), 0)
    return bytes(local + central) + end


def mz_stub():
    """The 64 bytes of a DOS header whose entry leads nowhere, and a sentence."""
    return b"MZ" + struct.pack("<13H", 0x90, 1, 0, 4, 0, 0xFFFF, 0, 0xB8, 0, 0, 0, 0x1C, 0) + bytes(36) + HARMLESS


def lnk_stub():
    """A shell link header (MS-SHLLINK 2.1) that names no target."""
    clsid = bytes.fromhex("0114020000000000c000000000000046")
    return struct.pack("<I", 0x4C) + clsid + struct.pack("<II", 0x80, 0x20) + bytes(32) + struct.pack("<IH", 7, 0) + bytes(10)


def png(width=48, height=16, colour=(0x2E, 0x7D, 0x5B)):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + bytes(colour) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def pdf(lines):
    """One page, ASCII lines in Helvetica, a right cross-reference table."""
    shown = " ".join(f"({line.translate({40: 91, 41: 93, 92: 47})}) Tj T*" for line in lines)
    stream = f"BT /F1 11 Tf 60 780 Td 16 TL {shown} ET".encode("ascii", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    tail = b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(out) + tail % (table, len(out))


def _xml(text):
    return ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text).encode()


def _rels(*entries):
    rows = "".join(f'<Relationship Id="rId{n}" Type="{DOC_RELS}/{kind}" Target="{escape(target)}"{mode}/>'
                   for n, (kind, target, mode) in enumerate(entries, 1))
    return _xml(f'<Relationships xmlns="{RELS}">{rows}</Relationships>')


def _types(overrides):
    base = "application/vnd.openxmlformats-officedocument."
    rows = "".join(f'<Override PartName="{part}" ContentType="{base}{kind}+xml"/>' for part, kind in overrides)
    return _xml(f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
                f'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>{rows}</Types>')


def docx(lines, template=None):
    """A Word file of plain paragraphs; `template` adds an attached template at that address (a remote-template lure)."""
    space = f'xmlns:w="{OFFICE}wordprocessingml/2006/main" xmlns:r="{DOC_RELS}"'
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    overrides = [("/word/document.xml", "wordprocessingml.document.main")]
    members = [
        ("_rels/.rels", _rels(("officeDocument", "word/document.xml", ""))),
        ("word/document.xml", _xml(f"<w:document {space}><w:body>{paragraphs}</w:body></w:document>")),
    ]
    if template:
        overrides.append(("/word/settings.xml", "wordprocessingml.settings"))
        members += [
            ("word/_rels/document.xml.rels", _rels(("settings", "settings.xml", ""))),
            ("word/settings.xml", _xml(f'<w:settings {space}><w:attachedTemplate r:id="rId1"/></w:settings>')),
            ("word/_rels/settings.xml.rels", _rels(("attachedTemplate", template, ' TargetMode="External"'))),
        ]
    return zip_file([("[Content_Types].xml", _types(overrides))] + members)


def _cell(text):
    return f'<c t="inlineStr"><is><t>{escape(text.strip())}</t></is></c>'


def xlsx(lines, macro=None):
    """One sheet; cells of a line are separated by '|'. `macro`: lines of VBA, which makes it an .xlsm."""
    rows = "".join(f"<row>{''.join(map(_cell, line.split('|')))}</row>" for line in lines)
    space = f'xmlns="{OFFICE}spreadsheetml/2006/main" xmlns:r="{DOC_RELS}"'
    types = _types([("/xl/workbook.xml", "spreadsheetml.sheet.main"),
                    ("/xl/worksheets/sheet1.xml", "spreadsheetml.worksheet")])
    relations, project = _rels(("worksheet", "worksheets/sheet1.xml", "")), []
    if macro:
        types = types.replace(XLSX_TYPE, XLSM_TYPE).replace(b"<Override", VBA_DEFAULT + b"<Override", 1)
        relations = relations.replace(b"</Relationships>", VBA_RELATION + b"</Relationships>")
        project = [("xl/vbaProject.bin", vba.project(macro))]
    return zip_file([
        ("[Content_Types].xml", types),
        ("_rels/.rels", _rels(("officeDocument", "xl/workbook.xml", ""))),
        ("xl/workbook.xml", _xml(f'<workbook {space}><sheets>{SHEET}</sheets></workbook>')),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/worksheets/sheet1.xml", _xml(f"<worksheet {space}><sheetData>{rows}</sheetData></worksheet>")),
    ] + project)


def _xlsm_lines(lines, _):
    """Cells, a line '--', VBA."""
    cut = lines.index("--")
    return xlsx(lines[:cut], lines[cut + 1 :])


def _zip_lines(lines, options):
    members = []
    for line in lines:
        name, kind, *rest = (field.strip(" ") for field in line.split("|"))
        members.append((name, make(kind, rest, {})))
    return zip_file(members, options.get("password"), options.get("names", "utf-8"))


def _smuggler(lines, _):
    """A page whose form is written by a script out of base64, as lures do it."""
    form = base64.b64encode("\n".join(lines).encode()).decode()
    script = f"var p = '{form}';\ndocument.write(decodeURIComponent(escape(atob(p))));"
    return f"<!DOCTYPE html>\n<html><body><script>\n{script}\n</script></body></html>\n".encode()


MAKERS = {
    "zip": _zip_lines,
    "zip-bat": lambda lines, options: zip_file([("update.bat", make("bat", [], {}))]),
    "mz": lambda lines, options: mz_stub(),
    "lnk": lambda lines, options: lnk_stub(),
    "png": lambda lines, options: png(),
    "js": lambda lines, options: b"// " + HARMLESS + b'var sample = "does nothing";\r\n',
    "bat": lambda lines, options: b"@rem " + HARMLESS,
    "pdf": lambda lines, options: pdf(lines),
    "docx": lambda lines, options: docx(lines, options.get("template")),
    "xlsx": lambda lines, options: xlsx(lines),
    "xlsm": _xlsm_lines,
    "text": lambda lines, options: ("\r\n".join(lines) + "\r\n").encode(options.get("charset", "utf-8")),
    "script-html": _smuggler,
}


def make(kind, lines, options):
    """Bytes of one file of the given kind, from its source lines."""
    return MAKERS[kind](lines, options)
