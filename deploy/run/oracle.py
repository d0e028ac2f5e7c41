#!/usr/bin/python3
"""Counts what became of the traffic, and finds every contradiction between the ledgers and the database.

Runs after the traffic has stopped and drained. It trusts neither side: what senders and receivers were told
must stand in the database, and what stands in the database must have been told. The meaning of each number
is in run.py. Prints the inconsistencies, then the numbers as one JSON object; exits 1 when there are any.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from pathlib import Path

from database import rows
from ledger import read

# Every statement of the oracle. Bytes come as hex; the states and kinds are the numbers of vocabulary.proto.
SQL = {
    "submissions": "SELECT agency, agency_ref, encode(content, 'hex'), referral, encode(receipt, 'hex')"
                   " FROM referral.submission",
    "referrals": "SELECT id FROM referral.referral",
    "dockets": "SELECT referral, state, coalesce(organisation, ''), conclusion FROM referral.docket",
    "assignments": "SELECT id, referral, organisation, status, role FROM referral.assignment",
    "loads": "SELECT l.organisation, l.open, l.capacity, count(a.id) FROM referral.load l"
             " LEFT JOIN referral.assignment a ON a.organisation = l.organisation AND a.status IN (1, 2) AND a.role = 0"
             " GROUP BY 1, 2, 3",
    "chains": "SELECT agency, seq, encode(hash, 'hex'), cursor_seq FROM referral.chain",
    "journal": "SELECT agency, seq, encode(body, 'hex'), encode(hash, 'hex'), referral, kind FROM referral.journal"
               " ORDER BY agency, seq",
    "supplements": "SELECT referral, count(*) FROM referral.supplement GROUP BY 1",
    "quarantine": "SELECT count(*) FROM referral.quarantine",
}
OFFERED, ACCEPTED, DECLINED, LAPSED, CANCELLED, CONCLUDED, MOVED = "1234567"    # assignment.status
LEAD = "0"                                                                      # assignment.role
STATE_CONCLUDED, STATE_REFUSED, STATE_WITHDRAWN, STATE_FOLLOWING = "5", "6", "7", "9"  # docket.state
KIND_RECEIVED = "1"                                                             # journal.kind
FINAL = ("accepted", "manual", "refused")
ENDED = {"assignment-closed", "state-forbids", "stale-term", "assignment-unknown"}  # may meet a withdrawn case
SHOWN = 40                                                                      # complaints printed in full


class Evidence:
    """The ledgers, sorted by what they testify."""

    def __init__(self, ledgers: list[Path]) -> None:
        self.sent: dict[tuple, dict] = {}
        self.receipts: dict[tuple, dict] = {}
        self.records: dict[str, list[dict]] = {}
        for path in ledgers:
            for record in read(path):
                key = (path.stem, record.get("item"))
                if record["kind"] == "sent":
                    self.sent[key] = record
                elif record["kind"] == "receipt":
                    self.receipts[key] = record
                else:
                    self.records.setdefault(record["kind"], []).append(record)

    def of(self, kind: str) -> list[dict]:
        return self.records.get(kind, [])


class Oracle:
    """Holds both sides and collects complaints."""

    def __init__(self, conninfo: str, evidence: Evidence) -> None:
        self.evidence = evidence
        table = {name: rows(conninfo, sql) for name, sql in SQL.items()}
        self.submissions = {(r[0], r[1]): r for r in table["submissions"]}
        self.referrals = Counter(r[0] for r in table["referrals"])
        self.dockets = {r[0]: r for r in table["dockets"]}
        self.assignments = {r[0]: r for r in table["assignments"]}
        self.loads, self.chains = table["loads"], {r[0]: r for r in table["chains"]}
        self.journal = table["journal"]
        self.supplements = {r[0]: int(r[1]) for r in table["supplements"]}
        self.quarantined = int(table["quarantine"][0][0])
        self.hashes = {(r[0], r[1]): r[3] for r in self.journal}
        self.complaints: list[str] = []

    def complain(self, text: str) -> None:
        self.complaints.append(text)

    def judge(self) -> dict[str, int]:
        """Run every check; the numbers of the last line."""
        self.check_receipts()
        self.check_mistakes()
        self.check_database()
        self.check_journal()
        self.check_entries()
        self.check_organisations()
        self.check_steps()
        return self.count()

    # what agencies were told

    def check_receipts(self) -> None:
        """Each referral sent has the answer it must have, and the database agrees."""
        checks = {"final": self._final, "duplicate": self._duplicate, "conflict": self._conflict,
                  "fault": self._fault}
        for key, sent in self.evidence.sent.items():
            receipt = self.evidence.receipts.get(key)
            if receipt is None:
                self.complain(f"{sent['agency']} {sent['ref']}: no receipt ({sent['expect']})")
            else:
                checks[sent["expect"]](key, sent, receipt)

    def _final(self, _: tuple, sent: dict, receipt: dict) -> None:
        where = f"{sent['agency']} {sent['ref']}"
        if receipt["status"] not in FINAL or not receipt["referral"]:
            self.complain(f"{where}: {receipt['status']} {receipt['codes']} where a final receipt was due")
            return
        stored = self.submissions.get((sent["agency"], sent["ref"]))
        if stored is None:
            self.complain(f"{where}: has a receipt, but is not in the database")
            return
        if stored[2:5] != [sent["sha256"], receipt["referral"], receipt["bytes"]]:
            self.complain(f"{where}: the database holds another content, id or receipt")
        if receipt["sha256"] != sent["sha256"] or receipt["ref"] != sent["ref"]:
            self.complain(f"{where}: the receipt names another content or number")
        if self.hashes.get((sent["agency"], str(receipt["seq"]))) != receipt["hash"]:
            self.complain(f"{where}: the receipt's anchor is not in the journal")
        if receipt["duplicate"] and receipt["sent"] == 1:
            self.complain(f"{where}: called a duplicate the first time")

    def _duplicate(self, key: tuple, sent: dict, receipt: dict) -> None:
        first = self.evidence.receipts[key[0], sent["first"]]
        if receipt["bytes"] != first["bytes"] or not receipt["duplicate"]:
            self.complain(f"{sent['agency']} {sent['ref']}: a repeat got another answer than the first time")

    def _conflict(self, key: tuple, sent: dict, receipt: dict) -> None:
        first = self.evidence.sent[key[0], sent["first"]]
        if (receipt["status"], receipt["sha256"], receipt["stored_sha256"]) != (
                "conflict", sent["sha256"], first["sha256"]):
            self.complain(f"{sent['agency']} {sent['ref']}: a contradiction got {receipt['status']}, or other hashes")

    def _fault(self, _: tuple, sent: dict, receipt: dict) -> None:
        where = f"{sent['agency']} {sent['ref']}"
        if receipt["status"] != "refused" or receipt["referral"] or sent["code"] not in receipt["codes"]:
            self.complain(f"{where}: {receipt['status']} {receipt['codes']} where {sent['code']} was due")
        if (sent["agency"], sent["ref"]) in self.submissions:
            self.complain(f"{where}: stored although {sent['code']}")

    def check_mistakes(self) -> None:
        """Messages wrong as a whole were refused for the right reason; strangers stayed outside."""
        refused = {r["request"]: r for r in self.evidence.of("refusal")}
        for mistake in self.evidence.of("mistake"):
            codes = refused.get(mistake["request"], {}).get("codes")
            if codes is None or mistake["code"] not in codes:
                self.complain(f"{mistake['agency']}: {mistake['what']}: {codes} where {mistake['code']} was due")
        for refusal in refused.values():
            if not refusal["expected"]:
                self.complain(f"{refusal['agency']}: {refusal['what']} refused: {refusal['codes']}")
        for stranger in self.evidence.of("stranger"):
            if stranger["admitted"]:
                self.complain(f"a key that nobody registered was let in {stranger['admitted']} times")
        garbage = any(s["code"] == "malformed" for s in self.evidence.sent.values())
        if garbage and not self.quarantined:
            self.complain("what could not be decoded was not kept")
        for record in self.evidence.of("violation"):
            self.complain(f"{record['agency']}: {record['what']}")
        for record in self.evidence.of("unasked-refusal"):
            if "agency" in record:
                self.complain(f"{record['agency']}: follow or ack refused: {record['codes']}")

    # what stands in the database

    def check_database(self) -> None:
        """Each number stands for one referral with one state; nothing is there that nobody sent."""
        known = {(s["agency"], s["ref"]) for s in self.evidence.sent.values() if s["expect"] == "final"}
        for key, row in self.submissions.items():
            if key not in known:
                self.complain(f"{key[0]} {key[1]}: stored, but nobody sent it")
            if self.referrals[row[3]] != 1 or row[3] not in self.dockets:
                self.complain(f"{key[0]} {key[1]}: {self.referrals[row[3]]} referral rows, "
                              f"{int(row[3] in self.dockets)} states")
        for organisation, opened, capacity, counted in self.loads:
            if opened != counted or int(opened) > int(capacity):
                self.complain(f"{organisation}: load says {opened} of {capacity} open, {counted} assignments are")

    def check_journal(self) -> None:
        """Each chain is gapless, holds together, and ends where `chain` says; each referral was received once."""
        at: dict[str, tuple[int, bytes]] = {}
        received: Counter = Counter()
        for agency, seq, body, digest, referral, kind in self.journal:
            last, previous = at.get(agency, (0, bytes(32)))
            if int(seq) != last + 1 or hashlib.sha256(previous + bytes.fromhex(body)).hexdigest() != digest:
                self.complain(f"{agency}: the journal breaks at {seq}")
            at[agency] = (int(seq), bytes.fromhex(digest))
            received[referral] += kind == KIND_RECEIVED
        for agency, row in self.chains.items():
            seq, digest = at.get(agency, (0, bytes(32)))
            if (str(seq), digest.hex()) != (row[1], row[2]):
                self.complain(f"{agency}: the journal ends at {seq}, its chain at {row[1]}")
        for row in self.submissions.values():
            if received[row[3]] != 1:
                self.complain(f"{row[0]} {row[1]}: {received[row[3]]} entries say that it was received")

    def check_entries(self) -> None:
        """What agencies took from their journals is the journal, all of it, and was acknowledged."""
        for record in self.evidence.of("broken-chain"):
            self.complain(f"{record['agency']}: {record['what']}")
        taken: Counter = Counter()
        for entry in self.evidence.of("entry"):
            taken[entry["agency"]] += 1
            if self.hashes.get((entry["agency"], str(entry["seq"]))) != entry["hash"]:
                self.complain(f"{entry['agency']}: took an entry {entry['seq']} that the journal does not have")
            if not entry["note_matches"]:
                self.complain(f"{entry['agency']}: the note of entry {entry['seq']} is not the one it is bound to")
        for agency, row in self.chains.items():
            if str(taken[agency]) != row[1]:
                self.complain(f"{agency}: took {taken[agency]} of {row[1]} journal entries")
            if row[3] != row[1]:
                self.complain(f"{agency}: acknowledged up to {row[1]}, the stored cursor says {row[3]}")

    # what organisations were told

    def check_organisations(self) -> None:
        """Every offer and every answer that was confirmed is on record, and the other way round."""
        for record in self.evidence.of("assignment"):
            row = self.assignments.get(record["assignment"])
            if row is None or row[1:3] != [record["referral"], record["organisation"]]:
                self.complain(f"{record['receiver']}: holds assignment {record['assignment']}, the database does not")
        done: dict[str, set[str]] = {}
        for answer in self.evidence.of("answer"):
            if answer["done"]:
                done.setdefault(answer["assignment"], set()).add(answer["what"])
            elif not ENDED.issuperset(answer["codes"]):
                self.complain(f"{answer['receiver']}: {answer['what']} {answer['detail']} refused: {answer['codes']}")
        allowed = {"decline": {DECLINED}, "conclude": {CONCLUDED},
                   "accept": {ACCEPTED, CONCLUDED, LAPSED, CANCELLED}}
        for assignment, steps in done.items():
            status = self.assignments.get(assignment, [""] * 4)[3]
            for step in steps & set(allowed):
                if status not in allowed[step]:
                    self.complain(f"assignment {assignment}: {step} was confirmed, its status is {status or 'none'}")
        for assignment, row in self.assignments.items():
            if row[3] == CONCLUDED and row[4] == LEAD and "conclude" not in done.get(assignment, ()):
                self.complain(f"assignment {assignment}: concluded, but no organisation had that confirmed")
        for record in self.evidence.of("unwelcome"):
            if record["codes"]:
                self.complain(f"{record['receiver']}: not welcome: {record['codes']}")

    def check_steps(self) -> None:
        """Supplements, withdrawals and queries that were answered are true."""
        supplements: Counter = Counter()
        for step in self.evidence.of("step"):
            if not step["done"]:
                if "state-forbids" not in step["codes"]:
                    self.complain(f"{step['agency']}: {step['what']} refused: {step['codes']}")
                continue
            supplements[step["referral"]] += step["what"] == "supplement"
            if self.hashes.get((step["agency"], str(step["seq"]))) != step["hash"]:
                self.complain(f"{step['agency']}: the anchor of a {step['what']} is not in the journal")
            state = self.dockets.get(step["referral"], ["", ""])[1]
            if step["what"] == "withdraw" and state != STATE_WITHDRAWN:
                self.complain(f"{step['agency']}: {step['referral']} was withdrawn, its state is {state}")
        for referral, count in supplements.items():
            if self.supplements.get(referral, 0) < count:
                self.complain(f"referral {referral}: {count} supplements confirmed, fewer stored")
        for query in self.evidence.of("query"):
            if query["referral"] != query["asked"] or not query["same_receipt"]:
                self.complain(f"{query['agency']}: a query gave another referral or receipt")

    # the numbers

    def count(self) -> dict[str, int]:
        """The numbers of run.py's last line."""
        final = {key: sent for key, sent in self.evidence.sent.items() if sent["expect"] == "final"}
        status = Counter(self.evidence.receipts[key]["status"] for key in final
                         if self.evidence.receipts.get(key, {}).get("referral"))
        told = {entry["referral"] for entry in self.evidence.of("entry") if entry["step"] == "concluded"}
        accepted = {answer["referral"] for answer in self.evidence.of("answer")
                    if answer["what"] == "accept" and answer["done"]}
        concluded = {referral for referral, row in self.dockets.items() if row[1] in (STATE_CONCLUDED, STATE_FOLLOWING)}
        for referral in concluded - told:
            self.complain(f"referral {referral}: concluded, but the agency was not told")
        return {"submitted": len(final), "receipted": sum(status[word] for word in FINAL),
                "stored": sum((sent["agency"], sent["ref"]) in self.submissions for sent in final.values()),
                "assigned": status["accepted"], "manual": status["manual"], "refused": status["refused"],
                "accepted": len(accepted), "concluded": len(concluded), "feedback": len(concluded & told),
                "lost": len(self.complaints)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conninfo", required=True)
    parser.add_argument("ledgers", nargs="+", type=Path)
    options = parser.parse_args()
    oracle = Oracle(options.conninfo, Evidence(options.ledgers))
    numbers = oracle.judge()
    for complaint in oracle.complaints[:SHOWN]:
        print(complaint, file=sys.stderr)
    if len(oracle.complaints) > SHOWN:
        print(f"... and {len(oracle.complaints) - SHOWN} more", file=sys.stderr)
    print(json.dumps(numbers))
    sys.exit(1 if oracle.complaints else 0)


if __name__ == "__main__":
    main()
