"""What a bad version decided is found, shown with its way by the rules in force, and taken there through the life cycle."""
from __future__ import annotations

from collections import Counter

import pytest
import zmq

from lab import Places
from oracle import Oracle
from peers import Agency, Receiver, STATUS, V, organisation_pb2, referral, referral_pb2
from referral.v1 import control_pb2  # noqa: E402  (peers has made it)

RULES = "rules/10-all.yaml"
LABOUR = """  - id: labour
    name: 劳动争议
    when: {category: {under: labour}}
    route:
      - to: {kind: labour}
      - to: {kind: centre, level: county}
"""
BAD = {
    "elsewhere": LABOUR.replace("- to: {kind: labour}", "- to: {kind: people, level: county}").replace("id: labour", "id: labour-bad"),
    "by hand": LABOUR.split("    route:")[0] + "    manual: {reason: labour-by-hand}\n",
}


def in_force(lab) -> str:
    return lab.ctl_json("status")["daemon"]["ruleset"]


def publish(lab, labour: str) -> str:
    text = (lab.config / RULES).read_text(encoding="utf-8")
    start, end = text.index("  - id: labour"), text.index("  - id: neighbour\n")
    (lab.config / RULES).write_text(text[:start] + labour + text[end:], encoding="utf-8")
    lab.ctl("reload")
    return in_force(lab)


@pytest.fixture
def lab(fresh):
    """Rules that send labour disputes to the wrong place, on a router that has good ones in its past."""
    fresh.start()
    fresh.good = in_force(fresh)
    fresh.bad = publish(fresh, BAD["elsewhere"])
    assert fresh.good != fresh.bad
    return fresh


def affected(lab, *more: str, version: str = "") -> dict[str, dict]:
    answer = lab.ctl_json("rules", "affected", version or lab.bad, *more)
    rows = {row["agency_ref"]: row for row in answer["affected"]}
    assert Counter(row["action"] for row in rows.values()) == {s["action"]: s["referrals"] for s in answer.get("summary", [])}
    return rows


def back(lab) -> None:
    lab.ctl("rules", "rollback", lab.good, "--reason", "误派")


APPLY = ("--apply", "--reason", "第二版误派")


def test_open_referrals_go_where_the_rules_in_force_send_them(lab):
    with Agency(lab, "court-320505") as court, Receiver(lab, "hub-320505") as hub:
        assert hub.hello().welcome
        offers = {}
        for ref in ("open", "accepted", "declined"):
            receipt = court.submit_one(referral(ref, category="labour"))
            assert receipt.organisation_id == "people-320505"
            offers[ref] = hub.offer_of(receipt.referral_id)
        court.submit_one(referral("other", category="neighbour"))
        assert hub.accept(offers["accepted"]).done and hub.decline(offers["declined"]).done
        moved_on = hub.offer_of(offers["declined"].referral_id)
        assert moved_on.organisation_id == "centre-320505"
        back(lab)
        rows = affected(lab)
        assert set(rows) == {"open", "accepted", "declined", "other"}
        assert (rows["open"]["action"], rows["open"]["rule"], rows["open"]["organisation"]) == ("moves", "labour-bad", "people-320505")
        assert (rows["open"]["to_rule"], rows["open"]["to_organisation"]) == ("labour", "labour-320505")
        assert rows["accepted"]["action"] == "accepted" and rows["accepted"]["to_organisation"] == ""
        assert rows["declined"]["action"] == "moves" and rows["declined"]["to_organisation"] == "labour-320505"
        assert rows["other"]["action"] == "stays" and rows["other"]["to_organisation"] == "people-320505002004"
        assert affected(lab) == rows        # a preview changes nothing
        rows = affected(lab, *APPLY)
        assert {ref: row["action"] for ref, row in rows.items()} == {
            "open": "moved", "accepted": "accepted", "declined": "moved", "other": "stays"}
        # Both sides hear of it.
        assert hub.cancelled(offers["open"].assignment_id) == "reassigned"
        new = hub.offer_of(offers["open"].referral_id)
        assert new.organisation_id == "labour-320505" and new.assignment_id != offers["open"].assignment_id
        assert not hub.accept(offers["open"]).done
        assert hub.accept(new).done and hub.conclude(new, "AGREED").done
        steps = court.steps(lambda out: sum(s.kind == V.STEP_KIND_REROUTED for s in out) == 2
                            and out[-1].kind == V.STEP_KIND_CONCLUDED)
        mine = [s for s in steps if s.agency_ref == "open"]
        assert [V.StepKind.Name(s.kind).removeprefix("STEP_KIND_") for s in mine] == [
            "RECEIVED", "ASSIGNED", "REROUTED", "ASSIGNED", "ACCEPTED", "CONCLUDED"]
        assert mine[2].organisation_id == "people-320505" and mine[2].reason == "rules-changed" and mine[2].note_sha256
        assert mine[2].actor.startswith("operator:")
        assert mine[3].organisation_id == "labour-320505" and mine[3].rule == "labour"
        assert mine[3].ruleset_sha256.hex() == lab.good
        # Again: nothing is left to do.
        assert {ref: row["action"] for ref, row in affected(lab, *APPLY).items()} == {"accepted": "accepted", "other": "stays"}
    assert [c for c in Oracle(lab).judge() if "nobody sent it" not in c] == []
    assert lab.ctl_run("verify").returncode == 0
    explained = lab.ctl("explain", offers["open"].referral_id)
    assert explained.count("identical") == 2 and "labour-320505" in explained


