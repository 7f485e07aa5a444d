#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the captures of the tests: SMTP, BDAT, POP3 and IMAP sessions in the shapes a mirror port shows.

usage: make_captures.py FOLDER [MAIL…]     mails by default: the fixtures in tests/fixtures
Writes FOLDER/*.pcap and FOLDER/expected.jsonl: the mails (sha256 of their bytes) each capture holds whole, and "loss" where
frames were taken out.
"""
import hashlib
import json
import pathlib
import random
import sys

from frames import (LINK_ETHERNET, LINK_RAW, Session, bdat_dialogue, fragment, imap_dialogue, pop3_dialogue, smtp_dialogue,
                    wrap, write_pcap)

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "fixtures"
# Named, so that the captures stay the same when fixtures are added: which frames get lost depends on all sizes.
MAILS = ("A01/hit-en-content", "A03/hit-en-rlo-zip", "A05/miss-ja-octet", "A09/hit-ja-xlsm", "A20/hit-en-blob",
         "B02/hit-en-form", "B16/hit-en", "B18/hit-en-attachment", "R01/hit-ja", "S03/hit-ja-bank", "S04/miss-en-friend",
         "S05/miss-en-verp", "S21/hit-ja", "U03/hit-en-decimal", "U20/miss-ja-page")


def crlf(data):
    text = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return text if text.endswith(b"\r\n") else text + b"\r\n"


def default_mails():
    return [crlf((FIXTURES / "detections" / f"{name}.eml").read_bytes()) for name in MAILS]


def smtp(mails, **options):
    letters = [(b"hanako@example.com", [b"taro@example.jp", b"jiro@example.jp"], mail) for mail in mails]
    return Session(25, **options).open().talk(smtp_dialogue(letters)).close().packets


def bdat(mail, parts, **options):
    step = max(1, len(mail) // parts)
    chunks = [mail[at:at + step] for at in range(0, len(mail), step)]
    return Session(25, **options).open().talk(bdat_dialogue(b"h@example.com", b"t@example.jp", chunks)).close().packets


def pop3(mails, **options):
    return Session(110, **options).open().talk(pop3_dialogue(mails)).close().packets


def imap(mails, **options):
    return Session(143, **options).open().talk(imap_dialogue(mails)).close().packets


def shuffled(packets, random_, reach=4):
    """Frames out of order by a few places, some twice; the handshake stays first."""
    keyed = [(place + (random_.random() * reach if place > 3 else 0), item) for place, item in enumerate(packets)]
    keyed += [(place + 1.5, item) for place, item in keyed if random_.random() < 0.1 and place > 3]
    times = [time for time, _ in packets]
    ordered = [item[1] for _, item in sorted(keyed, key=lambda pair: pair[0])]
    return [(times[min(place, len(times) - 1)], packet) for place, packet in enumerate(ordered)]


def lossy(packets, random_, rate=0.05):
    return [item for place, item in enumerate(packets) if place < 12 or random_.random() >= rate]


def interleaved(sessions):
    return sorted((item for packets in sessions for item in packets), key=lambda item: item[0])


def captures(mails):
    """Yields name, frames, link type, mails, loss."""
    random_ = random.Random(20261123)
    few = mails[:4]
    yield "smtp", wrap(smtp(few)), LINK_ETHERNET, few, False
    yield "smtp-raw", smtp(few[:2], mss=536), LINK_RAW, few[:2], False
    yield "smtp-tiny", wrap(smtp(few[:1], mss=7)), LINK_ETHERNET, few[:1], False
    yield "smtp-wrap", wrap(smtp(few, seqs=(2**32 - 900, 2**32 - 50))), LINK_ETHERNET, few, False
    yield "smtp-ipv6", wrap(smtp(few[:2], family=6)), LINK_ETHERNET, few[:2], False
    yield "smtp-qinq", wrap(smtp(few[:2]), vlans=(100, 7)), LINK_ETHERNET, few[:2], False
    yield "smtp-fragments", wrap(fragment(smtp(few[:2]), 256)), LINK_ETHERNET, few[:2], False
    yield "smtp-reordered", wrap(shuffled(smtp(few, mss=200), random_)), LINK_ETHERNET, few, False
    yield "smtp-loss", wrap(lossy(smtp(few, mss=200), random_)), LINK_ETHERNET, few, True
    yield "smtp-midstream", wrap(smtp(few, mss=300)[9:]), LINK_ETHERNET, few, True
    many = [smtp([mail], client_port=41000 + place, start=1_700_000_000.0 + place / 700) for place, mail in enumerate(mails)]
    yield "smtp-parallel", wrap(interleaved(many)), LINK_ETHERNET, mails, False
    yield "smtp-bdat", wrap(bdat(few[0], 3)), LINK_ETHERNET, few[:1], False
    yield "pop3", wrap(pop3(few)), LINK_ETHERNET, few, False
    yield "pop3-reordered", wrap(shuffled(pop3(few, mss=200), random_)), LINK_ETHERNET, few, False
    yield "pop3-loss", wrap(lossy(pop3(few, mss=200), random_)), LINK_ETHERNET, few, True
    yield "imap", wrap(imap(mails[:8])), LINK_ETHERNET, mails[:8], False
    yield "imap-reordered", wrap(shuffled(imap(few, mss=200), random_)), LINK_ETHERNET, few, False
    yield "imap-loss", wrap(lossy(imap(few, mss=200), random_, 0.15)), LINK_ETHERNET, few, True
    yield "imap-midstream", wrap(imap(few, mss=300)[7:]), LINK_ETHERNET, few, True


def write_all(folder, mails):
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "expected.jsonl", "w", encoding="utf-8") as listing:
        for name, frames, link, held, loss in captures(mails):
            path = folder / f"{name}.pcap"
            write_pcap(path, frames, link)
            entry = {"file": path.name, "mails": [{"sha256": hashlib.sha256(mail).hexdigest()} for mail in held]}
            listing.write(json.dumps(entry | ({"loss": True} if loss else {})) + "\n")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    mails = [crlf(pathlib.Path(path).read_bytes()) for path in sys.argv[2:]] or default_mails()
    write_all(pathlib.Path(sys.argv[1]), mails)


if __name__ == "__main__":
    main()
