"""make bench-intake: how fast the router takes referrals in, beside how fast PostgreSQL takes the same rows.

In one run, on one private server with durable settings, alternating: plain libpq writing arrays (the ceiling), then
agencies over CURVE through the router with the shipped configuration. Then half that load for the latencies, then
commits of a single row. Prints what was measured and on what, and writes build/bench/intake.json.
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
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "system")]
os.environ.setdefault("REFERRAL_TEST_BUILD", str(ROOT / "build" / "release"))

from lab import Lab, Postgres, psql, run  # noqa: E402
from peers import wait_until  # noqa: E402

# As docs/operations.md advises for a server that takes bursts: WAL files are kept for reuse, checkpoints are rare.
SERVER = {"min_wal_size": "2GB", "max_wal_size": "8GB", "checkpoint_timeout": "15min"}
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
WINDOW = int(os.environ.get("BENCH_WINDOW", "128"))
KEEPERS = int(os.environ.get("BENCH_KEEPERS", "2"))
BENCH = ROOT / "build" / "bench"
BUILD = ROOT / "build" / "release"


def agencies() -> list[tuple[str, str]]:
    """Eight courts in eight cities, each with the villages of its own county."""
    first: dict[str, list[str]] = {}
    for line in (ROOT / "config" / "regions" / "jiangsu.csv").read_text(encoding="utf-8").splitlines()[1:]:
        code, kind, _ = line.split(",")
        if len(code) == 12 and kind in ("village", "community"):
            first.setdefault(code[:6], []).append(code)
    chosen: dict[str, tuple[str, str]] = {}
    for county, villages in sorted(first.items()):
        chosen.setdefault(county[:4], (f"court-{county}", ",".join(villages[:400])))
    return list(chosen.values())[:8]


def give_room(lab: Lab) -> None:
    """Capacities that the run cannot fill, so that every referral is assigned, as the ceiling's rows are."""
    for path in (lab.config / "organisations").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"capacity: \d+", "capacity: 100000", text), encoding="utf-8")


def tool(name: str, *words: object) -> dict:
    return json.loads(run([BUILD / "tests" / "bench" / name, *words]))


def rss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def start(lab: Lab) -> subprocess.Popen:
    """The daemon as it would serve: every line of its log written, to a file."""
    log = (lab.directory / "daemon.log").open("wb")
    daemon = subprocess.Popen([str(BUILD / "referrald"), "-c", str(lab.config)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=log)
    wait_until(lambda: daemon.poll() is not None or ready(lab), 60)
    return daemon


def ready(lab: Lab) -> bool:
    try:
        return lab.http("/readyz")[0] == 200
    except OSError:
        return False


def ceiling_database(postgres: Postgres, lab: Lab) -> str:
    """The same schema, in a database of its own."""
    psql(postgres.conninfo(), "DROP DATABASE IF EXISTS ceiling WITH (FORCE)")
    psql(postgres.conninfo(), "CREATE DATABASE ceiling")
    other = postgres.conninfo("ceiling")
    copy = lab.directory / "ceiling"
    shutil.copytree(lab.config, copy)
    path = copy / "referrald.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(lab.conninfo, other), encoding="utf-8")
    run([BUILD / "referrald", "migrate", "-c", copy])
    return other


def main() -> None:
    shutil.rmtree(BENCH, ignore_errors=True)
    BENCH.mkdir(parents=True)
    postgres = Postgres(BENCH / "pg")
    lab = daemon = None
    for name, value in SERVER.items():
        psql(postgres.conninfo(), f"ALTER SYSTEM SET {name} = '{value}'")
    psql(postgres.conninfo(), "SELECT pg_reload_conf()")
    try:
        (BENCH / "lab").mkdir()
        lab = Lab(BENCH / "lab", config=ROOT / "config", postgres=postgres, keepers=KEEPERS)
        senders = agencies()
        lab.enrol(*(name for name, _ in senders))
        lab.migrate()
        give_room(lab)
        other = ceiling_database(postgres, lab)
        daemon = start(lab)
        specs = [f"{name}={place}" for name, place in senders]
        load = lambda seconds, rate: tool("load", lab.ends["agencies"], lab.config / "keys" / "router.pub", lab.clients,
                                          seconds, rate, WINDOW, *specs)
        print(f"cores {os.cpu_count()}, {platform.processor() or platform.machine()}, {run(['psql', '--version']).strip()}, "
              f"synchronous_commit={psql(lab.conninfo, 'SHOW synchronous_commit')[0][0]}, {KEEPERS} keepers, "
              f"{len(specs)} agencies with a window of {WINDOW}, {SERVER}", flush=True)
        load(3, 0)
        ceilings, intakes = [], []
        for i in range(ROUNDS):
            ceilings.append(tool("ceiling", other, SECONDS, KEEPERS)["per_s"])
            before = cpu_seconds(daemon.pid)
            taken = load(SECONDS, 0)
            intakes.append(taken["per_s"])
            assert taken["assigned"] == taken["receipts"], taken
            print(f"round {i + 1}: ceiling {ceilings[-1]:8.0f}/s   intake {intakes[-1]:8.0f}/s   ratio "
                  f"{intakes[-1] / ceilings[-1]:.2f}   p99 at full load {taken['p99_ms']:.1f} ms   busy {taken['busy']}   "
                  f"daemon {(cpu_seconds(daemon.pid) - before) / taken['seconds']:.2f} cores", flush=True)
        intake, top = statistics.median(intakes), statistics.median(ceilings)
        psql(postgres.conninfo(), "CHECKPOINT")  # the full-load rounds' pages are theirs to write, not the half load's
        half = load(SECONDS, intake / 2)
        single = tool("ceiling", other, min(SECONDS, 5), "single")
        result = {
            "intake_per_s": round(intake, 1), "ceiling_per_s": round(top, 1),
            "ratio": round(statistics.median(a / b for a, b in zip(intakes, ceilings)), 3),
            "half_load_per_s": half["per_s"], "half_load_p50_ms": half["p50_ms"], "half_load_p99_ms": half["p99_ms"],
            "commit_p50_ms": single["p50_ms"], "commit_p99_ms": single["p99_ms"],
            "half_load_p99_over_commit_p99": round(half["p99_ms"] / single["p99_ms"], 2),
            "rss_mb": round(rss_mb(daemon.pid), 1), "cores": os.cpu_count(), "keepers": KEEPERS,
            "agencies": len(specs), "window": WINDOW, "referral_bytes": half["referral_bytes"],
            "rounds": [{"ceiling_per_s": c, "intake_per_s": i} for c, i in zip(ceilings, intakes)],
            "assigned_share": round(half["assigned"] / half["receipts"], 3), "server_settings": SERVER,
            "postgresql": psql(lab.conninfo, "SHOW server_version")[0][0],
            "router": run([BUILD / "referrald", "--version"]).strip(), "kernel": platform.release(),
        }
        (BENCH / "intake.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        print(json.dumps(result, indent=2), flush=True)
    finally:
        if daemon:
            daemon.terminate()
            daemon.wait(40)
        if lab:
            lab.close()
        subprocess.run(["bash", str(ROOT / "deploy" / "run" / "postgres.sh"), "stop", str(BENCH / "pg")], check=False)


main()
