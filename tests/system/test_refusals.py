"""Every fault code, provoked over the wire: exactly that code, at that field, nothing stored, nothing repeated."""
from __future__ import annotations

import uuid
from typing import Callable, NamedTuple

import pytest

from peers import (Agency, FAULTS, NoAnswer, Receiver, STATUS, V, agency_pb2, codes, envelope_pb2, organisation_pb2, party,
                   referral, referral_pb2, today)

MARK = "标记" + uuid.uuid4().hex[:10]            # stands in whatever is refused; never to be seen again
BAD_BYTES = b"\xff\xfe\xfd\xfc"


class Case(NamedTuple):
    """`run` yields once when everything is prepared, then once the faults that came."""
    at: str
    run: Callable
    more: tuple = ()                           # further (code, field) that must come with it


class Scene:
    """Who takes part, and what they do in many cases."""

    def __init__(self, lab) -> None:
        self.lab = lab
        self.court = Agency(lab, "court-320505")
        self.petition = Agency(lab, "petition-320505")
        self.hub = Receiver(lab, "hub-320505")
        self.other = Receiver(lab, "hub-320506")
        assert self.hub.hello(credit=1000).welcome and self.other.hello(credit=1000).welcome
        self.answers: list[bytes] = []

    def close(self) -> None:
        for one in (self.court, self.petition, self.hub, self.other):
            one.close()

    def refusal(self, client, **body):
        """The faults of a message refused as a whole."""
        reply = client.ask(**body)
        self.answers.append(reply.SerializeToString())
        assert reply.WhichOneof("body") == "refusal", reply
        return reply.refusal.faults

    def raw(self, client, frame: bytes, request_id: str):
        client.send_raw(b"", frame)
        reply = client.answer(request_id)
        self.answers.append(reply.SerializeToString())
        return reply.refusal.faults

    def receipt(self, client, one):
        """The faults of a referral that must not be stored."""
        receipt, duplicate, raw = client.submit(one)[0]
        self.answers.append(raw)
        assert STATUS[receipt.status] == "REFUSED" and not duplicate, receipt
        assert not receipt.referral_id and receipt.journal_seq == 0, receipt
        return receipt.faults

    def step(self, reply):
        self.answers.append(reply.SerializeToString())
        assert not reply.done
        return reply.faults

    def offer(self):
        """An assignment that the hub holds, undecided."""
        assert self.hub.hello(credit=1000).welcome      # it may have been silent for long
        ref = f"offer-{uuid.uuid4().hex[:12]}"
        receipt = self.court.submit_one(referral(ref))
        return self.hub.offer_of(receipt.referral_id)


def ref() -> str:
    return f"refused-{uuid.uuid4().hex[:12]}"


def sent(field: str, *more, **values) -> Case:
    """A referral with these fields, from the court."""
    def run(s):
        yield
        yield s.receipt(s.court, referral(ref(), **{"summary": MARK, **values}))
    return Case(field, run, more)


def whole(field: str, client: str, **body) -> Case:
    """A message that is refused as a whole."""
    def run(s):
        yield
        yield s.refusal(getattr(s, client), **body)
    return Case(field, run)


def malformed(s):
    yield
    yield s.raw(s.court, b"\x12\x09malformed" + MARK.encode() + b"\xff\xff\xff", "malformed")


def oversize(s):
    body = agency_pb2.Submit(referrals=[MARK.encode() + b"\0" * (4 * 1024 * 1024)])
    yield
    yield s.refusal(s.court, submit=body)


def body_missing(s):
    yield
    yield s.refusal(s.court)


def request_id_invalid(s):
    message = envelope_pb2.ClientMessage(version=1, request_id=MARK, ping=organisation_pb2.Ping())
    yield
    yield s.raw(s.court, message.SerializeToString(), "")


def version_unsupported(s):
    yield
    yield s.refusal(s.court, version=2, submit=agency_pb2.Submit(referrals=[MARK.encode()]))


def bad_utf8(s):
    one = referral(ref(), summary="ABCD" + MARK).SerializeToString()
    assert one.count(b"ABCD") == 1
    yield
    yield s.receipt(s.court, one.replace(b"ABCD", BAD_BYTES))


