# SPDX-License-Identifier: GPL-3.0-or-later
"""A TLS connection in memory, by Python's ssl: what both sides say becomes the bytes that would cross the wire."""
import ssl
import subprocess


def make_certificate(folder):
    """A self-signed certificate for mx.example.jp; (certificate file, key file)."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "30",
                    "-subj", "/O=Example/CN=mx.example.jp", "-addext", "subjectAltName=DNS:mx.example.jp,DNS:mail.example.jp"],
                   check=True, capture_output=True)
    return certificate, key


class Channel:
    """Both ends of one TLS connection; handshake() and seal() give (side, bytes on the wire), 0 the client, 1 the server."""

    def __init__(self, certificate, keylog, version, ciphers=None, name="mx.example.jp"):
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
        client.keylog_filename = keylog
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(*certificate)
        for context in (client, server):
            context.minimum_version = context.maximum_version = version
            if ciphers:
                context.set_ciphers(ciphers)
        self.bios = [(ssl.MemoryBIO(), ssl.MemoryBIO()) for _ in range(2)]
        self.ends = [client.wrap_bio(*self.bios[0], server_hostname=name), server.wrap_bio(*self.bios[1], server_side=True)]

    def _carry(self, side):
        """What the side has to send: into the other's hands, and onto the wire."""
        wire = self.bios[side][1].read()
        self.bios[1 - side][0].write(wire)
        return [(side, wire)] if wire else []

    def handshake(self):
        done = [False, False]
        while not all(done):
            for side in range(2):
                if not done[side]:
                    try:
                        self.ends[side].do_handshake()
                        done[side] = True
                    except ssl.SSLWantReadError:
                        pass
                yield from self._carry(side)

    def seal(self, side, data):
        self.ends[side].write(data)
        wire = self._carry(side)
        while True:
            try:
                self.ends[1 - side].read(65536)
            except ssl.SSLWantReadError:
                return wire
