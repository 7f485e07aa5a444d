#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures mailtap on captures it synthesises: run.py BUILD_FOLDER [--mails N] [--rounds N].

Prints megabytes (10^6 bytes of capture) and mails per second of CPU (user and system, of the best of some rounds) and the
peak of resident memory: capture to mails alone, with full analysis, with many open connections; and, where they are
installed, tshark and tcpflow on the same capture. What it measures is written to BUILD_FOLDER/bench/figures.json.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
OPEN_CONNECTIONS = (10, 1000, 50000)
SHORT_MAILS = 200000  # in each of these captures, one a connection: what it takes to open 50,000 counts little then


def run(command, **options):
    """(CPU seconds, peak resident bytes) of a command that must succeed; its standard error is shown when it does not."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=errors, **options)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            sys.exit(f"{command}: exit status {process.returncode}\n{errors.read().decode(errors='replace')}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def best(rounds, command, **options):
    measured = [run(command, **options) for _ in range(rounds)]
    return min(cpu for cpu, _ in measured), max(peak for _, peak in measured)


def read_mails(build, capture, engine="native"):
    """What mailtap-read counts in a capture: mails, incomplete, mail_bytes, capture_bytes, packets."""
    command = [build / "mailtap-read", "--engine", engine, capture]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    words = out.split()
    return dict(zip(words[::2], map(int, words[1::2])))


def report(figures, name, cpu, peak, counts):
    row = {"name": name, "cpu_s": round(cpu, 3), "mb_per_cpu_s": round(counts["capture_bytes"] / 1e6 / cpu, 1),
           "mails_per_cpu_s": round(counts["mails"] / cpu), "peak_mb": round(peak / 1e6, 1),
           "ns_per_packet": round(cpu * 1e9 / counts["packets"])}
    figures.append(row)
    print(f"{name:<34}{row['cpu_s']:>9}{row['mb_per_cpu_s']:>11}{row['mails_per_cpu_s']:>13}{row['peak_mb']:>10}"
          f"{row['ns_per_packet']:>10}", flush=True)


def peers(figures, rounds, folder, capture, counts):
    if shutil.which("tcpflow"):
        work = folder / "tcpflow"
        measured = []
        for _ in range(rounds):
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            measured.append(run(["tcpflow", "-a", "-q", "-r", capture.resolve()], cwd=work))
        shutil.rmtree(work, ignore_errors=True)
        report(figures, "tcpflow (streams to files)", min(c for c, _ in measured), max(p for _, p in measured), counts)
    if shutil.which("tshark"):
        cpu, peak = best(1, ["tshark", "-r", capture, "-Y", "imf", "-T", "fields", "-e", "imf.subject"])
        report(figures, "tshark (subjects)", cpu, peak, counts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--mails", type=int, default=8000, help="mails in the main capture (default 8000)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, the best counts (default 3)")
    options = parser.parse_args()
    build, folder = options.build.resolve(), options.build.resolve() / "bench"
    mails, main_capture = folder / "mails", folder / "main.pcap"
    shutil.rmtree(folder, ignore_errors=True)
    kinds = min(400, options.mails)
    run([sys.executable, "-B", HERE / "make_mails.py", mails, str(kinds)])
    synth = [build / "mailtap-synth", "-q", "--seed", "1"]
    run([*synth, "--sessions", "50", "--repeat", str(max(1, options.mails // kinds)), "-o", main_capture, mails])
    counts = read_mails(build, main_capture)
    print(f"{main_capture}: {counts['capture_bytes'] / 1e6:.0f} MB, {counts['mails']} mails of "
          f"{counts['mail_bytes'] / 1e3 / counts['mails']:.0f} KB\n")
    print(f"{'':<34}{'CPU s':>9}{'MB/CPU s':>11}{'mails/CPU s':>13}{'peak MB':>10}{'ns/packet':>10}")
    figures = []
    for engine in ("native", "libnids"):
        cpu, peak = best(options.rounds, [build / "mailtap-read", "--engine", engine, main_capture])
        report(figures, f"capture to mails, {engine}", cpu, peak, counts)
    cpu, peak = best(options.rounds, [build / "mailtap", "replay", "-q", "-r", "messages", "-o", "file:/dev/null", main_capture])
    report(figures, "full analysis, records of all", cpu, peak, counts)
    peers(figures, options.rounds, folder, main_capture, counts)
    short = folder / "short"
    short.mkdir()
    for path in sorted(mails.iterdir())[:100]:
        if path.stat().st_size < 40000:
            shutil.copy(path, short)
    repeat = SHORT_MAILS // len(list(short.iterdir()))
    for number in OPEN_CONNECTIONS:
        capture = folder / f"open-{number}.pcap"
        run([*synth, "--sessions", str(number), "--per-session", "1", "--pace", "250", "--repeat", str(repeat), "-o", capture,
             short])
        cpu, peak = best(options.rounds, [build / "mailtap-read", capture])
        report(figures, f"{number} connections open", cpu, peak, read_mails(build, capture))
        capture.unlink()
    main_capture.unlink()
    (folder / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
