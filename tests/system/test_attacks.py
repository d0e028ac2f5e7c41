"""Attempts to break a promise from outside; each of these succeeded once."""
from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path

import pytest
import zmq
from cutter import Cutter
from lab import Lab, Places, Postgres
from conftest import EVERYBODY
from peers import Agency, Receiver, STATUS, STEPS, agency_pb2, codes, envelope_pb2, referral


def medical(ref: str):
    return referral(ref, summary="医院手术纠纷，双方协商未果。")


def kinds(lab, referral_id: str) -> list[str]:
    """The steps of one referral, from the database."""
    rows = lab.sql(f"SELECT kind FROM journal WHERE referral = '{referral_id}' ORDER BY seq")
    return [STEPS[int(row[0])] for row in rows]


@pytest.fixture
def cut(fresh):
    """A started lab whose daemon reaches PostgreSQL through a cutter."""
    cutter = Cutter(fresh)
    fresh.start()
    yield fresh, cutter
    fresh.daemon.stop()
    cutter.close()


def test_repeats_do_not_make_an_organisation_look_full(fresh):
    fresh.start()
    with Agency(fresh, "court-320505") as court:
        assert court.submit_one(medical("a1")).organisation_id == "medical-320505"
        for _ in range(10):
            assert court.submit(medical("a1"))[0][1]
        assert court.submit_one(medical("a2")).organisation_id == "medical-320505"
        # and within one message, beside a new one
        court.submit(*[medical("a1")] * 10, medical("a3"))
        assert Places(fresh).open("medical-320505") == 2
        assert not Places(fresh).overrun()


def test_a_reader_that_lost_its_connection_does_not_stop_commits(tmp_path):
    postgres = Postgres(tmp_path / "pg")
    (tmp_path / "lab").mkdir()
    one = Lab(tmp_path / "lab", postgres=postgres)
    try:
        one.enrol(*EVERYBODY)
        one.migrate()
        daemon = one.start()
        with Agency(one, "court-320505") as court:
            court.submit_one(referral("q1"))
            assert court.query("q1").referral_id
            mark = daemon.mark()
            postgres.crash()
            postgres.start()
            daemon.wait_log(lambda line: line.get("event") == "store.connected" and line.get("role") == "timer", since=mark)
            court.submit_one(referral("q2"))
            court.ask(query=agency_pb2.Query(agency_ref="q1"))  # feedback finds its own connection dead
            assert STATUS[court.submit_one(referral("q3")).status] == "ACCEPTED"
    finally:
        one.close()
        postgres.close()


def test_a_routing_id_that_a_client_chose_is_refused(fresh):
    fresh.start()
    context = zmq.Context.instance()
    socket = context.socket(zmq.DEALER)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.ROUTING_ID, b"court")
    secret = fresh.secret("court-320505")
    socket.curve_serverkey, socket.curve_secretkey = fresh.router_key.encode(), secret
    socket.curve_publickey = zmq.curve_public(secret)
    socket.connect(fresh.ends["agencies"])
    message = envelope_pb2.ClientMessage(version=1, request_id="r",
                                         submit=agency_pb2.Submit(referrals=[referral("t1").SerializeToString()]))
    socket.send_multipart([b"", message.SerializeToString()])
    assert socket.poll(20000)
    answer = envelope_pb2.ServerMessage.FromString(socket.recv_multipart()[1])
    socket.close()
    assert codes(answer.refusal.faults) == ["not-permitted"] and answer.request_id == "r"
    assert fresh.counts()["submission"] == 0


def test_a_replaced_key_gets_no_more_of_the_journal(fresh):
    daemon = fresh.start()
    with Agency(fresh, "court-320505") as court, Receiver(fresh, "hub-320505") as hub:
        hub.hello()
        court.submit_one(referral("v1"))
        court.follow(credit=1000)
        court.next_unasked("entries")
        offer = hub.assignment()
        fresh.ctl("peer", "keygen", "--out", fresh.clients, "new", socket=False)
        shutil.copy(fresh.clients / "new.pub", fresh.config / "keys" / "peers" / "court-320505.pub")
        fresh.ctl("reload")
        mark = daemon.mark()
        assert hub.accept(offer).done
        daemon.wait_log(lambda line: line.get("event") == "peer.revoked" and line.get("peer") == "court-320505", since=mark)
        court.nothing("entries")


