"""Same referral, same answer: for ever, whoever asks how often, and never another content under the same number."""
from __future__ import annotations

import hashlib
import threading
from datetime import datetime

import pytest

from clock import CHINA, Clock
from lab import Lab, RowsLock
from peers import (Agency, Receiver, STATUS, codes, envelope_pb2, organisation_pb2, referral, referral_pb2, wait_until)


@pytest.fixture
def court(lab):
    with Agency(lab, "court-320505") as one:
        yield one


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def test_the_same_bytes_get_the_identical_receipt_and_are_called_a_duplicate(court, lab):
    one = referral("same-1").SerializeToString()
    (receipt, duplicate, raw), = court.submit(one)
    assert STATUS[receipt.status] == "ACCEPTED" and not duplicate
    before = lab.counts()
    for _ in range(3):
        (_, duplicate, again), = court.submit(one)
        assert duplicate and again == raw
    assert lab.counts() == before


def test_a_repeat_within_one_message_gets_the_same_receipt(court):
    one = referral("same-2").SerializeToString()
    first, second, third = court.submit(one, one, one)
    assert [first[1], second[1], third[1]] == [False, True, True]
    assert first[2] == second[2] == third[2]


def test_a_contradiction_within_one_message_is_a_conflict(court):
    one, other = referral("same-3"), referral("same-3", summary="另一件事")
    first, second = court.submit(one, other)
    assert STATUS[first[0].status] == "ACCEPTED" and STATUS[second[0].status] == "CONFLICT"


@pytest.mark.parametrize(("name", "values"), [("manual", {"risk": referral_pb2.RiskFlags(self_harm=True)}),
                                              ("refused", {})])
def test_every_final_receipt_is_repeated_whatever_it_says(lab, name, values):
    agency = "court-320505" if name == "manual" else "petition-320505"
    if name == "refused":
        values = {"channel": "petition", "mode": "PETITION_ACCUSATION"}
    with Agency(lab, agency) as one:
        (receipt, _, raw), = one.submit(referral(f"final-{name}", **values))
        (_, duplicate, again), = one.submit(referral(f"final-{name}", **values))
    assert STATUS[receipt.status] == name.upper() and receipt.referral_id and duplicate and again == raw


def test_other_content_is_a_conflict_that_shows_both_hashes_and_changes_nothing(court, lab):
    one, other = referral("conflict-1"), referral("conflict-1", summary="换了内容")
    (receipt, _, _), = court.submit(one)
    before = lab.counts()
    (conflict, duplicate, _), = court.submit(other)
    assert STATUS[conflict.status] == "CONFLICT" and not duplicate
    assert conflict.content_sha256 == sha(other.SerializeToString())
    assert conflict.stored_sha256 == sha(one.SerializeToString()) == receipt.content_sha256
    assert lab.counts() == before
    assert court.query("conflict-1").receipt == court.submit(one)[0][2]


def test_what_is_on_record_keeps_its_receipt_though_it_would_be_refused_today(tmp_path):
    """Its reply-by date has passed, or its category is no longer on the list."""
    lab = Lab(tmp_path / "lab", clock=Clock(tmp_path / "clock", datetime(2026, 3, 2, 10, 0, tzinfo=CHINA)))
    try:
        lab.enrol("procuratorate-320505")
        lab.migrate()
        lab.start()
        values = dict(channel="procuratorate", mode="PROCURATORATE_CIVIL_SUPERVISION", reply_by="2026-03-05", category="commercial")
        one = referral("late-1", **values).SerializeToString()
        with Agency(lab, "procuratorate-320505") as sender:
            (_, _, raw), = sender.submit(one)
            lab.clock.move(days=10)
            (_, duplicate, again), = sender.submit(one)
            assert duplicate and again == raw
            (other, _, _), (never, _, _) = sender.submit(referral("late-1", **values, summary="换了内容"), referral("late-2", **values))
            for receipt in (other, never):
                assert STATUS[receipt.status] == "REFUSED" and not receipt.referral_id and codes(receipt.faults) == ["date-too-far"]
            lab.edit("categories/types.csv", "commercial,,商事纠纷,\n", "")
            lab.ctl("reload")
            assert sender.submit(one)[0][1:] == (True, raw)
    finally:
        lab.close()


def test_the_same_fields_serialised_in_another_order_are_other_content(court):
    one = referral("order-1")
    ref = referral_pb2.Referral(agency_ref="order-1").SerializeToString()
    rest = referral_pb2.Referral.FromString(one.SerializeToString())
    rest.ClearField("agency_ref")
    moved = rest.SerializeToString() + ref
    assert referral_pb2.Referral.FromString(moved) == one and moved != one.SerializeToString()
    court.submit(one)
    (conflict, _, _), = court.submit(moved)
    assert STATUS[conflict.status] == "CONFLICT" and conflict.content_sha256 == sha(moved)


def test_two_connections_of_an_agency_at_once_put_each_referral_on_record_once(lab):
    items = [referral(f"race-{i}").SerializeToString() for i in range(48)]
    answers: dict[int, dict[bytes, tuple]] = {0: {}, 1: {}}
    start = threading.Barrier(2)

    def run(which: int) -> None:
        mine = items if which == 0 else items[::-1]
        with Agency(lab, "court-320505") as one:
            start.wait()
            for at in range(0, len(mine), 6):
                for item, answer in zip(mine[at:at + 6], one.submit(*mine[at:at + 6])):
                    answers[which][item] = answer

    threads = [threading.Thread(target=run, args=(which,)) for which in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers[0]) == len(answers[1]) == len(items)
    for item in items:
        a, b = answers[0][item], answers[1][item]
        assert a[2] == b[2] and sorted((a[1], b[1])) == [False, True]
    assert lab.value("SELECT count(*) FROM submission WHERE agency_ref LIKE 'race-%'") == "48"


