"""Earlier referrals of the same parties, linked cases and conflicts of interest, end to end."""
from __future__ import annotations

import random

import pytest

from facts import BODY, INTERESTED, ROOMS, VILLAGE, in_parallel, new, pair, person, prepare, records, rederived, resident
from lab import Lab
from peers import Agency, Receiver, STATUS, agency_pb2, party, referral, wait_until


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    one = Lab(tmp_path_factory.mktemp("lab"))
    try:
        prepare(one)
        one.start()
        yield one
    finally:
        one.close()


@pytest.fixture
def court(lab):
    with Agency(lab, "court-320505") as one:
        yield one


def marks(lab, *receipts) -> int:
    ids = ", ".join(f"'{r.referral_id}'" for r in receipts)
    return int(lab.value(f"SELECT count(*) FROM party_mark WHERE referral IN ({ids})"))


def test_the_same_parties_go_to_the_same_organisation_whichever_agency_sends_them(lab, court):
    first = court.submit_one(new("watched", parties=pair(1)))
    assert first.organisation_id in ROOMS and first.rule == "sticky"
    swapped = [person(3), person(2, role="RESPONDENT")]     # pair(1), the other way round
    with Agency(lab, "police-320505") as police:
        second = police.submit_one(new("watched", parties=swapped, channel="police", mode="POLICE_CIVIL"))
    assert second.organisation_id == first.organisation_id
    others = {court.submit_one(new("watched")).organisation_id for _ in range(5)}
    assert len(others) > 1, "strangers go to whoever is least loaded"
    one = records(lab, second.referral_id)[0].earlier
    assert (one.count, one.organisation) == (1, first.organisation_id) and one.last_ms > 0
    assert not records(lab, first.referral_id)[0].HasField("earlier")
    rederived(lab, first.referral_id)
    shown = rederived(lab, second.referral_id)["decision_1"]
    assert shown["earlier"] == 1 and shown["earlier_organisation"] == first.organisation_id


def test_the_third_time_another_rule_takes_it(lab, court):
    rules = [court.submit_one(new("watched", parties=pair(2))).rule for _ in range(4)]
    assert rules == ["sticky", "sticky", "third-time", "third-time"]


def test_within_one_message_each_sees_those_before_it(lab, court):
    items = [new("watched", parties=pair(3)) for _ in range(4)] + [new("watched", parties=pair(4))]
    receipts = [receipt for receipt, _, _ in court.submit(*items)]
    assert [r.rule for r in receipts] == ["sticky", "sticky", "third-time", "third-time", "sticky"]
    assert receipts[1].organisation_id == receipts[0].organisation_id
    told = [records(lab, r.referral_id)[0].earlier for r in receipts]
    assert [t.count for t in told] == [0, 1, 2, 3, 0]
    assert [t.organisation for t in told[1:4]] == [r.organisation_id for r in receipts[:3]]
    for receipt in receipts:
        rederived(lab, receipt.referral_id)


def test_a_link_leads_to_the_organisation_of_the_linked_case(lab, court):
    first = court.submit_one(new("watched"))
    for name in ("agency_ref", "referral_id"):
        one = new("watched")
        one.links.add(agency_ref="no such number")
        one.links.add(**{name: getattr(first, name)})
        receipt = court.submit_one(one)
        assert receipt.organisation_id == first.organisation_id
        told = records(lab, receipt.referral_id)[0].earlier
        assert (told.count, told.last_ms, told.organisation) == (0, 0, first.organisation_id)
        rederived(lab, receipt.referral_id)
    with Agency(lab, "police-320505") as police:            # another agency's number means another case
        one = new("watched", channel="police", mode="POLICE_CIVIL")
        one.links.add(agency_ref=first.agency_ref)
        assert not records(lab, police.submit_one(one).referral_id)[0].HasField("earlier")
        by_id = new("watched", channel="police", mode="POLICE_CIVIL")
        by_id.links.add(referral_id=first.referral_id)      # an id names it for everybody
        assert police.submit_one(by_id).organisation_id == first.organisation_id


def test_a_link_within_one_message_and_before_the_parties(lab, court):
    items = [new("watched", parties=pair(5)), new("watched", parties=pair(6)), new("watched", parties=pair(5))]
    items[2].links.add(agency_ref=items[1].agency_ref)
    a, b, c = [receipt for receipt, _, _ in court.submit(*items)]
    assert a.organisation_id != b.organisation_id, "the second goes to another one, for the first is on its way there"
    assert c.organisation_id == b.organisation_id, "the agency's own word goes before what the parties tell"
    told = records(lab, c.referral_id)[0].earlier
    assert (told.count, told.organisation) == (1, b.organisation_id)
    late = [new("watched"), new("watched")]
    late[0].links.add(agency_ref=late[1].agency_ref)        # what comes later is not before
    assert not records(lab, court.submit(*late)[0][0].referral_id)[0].HasField("earlier")


