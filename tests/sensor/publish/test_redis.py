#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records in a real Redis, started here on a free loopback port: test_redis.py FEED [CASE...]; 77: no redis-server."""
import contextlib
import json
import pathlib
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

from validate_records import Validator

CHANNEL, STREAM = "mailtap:alerts", "mailtap:alerts:log"
WAIT_S = 60


def wait_until(condition, what):
    """Polls; the time-out only ends a test that has failed already."""
    end = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"never came: {what}")
        time.sleep(0.02)


class Resp:
    """A minimal Redis client, so that the test sees the protocol with other eyes than hiredis."""

    def __init__(self, server, password=None):
        if server.port:
            self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_S)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(str(server.socket))
        self.lines = self.socket.makefile("rb")
        if password:
            self.call("AUTH", password)

    def send(self, *words):
        parts = [str(word).encode() for word in words]
        out = b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts)
        self.socket.sendall(out)

    def read(self):
        line = self.lines.readline()
        if not line:
            raise ConnectionError("closed")
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            return self.lines.read(int(rest) + 2)[:-2] if int(rest) >= 0 else None
        if kind == b"*":
            return [self.read() for _ in range(int(rest))]
        if kind == b"-":
            raise ValueError(rest.decode())
        return int(rest) if kind == b":" else rest

    def call(self, *words):
        self.send(*words)
        return self.read()


class Server:
    def __init__(self, folder, *options, unix=False):
        self.folder, self.options, self.process = pathlib.Path(folder), options, None
        self.socket = self.folder / "redis.sock"
        self.port = 0 if unix else self.free_port()

    @staticmethod
    def free_port():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder),
                   "--unixsocket", str(self.socket), "--save", "", "--appendonly", "yes", "--appendfsync", "always"]
        self.process = subprocess.Popen([*command, *self.options], stdout=subprocess.DEVNULL)
        wait_until(self.answers, "redis-server")

    def answers(self):
        try:
            Resp(self).call("PING")
            return True
        except ValueError as error:
            return not str(error).startswith("LOADING")
        except OSError:
            return False

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(WAIT_S)
        self.process = None

    def stream(self, name=STREAM, password=None, database=0):
        client = Resp(self, password)
        client.call("SELECT", database)
        return [fields[fields.index(b"record") + 1] for _, fields in client.call("XRANGE", name, "-", "+")]


