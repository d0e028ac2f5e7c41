"""`rules backtest`: the same rules do the same again; changed ones move exactly what they touch; nothing personal comes out."""
from __future__ import annotations

import json
import re
import shutil
import uuid
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conftest import EVERYBODY
from lab import Lab
from peers import Agency, Receiver, V, party, referral, referral_pb2

NAME, OTHER, STORY = ("某" + uuid.uuid4().hex[:10] for _ in range(3))
IDENTITY, PHONE = "11010519491231002X", "13912345678"
ALLOWED = {"took"}                      # differs from run to run


def full(ref: str, **more):
    """A referral with personal data in every field that rules do not read."""
    person = party(name=NAME, identity_kind=V.IDENTITY_KIND_RESIDENT, identity_number=IDENTITY, phone=PHONE)
    summary = STORY + more.pop("text", "")
    return referral(ref, **{"summary": summary, "parties": [person, party(role="RESPONDENT", name=OTHER)], **more})


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    """A router that has served for a while; no daemon runs any more."""
    lab = Lab(tmp_path_factory.mktemp("past"))
    try:
        lab.enrol(*EVERYBODY)
        lab.migrate()
        lab.start()
        live_through(lab)
        assert lab.daemon.stop() == 0
        yield lab
    finally:
        lab.close()


def live_through(lab: Lab) -> None:
    with Agency(lab, "court-320505") as court, Agency(lab, "petition-320505") as petition, \
            Agency(lab, "police-320505") as police, Agency(lab, "court-320506") as other, Receiver(lab, "hub-320505") as hub:
        hub.hello(credit=1000)
        closed = court.submit_one(full("erased", category="neighbour"))
        offer = hub.offer_of(closed.referral_id)
        assert hub.accept(offer).done and hub.conclude(offer).done
        lab.ctl("erase", closed.referral_id)
        gone = court.submit_one(full("withdrawn", category="neighbour"))
        hub.offer_of(gone.referral_id)
        assert court.withdraw("withdrawn").done
        for i in range(3):          # declined: the town's committee has them now
            assert hub.decline(hub.offer_of(court.submit_one(full(f"declined-{i}", category="neighbour")).referral_id)).done
        for i in range(7):          # the committees have four places; the rest goes to the centre
            court.submit_one(full(f"medical-{i}", text="病人在医院手术后起诉"))
        for i in range(6):
            court.submit_one(full(f"neighbour-{i}", category="neighbour"))
            police.submit_one(full(f"police-{i}", channel="police", mode="POLICE_CIVIL", place="320505002", text="楼上漏水"))
        other.submit_one(full("elsewhere", category="neighbour", place="320506001012"))
        for i in range(4):
            court.submit_one(full(f"rest-{i}"))
            petition.submit_one(full(f"suggestion-{i}", channel="petition", mode="PETITION_SUGGESTION"))
        manual = [court.submit_one(full(f"manual-{i}", risk=referral_pb2.RiskFlags(self_harm=True))) for i in range(2)]
        lab.ctl("queue", "assign", manual[0].referral_id, "labour-320505")


@pytest.fixture
def changed(past, tmp_path):
    """A copy of the rules to be changed: edit(file, old, new), then the directory."""
    copy = tmp_path / "new"
    shutil.copytree(past.config, copy)

    def edit(name: str, old: str, new: str) -> Path:
        past.edit(name, old, new, config=copy)
        return copy

    return edit


def backtest(lab: Lab, directory, *words) -> dict:
    return lab.ctl_json("rules", "backtest", directory, *words)


def first_decisions(lab: Lab) -> list[dict]:
    """What stands in the tables, read with SQL alone, in the order of arrival."""
    rows = lab.sql(
        "SELECT r.id, d.rule, d.outcome, r.sealed IS NOT NULL, (extract(epoch FROM r.arrived) * 1000)::bigint, "
        "(SELECT organisation FROM assignment a WHERE a.referral = r.id ORDER BY offered LIMIT 1), "
        "(SELECT (extract(epoch FROM CASE WHEN bool_or(closed IS NULL) THEN 'infinity' ELSE max(closed) END) * 1000)::text "
        " FROM assignment a WHERE a.referral = r.id) "
        "FROM referral r JOIN decision d ON d.city = r.city AND d.arrived = r.arrived AND d.referral = r.id AND d.n = 1 "
        "ORDER BY r.arrived, r.id")
    names = ("id", "rule", "outcome", "kept", "arrived", "organisation", "until")
    return [dict(zip(names, [*row[:2], int(row[2]), row[3] == "t", int(row[4]), *row[5:]])) for row in rows]


