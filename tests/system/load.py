"""Agencies, followers and receivers that work on their own threads, lose connections, and keep all they were told."""
from __future__ import annotations

import hashlib
import random
import threading
import time

from peers import (Agency, FAULTS, NoAnswer, Receiver, STATUS, agency_pb2, journal_pb2, organisation_pb2, party, referral)

ANSWER_WITHIN = 3.0         # seconds; then the connection is taken for dead
FINAL = ("ACCEPTED", "MANUAL", "REFUSED")
FOOTINGS = {"court": "COURT_PRE_FILING", "petition": "PETITION_APPEAL", "police": "POLICE_CIVIL", "platform": "PLATFORM_ONLINE"}
PLACES = {"320505": ("320505002004", "320505002005", "320505003001"), "320506": ("320506001012", "320506001013"),
          "320102": ("320102002001",)}
CATEGORIES = ("neighbour", "labour", "medical", "debt", "", "CC-4-10-89-3")


class Worker(threading.Thread):
    """A peer on a thread of its own. What goes wrong is kept in `failure`, and told by finish()."""

    def __init__(self, lab, name: str, seed: int, ends: dict[str, str] | None = None) -> None:
        super().__init__(name=name, daemon=True)
        self.lab, self.peer_name, self.ends = lab, name, ends or lab.ends
        self.random = random.Random(f"{seed} {name} {type(self).__name__}")
        self.stopping = threading.Event()
        self.failure: BaseException | None = None
        self.client = None

    def connect(self):
        raise NotImplementedError

    def turn(self) -> bool:
        """One piece of work; False when, told to stop, there is nothing left to do."""
        raise NotImplementedError

    def again(self):
        if self.client:
            self.client.close()
        self.client = self.connect()

    def run(self) -> None:
        try:
            self.again()
            while self.turn():
                pass
        except BaseException as error:      # told by whoever waits for us
            self.failure = error
        finally:
            if self.client:
                self.client.close()

    def ask(self, **body):
        """The answer, or None when there was none and the connection is new; waits out a BUSY."""
        try:
            reply = self.client.ask(ANSWER_WITHIN, **body)
        except NoAnswer:
            self.again()
            return None
        inner = getattr(reply, reply.WhichOneof("body"))
        busy = getattr(inner, "retry_after_ms", 0)
        if busy:
            self.pause(busy / 1000)
            return None
        return inner

    @staticmethod
    def pause(seconds: float) -> None:
        """What an agency does between its messages, or when told to come again later."""
        time.sleep(seconds)

    def finish(self, patience: float = 60.0) -> None:
        self.stopping.set()
        self.join(patience)
        if self.failure:
            raise AssertionError(f"{self.name}: {self.failure!r}") from self.failure
        assert not self.is_alive(), f"{self.name} does not come to its end"


