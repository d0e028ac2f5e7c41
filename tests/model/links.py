"""The connections of everybody: agencies to both daemons, receivers where their session is, followers, operators."""
from __future__ import annotations

import hashlib

import zmq

from peers import agency_pb2, journal_pb2, organisation_pb2
from wire import pack

CONTROLS = 8        # operators at once, a daemon
FOLLOW_CREDIT = 1000
HUB_CREDIT = 1000


class Links:
    """Sockets by who, which side and which daemon; opened when first needed, closed with their daemon."""

    def __init__(self, world) -> None:
        self.world = world
        self.context = zmq.Context.instance()
        self.poller = zmq.Poller()
        self.sockets: dict[tuple, zmq.Socket] = {}
        self.names: dict[zmq.Socket, tuple] = {}
        self.secrets = {}

    def get(self, name: str, side: str, daemon: int) -> zmq.Socket:
        key = (name, side, daemon)
        found = self.sockets.get(key)
        return found if found is not None else self.open(key)

    def open(self, key: tuple) -> zmq.Socket:
        name, side, daemon = key
        lab = self.world.lab
        one = self.context.socket(zmq.DEALER)
        one.linger, one.sndhwm, one.rcvhwm = 0, 0, 0
        one.reconnect_ivl, one.reconnect_ivl_max = 20, 200
        if side != "control":
            secret = self.secrets.setdefault(name, lab.secret(name))
            one.curve_serverkey, one.curve_secretkey, one.curve_publickey = lab.router_key.encode(), secret, zmq.curve_public(secret)
        one.connect(self.world.configs[daemon][1]["agencies" if side == "follow" else side])
        self.poller.register(one, zmq.POLLIN)
        self.sockets[key], self.names[one] = one, key
        return one

    def close(self, key: tuple) -> None:
        one = self.sockets.pop(key, None)
        if one is not None:
            self.poller.unregister(one)
            del self.names[one]
            one.close()

    def close_daemon(self, daemon: int) -> None:
        for key in [key for key in self.sockets if key[2] == daemon]:
            self.close(key)

    def close_all(self) -> None:
        for key in list(self.sockets):
            self.close(key)


class Follower:
    """One agency's journal, taken over entry by entry and verified."""

    def __init__(self, links: Links, agency: str, sink) -> None:
        self.links, self.agency, self.sink = links, agency, sink
        self.seq, self.hash, self.daemon = 0, b"\0" * 32, -1

    def follow(self, daemon: int) -> None:
        if self.daemon >= 0:
            self.links.close((self.agency, "follow", self.daemon))
        self.daemon = daemon
        self.send("follow", agency_pb2.Follow(after_seq=self.seq, credit=FOLLOW_CREDIT))

    def send(self, kind: str, body) -> None:
        self.links.get(self.agency, "follow", self.daemon).send_multipart([b"", pack(kind, {kind: body})])

    def take(self, entries) -> str:
        """What is wrong with them, or nothing. What was seen before is passed over."""
        before = self.seq
        for entry in entries.entries:
            if entry.seq <= self.seq:
                continue
            if entry.seq != self.seq + 1:
                self.follow(self.daemon)        # lost on the way: from our own place again
                return ""
            if entry.previous_hash != self.hash or entry.hash != hashlib.sha256(self.hash + entry.body).digest():
                return f"{self.agency}: the chain breaks at {entry.seq}"
            step = journal_pb2.Step.FromString(entry.body)
            if step.seq != entry.seq or step.agency != self.agency:
                return f"{self.agency}: entry {entry.seq} says it is {step.agency} {step.seq}"
            self.seq, self.hash = entry.seq, entry.hash
            self.sink(self.agency, step, entry)
        if self.seq > before:
            self.send("ack", agency_pb2.Ack(seq=self.seq))
        return ""


class Hub:
    """A receiver: where its session is, and what it was offered."""

    def __init__(self, links: Links, name: str) -> None:
        self.links, self.name = links, name
        self.daemon, self.open, self.asked_at = -1, False, 0.0

    def hello(self, daemon: int, now: float) -> None:
        self.daemon, self.open, self.asked_at = daemon, False, now
        self.put(pack("hello", {"hello": organisation_pb2.Hello(credit=HUB_CREDIT)}))

    def put(self, frame: bytes) -> None:
        self.links.get(self.name, "organisations", self.daemon).send_multipart([b"", frame])
