# SPDX-License-Identifier: GPL-3.0-or-later
"""A Dovecot of our own: POP3, IMAP and LMTP on the store, and the passwords for Postfix on a socket."""
import os

from lab import ipv4, ipv6, run, wait_until
from postfix import LMTP_PORT, OWNER, STORE_HOST, answers

TRACE_HEADERS = (b"Return-Path", b"Delivered-To", b"Received")   # what its LMTP server puts in front, in order

SETTINGS = """
protocols = imap pop3 lmtp
listen = *, ::
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = {name}
log_path = {folder}/dovecot.log
mail_location = maildir:{maildirs}/%n
mail_uid = {owner}
mail_gid = {owner}
first_valid_uid = {owner}
mail_fsync = never
auth_mechanisms = plain login apop cram-md5
auth_failure_delay = 0
disable_plaintext_auth = no
mail_max_userip_connections = 0
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
ssl_min_protocol = TLSv1.2
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%n {folder}/users
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner} home={maildirs}/%n allow_all_users=yes
}}
protocol imap {{
  mail_plugins = zlib imap_zlib
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp_port}
  }}
}}
service auth {{
  unix_listener {auth_socket} {{
    mode = 0666
  }}
}}
service stats {{
  client_limit = 1000
}}
"""


class Dovecot:
    """passwords: user -> password."""

    def __init__(self, lab, folder, maildirs, auth_socket, certificate, passwords):
        self.folder, self.auth_socket = folder, auth_socket
        folder.mkdir()
        (folder / "users").write_text("".join(f"{user}:{{PLAIN}}{password}\n" for user, password in passwords.items()))
        settings = folder / "dovecot.conf"
        settings.write_text(SETTINGS.format(
            folder=folder, name=f"mailtap-{os.getpid()}", maildirs=maildirs, auth_socket=auth_socket, owner=OWNER, lmtp_port=LMTP_PORT,
            certificate=certificate[0], key=certificate[1]))
        run("doveconf", "-c", settings)
        with (folder / "start.log").open("wb") as log:
            self.process = lab.start("store", "dovecot", "-F", "-c", settings, stdout=log, stderr=log)
        wait_until(self._is_up, "Dovecot")

    def _is_up(self):
        return self.auth_socket.exists() and all(answers(address(STORE_HOST), port) for port in (LMTP_PORT, 110, 143)
                                                 for address in (ipv4, ipv6))
