"""What each channel makes of an end: first failures, shams, coded suspensions, mediators, and what the agency has to do."""
from __future__ import annotations

import pytest

from lab import Lab, Places
from peers import Agency, Receiver, V, codes, referral

ACCEPTED, SUSPENDED, CONCLUDED, FOLLOWING, FAILED_ONCE, STOPPED = "2", "3", "5", "9", "10", "11"
FINISH, SECOND, DECIDE = "2", "7", "8"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    one = Lab(tmp_path_factory.mktemp("channels"))
    one.edit("channels.yaml", "        name: 委派调解（立案前）\n",
             "        name: 委派调解（立案前）\n        report_on_failure: true\n        follow_up_within: 30 days\n"
             "        ends: {agreed: await-confirmation, otherwise: register-case, unwilling: inform-applicant, breached: inform-enforcement,"
             " stopped: check-sham, returned: register-case}\n")
    one.edit("channels.yaml", "        name: 民间纠纷\n",
             "        name: 民间纠纷\n        second_within: 7 workdays\n        stops_for: [appraisal, hearing]\n"
             "        agreements: [written]\n        ends: {failed-once: decide-second, otherwise: decide-case}\n")
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
def police(lab):
    with Agency(lab, "police-320505") as one:
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


class Case:
    """One referral that was accepted."""

    def __init__(self, agency, hub, **values) -> None:
        if agency.name.startswith("police"):
            values = dict(channel="police", mode="POLICE_CIVIL") | values
        self.ref = f"channel-{next(numbers)}"
        self.agency, self.hub = agency, hub
        receipt = agency.submit_one(referral(self.ref, **values))
        assert receipt.organisation_id, receipt
        self.id = receipt.referral_id
        self.offer = hub.offer_of(self.id)
        assert hub.accept(self.offer).done

    def last(self, kind: str):
        """Its newest step, which is of this kind."""
        wanted = V.StepKind.Value("STEP_KIND_" + kind)
        mine = lambda out: [s for s in out if s.referral_id == self.id]
        steps = mine(self.agency.steps(lambda out: any(s.kind == wanted for s in mine(out))))
        assert steps[-1].kind == wanted, steps
        return steps[-1]


# -- a second mediation (公安机关办理行政案件程序规定第183条) --

def test_a_first_failure_waits_for_the_police_who_may_ask_for_a_second_mediation(police, hub, places):
    case = Case(police, hub)
    taken = places.open(case.offer.organisation_id)
    assert hub.conclude(case.offer, "TOO_FAR_APART", text="分歧过大").done
    step = case.last("FAILED_ONCE")
    assert (step.state, step.due_kind, step.agency_action) == (V.STATE_FAILED_ONCE, "second", V.AGENCY_ACTION_DECIDE_SECOND)
    assert step.conclusion == V.CONCLUSION_TOO_FAR_APART
    assert places.open(case.offer.organisation_id) == taken, "whoever mediates keeps it"
    limit = step.due_ms
    assert police.proceed(case.ref, "双方愿意再谈一次").done
    step = case.last("PROCEEDED")
    assert (step.state, step.due_kind, step.due_ms) == (V.STATE_ACCEPTED, "finish", limit)
    notice = hub.notice(case.offer.assignment_id, "PROCEEDED")
    assert (notice.state, notice.due_kind) == (V.STATE_ACCEPTED, "finish")
    answer = hub.progress(case.offer, "EXTENDED", until="2027-06-01")
    assert codes(answer.faults) == ["state-forbids"], "the time for a second mediation is what the law gives"
    assert hub.conclude(case.offer, "TOO_FAR_APART", text="分歧过大").done, "the same words again are not a repeat"
    step = case.last("CONCLUDED")
    assert (step.state, step.agency_action) == (V.STATE_CONCLUDED, V.AGENCY_ACTION_DECIDE_CASE)
    assert places.open(case.offer.organisation_id) == taken - 1


def test_a_first_failure_is_the_end_when_nobody_asks_for_a_second_time(police, hub, places):
    case = Case(police, hub)
    taken = places.open(case.offer.organisation_id)
    assert hub.conclude(case.offer, "REFUSED_TO_SIGN").done
    assert places.docket(case.id)["due_kind"] == SECOND
    places.pass_days(case.id, 20)
    step = case.last("CONCLUDED")
    assert (step.reason, step.actor, step.conclusion) == ("second", "timer", V.CONCLUSION_REFUSED_TO_SIGN)
    assert step.agency_action == V.AGENCY_ACTION_DECIDE_CASE
    assert hub.notice(case.offer.assignment_id, "CONCLUDED").state == V.STATE_CONCLUDED
    assert places.docket(case.id)["state"] == CONCLUDED and places.open(case.offer.organisation_id) == taken - 1
    assert codes(police.proceed(case.ref).faults) == ["state-forbids"]


def test_whoever_will_not_mediate_is_not_asked_twice_and_may_still_agree(police, hub, places):
    case = Case(police, hub)
    assert hub.conclude(case.offer, "UNWILLING").done
    assert case.last("CONCLUDED").state == V.STATE_CONCLUDED
    case = Case(police, hub)
    assert hub.conclude(case.offer, "TOO_FAR_APART").done
    assert hub.conclude(case.offer, "AGREED").done, "they have come to terms before the police have decided"
    assert case.last("CONCLUDED").conclusion == V.CONCLUSION_AGREED


