"""Who does what next: legal and illegal, early, late, twice and by the wrong one. A source of operations for the driver."""
from __future__ import annotations

import random
from datetime import datetime, timedelta

import wire
from peers import V
from world import AGENCIES, CATEGORIES, CHANNELS, CHINA, COUNTIES, HUBS

HOUR = 3600000
LEGAL = 0.62            # of what is done to a referral: what the table allows, as far as the players know
RECENT = 12             # operations of a referral that may be repeated
STAYS_KNOWN = 400       # closed referrals that are still talked about
WEIGHTS = {"suspect": 0.2, "withdraw": 0.12, "conclude": 0.5, "return": 0.3, "erase": 0.4, "decline": 0.7, "supplement": 0.3, "accept": 1.5}
LACKS = {"submit": ("summary", "parties"), "supplement": ("text",), "withdraw": ("text",), "decline": ("reason", "text"), "suspend": ("reason", "text"),
         "suspect": ("text",), "extend": ("day",), "conclude": ("conclusion", "agreement", "currency", "text"), "follow-up": ("reason", "day"), "return": ("text",)}
KINDS = {"contact": ("CONTACTED",), "note": ("JOINT_REQUESTED", "MEDIATOR_NAMED", "MEDIATOR_RECUSED"), "suspect": ("SHAM_SUSPECTED",),
         "suspend": ("SUSPENDED",), "resume": ("RESUMED",), "extend": ("EXTENDED",)}