def test_who_is_not_known_by_a_document_is_nobody_known(lab, court):
    known = person(900)
    for parties in ([known, party(role="RESPONDENT", name="钱二")], [party(), party(role="RESPONDENT", name="钱二")]):
        receipts = [court.submit_one(new("watched", parties=parties)) for _ in range(3)]
        assert [r.rule for r in receipts] == ["sticky"] * 3
        assert marks(lab, *receipts) == 0
    alone = [court.submit_one(new("watched", parties=[person(901)])) for _ in range(2)]
    assert records(lab, alone[1].referral_id)[0].earlier.count == 1, "one party by itself is a set too"


def test_a_repeated_message_counts_once(lab, court):
    one = new("watched", parties=pair(7))
    for _ in range(3):
        first = court.submit_one(one)
    assert marks(lab, first) == 1
    assert court.submit_one(new("watched", parties=pair(7))).rule == "sticky"
    twice = new("watched", parties=pair(8))
    receipts = court.submit(twice, twice)
    assert receipts[0][2] == receipts[1][2] and marks(lab, receipts[0][0]) == 1


def test_a_decision_made_again_is_told_the_same(lab, court):
    with Receiver(lab, "hub-320505") as hub:
        hub.hello(credit=1000)
        receipts = [court.submit_one(new("watched", parties=pair(9))) for _ in range(3)]
        offer = hub.offer_of(receipts[2].referral_id)
        court.submit_one(new("watched", parties=pair(9)))       # a later one is not before it
        assert hub.decline(offer).done
        both = wait_until(lambda: (found := records(lab, receipts[2].referral_id)) and len(found) == 2 and found)
        assert [r.rule for r in both] == ["third-time", "third-time"]
        assert both[0].earlier == both[1].earlier and both[1].earlier.count == 2
        rederived(lab, receipts[2].referral_id)
        lab.ctl("queue", "list")


def test_erasure_takes_the_marks_too(lab, court):
    with Receiver(lab, "hub-320505") as hub:
        hub.hello(credit=1000)
        receipts = [court.submit_one(new("watched", parties=pair(10))) for _ in range(2)]
        offer = hub.offer_of(receipts[0].referral_id)
        assert hub.accept(offer).done and hub.conclude(offer).done
        lab.ctl("erase", receipts[0].referral_id)
        assert [marks(lab, r) for r in receipts] == [0, 1]
        third = court.submit_one(new("watched", parties=pair(10)))
        assert third.rule == "sticky" and records(lab, third.referral_id)[0].earlier.count == 1
        rederived(lab, third.referral_id)


def test_another_city_does_not_see_it(lab, court):
    """Marks stand under the city of the place; the whole small configuration's agencies are of one county each."""
    court.submit_one(new("watched", parties=pair(11)))
    assert lab.value("SELECT count(DISTINCT city) FROM party_mark") == "1"
    assert lab.value("SELECT min(city) FROM party_mark") == "3205"


def test_who_has_an_interest_is_passed_over(lab, court):
    def company(code):
        return [party(role="APPLICANT", kind="ENTERPRISE", name="某公司", identity_kind=2, identity_number=code),
                party(role="RESPONDENT", name="钱二")]
    other = court.submit_one(new("enterprise", parties=[party(), party(role="RESPONDENT", name="钱二")]))
    assert other.organisation_id == "interested", "the larger one is the less loaded"
    passed = court.submit_one(new("enterprise", parties=company(INTERESTED)))
    assert passed.organisation_id == "other-enterprise"
    by_id = {c["organisation"]: c["passed"] for c in rederived(lab, passed.referral_id)["candidates_1"]}
    assert by_id == {"interested": "conflict", "other-enterprise": "chosen"}


def test_a_village_does_not_judge_its_own_dispute(lab, court):
    body = party(role="RESPONDENT", kind="VILLAGE_BODY", name="某居民委员会")
    plain = court.submit_one(new(parties=[party(), party(role="RESPONDENT", name="钱二")], place_code=VILLAGE))
    assert plain.organisation_id == BODY
    own = court.submit_one(new(parties=[party(), body], place_code=VILLAGE))
    assert own.organisation_id == "centre-320505"
    assert [c["passed"] for c in rederived(lab, own.referral_id)["candidates_1"]] == ["conflict", "chosen"]
    body.address_code = "320505002005"      # another village's body
    assert court.submit_one(new(parties=[party(), body], place_code=VILLAGE)).organisation_id == BODY


