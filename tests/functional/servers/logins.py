# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions that log in and leave: the password comes in two segments, and nothing behind it covers its traces."""
import base64
import poplib
import socket
import time

PAUSE_S = 0.1


def say(connection, line):
    """The line in two segments, cut inside; the server's answer."""
    for part in (line[:len(line) * 2 // 3], line[len(line) * 2 // 3:] + b"\r\n"):
        connection.sendall(part)
        time.sleep(PAUSE_S)
    return connection.recv(4096)


def play(mx, store, user, password, tls):
    """As the user over SMTP, POP3 and IMAP, and over POP3 inside TLS with the context."""
    blob = base64.b64encode(f"\0{user}\0{password}".encode())
    dialogues = ((mx, 25, b"EHLO client.test", b"AUTH PLAIN " + blob), (store, 110, f"USER {user}".encode(), f"PASS {password}".encode()),
                 (store, 143, b"a NOOP", f"b LOGIN {user} {password}".encode()), (store, 143, b"a AUTHENTICATE PLAIN", blob))
    for server, port, *lines in dialogues:
        with socket.create_connection((server, port), 30) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.recv(4096)
            for line in lines:
                say(connection, line)
    client = poplib.POP3(store, timeout=30)
    client.stls(tls)
    client.user(user)
    say(client.sock, f"PASS {password}".encode())
    client.close()
