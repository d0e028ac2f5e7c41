"""Kill and count: whatever dies at whatever moment, nothing that was told is lost, doubled or untrue."""
from __future__ import annotations

import os
import random

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


def test_nothing_told_is_lost_whatever_is_killed(tmp_path):
    print(f"seed {SEED}")
    dice = random.Random(SEED)
    blows = ["daemon"] * DAEMON_KILLS + ["database"] * DATABASE_CRASHES
    dice.shuffle(blows)
    postgres = Postgres(tmp_path / "pg")
    lab = Lab(tmp_path / "lab", postgres=postgres)
    senders = [Sender(lab, name, SEED) for name in SENDERS]
    followers = [Follower(lab, name, SEED) for name in SENDERS]
    takers = [Taker(lab, name, SEED) for name in TAKERS]
    try:
        lab.enrol(*EVERYBODY)
        lab.migrate()
        lab.start()
        for one in senders + followers + takers:
            one.start()
        for what in blows:
            senders[0].pause(dice.uniform(0.02, 0.6))       # when the blow falls is part of the dice
            strike(lab, postgres, what)
        for one in senders:
            one.finish()
        for one in takers:
            one.finish()
        heads = {r[0]: int(r[1]) for r in lab.sql("SELECT agency, seq FROM chain")}
        wait_until(lambda: all(len(f.hashes) >= heads[f.peer_name] or f.failure for f in followers), 60)
        for one in followers:
            one.finish()
        complaints = Oracle(lab).judge(senders, followers, takers)
        sent = sum(len(one.sent) for one in senders)
        concluded = sum(len(one.confirmed["conclude"]) for one in takers)
        print(f"{sent} referrals, {sum(heads.values())} entries, {concluded} concluded")
        assert complaints == [], "\n".join(complaints[:40])
        assert sent > 500 and concluded > 50
    finally:
        for one in senders + followers + takers:
            one.stopping.set()
        lab.close()
        postgres.close()