def test_the_same_number_of_two_agencies_is_two_referrals(lab, court):
    with Agency(lab, "court-320506") as other:
        (a, _, _), = court.submit(referral("number-1"))
        (b, duplicate, _), = other.submit(referral("number-1", place="320506001012"))
    assert a.referral_id != b.referral_id and not duplicate


def test_a_restart_forgets_nothing(lab):
    items = [referral(f"restart-{i}").SerializeToString() for i in range(8)]
    with Agency(lab, "court-320505") as court:
        first = court.submit(*items)
    assert lab.daemon.stop() == 0
    lab.start()
    with Agency(lab, "court-320505") as court:
        again = court.submit(*items)
    assert [raw for _, _, raw in first] == [raw for _, _, raw in again]
    assert all(duplicate for _, duplicate, _ in again)


def test_a_supplement_repeated_is_done_once_and_another_content_is_refused(court, lab):
    court.submit(referral("supplement-1"))
    first = court.supplement("supplement-1", "s1", "新证据")
    before = lab.counts()
    again = court.supplement("supplement-1", "s1", "新证据")
    assert first.done and again.done and again.journal_seq == first.journal_seq
    other = court.supplement("supplement-1", "s1", "别的证据")
    assert not other.done and codes(other.faults) == ["state-forbids"]
    assert lab.counts() == before
    assert court.supplement("supplement-1", "s2", "别的证据").done


def test_a_withdrawal_repeated_is_done_once(court, lab):
    court.submit(referral("withdraw-1"))
    assert court.withdraw("withdraw-1").done
    before = lab.counts()
    assert court.withdraw("withdraw-1").done
    assert lab.counts() == before


STEPS_OF_A_RECEIVER = {
    "accept": lambda hub, a: None,
    "decline": lambda hub, a: None,
    "conclude": lambda hub, a: hub.accept(a),
}


def answer_of(what: str, a):
    return {
        "accept": {"accept": organisation_pb2.Accept(assignment_id=a.assignment_id, term=a.term)},
        "decline": {"decline": organisation_pb2.Decline(assignment_id=a.assignment_id, term=a.term, reason=3)},
        "conclude": {"conclude": organisation_pb2.Conclude(assignment_id=a.assignment_id, term=a.term, conclusion=4)},
    }[what]


@pytest.mark.parametrize("what", STEPS_OF_A_RECEIVER)
def test_an_answer_sent_twice_is_recorded_once(lab, court, what):
    with Receiver(lab, "hub-320505") as hub:
        offer = offered(hub, court, f"twice-{what}")
        STEPS_OF_A_RECEIVER[what](hub, offer)
        frame = envelope_pb2.ClientMessage(version=1, request_id="same-id", **answer_of(what, offer)).SerializeToString()
        hub.send_raw(b"", frame)
        assert hub.answer("same-id").step_reply.done
        before = lab.counts()
        hub.send_raw(b"", frame)
        assert hub.answer("same-id").step_reply.done
        assert lab.counts() == before


@pytest.mark.parametrize("what", STEPS_OF_A_RECEIVER)
def test_an_answer_asked_again_under_another_request_id_is_done_again(lab, court, what):
    with Receiver(lab, "hub-320505") as hub:
        offer = offered(hub, court, f"another-id-{what}")
        STEPS_OF_A_RECEIVER[what](hub, offer)
        assert hub.step(**answer_of(what, offer)).done
        before = lab.counts()
        assert hub.step(**answer_of(what, offer)).done
        assert lab.counts() == before


@pytest.mark.parametrize("what", STEPS_OF_A_RECEIVER)
def test_an_answer_sent_to_both_daemons_at_once_is_done_and_done_again(fresh, what):
    """Two receivers serve it, each on a daemon: the second answer waits for the first one's transaction, and must then see it."""
    fresh.edit("peers/all.yaml", "serves: [medical-320505]", "serves: [medical-320505, people-320505]")
    fresh.start()
    config, ends = fresh.twin()
    fresh.start(config=config)
    with Agency(fresh, "court-320505") as court, Receiver(fresh, "hub-320505") as here, \
            Receiver(fresh, "medical-320505", endpoint=ends["organisations"]) as there:
        offer = offered(here, court, f"both-{what}")
        STEPS_OF_A_RECEIVER[what](here, offer)
        assert there.hello().welcome
        lock = RowsLock(fresh, "chain")
        asked = []
        for i, one in enumerate((here, there), 1):
            asked.append(one.send(**answer_of(what, offer)))
            wait_until(lambda: waiting(fresh) == i)
        before = fresh.value("SELECT sum(seq) FROM chain")
        lock.release()
        replies = [one.answer(request).step_reply for one, request in zip((here, there), asked)]
        assert [reply.done for reply in replies] == [True, True], [codes(reply.faults) for reply in replies]
        assert int(fresh.value("SELECT sum(seq) FROM chain")) == int(before) + (2 if what == "decline" else 1)


def waiting(lab) -> int:
    """How many connections wait for a lock."""
    return int(lab.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))


def offered(hub, court, number: str):
    """The offer of a new referral, among whatever else the hub is offered."""
    assert hub.hello(credit=1000).welcome
    receipt = court.submit_one(referral(number))
    return hub.offer_of(receipt.referral_id)
