"""The transition table, as `referralctl lifecycle --format json` prints it. It is the specification: what may follow what is asked here,
and nowhere else in the model."""
from __future__ import annotations

import json
import subprocess
from collections import Counter, defaultdict
from pathlib import Path

# How what travels is called in the table: a vocabulary, no rules.
PROGRESS = {"contacted": "contact", "joint-requested": "note", "mediator-named": "note", "mediator-recused": "note", "suspended": "suspend",
            "resumed": "resume", "extended": "extend"}
CLOSED_AS = {"decline": "declined", "lapse": "lapsed", "conclude": "concluded", "undecided": "concluded", "withdraw": "cancelled",
             "reroute": "moved"}
NOBODY_HAS_IT = ("manual", "following")     # of the open states


class Row:
    """One transition."""

    def __init__(self, raw: dict) -> None:
        self.start, self.event, self.step = raw["from"], raw["event"], raw["step"]
        self.by = set(raw["by"].replace(",", " ").split())
        self.needs = set(raw["needs"].replace(",", " ").split())
        self.to = tuple(raw["to"].split(" or "))
        self.effect = raw["assignment"]
        self.due = set(raw["due"].split(" or ")) - {""}
        self.key = (self.start, self.event)


class Table:
    def __init__(self, raw: dict) -> None:
        rows = [Row(one) for one in raw["transitions"]]
        self.rows = {row.key: row for row in rows}
        self.events = sorted({row.event for row in rows})
        self.states = sorted({row.start for row in rows})
        self.open = {row.start for row in rows if row.due and "timer" in row.by}
        self.held = self.open - set(NOBODY_HAS_IT)
        self.due = {row.start: row.due | ({"contact"} if row.start == "accepted" else set()) for row in rows if row.to == (row.start,)}
        self.by_step = defaultdict(list)
        for row in rows:
            self.by_step[row.start, row.step].append(row)
        self.of_actor = {actor: [row for row in rows if actor in row.by] for actor in ("agency", "organisation", "operator", "timer")}
        self.taken: Counter = Counter()     # rows that were seen to be taken
        self.refused: Counter = Counter()   # (state, event) that were seen to be refused

    def next(self, state: str, event: str) -> Row | None:
        return self.rows.get((state, event))

    def row_of(self, state: str, step: str, actor: str, reason: str) -> Row | None:
        """The row that a step in the journal stands for."""
        fitting = [row for row in self.by_step[state, step] if actor in row.by]
        if step == "progress":
            fitting = [row for row in fitting if row.event == PROGRESS.get(reason)]
        return fitting[0] if len(fitting) == 1 else None


def read(referralctl: Path, plant: str = "") -> Table:
    """From the program itself; `plant` leaves a row out (`suspended conclude`), so that a test can see the model fail."""
    raw = json.loads(subprocess.run([str(referralctl), "lifecycle", "--format", "json"], check=True, capture_output=True).stdout)
    if plant:
        before = len(raw["transitions"])
        raw["transitions"] = [row for row in raw["transitions"] if f"{row['from']} {row['event']}" != plant]
        assert len(raw["transitions"]) == before - 1, f"the table has no row {plant!r}"
    return Table(raw)
