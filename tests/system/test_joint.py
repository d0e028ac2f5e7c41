"""Joint mediation: who leads and who is the partner reaches everybody; the partner joins or not; one conclusion ends both."""
from __future__ import annotations

import pytest

from facts import BODY, new, person, prepare, records, rederived
from lab import Lab
from peers import Agency, Receiver, STATUS, STEPS, V, codes, organisation_pb2, wait_until

PARTNER = ("bureau-320505", "虎丘区司法局")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    one = Lab(tmp_path_factory.mktemp("lab"))
    try:
        prepare(one)
        one.start()
        yield one
    finally:
        one.close()


def steps_of(agency, referral_id: str, n: int) -> list:
    mine = lambda steps: [s for s in steps if s.referral_id == referral_id]
    return mine(agency.steps(lambda out: len(mine(out)) >= n))


def both_offers(hub, referral_id: str):
    """The lead's, then the partner's."""
    offers = []
    while len(offers) < 2:
        if (offer := hub.assignment()).referral_id == referral_id:
            offers.append(offer)
    return sorted(offers, key=lambda offer: offer.lead_id)


def test_everybody_is_told_and_one_conclusion_ends_both(lab):
    with Agency(lab, "court-320505") as court, Receiver(lab, "hub-320505") as hub:
        hub.hello(credit=1000)
        receipt = court.submit_one(new("jointly"))
        assert (receipt.organisation_id, receipt.rule) == (BODY, "jointly")
        assert (receipt.partner_id, receipt.partner_name) == PARTNER
        received, assigned = steps_of(court, receipt.referral_id, 2)
        assert STEPS[assigned.kind] == "ASSIGNED" and (assigned.partner_id, assigned.partner_name) == PARTNER
        assert received.partner_id == ""
        offer, asked = both_offers(hub, receipt.referral_id)        # the hub serves the partner too
        assert offer.organisation_id == BODY and (offer.partner_id, offer.partner_name) == PARTNER
        assert (asked.organisation_id, asked.partner_id) == (PARTNER[0], "")
        assert (asked.lead_id, asked.lead_name) == (BODY, assigned.organisation_name) and asked.referral == offer.referral
        assert hub.accept(asked).done and hub.accept(asked).done, "said again, recorded once"
        joined = steps_of(court, receipt.referral_id, 3)[-1]
        assert (joined.reason, joined.state, joined.partner_id) == ("partner-joined", V.STATE_OFFERED, PARTNER[0])
        assert hub.notice(offer.assignment_id, "PROGRESS").partner == organisation_pb2.PARTNER_STATUS_JOINED
        assert codes(hub.conclude(asked).faults) == ["state-forbids"], "the lead concludes"
        assert hub.accept(offer).done and hub.conclude(offer).done
        assert hub.notice(asked.assignment_id, "CONCLUDED").state == V.STATE_CONCLUDED
        assert lab.value(f"SELECT count(*) FROM assignment WHERE referral = '{receipt.referral_id}' AND status = 6") == "2"
        sheets = rederived(lab, receipt.referral_id)
        assert (sheets["decision_1"]["partner"], sheets["decision_1"]["partner_name"]) == PARTNER
        assert [(c["organisation"], c["as"], c["passed"]) for c in sheets["candidates_1"]] == [
            (BODY, "", "chosen"), (PARTNER[0], "partner", "partner")]
        kept = records(lab, receipt.referral_id)[0]
        assert kept.partner == PARTNER[0] and [c.partner for c in kept.candidates] == [False, True]
        assert lab.value("SELECT count(*) FROM load WHERE organisation = 'bureau-320505' AND open > 0") == "0"


def test_a_partner_that_does_not_join_leaves_the_lead_alone(lab):
    with Agency(lab, "court-320505") as court, Receiver(lab, "hub-320505") as hub:
        hub.hello(credit=1000)
        receipt = court.submit_one(new("jointly", parties=[person(980), person(981, role="RESPONDENT")]))
        offer, asked = both_offers(hub, receipt.referral_id)
        assert hub.accept(offer).done
        assert hub.decline(asked, "NO_MEDIATOR").done
        assert hub.notice(offer.assignment_id, "PROGRESS").partner == organisation_pb2.PARTNER_STATUS_DECLINED
        step = steps_of(court, receipt.referral_id, 4)[-1]
        assert (step.reason, step.state) == ("partner-declined", V.STATE_ACCEPTED)
        assert codes(hub.accept(asked).faults) == ["assignment-closed"]
        assert hub.conclude(offer).done


