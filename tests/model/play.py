"""One run: operations from a source, quiet points between, everything held against the journal and the database."""
from __future__ import annotations

from pathlib import Path

import database
from driver import Driver
from judge import Judge


class Run:
    """What came of it."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.epochs = 0
        self.complaints = driver.complaints


def settle(run: Run, judge: Judge, last: bool) -> None:
    """A quiet point: everything so far is judged."""
    driver = run.driver
    if not driver.world.alive():
        driver.do_start({"daemon": 0})
    refs = {s.ref for s in driver.sent}
    database.wait_quiet(driver)
    refs |= {known.ref for known, _ in driver.groups}
    judge.epoch()
    database.check_dockets(driver, {ref for ref in refs if ref in driver.known})
    database.check_rules(driver, last)
    if last:
        database.check_chains(driver)
    run.epochs += 1


def carry_out(driver: Driver, source, every: int, enough=lambda: False, tick=lambda done: None) -> Run:
    """Until the source is dry, or something is wrong, or it is enough."""
    run, judge = Run(driver), Judge(driver)
    next_quiet = every
    for op in source:
        if op["do"] == "quiet":
            settle(run, judge, False)
        else:
            driver.perform(op)
            driver.drain(driver.window - 1)
            if driver.window > 1:
                driver.pump()
        tick(driver.done)
        if driver.done >= next_quiet:
            next_quiet += every
            settle(run, judge, False)
        if driver.complaints or enough():
            break
    if not driver.complaints:
        settle(run, judge, True)
    return run


def by_actors(actors, events: int):
    """A source that asks the actors, and looks at their answers in between."""
    driver = actors.driver
    while driver.done < events:
        yield actors.next()


def report(run: Run, path: Path | None) -> str:
    lines = [f"referral {ref or '-'}: {text}" for ref, text in run.complaints[:10]]
    return "\n".join(lines) + (f"\nscript: {path}" if path else "")
