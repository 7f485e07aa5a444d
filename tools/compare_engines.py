#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both stream engines on the same impaired captures, as a table: compare_engines.py BUILD_FOLDER.

Each capture holds 1,000 mails (of tools/bench/make_mails.py) sent over 20 connections at a time; printed are the mails that
came out whole, those that came out marked as incomplete, and those that did not come out. docs/decisions/0001 has the table.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
MAILS, KINDS = 1000, 100
CASES = [("nothing lost", []),
         ("loss 0.1 %", ["--loss", "0.1%"]), ("loss 0.5 %", ["--loss", "0.5%"]),
         ("loss 1 %", ["--loss", "1%"]), ("loss 5 %", ["--loss", "5%"]),
         ("reordered 5 %, depth 4", ["--reorder", "5%", "--reorder-depth", "4"]),
         ("reordered 5 %, depth 64", ["--reorder", "5%", "--reorder-depth", "64"]),
         ("reordered 5 %, depth 1024", ["--reorder", "5%", "--reorder-depth", "1024"]),
         ("doubled 5 %", ["--duplicate", "5%"]), ("directions 20 ms apart", ["--skew", "20"]),
         ("IPv6", ["--ipv6"]), ("fragments of 512 bytes", ["--fragment", "512"]), ("VXLAN", ["--tunnel", "vxlan"]),
         ("from mid-stream on", ["--midstream"]), ("one direction only", ["--one-sided"]),
         ("50 ports used again and again", ["--endpoints", "50"]), ("BDAT", ["--proto", "smtp-bdat"]),
         ("POP3", ["--proto", "pop3"])]


def main():
    build = Path(sys.argv[1]).resolve()
    print("| capture | native: whole | marked | lost | libnids: whole | marked | lost |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as holder:
        mails, capture = Path(holder) / "mails", Path(holder) / "x.pcap"
        subprocess.run([sys.executable, "-B", HERE / "bench/make_mails.py", mails, str(KINDS)], check=True)
        for name, options in CASES:
            subprocess.run([build / "mailtap-synth", "-q", "-o", capture, "--sessions", "20", "--per-session", "5",
                            "--repeat", str(MAILS // KINDS), *options, mails], check=True)
            cells = []
            for engine in ("native", "libnids"):
                out = subprocess.run([build / "mailtap-read", "--engine", engine, capture], check=True,
                                     capture_output=True, text=True).stdout.split()
                found = dict(zip(out[::2], map(int, out[1::2])))
                cells += [found["mails"] - found["incomplete"], found["incomplete"], MAILS - found["mails"]]
            print(f"| {name} | " + " | ".join(map(str, cells)) + " |", flush=True)


if __name__ == "__main__":
    main()
