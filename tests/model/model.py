#!/usr/bin/env python3
"""model.py - random actors against two daemons on one database, everything held against the table of transitions

    model.py --events 1000000 --seed 7 [--jobs 2] [--out build/model]

Every job has a database and two daemons of its own, its own seed, and its share of the events. What goes wrong leaves a
script, and what was asked and recorded for each referral concerned.
"""
from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import sys
import time
from pathlib import Path

os.environ.setdefault("REFERRAL_TEST_BUILD", str(Path(__file__).resolve().parents[2] / "build" / "release"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "system"))

import play  # noqa: E402
import script  # noqa: E402
import table as lifecycle  # noqa: E402
from actors import Actors  # noqa: E402
from driver import Driver  # noqa: E402
from lab import BUILD  # noqa: E402
from world import World  # noqa: E402

EVERY = 20000       # events between two quiet points


def coverage(table) -> dict:
    """How often each row was taken, and each other pair of state and event refused."""
    rows = {" ".join(key): table.taken[key] for key in sorted(table.rows)}
    pairs = {f"{state} {event}": table.refused[state, event] for state in table.states for event in table.events if (state, event) not in table.rows}
    return {"taken": rows, "refused": {name: n for name, n in pairs.items() if n}}


def one_job(seed: int, events: int, options, told) -> dict:
    """A run of its own; `told` hears of the progress. What it found, ready to be written down."""
    out = options.out / f"seed-{seed}"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    path, started = out / "script.jsonl", time.monotonic()
    header = {"model": 1, "seed": seed, "pool": options.pool, "window": options.window, "plant": options.plant, "swallow": options.swallow}
    table = lifecycle.read(BUILD / "referralctl", options.plant)
    world = World(out / "lab", options.pool)
    writer = script.Writer(path, header)
    try:
        driver = Driver(world, table, writer, options.window, options.swallow)
        actors = Actors(driver, seed, options.pool, options.kills, options.moves)
        run = play.carry_out(driver, play.by_actors(actors, events), options.every, tick=told)
        rows = int(world.sql.value("SELECT count(*) FROM docket"))
        entries = int(world.sql.value("SELECT sum(seq) FROM chain"))
        days = round((world.now_ms - world.started_ms) / 86400000, 1)
    finally:
        writer.close()
        world.close()
    shutil.rmtree(out / "lab", ignore_errors=True)
    if not run.complaints:
        path.unlink()
    for ref, lines in driver.histories.items():
        (out / f"referral-{ref}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"seed": seed, "events": driver.done, "skipped": driver.skipped, "seconds": round(time.monotonic() - started, 1), "referrals": rows,
            "entries": entries, "days": days, "daemon_starts": world.starts, "quiet_points": run.epochs, "answers": dict(driver.words),
            "complaints": [list(c) for c in run.complaints[:20]], "script": str(path) if run.complaints else "", **coverage(table)}


class Bar:
    """Progress of all jobs together, on a terminal."""

    def __init__(self, total: int, jobs: int) -> None:
        self.total, self.started, self.drawn = total, time.monotonic(), 0.0
        self.done = multiprocessing.Array("l", jobs)
        self.shown = sys.stderr.isatty()

    def tick(self, job: int):
        def told(done: int) -> None:
            self.done[job] = done
            if job == 0 and self.shown and time.monotonic() - self.drawn > 0.2:
                self.draw()
        return told

    def draw(self, end: str = "") -> None:
        self.drawn = time.monotonic()
        done, spent = sum(self.done), max(self.drawn - self.started, 0.001)
        share, rate = min(1.0, done / self.total), done / spent
        left = (self.total - done) / rate if rate else 0
        bar = "█" * int(share * 30)
        sys.stderr.write(f"\r\x1b[Kmodel {bar:░<30} {share:4.0%}  {done:,} of {self.total:,}  {rate:,.0f}/s  {left:,.0f} s left{end}")
        sys.stderr.flush()


def work(job: int, options, bar: Bar, results) -> None:
    share = options.events // options.jobs + (job < options.events % options.jobs)
    try:
        results.put(one_job(options.seed + job, share, options, bar.tick(job)))
    except BaseException as error:      # told by whoever waits
        results.put({"seed": options.seed + job, "events": 0, "complaints": [["", repr(error)]], "script": ""})
        raise


def arguments(words: list[str] | None = None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--pool", type=int, default=1500, help="open referrals at a time, a job")
    parser.add_argument("--window", type=int, default=256, help="operations under way at a time, a job")
    parser.add_argument("--every", type=int, default=EVERY, help="events between two quiet points")
    parser.add_argument("--kills", type=float, default=0.0001, help="share of events that kill or start a daemon")
    parser.add_argument("--moves", type=float, default=0.002, help="share of events that move the clock, by up to three days")
    parser.add_argument("--out", type=Path, default=Path("build/model"))
    parser.add_argument("--plant", default="", help="leave this row out of the model's table, e.g. 'suspended conclude': the model has to fail")
    parser.add_argument("--swallow", default="", help="never send this kind of operation, and take it for done: the model has to fail")
    return parser.parse_args(words)


def together(options) -> list[dict]:
    bar, results = Bar(options.events, options.jobs), multiprocessing.Queue()
    children = [multiprocessing.Process(target=work, args=(job, options, bar, results)) for job in range(options.jobs)]
    for child in children:
        child.start()
    found = [results.get() for _ in children]
    for child in children:
        child.join()
    if bar.shown:
        bar.draw("\n")
    return sorted(found, key=lambda one: one["seed"])


def main() -> int:
    options = arguments()
    options.out = options.out.resolve()     # sockets want whole paths
    options.out.mkdir(parents=True, exist_ok=True)
    found = together(options)
    (options.out / "result.json").write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    for one in found:
        speed = one["events"] / one["seconds"] if one.get("seconds") else 0
        print(f"seed {one['seed']}: {one['events']:,} events, {one.get('referrals', 0):,} referrals, {speed:,.0f} events/s, "
              f"{len(one['complaints'])} complaints")
        for ref, text in one["complaints"][:5]:
            print(f"  referral {ref or '-'}: {text}")
        if one["script"]:
            print(f"  script: {one['script']}")
    return 1 if any(one["complaints"] for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