@contextlib.contextmanager
def redis(*options, **kinds):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder, *options, **kinds)
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Feed:
    def __init__(self, *args):
        self.process = subprocess.Popen([FEED, *args], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.log = []
        self.wait_for("ready")

    def wait_for(self, word):
        while True:
            line = self.process.stderr.readline()
            if not line:
                raise AssertionError(f"feed ended: {self.log}")
            line = line.rstrip("\n")
            if line == word or (word == "{" and line.startswith("{")):
                return line
            self.log.append(line)

    def say(self, command, answer="ok"):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.wait_for(answer)

    def counters(self):
        return json.loads(self.say("counters", "{"))

    def close(self):
        _, rest = self.process.communicate(timeout=WAIT_S)
        self.log += rest.splitlines()
        return self.process.returncode


def subjects(records):
    validator = Validator()
    return [int(validator.record(record)["email"]["subject"].split()[-1]) for record in records]


def drain(feed):
    """Ticks until nothing waits any more: the log says so once."""
    def is_back():
        feed.say("tick")
        return any("is back" in line for line in feed.log)
    wait_until(is_back, "delivery of what waited")


def case_channel_and_stream():
    with redis() as server:
        subscriber = Resp(server)
        subscriber.call("SUBSCRIBE", CHANNEL)
        feed = Feed(server.url)
        feed.say("publish 200")
        assert feed.close() == 0, feed.log
        messages = [subscriber.read()[2] for _ in range(200)]
        assert messages == server.stream()
        assert subjects(messages) == list(range(200))
        assert [json.loads(m)["mailtap"]["seq"] for m in messages] == list(range(1, 201))


def case_names_database_and_messages():
    """Messages go to the stream only; channel, stream and database as the SPEC says."""
    with redis() as server:
        subscriber = Resp(server)
        subscriber.call("SUBSCRIBE", "a b")
        feed = Feed(f"{server.url}/3?channel=a%20b&stream=s&records=all")
        feed.say("clean")
        feed.say("publish 1")
        assert feed.close() == 0, feed.log
        kinds = [json.loads(record)["event"]["kind"] for record in server.stream("s", database=3)]
        assert kinds == ["event", "event", "alert"], kinds
        assert json.loads(subscriber.read()[2])["event"]["kind"] == "alert"
        assert server.stream() == []


def case_socket_user_and_password():
    acl = ["--user", "sensor", "on", ">pa:ss/w@rd", "~*", "&*", "+@all", "--requirepass", "other"]
    with redis(*acl, unix=True) as server:
        feed = Feed(f"redis+unix://sensor:pa%3Ass%2Fw%40rd@{server.socket}")
        feed.say("publish 3")
        assert feed.close() == 0, feed.log
        feed = Feed(f"redis+unix://:other@{server.socket}")
        feed.say("publish 2")
        assert feed.close() == 0, feed.log
        assert subjects(server.stream(password="other")) == [0, 1, 2, 0, 1]


def case_refused():
    """What a wrong SPEC meets at the start: exit 2, a clear sentence, no password."""
    with redis("--requirepass", "right", "--databases", "4") as server:
        Resp(server, "right").call("SET", "plain", "x")
        rows = [(f"redis://:s3cret@127.0.0.1:{server.port}", "refused the user name or the password"),
                (f"redis://u:s3cret@127.0.0.1:{server.port}", "refused the user name or the password"),
                (server.url, "wants a password"),
                (f"redis://:right@127.0.0.1:{server.port}/9", "refused the database"),
                (f"redis://:right@127.0.0.1:{server.port}?stream=plain", "is no stream")]
        for spec, sentence in rows:
            done = subprocess.run([FEED, spec], input="", capture_output=True, text=True, timeout=WAIT_S)
            assert done.returncode == 2 and sentence in done.stderr, (spec, done)
            assert "s3cret" not in done.stderr and "right@" not in done.stderr, done.stderr


def case_restart():
    """The server goes away in the middle: nothing is lost, nothing stands twice, order holds."""
    with redis() as server:
        feed = Feed("--limit", "redis_retry_max_ms=200", server.url)
        feed.say("publish 50")
        server.stop()
        feed.say("publish 300")
        counters = feed.counters()
        assert counters["redis_spooled"] == 300 and counters["output_errors"] == 0, counters
        server.start()
        drain(feed)
        feed.say("publish 50")
        assert feed.counters()["redis_reconnects"] == 1
        assert feed.close() == 0, feed.log
        assert subjects(server.stream()) == list(range(400))


def case_server_closes_idle_connection():
    """A connection closed behind our back is made anew without a word and without loss."""
    with redis() as server:
        feed = Feed(server.url)
        for _ in range(3):
            feed.say("publish 10")
            Resp(server).call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        assert feed.close() == 0, feed.log
        assert subjects(server.stream()) == list(range(30))
        assert not any("away" in line for line in feed.log), feed.log


def case_late_start():
    """Redis comes after the sensor."""
    with redis() as server:
        server.stop()
        feed = Feed("--limit", "redis_retry_max_ms=200", server.url)
        feed.say("publish 5")
        server.start()
        assert feed.close() == 0, feed.log
        assert subjects(server.stream()) == list(range(5))


def case_never_back():
    """A bounded queue, then a clear failure with numbers."""
    port = Server.free_port()
    feed = Feed("--limit", "redis_queue_max_records=10", "--limit", "redis_flush_timeout_ms=300",
                f"redis://:s3cret@127.0.0.1:{port}")
    feed.say("publish 15")
    counters = feed.counters()
    assert counters["redis_dropped"] == 5 and counters["output_errors"] == 5, counters
    assert feed.close() == 1
    log = "\n".join(feed.log)
    assert "5 of 15 records were not taken" in log and "10 records were not delivered" in log and "s3cret" not in log, log


def case_undelivered_at_the_end():
    feed = Feed("--limit", "redis_flush_timeout_ms=300", f"redis://127.0.0.1:{Server.free_port()}")
    feed.say("publish 12")
    assert feed.close() == 1
    assert any(line.startswith("error:") and "12 records were not delivered" in line for line in feed.log), feed.log


def case_lost_answer():
    """The connection dies between a record's arrival and its answer: a proxy swallows the answer once. The record must not
    stand in the stream twice."""
    with redis() as server, Proxy(server.port) as proxy:
        feed = Feed("--limit", "redis_retry_max_ms=200", f"redis://127.0.0.1:{proxy.port}")
        feed.say("publish 3")
        proxy.swallow_next_answer()
        feed.say("publish 1")
        feed.say("publish 3")
        drain_if_away(feed)
        assert feed.close() == 0, feed.log
        assert proxy.swallowed, "the proxy saw no answer to swallow"
        assert subjects(server.stream()) == list(range(7))


def drain_if_away(feed):
    if any("is away" in line for line in feed.log):
        drain(feed)


class Proxy:
    """Forwards one connection at a time; can drop the server's next answer and the connection with it."""

    def __init__(self, target):
        self.target, self.armed, self.swallowed, self.stopping = target, False, False, False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping = True
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port)).close()
        self.thread.join(WAIT_S)
        self.listener.close()

    def swallow_next_answer(self):
        self.armed = True

    def run(self):
        while True:
            client, _ = self.listener.accept()
            if self.stopping:
                return
            with client, socket.create_connection(("127.0.0.1", self.target)) as server:
                self.forward(client, server)

    def forward(self, client, server):
        while True:
            for ready in select.select([client, server], [], [])[0]:
                data = ready.recv(65536)
                if not data:
                    return
                if ready is server and self.armed:
                    self.armed, self.swallowed = False, True
                    return
                (server if ready is client else client).sendall(data)


def main():
    if not shutil.which("redis-server"):
        print("skipped: no redis-server here (Debian package redis-server)")
        sys.exit(77)
    cases = {name[5:]: function for name, function in globals().items() if name.startswith("case_")}
    for name in sys.argv[2:] or cases:
        print(name, flush=True)
        cases[name]()


FEED = sys.argv[1]
if __name__ == "__main__":
    main()
