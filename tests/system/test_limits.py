"""Bounded: past a limit a sender gets BUSY and when to come again; nobody else waits for it, and nothing is dropped."""
from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from conftest import EVERYBODY
from lab import Lab, Postgres
from oracle import Oracle
from load import Sender
from peers import (Agency, NoAnswer, Receiver, STATUS, agency_pb2, codes, envelope_pb2, organisation_pb2, referral,
                   wait_until)

PING = organisation_pb2.Ping()
IN_FLIGHT = 64


@pytest.fixture
def frail(tmp_path):
    """A running router with a PostgreSQL of its own, and little room."""
    postgres = Postgres(tmp_path / "pg")
    one = Lab(tmp_path / "lab", postgres=postgres)
    try:
        one.edit("referrald.yaml", "in_flight: 4096", f"in_flight: {IN_FLIGHT}")
        one.edit("referrald.yaml", "in_flight_per_agency: 512", "in_flight_per_agency: 32")
        one.enrol(*EVERYBODY)
        one.migrate()
        one.start(environment={"ASAN_OPTIONS": "detect_leaks=1:exitcode=99:quarantine_size_mb=4"})
        yield one
    finally:
        one.close()
        postgres.close()


def away(lab) -> None:
    """PostgreSQL crashes, and the router knows."""
    lab.postgres.crash()
    wait_until(lambda: lab.http("/readyz")[0] == 503)


def back(lab) -> None:
    lab.postgres.start()
    wait_until(lambda: lab.http("/readyz")[0] == 200, 60)


def test_without_postgresql_everybody_is_told_busy_at_once(frail):
    with Agency(frail, "court-320505") as court, Receiver(frail, "hub-320505") as hub:
        court.submit(referral("before"))
        away(frail)
        start = time.monotonic()
        receipt, duplicate, _ = court.submit(referral("meanwhile"))[0]
        assert STATUS[receipt.status] == "BUSY" and receipt.retry_after_ms >= 200 and not duplicate
        assert court.withdraw("before").retry_after_ms
        assert court.ask(query=agency_pb2.Query(agency_ref="before")).refusal.retry_after_ms
        reply = hub.hello()
        assert not reply.welcome and reply.retry_after_ms
        assert time.monotonic() - start < 2
        assert court.ask(ping=PING).WhichOneof("body") == "pong"
        assert frail.http("/healthz")[0] == 200
        back(frail)
        assert STATUS[court.submit_one(referral("meanwhile")).status] == "ACCEPTED"
        assert court.withdraw("before").done


def test_what_was_in_flight_when_postgresql_went_is_answered_when_it_is_back(frail):
    """A crash in the middle of a burst: each message has in the end one answer, and each receipt is true."""
    with Agency(frail, "court-320505") as court:
        numbers = {court.send(submit=agency_pb2.Submit(referrals=[referral(f"burst-{i}").SerializeToString()])): f"burst-{i}"
                   for i in range(300)}
        court.unasked.append(court.receive())
        frail.postgres.crash()
        back(frail)
        final = {}
        for request, ref in numbers.items():
            message = court.answer(request)
            receipt = agency_pb2.Receipt.FromString(message.submit_reply.receipts[0])
            if STATUS[receipt.status] != "BUSY":
                final[ref] = message.submit_reply.receipts[0]
        again = {ref: court.submit(referral(ref))[0][2] for ref in final}
        assert again == final and len(final) >= 1
        assert int(frail.value("SELECT count(*) FROM submission")) == len(final)


def test_in_flight_stays_within_its_limit_and_everything_gets_through_in_the_end(frail):
    senders = [Sender(frail, name, 1, think=0.001, most=16) for name in ("court-320505", "police-320505", "petition-320505")]
    for one in senders:
        one.start()
    try:
        for _ in range(2):
            wait_until(lambda: all(one.receipts for one in senders))
            frail.postgres.crash()
            end = time.monotonic() + 1.5
            while time.monotonic() < end:
                assert frail.metric("referrald_in_flight") <= IN_FLIGHT
            back(frail)
    finally:
        for one in senders:
            one.finish()
    assert all(one.receipts for one in senders)
    assert Oracle(frail).judge(senders) == []


