"""Kill and count: whatever dies at whatever moment, nothing that was told is lost, doubled or untrue."""
from __future__ import annotations

import os
import random
import time

import pytest

from conftest import EVERYBODY
from lab import Lab, Postgres
from load import Follower, Sender, Taker
from oracle import Oracle
from peers import wait_until

SEED = int(os.environ.get("REFERRAL_TEST_SEED", "20261123"))
DAEMON_KILLS, DATABASE_CRASHES = 50, 20
SENDERS = ("court-320505", "petition-320505", "police-320505", "court-320506")
TAKERS = ("hub-320505", "hub-320506", "hub-3205", "medical-320505")


def ready(lab) -> bool:
    try:
        return lab.http("/readyz")[0] == 200
    except OSError:
        return False


def strike(lab, postgres, what: str) -> None:
    """One blow, and the way back to readiness."""
    if what == "daemon":
        lab.daemon.kill()
        lab.start()
    else:
        postgres.crash()
        postgres.start()
        wait_until(lambda: ready(lab), 60)


class Aftermath:
    """Everybody's ledgers after it all, and the database that must agree with them."""

    def __init__(self, lab, postgres) -> None:
        self.lab, self.postgres = lab, postgres
        self.senders = [Sender(lab, name, SEED) for name in SENDERS]
        self.followers = [Follower(lab, name, SEED) for name in SENDERS]
        self.takers = [Taker(lab, name, SEED) for name in TAKERS]

    def everybody(self) -> list:
        return self.senders + self.followers + self.takers

    def happen(self) -> None:
        """All blows, then peace until everybody has been told everything."""
        dice = random.Random(SEED)
        blows = ["daemon"] * DAEMON_KILLS + ["database"] * DATABASE_CRASHES
        dice.shuffle(blows)
        for one in self.everybody():
            one.start()
        for what in blows:
            time.sleep(dice.uniform(0.02, 0.6))     # when the blow falls is part of the dice
            strike(self.lab, self.postgres, what)
        for one in self.senders + self.takers:
            one.finish()
        heads = {r[0]: int(r[1]) for r in self.lab.sql("SELECT agency, seq FROM chain")}
        wait_until(lambda: all(len(f.hashes) >= heads[f.peer_name] or f.failure for f in self.followers), 60)
        for one in self.followers:
            one.finish()

    def complaints(self) -> list[str]:
        return Oracle(self.lab).judge(self.senders, self.followers, self.takers)

    def of(self, count) -> int:
        return sum(count(one) for one in self.senders)


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory):
    print(f"seed {SEED}")
    postgres = Postgres(tmp_path_factory.mktemp("pg"))
    lab = Lab(tmp_path_factory.mktemp("lab"), postgres=postgres)
    one = Aftermath(lab, postgres)
    try:
        lab.enrol(*EVERYBODY)
        lab.migrate()
        lab.start()
        one.happen()
        yield one
    finally:
        for worker in one.everybody():
            worker.stopping.set()
        lab.close()
        postgres.close()


def test_nothing_told_is_lost_whatever_is_killed(aftermath):
    complaints = aftermath.complaints()
    assert complaints == [], "\n".join(complaints[:40])


def test_the_blows_fell_where_it_hurts(aftermath):
    """There was much under way, and some of it was committed without its sender being told."""
    assert aftermath.of(lambda one: len(one.sent)) > 500
    assert aftermath.of(lambda one: one.in_doubt) > 0
    assert sum(len(one.confirmed["conclude"]) for one in aftermath.takers) > 50


PLANTED = [
    ("UPDATE submission SET receipt = receipt || '\\x00' WHERE {any}", "not what was told"),
    ("DELETE FROM docket WHERE {any}", "dockets"),
    ("UPDATE journal SET body = body || '\\x00' WHERE seq = 10", "the chain breaks"),
    ("DELETE FROM journal WHERE seq = 20", "or others"),
    ("UPDATE load SET open = open + 1 WHERE organisation = 'people-320505'", "people-320505: load"),
    ("UPDATE decision SET ruleset = sha256(ruleset) WHERE {any}", "rule set that is not stored"),
    ("UPDATE assignment SET status = 5 WHERE status = 6", "conclude was confirmed"),
    ("DELETE FROM submission WHERE {any}", "not stored"),
    ("UPDATE submission SET agency_ref = 'made-up' WHERE {any}", "nobody sent it"),
]


def test_the_oracle_finds_every_planted_untruth(aftermath):
    """Comes last: the database is not to be trusted any more."""
    for change, told in PLANTED:
        table = change.split()[2 if change.startswith("DELETE") else 1]
        aftermath.lab.sql(change.format(any=f"ctid = (SELECT ctid FROM {table} LIMIT 1)") if table in ("submission", "docket")
                          else change.format(any="n = 1"))
        assert any(told in complaint for complaint in aftermath.complaints()), change
