"""The journal: gapless, chained, read from a cursor within a credit; what was tampered with is found."""
from __future__ import annotations

import hashlib

import pytest

from peers import (Agency, STEPS, agency_pb2, codes, journal_pb2, referral)

ZERO = b"\0" * 32


@pytest.fixture(scope="module")
def filled(lab):
    """Forty entries in the journal of court-320505."""
    with Agency(lab, "court-320505") as court:
        court.submit(*(referral(f"journal-{i}") for i in range(20)))
    return lab


@pytest.fixture
def court(filled):
    with Agency(filled, "court-320505") as one:
        yield one


def entries(agency, n: int, patience: float = 20.0) -> tuple[list, bool]:
    """The next `n` entries at least, and whether the last message said that nothing older waits."""
    out, live = [], False
    while len(out) < n:
        message = agency.next_unasked("entries", patience)
        out.extend(message.entries)
        live = message.live
    return out, live


def verify(run: list, after: int = 0, previous: bytes = ZERO) -> bytes:
    for i, entry in enumerate(run):
        assert entry.seq == after + i + 1 and entry.previous_hash == previous
        previous = hashlib.sha256(previous + entry.body).digest()
        assert entry.hash == previous
        assert journal_pb2.Step.FromString(entry.body).seq == entry.seq
    return previous


def test_followed_from_the_start_the_chain_holds_and_turns_live(court):
    court.follow(0)
    run, live = entries(court, 40)
    verify(run)
    assert live
    kinds = [STEPS[journal_pb2.Step.FromString(e.body).kind] for e in run]
    assert kinds == ["RECEIVED", "ASSIGNED"] * 20


def test_every_receipt_is_an_anchor_in_the_journal(court):
    receipts = [r for r, _, _ in court.submit(*(referral(f"journal-{i}") for i in range(20)))]
    court.follow(0)
    run, _ = entries(court, 40)
    at = {e.seq: e.hash for e in run}
    assert all(at[r.journal_seq] == r.journal_hash for r in receipts)


def test_no_more_entries_than_the_credit_are_sent_ahead_of_the_ack(court):
    court.follow(0, credit=7)
    first, live = entries(court, 7)
    assert len(first) == 7 and not live
    court.nothing("entries")
    assert court.ack(3) == 3
    more, _ = entries(court, 3)
    assert [e.seq for e in more] == [8, 9, 10]
    court.nothing("entries")
    verify(first + more)


def test_the_acknowledged_cursor_is_stored_and_never_goes_back(court, filled):
    assert court.ack(12) == 12
    assert court.ack(5) == 12
    with Agency(filled, "court-320505") as later:
        later.follow(stored=True)
        run, _ = entries(later, 28)
        assert run[0].seq == 13
        verify(run, 12, run[0].previous_hash)


def test_a_follower_at_the_end_is_told_at_once_that_it_is_live(court, filled):
    end = int(filled.value("SELECT seq FROM chain WHERE agency = 'court-320505'"))
    court.follow(end)
    message = court.next_unasked("entries")
    assert message.live and not message.entries


def test_new_entries_come_as_they_are_committed(court, filled):
    end = int(filled.value("SELECT seq FROM chain WHERE agency = 'court-320505'"))
    court.follow(end)
    court.next_unasked("entries")
    with Agency(filled, "court-320505") as sender:
        receipt = sender.submit_one(referral("journal-live"))
    run, live = entries(court, 2, patience=60)
    assert run[-1].seq == receipt.journal_seq and run[-1].hash == receipt.journal_hash and live


def test_there_is_one_stream_a_new_follow_replaces_it(court, filled):
    court.follow(0)
    entries(court, 40)
    with Agency(filled, "court-320505") as newer:
        newer.follow(0)
        entries(newer, 40)
        with Agency(filled, "court-320505") as sender:
            receipt = sender.submit_one(referral("journal-replaced"))
        while newer.next_unasked("entries").entries[-1].seq < receipt.journal_seq:
            pass
        court.nothing("entries")


