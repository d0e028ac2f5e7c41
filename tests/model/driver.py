"""Carries a script out, many operations at once, and keeps who was told what when."""
from __future__ import annotations

import itertools
import time
from collections import defaultdict

import zmq

import wire
from case import Broken, Case
from links import CONTROLS, Follower, Hub, Links
from peers import envelope_pb2, organisation_pb2, referral_pb2
from referral.v1 import control_pb2
from world import AGENCIES, HUBS

ANSWER_WITHIN = 60.0        # seconds; an answer that takes longer, from a daemon that lives, is a fault
LOOK_FOR = 3.0              # how long a replayed operation waits for the offer that it speaks of
AFTER_LOSS = ("busy", "not-permitted")
SKIPPED = object()


class Sent:
    """An operation under way, and then what became of it."""

    __slots__ = ("op", "agency", "ref", "actor", "invoked", "at", "answered", "lo", "word", "seq", "mark", "key", "assignment", "term", "stale",
                 "doubtful_term", "mode", "daemon", "control")


class Known:
    """What the players know of a referral: what they were told, not what is."""

    __slots__ = ("ref", "agency", "mode", "id", "offers", "guess", "case", "submit", "recent")

    def __init__(self, ref: str, agency: str) -> None:
        self.ref, self.agency, self.mode, self.id, self.guess = ref, agency, "", "", ""
        self.offers: list[str] = []
        self.case: Case | None = None
        self.submit: dict | None = None
        self.recent: list[dict] = []