class Sender(Worker):
    """Submits without end; each referral again and again until there is a final receipt, and that once more later."""

    def __init__(self, lab, name: str, seed: int, think: float = 0.02, most: int = 8, prefix: str = "", **more) -> None:
        super().__init__(lab, name, seed, **more)
        self.think, self.most, self.prefix = think, most, prefix or name
        self.sent: dict[str, bytes] = {}
        self.receipts: dict[str, bytes] = {}
        self.waits: list[float] = []            # seconds from the first sending to the final receipt
        self.busy = 0
        self.in_doubt = 0                       # first told as a duplicate: committed, but the answer was lost
        self.supplemented: dict[tuple[str, str], tuple[int, bytes]] = {}
        self.withdrawn: set[str] = set()
        self.count = 0

    def connect(self):
        return Agency(self.lab, self.peer_name, endpoint=self.ends["agencies"])

    def make(self) -> tuple[str, bytes]:
        self.count += 1
        channel, _, county = self.peer_name.partition("-")
        ref = f"{self.prefix}/{self.count}"
        one = referral(ref, channel=channel, mode=FOOTINGS[channel], place=self.random.choice(PLACES[county]),
                       category=self.random.choice(CATEGORIES),
                       summary=f"第{self.count}件 " + "事由 " * self.random.randrange(1, 50),
                       parties=[party(name=f"当事人{i}") for i in range(self.random.randrange(1, 4))])
        return ref, one.SerializeToString()

    def turn(self) -> bool:
        if self.stopping.is_set():
            return False
        items = dict(self.make() for _ in range(self.random.randrange(1, self.most + 1)))
        self.sent.update(items)
        self.deliver(items)
        if self.receipts and self.random.random() < 0.2:
            ref = self.random.choice(list(self.receipts))
            self.deliver({ref: self.sent[ref]})
        if self.receipts and self.random.random() < 0.1:
            self.supplement(self.random.choice(list(self.receipts)))
        if self.receipts and self.random.random() < 0.05:
            self.withdraw(self.random.choice(list(self.receipts)))
        self.pause(self.random.uniform(0, 2 * self.think))
        return True

    def deliver(self, items: dict[str, bytes]) -> None:
        """The same bytes until each has its final receipt."""
        start = time.monotonic()
        while items:
            reply = self.ask(submit=agency_pb2.Submit(referrals=list(items.values())))
            if reply is None:
                continue
            wait = 0
            for (ref, _), raw, duplicate in zip(list(items.items()), reply.receipts, reply.duplicate):
                receipt = agency_pb2.Receipt.FromString(raw)
                status = STATUS[receipt.status]
                if status == "BUSY":
                    self.busy += 1
                    wait = max(wait, receipt.retry_after_ms)
                    continue
                assert status in FINAL and receipt.referral_id, (ref, status, receipt.faults)
                self.in_doubt += duplicate and ref not in self.receipts
                assert self.receipts.setdefault(ref, raw) == raw, f"{ref}: another receipt than before"
                self.waits.append(time.monotonic() - start)
                del items[ref]
            if wait:
                self.pause(wait / 1000)

    def until_told(self, **body):
        while (reply := self.ask(**body)) is None:
            pass
        return reply

    def supplement(self, ref: str) -> None:
        number = f"s{len(self.supplemented)}"
        reply = self.until_told(supplement=agency_pb2.Supplement(agency_ref=ref, supplement_ref=number, summary="补充"))
        if reply.done:
            self.supplemented[ref, number] = reply.journal_seq, reply.journal_hash

    def withdraw(self, ref: str) -> None:
        if self.until_told(withdraw=agency_pb2.Withdraw(agency_ref=ref, reason="撤回")).done:
            self.withdrawn.add(ref)


class Follower(Worker):
    """Takes an agency's journal over, entry by entry, verified and acknowledged."""

    QUIET = 2.0

    def __init__(self, lab, name: str, seed: int, **more) -> None:
        super().__init__(lab, name, seed, **more)
        self.hashes: list[bytes] = []

    def connect(self):
        one = Agency(self.lab, self.peer_name, endpoint=self.ends["agencies"])
        one.follow(len(self.hashes), credit=200)
        return one

    def turn(self) -> bool:
        try:
            message = self.client.receive(self.QUIET)
        except NoAnswer:
            if self.stopping.is_set():
                return False
            self.again()
            return True
        if message.WhichOneof("body") == "refusal":     # busy; a cursor ahead would be a lost entry
            assert message.refusal.retry_after_ms, message
            self.pause(message.refusal.retry_after_ms / 1000)
            self.again()
            return True
        if message.WhichOneof("body") != "entries":
            return True
        before = len(self.hashes)
        for entry in message.entries.entries:
            if entry.seq <= len(self.hashes):
                assert self.hashes[entry.seq - 1] == entry.hash, f"entry {entry.seq} came again with another hash"
            elif entry.seq == len(self.hashes) + 1:
                previous = self.hashes[-1] if self.hashes else b"\0" * 32
                assert entry.previous_hash == previous
                assert entry.hash == hashlib.sha256(previous + entry.body).digest()
                step = journal_pb2.Step.FromString(entry.body)
                assert (step.agency, step.seq) == (self.peer_name, entry.seq)
                self.hashes.append(entry.hash)
            else:
                self.again()                            # a gap: what was under way is lost; from our cursor again
                return True
        if len(self.hashes) > before:
            self.client.send(ack=agency_pb2.Ack(seq=len(self.hashes)))
        return True


