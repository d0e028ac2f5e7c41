"""One referral from the agency's socket to the receiver and back: the whole loop."""
from __future__ import annotations

import hashlib

from peers import Agency, Receiver, STATUS, STEPS, V, referral


def test_submit_deliver_accept_conclude_follow(lab):
    with Agency(lab, "court-320505") as court, Receiver(lab, "hub-320505") as hub:
        hello = hub.hello()
        assert hello.welcome and hello.organisations > 3
        one = referral("main-1")
        receipt, duplicate, raw = court.submit(one)[0]
        assert STATUS[receipt.status] == "ACCEPTED" and not duplicate
        assert receipt.content_sha256 == hashlib.sha256(one.SerializeToString()).digest()
        offer = hub.assignment()
        assert offer.referral_id == receipt.referral_id and offer.term == 1
        assert offer.organisation_id == receipt.organisation_id
        assert offer.referral == one.SerializeToString()
        assert hub.accept(offer).done
        assert hub.progress(offer, "CONTACTED", text="已电话联系双方").done
        assert hub.conclude(offer, "AGREED", agreement_minor=120000, currency="CNY", text="自愿达成协议").done
        assert hub.follow_up(offer).done
        mine = lambda steps: [s for s in steps if s.referral_id == receipt.referral_id]
        steps = mine(court.steps(lambda out: len(mine(out)) >= 6))
        assert [STEPS[s.kind] for s in steps] == ["RECEIVED", "ASSIGNED", "ACCEPTED", "PROGRESS", "CONCLUDED", "FOLLOW_UP"]
        assert steps[4].conclusion == V.CONCLUSION_AGREED and steps[4].agreement_minor == 120000
        again, duplicate, raw2 = court.submit(one)[0]
        assert duplicate and raw2 == raw
        assert lab.value("SELECT count(*) FROM load WHERE open <> 0") == "0"
