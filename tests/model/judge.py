"""Holds what everybody was told against the journal: the order of the entries must explain every answer.

Each operation has a window: after what was committed when it was sent, before what was done by operations that were sent after its answer had come.
What was done must stand in the journal inside its window, once. What was refused must be refused by some state inside its window. What was lost
may stand there or not. And no step may stand there that nobody caused.
"""
from __future__ import annotations

from bisect import bisect_right

import expect
import wire

NOTHING_RECORDED = ("busy", "not-permitted", "lost")


class Judge:
    def __init__(self, driver) -> None:
        self.driver, self.table, self.world = driver, driver.table, driver.world
        self.lost: dict[str, list] = {}         # referral: operations whose answer was lost, and may still turn out to be done
        self.receipts: dict[str, bytes] = {}    # the first final one

    def epoch(self) -> None:
        """Everything since the last time; all is quiet."""
        sent, self.driver.sent = self.driver.sent, []
        groups, self.driver.groups = self.driver.groups, []
        self.entries = {(known.agency, group.last): (known, group) for known, group in groups}
        self.limits(sent)
        self.read_terms(sent)
        self.claimed: dict[int, object] = {}
        for s in sent:
            self.driver.words[s.word.split()[0]] += 1
            if s.word == "lost":
                self.lost.setdefault(s.ref, []).append(s)
        for s in sent:
            if s.word == "done":
                self.claim(s)
        for known, group in groups:
            self.caused(known, group)
        for s in sent:
            if s.word != "lost":
                self.explain(s)
        self.lost.clear()
        for ref in list(dict.fromkeys(ref for ref, _ in self.driver.complaints if ref))[:5]:
            self.driver.histories[ref] = self.history(ref, sent, groups)
        for ref in {known.ref for known, _ in groups}:
            self.driver.known[ref].case.forget()

    def limits(self, sent: list) -> None:
        """For each agency: what was done, by the moment of sending, with the least entry of all sent later."""
        self.later: dict[str, tuple[list, list]] = {}
        done: dict[str, list] = {}
        for s in sent:
            if s.word == "done" and (s.agency, s.seq) in self.entries:
                done.setdefault(s.agency, []).append((s.invoked, self.entries[s.agency, s.seq][1].first))
        for agency, rows in done.items():
            rows.sort()
            least, out = 1 << 62, []
            for _, first in reversed(rows):
                least = min(least, first)
                out.append(least)
            self.later[agency] = [moment for moment, _ in rows], out[::-1]

    def highest(self, s) -> int:
        """Everything after this entry came after the answer."""
        moments, least = self.later.get(s.agency, ([], []))
        at = bisect_right(moments, s.answered)
        return least[at] - 1 if at < len(least) else 1 << 62

    def claim(self, s) -> None:
        """A confirmation names its entry."""
        found = self.entries.get((s.agency, s.seq))
        if found is None:
            self.complain(s, f"was told done, entry {s.seq}, and no event ends there")
            return
        known, group = found
        if known.ref != s.ref or group.event not in wire.may_become(s.op) or group.actor != self.actor(s):
            self.complain(s, f"was told done, entry {s.seq}, which is {group.event} of {known.ref} by {group.actor}")
        elif id(group) in self.claimed:
            self.complain(s, f"was told done, entry {s.seq}, as another one was")
        elif s.op.get("lacks"):
            self.complain(s, f"was done without {s.op['lacks']}")
        elif not s.lo < group.first <= self.highest(s):
            self.complain(s, f"entry {s.seq} lies outside of when it was asked, {s.lo} to {self.highest(s)}")
        else:
            self.claimed[id(group)] = s

    @staticmethod
    def actor(s) -> str:
        return "organisation" if s.op["do"] in wire.ANSWERS else "operator" if s.op["do"] in wire.OPERATOR else "agency"

    def caused(self, known, group) -> None:
        """Who caused it, and whether he might. Groups come in the order of the journal: what was said is carried on from view to view."""
        at = known.case.views.index(group.view)
        before = known.case.views[at - 1] if at else None
        if before is not None:
            group.view.said, group.view.supplements = before.said, before.supplements
            if group.event == "proceed":        # what is said from now on is said anew, if in the same words
                group.view.said = {name: said for name, said in before.said.items() if name != group.view.assignment}
        s = self.claimed.get(id(group))
        if s is not None:
            self.remember(group.view, [s])
            words = expect.allowed(self.table, self.world, s, before)
            if "done" not in words:
                self.complain(s, f"was done; it was {before.state if before else 'unknown'}: {' or '.join(sorted(words))}")
            return
        if group.actor == "timer" or group.event == "reroute":
            return
        doubtful = [s for s in self.lost.get(known.ref, ()) if group.event in wire.may_become(s.op) and self.actor(s) == group.actor]
        if not doubtful:
            self.driver.complain(known.ref, f"entry {group.last}: {group.event} by {group.actor}, and nobody has asked for it")
        self.remember(group.view, doubtful)

    @staticmethod
    def remember(view, causes: list) -> None:
        """What was said, for repetitions; where several may have been the cause, each of them may or may not have been ("?")."""
        doubt = {"?"} if len({s.key for s in causes}) > 1 else set()
        for s in causes:
            if s.assignment:
                view.said = {**view.said, s.assignment: frozenset({x.key for x in causes if x.assignment == s.assignment} | doubt)}
            if s.op["do"] == "supplement":
                number = s.op["number"]
                view.supplements = {**view.supplements, number: view.supplements.get(number, frozenset()) | {s.key} | doubt}

    def explain(self, s) -> None:
        """A state inside the window in which this answer is the one to give."""
        if s.word in NOTHING_RECORDED:
            return
        if s.op["do"] == "submit" and s.word in ("done", "repeat"):
            self.same_receipt(s)
        if s.word == "done":
            return
        words = set()
        views = self.window(s)
        if s.word == "stale-term":
            s.doubtful_term = s.term < self.newest.get(s.assignment, 0)     # raised before its holder had seen it
        for view in views:
            words |= expect.allowed(self.table, self.world, s, view)
            if s.word in words:
                break
        else:
            if len(views) > 1:
                for view in views:
                    words |= expect.acted_meanwhile(s, view)
            if s.word not in words:
                states = [view.state if view else "unknown" for view in views]
                self.complain(s, f"was told {s.word!r}; it was {', '.join(states)}: {' or '.join(sorted(words))}")
                return
        if s.word == "state-forbids" and views[0] is not None:
            self.table.refused[views[0].state, wire.event_of(s.op)] += 1

    def read_terms(self, sent: list) -> None:
        """What the newest term is of each assignment that an answer was too old for."""
        ids = {s.assignment for s in sent if s.word == "stale-term"}
        self.newest = {}
        if ids:
            self.newest = {row[0]: int(row[1]) for row in
                           self.world.sql.rows("SELECT id, term FROM assignment WHERE id IN ('" + "','".join(ids) + "')")}

    def window(self, s) -> list:
        case = self.driver.known[s.ref].case
        views = case.views if case else []
        highest = self.highest(s)
        at = 0
        while at < len(views) and views[at].seq <= s.lo:
            at += 1
        out: list = [views[at - 1]] if at else [None]
        while at < len(views) and views[at].first <= highest:
            out.append(views[at])
            at += 1
        return out

    def same_receipt(self, s) -> None:
        """The same referral has the same receipt, for ever."""
        if self.receipts.setdefault(s.ref, s.mark) != s.mark:
            self.complain(s, "was given another receipt than before")

    def complain(self, s, text: str) -> None:
        op = {name: value for name, value in s.op.items() if name not in ("ref", "do", "who")}
        self.driver.complain(s.ref, f"{s.op['do']} by {s.actor} {op} {text}")

    def history(self, ref: str, sent: list, groups: list) -> list[str]:
        """Everything of this epoch about a referral, for whoever looks into a complaint."""
        known, lines = self.driver.known[ref], []
        for view in known.case.views[:1] if known.case else []:
            lines.append((view.first, f"{view.first:>6} before: {view.state} {view.organisation} {view.assignment}"))
        for one, group in groups:
            if one is known:
                v = group.view
                lines.append((group.first, f"{group.first:>6} {group.event} by {group.actor}: {v.state} {v.organisation} {v.assignment} due {v.due_kind}"))
        for s in sent:
            if s.ref == ref:
                lines.append((s.lo + 0.5, f"{s.lo:>6}>> {s.op} daemon {s.daemon} sent at {s.invoked}, at {s.answered} told {s.word} {s.seq or ''} "
                              f"(up to {self.highest(s) if self.highest(s) < 1 << 62 else 'the end'}) {s.assignment} {s.term}"))
        return [text for _, text in sorted(lines)]
