"""A dossier tells one referral whole, proves it, and names nobody."""
from __future__ import annotations

import hashlib
import json
import uuid
from xml.etree import ElementTree

import pytest

from lab import Lab, Places
from peers import Agency, Receiver, V, party, referral

SECRET = "某人" + uuid.uuid4().hex[:10]
NUMBER = "(2026)苏0505诉前调7号"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    one = Lab(tmp_path_factory.mktemp("dossier"))
    one.edit("channels.yaml", "        name: 委派调解（立案前）\n",
             "        name: 委派调解（立案前）\n        contact_within: 3 workdays\n        follow_up_within: 30 days\n")
    one.enrol("court-320505", "hub-320505")
    try:
        one.migrate()
        one.start()
        yield one
    finally:
        one.close()


def overdue(court, lab, offer) -> None:
    """Its time limit passes, and that is told."""
    Places(lab).pass_days(offer.referral_id, 60)
    court.steps(lambda out: any(s.kind == V.STEP_KIND_OVERDUE and s.referral_id == offer.referral_id for s in out))


@pytest.fixture(scope="module")
def case(lab):
    """Accepted, contacted, overdue, agreed, performed; and another one of the same agency after it."""
    with Agency(lab, "court-320505") as court, Receiver(lab, "hub-320505") as hub:
        assert hub.hello(credit=100).welcome
        receipt = court.submit_one(referral(NUMBER, summary=SECRET + "与邻居争执", category="neighbour",
                                            parties=[party(name=SECRET), party("RESPONDENT", "ENTERPRISE", name=SECRET)]))
        offer = hub.offer_of(receipt.referral_id)
        assert court.supplement(NUMBER, "s1", SECRET).done
        assert hub.accept(offer).done
        assert hub.progress(offer, "CONTACTED", text=SECRET).done
        overdue(court, lab, offer)
        assert hub.conclude(offer, agreement_minor=1234500, currency="CNY").done
        assert hub.follow_up(offer, "PERFORMED", text=SECRET).done
        court.submit_one(referral("later"))
    return offer.referral_id


def entry_of(lab, case: str, step: str) -> int:
    return next(row["seq"] for row in lab.ctl_json("dossier", case)["steps"] if row["step"] == step)


def test_facts_and_parties_are_told_without_names(lab, case):
    told = lab.ctl_json("dossier", case)
    facts = told["facts"]
    assert (facts["channel"], facts["mode"], facts["parties"], facts["state"]) == ("court", "court-pre-filing", 2, "concluded")
    assert facts["category"] == "neighbour" and facts["category_name"] and facts["place_name"] and facts["organisation_name"]
    assert (facts["content"], facts["personal"]) == ("sealed", "masked")
    assert [(p["role"], p["kind"], p["name"], p["identity"]) for p in told["parties"]] == [
        ("applicant", "person", "●●●", ""), ("respondent", "enterprise", "●●●", "")]
    assert [(t["what"], t["text"]) for t in told["texts"]] == [
        ("summary", "●●●"), ("supplement", "●●●"), ("note", "●●●"), ("note", "●●●")]


def test_the_decision_is_made_again(lab, case):
    told = lab.ctl_json("dossier", case)
    decision, = told["decisions"]
    assert (decision["outcome"], decision["rule"], decision["rung"], decision["rederived"]) == ("assigned", "neighbour", 1, "identical")
    assert decision["organisation"] == told["facts"]["organisation"] and len(told["candidates_1"]) == decision["candidates"] >= 1
    assert [(a["organisation"], a["status"]) for a in told["assignments"]] == [(decision["organisation"], "concluded")]


def test_deadlines_kept_and_missed(lab, case):
    told = lab.ctl_json("dossier", case)
    assert [(d["due"], d["result"]) for d in told["deadlines"]] == [
        ("respond", "kept"), ("finish", "missed"), ("contact", "kept"), ("follow-up", "kept")]
    steps = {s["step"]: s["seq"] for s in told["steps"]}
    finish = told["deadlines"][1]
    assert (finish["set"], finish["passed"], finish["done"]) == (steps["accepted"], steps["overdue"], steps["concluded"])
    assert finish["left"].startswith("-") and not told["deadlines"][0]["left"].startswith("-")
    concluded, followed = told["outcome"]
    assert (concluded["conclusion"], concluded["agreement"], concluded["amount"]) == ("agreed", "written", "12345.00 CNY")
    assert followed["follow_up"] == "performed"


