"""make bench-report: how long a supervision report takes over a stored half year, and with --verify.

On a private server: referrals of 180 days all over the shipped Jiangsu with their offers and journals, made here from chance
with a fixed seed, then `referralctl report` in each form. The journal is serialised by Google's protobuf and the rows are written by
COPY, so that --verify also compares what neither the daemon nor referralctl wrote. Prints what was measured and writes
build/bench/report.json.

BENCH_REFERRALS (100000) changes it; BENCH_KEEP=FILE.html keeps the page.
"""
from __future__ import annotations

import csv
import hashlib
import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import time
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "system")]
os.environ.setdefault("REFERRAL_TEST_BUILD", str(ROOT / "build" / "release"))

from lab import Lab, Postgres, psql, run  # noqa: E402
from peers import V, journal_pb2  # noqa: E402

REFERRALS = int(os.environ.get("BENCH_REFERRALS", "100000"))
OUT = ROOT / "build" / "bench"
PLACE = OUT / "report"
BUILD = ROOT / "build" / "release"
SHANGHAI = timezone(timedelta(hours=8))
HOUR, DAY = 3600_000, 86400_000
CHANNELS, SHARES = (1, 2, 3, 4, 5), (45, 15, 28, 2, 10)
MODES = {1: 1, 2: 20, 3: 10, 4: 33, 5: 40}
REACHED = {"3201": 70, "3202": 74, "3203": 61, "3204": 72, "3205": 78, "3206": 80, "3207": 58, "3208": 63, "3209": 66, "3210": 69,
           "3211": 68, "3212": 73, "3213": 55}        # chance of an agreement, so that the map has something to show


def half() -> tuple[str, int, int]:
    """The half year before this one: its name, and its ends in ms."""
    now = datetime.now(SHANGHAI)
    year, first = (now.year, 1) if now.month > 6 else (now.year - 1, 7)
    begin = datetime(year, first, 1, tzinfo=SHANGHAI)
    end = datetime(year, 7, 1, tzinfo=SHANGHAI) if first == 1 else datetime(year + 1, 1, 1, tzinfo=SHANGHAI)
    return f"{year}H{1 if first == 1 else 2}", int(begin.timestamp() * 1000), int(end.timestamp() * 1000)