def test_nothing_of_it_is_logged(lab, court):
    court.submit_one(new("watched", parties=pair(12)))
    log = lab.log_text()
    assert "referral.assigned" in log
    assert not any(resident(i) in log for i in (24, 25))
    for row in lab.sql("SELECT encode(mark, 'hex') FROM party_mark"):
        assert row[0] not in log


def test_rules_that_do_not_ask_keep_no_marks(fresh):
    fresh.start()
    with Agency(fresh, "court-320505") as court:
        for i in range(3):
            court.submit_one(referral(f"plain-{i}", category="neighbour", parties=pair(1)))
    assert fresh.value("SELECT count(*) FROM party_mark") == "0"


# -- several daemons, and blows --

def whole(lab, key: str = "city, mark") -> None:
    """Numbers without gaps, one row a referral, and every decision told just what was before it."""
    assert lab.sql(f"SELECT {key} FROM party_mark GROUP BY {key} HAVING count(*) <> max(n) OR min(n) <> 1") == []
    assert lab.sql("SELECT referral FROM party_mark GROUP BY referral HAVING count(*) > 1") == []
    for referral_id, n in lab.sql("SELECT referral, n FROM party_mark"):
        assert records(lab, referral_id)[0].earlier.count == int(n) - 1, (referral_id, n)
    tables = lab.counts()
    assert tables["referral"] == tables["submission"] == int(lab.value("SELECT count(*) FROM party_mark"))


@pytest.fixture
def two(tmp_path):
    """Two daemons over one database, and an agency's connection to each."""
    one = Lab(tmp_path)
    try:
        prepare(one)
        one.start()
        config, ends = one.twin()
        one.start(config=config)
        yield one, [one.ends["agencies"], ends["agencies"]]
    finally:
        one.close()


def test_two_daemons_at_the_same_moment_still_see_each_other(two):
    lab, endpoints = two
    senders = [("court-320505", "court", "COURT_PRE_FILING"), ("police-320505", "police", "POLICE_CIVIL"),
               ("petition-320505", "petition", "PETITION_APPEAL"), ("platform-320505", "platform", "PLATFORM_ONLINE")]

    def send(k):
        name, channel, mode = senders[k]
        with Agency(lab, name, endpoint=endpoints[k % 2]) as agency:
            return [agency.submit_one(new("watched", parties=pair(i % 3), channel=channel, mode=mode)) for i in range(15)]
    receipts = [r for some in in_parallel([lambda k=k: send(k) for k in range(4)]) for r in some]
    assert all(STATUS[r.status] == "ACCEPTED" for r in receipts)
    assert sorted(int(n) for n, in lab.sql("SELECT max(n) FROM party_mark GROUP BY city, mark")) == [20, 20, 20]
    whole(lab)
    assert sum(r.rule == "sticky" for r in receipts) == 6, "of each three sets the first two"
    for receipt in random.sample(receipts, 8):
        rederived(lab, receipt.referral_id)


def test_what_was_marked_under_an_older_key_is_still_found(tmp_path):
    lab = Lab(tmp_path)
    try:
        prepare(lab)
        lab.start()
        with Agency(lab, "court-320505") as court:
            first = court.submit_one(new("watched", parties=pair(1)))
        assert lab.daemon.stop() == 0
        keys = lab.config / "keys" / "personal.keys"
        keys.write_text(keys.read_text() + f"2 {'5a' * 32}\n")
        lab.start()
        with Agency(lab, "court-320505") as court:
            second, third = [court.submit_one(new("watched", parties=pair(1))) for _ in range(2)]
        assert second.organisation_id == first.organisation_id and third.rule == "third-time"
        assert sorted(n for n, in lab.sql("SELECT n FROM party_mark")) == ["1", "1", "2"], "a new key, a new count of its own"
    finally:
        lab.close()


def test_counts_hold_when_the_daemon_is_killed(tmp_path):
    lab = Lab(tmp_path)
    try:
        prepare(lab)
        lab.start()
        items = [new("watched", parties=pair(i % 4)) for i in range(60)]
        dice = random.Random(20261124)
        with Agency(lab, "court-320505") as court:
            for start in range(0, 60, 6):
                court.send(submit=agency_pb2.Submit(referrals=[i.SerializeToString() for i in items[start:start + 6]]))
                if dice.random() < 0.6:
                    court.socket.poll(dice.randrange(40))       # whichever comes first, the answer or the blow
                    lab.daemon.kill()
                    lab.start()
        with Agency(lab, "court-320505") as court:
            receipts = [court.submit_one(one, patience=60) for one in items]
        assert all(STATUS[r.status] == "ACCEPTED" for r in receipts)
        assert sorted(int(n) for n, in lab.sql("SELECT max(n) FROM party_mark GROUP BY city, mark")) == [15] * 4
        whole(lab)
    finally:
        lab.close()
