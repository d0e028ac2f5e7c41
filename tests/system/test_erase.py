"""Personal data of a closed referral can be erased, and the chain still holds."""
from __future__ import annotations

import json

from peers import Agency, Receiver, STEPS, V, agency_pb2, journal_pb2, referral


def test_erasure_removes_every_sealed_byte_and_breaks_no_chain(lab):
    with Agency(lab, "court-320506") as court, Receiver(lab, "hub-320506") as hub:
        one = referral("erase-1", place="320506001012")
        receipt, _, raw = court.submit(one)[0]
        mine = receipt.referral_id
        assert court.ask(supplement=agency_pb2.Supplement(agency_ref="erase-1", supplement_ref="s1", summary="补充说明")).step_reply.done
        still_open = lab.ctl("erase", mine, ok=False)
        assert "still open" in still_open and "offered" in still_open
        hub.hello()
        offer = hub.assignment()
        assert hub.accept(offer).done
        assert hub.conclude(offer, "OTHER", text="当事人去外地，双方同意不再调解").done
        assert json.loads(lab.ctl("erase", mine, "--json"))
        assert lab.value(f"SELECT sealed IS NULL FROM referral WHERE id = '{mine}'") == "t"
        assert lab.value(f"SELECT count(*) FROM note WHERE referral = '{mine}'") == "0"
        assert lab.value(f"SELECT sum(octet_length(sealed)) FROM supplement WHERE referral = '{mine}'") == "0"
        steps = court.steps(lambda out: any(STEPS[s.kind] == "ERASED" for s in out))
        assert steps[-1].actor.startswith("operator:") and steps[-1].referral_id == mine
        assert [s for s in steps if s.note_sha256], "the hash of the note stays in the journal"
        lab.ctl("verify", "court-320506")
        again, duplicate, same = court.submit(one)[0]
        assert duplicate and same == raw, "the receipt is for ever"
        assert "erased before" in lab.ctl("erase", mine, ok=False)
        assert "erased" in lab.ctl("explain", mine)


def test_what_was_erased_takes_no_new_text_and_its_notes_travel_no_more(lab):
    with Agency(lab, "court-320505") as court, Receiver(lab, "hub-320505") as hub:
        hub.hello()
        mine = court.submit_one(referral("erase-2")).referral_id
        offer = hub.offer_of(mine)
        assert hub.accept(offer).done and hub.conclude(offer, "AGREED", text="私事", undisputed_facts=["又一件私事"]).done
        lab.ctl("erase", mine)
        assert hub.follow_up(offer, "PERFORMED", text="第三件私事").done
        assert lab.value(f"SELECT count(*) FROM note WHERE referral = '{mine}'") == "0"
        court.follow(0)
        entries = court.next_unasked("entries").entries
        assert journal_pb2.Step.FromString(entries[-1].body).kind == V.STEP_KIND_FOLLOW_UP
        assert not any(entry.note for entry in entries)
