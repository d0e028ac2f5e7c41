"""referralctl: every command says what it does, answers in text and JSON, and tells what is wrong by words and exit status."""
from __future__ import annotations

import json
import re
import subprocess
import uuid

import pytest
import zmq

from lab import BUILD
from peers import Agency, Receiver, STEPS, V, referral, referral_pb2

OK, NO, USAGE, NO_ANSWER = 0, 1, 2, 3


def ctl(*words: object, given: str | None = None) -> subprocess.CompletedProcess:
    """referralctl without a configuration."""
    return subprocess.run([str(BUILD / "referralctl"), *map(str, words)], input=given, capture_output=True, text=True, timeout=60)


COMMANDS = json.loads(ctl("help", "--json").stdout)["commands"]


def connection(lab, name: str, side: str = "agencies", **other: object) -> list[object]:
    values = {"endpoint": lab.ends[side], "router-key": lab.config / "keys" / "router.pub", "key": lab.clients / f"{name}.key"}
    values.update({key.replace("_", "-"): value for key, value in other.items()})
    return [word for key, value in values.items() for word in (f"--{key}", value)]


@pytest.fixture(scope="module")
def cases(lab):
    """A few referrals to ask about."""
    with Agency(lab, "court-320505") as court:
        return {"assigned": court.submit_one(referral(f"assigned-{uuid.uuid4().hex[:8]}")),
                "manual": court.submit_one(referral(f"manual-{uuid.uuid4().hex[:8]}", risk=referral_pb2.RiskFlags(self_harm=True)))}


# -- the command line --

@pytest.mark.parametrize("command", [c["command"] for c in COMMANDS])
def test_every_command_explains_itself(command):
    for words in ((*command.split(), "--help"), ("help", *command.split())):
        done = ctl(*words)
        assert done.returncode == OK and done.stdout.count("\n") >= 3 and not done.stderr
        assert f"referralctl {command}" in done.stdout


def test_help_lists_every_command():
    text = ctl("help").stdout
    assert len(COMMANDS) >= 18 and all(c["command"] in text for c in COMMANDS)
    assert ctl("--help").stdout == text


@pytest.mark.parametrize(("words", "told"), [
    ((), "which command"),
    (("statsu",), "did you mean `status`"),
    (("queue",), "`queue list`"),
    (("status", "--jsno"), "did you mean --json"),
    (("show",), "needs ID|AGENCY_REF"),
    (("show", "a", "b"), "one argument too many"),
    (("queue", "return", "x"), "--reason"),
    (("submit", "--endpoint"), "--endpoint needs ADDRESS"),
    (("peer", "keygen", "x"), "--out"),
    (("ping",), "--router-key"),
])
def test_a_wrong_command_line_is_told_and_ends_with_2(words, told):
    done = ctl(*words)
    assert done.returncode == USAGE and told in done.stderr and not done.stdout


def test_version():
    assert re.fullmatch(r"referralctl \d+\.\d+\.\d+\n", ctl("version").stdout)


# -- the daemon, or none --

def test_without_a_daemon_it_is_told_what_to_do(fresh):
    done = fresh.ctl_run("status")
    assert done.returncode == NO_ANSWER and "not running" in done.stderr and str(fresh.directory) in done.stderr


def test_a_configuration_that_is_none_is_told():
    done = ctl("status", "-c", "/nowhere")
    assert done.returncode == USAGE and "/nowhere" in done.stderr


def test_the_socket_can_be_named_and_a_wrong_one_is_told(lab):
    path = lab.ends["control"].removeprefix("ipc://")
    assert ctl("status", "--socket", path).returncode == OK
    done = ctl("status", "--socket", "/tmp/no-such.sock")
    assert done.returncode == NO_ANSWER and "/tmp/no-such.sock" in done.stderr


@pytest.mark.parametrize(("words", "sheets"), [
    (("status",), {"daemon", "counts", "latency", "states"}),
    (("show", "assigned"), {"referral", "assignments", "steps"}),
    (("explain", "assigned"), {"decision_1", "candidates_1"}),
    (("queue", "list"), {"queue", "summary"}),
    (("verify",), {"journals", "summary"}),
    (("verify", "court-320505"), {"journals", "summary"}),
    (("peer", "list"), {"peers"}),
    (("reload",), {"reload"}),
])
def test_every_question_is_answered_in_text_and_in_json(lab, cases, words, sheets):
    words = [cases[word].referral_id if word in cases else word for word in words]
    text = lab.ctl(*words)
    assert text.strip() and not text.lstrip().startswith("{")
    assert sheets <= set(lab.ctl_json(*words))


