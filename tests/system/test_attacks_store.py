"""What the database refuses, loses or lacks, and what has to reach a receiver wherever it is: nobody's referral is spoiled by it,
and nobody is left without an answer."""
from __future__ import annotations

import time

import pytest

from lab import Places
from peers import STATUS, Agency, NoAnswer, Receiver, codes, referral, referral_pb2, wait_until


def spoil(lab, table: str, sqlstate: str, when: str = "true") -> None:
    """Every insert into `table` that fits `when` fails like this from now on."""
    lab.sql(f"""
        CREATE OR REPLACE FUNCTION referral.spoilt() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'spoilt' USING ERRCODE = '{sqlstate}';
        END $$;
        CREATE TRIGGER spoilt BEFORE INSERT ON referral.{table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION referral.spoilt()""")


def mend(lab, table: str) -> None:
    lab.sql(f"DROP TRIGGER spoilt ON referral.{table}")


# -- a value, or the database itself --

@pytest.mark.parametrize("sqlstate", ["42501", "42P01", "XX000"])
def test_a_fault_of_the_database_is_nobody_s_referral_s_fault(fresh, sqlstate):
    daemon = fresh.start()
    with Agency(fresh, "court-320505") as court:
        court.submit_one(referral("w-0"))
        spoil(fresh, "referral", sqlstate)
        receipts = [receipt for receipt, _, _ in court.submit(referral("w-1"), referral("w-2"))]
        assert [STATUS[receipt.status] for receipt in receipts] == ["BUSY", "BUSY"]
        line = daemon.wait_log("store.wrong")
        assert sqlstate in line["error"] and line["role"].startswith("keeper.")
        assert fresh.counts()["quarantine"] == 0 and not daemon.events("batch.poison")
        mend(fresh, "referral")
        assert [STATUS[court.submit_one(referral(one)).status] for one in ("w-1", "w-2")] == ["ACCEPTED", "ACCEPTED"]


def test_a_value_that_is_refused_spoils_nothing_but_itself(fresh):
    daemon = fresh.start()
    with Agency(fresh, "court-320505") as court:
        spoil(fresh, "referral", "22021", "NEW.agency_ref = 'v-2'")
        receipts = [receipt for receipt, _, _ in court.submit(*(referral(f"v-{i}") for i in range(4)))]
        assert [STATUS[receipt.status] for receipt in receipts] == ["ACCEPTED", "ACCEPTED", "REFUSED", "ACCEPTED"]
        assert codes(receipts[2].faults) == ["malformed"]
        daemon.wait_log("batch.poison")
        assert fresh.counts()["quarantine"] == 1


def test_when_it_is_the_database_after_all_nothing_is_set_aside(fresh):
    """One value is refused; while it is looked for, the table goes away."""
    fresh.start()
    with Agency(fresh, "court-320505") as court:
        spoil(fresh, "referral", "22021", "NEW.agency_ref = 'v-1'")
        fresh.sql("""
            CREATE SEQUENCE referral.tries;
            CREATE OR REPLACE FUNCTION referral.spoilt() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('referral.tries') = 1 THEN
                    RAISE EXCEPTION 'spoilt' USING ERRCODE = '22021';
                END IF;
                RAISE EXCEPTION 'spoilt' USING ERRCODE = '42501';
            END $$""")
        receipt = court.submit(referral("v-1"))[0][0]
        assert STATUS[receipt.status] == "BUSY" and fresh.counts()["quarantine"] == 0


def test_a_partition_that_nobody_made_is_made(fresh):
    daemon = fresh.start()
    with Agency(fresh, "court-320505") as court:
        court.submit_one(referral("p-0"))
        daemon.wait_log("store.connected")
        month = time.strftime("%Y%m", time.gmtime())
        fresh.sql(f"DROP TABLE referral_{month}")
        assert STATUS[court.submit_one(referral("p-1")).status] == "ACCEPTED"
        daemon.wait_log("store.wrong")
        assert fresh.counts()["quarantine"] == 0 and fresh.value(f"SELECT count(*) FROM referral_{month}") == "1"


def test_a_partition_that_cannot_be_made_is_not_the_referral_s_fault(fresh):
    fresh.start()
    with Agency(fresh, "court-320505") as court:
        month = time.strftime("%Y%m", time.gmtime())
        fresh.sql(f"ALTER TABLE referral DETACH PARTITION referral_{month}")
        receipt = court.submit(referral("p-1"))[0][0]
        assert STATUS[receipt.status] == "BUSY" and fresh.counts()["quarantine"] == 0


def test_a_batch_that_is_lost_with_every_connection_is_given_back(fresh):
    """As a full disk does it: connections can be had, and nothing can be committed."""
    daemon = fresh.start()
    with Agency(fresh, "court-320505") as court:
        court.submit_one(referral("l-0"))
        spoil(fresh, "referral", "53100", "NEW.agency_ref = 'l-1'")
        receipt = court.submit(referral("l-1"))[0][0]
        assert STATUS[receipt.status] == "BUSY"
        assert "53100" in daemon.wait_log("store.exhausted")["error"]
        assert STATUS[court.submit_one(referral("l-2")).status] == "ACCEPTED"
        mend(fresh, "referral")
        assert STATUS[court.submit_one(referral("l-1")).status] == "ACCEPTED"


