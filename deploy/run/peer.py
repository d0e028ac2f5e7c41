"""One receiver: a hub or an organisation with a system of its own, on its own connection.

Holds the highest term of each assignment, sends each answer until it is answered, keeps the session alive.
"""
from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from types import SimpleNamespace

from dealer import Dealer
from ledger import Ledger, tell
from loop import Loop
from practice import Practice
from wire import VERSION, fault_codes

RESEND_AFTER = 10.0     # seconds
OVER = {"assignment-closed", "state-forbids", "assignment-unknown"}     # the case has ended without us
FIELDS = {"Accept": "accept", "Decline": "decline", "Progress": "progress", "Conclude": "conclude",
          "FollowUp": "follow_up"}


@dataclass
class Case:
    """One assignment, and the steps still to be reported on it."""
    assignment: str
    term: int
    organisation: str
    referral_id: str
    referral: object
    agency: str
    finish_by_ms: int
    led: bool = False           # in joint mediation, by another organisation
    steps: list[tuple[str, object]] = field(default_factory=list)
    request_id: str = ""        # of the step that waits for its answer
    resend_at: float = 0.0
    over: bool = False


class Peer:
    """Speaks for one receiver."""

    def __init__(self, pb: SimpleNamespace, name: str, dealer: Dealer, ledger: Ledger, loop: Loop,
                 practice: Practice, credit: int) -> None:
        self.pb, self.name, self.dealer, self.ledger, self.loop = pb, name, dealer, ledger, loop
        self.practice, self.credit = practice, credit
        self.cases: dict[str, Case] = {}        # not over yet, by assignment id
        self.finished: set[str] = set()         # assignment ids of those that are
        self.waiting: dict[str, Case] = {}      # by request id
        self.ping_every = 2.0
        self.welcome = False
        self.heard = time.monotonic()
        self.spoke = 0.0
        self._ids = itertools.count(1)

    # the session

    def look_after(self) -> None:
        """Greet, ping and resend, each when its time has come."""
        now = time.monotonic()
        if now - self.heard > 3 * self.ping_every:
            self.welcome = False
        if now - self.spoke >= self.ping_every * (0.9 if self.welcome else 1.0):
            self.spoke = now
            if self.welcome:
                self._send("ping", self.pb.Ping())
            else:
                self._send("hello", self.pb.Hello(credit=self.credit))
        for case in list(self.waiting.values()):
            if now >= case.resend_at:
                self._report(case)

    def _send(self, body: str, message: object) -> str:
        request_id = f"{self.name}-{next(self._ids)}"
        self.dealer.send(self.pb.ClientMessage(version=VERSION, request_id=request_id,
                                               **{body: message}).SerializeToString())
        return request_id

    def receive(self) -> None:
        for message in self.dealer.receive():
            self.heard = time.monotonic()
            kind = message.WhichOneof("body")
            if kind == "hello_reply":
                self._greeted(message.hello_reply)
            elif kind == "assignment":
                self._assigned(message.assignment)
            elif kind == "cancelled":
                self._cancelled(message.cancelled)
            elif kind in ("step_reply", "refusal"):
                self._answered(message.request_id, getattr(message, kind), kind)

    def _greeted(self, reply: object) -> None:
        self.welcome = reply.welcome
        if reply.welcome:
            self.ping_every = reply.ping_interval_ms / 1000 or self.ping_every
            self.ledger.write("session", receiver=self.name, organisations=reply.organisations)
        else:
            self.ledger.write("unwelcome", receiver=self.name, codes=fault_codes(self.pb, reply.faults),
                              retry_after_ms=reply.retry_after_ms)

    # assignments

    def _assigned(self, offer: object) -> None:
        """Keep the id and the highest term; only a new id starts anything."""
        self.ledger.write("assignment", receiver=self.name, assignment=offer.assignment_id, term=offer.term,
                          organisation=offer.organisation_id, referral=offer.referral_id)
        known = self.cases.get(offer.assignment_id)
        if known:
            known.term = max(known.term, offer.term)
        if known or offer.assignment_id in self.finished:
            return
        case = Case(offer.assignment_id, offer.term, offer.organisation_id, offer.referral_id,
                    self.pb.Referral.FromString(offer.referral), offer.agency_id, offer.finish_by_ms, bool(offer.lead_id))
        self.cases[case.assignment] = case
        self.loop.after(self.practice.pause(0.3, 1.5), lambda: self._decide(case))

    def _cancelled(self, notice: object) -> None:
        self.ledger.write("cancelled", receiver=self.name, assignment=notice.assignment_id, reason=notice.reason)
        case = self.cases.get(notice.assignment_id)
        if case:
            self._end(case)

    def _decide(self, case: Case) -> None:
        """Decline, or accept and plan the whole course of the mediation."""
        if case.over:
            return
        if self.practice.declines():
            case.steps = [self.practice.decline()]
        elif case.led:
            case.steps = [("", self.pb.Accept())]
        else:
            outcome, conclude = self.practice.conclude(case.referral)
            after = self.practice.follow_up() if outcome == "agreed" else []
            case.steps = [("", self.pb.Accept()), *self.practice.progress(case.referral, case.finish_by_ms), (outcome, conclude), *after]
        self._report(case)

    def _report(self, case: Case) -> None:
        """Send the first step that is left, with the newest term."""
        self.waiting.pop(case.request_id, None)
        if case.over or not case.steps:
            return
        message = case.steps[0][1]
        message.assignment_id = case.assignment
        if hasattr(message, "term"):        # a FollowUp has none: the assignment is closed
            message.term = case.term
        case.request_id = self._send(FIELDS[type(message).__name__], message)
        case.resend_at = time.monotonic() + RESEND_AFTER
        self.waiting[case.request_id] = case

    def _answered(self, request_id: str, reply: object, kind: str) -> None:
        case = self.waiting.get(request_id)
        if case is None:
            self._unasked(kind, reply)
        elif reply.retry_after_ms:
            case.resend_at = time.monotonic() + reply.retry_after_ms / 1000
        elif kind == "step_reply" and reply.done:
            self.waiting.pop(request_id)
            self._done(case)
        else:
            self.waiting.pop(request_id)
            self._refused(case, fault_codes(self.pb, reply.faults))

    def _unasked(self, kind: str, reply: object) -> None:
        """A Refusal of a ping means that the session has ended: greet again."""
        if kind == "refusal":
            self.welcome = False
            self.ledger.write("unasked-refusal", receiver=self.name, codes=fault_codes(self.pb, reply.faults))

    def _done(self, case: Case) -> None:
        """The step is committed: record it, tell it, go on to the next after a while."""
        detail, message = case.steps.pop(0)
        what = FIELDS[type(message).__name__]
        self.ledger.write("answer", receiver=self.name, assignment=case.assignment, referral=case.referral_id,
                          organisation=case.organisation, what="join" if case.led and what == "accept" else what, detail=detail,
                          done=True)
        tell(what, receiver=self.name, organisation=case.organisation, referral=case.referral_id, detail=detail,
             minor=getattr(message, "agreement_minor", 0), currency=getattr(message, "currency", ""))
        if case.steps:
            self.loop.after(self.practice.pause(0.5, 2.5), lambda: self._report(case))
        else:
            self._end(case)

    def _refused(self, case: Case, codes: list[str]) -> None:
        """A stale term is answered with the newer one; a case that is over is let go; the rest is for the oracle."""
        what = FIELDS[type(case.steps[0][1]).__name__]
        self.ledger.write("answer", receiver=self.name, assignment=case.assignment, referral=case.referral_id,
                          organisation=case.organisation, what=what, detail=case.steps[0][0], done=False, codes=codes)
        if codes == ["stale-term"]:
            self.loop.after(1.0, lambda: self._report(case))
        else:
            self._end(case)

    def _end(self, case: Case) -> None:
        self.waiting.pop(case.request_id, None)
        case.over = True
        self.cases.pop(case.assignment, None)
        self.finished.add(case.assignment)