def test_status_tells_health_rules_and_counts(lab, cases):
    sheets = lab.ctl_json("status")
    daemon = sheets["daemon"]
    assert len(daemon["ruleset"]) == 64 and daemon["rules"] == 7 and daemon["organisations"] == 21
    assert {row["state"]: row["referrals"] for row in sheets["states"]}["manual"] >= 1


def test_show_finds_a_referral_by_id_and_by_the_agency_s_number(lab, cases):
    by_id = lab.ctl_json("show", cases["assigned"].referral_id)
    by_number = lab.ctl_json("show", cases["assigned"].agency_ref)
    assert by_id == by_number and by_id["referral"]["state"] == "offered"
    assert [row["step"] for row in by_id["steps"]] == ["received", "assigned"]


@pytest.mark.parametrize("words", [("show", "no-such-number"), ("explain", "01a20976-6ad9-8845-8c85-25369506efb7"),
                                   ("verify", "no-such-agency"), ("queue", "list", "--region", "999999"),
                                   ("queue", "list", "--limit", "0"), ("queue", "assign", "x", "labour-320505")])
def test_what_is_not_there_ends_with_1_and_one_sentence_also_in_json(lab, words):
    done = lab.ctl_run(*words)
    assert done.returncode == NO and done.stderr.startswith("referralctl: ")
    assert lab.ctl_json(*words, ok=False)["error"]


def test_check_reads_a_directory_without_a_daemon(fresh):
    assert ctl("check", fresh.config).returncode == OK
    fresh.edit("rules/10-all.yaml", "{under: labour}", "{under: labor}")
    done = ctl("check", fresh.config)
    assert done.returncode == NO and re.search(r"rules/10-all\.yaml:\d+:\d+", done.stdout + done.stderr)
    assert "labour" in done.stdout + done.stderr
    found = json.loads(ctl("check", fresh.config, "--json").stdout)
    assert found


# -- keys --

def test_keygen_makes_a_pair_that_belongs_together_and_never_overwrites(tmp_path):
    assert ctl("peer", "keygen", "new", "--out", tmp_path).returncode == OK
    secret, public = (tmp_path / "new.key").read_text().strip(), (tmp_path / "new.pub").read_text().strip()
    assert zmq.curve_public(secret.encode()).decode() == public
    assert (tmp_path / "new.key").stat().st_mode & 0o777 == 0o600
    done = ctl("peer", "keygen", "new", "--out", tmp_path)
    assert done.returncode != OK and "exists" in done.stderr and (tmp_path / "new.key").read_text().strip() == secret
    assert ctl("peer", "keygen", "../new", "--out", tmp_path).returncode != OK


def test_the_file_of_sealing_keys_is_private_and_never_overwritten(tmp_path):
    path = tmp_path / "personal.keys"
    assert ctl("keys", "personal", "--out", path).returncode == OK
    kept = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600 and re.search(r"^1 [0-9a-f]{64}$", kept, re.M)
    assert ctl("keys", "personal", "--out", path).returncode != OK and path.read_text() == kept


# -- playing a peer --

def lines(*rows: dict) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def row(ref: str, **more) -> dict:
    return {"agency_ref": ref, "channel": "police", "mode": "police-civil", "place": "320505002004", "summary": "楼上漏水",
            "parties": [{"role": "applicant", "kind": "person", "name": "甲"}], **more}


def test_submit_hands_over_what_a_file_holds_and_repeats_it_safely(lab, tmp_path):
    path = tmp_path / "referrals.jsonl"
    path.write_text(lines(*(row(f"file-{i}", claim=12.5) for i in range(20))), encoding="utf-8")
    first = lab.ctl_run("submit", *connection(lab, "police-320505"), path, "--json", "--batch", "7", socket=False)
    assert first.returncode == OK, first.stderr
    receipts = [json.loads(line) for line in first.stdout.splitlines()]
    assert len(receipts) == 20 and {r["status"] for r in receipts} == {"accepted"}
    again = [json.loads(line) for line in
             lab.ctl("submit", *connection(lab, "police-320505"), path, "--json", socket=False).splitlines()]
    assert all(r["duplicate"] for r in again) and [r["referral"] for r in again] == [r["referral"] for r in receipts]


