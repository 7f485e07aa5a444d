# SPDX-License-Identifier: GPL-3.0-or-later
"""Text to bytes the way mail programs in Japan do it, and header values as RFC 2047 and RFC 2231 write them.

Python's iso-2022-jp knows neither the vendor characters (NEC row 13, NEC-selected IBM rows) nor half-width kana, yet
mail programs send both under that name; the coder here goes through CP932's code points and therefore knows them.
"""
import base64
import functools
import quopri
import re
import unicodedata

ESC_ASCII, ESC_KANJI, ESC_KANA = b"\x1b(B", b"\x1b$B", b"\x1b(I"
ENCODED_WORD_MAX = 75
# What CP932 calls by other code points than JIS does.
CP932_TWINS = {"\u301c": "\uff5e", "\u2212": "\uff0d", "\u2014": "\u2015", "\u2016": "\u2225"}


def _jis_pair(lead, trail):
    """Shift_JIS double byte to JIS row and cell, both 0x21..0x7e."""
    row = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 2 + 0x21
    if trail >= 0x9F:
        return bytes((row + 1, trail - 0x7E))
    return bytes((row, trail - (0x1F if trail < 0x7F else 0x20)))


@functools.lru_cache(maxsize=1)
def _jis_table():
    table = {}
    for lead in [*range(0x81, 0xA0), *range(0xE0, 0xF0)]:
        for trail in [*range(0x40, 0x7F), *range(0x80, 0xFD)]:
            try:
                table.setdefault(bytes((lead, trail)).decode("cp932"), _jis_pair(lead, trail))
            except UnicodeDecodeError:
                pass
    return table


def encode_jis(text):
    """ISO-2022-JP with vendor characters and half-width kana; every line ends in ASCII (RFC 1468)."""
    out, state = bytearray(), ESC_ASCII
    for char in text:
        if char < "\x80":
            want, code = ESC_ASCII, char.encode()
        elif "\uff61" <= char <= "\uff9f":
            want, code = ESC_KANA, bytes((ord(char) - 0xFF61 + 0x21,))
        else:
            want, code = ESC_KANJI, _jis_table()[CP932_TWINS.get(char, char)]
        if want != state:
            out += want
            state = want
        out += code
    return bytes(out + (ESC_ASCII if state != ESC_ASCII else b""))


def decode_jis(data):
    """Inverse of encode_jis, for the check."""
    reverse = {code: char for char, code in _jis_table().items()}
    out, state = [], ESC_ASCII
    for piece in re.split(rb"(\x1b[$(][BI])", data):
        if piece in (ESC_ASCII, ESC_KANJI, ESC_KANA):
            state = piece
        elif state == ESC_KANJI:
            out += [reverse[piece[i : i + 2]] for i in range(0, len(piece), 2)]
        elif state == ESC_KANA:
            out += [chr(byte - 0x21 + 0xFF61) for byte in piece]
        else:
            out.append(piece.decode("ascii"))
    return "".join(out)


def encode(text, charset):
    """Bytes of `text` under the name the mail declares."""
    if charset == "iso-2022-jp":
        return encode_jis(text)
    if charset in ("shift_jis", "cp932", "windows-31j"):
        return "".join(CP932_TWINS.get(char, char) for char in text).encode("cp932")
    return text.encode(charset)


def decode(data, charset):
    if charset == "iso-2022-jp":
        return decode_jis(data)
    if charset in ("shift_jis", "windows-31j"):
        charset = "cp932"
    return data.decode(charset)


def same_text(left, right):
    """Equal but for the code points that CP932 and JIS name differently."""
    def fold(text):
        return unicodedata.normalize("NFC", "".join(CP932_TWINS.get(char, char) for char in text))
    return fold(left) == fold(right)


def _encoded_word(chunk, charset, coding):
    data = encode(chunk, charset)
    if coding == "q":
        body = quopri.encodestring(data, quotetabs=True, header=True).decode().replace("=\n", "")
        body = body.replace("?", "=3F")
    else:
        body = base64.b64encode(data).decode()
    return f"=?{charset.upper()}?{coding.upper()}?{body}?="


def encode_words(text, charset, coding="b"):
    """RFC 2047 encoded words of whole characters, each at most 75 bytes; ASCII text stays as it is."""
    if text.isascii():
        return text
    words, chunk = [], ""
    for char in text:
        if len(_encoded_word(chunk + char, charset, coding)) > ENCODED_WORD_MAX:
            words.append(_encoded_word(chunk, charset, coding))
            chunk = ""
        chunk += char
    return "\r\n ".join(words + [_encoded_word(chunk, charset, coding)])


def percent(data):
    safe = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"
    return "".join(chr(byte) if byte in safe else f"%{byte:02X}" for byte in data)


def rfc2231(name, text, charset, width=60):
    """`name*0*=…; name*1*=…`, or `name*=…` when it fits into one."""
    units = re.findall("%..|.", percent(encode(text, charset)))
    pieces, piece = [], f"{charset}''"
    for unit in units:
        if len(piece) + len(unit) > width:
            pieces.append(piece)
            piece = ""
        piece += unit
    pieces.append(piece)
    if len(pieces) == 1:
        return f"{name}*={pieces[0]}"
    return ";\r\n ".join(f"{name}*{number}*={value}" for number, value in enumerate(pieces))