def test_the_agency_may_take_back_what_has_failed_once(police, hub, places):
    case = Case(police, hub)
    assert hub.conclude(case.offer, "TOO_FAR_APART").done
    assert police.withdraw(case.ref).done
    assert hub.cancelled(case.offer.assignment_id) == "withdrawn"
    assert places.docket(case.id)["conclusion"] == "", "withdrawn, not concluded"


def test_other_channels_know_no_second_time(court, hub):
    case = Case(court, hub)
    assert hub.conclude(case.offer, "TOO_FAR_APART", text="分歧过大，调解不成").done
    step = case.last("CONCLUDED")
    assert step.agency_action == V.AGENCY_ACTION_REGISTER_CASE
    assert codes(court.proceed(case.ref).faults) == ["state-forbids"]


# -- a sham (民事诉讼法第115条) --

@pytest.mark.parametrize("suspended", [False, True])
def test_a_suspected_sham_stops_everything_until_the_agency_decides(court, hub, places, suspended):
    case = Case(court, hub)
    if suspended:
        assert hub.progress(case.offer, "SUSPENDED").done
    assert hub.progress(case.offer, "SHAM_SUSPECTED", text="双方陈述雷同，疑为转移财产").done
    step = case.last("STOPPED")
    assert (step.state, step.due_kind, step.agency_action) == (V.STATE_STOPPED, "decide", V.AGENCY_ACTION_CHECK_SHAM)
    assert codes(hub.conclude(case.offer).faults) == ["state-forbids"], "nothing is made of a sham"
    places.pass_days(case.id, 15)
    assert case.last("OVERDUE").reason == "decide"
    assert court.proceed(case.ref).done
    step = case.last("PROCEEDED")
    assert (step.state, step.due_kind) == (V.STATE_ACCEPTED, "finish")
    acts = [e.act for e in places.clocks(case.id).clocks[0].entries]
    assert acts == [1, 2], "stopped once, and gone on once"
    assert hub.conclude(case.offer).done


def test_a_sham_that_was_one_is_withdrawn(court, hub, places):
    case = Case(court, hub)
    taken = places.open(case.offer.organisation_id)
    assert hub.progress(case.offer, "SHAM_SUSPECTED", text="疑为虚假调解").done
    assert court.withdraw(case.ref, "经核查属虚假调解").done
    assert places.open(case.offer.organisation_id) == taken - 1


# -- what an outcome must bring --

def test_a_court_is_told_why_it_failed(court, hub):
    case = Case(court, hub)
    answer = hub.conclude(case.offer, "UNWILLING")
    assert [(f.code, f.field) for f in answer.faults] == [(V.FAULT_CODE_OUTCOME_INCOMPLETE, "text")]
    assert hub.conclude(case.offer, "UNWILLING", text="被申请人明确表示不同意调解").done
    assert case.last("CONCLUDED").agency_action == V.AGENCY_ACTION_INFORM_APPLICANT, "named by itself, before `otherwise`"


def test_an_agreement_has_a_form_that_the_channel_knows(police, hub):
    case = Case(police, hub)
    answer = hub.conclude(case.offer, "AGREED", agreement_kind=V.AGREEMENT_KIND_COURT_DOCUMENT)
    assert [(f.code, f.field) for f in answer.faults] == [(V.FAULT_CODE_STATE_FORBIDS, "agreement_kind")]
    assert hub.conclude(case.offer, "AGREED").done


def test_an_agreement_and_its_breach_tell_the_court_what_to_do(court, hub):
    case = Case(court, hub)
    assert hub.conclude(case.offer).done
    assert case.last("CONCLUDED").agency_action == V.AGENCY_ACTION_AWAIT_CONFIRMATION
    assert hub.follow_up(case.offer, "PERFORMING").done
    step = case.last("FOLLOW_UP")
    assert (step.state, step.agency_action) == (V.STATE_FOLLOWING, V.AGENCY_ACTION_UNSPECIFIED), "instalments go on"
    assert hub.follow_up(case.offer, "BREACHED").done
    assert case.last("FOLLOW_UP").agency_action == V.AGENCY_ACTION_INFORM_ENFORCEMENT


# -- suspended for a reason of the channel; mediators by number --

def test_a_suspension_needs_a_reason_for_which_the_channel_stops_the_time(court, police, hub, places):
    case = Case(court, hub)
    answer = hub.progress(case.offer, "SUSPENDED", suspension="PARTY_UNAVAILABLE")
    assert [(f.code, f.field) for f in answer.faults] == [(V.FAULT_CODE_STATE_FORBIDS, "suspension")]
    case = Case(police, hub)
    assert hub.progress(case.offer, "SUSPENDED", suspension="HEARING").done
    step = case.last("PROGRESS")
    assert (step.suspension, step.state) == (V.SUSPENSION_REASON_HEARING, V.STATE_SUSPENDED)


def test_a_mediator_is_named_and_recused_by_number(court, hub, places):
    case = Case(court, hub)
    assert hub.progress(case.offer, "MEDIATOR_NAMED", mediator="T-017").done
    step = case.last("PROGRESS")
    assert (step.reason, step.mediator, step.state) == ("mediator-named", "T-017", V.STATE_ACCEPTED)
    assert hub.progress(case.offer, "MEDIATOR_RECUSED", mediator="T-017", text="与申请人有亲属关系").done
    assert case.last("PROGRESS").reason == "mediator-recused"
