"""From an operation of a script to the message that is sent, and from the answer to a word."""
from __future__ import annotations

import hashlib
from datetime import datetime, timedelta, timezone

from case import STATES
from peers import FAULTS, STATUS, V, agency_pb2, envelope_pb2, organisation_pb2, party, referral
from referral.v1 import control_pb2

CHINA = timezone(timedelta(hours=8))
TEXTS = ["双方因门前通道堆放杂物发生争执，协商未果。", "楼上漏水多次交涉未果。", "包工头拖欠工钱，多次索要未果。", "在医院手术后出现并发症。"]
ANSWERS = ("accept", "decline", "progress", "conclude", "follow-up")        # what an organisation says
PROGRESS_EVENTS = {"CONTACTED": "contact", "JOINT_REQUESTED": "note", "MEDIATOR_NAMED": "note", "MEDIATOR_RECUSED": "note", "SUSPENDED": "suspend",
                   "RESUMED": "resume", "EXTENDED": "extend", "SHAM_SUSPECTED": "suspect"}
OPERATOR = ("assign", "return", "erase")
# What `lacks` may be, and so the answer for certain, whatever the referral's state.
FORM = {"field-missing", "reason-missing", "outcome-incomplete", "unknown-enum", "date-invalid", "date-in-future", "date-too-far",
        "too-few-parties", "mediator-invalid", "invalid"}


def event_of(op: dict) -> str:
    """The table's word for it."""
    return PROGRESS_EVENTS[op["kind"]] if op["do"] == "progress" else op["do"]


def may_become(op: dict) -> tuple[str, ...]:
    """The events that it may be recorded as: a conclusion may be a first failure only."""
    return ("conclude", "fail") if op["do"] == "conclude" else (event_of(op),)


def day(now_ms: int, days: int) -> str:
    return (datetime.fromtimestamp(now_ms / 1000, CHINA) + timedelta(days=days)).strftime("%Y-%m-%d")


def content(op: dict) -> bytes:
    """The bytes of a referral: the same whenever the operation says the same."""
    lacks = op.get("lacks")
    more = dict(summary="" if lacks == "summary" else f"{TEXTS[op.get('text', 0)]}（{op.get('variant', 0)}）")
    if op["mode"].startswith("PROCURATORATE"):
        more["reply_by"] = op["reply_by"]
        if op["mode"] != "PROCURATORATE_CIVIL_SUPERVISION":
            more["offence"] = "故意伤害罪"
    if lacks == "parties":
        more["parties"] = []
    else:
        more["parties"] = [party(), party(role="RESPONDENT", name="钱二")]
    if op.get("risk"):
        more["risk"] = {"self_harm": True}
    return referral(op["ref"], channel=op["who"].partition("-")[0], mode=op["mode"], place=op["place"], category=op.get("category", ""),
                    **more).SerializeToString(deterministic=True)


def agency_body(op: dict) -> dict:
    do, ref = op["do"], op["ref"]
    if do == "submit":
        return {"submit": agency_pb2.Submit(referrals=[content(op)])}
    if do == "supplement":
        text = "" if op.get("lacks") else f"补充材料 {op.get('variant', 0)}"
        return {"supplement": agency_pb2.Supplement(agency_ref=ref, supplement_ref=op["number"], summary=text)}
    if do == "withdraw":
        return {"withdraw": agency_pb2.Withdraw(agency_ref=ref, reason="" if op.get("lacks") else "双方已自行和解")}
    if do == "proceed":
        return {"proceed": agency_pb2.Proceed(agency_ref=ref, text="请继续调解")}
    return {"query": agency_pb2.Query(agency_ref=ref)}


def _decline(op: dict, lacks: str | None):
    reason = 0 if lacks == "reason" else op["reason"]
    text = "另有原因" if reason == V.DECLINE_REASON_OTHER and lacks != "text" else ""
    return {"decline": organisation_pb2.Decline(reason=reason, text=text)}


def _progress(op: dict, lacks: str | None, now_ms: int):
    kind = op["kind"]
    body = organisation_pb2.Progress(kind=V.ProgressKind.Value("PROGRESS_KIND_" + kind))
    if kind == "EXTENDED" and lacks != "day":
        body.until = day(now_ms, op["days"])
    if kind == "SUSPENDED" and lacks != "reason":
        body.suspension = op["why"]
    if lacks != "text" and (kind == "SHAM_SUSPECTED" or op.get("why") == V.SUSPENSION_REASON_OTHER):
        body.text = "情况说明"
    if kind.startswith("MEDIATOR"):
        body.mediator = "m-7"
    return {"progress": body}