def test_a_flood_of_queries_delays_nobody_and_stays_bounded(fresh):
    daemon = fresh.start()
    status = Path(f"/proc/{daemon.child.pid}/status")
    resident = lambda: int(next(line for line in status.read_text().splitlines() if line.startswith("VmRSS")).split()[1]) // 1024
    ends = threading.Event()

    def flood() -> None:
        with Agency(fresh, "court-320505") as one:
            message = envelope_pb2.ClientMessage(version=1, request_id="f", query=agency_pb2.Query(agency_ref="f1"))
            while not ends.is_set():
                try:
                    one.socket.send_multipart([b"", message.SerializeToString()], zmq.NOBLOCK)
                except zmq.Again:
                    one.socket.poll(1)
                while one.socket.poll(0):
                    one.socket.recv_multipart()

    with Agency(fresh, "court-320505") as court, Agency(fresh, "court-320506") as other:
        court.submit_one(referral("f1"))
        before = resident()
        threads = [threading.Thread(target=flood) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            end = time.monotonic() + 8
            asked = 0
            while time.monotonic() < end:
                answer = other.ask(5, query=agency_pb2.Query(agency_ref="nobody-knows"))
                assert answer.WhichOneof("body") == "refusal"
                asked += 1
            assert asked > 3
            assert fresh.http("/healthz")[0] == 200
            assert resident() < before + 800  # a sanitizer keeps freed memory for a while; without limit it is gigabytes
        finally:
            ends.set()
            for thread in threads:
                thread.join()


def test_large_notes_reach_the_follower(fresh):
    fresh.start()
    count = 40
    with Agency(fresh, "court-320505") as court, Receiver(fresh, "hub-320505") as hub:
        hub.hello(credit=1000)
        court.submit(*[referral(f"n{i}") for i in range(count)])
        offers = [hub.assignment() for _ in range(count)]
        for offer in offers:
            assert hub.accept(offer).done
            assert hub.conclude(offer, "AGREED", text="字" * 1333, undisputed_facts=["实" * 333] * 50, cost_conduct="x" * 2000).done
        steps = court.steps(lambda out: sum(STEPS[s.kind] == "CONCLUDED" for s in out) == count, 60)
        assert len(steps) == 4 * count


def test_one_agencys_garbage_leaves_room_for_the_others(fresh):
    daemon = fresh.start()
    with Agency(fresh, "court-320505") as noisy, Agency(fresh, "court-320102") as other:
        for _ in range(40):
            noisy.send_raw(b"", b"\xff" + os.urandom(16) * 245000)
        receipt = other.submit(referral("g1", place="320102002001"))[0][0]
        assert STATUS[receipt.status] == "ACCEPTED"
        daemon.wait_log(lambda line: line.get("event") == "message.refused" and line.get("code") == "malformed")
        assert fresh.counts()["quarantine"] == 0, "far larger than any referral: refused, not kept"


def test_an_operators_offer_carries_category_and_tags(fresh):
    fresh.start()
    with Agency(fresh, "court-320505") as court, Receiver(fresh, "hub-320505") as hub:
        hub.hello()
        for i in range(2):
            court.submit_one(referral(f"o{i}", tags=["medical-only"]))
        waits = court.submit_one(referral("o3", tags=["medical-only"]))
        assert STATUS[waits.status] == "MANUAL"
        fresh.ctl("queue", "assign", waits.referral_id, "centre-320505")
        assert list(hub.assignment().tags) == ["medical-only"]


def test_a_submit_whose_commit_is_in_doubt_is_stored_once(cut):
    lab, cutter = cut
    with Agency(lab, "court-320505") as court:
        court.submit_one(referral("m0"))
        cutter.arm(b"add_submission")
        receipt, duplicate, _ = court.submit(referral("m1"))[0]
        assert cutter.cuts == 1
        assert STATUS[receipt.status] == "ACCEPTED" and not duplicate
        assert kinds(lab, receipt.referral_id) == ["RECEIVED", "ASSIGNED"]
        lab.ctl("verify")


def test_operators_acts_whose_commit_is_in_doubt_are_told_as_done(cut):
    lab, cutter = cut
    with Agency(lab, "court-320505") as court:
        receipts = [court.submit_one(referral(f"m{i}", tags=["medical-only"])) for i in range(4)]
        waiting = [r for r in receipts if STATUS[r.status] == "MANUAL"]
        assert len(waiting) == 2
        cutter.arm(b"change_docket")
        lab.ctl("queue", "assign", waiting[0].referral_id, "centre-320505")
        cutter.arm(b"change_docket")
        lab.ctl("queue", "return", waiting[1].referral_id, "--reason", "不属于调解范围")
        assert cutter.cuts == 2
        assert kinds(lab, waiting[0].referral_id) == ["RECEIVED", "QUEUED", "ASSIGNED"]
        assert kinds(lab, waiting[1].referral_id) == ["RECEIVED", "QUEUED", "RETURNED"]
        cutter.arm(b"erase")
        lab.ctl("erase", waiting[1].referral_id)
        assert cutter.cuts == 3
        assert kinds(lab, waiting[1].referral_id)[-2:] == ["RETURNED", "ERASED"]
        lab.ctl("verify")


def test_an_agency_that_moves_to_another_city_is_refused_at_reload(fresh):
    fresh.start()
    peers = fresh.config / "peers" / "all.yaml"
    named = 'agencies:\n  - id: court-moving\n    name: 流动法庭\n    channel: court\n    region: "{}"\n'
    text = peers.read_text(encoding="utf-8")
    peers.write_text(named.format("320505") + text, encoding="utf-8")
    fresh.enrol("court-moving")
    fresh.ctl("reload")
    with Agency(fresh, "court-moving") as court:
        first = court.submit_one(referral("r1"))
        peers.write_text(named.format("320102") + text, encoding="utf-8")
        said = fresh.ctl("reload", ok=False)
        assert "court-moving has a journal under city 3205" in said
        again, duplicate, _ = court.submit(referral("r1"))[0]
        assert duplicate and again.referral_id == first.referral_id, "the old configuration serves"
