"""Early warning, end to end: a burst raises one alert, whoever counts, and nobody hears of another's referrals."""
from __future__ import annotations

import itertools
from datetime import datetime

import pytest

from clock import CHINA, Clock
from facts import person
from lab import Lab
from peers import V, Agency, party, referral, referral_pb2, wait_until

_numbers = itertools.count(1)
WATCHES = """
watches:
  - id: violence
    name: 多起有暴力风险的纠纷
    where: {risk: [violence]}
    by: {place: county}
    window: 10 days
    referrals: 3
    quiet_for: 5 days
  - id: same-parties
    name: 相同当事人
    by: {parties: true}
    window: 30 days
    referrals: 3
  - id: many-places
    name: 同一企业多地
    by: {enterprise: respondent}
    window: 30 days
    places: {at_least: 2, level: county}
  - id: rising
    name: 上升
    where: {tags: [rising]}
    by: {place: county, category: 1}
    window: 14 days
    rise: {times: 2, at_least: 5}
"""
HERE, THERE = "320505002004", "320506001012"
CREDIT = "91350100M000100Y43"           # with the right check character


def new(**more) -> referral_pb2.Referral:
    return referral(f"预警{next(_numbers)}号", **more)


def violent(**more) -> referral_pb2.Referral:
    return new(risk=referral_pb2.RiskFlags(violence=True), **more)


def prepare(lab: Lab) -> Lab:
    (lab.config / "watches.yaml").write_text(WATCHES, encoding="utf-8")
    lab.enrol("court-320505", "court-320506", "police-320505", "hub-320505")
    lab.migrate()
    return lab


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path / "clock", datetime(2026, 6, 1, 9, 0, tzinfo=CHINA))      # a Monday


@pytest.fixture
def lab(tmp_path, clock):
    one = Lab(tmp_path / "lab", clock=clock)
    try:
        prepare(one)
        one.start()
        yield one
    finally:
        one.close()


def alerts(lab, *words) -> list[dict]:
    return lab.ctl_json("alert", "list", *words)["alerts"]


def quiet(lab) -> bool:
    """Everything that was counted has been looked at, and what came of it is done."""
    return lab.value("SELECT count(*) FROM sighting WHERE fresh") == "0"


def warnings(agency, n: int = 1) -> list:
    """The steps up to the n-th warning."""
    kind = V.StepKind.Value("STEP_KIND_WARNING_RAISED")
    return [s for s in agency.steps(lambda steps: sum(s.kind == kind for s in steps) >= n) if s.kind == kind]


def test_a_burst_raises_one_alert_and_tells_each_agency_of_its_own(lab):
    with Agency(lab, "court-320505") as court, Agency(lab, "police-320505") as police:
        mine = [court.submit_one(violent()) for _ in range(2)]
        wait_until(lambda: quiet(lab))
        assert alerts(lab) == []
        theirs = police.submit_one(violent(channel="police", mode="POLICE_CIVIL"))
        wait_until(lambda: len(alerts(lab)) == 1)
        alert = alerts(lab)[0]
        assert (alert["watch"], alert["place"], alert["place_name"], alert["referrals"], alert["agencies"], alert["state"]) == (
            "violence", "320505", "虎丘区", 3, 2, "raised")
        [told] = warnings(court)
        assert told.referral_id == "" and told.warning.episode_id == alert["alert"] and told.actor == "timer"
        assert (told.warning.watch, told.warning.place, told.warning.count) == ("violence", "320505", 3)
        assert {(r.referral_id, r.agency_ref) for r in told.warning.referrals} == {(m.referral_id, m.agency_ref) for m in mine}
        [told] = warnings(police)
        assert [r.referral_id for r in told.warning.referrals] == [theirs.referral_id]

        # More of the same: the same episode, and no second word to anybody.
        more = court.submit_one(violent())
        wait_until(lambda: alerts(lab)[0]["referrals"] == 4)
        shown = lab.ctl_json("alert", "show", alert["alert"])
        assert {r["referral"] for r in shown["referrals"]} == {m.referral_id for m in (*mine, theirs, more)}
        court.submit_one(new())
        steps = court.steps(lambda steps: len(steps) >= 9)
        assert sum(s.kind == V.StepKind.Value("STEP_KIND_WARNING_RAISED") for s in steps) == 1
        assert lab.ctl("verify")