def test_the_same_rules_do_the_same_again(past):
    everything = first_decisions(past)
    kept = [one for one in everything if one["kept"]]
    result = backtest(past, past.config)
    summary = result["summary"]
    assert summary["referrals"] == len(everything) > 30
    assert summary["replayed"] == summary["same"] == len(kept) and summary["moved"] == 0
    assert summary["other_rule"] == summary["other_category"] == summary["other_limits"] == summary["other_code"] == 0
    assert result["left"] == [{"reason": "erased", "zh": "内容已删除", "referrals": 1}]
    assert result["flows"] == result["rules"] == result["categories"] == []
    outcomes = Counter(one["outcome"] for one in kept)
    assert [(row["assigned"], row["manual"], row["refused"]) for row in result["outcomes"]] == \
        [(outcomes[1], 0, 0), (0, outcomes[2], 0), (0, 0, outcomes[3])]
    in_force = past.value("SELECT encode(hash, 'hex') FROM publication ORDER BY at DESC LIMIT 1")
    assert summary["ruleset"] == in_force
    assert result["sets"] == [{"ruleset": in_force, "referrals": len(kept), "moved": 0}]
    assert sum(row["referrals"] for row in result["channels"]) == sum(row["referrals"] for row in result["cities"]) == len(everything)


def test_a_changed_rule_moves_exactly_what_it_decides(past, changed):
    new = changed("rules/10-all.yaml", "      - to: {kind: people, level: village}\n", "      - to: {kind: centre, level: county}\n")
    touched = [one for one in first_decisions(past) if one["kept"] and one["rule"] == "neighbour"]
    result = backtest(past, new)
    assert result["summary"]["moved"] == result["summary"]["elsewhere"] == len(touched) > 5
    wanted = Counter((one["organisation"], "centre-320506" if one["organisation"].startswith("people-320506") else "centre-320505")
                     for one in touched)
    assert {(row["from"], row["to"]): row["referrals"] for row in result["flows"]} == wanted
    assert result["rules"] == [{"old": "neighbour", "new": "neighbour", "referrals": len(touched), "moved": len(touched)}]
    assert result["summary"]["other_rule"] == 0


def test_outcomes_reasons_categories_and_limits_that_change_are_told(past, changed):
    changed("rules/10-all.yaml", "mode: [petition-suggestion, petition-accusation]", "mode: [petition-accusation]")
    changed("rules/10-all.yaml", "manual: {reason: self-harm}", "manual: {reason: risk}")
    changed("rules/10-all.yaml", "text: [医院, 手术, 误诊]", "text: [误诊]")
    new = changed("rules/10-all.yaml", "      - to: {kind: people, level: [county]}\n",
                  "      - to: {kind: people, level: [county]}\n        respond_within: 1 workday\n")
    rules = Counter(one["rule"] for one in first_decisions(past) if one["kept"])
    result = backtest(past, new)
    refused = next(row for row in result["outcomes"] if row["then"] == "refused")
    assert (refused["assigned"], refused["refused"]) == (rules["petition-not-mediable"], 0)
    assert ("refused", "people-320505") in {(row["from"], row["to"]) for row in result["flows"]}
    assert result["summary"]["other_code"] == rules["risk-by-hand"]
    assert result["summary"]["other_limits"] == rules["everything-else"]
    assert result["summary"]["other_category"] == rules["medical"]
    assert result["categories"] == [{"old": "medical", "old_name": result["categories"][0]["old_name"], "new": "", "new_name": "",
                                     "referrals": rules["medical"]}]
    assert {(row["old"], row["new"]): row["referrals"] for row in result["rules"]} == {
        ("petition-not-mediable", "everything-else"): rules["petition-not-mediable"],
        ("medical", "everything-else"): rules["medical"]}
    assert result["summary"]["assumed"] == rules["petition-not-mediable"], "nobody ever held what was refused"