def organisation_not_yours(s):
    offer = s.offer()
    assert s.other.hello(credit=1000).welcome
    yield
    yield s.step(s.other.accept(offer))


def hello_for_others(s):
    hello = organisation_pb2.Hello(organisations=["people-320506", "people-320505"], credit=1)
    yield
    reply = s.other.ask(hello=hello).hello_reply
    assert not reply.welcome
    yield reply.faults


def referral_unknown(s):
    yield
    yield s.refusal(s.court, query=agency_pb2.Query(agency_ref="nobody-" + MARK))


def assignment_unknown(s):
    offer = s.offer()
    tail = f"{int(offer.assignment_id[-4:], 16) ^ 0x5555:04x}"
    unknown = organisation_pb2.Assignment(assignment_id=offer.assignment_id[:-4] + tail, term=1)
    yield
    yield s.step(s.hub.accept(unknown))


def mediator_invalid(s):
    offer = s.offer()
    yield
    yield s.refusal(s.hub, progress=organisation_pb2.Progress(assignment_id=offer.assignment_id, term=offer.term, mediator=MARK,
                                                              kind=V.PROGRESS_KIND_MEDIATOR_NAMED))


def assignment_closed(s):
    offer = s.offer()
    assert s.hub.decline(offer).done
    yield
    yield s.step(s.hub.accept(offer))


def stale_term(s):
    offer = s.offer()
    assert s.hub.hello(credit=1000).welcome
    again = s.hub.offer_of(offer.referral_id)
    assert again.term == offer.term + 1
    yield
    yield s.step(s.hub.accept(offer))


def state_forbids(s):
    offer = s.offer()
    yield
    yield s.step(s.hub.conclude(offer, "AGREED", text=MARK))


def reason_missing(s):
    offer = s.offer()
    yield
    yield s.refusal(s.hub, decline=organisation_pb2.Decline(assignment_id=offer.assignment_id, term=offer.term,
                                                            reason=V.DECLINE_REASON_OTHER))


def outcome_incomplete(s):
    offer = s.offer()
    assert s.hub.accept(offer).done
    yield
    yield s.refusal(s.hub, conclude=organisation_pb2.Conclude(assignment_id=offer.assignment_id, term=offer.term, text=MARK,
                                                              conclusion=V.CONCLUSION_AGREED))


def rule_refused(s):
    one = referral(ref(), channel="petition", mode="PETITION_SUGGESTION", summary=MARK)
    yield
    receipt, _, raw = s.petition.submit(one)[0]
    s.answers.append(raw)
    assert STATUS[receipt.status] == "REFUSED" and receipt.referral_id and receipt.journal_seq
    assert receipt.rule == "petition-not-mediable"
    assert receipt.faults[0].legal_basis == "信访工作条例第33条" and "不适用调解" in receipt.faults[0].text_zh
    yield receipt.faults


def many(n: int):
    return [party(name=MARK) for _ in range(n)]


def attachment(**values):
    return referral_pb2.Attachment(**{"name": MARK, "uri": "https://example.org/1", "sha256": b"\1" * 32, **values})


