"""An agency's side of its journal: takes the entries in order, checks the chain, acknowledges."""
from __future__ import annotations

import hashlib
import time
from types import SimpleNamespace
from typing import Callable

from ledger import Ledger, tell
from wire import word

GENESIS = bytes(32)
CREDIT = 200
ACK_AGAIN = 5.0     # seconds without a confirmation after which an acknowledgement is sent again
SILENCE = 10.0      # seconds after which the stream is asked for again


def broken(entry: object, seq: int, previous: bytes) -> str:
    """What is wrong with an entry that should follow (seq, hash); empty when nothing is."""
    if entry.seq != seq + 1:
        return f"entry {entry.seq} after {seq}"
    if entry.previous_hash != previous:
        return f"entry {entry.seq} does not name the hash before it"
    if hashlib.sha256(previous + entry.body).digest() != entry.hash:
        return f"entry {entry.seq} has another hash than its bytes"
    return ""


class Follower:
    """Follows one journal. `send` takes a ClientMessage body by field name and message."""

    def __init__(self, pb: SimpleNamespace, agency: str, ledger: Ledger,
                 send: Callable[[str, object], None]) -> None:
        self.pb, self.agency, self.ledger, self.send = pb, agency, ledger, send
        self.seq, self.hash = 0, GENESIS
        self.acknowledged = 0       # as far as the router has confirmed
        self.heard = 0.0
        self.acked_at = 0.0

    def ask(self) -> None:
        """(Re)open the stream after the last entry taken, when it has been silent for long."""
        if time.monotonic() - self.heard > SILENCE:
            self.heard = time.monotonic()
            self.send("follow", self.pb.Follow(after_seq=self.seq, credit=CREDIT))
        if self.behind() and time.monotonic() - self.acked_at > ACK_AGAIN:
            self.acknowledge()

    def behind(self) -> bool:
        """Whether an acknowledgement is still without its confirmation."""
        return self.acknowledged < self.seq

    def acknowledge(self) -> None:
        self.acked_at = time.monotonic()
        self.send("ack", self.pb.Ack(seq=self.seq))

    def confirmed(self, seq: int) -> None:
        self.acknowledged = max(self.acknowledged, seq)

    def take(self, entries: list[object]) -> None:
        """Entries in order; those taken before (a reopened stream) are passed over."""
        self.heard = time.monotonic()
        fresh = [entry for entry in entries if entry.seq > self.seq]
        for entry in fresh:
            fault = broken(entry, self.seq, self.hash)
            if fault:
                self.ledger.write("broken-chain", agency=self.agency, what=fault)
                return
            self.record(entry)
            self.seq, self.hash = entry.seq, entry.hash
        if fresh:
            self.acknowledge()

    def record(self, entry: object) -> None:
        """Keep the entry; tell the screen of an outcome."""
        pb = self.pb
        step = pb.Step.FromString(entry.body)
        kind = word(pb.StepKind, "STEP_KIND", step.kind)
        note_matches = not entry.note or hashlib.sha256(entry.note).digest() == step.note_sha256
        self.ledger.write("entry", agency=self.agency, seq=entry.seq, hash=entry.hash.hex(),
                          body_sha256=hashlib.sha256(entry.body).hexdigest(), step=kind,
                          referral=step.referral_id, note_matches=note_matches)
        if kind == "assigned":
            tell("assigned", referral=step.referral_id, organisation=step.organisation_id,
                 name=step.organisation_name)
        elif kind == "concluded":
            tell("feedback", agency=self.agency, referral=step.referral_id,
                 conclusion=word(pb.Conclusion, "CONCLUSION", step.conclusion))
