# SPDX-License-Identifier: GPL-3.0-or-later
"""A small network of our own: namespaces for the clients, the MX and the mail store on one bridge, and a port that sees every frame.

Names carry the process id, so that runs do not meet. The namespace "wire" holds the bridge, which forgets addresses at once
(ageing 0) and therefore sends every frame to every port, as the mirror port of a switch does.
"""
import ctypes
import os
import shutil
import subprocess
import time

ADDRESSES = {"mx": (2, 2), "store": (3, 3), "client": (10, 60)}   # first and last host number of each station
STATIONS = tuple(ADDRESSES)
OFFLOADS = ("tx", "tso", "gso", "gro")
CLONE_NEWNET = 0x40000000


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, **options)


TOOLS = ("ip", "ethtool", "tcpdump", "postfix", "dovecot", "swaks", "curl", "openssl")


def why_not():
    """Why no lab can be had on this machine, or nothing."""
    if os.geteuid() != 0:
        return "needs root for network namespaces"
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        return "not installed: " + " ".join(missing)
    try:
        with Lab():
            return ""
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no network namespaces: {error} {getattr(error, 'stderr', '')}"


def ipv4(host):
    return f"10.77.0.{host}"


def ipv6(host):
    return f"fd77::{host:x}"


class Lab:
    """with Lab() as lab: the network stands, this process is inside the clients' namespace; afterwards all of it is gone."""

    def __init__(self):
        self.namespaces = {role: f"mailtap-{os.getpid()}-{role}" for role in (*STATIONS, "wire")}
        self.started = []

    def __enter__(self):
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY)
        try:
            self._build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        while self.started:
            stop(self.started.pop())
        enter(self.home)
        os.close(self.home)
        for name in self.namespaces.values():
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)

    def _build(self):
        for name in self.namespaces.values():
            run("ip", "netns", "add", name)
        wire = self.namespaces["wire"]
        run("ip", "-n", wire, "link", "add", "br0", "type", "bridge", "ageing_time", "0", "mcast_snooping", "0")
        run("ip", "-n", wire, "link", "set", "br0", "up")
        for station in STATIONS:
            self._plug(station, self.namespaces[station], "eth0")
            self._address(station)
        self._plug("mirror", wire, "watch")
        inside = os.open(f"/run/netns/{self.namespaces['client']}", os.O_RDONLY)
        enter(inside)
        os.close(inside)

    def _plug(self, port, namespace, interface):
        """A cable from the bridge's port to an interface of the namespace."""
        wire = self.namespaces["wire"]
        run("ip", "-n", wire, "link", "add", port, "type", "veth", "peer", "name", interface, "netns", namespace)
        for where, name in ((wire, port), (namespace, interface)):
            run("ip", "netns", "exec", where, "ethtool", "-K", name, *(word for offload in OFFLOADS for word in (offload, "off")))
            run("ip", "-n", where, "link", "set", name, "up")
        run("ip", "-n", wire, "link", "set", port, "master", "br0")

    def _address(self, station):
        namespace = self.namespaces[station]
        run("ip", "-n", namespace, "link", "set", "lo", "up")
        first, last = ADDRESSES[station]
        for host in range(first, last + 1):
            run("ip", "-n", namespace, "address", "add", ipv4(host) + "/24", "dev", "eth0")
            run("ip", "-n", namespace, "address", "add", ipv6(host) + "/64", "dev", "eth0", "nodad")

    def start(self, role, *command, **options):
        """A process in the role's namespace, at the head of a group of its own; ended with the lab."""
        process = subprocess.Popen(["ip", "netns", "exec", self.namespaces[role], *(str(word) for word in command)],
                                   start_new_session=True, **options)
        self.started.append(process)
        return process


def enter(namespace):
    """This thread, and those it starts later, live in the namespace (a file descriptor) from now on."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def stop(process, patience_s=10):
    """Ends the process and what it started."""
    for signal in (15, 9):
        try:
            os.killpg(process.pid, signal)
            process.wait(patience_s)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def wait_until(condition, what, patience_s=30):
    """Waits for the condition; its value."""
    end = time.monotonic() + patience_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"waited {patience_s} s for {what}")
        time.sleep(0.05)
