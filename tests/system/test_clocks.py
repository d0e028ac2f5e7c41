"""Time limits on the running router: reached in time, warned of, stopped, stretched, counted anew, and what follows an agreement."""
from __future__ import annotations

from datetime import date, timedelta

import pytest

from lab import Lab, Places
from peers import Agency, Receiver, V, codes, referral, referral_pb2, today, wait_until

ACCEPTED, CONCLUDED, FOLLOWING = "2", "5", "9"
RESPOND, FINISH, CONTACT, FOLLOW_UP = "1", "2", "5", "6"
DAY = 86400000

PRE_FILING = "        finish_within: 30 days\n"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    one = Lab(tmp_path_factory.mktemp("clocks"))
    one.edit("channels.yaml", "        name: 委派调解（立案前）\n",
             "        name: 委派调解（立案前）\n        contact_within: 3 workdays\n        extend_at_most: 30 days\n"
             "        follow_up_within: 30 days\n        follow_up_reminders: 1\n")
    one.edit("channels.yaml", "        name: 民间纠纷\n", "        name: 民间纠纷\n        extension: none\n")
    one.enrol("court-320505", "police-320505", "hub-320505")
    try:
        one.migrate()
        one.start()
        yield one
    finally:
        one.close()


@pytest.fixture(scope="module")
def court(lab):
    with Agency(lab, "court-320505") as one:
        yield one


@pytest.fixture(scope="module")
def hub(lab):
    with Receiver(lab, "hub-320505") as one:
        assert one.hello(credit=1000).welcome
        yield one


@pytest.fixture
def places(lab):
    return Places(lab)


numbers = iter(range(1, 1000))


def accepted(agency, hub, **values):
    receipt = agency.submit_one(referral(f"clock-{next(numbers)}", **values))
    assert receipt.organisation_id, receipt
    offer = hub.offer_of(receipt.referral_id)
    assert hub.accept(offer).done
    return offer


def number_of(offer) -> str:
    return referral_pb2.Referral.FromString(offer.referral).agency_ref


def steps_of(agency, offer, kind: str, count: int = 1):
    """Its steps, once there are so many of this kind."""
    wanted = V.StepKind.Value("STEP_KIND_" + kind)
    mine = lambda out: [s for s in out if s.referral_id == offer.referral_id]
    return mine(agency.steps(lambda out: sum(s.kind == wanted for s in mine(out)) >= count))