LONG = MARK + "长" * 2667
CASES: dict[str, list[Case]] = {
    "malformed": [Case("", malformed)],
    "oversize": [Case("", oversize)],
    "version-unsupported": [Case("version", version_unsupported)],
    "body-missing": [Case("", body_missing)],
    "request-id-invalid": [Case("request_id", request_id_invalid)],
    "batch-empty": [whole("referrals", "court", submit=agency_pb2.Submit())],
    "batch-too-large": [whole("referrals", "court", submit=agency_pb2.Submit(referrals=[MARK.encode()] * 65)),
                        whole("organisations", "hub",
                              hello=organisation_pb2.Hello(organisations=[MARK] * 5001, credit=1))],
    "not-permitted": [whole("", "court", hello=organisation_pb2.Hello(organisations=[MARK], credit=1)),
                      whole("", "hub", submit=agency_pb2.Submit(referrals=[MARK.encode()]))],
    "channel-not-yours": [sent("channel", channel="police", mode="POLICE_CIVIL")],
    "region-not-yours": [sent("place_code", place_code="320506001012")],
    "organisation-not-yours": [Case("assignment_id", organisation_not_yours), Case("organisations[1]", hello_for_others)],
    "field-missing": [sent("summary", summary="　 \n"), sent("parties[0].name", parties=[party(name="")]),
                      sent("claim.currency", claim=referral_pb2.Claim(amount_minor=1)),
                      sent("links[0]", links=[referral_pb2.Link()]),
                      sent("attachments[0].sha256", attachments=[attachment(sha256=b"")])],
    "field-too-long": [sent("summary", summary=LONG), sent("parties[0].name", parties=[party(name=LONG)]),
                       sent("source_category", source_category=LONG), sent("tags[1]", tags=["short", "a" * 41]),
                       whole("reason", "court", withdraw=agency_pb2.Withdraw(agency_ref="x", reason=LONG))],
    "bad-utf8": [Case("summary", bad_utf8)],
    "nul-in-text": [sent("summary", summary=MARK + "\0"), sent("parties[1].name", parties=[party(), party(name="\0" + MARK)])],
    "control-in-text": [sent("summary", summary=MARK + "\x07"), sent("parties[0].name", parties=[party(name=MARK + "\n")])],
    "unknown-enum": [sent("mode", mode=99), sent("parties[0].role", parties=[referral_pb2.Party(kind=1, name=MARK)])],
    "mode-not-of-channel": [sent("mode", mode=V.MODE_POLICE_CIVIL)],
    "region-unknown": [sent("place_code", place_code="320599"), sent("place_code", place_code=MARK),
                       sent("parties[0].address_code", parties=[party(address_code="32x")])],
    "category-unknown": [sent("category", category=MARK)],
    "tag-invalid": [sent("tags[1]", tags=["good-one", MARK])],
    "date-invalid": [sent("occurred_on", occurred_on="2026-02-30"), sent("reply_by", reply_by=MARK)],
    "date-in-future": [sent("occurred_on", occurred_on=today(1))],
    "date-too-old": [sent("occurred_on", occurred_on="1949-09-30")],
    "date-too-far": [sent("reply_by", reply_by=today(740)), sent("reply_by", reply_by=today(-1))],
    "amount-out-of-range": [sent("claim.amount_minor", claim=referral_pb2.Claim(amount_minor=-1, currency="CNY")),
                            whole("credit", "hub", hello=organisation_pb2.Hello(credit=0)),
                            whole("credit", "court", follow=agency_pb2.Follow(credit=1001))],
    "currency-unknown": [sent("claim.currency", claim=referral_pb2.Claim(amount_minor=1, currency=MARK))],
    "too-few-parties": [sent("parties", parties=[])],
    "too-many-parties": [sent("parties", parties=many(51))],
    "too-many-items": [sent("tags", tags=[f"t{i}" for i in range(21)]),
                       sent("links", links=[referral_pb2.Link(agency_ref="x")] * 21),
                       sent("attachments", attachments=[attachment()] * 51)],
    "identity-invalid": [sent("parties[0].identity_number", parties=[
        party(identity_kind=V.IDENTITY_KIND_RESIDENT, identity_number="32050519900101123" + "4")])],
    "phone-invalid": [sent("parties[0].phone", parties=[party(phone=MARK[:18])])],
    "uri-invalid": [sent("attachments[0].uri", attachments=[attachment(uri="http://" + MARK)])],
    "digest-invalid": [sent("attachments[0].sha256", attachments=[attachment(sha256=MARK.encode()[:16])])],
    "id-invalid": [sent("links[0].referral_id", links=[referral_pb2.Link(referral_id=MARK)]),
                   whole("assignment_id", "hub", accept=organisation_pb2.Accept(assignment_id=MARK, term=1))],
    "mediator-invalid": [Case("mediator", mediator_invalid)],
    "referral-unknown": [Case("agency_ref", referral_unknown)],
    "assignment-unknown": [Case("assignment_id", assignment_unknown)],
    "assignment-closed": [Case("assignment_id", assignment_closed)],
    "stale-term": [Case("term", stale_term)],
    "state-forbids": [Case("", state_forbids)],
    "reason-missing": [Case("text", reason_missing)],
    "outcome-incomplete": [Case("agreement_kind", outcome_incomplete)],
    "cursor-ahead": [whole("after_seq", "court", follow=agency_pb2.Follow(after_seq=10**9, credit=1)),
                     whole("seq", "court", ack=agency_pb2.Ack(seq=10**9))],
    "rule-refused": [Case("", rule_refused)],
}
KEPT = {"malformed": {"quarantine": 1}, "rule-refused": {"submission": 1, "referral": 1, "docket": 1, "decision": 1, "journal": 2}}


