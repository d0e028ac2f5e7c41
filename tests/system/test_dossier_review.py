"""Personal data is opened on record only; samples can be drawn again; marks are added and never changed."""
from __future__ import annotations

import hashlib
import json
import os
import subprocess
import uuid
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree

import pytest

from lab import BUILD, Lab
from peers import Agency, Receiver, party, referral

NAME, SUMMARY, NOTE, WHY = ("某人" + uuid.uuid4().hex[:10] for _ in range(4))
PHONE = "139" + str(uuid.uuid4().int)[:8]
PERIOD = (datetime.now(timezone(timedelta(hours=8)))).strftime("%Y")
CASES = 9


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    if os.geteuid() != 0:
        pytest.skip("takes root, whose word about its own name counts")
    one = Lab(tmp_path_factory.mktemp("review"))
    one.edit("referrald.yaml", "log:\n", "dossiers:\n  may_open: [anna, 李四]\nlog:\n")
    one.enrol("court-320505", "police-320505", "hub-320505")
    try:
        one.migrate()
        one.start()
        yield one
    finally:
        one.close()


@pytest.fixture(scope="module")
def cases(lab) -> list[str]:
    """Concluded ones of two channels, and one that is still open."""
    done = []
    with Agency(lab, "court-320505") as court, Agency(lab, "police-320505") as police, Receiver(lab, "hub-320505") as hub:
        assert hub.hello(credit=100).welcome
        for n in range(CASES):
            mine = dict(summary=SUMMARY, category="neighbour", parties=[party(name=NAME, phone=PHONE)])
            receipt = (court.submit_one(referral(f"court-{n}", **mine)) if n % 3 else
                       police.submit_one(referral(f"police-{n}", "police", "POLICE_CIVIL", **mine)))
            offer = hub.offer_of(receipt.referral_id)
            assert hub.accept(offer).done
            assert hub.conclude(offer, "UNWILLING" if n % 2 else "AGREED", text=NOTE).done
            done.append(receipt.referral_id)
        court.submit_one(referral("still-open"))
    return done


