# SPDX-License-Identifier: GPL-3.0-or-later
"""One run: network, servers, capture, the legs at once, and what mailtap makes of the capture."""
import collections
import concurrent.futures
import contextlib
import json
import os
import pathlib
import secrets
import shutil
import ssl
import subprocess
import sys
import tempfile

import dovecot
import legs
import logins
import postfix
from capture import Capture
from channel import make_certificate
from lab import Lab, wait_until


class Scene:
    """folder holds everything; legs and records go by the leg's name; secrets: what must not
    be found in anything that mailtap gives."""

    def __init__(self, mailtap):
        self.mailtap, self.seed = mailtap, os.environ.get("MAILTAP_TEST_SEED", "2026")
        self.secrets, self.passwords = set(), collections.defaultdict(lambda: "Pw" + secrets.token_hex(10))
        self.cleanup = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mailtap-servers-")))
            self.folder.chmod(0o755)
            stack.push(self._keep_logs)
            self.lab = stack.enter_context(Lab())
            self.cleanup = stack.pop_all()
        return self

    def __exit__(self, *failure):
        self.cleanup.__exit__(*failure)

    def _keep_logs(self, _, failure, *__):
        """After a failure, what the servers said goes to standard error."""
        if failure and getattr(failure, "code", True):
            for log in sorted(self.folder.glob("*/*.log")):
                sys.stderr.write(f"--- {log.name}\n" + "".join(log.read_text(errors="replace").splitlines(keepends=True)[-30:]))

    def play(self):
        self._start()
        with concurrent.futures.ThreadPoolExecutor(len(self.legs)) as pool:
            for done in [pool.submit(leg.run) for leg in self.legs.values()]:
                done.result()
        for leg in self.legs.values():
            wait_until(leg.is_delivered, f"the mails of {leg.name}")
        last = self.legs["stls"]
        logins.play(self.legs["data"].server_address, last.server_address, last.name, last.password, last.context())
        self.packets = self.capture.finish()
        self.keys.write_bytes(b"".join(self.keylog(leg.name).read_bytes() for leg in self.legs.values() if leg.tls))
        self.secrets.update(self.passwords[name].encode() for name in self.legs)
        self.records = self.replay("messages", "--keylog", self.keys)

    def _start(self):
        self.maildirs, self.outputs, self.keys = (self.folder / name for name in ("maildirs", "outputs", "keys.log"))
        self.maildirs.mkdir()
        self.outputs.mkdir()
        shutil.chown(self.maildirs, postfix.OWNER, postfix.OWNER)
        certificate = make_certificate(self.folder)
        self.legs = legs.make_legs(self)
        for leg in self.legs.values():
            leg.prepare()
        users = {name: self.passwords[name] for name in self.legs}
        auth_socket = self.folder / "auth"
        self.capture = Capture(self.lab, self.folder / "capture.pcap")
        dovecot.Dovecot(self.lab, self.folder / "dovecot", self.maildirs, auth_socket, certificate, users)
        postfix.Postfix(self.lab, self.folder / "postfix", self.maildirs, auth_socket, certificate, users)

    def keylog(self, name):
        return self.folder / f"{name}.keys"

    def tls_context(self, name, version):
        """A client's context; its secrets go to the leg's key log."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = context.maximum_version = version
        context.keylog_filename = self.keylog(name)
        return context

    def command(self, *options):
        return [self.mailtap, "replay", *options]

    def replay(self, name, *options, what=("-q", "-r", "messages")):
        """Records of the capture by the name of the leg, None for those of no leg."""
        output = self.outputs / f"{name}.jsonl"
        with (self.outputs / f"{name}.log").open("wb") as log:
            subprocess.run([*self.command(*what, "-o", f"file:{output}", *options), self.capture.path], check=True, stderr=log)
        owners = {address: leg.name for leg in self.legs.values() for address in leg.addresses()}
        records = collections.defaultdict(list)
        for record in map(json.loads, output.read_text().splitlines()):
            if "source" not in record:
                continue
            ends = (record["source"]["ip"], record["destination"]["ip"])
            records[next((owners[end] for end in ends if end in owners), None)].append(record)
        return records
