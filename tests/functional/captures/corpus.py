# SPDX-License-Identifier: GPL-3.0-or-later
"""Where captures from elsewhere are, when they are there: MAILTAP_CORPUS, else ../shared/corpus beside the project."""
import os
import pathlib

PROJECT = pathlib.Path(__file__).resolve().parents[3]
SKIPPED = 77


def folder():
    """The corpus, or None."""
    path = pathlib.Path(os.environ.get("MAILTAP_CORPUS") or PROJECT.parent / "shared" / "corpus")
    return path if (path / "pcaps").is_dir() else None


def captures(path):
    return sorted(p for p in path.rglob("*.pcap*") if p.is_file())