def day_of(ms: int) -> date:
    return date(1970, 1, 1) + timedelta(days=(ms + 8 * 3600000) // DAY)


# -- before anybody is there --

def test_what_is_added_before_delivery_comes_with_the_offer_and_without_a_notice(lab):
    with Receiver(lab, "hub-320505") as late, Agency(lab, "court-320505") as court:
        receipt = court.submit_one(referral("before-delivery"))
        taken = lambda: lab.value(f"SELECT term FROM assignment WHERE referral = '{receipt.referral_id}'")
        assert taken() == "0", "nobody is there"
        assert court.supplement("before-delivery", "early", "在送达之前").done
        assert late.hello(credit=1000).welcome
        offer = late.offer_of(receipt.referral_id)
        assert [s.supplement_ref for s in offer.supplements] == ["early"]
        assert lab.value(f"SELECT told FROM assignment WHERE id = '{offer.assignment_id}'") == "t"


# -- reaching the parties (在线调解规则第15条) --

def test_until_the_parties_are_reached_that_is_due_first(court, hub, places):
    offer = accepted(court, hub)
    assert places.docket(offer.referral_id)["due_kind"] == CONTACT
    assert hub.progress(offer, "CONTACTED").done
    docket = places.docket(offer.referral_id)
    assert docket["due_kind"] == FINISH and day_of(int(docket["due_ms"])) >= date.fromisoformat(today(30))


def test_not_reached_in_time_is_told_once_and_the_mediation_goes_on(court, hub, places):
    offer = accepted(court, hub)
    places.pass_days(offer.referral_id, 15)
    steps = steps_of(court, offer, "OVERDUE")
    assert steps[-1].reason == "contact" and steps[-1].state == V.STATE_ACCEPTED and steps[-1].due_kind == "finish"
    assert [c.due for c in places.clocks(offer.referral_id).clocks] == [int(FINISH)]
    assert hub.progress(offer, "CONTACTED").done


# -- warned --

def test_when_a_third_is_left_it_is_warned_of_once_and_then_it_is_overdue(court, hub, places):
    offer = accepted(court, hub)
    assert hub.progress(offer, "CONTACTED").done
    places.pass_days(offer.referral_id, 22)
    steps = steps_of(court, offer, "WARNED")
    assert (steps[-1].reason, steps[-1].due_kind, steps[-1].state) == ("finish", "finish", V.STATE_ACCEPTED)
    assert steps[-1].actor == "timer"
    places.pass_days(offer.referral_id, 20)
    steps = steps_of(court, offer, "OVERDUE")
    assert steps[-1].reason == "finish" and steps[-1].due_ms < steps[-1].at_ms, "what has passed stays due"
    places.pass_days(offer.referral_id, 8)
    steps = steps_of(court, offer, "OVERDUE", 2)
    assert sum(s.kind == V.STEP_KIND_WARNED for s in steps) == 1


# -- so long past its end that somebody else is to have it --

def test_what_overran_too_long_is_taken_back_and_placed_anew(lab, hub, places):
    lab.edit("channels.yaml", "        name: 民间纠纷\n", "        name: 民间纠纷\n        overrun_after: 10 days\n")
    lab.ctl("reload")
    with Agency(lab, "police-320505") as police:
        offer = accepted(police, hub, channel="police", mode="POLICE_CIVIL")
        places.pass_days(offer.referral_id, 45)
        assert steps_of(police, offer, "OVERDUE")[-1].reason == "finish"
        places.pass_days(offer.referral_id, 12)
        steps = steps_of(police, offer, "OVERRAN")
        taken = next(s for s in steps if s.kind == V.STEP_KIND_OVERRAN)
        assert taken.organisation_id == offer.organisation_id and taken.actor == "timer"
        assert hub.cancelled(offer.assignment_id) == "lapsed"
        again = hub.offer_of(offer.referral_id)
        assert again.organisation_id != offer.organisation_id, "whoever let it lie is not asked again"
        assert places.docket(offer.referral_id)["state"] == "1"


# -- whoever has it hears of it --

def test_the_receiver_is_told_what_nears_its_end_and_what_has_passed(court, hub, places):
    offer = accepted(court, hub)
    assert hub.progress(offer, "CONTACTED").done
    places.pass_days(offer.referral_id, 22)
    notice = hub.notice(offer.assignment_id, "WARNED")
    assert (notice.state, notice.due_kind) == (V.STATE_ACCEPTED, "finish")
    assert notice.due_ms == int(places.docket(offer.referral_id)["due_ms"])
    places.pass_days(offer.referral_id, 20)
    assert list(hub.notice(offer.assignment_id, "OVERDUE").kinds) == [V.STEP_KIND_OVERDUE], "what was told is not told again"
    assert not hub.progress(offer, "CONTACTED", request_id="late").faults


def test_what_the_agency_adds_later_reaches_whoever_has_it_also_after_a_restart(lab, court, hub, places):
    offer = accepted(court, hub)
    assert court.supplement(number_of(offer), "s-1", "补充材料一").done
    notice = hub.notice(offer.assignment_id, "SUPPLEMENTED")
    assert [(s.supplement_ref, s.summary) for s in notice.supplements] == [("s-1", "补充材料一")]
    lab.daemons[-1].kill()
    lab.start()
    assert court.supplement(number_of(offer), "s-2", "补充材料二", patience=60).done
    assert hub.hello(credit=1000, patience=60).welcome
    notice = hub.notice(offer.assignment_id, "SUPPLEMENTED")
    assert [s.supplement_ref for s in notice.supplements] == ["s-1", "s-2"]


# -- stopped and stretched --

def test_days_of_appraisal_are_not_counted(court, hub, places):
    offer = accepted(court, hub)
    assert hub.progress(offer, "CONTACTED").done
    assert hub.progress(offer, "SUSPENDED", text="等待鉴定").done
    assert places.docket(offer.referral_id)["due_kind"] == "4"
    places.pass_days(offer.referral_id, 12)
    assert hub.progress(offer, "RESUMED").done
    entries = places.clocks(offer.referral_id).clocks[0].entries
    assert [e.act for e in entries] == [1, 2]
    end = day_of(int(places.docket(offer.referral_id)["due_ms"]))
    assert end >= date.fromisoformat(today(30)), "12 days gone, 12 days given back"


def test_an_extension_past_what_the_channel_allows_is_refused(court, hub, places):
    offer = accepted(court, hub)
    end = day_of(places.clocks(offer.referral_id).clocks[0].started_ms) + timedelta(days=30)
    answer = hub.progress(offer, "EXTENDED", until=str(end + timedelta(days=60)))
    assert not answer.done and codes(answer.faults) == ["date-too-far"]
    assert hub.progress(offer, "EXTENDED", until=str(end + timedelta(days=30))).done
    answer = hub.progress(offer, "EXTENDED", until=str(end + timedelta(days=45)))
    assert codes(answer.faults) == ["date-too-far"], "a second one does not add up past it"


def test_where_the_channel_knows_no_extension_there_is_none(lab, hub):
    with Agency(lab, "police-320505") as police:
        offer = accepted(police, hub, channel="police", mode="POLICE_CIVIL")
        answer = hub.progress(offer, "EXTENDED", until=today(50))
        assert not answer.done and codes(answer.faults) == ["state-forbids"]


def test_nothing_goes_past_the_agencys_own_reply_by(court, hub, places):
    last = today(9)
    offer = accepted(court, hub, reply_by=last)
    assert hub.progress(offer, "CONTACTED").done
    assert str(day_of(int(places.docket(offer.referral_id)["due_ms"]))) == last
    assert day_of(offer.finish_by_ms) == date.fromisoformat(last), "and the receiver is told so with the offer"
    answer = hub.progress(offer, "EXTENDED", until=today(12))
    assert codes(answer.faults) == ["date-too-far"]


# -- another calendar --

def test_a_calendar_published_later_counts_for_what_is_open(lab, court, hub, places):
    moved, stays = accepted(court, hub), accepted(court, hub)
    for offer in (moved, stays):
        assert hub.progress(offer, "CONTACTED").done
    assert hub.progress(stays, "EXTENDED", until=today(33)).done    # a day that was agreed on: no calendar moves it
    before = places.docket(moved.referral_id)["due_ms"]
    kept = places.docket(stays.referral_id)["due_ms"]
    end = day_of(int(before))
    holidays = "".join(f"{end + timedelta(days=i)},holiday,新公布的假日\n" for i in range(3))
    (lab.config / "calendar" / "later.csv").write_text("date,kind,name\n" + holidays, encoding="utf-8")
    lab.ctl("reload")
    steps = steps_of(court, moved, "RECOUNTED")
    assert steps[-1].reason == "calendar-changed" and steps[-1].actor == "timer" and steps[-1].due_kind == "finish"
    assert day_of(steps[-1].due_ms) > end + timedelta(days=2)
    assert int(places.docket(moved.referral_id)["due_ms"]) == steps[-1].due_ms
    wait_until(lambda: lab.value("SELECT count(DISTINCT calendar) FROM docket WHERE wake_at IS NOT NULL") == "1")
    assert places.docket(stays.referral_id)["due_ms"] == kept
    assert not any(s.kind == V.STEP_KIND_RECOUNTED for s in court.steps(lambda out: len(out) > 3)
                   if s.referral_id == stays.referral_id), "nothing changed, nothing to tell"


def test_past_the_published_calendar_a_due_time_is_provisional(lab, court, hub, places):
    offer = accepted(court, hub)
    assert hub.progress(offer, "EXTENDED", until=today(45)).done
    year = date.fromisoformat(today()).year
    for name in ("cn.csv", "later.csv"):
        path = lab.config / "calendar" / name
        if path.exists():
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            path.write_text("".join(line for line in lines if not line[:4].isdigit() or int(line[:4]) < year), encoding="utf-8")
    lab.ctl("reload")
    fresh = accepted(court, hub)
    step = steps_of(court, fresh, "ACCEPTED")[-1]
    assert step.due_kind == "contact" and step.due_provisional
    agreed = steps_of(court, offer, "PROGRESS")[-1]
    assert not agreed.due_provisional


# -- what follows an agreement (人民调解法第31条、第33条) --

def test_an_agreement_is_followed_until_it_is_performed_and_its_place_is_free(court, hub, places):
    offer = accepted(court, hub)
    taken = places.open(offer.organisation_id)
    assert hub.conclude(offer).done
    docket = places.docket(offer.referral_id)
    assert docket["state"] == FOLLOWING and docket["due_kind"] == FOLLOW_UP
    assert places.open(offer.organisation_id) == taken - 1
    assert hub.follow_up(offer, "CONFIRMATION_APPLIED").done
    assert places.docket(offer.referral_id)["state"] == FOLLOWING
    assert hub.follow_up(offer, "PERFORMED").done
    docket = places.docket(offer.referral_id)
    assert docket["state"] == CONCLUDED and docket["due_kind"] == ""
    states = [s.state for s in steps_of(court, offer, "FOLLOW_UP", 2)]
    assert states[-3:] == [V.STATE_FOLLOWING, V.STATE_FOLLOWING, V.STATE_CONCLUDED]
    assert hub.follow_up(offer, "BREACHED").done, "news that comes later is still taken down"


@pytest.mark.parametrize("kind, state", [("BREACHED", CONCLUDED), ("CONFIRMATION_REFUSED", CONCLUDED),
                                         ("CONFIRMATION_GRANTED", FOLLOWING)])
def test_what_settles_it(court, hub, places, kind, state):
    offer = accepted(court, hub)
    assert hub.conclude(offer).done and hub.follow_up(offer, kind).done
    assert places.docket(offer.referral_id)["state"] == state


def test_an_agreement_nobody_follows_is_asked_for_and_at_last_closed(court, hub, places):
    offer = accepted(court, hub)
    assert hub.conclude(offer).done
    places.pass_days(offer.referral_id, 40)
    steps = steps_of(court, offer, "OVERDUE")
    assert steps[-1].reason == "follow-up" and steps[-1].state == V.STATE_FOLLOWING
    places.pass_days(offer.referral_id, 31)
    steps = steps_of(court, offer, "OVERDUE", 2)
    assert steps[-1].state == V.STATE_CONCLUDED and not steps[-1].due_kind


def test_a_failure_is_not_followed(court, hub, places):
    offer = accepted(court, hub)
    assert hub.conclude(offer, "TOO_FAR_APART").done
    assert places.docket(offer.referral_id)["state"] == CONCLUDED


# -- from before --

def test_what_was_open_before_there_were_clocks_goes_on(lab, court, hub, places):
    offer, stopped = accepted(court, hub), accepted(court, hub)
    assert hub.progress(stopped, "SUSPENDED", text="等待鉴定").done
    lab.sql(f"UPDATE docket SET clocks = NULL, calendar = NULL, due_kind = 2 WHERE referral = '{offer.referral_id}'; "
            f"UPDATE docket SET clocks = NULL, calendar = NULL WHERE referral = '{stopped.referral_id}'")
    due = places.docket(offer.referral_id)["due_ms"]
    assert hub.progress(offer, "CONTACTED").done and places.docket(offer.referral_id)["due_ms"] == due
    assert hub.progress(stopped, "RESUMED").done
    assert places.docket(stopped.referral_id)["state"] == ACCEPTED
    for one in (offer, stopped):
        assert hub.conclude(one, "UNWILLING").done


def test_what_was_claimed_by_a_daemon_that_died_is_counted_anew_too(lab):
    """A claim that nobody carries out runs out; until then the row is nobody's, and must not be taken for done."""
    open_ones = "wake_at IS NOT NULL"
    assert int(lab.value(f"SELECT count(*) FROM docket WHERE {open_ones}")) > 1
    lab.daemons[-1].stop()
    lab.sql(f"UPDATE docket SET calendar = NULL, due_claim = now() + interval '8 seconds', wake_at = wake_at + interval '1 day' "
            f"WHERE {open_ones}")
    lab.start()
    wait_until(lambda: lab.value(f"SELECT count(*) FROM docket WHERE {open_ones} AND calendar IS NULL") == "0", patience=60)