def test_what_moves_fills_places_and_what_finds_them_full_goes_on(past, changed):
    """Against a model of its own, from the tables: three places for all neighbours, held until their cases ended."""
    changed("organisations/all.yaml", "capacity: 5000", "capacity: 3")
    new = changed("rules/10-all.yaml", "      - to: {kind: people, level: village}\n",
                  "      - to: {kind: labour}\n      - to: {kind: people, level: village}\n")
    held, moved, turned_away = [], 0, 0
    wished = []
    for one in first_decisions(past):
        if not one["kept"] or one["rule"] != "neighbour" or one["organisation"].startswith("people-320506"):
            continue
        until = float(one["until"].replace("infinity", "inf").replace("Infinity", "inf"))
        held = [end for end in held if end >= one["arrived"]]
        wished.append((one["arrived"], until))
        if len(held) < 3:
            held.append(until)
            moved += 1
        else:
            turned_away += 1
    peak = max(sum(begin <= at < end for begin, end in wished) for at, _ in wished)
    result = backtest(past, new)
    assert turned_away > 0 and result["summary"]["moved"] == moved
    assert {row["to"] for row in result["flows"]} == {"labour-320505"}
    labour = next(row for row in result["organisations"] if row["id"] == "labour-320505")
    assert (labour["capacity"], labour["peak_then"], labour["given_then"]) == (3, 1, 0), "then: the one assigned by hand"
    assert (labour["given_would"], labour["found_full_would"]) == (moved, turned_away)
    assert labour["peak_would"] == 4, "full, and the one assigned by hand besides"
    assert labour["peak_wished"] == peak + 1
    beyond = {row["id"] for row in result["organisations"] if row["peak_wished"] > row["capacity"]}
    assert beyond == {"labour-320505", "medical-320505", "medical-3205"} and result["summary"]["wished_beyond"] == len(beyond)
    assert labour["days_full_would"] in (1, 2) and labour["days_full_then"] == 0


def test_an_organisation_that_is_gone_and_a_division_that_is_gone(past, changed):
    new = changed("organisations/all.yaml", "  - id: medical-320505\n", "  - id: medical-somewhere\n")
    decided = [one for one in first_decisions(past) if one["kept"]]
    shutil.rmtree(new / "peers")        # the registry of peers is not part of a rule set
    result = backtest(past, new)
    moved = {(row["from"], row["to"]): row["referrals"] for row in result["flows"]}
    assert moved[("medical-320505", "medical-somewhere")] == sum(one["organisation"] == "medical-320505" for one in decided) == 2
    gone = next(row for row in result["flows"] if row["from"] == "medical-320505")
    assert "不在新名册" in gone["from_name"]


def test_the_window_and_the_region(past):
    assert backtest(past, past.config, "--until", "2020-01-01", "--since", "2019-01-01")["summary"]["referrals"] == 0
    assert backtest(past, past.config, "--since", "2w")["summary"]["referrals"] == len(first_decisions(past))
    there = int(past.value("SELECT count(*) FROM referral WHERE place LIKE '320506%'"))
    assert backtest(past, past.config, "--region", "320506")["summary"]["referrals"] == there == 1
    for words, said in ((["--since", "yesterday"], "takes a date"), (["--region", "99"], "no division"),
                        (["--since", "1h", "--until", "2h"], "not before"), (["--threads", "0"], "from 1 to")):
        done = past.ctl_run("rules", "backtest", past.config, *words)
        assert done.returncode == 2 and said in done.stderr


def test_the_number_of_threads_changes_nothing(past, changed):
    new = changed("rules/10-all.yaml", "      - to: {kind: people, level: village}\n", "      - to: {kind: labour}\n")
    results = []
    for threads in (1, 3):
        result = backtest(past, new, "--threads", threads, "--until", "0h", "--since", "2w")
        result["summary"]["since"] = result["summary"]["until"] = None
        results.append({name: sheet for name, sheet in result.items() if name not in ALLOWED})
    for row in results[0]["organisations"] + results[1]["organisations"]:       # the window moves with the clock
        row["mean_then"] = row["mean_would"] = None
    assert results[0] == results[1]


def test_nothing_personal_comes_out(past, changed):
    new = changed("rules/10-all.yaml", "      - to: {kind: people, level: village}\n", "      - to: {kind: labour}\n")
    done = past.ctl_run("rules", "backtest", new)
    assert done.returncode == 0 and "labour-320505" in done.stdout and "虎丘区劳动争议调解委员会" in done.stdout
    told = done.stdout + done.stderr + json.dumps(backtest(past, new), ensure_ascii=False)
    for secret in (NAME, OTHER, STORY, IDENTITY, PHONE):
        assert secret not in told


