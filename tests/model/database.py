"""What must hold in the database whenever all is quiet."""
from __future__ import annotations

import time

from case import STATES

NUMBERS = {name: number for number, name in STATES.items()}
PATIENCE = 90.0
CLAIM_RUNS_OUT, STILL = 75.0, 3.0      # seconds


def wait_quiet(driver) -> None:
    """Nothing under way, nothing due, and every follower at its journal's end."""
    sql, end = driver.world.sql, time.monotonic() + PATIENCE
    driver.drain()
    before, since = None, 0.0
    while True:
        now = driver.world.now_ms
        due, claimed, entries = sql.rows(
            f"SELECT count(*) FILTER (WHERE wake_at <= to_timestamp({now} / 1000.0) AND due_claim IS NULL), count(due_claim), "
            "(SELECT coalesce(sum(seq), 0) FROM chain) FROM docket")[0]
        if (claimed, entries) != before:
            before, since = (claimed, entries), time.monotonic()
        # What a daemon had claimed when it was killed is nobody's until that runs out.
        orphans = time.monotonic() - driver.killed_at < CLAIM_RUNS_OUT and time.monotonic() - since > STILL
        if due == "0" and (claimed == "0" or orphans):
            break
        if time.monotonic() > end:
            driver.complain("", f"{due} referrals are due and {claimed} claimed, and nothing happens")
            break
        driver.pump(20)
    catch_up(driver, end)


def catch_up(driver, end: float) -> None:
    """Feedback is complete: what each agency was sent ends where its journal ends."""
    heads = {agency: (int(seq), digest) for agency, seq, digest in
             driver.world.sql.rows("SELECT agency, seq, encode(hash, 'hex') FROM chain WHERE seq > 0")}
    again = time.monotonic() + 5
    while True:
        behind = [agency for agency, (seq, _) in heads.items() if driver.followers[agency].seq < seq]
        if not behind:
            break
        if time.monotonic() > end:
            driver.complain("", f"feedback is not complete: {behind}")
            return
        if time.monotonic() > again:
            again = time.monotonic() + 5
            for agency in behind:
                driver.refollow(driver.followers[agency], driver.followers[agency].daemon)
        driver.pump(20)
    for agency, (seq, digest) in heads.items():
        one = driver.followers[agency]
        if one.seq == seq and one.hash.hex() != digest:
            driver.complain("", f"{agency}: the head of the chain in the database is not what the journal ends with")


RULES = (
    ("an open referral without a due event, or a closed one with", "SELECT referral FROM docket WHERE (state IN ({open})) IS DISTINCT FROM "
     "(due_at IS NOT NULL AND due_kind IS NOT NULL AND wake_at IS NOT NULL)"),
    ("a concluded referral without its conclusion", "SELECT referral FROM docket WHERE state IN (5, 9) AND coalesce(conclusion, 0) NOT BETWEEN 1 AND 8"),
    ("more than its capacity", "SELECT organisation FROM load WHERE open > capacity"),
    ("fuller than its capacity at some time", "SELECT organisation FROM fullest WHERE open > capacity"),
    ("a load that is not what is open", "SELECT coalesce(l.organisation, a.organisation) FROM (SELECT organisation, count(*) AS n FROM assignment "
     "WHERE status IN (1, 2) GROUP BY 1) a FULL JOIN load l USING (organisation) WHERE coalesce(l.open, 0) <> coalesce(a.n, 0)"),
    ("a referral with other than one open assignment while somebody has it", "SELECT d.referral FROM docket d LEFT JOIN assignment a ON a.city = d.city "
     "AND a.referral = d.referral AND a.status IN (1, 2) GROUP BY d.referral, d.state "
     "HAVING count(a.id) <> CASE WHEN d.state IN ({held}) THEN 1 ELSE 0 END"),
    ("a journal with gaps", "SELECT c.agency FROM chain c LEFT JOIN journal j ON j.city = c.city AND j.agency = c.agency GROUP BY c.agency, c.seq "
     "HAVING count(j.seq) <> c.seq OR coalesce(max(j.seq), 0) <> c.seq"),
    ("decisions that are not counted", "SELECT d.referral FROM docket d LEFT JOIN decision e ON e.city = d.city AND e.referral = d.referral "
     "GROUP BY d.referral, d.decisions HAVING count(e.n) <> d.decisions"),
    ("a supplement that no step tells of", "SELECT s.referral FROM supplement s LEFT JOIN docket d ON d.city = s.city AND d.referral = s.referral "
     "LEFT JOIN journal j ON j.city = s.city AND j.agency = d.agency AND j.seq = s.seq AND j.kind = 11 WHERE j.seq IS NULL"),
)
CHEAP = 5           # so many of them at every quiet point; all at the end


def check_rules(driver, everything: bool) -> None:
    states = {"open": driver.table.open, "held": driver.table.held}
    words = {name: ", ".join(str(NUMBERS[state]) for state in sorted(which)) for name, which in states.items()}
    for name, statement in RULES if everything else RULES[:CHEAP]:
        rows = driver.world.sql.rows(f"SELECT * FROM ({statement.format(**words)}) x LIMIT 3")
        for row in rows:
            known = driver.by_id.get(row[0])
            driver.complain(known.ref if known else "", f"in the database: {name}: {row[0]}")


def check_dockets(driver, refs: set[str]) -> None:
    """What the journal leads to is what stands in the database."""
    wanted = {driver.known[ref].id: driver.known[ref] for ref in refs if driver.known[ref].case is not None}
    if not wanted:
        return
    rows = driver.world.sql.rows(
        "SELECT referral, state, coalesce(assignment::text, ''), coalesce(organisation, ''), coalesce(conclusion, 0), coalesce(due_kind, 0) > 0, "
        "coalesce((extract(epoch FROM due_at) * 1000)::bigint, 0) FROM docket WHERE referral IN ('" + "','".join(wanted) + "')")
    for referral, state, assignment, organisation, conclusion, due, due_ms in rows:
        known = wanted.pop(referral)
        v = known.case.view
        holds = v.state in driver.table.held
        told = STATES[int(state)], assignment if holds else "", organisation if holds else "", int(conclusion), due == "t", int(due_ms)
        here = v.state, v.assignment if holds else "", v.organisation if holds else "", v.conclusion, bool(v.due_kind), v.due_ms
        if told != here:
            driver.complain(known.ref, f"the database has {told}, the journal leads to {here}")
    for known in wanted.values():
        driver.complain(known.ref, "in the journal, and not in the database")


def check_chains(driver) -> None:
    done = driver.world.lab.ctl_run("verify", config=driver.world.configs[driver.world.alive()[0]][0])
    if done.returncode != 0:
        driver.complain("", f"referralctl verify: {done.stdout} {done.stderr}")