def test_an_agency_that_comes_later_hears_of_it_then(lab):
    with Agency(lab, "court-320505") as court, Agency(lab, "police-320505") as police:
        for _ in range(3):
            court.submit_one(violent())
        wait_until(lambda: len(alerts(lab)) == 1)
        police.submit_one(new(channel="police", mode="POLICE_CIVIL"))
        assert len(police.steps(lambda steps: len(steps) >= 2)) == 2
        late = police.submit_one(violent(channel="police", mode="POLICE_CIVIL"))
        [told] = warnings(police)
        assert [r.referral_id for r in told.warning.referrals] == [late.referral_id] and told.warning.count == 4


def test_the_same_parties_are_told_by_nothing_but_a_fingerprint_that_nobody_sees(lab):
    pair = [person(1), person(2, role="RESPONDENT")]
    with Agency(lab, "court-320505") as court, Agency(lab, "court-320506") as other:
        for _ in range(2):
            court.submit_one(new(parties=pair))
        other.submit_one(new(parties=pair, place=THERE))
        wait_until(lambda: len(alerts(lab)) == 1)
        alert = alerts(lab)[0]
        assert (alert["watch"], alert["place"], alert["referrals"], alert["agencies"]) == ("same-parties", "", 3, 2)
        mark = lab.value("SELECT encode(mark, 'hex') FROM episode")
        assert len(mark) == 32
        said = lab.ctl("alert", "show", alert["alert"]) + lab.ctl("alert", "list", "--json") + lab.log_text()
        bodies = lab.value("SELECT string_agg(encode(body, 'hex'), '') FROM journal WHERE kind = 30")
        number = pair[0].identity_number
        assert number and number not in said and mark not in said and mark not in bodies
        [told] = warnings(court)
        assert told.warning.count == 0, "how often elsewhere is these people's business"
        assert len(told.warning.referrals) == 2
        assert len(warnings(other)[0].warning.referrals) == 1


def test_one_enterprise_in_many_places(lab):
    with Agency(lab, "court-320505") as court, Agency(lab, "court-320506") as other:
        def against():
            return [party(), party(role="RESPONDENT", kind="ENTERPRISE", name="某公司", identity_kind=2, identity_number=CREDIT)]
        for _ in range(3):
            court.submit_one(new(parties=against()))
        wait_until(lambda: quiet(lab))
        assert alerts(lab) == []
        other.submit_one(new(parties=against(), place=THERE))
        wait_until(lambda: len(alerts(lab)) == 1)
        assert (alerts(lab)[0]["watch"], alerts(lab)[0]["seen"], alerts(lab)[0]["referrals"]) == ("many-places", 2, 4)
        assert CREDIT not in lab.ctl("alert", "list", "--json") + lab.log_text()


def test_a_rise_is_told_from_what_is_usual(lab, clock):
    with Agency(lab, "court-320505") as court:
        def some(n):
            for _ in range(n):
                court.submit_one(new(tags=["rising"], category="labour"))
        for _ in range(8):              # one each Monday and Thursday for eight weeks
            some(1)
            clock.move(days=3)
            some(1)
            clock.move(days=4)
        clock.move(days=14)
        some(1)
        wait_until(lambda: quiet(lab))
        assert alerts(lab) == []
        some(20)
        wait_until(lambda: len(alerts(lab)) == 1)
        alert = alerts(lab)[0]
        assert alert["watch"] == "rising" and alert["category"] == "labour" and 0 < float(alert["expected"]) < alert["seen"]


def test_an_episode_ends_and_the_next_one_is_another(lab, clock):
    with Agency(lab, "court-320505") as court:
        for _ in range(3):
            court.submit_one(violent())
        wait_until(lambda: len(alerts(lab)) == 1)
        clock.move(days=10)             # the window is empty; not quiet for long enough
        wait_until(lambda: lab.value("SELECT count(*) FROM episode WHERE look > '2026-06-11 09:00+08'") == "1")
        assert alerts(lab)[0]["state"] == "raised"
        clock.move(days=5)
        wait_until(lambda: alerts(lab)[0]["state"] == "over")
        assert lab.value("SELECT octet_length(mark) FROM episode") == "0"
        for _ in range(3):
            court.submit_one(violent())
        wait_until(lambda: len(alerts(lab)) == 2)
        first, second = warnings(court, 2)
        assert first.warning.episode_id != second.warning.episode_id
        assert len(second.warning.referrals) == 3