def test_the_page_is_whole_and_needs_nothing_else(past, changed, tmp_path):
    new = changed("rules/10-all.yaml", "      - to: {kind: people, level: village}\n", "      - to: {kind: labour}\n")
    page = tmp_path / "page.html"
    past.ctl("rules", "backtest", new, "--html", page)
    text = page.read_text(encoding="utf-8")
    for secret in (NAME, OTHER, STORY, IDENTITY, PHONE):
        assert secret not in text
    root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))
    assert len(root.findall(".//svg")) == 3 and root.findall(".//svg//path") and root.findall(".//svg//line[@class='limit']")
    words = "".join(root.itertext())
    moved = backtest(past, new)["summary"]
    for wanted in ("虎丘区劳动争议调解委员会", "人民调解委员会（村级）", "劳动争议调解组织（县级）", moved["ruleset"], "内容已删除", "苏州市"):
        assert wanted in words
    assert moved["moved"] > 0 and f"去向改变{moved['moved']}" in words
    assert not re.search(r"https?:|<script|<link|<img|url\(|@import|\bsrc=|\bon\w+=", text), "nothing from any network, nothing that runs"
    done = past.ctl_run("rules", "backtest", new, "--html", tmp_path / "nowhere" / "page.html")
    assert done.returncode == 2 and "nowhere/page.html: No such file" in done.stderr


def test_nothing_is_written(past, changed):
    before = past.counts()
    writes = "SELECT sum(xact_commit), pg_current_wal_lsn() FROM pg_stat_database WHERE datname = current_database()"
    past.sql("CHECKPOINT")
    lsn = past.sql(writes)[0][1]
    backtest(past, past.config)
    assert past.counts() == before
    distance = int(past.value(f"SELECT pg_current_wal_lsn() - '{lsn}'::pg_lsn"))
    assert distance < 100_000, "hint bits and running-transactions records at most"


@pytest.mark.parametrize("break_it, code, said", [
    (lambda config: (config / "keys" / "personal.keys").chmod(0o644), 2, "mode 0644 lets others read it"),
    (lambda config: (config / "keys" / "personal.keys").unlink(), 2, "No such file"),
    (lambda config: (config / "referrald.yaml").unlink(), 2, "name the configuration directory"),
])
def test_what_cannot_be_read_is_named(past, tmp_path, break_it, code, said):
    copy = tmp_path / "broken"
    shutil.copytree(past.config, copy)
    break_it(copy)
    done = past.ctl_run("rules", "backtest", past.config, config=copy)
    assert (done.returncode, done.stdout) == (code, "") and said in done.stderr and str(copy) in done.stderr


def test_another_key_opens_nothing_and_says_so(past, tmp_path):
    copy = tmp_path / "other"
    shutil.copytree(past.config, copy)
    (copy / "keys" / "personal.keys").unlink()
    past.ctl("keys", "personal", "--out", copy / "keys" / "personal.keys", socket=False)
    result = past.ctl_json("rules", "backtest", past.config, config=copy)
    assert result["summary"]["replayed"] == 0
    left = {row["reason"]: row["referrals"] for row in result["left"]}
    assert left == {"erased": 1, "sealed": len(first_decisions(past)) - 1}


def test_a_postgresql_that_is_down_or_empty_is_named(past, tmp_path):
    copy = tmp_path / "down"
    shutil.copytree(past.config, copy)
    past.edit("referrald.yaml", past.conninfo, f"host={tmp_path} dbname=nowhere", config=copy)
    done = past.ctl_run("rules", "backtest", past.config, config=copy)
    assert (done.returncode, done.stdout) == (3, "")
    assert "PostgreSQL does not let us in" in done.stderr and "database.conninfo" in done.stderr
    past.edit("referrald.yaml", f"host={tmp_path} dbname=nowhere", past.admin, config=copy)
    done = past.ctl_run("rules", "backtest", past.config, config=copy)
    assert done.returncode == 3 and "referrald migrate" in done.stderr


def test_faulty_rules_are_shown_and_nothing_is_read(past, changed):
    new = changed("rules/10-all.yaml", "category: {under: neighbour}", "category: {under: nieghbour}")
    done = past.ctl_run("rules", "backtest", new)
    assert (done.returncode, done.stdout) == (2, "") and "nieghbour" in done.stderr and "did you mean" in done.stderr
