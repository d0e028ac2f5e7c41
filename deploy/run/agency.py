"""One sending agency: its connection, its open requests, the answers it checks and keeps."""
from __future__ import annotations

import itertools
from collections import deque
from types import SimpleNamespace

from dealer import Dealer
from follower import Follower
from ledger import Ledger, tell
from outbox import RESEND_AFTER, Item, Request
from wire import VERSION, fault_codes, word

FINAL = ("accepted", "manual", "refused")


class Agency:
    """Speaks for one agency. Whoever drives it says what to send; it sees each request through."""

    def __init__(self, pb: SimpleNamespace, name: str, dealer: Dealer, ledger: Ledger) -> None:
        self.pb, self.name, self.dealer, self.ledger = pb, name, dealer, ledger
        self.open: dict[str, Request] = {}
        self.garbage: Request | None = None     # one message at a time whose answer cannot name it
        self.settled: deque[Item] = deque(maxlen=300)   # committed referrals, to repeat and to contradict
        self.follower = Follower(pb, name, ledger, self.send_aside)
        self._ids = itertools.count(1)

    # sending

    def request_id(self) -> str:
        return f"{self.name}-{next(self._ids)}"

    def send_aside(self, body: str, message: object) -> None:
        """Send what needs no answer kept: follow and ack."""
        self.dealer.send(self._envelope(self.request_id(), body, message))

    def submit(self, items: list[Item]) -> None:
        """Send a batch; each item is recorded before it leaves."""
        for item in items:
            self.ledger.write("sent", item=item.number, agency=item.agency, ref=item.ref, sha256=item.sha256,
                              expect=item.expect, code=item.code, first=item.first.number if item.first else None)
        self._submit(items)

    def _submit(self, items: list[Item], seconds: float = 0.0) -> None:
        body = self.pb.Submit(referrals=[item.content for item in items])
        self._ask("submit", body, seconds, items=items)

    def step(self, body: str, message: object, about: Item) -> None:
        """Send a Supplement, Withdraw or Query about a committed referral."""
        self._ask(body, message, about=about)

    def mistake(self, request_id: str, what: str, message: bytes, code: str) -> None:
        """Send a ClientMessage that is wrong as a whole."""
        request = Request(request_id, message, what, code=code)
        self.open[request_id] = request
        if code == "malformed":
            self.garbage = request
        self.ledger.write("mistake", request=request_id, agency=self.name, what=what, code=code)
        self.dealer.send(message)

    def _ask(self, body: str, message: object, seconds: float = 0.0, **kept: object) -> None:
        """Send now, or leave it to resend() after so many seconds."""
        request_id = self.request_id()
        request = Request(request_id, self._envelope(request_id, body, message), body, **kept)
        self.open[request_id] = request
        if seconds:
            request.postpone(seconds)
        else:
            self._send(request)

    def _send(self, request: Request) -> None:
        for item in request.items:
            item.sent += 1
        self.dealer.send(request.message)

    def _envelope(self, request_id: str, body: str, message: object) -> bytes:
        return self.pb.ClientMessage(version=VERSION, request_id=request_id, **{body: message}).SerializeToString()

    def resend(self) -> None:
        """Send again, byte for byte, what has waited too long."""
        for request in self.open.values():
            if request.due():
                request.postpone(RESEND_AFTER)
                self._send(request)

    # receiving

    def receive(self) -> None:
        for message in self.dealer.receive():
            kind = message.WhichOneof("body")
            if kind == "entries":
                self.follower.take(list(message.entries.entries))
                continue
            if kind == "ack_reply":
                self.follower.confirmed(message.ack_reply.seq)
                continue
            request = self.open.get(message.request_id)
            if kind == "refusal" and not message.request_id:
                request = self.garbage
            if request is None:
                self._unasked(kind, message)
            elif kind == "submit_reply":
                self._receipts(request, message.submit_reply)
            elif kind == "refusal":
                self._refusal(request, message.refusal)
            elif kind == "step_reply":
                self._step_reply(request, message.step_reply)
            elif kind == "query_reply":
                self._query_reply(request, message.query_reply)

    def _unasked(self, kind: str, message: object) -> None:
        """An answer to follow or ack, or a second answer to something sent twice; only a fault is worth keeping."""
        if kind == "refusal" and not message.refusal.retry_after_ms:
            self.ledger.write("unasked-refusal", agency=self.name, codes=fault_codes(self.pb, message.refusal.faults))

    def _receipts(self, request: Request, reply: object) -> None:
        if len(reply.receipts) != len(request.items):
            self.ledger.write("violation", agency=self.name,
                              what=f"{len(reply.receipts)} receipts for {len(request.items)} referrals")
        del self.open[request.request_id]
        busy, wait = [], 0
        for item, raw, duplicate in zip(request.items, reply.receipts, reply.duplicate):
            receipt = self.pb.Receipt.FromString(raw)
            status = word(self.pb.ReceiptStatus, "RECEIPT_STATUS", receipt.status)
            if status == "busy":
                busy.append(item)
                wait = max(wait, receipt.retry_after_ms)
            else:
                self._keep(item, raw, receipt, status, duplicate)
        if busy:
            self.ledger.write("busy", agency=self.name, items=[item.number for item in busy], wait_ms=wait)
            self._submit(busy, wait / 1000)

    def _keep(self, item: Item, raw: bytes, receipt: object, status: str, duplicate: bool) -> None:
        item.receipt, item.referral = raw, receipt.referral_id
        codes = fault_codes(self.pb, receipt.faults)
        self.ledger.write("receipt", item=item.number, status=status, referral=receipt.referral_id, bytes=raw.hex(),
                          ref=receipt.agency_ref, duplicate=duplicate, sent=item.sent, codes=codes,
                          sha256=receipt.content_sha256.hex(), stored_sha256=receipt.stored_sha256.hex(),
                          seq=receipt.journal_seq, hash=receipt.journal_hash.hex())
        if item.expect == "final":
            if status in FINAL and receipt.referral_id:
                self.settled.append(item)
            tell("receipt", agency=self.name, ref=item.ref, referral=receipt.referral_id, status=status,
                 title=item.title, organisation=receipt.organisation_name, rule=receipt.rule,
                 reason=receipt.faults[0].text_zh if receipt.faults else "")

    def _refusal(self, request: Request, refusal: object) -> None:
        if refusal.retry_after_ms:
            request.postpone(refusal.retry_after_ms / 1000)
            return
        del self.open[request.request_id]
        if request is self.garbage:
            self.garbage = None
        codes = fault_codes(self.pb, refusal.faults)
        self.ledger.write("refusal", request=request.request_id, agency=self.name, what=request.what, codes=codes,
                          expected=request.code, items=[item.number for item in request.items])

    def _step_reply(self, request: Request, reply: object) -> None:
        if reply.retry_after_ms:
            request.postpone(reply.retry_after_ms / 1000)
            return
        del self.open[request.request_id]
        self.ledger.write("step", agency=self.name, what=request.what, referral=request.about.referral,
                          done=reply.done, codes=fault_codes(self.pb, reply.faults),
                          seq=reply.journal_seq, hash=reply.journal_hash.hex())

    def _query_reply(self, request: Request, reply: object) -> None:
        del self.open[request.request_id]
        self.ledger.write("query", agency=self.name, referral=reply.referral_id, asked=request.about.referral,
                          same_receipt=reply.receipt == request.about.receipt)
