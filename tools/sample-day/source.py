# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the day's sources (deploy/sample-day): mails/*.txt, hosts.tsv and signatures.txt.

A mail's source is UTF-8: directives (`@word value`), a header block, an empty line, the text, then sections opened by
`@html` or `@attach`. `{{sign:NAME}}` in a text stands for a block of signatures.txt; `\\u202e` for that code point.
docs: deploy/sample-day/README.md.
"""
import hashlib
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

DAY = "2026-11-18"
ROLES = {"attack": "alert", "opening": "either", "twin": "none", "ordinary": "none"}
DIRECTIVES = {"case", "show", "time", "via", "client", "to-server", "proto", "envelope", "charset", "headers", "id",
              "id-local", "reply", "no-hop", "hop"}


@dataclass
class Host:
    ip: str
    helo: str


@dataclass
class Section:
    kind: str                       # "html" or "attach"
    options: dict
    lines: list = field(default_factory=list)


@dataclass
class Source:
    label: str
    directives: dict
    headers: list                   # (name, value), value as read
    text: str
    sections: list

    @property
    def name(self):
        """The label without its number: what others refer to and what the Message-ID is made from."""
        return self.label.split("-", 1)[1]

    @property
    def case(self):
        return self.directives["case"].split()[0]

    @property
    def role(self):
        return self.directives["case"].split()[1]

    @property
    def expected(self):
        return ROLES[self.role]

    def header(self, name):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None

    def addresses(self, *names):
        joined = ", ".join(filter(None, (self.header(name) for name in names)))
        return re.findall(r"[^\s<>,;:\"]+@[^\s<>,;\"]+", re.sub(r'"[^"]*"', "", joined))

    def digest(self, length=12):
        return hashlib.sha256(self.name.encode()).hexdigest()[:length]

    @property
    def message_id(self):
        if self.header("Message-ID"):
            return self.header("Message-ID").strip("<>")
        domain = self.directives.get("id") or (self.addresses("From") or ["x@localhost"])[0].split("@")[1]
        stamp = self.directives["time"].replace(":", "")
        return f"{self.directives.get('id-local', DAY.replace('-', '') + stamp + '.' + self.digest())}@{domain}"


def unescape(text):
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found.group(1), 16)), text)


def _options(text):
    return {key: unescape(value) for key, _, value in (word.partition("=") for word in shlex.split(text))}


def read_hosts(path):
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return {name: Host(ip, helo) for name, ip, helo in rows}


def read_signatures(path):
    blocks = re.split(r"^@(\S+)\n", path.read_text("utf-8"), flags=re.M)[1:]
    return {name: block.strip("\n") for name, block in zip(blocks[::2], blocks[1::2])}


def _head(lines, label):
    """Takes directives and headers off the front of `lines`."""
    directives, headers = {}, []
    while lines and lines[0].strip():
        line = lines.pop(0)
        if line.startswith("#"):
            continue
        if line.startswith("@"):
            word, _, value = line[1:].partition(" ")
            if word not in DIRECTIVES:
                raise ValueError(f"{label}: unknown directive @{word}")
            directives[word] = value.strip()
        elif line[0] in " \t":
            headers[-1] = (headers[-1][0], headers[-1][1] + " " + line.strip())
        else:
            name, _, value = line.partition(":")
            headers.append((name, unescape(value.strip())))
    return directives, headers


def parse(label, content, signatures):
    content = re.sub(r"\{\{sign:(\S+?)\}\}", lambda found: signatures[found.group(1)], content)
    lines = content.splitlines()
    directives, headers = _head(lines, label)
    text, sections = [], []
    for line in lines[1:]:
        opened = re.match(r"@(html|attach)\b\s*(.*)", line)
        if opened:
            sections.append(Section(opened.group(1), _options(opened.group(2))))
        else:
            (sections[-1].lines if sections else text).append(unescape(line))
    for section in sections:
        while section.lines and not section.lines[-1].strip():
            section.lines.pop()
    return Source(label, directives, headers, "\n".join(text).strip("\n") + "\n", sections)


def read_day(folder):
    """(sources in order of file name, hosts)."""
    folder = Path(folder)
    signatures = read_signatures(folder / "signatures.txt")
    sources = [parse(path.stem, path.read_text("utf-8"), signatures) for path in sorted((folder / "mails").glob("*.txt"))]
    return sources, read_hosts(folder / "hosts.tsv")
