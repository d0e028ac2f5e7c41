"""Days pass on a clock that the test moves: lapses, warnings and overdue steps come by themselves, in order."""
from __future__ import annotations

import os
import subprocess
from datetime import datetime, timedelta

import pytest

from clock import CHINA, Clock
from lab import BUILD, Lab, Places
from peers import Agency, Receiver, V, referral

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=CHINA)
numbers = iter(range(1, 1000))


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    directory = tmp_path_factory.mktemp("clock")
    one = Lab(directory, clock=Clock(directory / "clock", MONDAY))
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


def sent(court, hub):
    receipt = court.submit_one(referral(f"moved-{next(numbers)}"))
    assert receipt.organisation_id, receipt
    return hub.offer_of(receipt.referral_id)


def steps_of(court, offer, kind: str, count: int = 1):
    wanted = V.StepKind.Value("STEP_KIND_" + kind)
    mine = lambda out: [s for s in out if s.referral_id == offer.referral_id]
    return mine(court.steps(lambda out: sum(s.kind == wanted for s in mine(out)) >= count))


def when(step) -> datetime:
    return datetime.fromtimestamp(step.at_ms / 1000, CHINA)


def test_everything_that_is_written_has_the_time_of_the_clock(lab, court, hub):
    offer = sent(court, hub)
    assert hub.accept(offer).done
    assert {when(s) for s in steps_of(court, offer, "ACCEPTED")} == {lab.clock.now}
    assert int(offer.referral_id.replace("-", "")[:12], 16) == lab.clock.ms, "its id begins with its time"
    assert lab.value("SELECT min(at) = max(at) AND min(at) = to_timestamp(%d / 1000.0) FROM publication" % lab.clock.ms) == "t"


def test_silence_lapses_when_the_days_are_over_and_not_before(lab, court, hub):
    offer = sent(court, hub)
    end = datetime.fromtimestamp(offer.respond_by_ms / 1000, CHINA)
    assert end.date() == (lab.clock.now + timedelta(days=3)).date()
    lab.clock.move(to=end - timedelta(milliseconds=1))
    places = Places(lab)
    assert places.docket(offer.referral_id)["organisation"] == offer.organisation_id
    lab.clock.move(to=end + timedelta(milliseconds=1))
    lapsed = next(s for s in steps_of(court, offer, "LAPSED") if s.kind == V.STEP_KIND_LAPSED)
    assert when(lapsed) == lab.clock.now and lapsed.actor == "timer"


def test_a_mediation_is_warned_of_and_then_overdue(lab, court, hub):
    offer = sent(court, hub)
    assert hub.accept(offer).done
    began = lab.clock.now
    for _ in range(45):
        lab.clock.move(days=1)
    steps = steps_of(court, offer, "OVERDUE")
    days = {V.StepKind.Name(s.kind)[10:]: (when(s) - began).days for s in reversed(steps)}    # the first of each kind
    assert 15 <= days["WARNED"] <= 25 and 30 <= days["OVERDUE"] <= 35, days


def test_a_leap_over_months_finds_partitions_and_a_backlog_in_order(lab, court, hub):
    offers = []
    for _ in range(5):
        offers.append(sent(court, hub))
        lab.clock.move(hours=1)
    lab.clock.move(days=200)
    late = sent(court, hub)         # its partition is there
    lapsed = [s for s in steps_of(court, offers[-1], "LAPSED") if s.kind == V.STEP_KIND_LAPSED]
    assert lapsed
    everything = court.steps(lambda out: any(s.referral_id == late.referral_id for s in out))
    order = [s.referral_id for s in everything if s.kind == V.STEP_KIND_LAPSED and s.referral_id in {o.referral_id for o in offers}]
    assert list(dict.fromkeys(order)) == [o.referral_id for o in offers]
    month = lab.clock.now.astimezone(tz=None).strftime("%Y%m")
    assert lab.value(f"SELECT to_regclass('referral.journal_{month}') IS NOT NULL") == "t"


def test_a_clock_that_is_set_back_is_told_and_survived(lab, court, hub):
    mark, before = lab.daemon.mark(), lab.clock.now
    lab.clock.move(days=-2)
    line = lab.daemon.wait_log("clock.back", since=mark)
    assert int(line["seconds"]) == 2 * 86400
    offer = sent(court, hub)
    assert hub.accept(offer).done and hub.conclude(offer, "UNWILLING").done
    again = sent(court, hub)
    lab.clock.move(to=before + timedelta(days=6))
    steps_of(court, again, "LAPSED")
    lab.ctl("verify", "court-320505")


def test_sessions_do_not_end_by_a_clock_that_is_moved(lab, court, hub):
    mark = lab.daemon.mark()
    lab.clock.move(days=30)
    offer = sent(court, hub)
    assert offer.term == 1
    assert not [line for line in lab.daemon.lines[mark:] if line.get("event", "").startswith("session.")]


def test_it_is_shown_and_told_loudly(lab):
    assert lab.ctl_json("status")["daemon"]["clock"] == f"a test's: {lab.clock.environment['REFERRAL_CLOCK']}"
    assert lab.daemon.events("clock.test")[0]["level"] == "warning"
    done = lab.ctl_run("status")
    assert "not of this machine" in done.stderr


def test_never_by_accident(lab):
    def start(environment, *words):
        return subprocess.run([str(BUILD / "referrald"), "-c", str(lab.config), *words], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=60, env={**os.environ, **environment})
    done = start(lab.clock.environment)
    assert done.returncode == 2 and "unset it, or start with --test-clock" in done.stderr
    done = start({}, "--test-clock")
    assert done.returncode == 2 and "REFERRAL_CLOCK names no file" in done.stderr
