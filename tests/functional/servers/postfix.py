# SPDX-License-Identifier: GPL-3.0-or-later
"""A Postfix of our own, beside any that the machine has: configuration, queue and logs in one folder.

It takes mail for users of mx.test, which virtual(8) stores in Maildirs, and for store.test, which goes on to the store by LMTP.
"""
import socket

from lab import ipv4, ipv6, run, wait_until

OWNER = 5000   # of the Maildirs: a number is enough, it needs no name on this machine
MX_HOST, STORE_HOST, LMTP_PORT = 2, 3, 24
TRACE_HEADERS = (b"Return-Path", b"X-Original-To", b"Delivered-To", b"Received")   # what virtual(8) and smtpd(8) put in front, in order

SETTINGS = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
myhostname = mx.test
mydestination =
mynetworks = 10.77.0.0/24, [fd77::]/64
inet_interfaces = all
inet_protocols = all
alias_maps =
alias_database =
local_header_rewrite_clients =
message_drop_headers =
virtual_mailbox_domains = mx.test
virtual_mailbox_base = {maildirs}
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_uid_maps = static:{owner}
virtual_gid_maps = static:{owner}
relay_domains = store.test
transport_maps = inline:{{ store.test=lmtp:inet:[{store}]:{lmtp_port} }}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {auth_socket}
smtpd_tls_security_level = may
smtpd_tls_chain_files = {key}, {certificate}
smtpd_tls_protocols = >=TLSv1.2
smtpd_peername_lookup = no
disable_dns_lookups = yes
smtp_host_lookup = native
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
in_flow_delay = 0
queue_minfree = 0
default_destination_concurrency_limit = 4
initial_destination_concurrency = 4
"""

SERVICES = """
smtp      inet  n - n - - smtpd
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
proxymap  unix  - - n - - proxymap
error     unix  - - n - - error
retry     unix  - - n - - error
virtual   unix  - n n - - virtual
lmtp      unix  - - n - - lmtp
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
tlsmgr    unix  - - n 1000? 1 tlsmgr
postlog   unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """users: those of mx.test."""

    def __init__(self, lab, folder, maildirs, auth_socket, certificate, users):
        self.folder = folder
        for part in ("", "queue", "data"):
            (folder / part).mkdir()
        run("chown", "postfix", folder / "data")
        (folder / "main.cf").write_text(SETTINGS.format(
            folder=folder, maildirs=maildirs, auth_socket=auth_socket, certificate=certificate[0], key=certificate[1], owner=OWNER,
            store=ipv4(STORE_HOST), lmtp_port=LMTP_PORT))
        (folder / "master.cf").write_text(SERVICES)
        (folder / "mailboxes").write_text("".join(f"{user}@mx.test {user}/\n" for user in users))
        run("postfix", "-c", folder, "check")
        daemons = run("postconf", "-c", folder, "-h", "daemon_directory").stdout.strip()
        with (folder / "master.log").open("wb") as log:
            self.process = lab.start("mx", f"{daemons}/master", "-c", folder, "-d", stdout=log, stderr=log)
        wait_until(lambda: answers(ipv4(MX_HOST), 25) and answers(ipv6(MX_HOST), 25), "Postfix")


def answers(address, port):
    """Whether a server greets there. The visit crosses the wire, as a session without mail."""
    try:
        with socket.create_connection((address, port), 1) as connection:
            return bool(connection.recv(1))
    except OSError:
        return False


def as_stored(mail):
    """What it makes of a mail that has no header or no newline at its end."""
    if mail and not mail.endswith(b"\r\n"):
        mail += b"\r\n"
    return mail if b":" in mail or not mail else b"\r\n" + mail