@pytest.fixture(scope="module")
def scene(lab):
    one = Scene(lab)
    yield one
    one.close()


def test_the_table_covers_every_fault_code():
    assert set(CASES) == set(FAULTS.values()) - {"unspecified"}


@pytest.mark.parametrize(("code", "n"), [(code, n) for code, cases in CASES.items() for n in range(len(cases))])
def test_is_refused_with_exactly_this_code_and_leaves_no_trace(scene, lab, code, n):
    case = CASES[code][n]
    run = case.run(scene)
    next(run)
    before = lab.counts()
    scene.answers.clear()
    faults = next(run)
    assert [(FAULTS[f.code], f.field) for f in faults] == [(code, case.at), *case.more]
    assert all(f.text and f.text_zh for f in faults)
    wanted = {table: count + KEPT.get(code, {}).get(table, 0) for table, count in before.items()}
    if code == "rule-refused":
        wanted["chain"] = lab.counts()["chain"]
    assert lab.counts() == wanted
    assert not any(MARK.encode() in answer for answer in scene.answers)
    assert MARK not in lab.log_text()


def test_all_faults_of_a_referral_come_at_once(scene):
    one = referral(ref(), channel="police", place_code="9", summary="", tags=["A"], parties=[party(name="", phone="x")])
    assert {(FAULTS[f.code], f.field) for f in scene.receipt(scene.court, one)} == {
        ("channel-not-yours", "channel"), ("mode-not-of-channel", "mode"), ("region-unknown", "place_code"),
        ("field-missing", "summary"), ("tag-invalid", "tags[0]"), ("field-missing", "parties[0].name"),
        ("phone-invalid", "parties[0].phone")}


def test_one_faulty_referral_does_not_touch_its_neighbours(scene):
    good, bad = referral(ref()), referral(ref(), summary="")
    answers = scene.court.submit(good, bad, b"\xff" + MARK.encode(), referral(ref()))
    assert [STATUS[receipt.status] for receipt, _, _ in answers] == ["ACCEPTED", "REFUSED", "REFUSED", "ACCEPTED"]
    assert codes(answers[2][0].faults) == ["malformed"]


def test_a_referral_that_cannot_be_decoded_is_kept_sealed_with_the_reason_and_once(scene, lab):
    garbage = b"\x0a\xff" + MARK.encode() + uuid.uuid4().bytes
    before = lab.counts()["quarantine"]
    for _ in range(2):
        assert codes(scene.receipt(scene.court, garbage)) == ["malformed"]
    assert lab.counts()["quarantine"] == before + 1
    agency, reason, clear = lab.sql(
        f"SELECT agency, reason, position('\\x{garbage.hex()}'::bytea in sealed) FROM quarantine ORDER BY at DESC LIMIT 1")[0]
    assert (agency, reason, clear) == ("court-320505", "malformed", "0")


def test_a_referral_larger_than_the_limit_is_refused_as_oversize(scene):
    assert codes(scene.receipt(scene.court, referral(ref(), summary="x" * 70000))) == ["oversize"]


def test_a_message_without_a_delimiter_is_not_answered_and_harms_nobody(scene, lab):
    before = lab.metric("referrald_nonsense_total")
    with Agency(lab, "court-320505") as rude:
        rude.send_raw(b"no delimiter")
        rude.send_raw(b"", b"three", b"frames")
        try:
            rude.receive(0.5)
            raise AssertionError("nonsense was answered")
        except NoAnswer:
            pass
        assert rude.ask(ping=organisation_pb2.Ping()).WhichOneof("body") == "pong"
    assert lab.metric("referrald_nonsense_total") == before + 2