def by(lab, who: str, *words: object) -> subprocess.CompletedProcess:
    """referralctl called by `who` through sudo."""
    return subprocess.run([str(BUILD / "referralctl"), *map(str, words), "-c", str(lab.config)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120, env={**os.environ, "SUDO_USER": who})


def by_json(lab, who: str, *words: object) -> dict:
    done = by(lab, who, *words, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def openings(lab) -> list[list[str]]:
    return lab.sql("SELECT referral, who, sealed IS NOT NULL FROM dossier_opening ORDER BY at, id")


# -- opening --

@pytest.mark.parametrize(("who", "words", "told"), [
    ("ben", ("--open", "--why", "复核"), "may_open"),
    ("anna", ("--open",), "--why"),
    ("anna", ("--open", "--why", "x" * 501), "--why"),
    ("anna", ("--why", "复核"), "--open"),
])
def test_nothing_is_opened_without_right_and_reason(lab, cases, who, words, told):
    before = openings(lab)
    done = by(lab, who, "dossier", cases[0], *words)
    assert done.returncode == 1 and told in done.stderr and NAME not in done.stdout and not done.stdout.strip()
    assert openings(lab) == before


def test_who_may_sees_it_and_that_is_on_record(lab, cases, tmp_path):
    since, page = lab.daemon.mark(), tmp_path / "opened.html"
    done = by(lab, "anna", "dossier", cases[0], "--open", "--why", WHY, "--html", page, "--json")
    told = json.loads(done.stdout)
    assert told["facts"]["personal"] == "opened"
    assert [(p["name"], p["phone"]) for p in told["parties"]] == [(NAME, PHONE)]
    assert {t["what"]: t["text"] for t in told["texts"]} == {"summary": SUMMARY, "note": NOTE}
    assert openings(lab) == [[cases[0], "anna", "t"]]
    line = lab.daemon.wait_log("dossier.opened", since=since)
    assert (line["referral"], line["operator"]) == (cases[0], "anna")
    assert all(text not in lab.log_text() for text in (NAME, SUMMARY, NOTE, WHY))
    shown = page.read_text(encoding="utf-8")
    ElementTree.fromstring(shown.split("\n", 1)[1])
    assert NAME in shown and SUMMARY in shown and "已登记在案" in shown and page.stat().st_mode & 0o777 == 0o600


def test_every_later_dossier_tells_who_has_seen_it(lab, cases):
    told = lab.ctl_json("dossier", cases[0])
    assert [(o["who"], o["why"]) for o in told["openings"]] == [("anna", "●●●")]
    assert NAME not in json.dumps(told, ensure_ascii=False)
    again = by_json(lab, "李四", "dossier", cases[0], "--open", "--why", "二次复核")
    assert [(o["who"], o["why"]) for o in again["openings"]] == [("anna", WHY), ("李四", "二次复核")]


def test_the_daemon_cannot_change_what_is_on_record(lab):
    grants = (BUILD.parents[1] / "deploy" / "database" / "grants.sql").read_text(encoding="utf-8")
    assert "dossier_opening" in grants and "UPDATE" not in grants.split("dossier_opening")[1].split(";")[0]


# -- samples --

def drawn_by_hand(ids: list[str], seed: str, n: int) -> list[str]:
    key = hashlib.sha256(seed.encode()).digest()
    return sorted(ids, key=lambda text: hashlib.sha256(key + uuid.UUID(text).bytes).digest())[:n]


def sample(lab, *words: object) -> dict:
    return lab.ctl_json("dossier", "sample", "--period", PERIOD, *words)


def test_an_outsider_draws_the_same(lab, cases):
    told = sample(lab, "--size", 5, "--seed", "三季度评查")
    assert {s["stratum"]: (s["population"], s["drawn"]) for s in told["strata"]} == {"court": (6, 3), "police": (3, 2)}
    drawn = {name: [m["referral"] for m in told["members"] if m["stratum"] == name] for name in ("court", "police")}
    assert drawn["police"] == drawn_by_hand(cases[0::3], "三季度评查", 2)
    assert drawn["court"] == drawn_by_hand([c for n, c in enumerate(cases) if n % 3], "三季度评查", 3)
    assert told["sample"]["population"] == CASES and {m["organisation"] for m in told["members"]} == {"people-320505002004"}


def test_the_same_draw_is_the_same_sample_and_another_seed_is_another(lab, cases):
    one, again = sample(lab, "--size", 4, "--seed", "甲", "--by", "outcome"), sample(lab, "--size", 4, "--seed", "甲", "--by", "outcome")
    assert one == again and {s["stratum"] for s in one["strata"]} == {"agreed", "unwilling"}
    other = sample(lab, "--size", 4, "--seed", "乙", "--by", "outcome")
    assert other["sample"]["hash"] != one["sample"]["hash"]
    listed = [s["sample"] for s in lab.ctl_json("dossier", "samples")["samples"]]
    assert len(listed) == len(set(listed)) and {one["sample"]["sample"], other["sample"]["sample"]} <= set(listed)
    shown = lab.ctl_json("dossier", "marks", one["sample"]["sample"][:8])
    assert [m["referral"] for m in shown["members"]] == [m["referral"] for m in one["members"]]


@pytest.mark.parametrize(("by_what", "strata"), [("city", {"3205": "苏州市"}), ("channel-city", {"court/3205": "诉调对接 苏州市", "police/3205": "公调对接 苏州市"}),
                                                 ("organisation", {"people-320505002004": "何山社区人民调解委员会"})])
def test_strata_have_names(lab, cases, by_what, strata):
    told = sample(lab, "--size", 4, "--seed", "1", "--by", by_what)
    assert {s["stratum"]: s["name"] for s in told["strata"]} == strata


@pytest.mark.parametrize(("words", "told"), [
    (("--period", PERIOD, "--size", 1, "--seed", "x"), "2 strata"),
    (("--period", PERIOD, "--size", 0, "--seed", "x"), "--size"),
    (("--period", PERIOD, "--size", 1001, "--seed", "x"), "--size"),
    (("--period", PERIOD, "--size", 5, "--seed", ""), "--seed"),
    (("--period", "2026Q5", "--size", 5, "--seed", "x"), "--period"),
    (("--period", "1999", "--size", 5, "--seed", "x"), "nothing to draw from"),
    (("--period", PERIOD, "--size", 5, "--seed", "x", "--by", "county"), "--by"),
])
def test_what_cannot_be_drawn_is_told(lab, cases, words, told):
    before = lab.value("SELECT count(*) FROM dossier_sample")
    done = lab.ctl_run("dossier", "sample", *words)
    assert done.returncode == 1 and told in done.stderr
    assert lab.value("SELECT count(*) FROM dossier_sample") == before


# -- marks --

@pytest.fixture(scope="module")
def reviewed(lab, cases) -> tuple[str, list[str]]:
    told = sample(lab, "--size", 5, "--seed", "评分")
    return told["sample"]["sample"], [m["referral"] for m in told["members"]]       # three of court, two of police


def mark(lab, who: str, name: str, case: str, *words: object) -> subprocess.CompletedProcess:
    return by(lab, who, "dossier", "mark", name, case, *words)


def test_marks_and_averages_the_newest_counts(lab, reviewed):
    name, members = reviewed
    empty = lab.ctl_json("dossier", "marks", name)
    assert empty["summary"] == {"drawn": 5, "marked": 0, "average": None, "estimate": None}
    assert mark(lab, "anna", name, members[0], "--score", 40, "--findings", "overdue", "--note", NOTE).returncode == 0
    assert mark(lab, "ben", name, members[1], "--score", 91).returncode == 0
    assert lab.ctl_json("dossier", "marks", name)["summary"]["estimate"] is None     # nobody has looked at police yet
    assert mark(lab, "ben", name, members[3], "--score", 50, "--findings", "no-record,late-contact").returncode == 0
    assert mark(lab, "ben", name, members[0], "--score", 80, "--findings", "other,late-contact").returncode == 0
    told = lab.ctl_json("dossier", "marks", name)
    assert told["summary"] == {"drawn": 5, "marked": 3, "average": 73.67, "estimate": 73.67}    # (6 * 85.5 + 3 * 50) / 9
    assert {s["stratum"]: (s["marked"], s["average"]) for s in told["strata"]} == {"court": (2, 85.5), "police": (1, 50)}
    assert [(o["drawn"], o["marked"], o["average"]) for o in told["organisations"]] == [(5, 3, 73.67)]
    assert {f["finding"]: f["cases"] for f in told["findings"]} == {"late-contact": 2, "no-record": 1, "other": 1}
    first = told["members"][0]
    assert (first["score"], first["findings"], first["who"], first["note"]) == (80, "late-contact,other", "ben", "")


def test_both_marks_stay_and_the_note_is_for_those_who_may_open(lab, reviewed):
    name, members = reviewed
    told = lab.ctl_json("dossier", members[0])
    assert [(r["sample"], r["who"], r["score"], r["note"]) for r in told["reviews"]] == [(name, "anna", 40, "●●●"), (name, "ben", 80, "")]
    told = by_json(lab, "anna", "dossier", members[0], "--open", "--why", "看评语")
    assert told["reviews"][0]["note"] == NOTE
    assert NOTE not in lab.ctl("dossier", "marks", name)


@pytest.mark.parametrize(("words", "told"), [
    (("{name}", "{case}", "--score", 101), "--score"),
    (("{name}", "{case}", "--score", "8o"), "--score"),
    (("{name}", "{case}", "--score", 80, "--findings", "overdue,late"), "`late`"),
    (("{name}", "{other}", "--score", 80), "not in the sample"),
    (("{name}", "court-1", "--score", 80), "not a referral id"),
    (("ffffffff", "{case}", "--score", 80), "no sample"),
    (("ff", "{case}", "--score", 80), "does not name a sample"),
])
def test_what_cannot_be_marked_is_told(lab, cases, reviewed, words, told):
    name, members = reviewed
    other = next(c for c in cases if c not in members)
    before = lab.value("SELECT count(*) FROM dossier_mark")
    done = lab.ctl_run("dossier", "mark", *(str(w).format(name=name, case=members[0], other=other) for w in words))
    assert done.returncode == 1 and told in done.stderr
    assert lab.value("SELECT count(*) FROM dossier_mark") == before


def test_erasure_takes_what_people_wrote_and_leaves_that_they_did(lab, reviewed):
    name, members = reviewed
    lab.sql(f"UPDATE docket SET state = 5, due_kind = NULL, due_at = NULL, wake_at = NULL, wake = NULL WHERE referral = '{members[0]}'")
    lab.ctl("erase", members[0])
    told = by_json(lab, "anna", "dossier", members[0], "--open", "--why", "已删除")
    assert told["facts"]["personal"] == "erased" and [(o["who"], o["why"]) for o in told["openings"]] == [("anna", "erased")]
    assert [(r["who"], r["score"], r["note"]) for r in told["reviews"]] == [("anna", 40, ""), ("ben", 80, "")]
    assert lab.ctl_json("dossier", "marks", name)["members"][0]["score"] == 80
