#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schema takes what `feed` writes, and refuses records that were tampered with: test_schema.py FEED"""
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from validate_records import SCHEMA, Validator

# (path of keys and indices, new value); DELETE takes the member out.
DELETE = object()
TAMPERINGS = [
    (["@timestamp"], "2026-11-23T02:13:21Z"),
    (["@timestamp"], DELETE),
    (["event", "id"], "xyz"),
    (["event", "severity"], 50),
    (["event", "kind"], "event"),
    (["event", "risk_score"], 101),
    (["mailtap", "category"], "clean"),
    (["mailtap", "category"], "evil"),
    (["mailtap", "severity"], "info"),
    (["mailtap", "seq"], 0),
    (["mailtap", "seq"], DELETE),
    (["mailtap", "surprise"], 1),
    (["surprise"], {}),
    (["source"], DELETE),
    (["source", "ip"], "300.1.1.1"),
    (["network", "community_id"], "1:x"),
    (["rule"], DELETE),
    (["related", "hash", 0], "abc"),
    (["related", "ip", 0], "host"),
    (["threat", "technique", "id", 0], "1566"),
    (["mailtap", "findings", 0, "evidence"], "x" * 201),
    (["mailtap", "findings", 0, "title_ja"], DELETE),
    (["mailtap", "mail", "via"], "file"),
    (["mailtap", "mail", "sha256"], "00"),
    (["mailtap", "damage", "complete"], "yes"),
    (["mailtap", "session"], DELETE),
    (["mailtap", "session", "password"], "x"),
    (["mailtap", "session", "accepted"], True),
    (["email", "attachments", 0, "file", "hash", "md5"], "0"),
    (["mailtap", "session", "anomalies", 0, "name"], "made-up"),
    (["mailtap", "session", "recipients", 0, "outcome"], "true"),
    (["mailtap", "session", "tls", "decrypted"], DELETE),
    (["mailtap", "session", "tls", "certificate", "sha256"], "E" * 64),
    (["mailtap", "mail", "reading"], "loose"),
    (["email", "body"], "text"),
    (["tls"], {"established": True, "resumed": False}),
    (["user"], {"name": "taro"}),
]
SESSION_TAMPERINGS = [
    (["event", "kind"], "alert"),
    (["event", "dataset"], "mailtap.message"),
    (["event", "action"], "mail-seen"),
    (["event", "outcome"], DELETE),
    (["event", "category"], ["network", "session"]),
    (["event", "start"], DELETE),
    (["event", "severity"], 0),
    (["email"], {"subject": "x"}),
    (["rule"], {"id": "N01", "name": "x"}),
    (["source"], DELETE),
    (["source", "bytes"], DELETE),
    (["network", "bytes"], -1),
    (["tls", "version"], "TLS 1.2"),
    (["tls", "server", "hash", "sha256"], "e" * 64),
    (["user", "password"], "x"),
    (["mailtap", "category"], "clean"),
    (["mailtap", "session", "password"], "x"),
    (["mailtap", "session", "close"], "bye"),
    (["mailtap", "session", "uninspected_reason"], DELETE),
    (["mailtap", "session", "commands", 0, "count"], 0),
    (["mailtap", "session", "mails"], DELETE),
]


def tamper(record, path, value):
    record = copy.deepcopy(record)
    parent = record
    for key in path[:-1]:
        parent = parent[key]
    if value is DELETE:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return json.dumps(record).encode()


def check_anomalies(schema):
    """The closed list is that of the program."""
    rows = (SCHEMA.parent.parent / "reassembly" / "anomalies.def").read_text(encoding="utf-8")
    names = re.findall(r'^ANOMALY\(\w+, "([^"]+)"', rows, re.M)
    listed = schema["$defs"]["anomalies"]["items"]["properties"]["name"]["enum"]
    assert names and sorted(names) == sorted(listed), set(names) ^ set(listed)


def main():
    validator = Validator()
    check_anomalies(validator.validator.schema)
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out.jsonl"
        subprocess.run([sys.argv[1], f"file:{out}?records=all"], input=b"publish 2\nclean\nsession\n", check=True, timeout=60)
        records = [validator.record(line) for line in out.read_bytes().splitlines()]
    datasets = [record["event"]["dataset"] for record in records]
    assert datasets == ["mailtap.message", "mailtap.alert"] * 2 + ["mailtap.message", "mailtap.session"], datasets
    assert [record["mailtap"]["seq"] for record in records] == [1, 2, 3, 4, 5, 6]
    for record, tamperings in ((records[1], TAMPERINGS), (records[5], SESSION_TAMPERINGS)):
        for path, value in tamperings:
            try:
                validator.record(tamper(record, path, value))
            except ValueError:
                continue
            sys.exit(f"the schema takes a {record['event']['dataset']} with {path} tampered with")
    for line in (b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":"\xff"}', b"[]", b""):
        try:
            validator.record(line)
        except ValueError:
            continue
        sys.exit(f"the validator takes {line!r}")


if __name__ == "__main__":
    main()