def test_every_step_with_its_actor_and_its_proof(lab, case):
    told = lab.ctl_json("dossier", case)
    steps, proof = told["steps"], told["proof"]
    assert [s["step"] for s in steps] == ["received", "assigned", "supplemented", "accepted", "progress", "warned", "overdue",
                                          "concluded", "follow-up"]
    assert {s["step"]: s["actor"] for s in steps}["overdue"] == "timer" and all(s["at"] and s["actor"] for s in steps)
    assert [p["seq"] for p in proof] == [s["seq"] for s in steps] and {p["result"] for p in proof} == {"verified"}
    for row in proof:
        body = bytes.fromhex(lab.value(f"SELECT encode(body, 'hex') FROM journal WHERE agency = 'court-320505' AND seq = {row['seq']}"))
        assert hashlib.sha256(bytes.fromhex(row["previous"]) + body).hexdigest() == row["hash"]
    assert told["chain"]["result"] == "ok" and told["chain"]["verified"] == told["chain"]["entries"] > steps[-1]["seq"]


def test_the_agency_s_number_will_do_and_an_unknown_one_leaves_no_page(lab, case, tmp_path):
    assert lab.ctl_json("dossier", NUMBER)["facts"]["referral"] == case
    done = lab.ctl_run("dossier", "nobody's", "--html", tmp_path / "none.html")
    assert done.returncode == 1 and "nobody's" in done.stderr and not (tmp_path / "none.html").exists()


def test_no_personal_data_in_text_json_or_page(lab, case, tmp_path):
    page = tmp_path / "dossier.html"
    text = lab.ctl("dossier", case, "--html", page)
    shown = page.read_text(encoding="utf-8")
    assert SECRET not in text + shown + json.dumps(lab.ctl_json("dossier", case), ensure_ascii=False)
    ElementTree.fromstring(shown.split("\n", 1)[1])
    assert all(words in shown for words in ("案件评查卷宗", "逾期", "已验证", "●●●"))
    assert "http" not in shown and "<script" not in shown
    assert page.stat().st_mode & 0o777 == 0o600


def test_a_page_that_cannot_be_written_is_told(lab, case, tmp_path):
    done = lab.ctl_run("dossier", case, "--html", tmp_path / "no" / "where.html")
    assert done.returncode == 2 and "where.html" in done.stderr


def test_a_changed_body_is_told_with_what_it_leaves_proven(lab, case, tmp_path):
    seq = entry_of(lab, case, "overdue")
    row = f"agency = 'court-320505' AND seq = {seq}"
    before = lab.value(f"SELECT encode(body, 'hex') FROM journal WHERE {row}")
    lab.sql(f"UPDATE journal SET body = body || '\\x00' WHERE {row}")
    try:
        page = tmp_path / "broken.html"
        done = lab.ctl_run("dossier", case, "--json", "--html", page)
        told = json.loads(done.stdout)
        assert done.returncode == 1 and f"entry {seq}" in told["error"]
        assert (told["chain"]["result"], told["chain"]["first_bad"], told["chain"]["verified"]) == ("BAD", seq, seq - 1)
        assert [p["result"] for p in told["proof"]] == ["verified"] * 6 + ["BROKEN"] + ["after the break"] * 2
        assert "断链" in page.read_text(encoding="utf-8")
    finally:
        lab.sql(f"UPDATE journal SET body = decode('{before}', 'hex') WHERE {row}")
    assert lab.ctl_json("dossier", case)["chain"]["result"] == "ok"


def test_what_was_erased_is_named_as_such(lab, case):
    lab.ctl("erase", case)
    told = lab.ctl_json("dossier", case)
    assert (told["facts"]["content"], told["facts"]["personal"], told["parties"]) == ("erased", "erased", [])
    assert {t["text"] for t in told["texts"]} == {"erased"} and told["chain"]["result"] == "ok"
    assert "erased" in told["decisions"][0]["rederived"]
