"""From the offer to the outcome: delivery, refusal, deadlines, capacity, the manual queue, more than one daemon."""
from __future__ import annotations

import getpass
import threading
import uuid

import pytest

from lab import Places
from load import Sender, Taker
from oracle import Oracle
from peers import (Agency, Receiver, STATUS, STEPS, V, codes, referral, referral_pb2, today, wait_until)

OFFERED, ACCEPTED, SUSPENDED, MANUAL, CONCLUDED, REFUSED, WITHDRAWN, RETURNED = "12345678"
DAY = 86400000


@pytest.fixture
def court(lab):
    with Agency(lab, "court-320505") as one:
        yield one


@pytest.fixture
def hub(lab):
    with Receiver(lab, "hub-320505") as one:
        assert one.hello(credit=1000).welcome
        yield one


@pytest.fixture
def places(lab):
    return Places(lab)


def number(what: str) -> str:
    return f"{what}-{uuid.uuid4().hex[:10]}"


def submit(agency, what: str, **values):
    receipt = agency.submit_one(referral(number(what), **values))
    assert receipt.referral_id, receipt
    return receipt


def offered(agency, receiver, what: str, **values):
    receipt = submit(agency, what, **values)
    return receiver.offer_of(receipt.referral_id)


def steps_of(agency, referral_id: str, last: str):
    """The referral's steps, as the agency reads them, up to the first of this kind."""
    mine = lambda out: [s for s in out if s.referral_id == referral_id]
    return mine(agency.steps(lambda out: any(STEPS[s.kind] == last for s in mine(out))))


# -- delivery --

def test_no_more_undecided_offers_than_the_credit_are_out_and_each_decision_brings_the_next(lab):
    with Agency(lab, "court-320102") as court, Receiver(lab, "hub-320102") as hub:
        assert hub.hello(credit=2).welcome
        refs = [submit(court, "credit", place="320102002001").referral_id for _ in range(5)]
        first, second = hub.assignment(), hub.assignment()
        hub.nothing("assignment")
        assert hub.accept(first).done
        third = hub.assignment()
        hub.nothing("assignment")
        assert hub.decline(second).done           # comes back as an offer of the centre's, which this hub serves too
        rest = [hub.assignment()]
        for one in (third, rest[0]):
            assert hub.accept(one).done
        rest += [hub.assignment(), hub.assignment()]
        assert {first.referral_id, third.referral_id, *(one.referral_id for one in rest)} == set(refs)


def test_oldest_offers_come_first(lab, court):
    """What waited for a receiver to appear is delivered in the order of its arrival."""
    refs = [submit(court, "oldest", category="labour").referral_id for _ in range(6)]
    with Receiver(lab, "hub-320505") as hub:
        assert hub.hello("labour-320505", credit=1000).welcome
        got = [hub.assignment().referral_id for _ in range(6)]
    assert got == refs


def test_a_session_gets_only_what_it_asked_to_serve(lab, court):
    with Receiver(lab, "hub-320505") as hub:
        assert hub.hello("labour-320505").organisations == 1
        submit(court, "other")
        labour = submit(court, "labour", category="labour")
        assert hub.offer_of(labour.referral_id).organisation_id == "labour-320505"
        hub.nothing("assignment")


def test_after_a_reconnection_the_open_offers_come_again_with_a_newer_term(lab, court):
    with Receiver(lab, "hub-320505") as before:
        before.hello(credit=1000)
        open_one, accepted = offered(court, before, "again"), offered(court, before, "again")
        assert before.accept(accepted).done
    with Receiver(lab, "hub-320505") as after:
        after.hello(credit=1000)
        again = after.offer_of(open_one.referral_id)
        assert again.assignment_id == open_one.assignment_id and again.term == open_one.term + 1
        assert again.referral == open_one.referral
        assert after.conclude(accepted, "UNWILLING").done      # an accepted one keeps its term
        assert after.accept(again).done


def test_a_silent_receiver_loses_its_session_and_a_new_hello_gets_its_offers(fresh):
    fresh.edit("referrald.yaml", "ping_interval: 5000", "ping_interval: 300")
    fresh.start()
    with Agency(fresh, "court-320505") as court, Receiver(fresh, "hub-320505") as hub:
        hub.hello()
        offer = offered(court, hub, "silent")
        line = fresh.daemon.wait_log(lambda l: l.get("event") == "session.lost" and l.get("peer") == "hub-320505", 10)
        assert line["undecided"] == 1
        reply = hub.ask(accept=dict(assignment_id=offer.assignment_id, term=offer.term))
        assert codes(reply.refusal.faults) == ["not-permitted"]
        hub.hello()
        again = hub.offer_of(offer.referral_id)
        assert again.term > offer.term and hub.accept(again).done