class Taker(Worker):
    """A receiver that accepts, declines and concludes, and keeps what was confirmed."""

    def __init__(self, lab, name: str, seed: int, credit: int = 50, conclude: float = 0.6, decline: float = 0.1,
                 **more) -> None:
        super().__init__(lab, name, seed, **more)
        self.credit, self.conclude_share, self.decline_share = credit, conclude, decline
        self.partners: set[str] = set()                 # assignments that somebody else leads
        self.held: dict[str, tuple[str, str]] = {}      # assignment: referral, organisation
        self.terms: dict[str, int] = {}
        self.confirmed: dict[str, set[str]] = {"accept": set(), "decline": set(), "conclude": set()}
        self.to_do: list[tuple[str, str]] = []
        self.welcome = False

    def connect(self):
        self.welcome = False
        return Receiver(self.lab, self.peer_name, endpoint=self.ends["organisations"])

    def turn(self) -> bool:
        if not self.welcome:
            reply = self.ask(hello=organisation_pb2.Hello(credit=self.credit))
            self.welcome = bool(reply and reply.welcome)
            if self.welcome:
                self.client.ping_every = reply.ping_interval_ms / 2000
            return True
        self.take_over()
        if self.to_do:
            self.answer(*self.to_do[0])
            return True
        if self.stopping.is_set():
            return False
        try:
            self.client.unasked.append(self.client.receive(0.3))
        except NoAnswer:
            # A router that was restarted does not know us: a Ping without a session is refused.
            reply = self.ask(ping=organisation_pb2.Ping())
            if reply is not None and not isinstance(reply, organisation_pb2.Pong):
                self.welcome = False
        return True

    def take_over(self) -> None:
        for message in self.client.unasked:
            if message.WhichOneof("body") == "assignment":
                offer = message.assignment
                known = self.held.setdefault(offer.assignment_id, (offer.referral_id, offer.organisation_id))
                assert known == (offer.referral_id, offer.organisation_id)
                fresh = offer.assignment_id not in self.terms
                self.terms[offer.assignment_id] = max(offer.term, self.terms.get(offer.assignment_id, 0))
                if offer.lead_id:
                    self.partners.add(offer.assignment_id)
                if fresh:
                    declines = self.random.random() < self.decline_share
                    self.to_do.append(("decline" if declines else "accept", offer.assignment_id))
        self.client.unasked.clear()

    def body_of(self, what: str, assignment: str) -> dict:
        key = dict(assignment_id=assignment, term=self.terms[assignment])
        if what == "accept":
            return {"accept": organisation_pb2.Accept(**key)}
        if what == "decline":
            return {"decline": organisation_pb2.Decline(reason=3, **key)}
        return {"conclude": organisation_pb2.Conclude(conclusion=4, **key)}

    def answer(self, what: str, assignment: str) -> None:
        reply = self.ask(**self.body_of(what, assignment))
        if reply is None:
            return
        if not isinstance(reply, agency_pb2.StepReply):
            self.welcome = False                        # no session on this connection any more
            return
        if reply.done:
            self.confirmed[what].add(assignment)
            if what == "accept" and assignment not in self.partners and self.random.random() < self.conclude_share:
                self.to_do.append(("conclude", assignment))
        else:
            word = FAULTS[reply.faults[0].code]
            if word == "stale-term":                    # the newer offer is on its way
                try:
                    self.client.unasked.append(self.client.receive(1.0))
                except NoAnswer:
                    self.welcome = False
                return
            assert word in ("assignment-closed", "state-forbids"), (what, word)
        self.to_do.pop(0)
