"""Round robin through the real daemon: whoever sends, in whatever pieces, each room gets its turn."""
from __future__ import annotations

import random
from collections import Counter

import pytest

from facts import ROOMS, in_parallel, new, prepare, records, rederived
from lab import Lab
from peers import Agency, Receiver, STATUS

SENDERS = [("court-320505", "court", "COURT_PRE_FILING"), ("police-320505", "police", "POLICE_CIVIL"),
           ("petition-320505", "petition", "PETITION_APPEAL"), ("platform-320505", "platform", "PLATFORM_ONLINE")]


@pytest.fixture
def lab(tmp_path):
    one = Lab(tmp_path)
    try:
        prepare(one)
        one.start()
        yield one
    finally:
        one.close()


def counts(lab) -> Counter:
    found = Counter({room: 0 for room in ROOMS})
    found.update({organisation: int(n) for organisation, n in
                  lab.sql("SELECT organisation, count(*) FROM assignment WHERE organisation LIKE 'room-%' GROUP BY 1")})
    return found


def spread(lab) -> int:
    found = counts(lab)
    return max(found.values()) - min(found.values())


def send_pieces(lab, sender: int, sizes, endpoint: str | None = None) -> int:
    """Messages of so many referrals each. How many that were."""
    name, channel, mode = SENDERS[sender]
    with Agency(lab, name, endpoint=endpoint) as agency:
        for size in sizes:
            for receipt, _, _ in agency.submit(*(new("in-turn", channel=channel, mode=mode) for _ in range(size)), patience=60):
                assert STATUS[receipt.status] == "ACCEPTED" and receipt.rule == "in-turn"
    return sum(sizes)


def test_one_after_the_other(lab):
    with Agency(lab, "court-320505") as court:
        got = [court.submit_one(new("in-turn")).organisation_id for _ in range(12)]
        assert got == (ROOMS * 3)[:12]
        batch = [r.organisation_id for r, _, _ in court.submit(*(new("in-turn") for _ in range(13)))]
        assert batch == (ROOMS * 6)[12:25], "also within one message"
        last = court.submit_one(new("in-turn"))
        assert last.organisation_id == ROOMS[0]
        candidates = records(lab, last.referral_id)[0].candidates
        assert [c.organisation for c in candidates] == ROOMS
        given = [c.given_ms for c in candidates]
        assert given == sorted(given) and len(set(given)) == 5 and given[0] > 0
        rederived(lab, last.referral_id)


def test_many_senders_end_within_one_of_each_other(lab):
    dice = random.Random(20261125)
    sizes = [[dice.choice((1, 1, 2, 3, 7, 20, 64)) for _ in range(8)] for _ in SENDERS]
    sent = sum(in_parallel([lambda k=k: send_pieces(lab, k, sizes[k]) for k in range(4)]))
    assert sum(counts(lab).values()) == sent > 100
    assert spread(lab) <= 1, counts(lab)


def test_a_repetition_does_not_cost_anybody_a_turn(lab):
    """One after the other, so that no turn is taken while the repetition's is out."""
    with Agency(lab, "court-320505") as court:
        got = []
        for _ in range(11):
            one = new("in-turn")
            got += [r[0].organisation_id for r in court.submit(one)]
            for _ in range(3):
                assert court.submit(one)[0][1]
        assert got == (ROOMS * 3)[:11]


def test_turns_go_on_where_they_were_after_a_restart(lab):
    with Agency(lab, "court-320505") as court:
        court.submit(*(new("in-turn") for _ in range(7)))
    lab.daemon.kill()
    lab.start()
    with Agency(lab, "court-320505") as court:
        assert [court.submit_one(new("in-turn")).organisation_id for _ in range(4)] == ROOMS[2:] + ROOMS[:1]
        lab.ctl("reload")
        assert [court.submit_one(new("in-turn")).organisation_id for _ in range(4)] == ROOMS[1:]
    assert spread(lab) == 0


def test_a_room_that_is_empty_again_still_waits_for_its_turn(lab):
    with Agency(lab, "court-320505") as court, Receiver(lab, "hub-320505") as hub:
        hub.hello(credit=1000)
        for _ in range(3):
            court.submit_one(new("in-turn"))
            offer = hub.assignment()
            assert hub.accept(offer).done and hub.conclude(offer).done
        assert counts(lab) == {"room-1": 1, "room-2": 1, "room-3": 1, "room-4": 0, "room-5": 0}
        lab.daemon.kill()
        lab.start()
        assert court.submit_one(new("in-turn"), patience=60).organisation_id == "room-4"


def test_full_rooms_are_passed_and_the_others_stay_in_turn(tmp_path):
    """Places run out under many senders: the keepers decide anew, by the same turns."""
    lab = Lab(tmp_path)
    try:
        prepare(lab, room=30)
        lab.start()
        in_parallel([lambda k=k: send_some(lab, k) for k in range(4)])
        assert counts(lab) == {room: 30 for room in ROOMS}
        assert lab.value("SELECT count(*) FROM assignment WHERE organisation = 'centre-320505'") == "50"
    finally:
        lab.close()


def send_some(lab, sender: int) -> None:
    name, channel, mode = SENDERS[sender]
    with Agency(lab, name) as agency:
        for _ in range(10):
            agency.submit(*(new("in-turn", channel=channel, mode=mode) for _ in range(5)), patience=60)


def test_each_of_several_daemons_is_in_turn_by_itself(lab):
    """So with two of them nobody is ever more than two ahead, however they mingle."""
    config, ends = lab.twin()
    lab.start(config=config)
    endpoints = [None, ends["agencies"]]
    with Agency(lab, "court-320505") as here, Agency(lab, "police-320505", endpoint=ends["agencies"]) as there:
        got = [(here.submit_one(new("in-turn")).organisation_id,
                there.submit_one(new("in-turn", channel="police", mode="POLICE_CIVIL")).organisation_id) for _ in range(7)]
    assert got == [(room, room) for room in (ROOMS * 2)[:7]]
    for _ in range(3):
        in_parallel([lambda k=k: send_pieces(lab, k, [1, 2, 3, 4] * 5, endpoint=endpoints[k % 2]) for k in range(4)])
        assert spread(lab) <= 2, counts(lab)