class Driver:
    def __init__(self, world, table, writer, window: int = 256, swallow: str = "") -> None:
        self.world, self.table, self.writer, self.window = world, table, writer, window
        self.swallow = swallow                          # the planted fault: this kind of operation is told done, and never sent
        self.links = Links(world)
        self.known: dict[str, Known] = {}
        self.by_id: dict[str, Known] = {}
        self.terms: dict[str, int] = {}                 # assignment: the highest term seen
        self.organisation: dict[str, str] = {}          # assignment: whose
        self.pending: dict[str, Sent] = {}
        self.sent: list[Sent] = []                      # of this epoch
        self.groups: list = []                          # of this epoch: case, group
        self.heads = dict.fromkeys(AGENCIES, 0)         # what is known to be committed
        self.complaints: list[tuple[str, str]] = []     # referral or "", what is wrong
        self.histories: dict[str, list[str]] = {}
        self.numbers = itertools.count(1)
        self.moment = itertools.count(1)
        self.turn = itertools.count()
        self.done, self.skipped, self.words = 0, 0, defaultdict(int)
        self.hubs = {name: Hub(self.links, name) for name in HUBS}
        self.followers = {name: Follower(self.links, name, self.step) for name in AGENCIES}
        self.free_controls: dict[int, list[int]] = {0: list(range(CONTROLS)), 1: list(range(CONTROLS))}
        self.controls: dict[tuple[int, int], Sent] = {}
        self.checked_at, self.killed_at = 0.0, float("-inf")
        self.settle_down()

    # -- what is carried out --

    def perform(self, op: dict) -> object:
        """Sends it, or does it; SKIPPED when what it speaks of is not there."""
        special = getattr(self, "do_" + op["do"], None)
        if special is None:
            sent = self.prepare(op)
            if sent is None:
                self.skipped += 1
                return SKIPPED
            self.sent.append(sent)
        else:
            special(op)
        self.done += 1
        self.writer.add(op)
        return None

    def prepare(self, op: dict) -> Sent | None:
        if not self.world.alive():
            return None
        s = Sent()
        known = self.known.get(op["ref"])
        if known is None:
            known = self.known[op["ref"]] = Known(op["ref"], "")
        if op["do"] == "submit" and not known.agency:
            known.agency = op["who"]
        s.op, s.ref, s.agency, s.mode, s.actor = op, op["ref"], known.agency, known.mode, op.get("who", "operator")
        s.answered, s.word, s.seq, s.mark, s.key, s.assignment, s.term, s.stale, s.doubtful_term = 0, "", 0, b"", "", "", 0, False, False
        s.lo, s.control = self.heads.get(known.agency, 0), None
        put = self.put_answer if op["do"] in wire.ANSWERS else self.put_act if op["do"] in wire.OPERATOR else self.put_agency
        return s if put(s, known) else None

    def under_way(self, s: Sent, request_id: str) -> None:
        s.invoked, s.at = next(self.moment), time.monotonic()
        self.pending[request_id] = s

    def put_agency(self, s: Sent, known: Known) -> bool:
        op, alive = s.op, self.world.alive()
        s.daemon = alive[op.get("via", 0) % len(alive)]
        body = wire.agency_body(op)
        if op["do"] == "submit":
            s.key = wire.hashlib.sha256(body["submit"].referrals[0]).hexdigest()
            if known.submit is None:
                known.submit, known.mode = op, op["mode"]
            s.mode = known.mode
        elif op["do"] == "supplement":
            s.key = wire.key_of(body)
        return self.send(s, op["who"], "agencies", body)

    def put_answer(self, s: Sent, known: Known) -> bool:
        op, hub = s.op, self.hubs[s.op["who"]]
        self.wait_for(lambda: len(known.offers) > op["offer"])
        if len(known.offers) <= op["offer"] or not self.wait_for(lambda: hub.open):
            return False
        s.assignment, s.daemon = known.offers[op["offer"]], hub.daemon
        body = wire.answer_body(op, self.world.now_ms)
        message = next(iter(body.values()))
        message.assignment_id = s.assignment
        s.key = wire.key_of(body)
        if op["do"] != "follow-up":
            latest = self.terms[s.assignment]
            s.term = latest + op.get("term", 0)
            s.stale = s.term != latest
            message.term = max(0, s.term)
        return self.send(s, hub.name, "organisations", body)

    def send(self, s: Sent, name: str, side: str, body: dict) -> bool:
        request_id = str(next(self.numbers))
        self.under_way(s, request_id)
        if s.op["do"] == self.swallow and not s.op.get("lacks"):
            self.answer(request_id, "done", self.heads[s.agency] + 1, b"swallowed")
            return True
        self.links.get(name, side, s.daemon).send_multipart([b"", wire.pack(request_id, body)])
        return True

    def put_act(self, s: Sent, known: Known) -> bool:
        self.wait_for(lambda: known.id)
        alive = [i for i in self.world.alive() if self.free_controls[i]]
        if not known.id or not alive:
            return False
        s.daemon = alive[s.op.get("via", 0) % len(alive)]
        s.control = self.free_controls[s.daemon].pop()
        socket = self.links.get(f"operator{s.control}", "control", s.daemon)
        request_id = str(next(self.numbers))
        self.controls[s.daemon, s.control] = request_id
        self.under_way(s, request_id)
        socket.send_multipart([b"", wire.pack_control(wire.control_words(s.op, known.id))])
        return True

    def wait_for(self, condition) -> bool:
        """In a replay what an operation speaks of may still be on its way."""
        end = time.monotonic() + (LOOK_FOR if self.window == 1 else 0)
        while not condition() and time.monotonic() < end:
            self.pump(20)
        return bool(condition())

    # -- daemons and time --

    def do_clock(self, op: dict) -> None:
        self.world.clock.ms += op["ms"]

    def do_kill(self, op: dict) -> None:
        daemon = op["daemon"]
        self.world.kill_daemon(daemon)
        self.killed_at = time.monotonic()
        self.links.close_daemon(daemon)
        for request_id in [r for r, s in self.pending.items() if s.daemon == daemon]:
            self.answer(request_id, "lost", 0, b"")
        self.free_controls[daemon] = list(range(CONTROLS))
        for key in [key for key in self.controls if key[0] == daemon]:
            del self.controls[key]
        self.settle_down()

    def do_start(self, op: dict) -> None:
        self.world.start_daemon(op["daemon"])
        self.settle_down()

    def do_hello(self, op: dict) -> None:
        alive = self.world.alive()
        if alive:
            self.hubs[op["who"]].hello(alive[op["via"] % len(alive)], time.monotonic())

    def settle_down(self) -> None:
        """Who has lost its daemon goes to another one."""
        alive = self.world.alive()
        if not alive:
            return
        for one in (*self.hubs.values(), *self.followers.values()):
            if one.daemon not in alive:
                daemon = alive[next(self.turn) % len(alive)]
                one.hello(daemon, time.monotonic()) if isinstance(one, Hub) else self.refollow(one, daemon)

    def refollow(self, follower: Follower, daemon: int) -> None:
        self.links.close((follower.agency, "follow", follower.daemon))
        follower.daemon = -1
        follower.follow(daemon)

    # -- what comes --

    def pump(self, wait_ms: int = 0) -> None:
        for socket, _ in self.links.poller.poll(wait_ms):
            key = self.links.names.get(socket)
            for _ in range(200):
                if key is None or socket.closed:
                    break
                try:
                    frames = socket.recv_multipart(zmq.NOBLOCK, copy=True)
                except zmq.Again:
                    break
                self.receive(key, frames[-1])
        if time.monotonic() - self.checked_at > 1:
            self.look_after()

    def receive(self, key: tuple, frame: bytes) -> None:
        name, side, daemon = key
        if side == "control":
            request_id = self.controls.pop((daemon, int(name[8:])), None)
            self.free_controls[daemon].append(int(name[8:]))
            if request_id is not None:
                self.answer(request_id, *wire.of_control(control_pb2.ControlReply.FromString(frame)))
            return
        message = envelope_pb2.ServerMessage.FromString(frame)
        kind = message.WhichOneof("body")
        if side == "follow":
            self.followed(name, message, kind)
        elif message.request_id in self.pending:
            self.answer(message.request_id, *wire.of_message(message))
        elif kind == "assignment":
            self.offered(message.assignment)
        elif side == "organisations" and kind in ("hello_reply", "refusal"):
            self.greeted(self.hubs[name], daemon, getattr(message, kind))

    def followed(self, agency: str, message, kind: str) -> None:
        follower = self.followers[agency]
        if kind == "entries":
            try:
                wrong = follower.take(message.entries)
            except Broken as broken:
                wrong = str(broken)
            if wrong:
                self.complain("", wrong)

    def greeted(self, hub: Hub, daemon: int, reply) -> None:
        if daemon != hub.daemon:
            return
        hub.open = getattr(reply, "welcome", False)
        if not hub.open:
            hub.asked_at = time.monotonic() - 25      # again, soon

    def offered(self, offer) -> None:
        known = self.by_id.get(offer.referral_id)
        if known is None:
            ref = referral_pb2.Referral.FromString(offer.referral).agency_ref
            known = self.known.setdefault(ref, Known(ref, offer.agency_id))
            self.learn(known, offer.referral_id)
        if offer.assignment_id not in self.terms:
            known.offers.append(offer.assignment_id)
            known.guess = "offered"
            self.organisation[offer.assignment_id] = offer.organisation_id
        self.terms[offer.assignment_id] = max(offer.term, self.terms.get(offer.assignment_id, 0))

    def learn(self, known: Known, referral_id: str) -> None:
        if not known.id:
            known.id = referral_id
            self.by_id[referral_id] = known

    def answer(self, request_id: str, word: str, seq: int, mark: bytes) -> None:
        s = self.pending.pop(request_id)
        s.answered, s.word, s.seq, s.mark = next(self.moment), word, seq, mark
        if word == "done":
            self.heads[s.agency] = max(self.heads[s.agency], seq)
            row = self.table.next(self.known[s.ref].guess, wire.event_of(s.op)) if s.op["do"] != "submit" else None
            if row is not None:
                self.known[s.ref].guess = row.to[0]
        if word == "not-permitted" and s.op["do"] in wire.ANSWERS:
            hub = self.hubs[s.op["who"]]
            if hub.open and hub.daemon == s.daemon:
                hub.hello(hub.daemon, time.monotonic())

    def step(self, agency: str, step, entry) -> None:
        """A journal entry that has come: into its case."""
        self.heads[agency] = max(self.heads[agency], step.seq)
        known = self.by_id.get(step.referral_id)
        if known is None:
            known = self.known.setdefault(step.agency_ref, Known(step.agency_ref, agency))
            self.learn(known, step.referral_id)
        if known.case is None:
            known.case = Case(self.table, agency, known.ref)
        try:
            group = known.case.take(step)
        except Broken as broken:
            self.complain(known.ref, f"entry {step.seq}: {broken}")
            return
        if group is not None:
            known.guess = group.view.state
            self.groups.append((known, group))

    def look_after(self) -> None:
        """Once a second: sessions are kept, and nothing may wait for ever."""
        now = self.checked_at = time.monotonic()
        for hub in self.hubs.values():
            if hub.daemon >= 0 and hub.open:
                hub.put(wire.pack("ping", {"ping": organisation_pb2.Ping()}))
            elif hub.daemon >= 0 and now - hub.asked_at > 20:
                hub.hello(hub.daemon, now)
        for request_id, s in list(self.pending.items()):
            if now - s.at < ANSWER_WITHIN:
                break       # they are in order
            self.complain(s.ref, f"no answer to {s.op['do']} within {ANSWER_WITHIN:.0f} s")
            self.answer(request_id, "lost", 0, b"")

    def complain(self, ref: str, text: str) -> None:
        self.complaints.append((ref, text))

    def drain(self, most: int = 0) -> None:
        while len(self.pending) > most:
            self.pump(50)