class Actors:
    """Random, by a seed; what is chosen depends on what was told so far."""

    def __init__(self, driver, seed: int, pool: int, kills: float, moves: float) -> None:
        self.driver, self.table = driver, driver.table
        self.random = random.Random(seed)
        self.pool, self.kills, self.moves = pool, kills, moves
        self.open: list[str] = []
        self.closed: list[str] = []
        self.count = 0
        self.events = [e for e in self.table.events if any("timer" not in row.by for row in self.table.rows.values() if row.event == e)]
        self.events.remove("reroute")       # done to many at once: do_reroute
        self.legal: dict[str, list] = {}

    # -- choosing --

    def next(self) -> dict:
        r = self.random.random()
        if r < self.kills:
            return self.upset()
        if r < self.kills + 0.002:
            return {"do": "hello", "who": self.random.choice(HUBS), "via": self.random.randrange(2)}
        if r < self.kills + 0.002 + self.moves:
            return {"do": "clock", "ms": self.random.choice((HOUR // 4, HOUR, 5 * HOUR, 20 * HOUR, 70 * HOUR))}
        if len(self.open) < self.pool and self.random.random() < 0.5 or not self.open:
            return self.submit()
        return self.about(self.driver.known[self.pick()])

    def upset(self) -> dict:
        alive = self.driver.world.alive()
        if len(alive) < 2:
            return {"do": "start", "daemon": 1 - alive[0] if alive else 0}
        return {"do": "kill", "daemon": self.random.randrange(2)}

    def pick(self) -> str:
        """An open one mostly; who is found to be closed changes lists, and is forgotten after a while."""
        if self.closed and self.random.random() < 0.12:
            return self.random.choice(self.closed)
        at = self.random.randrange(len(self.open))
        ref = self.open[at]
        guess = self.driver.known[ref].guess
        if guess and guess not in self.table.open:
            self.open[at] = self.open[-1]
            self.open.pop()
            self.closed.append(ref)
            if len(self.closed) > STAYS_KNOWN:
                self.closed.pop(0)
        return ref

    def about(self, known) -> dict:
        r = self.random.random()
        if r < 0.06 and known.recent:
            return self.random.choice(known.recent)
        if r < 0.10:
            return {"do": "query", "who": known.agency, "ref": known.ref, "via": self.random.randrange(2)}
        if r < 0.13 and known.submit:
            return {**known.submit, "variant": self.random.randrange(2), "via": self.random.randrange(2)}
        op = self.operation(known, self.event(known))
        known.recent.append(op)
        if len(known.recent) > RECENT:
            known.recent.pop(0)
        return op

    def event(self, known) -> str:
        if self.random.random() > LEGAL:
            return self.random.choice(self.events)
        allowed = self.legal.get(known.guess)
        if allowed is None:
            rows = [row for row in self.table.rows.values() if row.start == known.guess and row.by != {"timer"} and row.event != "reroute"]
            allowed = self.legal[known.guess] = [row.event for row in rows], [WEIGHTS.get(row.event, 1.0) for row in rows]
        return self.random.choices(*allowed)[0] if allowed[0] else self.random.choice(self.events)

    # -- making --

    def operation(self, known, event: str) -> dict:
        op = {"do": "conclude" if event == "fail" else event, "ref": known.ref}
        if event in KINDS:
            op.update(do="progress", kind=self.random.choice(KINDS[event]))
        lacks = LACKS.get(event)
        if lacks and self.random.random() < 0.05:
            op["lacks"] = self.random.choice(lacks)
        if event in ("assign", "return", "erase"):
            return self.act(op)
        if event in ("supplement", "withdraw", "proceed"):
            return self.by_agency(op, known)
        return self.by_organisation(op, known, event)

    def act(self, op: dict) -> dict:
        op["via"] = self.random.randrange(2)
        if op["do"] == "assign":
            op["to"] = self.random.choice(self.driver.world.organisations)
        return op

    def by_agency(self, op: dict, known) -> dict:
        stranger = self.random.random() < 0.02
        op.update(who=self.random.choice(AGENCIES) if stranger else known.agency, via=self.random.randrange(2))
        if op["do"] == "supplement":
            op.update(number=f"s{self.random.randrange(12)}", variant=self.random.randrange(3))
        return op

    def by_organisation(self, op: dict, known, event: str) -> dict:
        offers = len(known.offers)
        if not offers:
            return self.by_agency({"do": "supplement", "ref": known.ref}, known)
        op["offer"] = offers - 1 if self.random.random() < 0.85 else self.random.randrange(offers)
        if self.random.random() < 0.06 and event != "follow-up":
            op["term"] = self.random.choice((-1, 1000))
        op["who"] = self.hub_of(known.offers[op["offer"]])
        self.details(op, event)
        if op.get("lacks") and not self.can_lack(op, event):
            del op["lacks"]
        return op

    def details(self, op: dict, event: str) -> None:
        if event == "suspend":
            op["why"] = 1 if self.random.random() < 0.6 else self.random.randrange(2, 7)
        elif event == "fail":
            op.update(conclusion=self.random.choice((V.CONCLUSION_TOO_FAR_APART, V.CONCLUSION_REFUSED_TO_SIGN)), told=True)
        elif event == "decline":
            op["reason"] = self.random.randrange(1, 7)
        elif event == "extend":
            op["days"] = self.random.choice((1, 5, 20, 45, 70))
        elif event == "conclude":
            op["conclusion"] = V.CONCLUSION_AGREED if self.random.random() < 0.5 else self.random.randrange(2, 9)
            op["amount"] = self.random.choice((0, 0, 120000))
            if self.random.random() < 0.7:
                op["told"] = True
            if self.random.random() < 0.3:
                op["form"] = self.random.randrange(1, 5)
        elif event == "follow-up":
            op.update(kind=self.random.choice((1, 2, 3, 3, 4, 4, 5, 6, 6)), days=self.random.randrange(3))

    @staticmethod
    def can_lack(op: dict, event: str) -> bool:
        """Whether what is left out was needed with what is said."""
        lacks = op["lacks"]
        if event == "suspend" and lacks == "text":
            return op["why"] == V.SUSPENSION_REASON_OTHER
        if event == "decline":
            return lacks == "reason" or op["reason"] == V.DECLINE_REASON_OTHER
        if event == "conclude" and lacks != "conclusion":
            wanted = V.CONCLUSION_OTHER if lacks == "text" else V.CONCLUSION_AGREED
            return op["conclusion"] == wanted and (lacks != "currency" or op["amount"] > 0)
        return True

    def hub_of(self, assignment: str) -> str:
        if self.random.random() < 0.03:
            return self.random.choice(HUBS)
        organisation = self.driver.organisation[assignment]
        return next(hub for hub, served in self.driver.world.serves.items() if organisation in served)

    def submit(self) -> dict:
        self.count += 1
        agency = self.random.choice(AGENCIES)
        channel, _, county = agency.partition("-")
        op = {"do": "submit", "who": agency, "ref": str(self.count), "mode": self.random.choice(CHANNELS[channel]),
              "place": self.random.choice(COUNTIES[county]), "category": self.random.choice(CATEGORIES), "text": self.random.randrange(len(wire.TEXTS)),
              "via": self.random.randrange(2)}
        if channel == "procuratorate":
            now = datetime.fromtimestamp(self.driver.world.now_ms / 1000, CHINA)
            op["reply_by"] = (now + timedelta(days=self.random.randrange(3, 60))).strftime("%Y-%m-%d")
        if self.random.random() < 0.05:
            op["risk"] = True
        if self.random.random() < 0.02:
            op["lacks"] = self.random.choice(LACKS["submit"])
        else:
            self.open.append(op["ref"])
        return op
