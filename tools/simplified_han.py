#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints analysis/detect/simplified_han.def: ideographs of simplified Chinese that Japanese does not use.

Taken from the character sets themselves, as Python's codecs hold them: in GB 2312, but neither in CP932 (JIS X 0208 and
the characters of NEC and IBM) nor in Big5 (traditional Chinese).
"""

OTHERS = ("cp932", "big5")


def is_in(character, charset):
    try:
        character.encode(charset)
        return True
    except UnicodeEncodeError:
        return False


def main():
    found = [c for c in map(chr, range(0x4e00, 0xa000)) if is_in(c, "gb2312") and not any(is_in(c, s) for s in OTHERS)]
    print("/* HAN(code point): ideographs of simplified Chinese that Japanese does not use, ascending. Made by")
    print(" * tools/simplified_han.py out of the character sets GB 2312, CP932 and Big5. */")
    for i in range(0, len(found), 10):
        print(" ".join(f"HAN(0x{ord(c):04x})" for c in found[i:i + 10]))


if __name__ == "__main__":
    main()