def stamp(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f+00")


class Maker:
    """Rows of one database, and what they come to."""

    def __init__(self, since: int, until: int) -> None:
        self.chance = random.Random(4)
        self.since, self.until = since, until
        with (ROOT / "config" / "regions" / "jiangsu.csv").open(encoding="utf-8") as f:
            self.places = [row["code"] for row in csv.DictReader(f) if len(row["code"]) == 12]
        self.chains: dict[str, tuple[int, bytes]] = {}
        self.tables: dict[str, list[str]] = {name: [] for name in ("referral", "docket", "assignment", "journal")}

    def id(self, ms: int, city: int) -> uuid.UUID:
        b = bytearray(ms.to_bytes(6, "big") + self.chance.randbytes(10))
        b[6], b[8], b[9] = 0x80 | b[6] & 15, 0x80 | city >> 8, city & 255
        return uuid.UUID(bytes=bytes(b))

    def step(self, agency: str, ms: int, kind: str, referral: uuid.UUID, **more) -> None:
        seq, head = self.chains.get(agency, (0, bytes(32)))
        step = journal_pb2.Step(agency=agency, seq=seq + 1, at_ms=ms, kind=V.StepKind.Value("STEP_KIND_" + kind),
                                referral_id=str(referral), agency_ref=str(seq), actor="bench", **more)
        body = step.SerializeToString()
        head = hashlib.sha256(head + body).digest()
        self.chains[agency] = (seq + 1, head)
        self.tables["journal"].append("\t".join((agency[6:], agency, str(seq + 1), stamp(ms), str(referral), str(step.kind),
                                                 "\\\\x" + body.hex(), "\\\\x" + head.hex())))

    def offer(self, row: list, referral: uuid.UUID, organisation: str, ms: int, city: int, agency: str) -> list:
        one = [str(city), str(self.id(ms, city)), str(referral), agency, organisation, str(city), "1", stamp(ms + 3 * DAY), "30", "2",
               "\\N", stamp(ms), "\\N"]
        row.append(one)
        partner = f"administrative-{organisation[-6:]}" if self.chance.random() < 0.03 else ""
        self.step(agency, ms, "ASSIGNED", referral, organisation_id=organisation, assignment_id=one[1], due_kind="respond",
                  due_ms=ms + 3 * DAY, state=1, partner_id=partner)
        return one

    def referral(self) -> None:
        r = self.chance
        place, ms = r.choice(self.places), int(r.triangular(self.since, self.until - 1, self.until - 40 * DAY))
        city, channel = int(place[:4]), r.choices(CHANNELS, SHARES)[0]
        agency, me = f"bench-{city}", self.id(ms, int(place[:4]))
        offers: list[list] = []
        organisations = [f"people-{place}", f"people-{place[:9]}", f"centre-{place[:6]}"]
        state, conclusion, at, owner = 1, "\\N", ms, organisations[0]
        self.step(agency, ms, "RECEIVED", me)
        one = self.offer(offers, me, owner, at, city, agency)
        for other in organisations[1:]:
            if r.random() > 0.12:
                break
            kind, status, at = r.choice((("DECLINED", "3", at + r.randrange(HOUR, 2 * DAY)), ("LAPSED", "4", at + 3 * DAY)))
            self.step(agency, at, kind, me, organisation_id=owner, reason="no-mediator" if kind == "DECLINED" else "")
            one[6], one[12], owner = status, stamp(at), other
            one = self.offer(offers, me, owner, at, city, agency)
        if r.random() < 0.97:
            at += r.randrange(HOUR // 4, 40 * HOUR)
            by, state = at + 30 * DAY, 2
            self.step(agency, at, "ACCEPTED", me, organisation_id=owner, due_kind="finish", due_ms=by, state=2)
            self.step(agency, at + HOUR, "PROGRESS", me, organisation_id=owner, reason="contacted", due_kind="finish", due_ms=by, state=2)
            one[6], one[10] = "2", stamp(by)
            if r.random() < 0.95:
                won = r.random() < REACHED[place[:4]] / 100
                at += int(r.triangular(DAY, (38 if r.random() < 0.15 else 29) * DAY, 9 * DAY))
                ended = 1 if won else r.choices((2, 3, 4, 5, 6, 7, 8), (10, 15, 30, 30, 8, 4, 3))[0]
                paper = r.choices((1, 2), (70, 30))[0] if won else 0
                self.step(agency, at, "CONCLUDED", me, organisation_id=owner, conclusion=ended, agreement_kind=paper, state=5)
                one[6], one[12], state, conclusion = "6", stamp(at), 5, str(ended)
                for follow, likely in ((3, 0.3), (4, 0.85), (1, 0.7)) if won else ():
                    if r.random() < likely:
                        at += r.randrange(DAY, 20 * DAY)
                        self.step(agency, at, "FOLLOW_UP", me, organisation_id=owner, follow_up=follow, state=5)
        due = ("\\N", "\\N") if state == 5 else (str(state), stamp(at + 30 * DAY))
        self.tables["referral"].append("\t".join((str(city), stamp(ms), str(me), agency, str(me), str(channel), str(MODES[channel]), place,
                                                  r.choice(("neighbour", "labour", "debt", "")), "2", "0")))
        self.tables["docket"].append("\t".join((str(city), str(me), agency, str(me), str(state), place, str(channel), str(MODES[channel]), "0",
                                                *due, offers[-1][1], owner, conclusion, stamp(at))))
        self.tables["assignment"] += ["\t".join(o) for o in offers]


COLUMNS = {
    "referral": "city, arrived, id, agency, agency_ref, channel, mode, place, category, parties, risk",
    "docket": "city, referral, agency, agency_ref, state, place, channel, mode, risk, due_kind, due_at, assignment, organisation, "
              "conclusion, changed",
    "assignment": "city, id, referral, agency, organisation, org_city, status, respond_by, finish_count, finish_unit, finish_by, offered, "
                  "closed",
    "journal": "city, agency, seq, at, referral, kind, body, hash",
}


def fill(lab: Lab, since: int, until: int) -> int:
    """Everything on record; how many journal entries."""
    maker = Maker(since, until)
    for _ in range(REFERRALS):
        maker.referral()
    psql(lab.conninfo, f"SELECT referral.ensure_partitions('{stamp(since - DAY)}'::date, 14)")
    wakes = psql(lab.conninfo, "SELECT 1 FROM pg_attribute WHERE attrelid = 'referral.docket'::regclass AND attname = 'wake_at'")
    for name, rows in maker.tables.items():
        columns = COLUMNS[name]
        if name == "docket" and wakes:
            columns += ", wake_at, wake"
            rows = [row + "\t" + (row.split("\t")[10]) + "\t" + ("\\N" if row.split("\t")[10] == "\\N" else "8") for row in rows]
        done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", lab.conninfo, "-c",
                               f"COPY referral.{name} ({columns}) FROM STDIN"], input="\n".join(rows) + "\n", text=True, capture_output=True)
        assert done.returncode == 0, done.stderr
    for agency, (seq, head) in maker.chains.items():
        psql(lab.conninfo, f"INSERT INTO referral.chain (city, agency, seq, hash) VALUES ({agency[6:]}, '{agency}', {seq}, '\\x{head.hex()}')")
    psql(lab.conninfo, "VACUUM ANALYZE")
    return len(maker.tables["journal"])