def test_one_noisy_agency_is_told_busy_while_another_is_served_promptly(frail):
    with Agency(frail, "court-320505") as noisy, Agency(frail, "police-320505") as quiet:
        quick = [referral(f"quiet-{i}", channel="police", mode="POLICE_CIVIL") for i in range(10)]
        quiet.submit(quick.pop())
        frames = [referral(f"noisy-{i}").SerializeToString() for i in range(600)]
        requests = [noisy.send(submit=agency_pb2.Submit(referrals=[frame])) for frame in frames]
        for one in quick:
            start = time.monotonic()
            assert STATUS[quiet.submit(one)[0][0].status] == "ACCEPTED"
            assert time.monotonic() - start < 2
        got = [STATUS[agency_pb2.Receipt.FromString(noisy.answer(request).submit_reply.receipts[0]).status] for request in requests]
        assert got.count("BUSY") > 0 and got.count("ACCEPTED") > 0 and len(got) == 600
        assert int(frail.value("SELECT count(*) FROM submission WHERE agency_ref LIKE 'noisy-%'")) == got.count("ACCEPTED")


def test_a_batch_larger_than_the_agency_s_share_gets_through_alone(frail):
    with Agency(frail, "court-320505") as court:
        answers = court.submit(*(referral(f"large-{i}") for i in range(48)))
        assert {STATUS[r.status] for r, _, _ in answers} == {"ACCEPTED"}


def test_frames_past_the_limit_are_refused_and_past_all_measure_cut_off(frail):
    with Agency(frail, "court-320505") as court, Agency(frail, "police-320505") as other:
        reply = court.ask(submit=agency_pb2.Submit(referrals=[b"\0" * (4 * 1024 * 1024)]))
        assert codes(reply.refusal.faults) == ["oversize"]
        court.send(submit=agency_pb2.Submit(referrals=[b"\0" * (5 * 1024 * 1024)]))
        with pytest.raises(NoAnswer):
            court.receive(1.0)
        assert other.ask(ping=PING).WhichOneof("body") == "pong"
        assert frail.counts()["submission"] == 0


def test_two_hundred_connections_are_served(frail):
    clients = [Agency(frail, "court-320505") for _ in range(200)]
    try:
        requests = [(one, one.send(ping=PING)) for one in clients]
        assert all(one.answer(request).WhichOneof("body") == "pong" for one, request in requests)
        sent = [one.send(submit=agency_pb2.Submit(referrals=[referral(f"many-{i}").SerializeToString()]))
                for i, one in enumerate(clients)]
        for i, (one, request) in enumerate(zip(clients, sent)):
            receipt = agency_pb2.Receipt.FromString(one.answer(request).submit_reply.receipts[0])
            assert STATUS[receipt.status] in ("ACCEPTED", "BUSY")
            assert STATUS[one.submit_one(referral(f"many-{i}")).status] == "ACCEPTED"
    finally:
        for one in clients:
            one.close()


def resident(pid: int) -> int:
    """Bytes of memory in use."""
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return int(fields[1]) * 4096


def test_memory_stays_bounded_while_postgresql_is_away_and_clients_flood(frail):
    """Four clients send as fast as they can and never read an answer."""
    away(frail)
    stop = threading.Event()
    frame = envelope_pb2.ClientMessage(version=1, request_id="flood", submit=agency_pb2.Submit(
        referrals=[referral(f"flood-{i}", summary="灾" * 2600).SerializeToString() for i in range(32)])).SerializeToString()
    clients = [Agency(frail, "court-320505") for _ in range(4)]
    for one in clients:
        one.socket.sndtimeo = 100

    def flood(one) -> None:
        while not stop.is_set():
            try:
                one.send_raw(b"", frame)
            except Exception:           # full: the router takes no more from this connection for now
                continue

    threads = [threading.Thread(target=flood, args=(one,)) for one in clients]
    for thread in threads:
        thread.start()
    sizes = []
    try:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            sizes.append(resident(frail.daemon.child.pid))
            stop.wait(0.1)
    finally:
        stop.set()
        for thread in threads:
            thread.join(10)
        for one in clients:
            one.close()
    half = len(sizes) // 2
    assert max(sizes[half:]) < 1.25 * max(sizes[:half]) + (64 << 20), [size >> 20 for size in sizes[::10]]
    assert max(sizes) < 1 << 30
    back(frail)
    with Agency(frail, "police-320505") as other:
        one = referral("after-the-flood", channel="police", mode="POLICE_CIVIL")
        assert STATUS[other.submit_one(one).status] == "ACCEPTED"