def _conclude(op: dict, lacks: str | None):
    body = organisation_pb2.Conclude(conclusion=0 if lacks == "conclusion" else op["conclusion"])
    if op["conclusion"] == V.CONCLUSION_AGREED and lacks != "agreement":
        body.agreement_kind = op.get("form", V.AGREEMENT_KIND_WRITTEN)
        body.agreement_minor = op.get("amount", 0)
        body.currency = "CNY" if body.agreement_minor and lacks != "currency" else ""
    if (op["conclusion"] == V.CONCLUSION_OTHER or op.get("told")) and lacks != "text":
        body.text = "其他情形"
    return {"conclude": body}


def answer_body(op: dict, now_ms: int) -> dict:
    """An organisation's answer, without the assignment and term that it is about."""
    do, lacks = op["do"], op.get("lacks")
    if do == "accept":
        return {"accept": organisation_pb2.Accept()}
    if do == "decline":
        return _decline(op, lacks)
    if do == "progress":
        return _progress(op, lacks, now_ms)
    if do == "conclude":
        return _conclude(op, lacks)
    return {"follow_up": organisation_pb2.FollowUp(kind=0 if lacks == "reason" else op["kind"],
                                                   on="" if lacks == "day" else day(now_ms, -op.get("days", 0)))}


def control_words(op: dict, referral_id: str) -> list[str]:
    if op["do"] == "assign":
        return ["queue", "assign", referral_id, op["to"]]
    if op["do"] == "return":
        return ["queue", "return", referral_id] + ([] if op.get("lacks") else ["--reason", "请补充材料后重新移送"])
    return ["erase", referral_id]


def pack(request_id: str, body: dict) -> bytes:
    return envelope_pb2.ClientMessage(version=1, request_id=request_id, **body).SerializeToString()


def pack_control(words: list[str]) -> bytes:
    return control_pb2.ControlRequest(version=1, words=words, operator="model").SerializeToString()


def key_of(body: dict) -> str:
    """What is said, whatever the term it is said to."""
    (name, message), = body.items()
    return name + hashlib.sha256(message.SerializeToString(deterministic=True)).hexdigest()


# -- answers: a word, and the journal entry they name --

def of_receipt(reply) -> tuple[str, int, bytes]:
    raw = reply.receipts[0]
    receipt = agency_pb2.Receipt.FromString(raw)
    word = STATUS[receipt.status].lower()
    if word == "busy" or word == "conflict":
        return word, 0, raw
    if not receipt.referral_id:
        return "invalid", 0, raw
    return "repeat" if reply.duplicate[0] else "done", receipt.journal_seq, raw


def of_step(reply) -> tuple[str, int, bytes]:
    if reply.retry_after_ms:
        return "busy", 0, b""
    if reply.done:
        return "done" if reply.journal_hash else "repeat", reply.journal_seq, reply.journal_hash
    return FAULTS[reply.faults[0].code], 0, b""


def of_message(message) -> tuple[str, int, bytes]:
    kind = message.WhichOneof("body")
    body = getattr(message, kind)
    if kind == "submit_reply":
        return of_receipt(body)
    if kind == "step_reply":
        return of_step(body)
    if kind == "query_reply":
        return "state " + STATES[body.state], 0, b""
    if kind == "refusal":
        return ("busy", 0, b"") if body.retry_after_ms else (FAULTS[body.faults[0].code], 0, b"")
    return kind, 0, b""


def of_control(reply) -> tuple[str, int, bytes]:
    """`referralctl` shows texts; these are the ones that matter."""
    if reply.ok:
        row = next(sheet for sheet in reply.sheets if sheet.name == "act").rows[0].cells
        seq = int(row[3] or 0)
        return ("done", seq, bytes.fromhex(row[4])) if seq else ("repeat", 0, b"")
    for text, word in (("does not wait in the manual queue", "not-waiting"), ("is still open", "still-open"), ("no referral has", "referral-unknown"),
                       ("erased before", "erased-before"), ("--reason TEXT is required", "reason-missing"), ("no organisation has", "organisation-unknown"),
                       ("did not take it", "busy"), ("on its way down", "busy"), ("too many requests", "busy"), ("(state-forbids)", "state-forbids")):
        if text in reply.error:
            return word, 0, b""
    return reply.error, 0, b""