def test_a_cursor_past_the_end_is_refused(court):
    reply = court.ask(follow=agency_pb2.Follow(after_seq=100000))
    assert codes(reply.refusal.faults) == ["cursor-ahead"]


def test_a_follower_sees_what_another_daemon_commits(filled):
    config, ends = filled.twin()
    second = filled.start(config=config)
    try:
        with Agency(filled, "court-320506") as here, Agency(filled, "court-320506", endpoint=ends["agencies"]) as there:
            here.follow(0)
            here.next_unasked("entries")
            receipt = there.submit_one(referral("journal-other", place="320506001012"))
            run, _ = entries(here, 2, patience=60)
            assert run[-1].hash == receipt.journal_hash
            verify(run)
    finally:
        assert second.stop() == 0


def test_verify_recomputes_every_chain(filled):
    sheets = filled.ctl_json("verify")
    assert sheets["summary"]["bad"] == 0 and sheets["summary"]["journals"] >= 1
    one = filled.ctl_json("verify", "court-320505")["journals"]
    assert [(row["agency"], row["result"]) for row in one] == [("court-320505", "ok")]


@pytest.mark.parametrize(("what", "change"), [
    ("a changed body", "UPDATE journal SET body = body || '\\x00' WHERE {row}"),
    ("a changed hash", "UPDATE journal SET hash = sha256(hash) WHERE {row}"),
    ("an entry taken out", "DELETE FROM journal WHERE {row}"),
    ("a chain's end moved", "UPDATE chain SET hash = sha256(hash) WHERE agency = 'platform-320505'"),
])
def test_verify_finds(filled, what, change):
    """What somebody with all rights on the database has changed."""
    with Agency(filled, "platform-320505") as one:
        one.submit(*(referral(f"tampered-{i}", channel="platform", mode="PLATFORM_ONLINE") for i in range(3)))
    row = "agency = 'platform-320505' AND seq = 4"
    kept = filled.sql("SELECT city, agency, seq, at, referral, kind, encode(body, 'hex'), encode(hash, 'hex') FROM journal"
                      f" WHERE {row}")[0]
    head = filled.value("SELECT encode(hash, 'hex') FROM chain WHERE agency = 'platform-320505'")
    filled.sql(change.format(row=row))
    try:
        done = filled.ctl_run("verify", "platform-320505", "--json")
        assert done.returncode == 1, what
        assert '"BAD"' in done.stdout, done.stdout
    finally:
        city, agency, seq, at, ref, kind, body, digest = kept
        filled.sql(f"DELETE FROM journal WHERE {row}; INSERT INTO journal VALUES ({city}, '{agency}', {seq}, '{at}', '{ref}',"
                   f" {kind}, '\\x{body}', '\\x{digest}');"
                   f" UPDATE chain SET hash = '\\x{head}' WHERE agency = 'platform-320505'")
    assert filled.ctl_json("verify", "platform-320505")["summary"]["bad"] == 0


def test_an_erased_note_leaves_the_chain_whole(filled):
    with Agency(filled, "police-320505") as police:
        police.submit(referral("erased", channel="police", mode="POLICE_CIVIL"))
        assert police.withdraw("erased", "不再需要调解").done
        filled.sql("DELETE FROM note WHERE agency = 'police-320505'")
        police.follow(0)
        run, _ = entries(police, 3)
        verify(run)
        step = journal_pb2.Step.FromString(run[2].body)
        assert step.note_sha256 and not run[2].note
    assert filled.ctl_json("verify", "police-320505")["summary"]["bad"] == 0


def test_a_note_is_bound_to_its_entry_by_its_hash(filled):
    with Agency(filled, "petition-320505") as petition:
        petition.submit(referral("noted", channel="petition", mode="PETITION_APPEAL"))
        assert petition.withdraw("noted", "信访人撤回").done
        petition.follow(0)
        run, _ = entries(petition, 3)
    note = journal_pb2.Note.FromString(run[2].note)
    assert note.text == "信访人撤回" and len(note.salt) == 16
    assert hashlib.sha256(run[2].note).digest() == journal_pb2.Step.FromString(run[2].body).note_sha256