def test_what_is_withdrawn_from_the_lead_is_withdrawn_from_the_partner(lab):
    with Agency(lab, "court-320505") as court, Receiver(lab, "hub-320505") as hub:
        hub.hello(credit=1000)
        receipt = court.submit_one(new("jointly", parties=[person(970), person(971, role="RESPONDENT")]))
        offer, asked = both_offers(hub, receipt.referral_id)
        assert hub.accept(offer).done and hub.accept(asked).done
        assert court.withdraw(receipt.agency_ref).done
        assert {hub.next_unasked("cancelled").assignment_id for _ in range(2)} == {offer.assignment_id, asked.assignment_id}
        assert lab.value("SELECT count(*) FROM load WHERE open > 0 AND organisation IN "
                         f"('{BODY}', '{PARTNER[0]}')") == "0"


def test_a_rung_without_jointly_names_nobody(lab):
    with Agency(lab, "court-320505") as court, Receiver(lab, "hub-320505") as hub:
        hub.hello(credit=1000)
        receipt = court.submit_one(new())
        assert receipt.partner_id == receipt.partner_name == ""
        assert hub.offer_of(receipt.referral_id).partner_id == ""
        assert steps_of(court, receipt.referral_id, 2)[1].partner_id == ""


def test_after_a_decline_the_next_one_mediates_alone(lab):
    with Agency(lab, "court-320505") as court, Receiver(lab, "hub-320505") as hub:
        hub.hello(credit=1000)
        receipt = court.submit_one(new("jointly"))
        assert hub.decline(hub.offer_of(receipt.referral_id)).done
        again = hub.offer_of(receipt.referral_id)
        assert again.organisation_id == "centre-320505" and again.partner_id == ""
        steps = steps_of(court, receipt.referral_id, 4)
        assert [s.partner_id for s in steps] == ["", PARTNER[0], "", ""]
        assert STEPS[steps[3].kind] == "ASSIGNED"
        first, second = records(lab, receipt.referral_id)
        assert (first.partner, second.partner) == (PARTNER[0], "")
        rederived(lab, receipt.referral_id)


def test_without_a_partner_the_rung_passes(lab):
    """In the other county there is nobody of the kind; and here the only one may have no place free."""
    with Agency(lab, "court-320506") as court:
        nobody = court.submit_one(new("jointly", place_code="320506001012"))
    assert nobody.organisation_id == "centre-320506" and nobody.partner_id == ""
    rows = rederived(lab, nobody.referral_id)["candidates_1"]
    assert [(c["organisation"], c["as"], c["passed"]) for c in rows] == [
        ("people-320506001012", "", "alone"), ("centre-320506", "", "chosen")]
    with Agency(lab, "court-320505") as court, Receiver(lab, "hub-320505") as hub:
        hub.hello(credit=1000)
        taken = court.submit_one(new("bureau"))
        assert taken.organisation_id == PARTNER[0]
        full = court.submit_one(new("jointly"))
        assert full.organisation_id == "centre-320505" and full.partner_id == ""
        rows = rederived(lab, full.referral_id)["candidates_1"]
        assert [(c["organisation"], c["as"], c["passed"]) for c in rows] == [
            (BODY, "", "alone"), (PARTNER[0], "partner", "full"), ("centre-320505", "", "chosen")]
        offer = hub.offer_of(taken.referral_id)
        assert hub.accept(offer).done and hub.conclude(offer).done


def test_an_operators_choice_mediates_alone(lab):
    with Agency(lab, "court-320505") as court, Receiver(lab, "hub-320505") as hub:
        hub.hello(credit=1000)
        receipt = court.submit_one(new("jointly", parties=[person(990), person(991, role="RESPONDENT")]))
        assert hub.decline(hub.offer_of(receipt.referral_id)).done
        assert hub.decline(hub.offer_of(receipt.referral_id)).done
        wait_until(lambda: lab.value(f"SELECT state FROM docket WHERE referral = '{receipt.referral_id}'") == "4")
        lab.ctl("queue", "assign", receipt.referral_id, "room-2")
        assert hub.offer_of(receipt.referral_id).partner_id == ""
        assert [r.partner for r in records(lab, receipt.referral_id)] == [PARTNER[0], "", "", ""]


def test_the_partner_is_shown_by_the_tools(lab):
    with Agency(lab, "court-320505") as court:
        receipt = court.submit_one(new("jointly"))
        assert STATUS[receipt.status] == "ACCEPTED"
        log = lab.daemon.wait_log(lambda line: line.get("referral") == receipt.referral_id)
        assert log["partner"] == PARTNER[0]
