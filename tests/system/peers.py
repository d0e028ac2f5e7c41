"""Agencies and receivers as somebody else would write them: pyzmq and Google's protobuf, from the .proto alone."""
from __future__ import annotations

import hashlib
import itertools
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import zmq

ROOT = Path(__file__).resolve().parents[2]


def _generate() -> Path:
    out = ROOT / "build" / "test" / "pb"
    out.mkdir(parents=True, exist_ok=True)
    files = sorted(str(p) for p in (ROOT / "proto" / "referral" / "v1").glob("*.proto"))
    subprocess.run(["protoc", "-I", str(ROOT / "proto"), f"--python_out={out}", *files], check=True)
    return out


sys.path.insert(0, str(_generate()))

from referral.v1 import agency_pb2, envelope_pb2, journal_pb2, organisation_pb2, referral_pb2, vocabulary_pb2 as V  # noqa: E402

FAULTS = {number: name[len("FAULT_CODE_"):].lower().replace("_", "-") for name, number in V.FaultCode.items()}
STATUS = {number: name[len("RECEIPT_STATUS_"):] for name, number in agency_pb2.ReceiptStatus.items()}
STEPS = {number: name[len("STEP_KIND_"):] for name, number in V.StepKind.items()}


KEEP_ALIVE = "keep-alive"
UNASKED = ("entries", "assignment", "cancelled", "notice")


class NoAnswer(AssertionError):
    """Nothing came within the time."""


class Client:
    """One DEALER over CURVE."""

    def __init__(self, lab, name: str, side: str, secret: bytes | None = None, endpoint: str | None = None,
                 router_key: str | None = None) -> None:
        self.name = name
        self.context = zmq.Context.instance()
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.setsockopt(zmq.RECONNECT_IVL, 50)
        self.socket.setsockopt(zmq.RECONNECT_IVL_MAX, 500)
        secret = secret or lab.secret(name)
        self.socket.curve_serverkey = (router_key or lab.router_key).encode()
        self.socket.curve_secretkey = secret
        self.socket.curve_publickey = zmq.curve_public(secret)
        self.socket.connect(endpoint or lab.ends[side])
        self.numbers = itertools.count(1)
        self.unasked: list = []
        self.ping_every = 0.0       # seconds; a receiver that was welcomed pings while it waits
        self.last_sent = time.monotonic()

    def close(self) -> None:
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send_raw(self, *frames: bytes) -> None:
        self.socket.send_multipart(list(frames))
        self.last_sent = time.monotonic()

    def send(self, request_id: str | None = None, version: int = 1, **body) -> str:
        request_id = request_id if request_id is not None else f"{self.name}-{next(self.numbers)}"
        message = envelope_pb2.ClientMessage(version=version, request_id=request_id, **body)
        self.send_raw(b"", message.SerializeToString())
        return request_id

    def keep_alive(self) -> None:
        """A Ping when one is due; its Pong is dropped where messages are received."""
        if self.ping_every and time.monotonic() - self.last_sent > self.ping_every:
            self.send(request_id=KEEP_ALIVE, ping=organisation_pb2.Ping())

    def _wait(self, patience: float) -> bool:
        end = time.monotonic() + max(0.0, patience)
        while True:
            self.keep_alive()
            left = end - time.monotonic()
            step = min(left, self.ping_every / 2) if self.ping_every else left
            if self.socket.poll(max(0, int(step * 1000))):
                return True
            if left <= 0:
                return False

    def receive(self, patience: float = 20.0):
        """The next ServerMessage."""
        end = time.monotonic() + patience
        while self._wait(end - time.monotonic()):
            frames = self.socket.recv_multipart()
            assert len(frames) == 2 and frames[0] == b"", frames
            message = envelope_pb2.ServerMessage.FromString(frames[1])
            if message.request_id != KEEP_ALIVE:
                return message
        raise NoAnswer(f"{self.name}: nothing within {patience} s")

    def nothing(self, which: str, patience: float = 1.5) -> None:
        """Nothing of this kind comes unasked for a while: longer than a daemon's own look for work, a second."""
        try:
            message = self.next_unasked(which, patience)
        except NoAnswer:
            return
        raise AssertionError(f"{self.name}: an unexpected {which}: {message}")

    def answer(self, request_id: str, patience: float = 20.0):
        """The answer to a request; what else comes meanwhile is kept in `unasked`."""
        end = time.monotonic() + patience
        for i, message in enumerate(self.unasked):
            if message.request_id == request_id and message.WhichOneof("body") not in UNASKED:
                return self.unasked.pop(i)
        while True:
            message = self.receive(end - time.monotonic())
            if message.request_id == request_id:
                return message
            self.unasked.append(message)

    def ask(self, patience: float = 20.0, **body):
        """The answer to a message."""
        return self.answer(self.send(**body), patience)

    def step(self, patience: float = 20.0, **body):
        """The StepReply to a message that records a step."""
        reply = self.ask(patience, **body)
        assert reply.WhichOneof("body") == "step_reply", reply
        return reply.step_reply

    def next_unasked(self, which: str, patience: float = 20.0):
        """The next message of a kind that comes without being asked for."""
        end = time.monotonic() + patience
        while True:
            for i, message in enumerate(self.unasked):
                if message.WhichOneof("body") == which:
                    return getattr(self.unasked.pop(i), which)
            self.unasked.append(self.receive(end - time.monotonic()))


