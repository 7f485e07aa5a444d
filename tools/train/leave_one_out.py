#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How well a text model tells mails of a source it has never seen; prints a table for docs/evaluation.md.

  leave_one_out.py --train build/mailtap-train --made build/model --ham DIR… --bad DIR…

For every folder: the share of its mails at or above --threshold by a model learnt from the made-up mails alone, as the
shipped one is, and by a model learnt from them and all folders but this one. Nothing is kept of either.
"""
import argparse
import subprocess
import tempfile
from pathlib import Path


def learn(options, ham, bad, output):
    command = [options.train, "--ham", options.made / "ham", *ham, "--bad", options.made / "bad", *bad, "-o", output,
               "--cost", options.cost, "--min-folders", 2 if ham or bad else 1]
    subprocess.run([str(part) for part in command], check=True, stderr=subprocess.DEVNULL)


def share_above(options, model, folder):
    lines = subprocess.run([options.train, "--score", model, folder], check=True, capture_output=True, text=True).stdout
    scores = [float(line.split("\t")[0]) for line in lines.splitlines()]
    return len(scores), 100 * sum(score >= options.threshold for score in scores) / len(scores)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", required=True)
    parser.add_argument("--made", type=Path, required=True)
    parser.add_argument("--ham", type=Path, nargs="+", default=[])
    parser.add_argument("--bad", type=Path, nargs="+", default=[])
    parser.add_argument("--cost", default="100")
    parser.add_argument("--threshold", type=float, default=2.1)
    options = parser.parse_args()
    print("| folder | mails | made-up mails only | all folders but this one |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as work:
        model = Path(work) / "text.model"
        for folder in options.ham + options.bad:
            learn(options, [], [], model)
            count, made = share_above(options, model, folder)
            learn(options, [f for f in options.ham if f != folder], [f for f in options.bad if f != folder], model)
            others = share_above(options, model, folder)[1]
            print(f"| {folder.name} | {count} | {made:.1f} % | {others:.1f} % |", flush=True)


if __name__ == "__main__":
    main()
