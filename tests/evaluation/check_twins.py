#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attacks and their honest twins (twins/mails): check_twins.py MAILTAP REPOSITORY.

Every attack must raise an alert, of the category its source names (@case) but for the rows of OTHERWISE; no honest mail may.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

CATEGORIES = {"C1": "phishing", "C2": "spam", "C3": "malware", "C4": "targeted"}
OTHERWISE = {  # what they are called instead, and why that will do
    "en-20-msi": "spam",  # the program lies on the sender's own site, as those of vendors do
    "ja-26-kyujin-oubo": "targeted",  # an application is everyday business
    "ja-31-kenkyu": "malware",  # named by what it carries
}


def main():
    mailtap, repository = sys.argv[1], Path(sys.argv[2])
    sources = repository / "tests/evaluation/twins"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-B", repository / "tools/sample-day/build.py", "-s", sources, "-o", folder], check=True)
        out = subprocess.run([mailtap, "analyze", "-q", "-r", "messages", "-o", "-", folder], check=True, capture_output=True).stdout
    faults, seen = [], 0
    for line in out.decode().splitlines():
        record = json.loads(line)
        name, verdict = Path(record["file"]["path"]).stem, record["mailtap"]
        case = (sources / "mails" / f"{name}.txt").read_text(encoding="utf-8").split()[1]
        want = OTHERWISE.get(name, CATEGORIES.get(case))
        got = verdict["category"] if verdict["severity"] != "info" else None
        seen += 1
        if got != want:
            faults.append(f"{name}: {got or 'no alert'}, expected {want or 'none'} ({verdict['score']}: "
                          f"{' '.join(finding['id'] for finding in verdict['findings'])})")
    print(*faults, f"{seen} mails, {len(faults)} wrong", sep="\n")
    return 1 if faults or seen != len(list((sources / "mails").glob("*.txt"))) else 0


if __name__ == "__main__":
    sys.exit(main())
