"""One referral as its agency's journal tells it: each step must be a transition of the table from the state before."""
from __future__ import annotations

from peers import V
from table import CLOSED_AS, PROGRESS

STATES = {number: name[len("STATE_"):].lower().replace("_", "-") for name, number in V.State.items()}
STEPS = {number: name[len("STEP_KIND_"):].lower().replace("_", "-") for name, number in V.StepKind.items()}
FIRST = {"assigned": "offered", "queued": "manual", "refused": "refused"}       # after `received`
AGREED, OTHER = V.CONCLUSION_AGREED, V.CONCLUSION_OTHER


class View:
    """How a referral stands after a step. Never changed: the next step makes another one."""

    __slots__ = ("first", "seq", "state", "assignment", "organisation", "offers", "said", "conclusion", "supplements", "content",
                 "agency", "referral", "gone", "due_kind", "due_ms", "erased")

    def __init__(self, before: "View | None" = None) -> None:
        if before is not None:
            for name in View.__slots__:
                setattr(self, name, getattr(before, name))
            return
        self.first = self.seq = 0
        self.state = self.assignment = self.organisation = self.content = self.agency = self.referral = ""
        self.offers: dict[str, tuple[str, str]] = {}    # assignment: organisation, status
        self.said: dict[str, frozenset] = {}            # assignment: what its last answer may have been
        self.supplements: dict[str, frozenset] = {}     # number: what it may hold
        self.gone: frozenset = frozenset()              # who declined or kept silent
        self.conclusion = self.due_ms = 0
        self.due_kind, self.erased = "", False


class Group:
    """The journal entries that one event made: one, or two where a referral was placed."""

    __slots__ = ("first", "last", "event", "actor", "view", "row", "steps")


class Broken(Exception):
    """The journal tells what cannot be."""


def need(holds: bool, text: str) -> None:
    if not holds:
        raise Broken(text)


def actor_of(step, agency: str) -> str:
    who = step.actor
    if who in ("timer", "rules"):
        return who
    if who.startswith("operator:"):
        return "operator"
    return "agency" if who == agency else "organisation"


class Case:
    """Takes steps in, gives groups out."""

    def __init__(self, table, agency: str, ref: str) -> None:
        self.table, self.agency, self.ref = table, agency, ref
        self.views: list[View] = []
        self.waiting = None         # the first step of two

    @property
    def view(self) -> View | None:
        return self.views[-1] if self.views else None

    def take(self, step) -> Group | None:
        """The event that is whole with this step, or None when another one has to follow."""
        word = STEPS[step.kind]
        if self.waiting is not None:
            first, row = self.waiting
            need(step.seq == first.seq + 1, f"{word} does not follow its first half at once")
            self.waiting = None
            return self.begin(first, step) if row is None else self.finish(row, first, step)
        if word == "received":
            need(not self.views, "received once more")
            self.waiting = step, None
            return None
        need(bool(self.views), f"{word} before it was received")
        actor = actor_of(step, self.agency)
        row = self.table.row_of(self.view.state, word, actor, step.reason)
        need(row is not None, f"{word} {step.reason} by {actor} is no transition from {self.view.state}")
        if row.effect == "replace":
            self.waiting = step, row
            return None
        return self.finish(row, step, step)

    def begin(self, received, placed) -> Group:
        word = STEPS[placed.kind]
        need(word in FIRST and STATES[placed.state] == FIRST[word], f"{word} makes it {STATES[placed.state]}")
        need(placed.actor == "rules" and received.actor == self.agency, f"received from {received.actor}, placed by {placed.actor}")
        v = View()
        v.agency, v.referral, v.content = self.agency, received.referral_id, received.content_sha256.hex()
        return self.enter(v, "submit", None, received, placed, by="agency")

    def finish(self, row, first, last) -> Group:
        v = View(self.view)
        self.table.taken[row.key] += 1
        event = row.event
        old = v.assignment
        if event in CLOSED_AS and row.effect in ("replace", "close") and old:
            v.offers = {**v.offers, old: (v.offers[old][0], CLOSED_AS[event])}
        if event in ("decline", "lapse"):
            v.gone = v.gone | {v.organisation}
        if row.effect == "replace":
            need(STEPS[last.kind] == ("assigned" if STATES[last.state] == "offered" else "queued"), f"{STEPS[last.kind]} after {event}")
            need(STATES[first.state] == STATES[last.state], f"{event} halves differ in state")
            need(last.actor == "rules", f"placed by {last.actor}")
            v.assignment = v.organisation = ""
        self.details(row, first, v)
        return self.enter(v, event, row, first, last, by=actor_of(first, self.agency))

    def details(self, row, step, v: View) -> None:
        """What the step has to carry, and what it changes beside state and place."""
        if row.event == "accept":
            v.offers = {**v.offers, v.assignment: (v.organisation, "accepted")}
        if row.event in ("conclude", "fail", "undecided"):
            need(1 <= step.conclusion <= 8, f"conclusion {step.conclusion}")
            need(step.conclusion != AGREED or step.agreement_kind != 0, "agreed, and no kind of agreement")
            need(not step.agreement_minor or bool(step.currency), "an amount without currency")
            need(step.conclusion != OTHER or bool(step.note_sha256), "concluded as other, and no text")
            v.conclusion = step.conclusion
        if row.event == "withdraw":
            v.conclusion = 0
        if row.event == "suspend":
            need(step.suspension != 0, "suspended without its reason")
        if row.event in ("return", "withdraw", "suspect"):
            need(bool(step.note_sha256), f"{row.event} without a reason in words")
        if row.event == "decline":
            need(bool(step.reason), "declined without a reason")
        if row.event == "follow-up":
            need(step.follow_up != 0, "a follow-up without its kind")
        if row.event == "erase":
            v.erased = True

    def enter(self, v: View, event: str, row, first, last, by: str) -> Group:
        v.first, v.seq, v.state = first.seq, last.seq, STATES[last.state]
        need(row is None or v.state in row.to, f"{event} leads to {v.state}")
        v.due_kind, v.due_ms = last.due_kind, last.due_ms
        is_open = v.state in self.table.open
        need(is_open == bool(v.due_kind) == bool(v.due_ms), f"{v.state}, and due is {v.due_kind!r} at {v.due_ms}")
        if is_open and row is not None:
            need(v.due_kind in self.table.due[v.state], f"{v.state}, and due is {v.due_kind}")
        if STEPS[last.kind] == "assigned":
            self.offer(v, last)
        if v.state == "manual":
            v.assignment = v.organisation = ""
        need(v.state not in self.table.held or bool(v.assignment), f"{v.state}, and nobody has it")
        g = Group()
        g.first, g.last, g.event, g.actor, g.view, g.row, g.steps = first.seq, last.seq, event, by, v, row, (first, last)
        self.views.append(v)
        return g

    def offer(self, v: View, step) -> None:
        need(step.assignment_id not in v.offers, "an assignment a second time")
        need(step.actor != "rules" or step.organisation_id not in v.gone, f"offered to {step.organisation_id} again, which did not take it")
        v.assignment, v.organisation = step.assignment_id, step.organisation_id
        v.offers = {**v.offers, step.assignment_id: (step.organisation_id, "offered")}

    def forget(self) -> None:
        """Keeps only how it stands now."""
        del self.views[:-1]
