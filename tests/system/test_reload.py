"""A bad rule file changes nothing; a good one is in force at once; nobody who is sending notices either."""
from __future__ import annotations

import re
import shutil
import signal
import statistics

import pytest

from lab import Places
from load import Sender
from oracle import Oracle
from peers import Agency, NoAnswer, Receiver, STATUS, organisation_pb2, referral, wait_until

BROKEN = {
    "an unknown key": ("rules/10-all.yaml", "  - id: labour\n", "  - idd: labour\n", r"rules/10-all\.yaml:\d+:\d+: .*idd"),
    "an unknown category": ("rules/10-all.yaml", "{under: labour}", "{under: labor}", r"rules/10-all\.yaml:\d+:\d+: .*labor"),
    "a rule test that fails": ("rules/10-all.yaml", "organisation: people-320505002004}", "organisation: people-320505}",
                               r"rules/10-all\.yaml:\d+:\d+: .*"),
    "an organisation without a hub": ("organisations/all.yaml", "hub: hub-3205\n", "hub: hub-9999\n",
                                      r"organisations/all\.yaml:\d+:\d+: .*hub-9999"),
    "a region that is none": ("regions/part.csv", "320505,county,", "320505,country,", r"regions/part\.csv:\d+:\d+: .*country"),
}


@pytest.fixture(autouse=True)
def configuration(lab):
    """Each test leaves the configuration as it found it, in force."""
    kept = lab.directory / "kept"
    shutil.copytree(lab.config, kept)
    yield
    shutil.copytree(kept, lab.config, dirs_exist_ok=True)
    shutil.rmtree(kept)
    lab.ctl("reload")


def in_force(lab) -> str:
    return lab.ctl_json("status")["daemon"]["ruleset"]


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_leaves_the_old_set_serving_and_says_where_it_is_wrong(lab, what):
    name, old, new, told = BROKEN[what]
    before, published = in_force(lab), lab.value("SELECT count(*) FROM publication")
    lab.edit(name, old, new)
    done = lab.ctl_run("reload")
    assert done.returncode == 1 and re.search(told, done.stderr), done.stderr
    assert in_force(lab) == before and lab.value("SELECT count(*) FROM publication") == published
    with Agency(lab, "court-320505") as court:
        assert STATUS[court.submit_one(referral(f"broken-{what}", category="labour")).status] == "ACCEPTED"


def test_every_error_is_told_at_once(lab):
    for name, old, new, _ in (BROKEN["an unknown key"], BROKEN["an organisation without a hub"]):
        lab.edit(name, old, new)
    lab.edit("rules/10-all.yaml", "{under: medical}", "{under: medicine}")
    text = lab.ctl_run("reload").stderr
    assert all(word in text for word in ("idd", "medicine")), text


def test_a_signal_reloads_too_and_logs_what_is_wrong(lab):
    since = lab.daemon.mark()
    name, old, new, told = BROKEN["an unknown key"]
    lab.edit(name, old, new)
    lab.daemon.child.send_signal(signal.SIGHUP)
    line = lab.daemon.wait_log("reload.failed", since=since)
    assert line["who"] == "SIGHUP" and re.search(told, line["why"])
    lab.edit(name, new, old)
    lab.edit("rules/10-all.yaml", "name: 其余", "name: 剩下的")
    before, since = in_force(lab), lab.daemon.mark()
    lab.daemon.child.send_signal(signal.SIGHUP)
    assert lab.daemon.wait_log("ruleset.published", since=since)["who"] == "SIGHUP"
    assert in_force(lab) != before


def test_reloads_under_load_lose_nothing_and_delay_nobody(lab):
    senders = [Sender(lab, name, 2, think=0.005) for name in ("court-320505", "police-320505", "petition-320505", "court-320506")]
    for one in senders:
        one.start()
    try:
        settle(senders, 15)
        quiet = [wait for one in senders for wait in one.waits]
        marks = [len(one.waits) for one in senders]
        for i in range(6):
            broken = i % 2 == 0
            name, old, new, _ = BROKEN["an unknown key"]
            if broken:
                lab.edit(name, old, new)
            else:
                lab.edit(name, new, old)
                lab.edit(name, "name: 其余", f"name: 其余{i}")
            assert (lab.ctl_run("reload").returncode == 1) == broken
            if not broken:
                lab.edit(name, f"name: 其余{i}", "name: 其余")
            settle(senders, 5)
        during = [wait for one, mark in zip(senders, marks) for wait in one.waits[mark:]]
    finally:
        for one in senders:
            one.finish()
    assert max(during) < max(20 * statistics.median(quiet), 2 * max(quiet), 2.0), (max(quiet), max(during))
    assert [c for c in Oracle(lab).judge(senders) if "nobody sent it" not in c] == []


def settle(senders, more: int) -> None:
    """Until every sender has that many further receipts."""
    aims = [len(one.receipts) + more for one in senders]
    wait_until(lambda: all(len(one.receipts) >= aim or one.failure for one, aim in zip(senders, aims)), 30)


def test_going_back_to_an_older_set_is_one_reload_and_the_same_hash(lab):
    first = in_force(lab)
    lab.edit("rules/10-all.yaml", "name: 其余", "name: 别的")
    lab.ctl("reload")
    second = in_force(lab)
    lab.edit("rules/10-all.yaml", "name: 别的", "name: 其余")
    lab.ctl("reload")
    assert in_force(lab) == first != second
    assert lab.value(f"SELECT count(*) FROM ruleset WHERE hash IN ('\\x{first}', '\\x{second}')") == "2"


def test_a_capacity_lowered_below_what_is_open_comes_into_force_as_places_come_back(lab):
    places = Places(lab)
    with Agency(lab, "court-320505") as court, Receiver(lab, "hub-320505") as hub:
        assert hub.hello("labour-320505", credit=1000).welcome
        offers = []
        for i in range(3):
            offers.append(hub.offer_of(court.submit_one(referral(f"lowered-{i}", category="labour")).referral_id))
        others = places.open("labour-320505") - 3
        lab.edit("organisations/all.yaml", "capacity: 5000", f"capacity: {others + 1}")
        lab.ctl("reload")
        assert court.submit_one(referral("lowered-4", category="labour")).organisation_id == "centre-320505"
        for offer in offers:
            assert hub.accept(offer).done and hub.conclude(offer, "UNWILLING").done
        assert places.overrun() == []
        assert lab.sql("SELECT capacity, wanted FROM load WHERE organisation = 'labour-320505'") == [[str(others + 1)] * 2]
        assert court.submit_one(referral("lowered-5", category="labour")).organisation_id == "labour-320505"
        assert court.submit_one(referral("lowered-6", category="labour")).organisation_id == "centre-320505"


def test_a_peer_added_at_reload_can_connect(lab):
    lab.enrol("court-new")
    ping = organisation_pb2.Ping()
    with Agency(lab, "court-new") as stranger:
        stranger.send(ping=ping)
        with pytest.raises(NoAnswer):
            stranger.receive(1.0)
    (lab.config / "peers" / "new.yaml").write_text(
        'agencies:\n  - {id: court-new, name: 新设人民法庭, channel: court, region: "320505"}\n', encoding="utf-8")
    try:
        lab.ctl("reload")
        with Agency(lab, "court-new") as court:
            assert STATUS[court.submit_one(referral("first")).status] == "ACCEPTED"
    finally:
        (lab.config / "peers" / "new.yaml").unlink()
        (lab.config / "keys" / "peers" / "court-new.pub").unlink()