def test_who_had_it_may_be_asked_again_and_who_declined_may_not(lab):
    with Agency(lab, "court-320505") as court, Receiver(lab, "hub-320505") as hub:
        assert hub.hello().welcome
        first = hub.offer_of(court.submit_one(referral("again", category="labour")).referral_id)
        back(lab)
        assert affected(lab, *APPLY)["again"]["action"] == "moved"
        second = hub.offer_of(first.referral_id)
        assert second.organisation_id == "labour-320505"
        # The bad rules once more, and back once more: it had been at the county's committee and was taken away, not declined.
        lab.ctl("rules", "rollback", lab.bad, "--reason", "演练")
        assert affected(lab, *APPLY, version=lab.good)["again"]["to_organisation"] == "people-320505"
        third = hub.offer_of(first.referral_id)
        assert third.organisation_id == "people-320505" and hub.decline(third).done
        fourth = hub.offer_of(first.referral_id)
        assert fourth.organisation_id == "centre-320505"
        back(lab)
        assert affected(lab, *APPLY)["again"]["to_organisation"] == "labour-320505"
        fifth = hub.offer_of(first.referral_id)
        assert hub.decline(fifth).done
        assert hub.offer_of(first.referral_id).organisation_id == "centre-320505"
        assert Places(lab).had(first.referral_id) == ["people-320505", "labour-320505", "people-320505", "centre-320505",
                                                      "labour-320505", "centre-320505"]


def test_from_the_manual_queue_and_into_it(lab):
    lab.bad = publish(lab, BAD["by hand"])
    with Agency(lab, "court-320505") as court:
        waits = court.submit_one(referral("waits", category="labour"))
        risk = court.submit_one(referral("risk", category="labour", risk=referral_pb2.RiskFlags(self_harm=True)))
        placed = court.submit_one(referral("placed", category="labour"))
        assert {STATUS[r.status] for r in (waits, risk, placed)} == {"MANUAL"}
        lab.ctl("queue", "assign", placed.referral_id, "centre-320505")
        back(lab)
        rows = affected(lab)
        assert {ref: row["action"] for ref, row in rows.items()} == {"waits": "moves", "risk": "stays", "placed": "by-hand"}
        affected(lab, *APPLY)
        places = Places(lab)
        assert places.docket(waits.referral_id)["state"] == "1" and places.docket(waits.referral_id)["organisation"] == "labour-320505"
        assert places.docket(risk.referral_id)["state"] == "4" and places.docket(risk.referral_id)["decisions"] == "1"
        assert places.docket(placed.referral_id)["organisation"] == "centre-320505"
        # And the other way: what should have waited for a person.
        lab.ctl("rules", "rollback", lab.bad, "--reason", "演练")
        rows = affected(lab, *APPLY, version=lab.good)
        assert rows["waits"]["action"] == "moved" and rows["waits"]["to_reason"] == "labour-by-hand" and not rows["waits"]["to_organisation"]
        assert places.docket(waits.referral_id)["state"] == "4" and places.docket(waits.referral_id)["reason"] == "labour-by-hand"
        assert places.overrun() == []


def test_places_are_kept_within_capacity_and_the_rest_goes_down_the_ladder(lab):
    lab.edit("organisations/all.yaml", "capacity: 5000", "capacity: 3")
    lab.good = publish(lab, LABOUR)
    lab.bad = publish(lab, BAD["elsewhere"])
    with Agency(lab, "court-320505") as court:
        court.submit(*[referral(f"many-{i}", category="labour") for i in range(5)])
        back(lab)
        shown = Counter(row["to_organisation"] for row in affected(lab).values())
        done = affected(lab, *APPLY)
    assert shown == Counter(row["to_organisation"] for row in done.values()) == {"labour-320505": 3, "centre-320505": 2}
    assert {row["action"] for row in done.values()} == {"moved"}
    places = Places(lab)
    assert places.open("labour-320505") == 3 and places.open("centre-320505") == 2 and places.open("people-320505") == 0
    assert places.overrun() == []


