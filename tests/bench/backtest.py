"""make bench-backtest: how fast stored referrals are decided again by a rule set, and where the time goes.

On a private server: months of referrals by tests/bench/history.c, then `referralctl rules backtest` with the shipped rules and
with a changed copy, a few rounds each. All is counted that takes part: referralctl's wall time, its CPU and memory, and the CPU
of PostgreSQL. Prints what was measured and on what, and writes build/bench/backtest.json.

BENCH_REFERRALS (1000000), BENCH_DAYS (90) and BENCH_ROUNDS (3) change it.
"""
from __future__ import annotations

import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "system")]
os.environ.setdefault("REFERRAL_TEST_BUILD", str(ROOT / "build" / "release"))

from lab import Lab, Postgres, psql, run  # noqa: E402

REFERRALS = int(os.environ.get("BENCH_REFERRALS", "1000000"))
DAYS = int(os.environ.get("BENCH_DAYS", "90"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
OUT = ROOT / "build" / "bench"
PLACE = OUT / "backtest"
BUILD = ROOT / "build" / "release"
SERVER = {"shared_buffers": "512MB", "max_wal_size": "8GB", "checkpoint_timeout": "30min"}


def history(lab: Lab) -> dict:
    """The database filled."""
    lab.migrate()
    psql(lab.conninfo, f"SELECT referral.ensure_partitions((now() - interval '{DAYS + 31} days')::date, {DAYS // 30 + 4})")
    made = json.loads(run([BUILD / "tests" / "bench" / "history", lab.config, lab.conninfo, lab.config / "keys" / "personal.keys",
                           ROOT / "deploy" / "run" / "referrals.jsonl", REFERRALS, DAYS]))
    psql(lab.conninfo, "VACUUM ANALYZE")
    psql(lab.conninfo, "CHECKPOINT")
    return made


def server_cpu(postgres: Postgres) -> float:
    """Seconds of CPU that the server's finished processes have used."""
    pid = (postgres.directory / "data" / "postmaster.pid").read_text().split()[0]
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def once(lab: Lab, postgres: Postgres, directory: Path) -> dict:
    """One run: its own report, and what it took."""
    before, start = server_cpu(postgres), time.monotonic()
    with (PLACE / "out.json").open("wb") as out:
        child = subprocess.Popen([str(BUILD / "referralctl"), "rules", "backtest", str(directory), "-c", str(lab.config), "--since",
                                  f"{DAYS + 5}d", "--json"], stdout=out)
        _, status, used = os.wait4(child.pid, 0)
    wall = time.monotonic() - start
    assert status == 0, status
    report = json.loads((PLACE / "out.json").read_text(encoding="utf-8"))
    assert report["summary"]["referrals"] == REFERRALS, report["summary"]
    took = report["took"]
    return {"seconds": round(wall, 2), "per_s": round(REFERRALS / wall), "rss_mb": round(used.ru_maxrss / 1024, 1),
            "moved": report["summary"]["moved"], "cpu_referralctl_s": round(used.ru_utime + used.ru_stime, 2),
            "cpu_postgresql_s": round(server_cpu(postgres) - before, 2), "cpu_reading_s": took["cpu_reading"],
            "cpu_workers_s": took["cpu_working"], "cpu_ladders_and_counting_s": took["cpu_counting"],
            "workers_unsealing_s": took["unseal"], "workers_records_s": took["record"], "workers_referrals_s": took["referral"],
            "workers_rules_s": took["rules"]}


def changed(lab: Lab) -> Path:
    """The rules with one edit: neighbours' disputes that were to stay in the village go to the town at once."""
    copy = PLACE / "changed"
    shutil.copytree(lab.config, copy)
    path = next(path for path in sorted((copy / "rules").glob("*neighbour*.yaml")) if "level: village" in path.read_text(encoding="utf-8"))
    path.write_text(re.sub(r"level: village\b", "level: town", path.read_text(encoding="utf-8")), encoding="utf-8")
    return copy


def rounds(lab: Lab, postgres: Postgres, directory: Path, name: str) -> dict:
    results = []
    for i in range(ROUNDS):
        results.append(once(lab, postgres, directory))
        print(f"{name}, round {i + 1}: {results[-1]}", flush=True)
    middle = sorted(results, key=lambda one: one["seconds"])[len(results) // 2]
    return {**middle, "rounds_s": [one["seconds"] for one in results]}


def main() -> None:
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    postgres = Postgres(PLACE / "pg")
    lab = None
    try:
        postgres.settings(**SERVER)
        postgres.crash()
        postgres.start()
        lab = Lab(PLACE / "lab", config=ROOT / "config", postgres=postgres)
        print(f"cores {os.cpu_count()}, load {os.getloadavg()[0]:.1f}, {platform.machine()}, {run(['psql', '--version']).strip()}, "
              f"{SERVER}", flush=True)
        made = history(lab)
        size = int(psql(lab.conninfo, "SELECT pg_database_size(current_database())")[0][0]) / 1e6
        print(f"history: {made}, {size:.0f} MB", flush=True)
        same = rounds(lab, postgres, lab.config, "same rules")
        other = rounds(lab, postgres, changed(lab), "changed rules")
        assert same["moved"] == 0 and other["moved"] > 0
        result = {"referrals": REFERRALS, "days": DAYS, **same, "changed": other, "history": made, "database_mb": round(size),
                  "cores": os.cpu_count(), "load_average": round(os.getloadavg()[0], 1), "server_settings": SERVER,
                  "postgresql": psql(lab.conninfo, "SHOW server_version")[0][0], "kernel": platform.release()}
        (OUT / "backtest.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        print(json.dumps(result, indent=2), flush=True)
    finally:
        if lab:
            lab.close()
        postgres.close()
        shutil.rmtree(PLACE, ignore_errors=True)


main()