def test_submit_tells_every_fault_and_ends_with_1_or_2(lab):
    given = lines(row("wrong-1", place="320506001012"), row("fine-1"))
    done = lab.ctl_run("submit", *connection(lab, "police-320505"), "-", socket=False, given=given)
    assert done.returncode == NO and "region-not-yours" in done.stdout and "fine-1  accepted" in done.stdout
    done = lab.ctl_run("submit", *connection(lab, "police-320505"), "-", socket=False,
                       given=lines(row("wrong-2", plaice="x"), row("wrong-3", parties="甲")))
    assert done.returncode == USAGE and "plaice" in done.stderr and ":2:" in done.stderr.replace("line 2", ":2:")


def test_follow_prints_verifies_and_acknowledges_unless_told_not_to(lab):
    with Agency(lab, "platform-320505") as one:
        one.submit(*(referral(f"follow-{i}", channel="platform", mode="PLATFORM_ONLINE") for i in range(3)))
    words = [*connection(lab, "platform-320505"), "--count", 6]
    seen = [json.loads(line) for line in lab.ctl("follow", *words, "--from", 1, "--no-ack", "--json", socket=False).splitlines()]
    assert [entry["seq"] for entry in seen] == [1, 2, 3, 4, 5, 6] and seen[0]["step"] == "received"
    assert lab.value("SELECT cursor_seq FROM chain WHERE agency = 'platform-320505'") == "0"
    assert lab.ctl("follow", *words, socket=False).count("\n") >= 6
    assert lab.value("SELECT cursor_seq FROM chain WHERE agency = 'platform-320505'") == "6"


def test_hub_accepts_and_concludes(lab):
    with Agency(lab, "court-320102") as court:
        ref = court.submit_one(referral("hub-1", place="320102002001")).referral_id
        done = lab.ctl_run("hub", *connection(lab, "hub-320102", "organisations"), "--accept", "--conclude", "agreed", "--count", 1,
                           "--json", socket=False)
        assert done.returncode == OK, done.stderr
        steps = court.steps(lambda out: any(STEPS[s.kind] == "CONCLUDED" and s.referral_id == ref for s in out))
    assert steps[-1].conclusion == V.CONCLUSION_AGREED
    assert all(json.loads(line) for line in done.stdout.splitlines())


def test_ping_tells_apart_what_may_be_wrong(lab, tmp_path):
    ctl("peer", "keygen", "stranger", "--out", tmp_path)
    tries = {
        "ok": (OK, connection(lab, "court-320505")),
        "no-listener": (NO_ANSWER, connection(lab, "court-320505", endpoint="tcp://127.0.0.1:1")),
        "handshake-failed": (NO_ANSWER, connection(lab, "court-320505", router_key=tmp_path / "stranger.pub")),
        "key-unknown": (NO, connection(lab, "court-320505", key=tmp_path / "stranger.key")),
        "not-permitted": (NO, connection(lab, "court-320505", "organisations")),
    }
    for result, (status, words) in tries.items():
        done = ctl("ping", *words, "--json", "--timeout", 3)
        assert (json.loads(done.stdout)["result"], done.returncode) == (result, status), done
        assert result in ctl("ping", *words, "--timeout", 3).stdout


def test_a_receiver_s_ping_does_not_take_the_session_over(lab):
    with Receiver(lab, "hub-320506") as hub:
        hub.hello()
        assert ctl("ping", *connection(lab, "hub-320506", "organisations")).returncode == OK
        assert hub.ask(ping={}).WhichOneof("body") == "pong"


# -- HTTP --

def test_health_and_readiness_are_pages(lab):
    assert lab.http("/healthz") == (200, "ok\n") and lab.http("/readyz") == (200, "ready\n")
    assert lab.http("/nothing")[0] == 404


def test_metrics_are_well_formed_and_count_what_happened(lab, cases):
    text = lab.http("/metrics")[1]
    names = set()
    for line in text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) \S+ .+|[a-z_]+(\{[a-z]+="[^"]*"\})? [-+0-9.e]+(Inf)?', line), line
        if line.startswith("# TYPE "):
            assert line.split()[2] not in names, f"{line} twice"
            names.add(line.split()[2])
    assert {"referrald_receipts_total", "referrald_in_flight", "referrald_receipt_seconds", "process_resident_memory_bytes"} <= names
    before = lab.metric('referrald_receipts_total{status="accepted"}')
    with Agency(lab, "court-320505") as court:
        court.submit(referral("counted-1"), referral("counted-2"))
    assert lab.metric('referrald_receipts_total{status="accepted"}') == before + 2
    assert lab.metric("referrald_store_up") == 1