# -- declined, lapsed --

def test_a_decline_goes_to_the_next_rung_and_never_to_the_same_again(lab, court, hub, places):
    receipt = submit(court, "ladder", category="neighbour")
    seen = []
    for wanted in ("people-320505002004", "people-320505002", "people-320505", "centre-320505"):
        offer = hub.offer_of(receipt.referral_id)
        assert offer.organisation_id == wanted
        seen.append(offer.organisation_id)
        assert hub.decline(offer, "OUT_OF_SCOPE", text="不在本辖区").done
    docket = places.docket(receipt.referral_id)
    assert docket["state"] == MANUAL and docket["reason"] == "ladder-exhausted"
    assert places.had(receipt.referral_id) == seen
    kinds = [STEPS[s.kind] for s in steps_of(court, receipt.referral_id, "QUEUED")]
    assert kinds == ["RECEIVED", "ASSIGNED"] + ["DECLINED", "ASSIGNED"] * 3 + ["DECLINED", "QUEUED"]
    assert places.overrun() == []


def test_silence_past_the_time_to_respond_moves_the_referral_on(lab, court, hub, places):
    receipt = submit(court, "lapse", category="neighbour")
    first = hub.offer_of(receipt.referral_id)
    places.make_due(receipt.referral_id)
    second = hub.offer_of(receipt.referral_id)
    assert (first.organisation_id, second.organisation_id) == ("people-320505002004", "people-320505002")
    assert hub.cancelled(first.assignment_id) == "lapsed"
    assert codes(hub.accept(first).faults) == ["assignment-closed"]
    assert hub.accept(second).done
    steps = steps_of(court, receipt.referral_id, "ACCEPTED")
    assert [STEPS[s.kind] for s in steps] == ["RECEIVED", "ASSIGNED", "LAPSED", "ASSIGNED", "ACCEPTED"]
    assert steps[2].actor == "timer" and steps[2].organisation_id == first.organisation_id


# -- capacity --