def referral(ref: str, channel: str = "court", mode: str = "COURT_PRE_FILING", place: str = "320505002004",
             **more) -> referral_pb2.Referral:
    """A referral that is in order; anything can be overridden."""
    values = dict(channel=V.Channel.Value("CHANNEL_" + channel.upper()),
                  mode=mode if isinstance(mode, int) else V.Mode.Value("MODE_" + mode),
                  agency_ref=ref, place_code=place, summary="双方因门前通道堆放杂物发生争执，协商未果。",
                  parties=[party(), party(role="RESPONDENT", name="钱二")])
    values.update(more)
    return referral_pb2.Referral(**values)


def party(role: str = "APPLICANT", kind: str = "PERSON", name: str = "赵一", **more) -> referral_pb2.Party:
    return referral_pb2.Party(role=V.PartyRole.Value("PARTY_ROLE_" + role), kind=V.PartyKind.Value("PARTY_KIND_" + kind),
                              name=name, **more)


class Agency(Client):
    """A sender that keeps its receipts."""

    def __init__(self, lab, name: str, **options) -> None:
        super().__init__(lab, name, "agencies", **options)

    def submit(self, *referrals, patience: float = 20.0):
        """Receipts with their duplicate flags, one a referral (message or bytes)."""
        items = [r if isinstance(r, bytes) else r.SerializeToString() for r in referrals]
        reply = self.ask(patience, submit=agency_pb2.Submit(referrals=items))
        assert reply.WhichOneof("body") == "submit_reply", reply
        assert len(reply.submit_reply.receipts) == len(reply.submit_reply.duplicate) == len(items)
        return [(agency_pb2.Receipt.FromString(raw), duplicate, raw)
                for raw, duplicate in zip(reply.submit_reply.receipts, reply.submit_reply.duplicate)]

    def submit_one(self, one, patience: float = 20.0):
        """One referral, sent again as long as the answer is BUSY; its receipt."""
        end = time.monotonic() + patience
        while True:
            receipt, _, _ = self.submit(one, patience=end - time.monotonic())[0]
            if receipt.status != agency_pb2.RECEIPT_STATUS_BUSY or time.monotonic() > end:
                return receipt
            self.socket.poll(receipt.retry_after_ms)

    def supplement(self, ref: str, number: str, summary: str = "补充证据说明", attachments=(), **more):
        body = agency_pb2.Supplement(agency_ref=ref, supplement_ref=number, summary=summary,
                                     attachments=[a.SerializeToString() for a in attachments])
        return self.step(supplement=body, **more)

    def withdraw(self, ref: str, reason: str = "双方已自行和解", **more):
        return self.step(withdraw=agency_pb2.Withdraw(agency_ref=ref, reason=reason), **more)

    def proceed(self, ref: str, text: str = "", **more):
        return self.step(proceed=agency_pb2.Proceed(agency_ref=ref, text=text), **more)

    def query(self, ref: str):
        reply = self.ask(query=agency_pb2.Query(agency_ref=ref))
        assert reply.WhichOneof("body") == "query_reply", reply
        return reply.query_reply

    def ack(self, seq: int) -> int:
        reply = self.ask(ack=agency_pb2.Ack(seq=seq))
        assert reply.WhichOneof("body") == "ack_reply", reply
        return reply.ack_reply.seq

    def follow(self, after: int = 0, credit: int = 1000, stored: bool = False) -> str:
        return self.send(follow=agency_pb2.Follow(after_seq=after, from_stored_cursor=stored, credit=credit))

    def steps(self, until, patience: float = 20.0) -> list:
        """Follows from the start, verifying the chain, until `until(steps)`."""
        self.follow()
        chain, out = b"\0" * 32, []
        end = time.monotonic() + patience
        while not until(out):
            for entry in self.next_unasked("entries", end - time.monotonic()).entries:
                if not out and entry.seq != 1:
                    continue        # left over from an earlier stream of this connection
                assert entry.seq == len(out) + 1, (entry.seq, len(out))
                assert entry.previous_hash == chain
                chain = hashlib.sha256(chain + entry.body).digest()
                assert entry.hash == chain
                step = journal_pb2.Step.FromString(entry.body)
                assert step.seq == entry.seq and step.agency == self.name
                if entry.note:
                    assert hashlib.sha256(entry.note).digest() == step.note_sha256
                out.append(step)
        return out


