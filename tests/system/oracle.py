"""What everybody was told, held against what stands in the database. Knows nothing of the daemon's code."""
from __future__ import annotations

import hashlib
from collections import Counter, defaultdict

from peers import STATUS, agency_pb2

OPEN = {"1", "2", "3", "4", "9"}
ASSIGNED = {"1", "2", "3"}
OFFERED, ACCEPTED, DECLINED, LAPSED, CANCELLED, CONCLUDED = "123456"
LEAD = "0"
MAY_BE = {"accept": {ACCEPTED, CONCLUDED, CANCELLED}, "decline": {DECLINED}, "conclude": {CONCLUDED}}


class Oracle:
    """Reads everything once, then complains."""

    def __init__(self, lab) -> None:
        self.submissions = {(r[0], r[1]): r[2:] for r in lab.sql(
            "SELECT agency, agency_ref, encode(content, 'hex'), referral, encode(receipt, 'hex') FROM submission")}
        self.referrals = Counter(r[0] for r in lab.sql("SELECT id FROM referral"))
        self.dockets = {r[0]: r[1:] for r in lab.sql(
            "SELECT referral, state, due_at IS NOT NULL, assignment, decisions FROM docket")}
        self.docket_count = int(lab.value("SELECT count(*) FROM docket"))
        self.assignments = {r[0]: r[1:] for r in lab.sql("SELECT id, referral, organisation, status, role FROM assignment")}
        self.loads = {r[0]: (int(r[1]), int(r[2])) for r in lab.sql("SELECT organisation, open, capacity FROM load")}
        self.heads = {r[0]: (int(r[1]), r[2]) for r in lab.sql("SELECT agency, seq, encode(hash, 'hex') FROM chain")}
        self.journal: dict[str, list] = defaultdict(list)
        for r in lab.sql("SELECT agency, seq, encode(body, 'hex'), encode(hash, 'hex'), referral, kind FROM journal"
                         " ORDER BY agency, seq"):
            self.journal[r[0]].append(r[1:])
        self.decisions = Counter(r[0] for r in lab.sql("SELECT referral FROM decision"))
        self.unexplained = int(lab.value("SELECT count(*) FROM decision WHERE ruleset NOT IN (SELECT hash FROM ruleset)"))
        self.supplements = {(r[0], r[1]) for r in lab.sql("SELECT referral, supplement_ref FROM supplement")}
        self.complaints: list[str] = []

    def need(self, holds: bool, text: str) -> None:
        if not holds:
            self.complaints.append(text)

    def judge(self, senders=(), followers=(), takers=()) -> list[str]:
        self.check_journal()
        self.check_database()
        self.check_submissions(senders)
        for one in senders:
            self.check_sender(one)
        for one in followers:
            hashes = [r[2] for r in self.journal[one.peer_name]]
            self.need([h.hex() for h in one.hashes] == hashes,
                      f"{one.peer_name}: took {len(one.hashes)} entries over, the journal has {len(hashes)}, or others")
        for one in takers:
            self.check_taker(one)
        return self.complaints

    def check_submissions(self, senders) -> None:
        known = {(one.peer_name, ref) for one in senders for ref in one.sent}
        for key in self.submissions:
            self.need(key in known, f"{key}: stored, and nobody sent it")
        self.need(len(self.submissions) == len(self.referrals) == self.docket_count,
                  f"{len(self.submissions)} submissions, {len(self.referrals)} referrals, {self.docket_count} dockets")

    def check_sender(self, one) -> None:
        anchors = {int(r[0]): r[2] for r in self.journal[one.peer_name]}
        for ref, data in one.sent.items():
            where, raw = f"{one.peer_name} {ref}", one.receipts.get(ref)
            row = self.submissions.get((one.peer_name, ref))
            if raw is None or row is None:
                self.complaints.append(f"{where}: {'stored' if row else 'not stored'}, {'a' if raw else 'no'} receipt")
                continue
            receipt = agency_pb2.Receipt.FromString(raw)
            self.need(row == [hashlib.sha256(data).hexdigest(), receipt.referral_id, raw.hex()], f"{where}: not what was told")
            self.need(self.referrals[receipt.referral_id] == 1 and receipt.referral_id in self.dockets, f"{where}: rows missing")
            self.need(anchors.get(receipt.journal_seq) == receipt.journal_hash.hex(), f"{where}: its anchor is not in the journal")
            if STATUS[receipt.status] == "ACCEPTED":
                self.need(any(a[0] == receipt.referral_id and a[1] == receipt.organisation_id for a in self.assignments.values()),
                          f"{where}: no assignment to {receipt.organisation_id}")
        for (ref, number), (seq, digest) in one.supplemented.items():
            receipt = agency_pb2.Receipt.FromString(one.receipts[ref])
            self.need((receipt.referral_id, number) in self.supplements, f"{ref}: supplement {number} is lost")
            self.need(not digest or anchors.get(seq) == digest.hex(), f"{ref}: the anchor of supplement {number}")
        for ref in one.withdrawn:
            receipt = agency_pb2.Receipt.FromString(one.receipts[ref])
            self.need(self.dockets.get(receipt.referral_id, [""])[0] == "7", f"{ref}: was withdrawn, its state is another")

    def check_journal(self) -> None:
        received = Counter()
        for agency, run in self.journal.items():
            previous = b"\0" * 32
            for i, (seq, body, digest, referral, kind) in enumerate(run):
                previous = hashlib.sha256(previous + bytes.fromhex(body)).digest()
                self.need(int(seq) == i + 1 and digest == previous.hex(), f"{agency}: the chain breaks at {seq}")
                received[referral] += kind == "1"
            self.need(self.heads.get(agency) == (len(run), previous.hex()), f"{agency}: the head is not the journal's end")
        for key, row in self.submissions.items():
            self.need(received[row[1]] == 1, f"{key}: received {received[row[1]]} times")

    def check_database(self) -> None:
        self.need(self.unexplained == 0, f"{self.unexplained} decisions name a rule set that is not stored")
        open_of, open_for = Counter(), Counter()
        for referral, organisation, status, role in self.assignments.values():
            if status in (OFFERED, ACCEPTED) and role == LEAD:
                open_of[organisation] += 1
                open_for[referral] += 1
        for organisation, (opened, capacity) in self.loads.items():
            self.need(opened == open_of[organisation], f"{organisation}: load {opened}, open {open_of[organisation]}")
            self.need(opened <= capacity, f"{organisation}: {opened} of {capacity}")
        for referral, (state, due, assignment, decisions) in self.dockets.items():
            self.need((due == "t") == (state in OPEN), f"{referral}: state {state}, due {due}")
            self.need(open_for[referral] == (state in ASSIGNED),
                      f"{referral}: state {state}, {open_for[referral]} open assignments")
            self.need(state not in ASSIGNED or self.assignments.get(assignment, [None])[0] == referral,
                      f"{referral}: its assignment is another's")
            self.need(self.decisions[referral] == int(decisions),
                      f"{referral}: {self.decisions[referral]} of {decisions} decisions")

    def check_taker(self, one) -> None:
        for assignment, told in one.held.items():
            self.need(tuple(self.assignments.get(assignment, ())[:2]) == told, f"{assignment}: held, but not on record so")
        for what, done in one.confirmed.items():
            for assignment in done:
                status = self.assignments.get(assignment, ["", "", "none"])[2]
                self.need(status in MAY_BE[what], f"{assignment}: {what} was confirmed, its status is {status}")