def test_a_preview_counts_the_load_of_all_pages(lab):
    """More than a page, and an organisation with places for less than two: the second page finds the first one's taken."""
    lab.edit("organisations/all.yaml", "capacity: 5000", "capacity: 120")
    lab.good = publish(lab, LABOUR)
    lab.bad = publish(lab, BAD["elsewhere"])
    with Agency(lab, "court-320505") as court:
        for part in range(4):
            court.submit(*[referral(f"load-{part}-{i}", category="labour") for i in range(40)])
    back(lab)
    shown = Counter(row["to_organisation"] for row in affected(lab).values() if row["action"] == "moves")
    done = affected(lab, *APPLY)
    assert shown == Counter(row["to_organisation"] for row in done.values() if row["action"] == "moved")
    assert shown["labour-320505"] == 120
    refused = one_page(lab, "rules", "affected", lab.bad, "--changes", "labour-320505")
    assert not refused.ok and "--changes" in refused.error
    assert Places(lab).overrun() == []


def test_many_go_page_by_page_and_an_interrupted_run_is_taken_up_again(lab):
    with Agency(lab, "court-320505") as court, Agency(lab, "court-320102") as other:
        for agency, place in ((court, "320505002004"), (other, "320102")):
            for part in range(3):
                agency.submit(*[referral(f"page-{place}-{part}-{i}", category="labour", place=place) for i in range(50)])
    back(lab)
    total = len(affected(lab))
    assert total == 300
    # As far as a first page, by a client that asked no further.
    assert one_page(lab, "rules", "affected", lab.bad, "--apply", "--reason", "x", "--limit", "40").ok
    moved = rerouted(lab)
    assert 0 < moved <= 40
    rest = affected(lab, *APPLY)
    assert len(rest) == total - moved
    assert rerouted(lab) == sum(row["action"] == "moved" for row in rest.values()) + moved
    assert all(row["action"] in ("moved", "stays") for row in rest.values())
    assert Places(lab).overrun() == []


def test_what_cannot_be_done_is_told(lab):
    for words, told in (((lab.bad, *APPLY), "in force here"), ((lab.good, "--apply"), "--reason"), (("ffffff",), "no rule set is kept")):
        done = lab.ctl_run("rules", "affected", *words)
        assert done.returncode == 1 and told in done.stderr, done.stderr
    text = lab.ctl("rules", "affected", lab.good)
    assert "(none)" in text


def test_what_an_organisation_accepts_meanwhile_stays_with_it(lab):
    """The keeper looks again under the lock: an answer that came first wins, and one that came too late is refused."""
    with Agency(lab, "court-320505") as court, Receiver(lab, "hub-320505") as hub:
        assert hub.hello().welcome
        offers = [hub.offer_of(court.submit_one(referral(f"race-{i}", category="labour")).referral_id) for i in range(20)]
        back(lab)
        requests = [hub.send(accept=accept_of(offer)) for offer in offers]
        rows = affected(lab, *APPLY)
        done = {offer.referral_id: hub.answer(request).step_reply.done for offer, request in zip(offers, requests)}
    places = Places(lab)
    for offer in offers:
        docket = places.docket(offer.referral_id)
        if done[offer.referral_id]:
            assert (docket["state"], docket["organisation"]) == ("2", "people-320505")
        else:
            assert (docket["state"], docket["organisation"]) == ("1", "labour-320505")
    assert len(rows) == 20 and places.overrun() == []


def accept_of(offer):
    return organisation_pb2.Accept(assignment_id=offer.assignment_id, term=offer.term)


def rerouted(lab) -> int:
    return int(lab.value(f"SELECT count(*) FROM journal WHERE kind = {V.STEP_KIND_REROUTED}"))


def one_page(lab, *words: str):
    """One request on the control socket, as referralctl makes it."""
    with zmq.Context.instance().socket(zmq.DEALER) as socket:
        socket.linger = 0
        socket.connect(lab.ends["control"])
        request = control_pb2.ControlRequest(version=1, words=words, operator="tester")
        socket.send_multipart([b"", request.SerializeToString()])
        assert socket.poll(60000)
        return control_pb2.ControlReply.FromString(socket.recv_multipart()[1])
