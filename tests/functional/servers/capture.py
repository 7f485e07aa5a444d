# SPDX-License-Identifier: GPL-3.0-or-later
"""Captures what crosses the lab's bridge with tcpdump (libpcap), and vouches that no packet is missing from the file."""
import re
import signal
import time

from lab import wait_until

BUFFER_KIB = 65536
QUIET_S = 1.2   # tcpdump takes packets from the kernel once a second


class Capture:
    def __init__(self, lab, path):
        self.path, self.notes = path, path.with_suffix(".tcpdump")
        with self.notes.open("wb") as notes:
            self.process = lab.start("wire", "tcpdump", "-i", "watch", "-n", "-U", "-s", "0", "-B", BUFFER_KIB, "-Z", "root",
                                     "-w", path, stderr=notes)
        while "listening on" not in self.notes.read_text():
            if self.process.poll() is not None:
                raise RuntimeError("tcpdump: " + self.notes.read_text())
            time.sleep(0.05)

    def finish(self):
        """Ends the capture once all that has crossed the bridge is in the file; the number of packets."""
        size = -1
        while size != self.path.stat().st_size:
            size = self.path.stat().st_size
            time.sleep(QUIET_S)
        wait_until(lambda: self._counts(signal.SIGUSR1)[0] == self._counts(signal.SIGUSR1)[1], "tcpdump to write its buffer")
        captured, _, dropped = self._counts(signal.SIGINT)
        self.process.wait()
        if dropped:
            raise RuntimeError("packets were lost: " + self.notes.read_text())
        return captured

    def _counts(self, request):
        """What tcpdump says on this signal: packets captured, received by the filter, dropped."""
        said = len(self._said("dropped by kernel"))
        self.process.send_signal(request)
        wait_until(lambda: len(self._said("dropped by kernel")) > said, "tcpdump's counts")
        return tuple(self._said(what)[-1] for what in ("captured", "received by filter", "dropped by kernel"))

    def _said(self, what):
        return [int(number) for number in re.findall(rf"(\d+) packets? {what}", self.notes.read_text())]
