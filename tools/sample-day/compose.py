# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the bytes of one mail, CRLF line ends, from its source; the same source gives the same bytes.

The X-Synth-* headers at the top tell mailtap-synth the envelope and the session; it takes them out again.
"""
import base64
import datetime
import quopri
import re

import attachments
import charsets
from source import DAY

OWN_MX = ("10.20.0.25", "mx.aoba-seiki.example")
POP_SERVER = "10.20.0.110"
POP_WAIT_S = 1260
DEFAULT_CODING = {"iso-2022-jp": "7bit", "us-ascii": "7bit"}
UNSTRUCTURED = {"subject", "comments", "organization", "x-mailer"}
ADDRESSES = {"from", "to", "cc", "reply-to", "sender"}
JST = datetime.timezone(datetime.timedelta(hours=9))
LINE_76 = re.compile(rb".{1,76}")


class Composer:
    def __init__(self, source, hosts, by_label):
        self.source, self.hosts, self.by_label = source, hosts, by_label
        words = source.directives.get("charset", "utf-8").split()
        self.charset = words[0]
        self.coding = words[1] if len(words) > 1 else DEFAULT_CODING.get(self.charset, "base64")
        self.header_mode = source.directives.get("headers", "b")
        self.time = datetime.datetime.fromisoformat(f"{DAY}T{source.directives['time']}+09:00")
        self.boundaries = 0

    def host(self):
        return self.hosts[self.source.directives["via"]]

    # headers

    def words(self, text):
        if self.header_mode == "raw":
            return charsets.encode(text, self.charset)
        charset = self.charset if self.charset != "us-ascii" else "utf-8"
        return charsets.encode_words(text, charset, self.header_mode).encode("ascii")

    def mailbox(self, text):
        found = re.fullmatch(r"(.*?)\s*(<[^<>]*>)", text)
        if not found or found.group(1).isascii():
            return text.encode("ascii")
        return self.words(found.group(1).strip('"')) + b" " + found.group(2).encode("ascii")

    def header(self, name, value):
        if name.lower() in ADDRESSES:
            boxes = re.split(r",\s*(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", value)
            body = b",\r\n ".join(self.mailbox(box.strip()) for box in boxes)
        elif name.lower() in UNSTRUCTURED:
            body = self.words(value)
        else:
            body = value.encode("ascii")
        return name.encode() + b": " + body + b"\r\n"

    def stamp(self, seconds):
        """Date of a moment so many seconds before the mail reached the company's server; POP3 fetches it later."""
        waited = POP_WAIT_S if "proto" in self.source.directives else 0
        return (self.time - datetime.timedelta(seconds=seconds + waited)).strftime("%a, %d %b %Y %H:%M:%S +0900")

    def received(self):
        """The hops the mail had before the sensor saw it, newest first."""
        directives, host, out = self.source.directives, self.host(), []
        if "proto" in directives:
            sender = self.envelope()[0]
            out.append(f"Return-Path: <{sender}>")
            out.append(f"Received: from {host.helo} ({host.helo} [{host.ip}])\r\n\tby {OWN_MX[1]} with ESMTP id "
                       f"{self.source.digest(10).upper()};\r\n\t{self.stamp(-1)}")
        if "no-hop" not in directives:
            hop = directives.get("hop", "[192.168.10.21]")
            out.append(f"Received: from {hop}\r\n\tby {host.helo} with ESMTPSA id {self.source.digest(8)};\r\n\t"
                       f"{self.stamp(2)}")
        return out

    def envelope(self):
        options = dict(word.split("=", 1) for word in self.source.directives.get("envelope", "").split())
        sender = options.get("from", (self.source.addresses("From") or [""])[0]).strip("<>")
        receivers = options.get("to", ",".join(self.source.addresses("To", "Cc")))
        return sender, receivers.split(",")

    def synth(self):
        sender, receivers = self.envelope()
        directives = self.source.directives
        proto, *client = directives.get("proto", "smtp").split()
        address = client[0] if client else self.host().ip
        server = directives.get("to-server", POP_SERVER if proto == "pop3" else OWN_MX[0])
        lines = [f"X-Synth-Proto: {proto}", f"X-Synth-Time: {self.time.isoformat()}", f"X-Synth-Client: {address}",
                 f"X-Synth-Server: {server}", f"X-Synth-Helo: {self.host().helo}", f"X-Synth-Mail-From: <{sender}>"]
        return lines + [f"X-Synth-Rcpt-To: <{receiver}>" for receiver in receivers]

    def threading(self):
        label = self.source.directives.get("reply")
        if not label:
            return []
        chain = [self.by_label[label].message_id]
        before = self.by_label[label].directives.get("reply")
        while before:
            chain.insert(0, self.by_label[before].message_id)
            before = self.by_label[before].directives.get("reply")
        joined = "\r\n ".join(f"<{one}>" for one in chain)
        return [f"In-Reply-To: <{chain[-1]}>", f"References: {joined}"]

    def head(self):
        source = self.source
        out = [line.encode() + b"\r\n" for line in self.synth() + self.received()]
        if not source.header("Date"):
            out.append(f"Date: {self.stamp(4)}\r\n".encode())
        out += [self.header(name, value) for name, value in source.headers]
        if not source.header("Message-ID"):
            out.append(f"Message-ID: <{source.message_id}>\r\n".encode())
        out += [line.encode() + b"\r\n" for line in self.threading()]
        return b"".join(out) + b"MIME-Version: 1.0\r\n"

    # parts: each is its headers, an empty line and its body

    def boundary(self):
        self.boundaries += 1
        return f"----=_Part_{self.boundaries}_{self.source.digest(16)}"

    def text_part(self, kind, text):
        data = charsets.encode(text, self.charset).replace(b"\n", b"\r\n")
        head = f"Content-Type: text/{kind}; charset={self.charset}\r\nContent-Transfer-Encoding: {self.coding}\r\n\r\n"
        return head.encode() + self.transfer(data)

    def transfer(self, data):
        if self.coding == "base64":
            return b"\r\n".join(LINE_76.findall(base64.b64encode(data))) + b"\r\n"
        if self.coding == "quoted-printable":
            return quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
        return data

    def parameter(self, name, options, mode):
        charset = options.get("name-charset", self.charset if self.charset != "us-ascii" else "utf-8")
        value = options["name"]
        if value.isascii():
            return f'{name}="{value}"'.encode()
        if mode == "rfc2231":
            return charsets.rfc2231(name, value, charset).encode()
        if mode == "raw":
            return name.encode() + b'="' + charsets.encode(value, charset) + b'"'
        return f'{name}="{charsets.encode_words(value, charset)}"'.encode()

    def file_part(self, section):
        options, naming = section.options, section.options.get("naming", "both")
        content = attachments.make(options["as"], section.lines, options)
        head = b"Content-Type: " + options.get("type", "application/octet-stream").encode()
        if naming != "rfc2231":
            head += b";\r\n " + self.parameter("name", options, "raw" if naming == "raw" else "rfc2047")
        if "cid" in options:
            head += b"\r\nContent-ID: <" + options["cid"].encode() + b">"
        disposition = options.get("disposition", "inline" if "cid" in options else "attachment")
        head += b"\r\nContent-Disposition: " + disposition.encode() + b";\r\n "
        head += self.parameter("filename", options, {"both": "rfc2231"}.get(naming, naming))
        head += b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        return head + b"\r\n".join(LINE_76.findall(base64.b64encode(content))) + b"\r\n"

    def calendar_part(self, section):
        data = ("\r\n".join(section.lines) + "\r\n").encode()
        head = (f"Content-Type: text/calendar; charset=utf-8; method={section.options['method']}\r\n"
                "Content-Transfer-Encoding: base64\r\n\r\n")
        return head.encode() + b"\r\n".join(LINE_76.findall(base64.b64encode(data))) + b"\r\n"

    def multipart(self, kind, parts):
        if len(parts) == 1:
            return parts[0]
        mark = self.boundary().encode()
        head = b"Content-Type: multipart/" + kind.encode() + b';\r\n boundary="' + mark + b'"\r\n\r\n'
        return head + b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + mark + b"--\r\n"

    def body(self):
        source = self.source
        html = [section for section in source.sections if section.kind == "html"]
        files = [section for section in source.sections if section.kind == "attach"]
        calendars = [section for section in files if section.options["as"] == "calendar"]
        images = [self.file_part(section) for section in files if "cid" in section.options]
        others = [self.file_part(section) for section in files
                  if "cid" not in section.options and section not in calendars]
        alternatives = [self.text_part("plain", source.text)] if source.text.strip() else []
        for section in html:
            page = self.text_part("html", "\n".join(section.lines) + "\n")
            alternatives.append(self.multipart("related", [page] + images))
        alternatives += [self.calendar_part(section) for section in calendars]
        return self.multipart("mixed", [self.multipart("alternative", alternatives)] + others)

    def compose(self):
        return self.head() + self.body()