class Receiver(Client):
    """A hub or an organisation."""

    def __init__(self, lab, name: str, **options) -> None:
        super().__init__(lab, name, "organisations", **options)

    def hello(self, *organisations: str, credit: int = 100, patience: float = 20.0):
        reply = self.ask(patience, hello=organisation_pb2.Hello(organisations=organisations, credit=credit))
        assert reply.WhichOneof("body") == "hello_reply", reply
        if reply.hello_reply.welcome:
            self.ping_every = reply.hello_reply.ping_interval_ms / 2000
        return reply.hello_reply

    def assignment(self, patience: float = 20.0):
        return self.next_unasked("assignment", patience)

    def offer_of(self, referral_id: str, patience: float = 20.0):
        """The next offer of this referral to whoever leads; others are passed over."""
        while (offer := self.assignment(patience)).referral_id != referral_id or offer.lead_id:
            pass
        return offer

    def cancelled(self, assignment_id: str, patience: float = 20.0) -> str:
        """Why this assignment is no longer ours; word of others is passed over."""
        while (message := self.next_unasked("cancelled", patience)).assignment_id != assignment_id:
            pass
        return message.reason

    def notice(self, assignment_id: str, kind: str, patience: float = 20.0):
        """The next word of this kind about this assignment; other words are passed over."""
        wanted = V.StepKind.Value("STEP_KIND_" + kind)
        while (message := self.next_unasked("notice", patience)).assignment_id != assignment_id or wanted not in message.kinds:
            pass
        return message

    def accept(self, a, **more):
        return self.step(accept=organisation_pb2.Accept(assignment_id=a.assignment_id, term=a.term), **more)

    def decline(self, a, reason: str = "NO_MEDIATOR", text: str = "", **more):
        return self.step(decline=organisation_pb2.Decline(assignment_id=a.assignment_id, term=a.term, text=text,
                                                          reason=V.DeclineReason.Value("DECLINE_REASON_" + reason)), **more)

    def progress(self, a, kind: str, text: str = "", until: str = "", suspension: str = "", mediator: str = "", **more):
        if kind == "SUSPENDED":
            suspension = suspension or "APPRAISAL"
        why = V.SuspensionReason.Value("SUSPENSION_REASON_" + (suspension or "UNSPECIFIED"))
        return self.step(progress=organisation_pb2.Progress(assignment_id=a.assignment_id, term=a.term, text=text, until=until,
                                                            suspension=why, mediator=mediator,
                                                            kind=V.ProgressKind.Value("PROGRESS_KIND_" + kind)), **more)

    def conclude(self, a, conclusion: str = "AGREED", **more):
        values = dict(assignment_id=a.assignment_id, term=a.term, conclusion=V.Conclusion.Value("CONCLUSION_" + conclusion))
        if conclusion == "AGREED":
            values["agreement_kind"] = V.AGREEMENT_KIND_WRITTEN
        values.update(more)
        return self.step(conclude=organisation_pb2.Conclude(**values))

    def follow_up(self, a, kind: str = "PERFORMED", on: str = "", text: str = "", **more):
        return self.step(follow_up=organisation_pb2.FollowUp(assignment_id=a.assignment_id, on=on or today(), text=text,
                                                             kind=V.FollowUpKind.Value("FOLLOW_UP_KIND_" + kind)), **more)


def today(days: int = 0) -> str:
    """A date as the router reads it, in Asia/Shanghai."""
    return (datetime.now(timezone(timedelta(hours=8))) + timedelta(days=days)).strftime("%Y-%m-%d")


def codes(faults) -> list[str]:
    """The words of fault codes, in order."""
    return [FAULTS[f.code] for f in faults]


def wait_until(condition, patience: float = 20.0, every: float = 0.05):
    """Polls a condition that no event announces (a row in the database); its value when true."""
    end = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"not within {patience} s"
        time.sleep(every)