def test_two_daemons_and_a_restart_make_one_alert(tmp_path):
    lab = Lab(tmp_path / "lab")
    try:
        prepare(lab)
        config, ends = lab.twin()
        lab.start()
        lab.start(config=config)
        with Agency(lab, "court-320505") as court, Agency(lab, "police-320505", endpoint=ends["agencies"]) as police:
            for _ in range(4):
                court.send(submit={"referrals": [violent().SerializeToString() for _ in range(5)]})
                police.send(submit={"referrals": [violent(channel="police", mode="POLICE_CIVIL").SerializeToString()
                                                  for _ in range(5)]})
            wait_until(lambda: lab.value("SELECT sum(referrals) FROM episode") == "40", 60)
            assert lab.value("SELECT count(*) FROM episode") == "1"
            assert lab.value("SELECT count(*) FROM journal WHERE kind = 30") == "2"
            for one in lab.daemons:
                one.kill()
        lab.start()
        with Agency(lab, "court-320505") as court:
            court.submit_one(violent())
            wait_until(lambda: lab.value("SELECT sum(referrals) FROM episode") == "41")
            assert lab.value("SELECT count(*) FROM episode") == "1" and len(warnings(court)) == 1
        assert lab.value("SELECT count(*) FROM journal WHERE kind = 30") == "2"
    finally:
        lab.close()


def test_what_a_dead_daemon_had_claimed_is_looked_at_again(tmp_path):
    lab = Lab(tmp_path / "lab")
    try:
        prepare(lab)
        lab.start()
        with Agency(lab, "court-320505") as court:
            for _ in range(2):
                court.submit_one(violent())
            wait_until(lambda: quiet(lab))
            lab.daemon.kill()
            # As if it had died between the claim and the episode.
            lab.sql("UPDATE sighting SET fresh = true, claim = now() + interval '1 hour'")
            lab.start()
        with Agency(lab, "court-320505") as court:
            court.submit_one(new())
            assert alerts(lab) == []
            lab.sql("UPDATE sighting SET claim = now() - interval '1 second'")
            wait_until(lambda: quiet(lab))
            assert alerts(lab) == []
            court.submit_one(violent())
            wait_until(lambda: len(alerts(lab)) == 1)
    finally:
        lab.close()


def test_an_alert_is_closed_by_somebody_as_something(lab):
    with Agency(lab, "court-320505") as court:
        for _ in range(3):
            court.submit_one(violent())
        wait_until(lambda: len(alerts(lab)) == 1)
        alert = alerts(lab)[0]["alert"]
        assert lab.ctl_json("status")["daemon"]["alerts"] in (0, 1)
        assert "handled" in lab.ctl("alert", "close", alert, "--as", "nothing", ok=False)
        assert alerts(lab, "--region", "320506") == [] and len(alerts(lab, "--region", "3205")) == 1
        closed = lab.ctl_json("alert", "close", alert, "--as", "false-alarm")["alert"]
        assert closed["closed_as"] == "false-alarm" and closed["closed_by"]
        assert alerts(lab) == [] and len(alerts(lab, "--all")) == 1
        assert "closed before" in lab.ctl("alert", "close", alert, "--as", "handled", ok=False)
        court.submit_one(violent())     # goes on: it is the same episode still, and stays closed
        wait_until(lambda: alerts(lab, "--all")[0]["referrals"] == 4)
        assert alerts(lab) == []
        assert "no alert" in lab.ctl("alert", "show", court.submit_one(new()).referral_id, ok=False)


def test_erasing_takes_the_fingerprints_along(lab):
    pair = [person(3), person(4, role="RESPONDENT")]
    with Agency(lab, "court-320505") as court:
        receipts = [court.submit_one(new(parties=pair)) for _ in range(3)]
        wait_until(lambda: len(alerts(lab)) == 1)
        before = lab.value("SELECT encode(mark, 'hex') FROM episode")
        court.withdraw(receipts[0].agency_ref)
        lab.ctl("erase", receipts[0].referral_id)
        assert lab.value(f"SELECT count(*) FROM sighting WHERE referral = '{receipts[0].referral_id}' AND mark <> ''") == "0"
        assert lab.value("SELECT encode(mark, 'hex') FROM episode") != before