# Waits for a command from a process of its own: what is told of a child's memory includes that of whoever started it.
WAIT = "import resource, subprocess, sys; subprocess.run(sys.argv[2:], stdout=open(sys.argv[1], 'wb'), check=True); " \
       "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"


def timed(lab: Lab, *words: object) -> tuple[float, float, dict]:
    start = time.monotonic()
    kb = run([sys.executable, "-S", "-c", WAIT, PLACE / "out.json", BUILD / "referralctl", "report", *words, "-c", lab.config, "--json"])
    return round(time.monotonic() - start, 2), round(int(kb) / 1024, 1), json.loads((PLACE / "out.json").read_text())


def main() -> None:
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    period, since, until = half()
    postgres, lab = Postgres(PLACE / "pg"), None
    try:
        lab = Lab(PLACE / "lab", config=ROOT / "config", postgres=postgres)
        lab.migrate()
        with multiprocessing.Pool(1) as apart:          # so that what it holds is not counted as a child's memory
            entries = apart.apply(fill, (lab, since, until))
        start = time.monotonic()
        run([BUILD / "referralctl", "report", "--period", "1990", "-c", lab.config])
        result = {"referrals": REFERRALS, "journal_entries": entries, "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
                  "nothing_to_count_s": round(time.monotonic() - start, 2)}
        for name, words in {"by_city": [], "by_organisation": ["--by", "organisation"], "verify": ["--verify"],
                            "page": ["--html", os.environ.get("BENCH_KEEP", PLACE / "report.html")]}.items():
            seconds, rss, told = timed(lab, "--period", period, *words)
            assert told["total"]["received"] == REFERRALS and not told.get("differences"), told.get("differences")
            result |= {f"{name}_s": seconds, f"{name}_rss_mb": rss}
            print(f"{name}: {seconds} s, {rss} MB", flush=True)
        (OUT / "report.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        print(json.dumps(result, indent=2), flush=True)
    finally:
        if lab:
            lab.close()
        postgres.close()
        shutil.rmtree(PLACE, ignore_errors=True)


if __name__ == "__main__":
    main()
