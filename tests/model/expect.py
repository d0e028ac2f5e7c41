"""Which answers an operation may get from a referral in a given state. Whether the state allows the event, only the table says."""
from __future__ import annotations

from peers import V
from wire import ANSWERS, FORM, OPERATOR, day, event_of

MOST_SUPPLEMENTS = 100
SAID_BEFORE = {"accept": ("accepted", "concluded"), "decline": ("declined",)}


def by_table(table, view, event: str, refusal: str = "state-forbids") -> set[str]:
    return {"done"} if table.next(view.state, event) else {refusal}


def said_before(sent, view, status: str) -> bool:
    do = sent.op["do"]
    said = view.said.get(sent.assignment, ())
    if sent.key in said and "?" not in said:
        return True
    if do == "conclude":
        return status == "concluded" and view.conclusion == sent.op["conclusion"]
    return status in SAID_BEFORE.get(do, ())


def perhaps_said(sent, view) -> set[str]:
    said = view.said.get(sent.assignment, ())
    return {"repeat"} if sent.key in said and "?" in said else set()


def of_answer(table, world, sent, view) -> set[str]:
    """An organisation's answer to an assignment."""
    return certain_answer(table, world, sent, view) | (perhaps_said(sent, view) if view else set())


def certain_answer(table, world, sent, view) -> set[str]:
    op, offer = sent.op, view.offers.get(sent.assignment) if view else None
    if offer is None:
        return {"assignment-unknown"}
    organisation, status = offer
    policy = world.policy(sent.mode)
    event, current = answer_event(policy, op, view), view.assignment == sent.assignment
    if organisation not in world.serves[op["who"]]:
        return {"organisation-not-yours"}
    if said_before(sent, view, status):
        return {"repeat"}
    follows = event == "follow-up"
    if follows and (not current or status == "offered"):
        return {"state-forbids" if current else "assignment-closed"}
    if not follows and (not current or status not in ("offered", "accepted")):
        return {"assignment-closed"}
    if not follows and sent.stale:
        return {"stale-term"}
    words = by_table(table, view, event)
    if "done" in words:
        words = by_policy(policy, op, view, event)
    return words if follows else words | ({"stale-term"} if sent.doubtful_term else set())


def answer_event(policy, op: dict, view) -> str:
    """Where a second mediation is foreseen, the first failure is one only once."""
    first = op["do"] == "conclude" and view.state == "accepted" and not view.conclusion and policy.second
    return "fail" if first and op["conclusion"] in (V.CONCLUSION_TOO_FAR_APART, V.CONCLUSION_REFUSED_TO_SIGN) else event_of(op)


def by_policy(policy, op: dict, view, event: str) -> set[str]:
    """What the channel asks for beyond the table."""
    if event == "extend":
        return {"done", "date-too-far", "too-many-items"} if policy.extends and not view.conclusion else {"state-forbids", "too-many-items"}
    if event == "suspend":
        return {"done", "too-many-items"} if op["why"] in policy.stops_for else {"state-forbids", "too-many-items"}
    if event == "follow-up":
        return {"done"} if view.conclusion == V.CONCLUSION_AGREED else {"state-forbids"}
    if event in ("conclude", "fail"):
        why = op["conclusion"]
        if why == V.CONCLUSION_AGREED and op.get("form", 1) not in policy.agreements:
            return {"state-forbids"}
        told = why == V.CONCLUSION_OTHER or op.get("told")
        if policy.reports and not told and why not in (V.CONCLUSION_AGREED, V.CONCLUSION_SETTLED_WITHDRAWN):
            return {"outcome-incomplete"}
    return {"done"}


def passed_meanwhile(sent) -> set[str]:
    """The clock may have been moved past the day agreed on while the message was on its way."""
    return {"date-too-far"} if sent.op.get("kind") == "EXTENDED" and sent.op["days"] <= 3 else set()


def of_submit(world, sent, view) -> set[str]:
    """What is on record is answered from the record, for ever; what is not may have come too late."""
    if view is not None and view.content == sent.key:
        return {"repeat"}
    late = {"invalid"} if "reply_by" in sent.op and sent.op["reply_by"] < day(world.now_ms, 0) else set()
    return late | ({"done"} if view is None else {"conflict"})


def of_agency(table, world, sent, view) -> set[str]:
    op = sent.op
    if op["do"] == "submit":
        return of_submit(world, sent, view)
    if view is None or op["who"] != view.agency:
        return {"referral-unknown"}
    if op["do"] == "query":
        return {"state " + view.state}
    if op["do"] == "withdraw":
        return {"repeat"} if view.state == "withdrawn" else by_table(table, view, "withdraw")
    if op["do"] == "proceed":
        return by_table(table, view, "proceed")
    held = view.supplements.get(op["number"])
    fresh = {"too-many-items"} if len(view.supplements) >= MOST_SUPPLEMENTS else by_table(table, view, "supplement")
    if held is None:
        return fresh
    known = ({"repeat"} if sent.key in held else set()) | ({"state-forbids"} if held != {sent.key} else set())
    return known | (fresh if "?" in held else set())


def of_operator(table, sent, view) -> set[str]:
    op = sent.op
    if view is None:
        return {"referral-unknown"}
    if op["do"] == "erase":
        if table.next(view.state, "erase") is None:
            return {"still-open"}
        return {"erased-before", "repeat"} if view.erased else {"done"}
    if op["do"] == "return":
        return by_table(table, view, "return", "not-waiting")
    words = by_table(table, view, "assign", "not-waiting")
    return words | {"state-forbids"} if "done" in words else words      # no free place there


def allowed(table, world, sent, view) -> set[str]:
    """The words an answer may be, were the referral as `view` (None: not on record)."""
    if sent.op.get("lacks"):
        return FORM
    if sent.op["do"] in ANSWERS:
        return of_answer(table, world, sent, view) | passed_meanwhile(sent)
    if sent.op["do"] in OPERATOR:
        return of_operator(table, sent, view)
    return of_agency(table, world, sent, view)


def acted_meanwhile(sent, view) -> set[str]:
    """An operator's act looks twice: first whether it waits, then under the lock; between the two somebody else may have acted."""
    if sent.op["do"] not in OPERATOR or view is None:
        return set()
    if sent.op["do"] == "assign" and view.state == "offered" and view.organisation == sent.op["to"]:
        return {"repeat"}
    if sent.op["do"] == "return" and view.state == "returned":
        return {"repeat"}
    return {"state-forbids"}