def test_a_burst_never_overruns_an_organisation_and_the_rest_goes_on(lab, places):
    """Two places in the county, two in the city; twenty at once from two counties: the rest finds the centres."""
    receipts = []
    lock = threading.Lock()

    def burst(agency: str, place: str) -> None:
        with Agency(lab, agency) as one:
            mine = [one.submit_one(referral(number("burst"), category="medical", place=place)) for _ in range(5)]
            mine += [r for r, _, _ in one.submit(*(referral(number("burst"), category="medical", place=place) for _ in range(5)))]
        with lock:
            receipts.extend(mine)

    threads = [threading.Thread(target=burst, args=of)
               for of in (("court-320505", "320505002004"), ("court-320506", "320506001012"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    went = [r.organisation_id for r in receipts]
    assert len(went) == 20 and all(STATUS[r.status] == "ACCEPTED" for r in receipts)
    assert (went.count("medical-320505"), went.count("medical-3205")) == (2, 2)
    assert went.count("centre-320505") + went.count("centre-320506") == 16
    assert places.overrun() == [] and places.open("medical-3205") == 2


def test_a_conclusion_gives_the_place_back(lab, court, places):
    with Receiver(lab, "medical-320505") as medical:
        medical.hello()
        full = [submit(court, "full", category="medical") for _ in range(2)]
        before = places.open("medical-320505")
        assert before == 2
        offer = medical.assignment()
        assert medical.accept(offer).done and places.open("medical-320505") == 2
        assert medical.conclude(offer, "UNREACHABLE").done
        assert places.open("medical-320505") == 1
        assert submit(court, "room", category="medical").organisation_id == "medical-320505"
        assert full and places.overrun() == []


# -- the manual queue --

def risky(court):
    receipt = submit(court, "manual", risk=referral_pb2.RiskFlags(self_harm=True))
    assert STATUS[receipt.status] == "MANUAL"
    return receipt


def test_an_operator_assigns_from_the_queue_and_the_organisation_gets_it(lab, court, hub, places):
    receipt = risky(court)
    listed = lab.ctl_json("queue", "list", "--region", "320505")["queue"]
    assert receipt.referral_id in [row["referral"] for row in listed]
    lab.ctl("queue", "assign", receipt.referral_id, "labour-320505")
    offer = hub.offer_of(receipt.referral_id)
    assert offer.organisation_id == "labour-320505" and hub.accept(offer).done
    assert receipt.referral_id not in [row["referral"] for row in lab.ctl_json("queue", "list")["queue"]]
    steps = steps_of(court, receipt.referral_id, "ACCEPTED")
    assert [STEPS[s.kind] for s in steps] == ["RECEIVED", "QUEUED", "ASSIGNED", "ACCEPTED"]
    assert steps[2].actor == f"operator:{getpass.getuser()}"


def test_an_operator_s_return_goes_back_to_the_agency_with_its_reason(lab, court, places):
    receipt = risky(court)
    lab.ctl("queue", "return", receipt.referral_id, "--reason", "不属于调解范围")
    assert places.docket(receipt.referral_id)["state"] == RETURNED
    steps = steps_of(court, receipt.referral_id, "RETURNED")
    assert steps[-1].note_sha256 and steps[-1].state == V.STATE_RETURNED


def test_an_act_on_the_queue_that_cannot_be_is_refused_with_the_reason(lab, court, places):
    receipt, placed = risky(court), submit(court, "placed")
    wrong = {
        ("queue", "assign", receipt.referral_id, "labour-32050"): "labour-320505",
        ("queue", "assign", placed.referral_id, "labour-320505"): "does not wait",
        ("queue", "assign", "nonsense", "labour-320505"): "not a referral id",
        ("queue", "return", placed.referral_id, "--reason", "x"): "does not wait",
    }
    for words, told in wrong.items():
        done = lab.ctl_run(*words)
        assert done.returncode == 1 and told in done.stderr, (words, done.stderr)
    assert places.docket(receipt.referral_id)["state"] == MANUAL


def test_the_queue_reminds_when_it_is_due(lab, court, places):
    receipt = risky(court)
    places.make_due(receipt.referral_id)
    assert steps_of(court, receipt.referral_id, "OVERDUE")[-1].state == V.STATE_MANUAL
    assert places.docket(receipt.referral_id)["due_kind"] == "3"


# -- what agencies change --

def test_a_withdrawal_is_told_to_whoever_has_the_referral(lab, court, hub, places):
    for accept in (False, True):
        offer = offered(court, hub, "withdrawn")
        if accept:
            assert hub.accept(offer).done
        ref = referral_pb2.Referral.FromString(offer.referral).agency_ref
        before = places.open(offer.organisation_id)
        assert court.withdraw(ref).done
        assert hub.cancelled(offer.assignment_id) == "withdrawn"
        assert places.open(offer.organisation_id) == before - 1
        assert codes(hub.conclude(offer, "UNWILLING").faults) == ["assignment-closed"]
        assert court.query(ref).state == V.STATE_WITHDRAWN


def test_a_supplement_goes_along_with_the_offer_and_again_with_its_redelivery(lab, court):
    receipt = submit(court, "supplemented", category="labour")
    assert court.supplement(receipt.agency_ref, "s-1", "补充一").done
    with Receiver(lab, "hub-320505") as hub:
        hub.hello("labour-320505", credit=1000)
        offer = hub.offer_of(receipt.referral_id)
        assert [(s.supplement_ref, s.summary) for s in offer.supplements] == [("s-1", "补充一")]
        assert court.supplement(receipt.agency_ref, "s-2", "补充二").done
        hub.hello("labour-320505", credit=1000)
        again = hub.offer_of(receipt.referral_id)
        assert [s.summary for s in again.supplements] == ["补充一", "补充二"]
        assert hub.accept(again).done


# -- deadlines --

def test_the_clock_of_mediation_starts_at_acceptance_and_extension_and_suspension_move_it(lab, court, hub, places):
    offer = offered(court, hub, "clock")
    assert places.docket(offer.referral_id)["due_kind"] == "1"
    assert hub.accept(offer).done
    due = int(places.docket(offer.referral_id)["due_ms"])
    assert abs(due - offer.finish_by_ms) < 60000
    assert codes(hub.progress(offer, "EXTENDED", until=today(2)).faults) == ["date-too-far"]
    assert hub.progress(offer, "EXTENDED", until=today(60)).done
    extended = int(places.docket(offer.referral_id)["due_ms"])
    assert extended > due
    assert hub.progress(offer, "SUSPENDED", text="等待鉴定").done
    docket = places.docket(offer.referral_id)
    assert docket["state"] == SUSPENDED and docket["due_kind"] == "4"
    places.pass_days(offer.referral_id, 10)
    assert hub.progress(offer, "RESUMED").done
    resumed = places.docket(offer.referral_id)
    assert resumed["state"] == ACCEPTED and int(resumed["due_ms"]) == extended, "the ten days of the stop are not counted"


def test_past_its_deadline_a_mediation_is_overdue_and_stays_open(lab, court, hub, places):
    offer = offered(court, hub, "overdue")
    assert hub.accept(offer).done
    places.make_due(offer.referral_id)
    steps = steps_of(court, offer.referral_id, "OVERDUE")
    assert steps[-1].state == V.STATE_ACCEPTED and steps[-1].due_kind == "finish" and steps[-1].actor == "timer"
    assert hub.conclude(offer, "EXPIRED").done


@pytest.mark.parametrize("conclusion", [name[len("CONCLUSION_"):] for name, n in V.Conclusion.items() if n])
def test_each_of_the_eight_conclusions_closes_the_referral(lab, court, hub, conclusion):
    offer = offered(court, hub, "end")
    assert hub.accept(offer).done
    assert hub.conclude(offer, conclusion, text="说明" if conclusion == "OTHER" else "").done
    end = steps_of(court, offer.referral_id, "CONCLUDED")[-1]
    assert V.Conclusion.Name(end.conclusion) == "CONCLUSION_" + conclusion and not end.due_kind
    follow_up = hub.follow_up(offer, "PERFORMED")
    assert follow_up.done == (conclusion == "AGREED"), follow_up


# -- two daemons over one database --

def test_a_receiver_at_one_daemon_gets_what_was_submitted_at_another_and_takeover_moves_its_offers(lab, court):
    config, ends = lab.twin()
    second = lab.start(config=config)
    try:
        with Receiver(lab, "hub-320505", endpoint=ends["organisations"]) as there:
            there.hello(credit=1000)
            offer = offered(court, there, "twin")
            second.wait_log(lambda l: l.get("event") == "assignment.delivered" and l.get("referral") == offer.referral_id)
            assert there.accept(offer).done
            left = offered(court, there, "twin")
            with Receiver(lab, "hub-320505") as here:
                here.hello(credit=1000)
                again = here.offer_of(left.referral_id)
                assert again.term == left.term + 1
                stale = there.ask(accept=dict(assignment_id=left.assignment_id, term=left.term))
                faults = stale.refusal.faults if stale.WhichOneof("body") == "refusal" else stale.step_reply.faults
                assert codes(faults) in (["stale-term"], ["not-permitted"])
                assert here.accept(again).done
    finally:
        assert second.stop() == 0


def test_when_a_daemon_dies_its_receivers_go_on_at_another(lab, court):
    config, ends = lab.twin()
    second = lab.start(config=config)
    with Receiver(lab, "hub-320505", endpoint=ends["organisations"]) as there:
        there.hello(credit=1000)
        offer = offered(court, there, "dies")
        second.kill()
    with Receiver(lab, "hub-320505") as here:
        here.hello(credit=1000)
        again = here.offer_of(offer.referral_id)
        assert again.term == offer.term + 1 and here.accept(again).done


def test_two_daemons_share_agencies_chains_and_places_without_a_contradiction(fresh):
    """The same agency sends to both at once; organisations with two places are fought for from both sides."""
    fresh.start()
    config, there = fresh.twin()
    second = fresh.start(config=config)
    senders = [Sender(fresh, name, 3, think=0.005, prefix=f"{name}-{side}", ends=ends)
               for side, ends in (("here", fresh.ends), ("there", there)) for name in ("court-320505", "court-320506")]
    takers = [Taker(fresh, "hub-320505", 3), Taker(fresh, "hub-320506", 3, ends=there), Taker(fresh, "hub-3205", 3, ends=there),
              Taker(fresh, "medical-320505", 3)]
    for one in senders + takers:
        one.start()
    try:
        wait_until(lambda: all(len(one.receipts) >= 100 or one.failure for one in senders), 60)
    finally:
        for one in senders + takers:
            one.finish()
    assert Oracle(fresh).judge(senders, takers=takers) == []
    assert fresh.ctl_json("verify")["summary"]["bad"] == 0
    assert second.stop() == 0
