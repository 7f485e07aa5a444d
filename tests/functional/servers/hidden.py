# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for passwords, in clear and in base64 at every alignment, in files and in the memory of processes."""
import base64
import fcntl
import os
import pathlib
import re
import resource
import signal
import struct
import subprocess
import termios

from lab import wait_until

FILLER_FRAMES, FILLER_BYTES = 6000, 1400
BLOCK, OVERLAP = 1 << 24, 256
LARGEST_MAPPING = 1 << 36   # beyond: the shadow of AddressSanitizer, which holds no bytes of the program


def in_base64(secret):
    """What base64 makes of the secret wherever it lies in the encoded text: the characters that depend on it alone."""
    for offset, skipped in enumerate((0, 2, 3)):
        encoded = base64.b64encode(bytes(offset) + secret).rstrip(b"=")
        yield encoded[skipped:len(encoded) - bool((offset + len(secret)) % 3)]


def needles(secrets):
    """The pattern that finds any of the secrets."""
    forms = {form for secret in secrets for form in (secret, *in_base64(secret))}
    return re.compile(b"|".join(sorted(map(re.escape, forms))))


def in_files(pattern, paths):
    """The places as sentences."""
    return [f"{path.name}: {hit.group()!r}" for path in paths for hit in pattern.finditer(path.read_bytes())]


def in_memory(pattern, process):
    """The places in the readable memory of a stopped process, with some bytes around each."""
    found = []
    with open(f"/proc/{process}/mem", "rb", 0) as memory:
        for line in pathlib.Path(f"/proc/{process}/maps").read_text().splitlines():
            place, rights, *_, = line.split()
            start, end = (int(number, 16) for number in place.split("-"))
            if not rights.startswith("r") or "[v" in line or end - start > LARGEST_MAPPING:
                continue
            for block in range(start, end, BLOCK):
                memory.seek(block)
                data = memory.read(min(BLOCK + OVERLAP, end - block))
                found += [f"{line.split()[-1]} {block + hit.start():x}: {data[max(0, hit.start() - 60):hit.end() + 40]!r}"
                          for hit in pattern.finditer(data)]
    return found


def family(process):
    """The process and all that descend from it."""
    children = pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process] + [one for child in children for one in family(int(child))]


def filler(last_packet_time):
    """pcap records of packets without mail: UDP datagrams of random bytes."""
    ethernet = bytes.fromhex("0200000000020200000000010800")
    udp = struct.pack("!HHHH", 40000, 40001, 8 + FILLER_BYTES, 0)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + FILLER_BYTES, 1, 0, 64, 17, 0, bytes((192, 0, 2, 1)), bytes((192, 0, 2, 2)))
    head = ethernet + ip + udp
    size = len(head) + FILLER_BYTES
    for number in range(FILLER_FRAMES):
        yield struct.pack("<IIII", last_packet_time, number, size, size) + head + os.urandom(FILLER_BYTES)


class Running:
    """mailtap that has read a whole capture and the filler from a pipe, and now waits for more."""

    def __init__(self, command, capture, folder, marker):
        folder.mkdir()
        self.folder = folder
        self.process = subprocess.Popen([*command, "-"], stdin=subprocess.PIPE, cwd=folder, env={**os.environ, "MAILTAP_MARKER": marker},
                                        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2))
        with capture.open("rb") as packets:
            while block := packets.read(1 << 20):
                self.process.stdin.write(block)
        for record in filler(int(capture.stat().st_mtime)):
            self.process.stdin.write(record)
        self.process.stdin.flush()
        wait_until(self._is_waiting, "mailtap to read all")

    def _is_waiting(self):
        unread = struct.unpack("i", fcntl.ioctl(self.process.stdin, termios.FIONREAD, bytes(4)))[0]
        state = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        return unread == 0 and state == "S"

    def search(self, pattern):
        found = []
        for process in family(self.process.pid):
            os.kill(process, signal.SIGSTOP)
            found += in_memory(pattern, process)
            os.kill(process, signal.SIGCONT)
        return found

    def crash(self):
        """Ends it by SIGABRT; the core dumps, if the system writes any here."""
        self.process.send_signal(signal.SIGABRT)
        self.process.wait(60)
        self.process.stdin.close()
        return list(self.folder.glob("core*"))