# -- cancellations --

def ref_of(offer) -> str:
    return referral_pb2.Referral.FromString(offer.referral).agency_ref


def cancellation_of(receiver, assignment_id: str):
    while (cancelled := receiver.next_unasked("cancelled")).assignment_id != assignment_id:
        pass
    return cancelled


def told(lab) -> bool:
    return lab.value("SELECT count(*) FROM assignment WHERE NOT told") == "0"


def test_a_withdrawal_reaches_a_receiver_at_another_daemon(fresh):
    fresh.start()
    config, ends = fresh.twin()
    fresh.start(config=config)
    with Receiver(fresh, "hub-320505", endpoint=ends["organisations"]) as hub, Agency(fresh, "court-320505") as court:
        hub.hello()
        for accept in (True, False):
            court.submit_one(referral(f"x-{accept}"))
            offer = hub.assignment()
            if accept:
                assert hub.accept(offer).done
            assert court.withdraw(ref_of(offer)).done
            assert cancellation_of(hub, offer.assignment_id).reason == "withdrawn"
        wait_until(lambda: told(fresh))
        hub.nothing("cancelled", 3)


def test_a_receiver_that_was_away_is_told_when_it_comes_back(fresh):
    """Even when the daemon has been restarted meanwhile, and nobody remembers."""
    fresh.start()
    with Agency(fresh, "court-320505") as court:
        with Receiver(fresh, "hub-320505") as hub:
            hub.hello()
            receipts = [court.submit_one(referral(f"away-{i}")) for i in range(3)]
            offers = {offer.referral_id: offer for offer in (hub.assignment() for _ in receipts)}
            for receipt in receipts[:2]:
                assert hub.accept(offers[receipt.referral_id]).done
        for i in (0, 2):
            assert court.withdraw(f"away-{i}").done
    assert not told(fresh)
    fresh.daemon.kill()
    fresh.start()
    with Receiver(fresh, "hub-320505") as hub:
        hub.hello()
        got = {hub.next_unasked("cancelled").assignment_id for _ in range(2)}
        assert got == {offers[receipts[i].referral_id].assignment_id for i in (0, 2)}
        wait_until(lambda: told(fresh))
        hub.hello()
        hub.nothing("cancelled", 3)


def test_it_is_told_to_whoever_had_it_and_to_nobody_else(fresh):
    fresh.edit("peers/all.yaml", "serves: [medical-320505]", "serves: [medical-320505, labour-320505]")
    fresh.start()
    with Agency(fresh, "court-320505") as court, Receiver(fresh, "hub-320505") as hub:
        hub.hello()
        assert court.submit_one(referral("own-1", category="labour")).organisation_id == "labour-320505"
        offer = hub.assignment()
        with Receiver(fresh, "medical-320505") as other:
            other.hello()
            assert court.withdraw("own-1").done
            assert cancellation_of(hub, offer.assignment_id).reason == "withdrawn"
            other.nothing("cancelled")


def test_many_cancellations_at_once_are_all_told(fresh):
    fresh.start()
    places = Places(fresh)
    with Agency(fresh, "court-320505") as court, Receiver(fresh, "hub-320505") as hub:
        hub.hello(credit=1000)
        receipts = [court.submit_one(referral(f"many-{i}")) for i in range(40)]
        placed = [receipt for receipt in receipts if receipt.organisation_id]
        offers = {hub.assignment().assignment_id for _ in placed}
        for receipt in placed:
            places.make_due(receipt.referral_id)
        got = set()
        while not offers <= got:
            got.add(hub.next_unasked("cancelled", 30).assignment_id)


# -- supplements --

def test_supplements_are_bounded_and_a_repeat_is_still_recognised(fresh):
    fresh.start()
    with Agency(fresh, "court-320505") as court:
        court.submit_one(referral("s-1"))
        for i in range(100):
            assert court.supplement("s-1", f"n-{i}").done
        over = court.supplement("s-1", "n-100")
        assert not over.done and [(fault.field, *codes([fault])) for fault in over.faults] == [("supplement_ref", "too-many-items")]
        again = court.supplement("s-1", "n-7")
        assert again.done and again.journal_seq
        assert codes(court.supplement("s-1", "n-7", "换了内容").faults) == ["state-forbids"]
        assert fresh.value("SELECT count(*) FROM supplement") == "100"


def test_a_frame_past_five_mebibytes_is_not_read(fresh):
    fresh.start()
    with Agency(fresh, "court-320505") as court:
        court.send_raw(b"", b"\xff" * (5 * 1024 * 1024 + 1))
        with pytest.raises(NoAnswer):
            court.receive(1.5)
    with Agency(fresh, "court-320505") as court:
        court.send_raw(b"", b"\xff" * (5 * 1024 * 1024 - 64))
        assert codes(court.receive().refusal.faults) == ["oversize"]
