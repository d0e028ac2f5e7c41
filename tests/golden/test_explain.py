"""What `explain` prints of a referral from a file, to the letter: texts and errors. UPDATE=1 writes the files anew."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
REFERRALCTL = os.environ.get("REFERRALCTL", str(ROOT / "build" / "asan" / "referralctl"))
AT = ["--at", "2026-05-06 10:00"]
PERSON = "某甲某"
CASE = {"channel": "court", "mode": "court-pre-filing", "place": "320505001001", "summary": f"{PERSON}被拖欠工资三个月",
        "parties": [{"role": "applicant", "kind": "person", "name": PERSON}]}
CASES = {
    "assigned": (CASE, AT),
    "rules": (CASE, [*AT, "--rules"]),
    "why-not": (CASE, [*AT, "--why-not", "people-320505001001"]),
    "why-not-nobody": (CASE, [*AT, "--why-not", "people-32"]),
    "refused": ({**CASE, "channel": "petition", "mode": "petition-suggestion"}, AT),
    "bad-json": (json.dumps(CASE, ensure_ascii=False)[:-3], AT),
    "bad-key": ({**CASE, "plaec": PERSON}, AT),
    "bad-word": ({**CASE, "mode": "court-prefiling"}, AT),
    "bad-place": ({**CASE, "place": "99"}, AT),
    "bad-phone": ({**CASE, "parties": [{**CASE["parties"][0], "phone": PERSON}]}, AT),
    "bad-time": (CASE, ["--at", "2026-05-06 25:00"]),
    "decision": (CASE, ["--decision", "1"]),
}


def explain(work: pathlib.Path, given, words) -> subprocess.CompletedProcess:
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False, indent=1)
    (work / "case.json").write_text(text, encoding="utf-8")
    return subprocess.run([REFERRALCTL, "explain", "case.json", "-c", "config", *words], cwd=work, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60, check=False)


@pytest.fixture(name="work")
def a_directory(tmp_path: pathlib.Path) -> pathlib.Path:
    shutil.copytree(HERE / "conf" / "base", tmp_path / "config")
    shutil.copytree(HERE / "tools" / "rules", tmp_path / "config" / "rules", dirs_exist_ok=True)
    return tmp_path


@pytest.mark.parametrize("name", CASES)
def test_what_is_printed(name: str, work: pathlib.Path) -> None:
    done = explain(work, *CASES[name])
    text = re.sub(r"\b[0-9a-f]{64}\b", "HASH", done.stdout.decode("utf-8")) + f"exit {done.returncode}\n"
    golden = HERE / "explain" / f"{name}.txt"
    if os.environ.get("UPDATE"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
    assert PERSON not in text


def test_json_and_standard_input_say_the_same(work: pathlib.Path) -> None:
    from_file = json.loads(explain(work, CASE, [*AT, "--json"]).stdout)
    piped = subprocess.run([REFERRALCTL, "explain", "-", "-c", "config", *AT, "--json"], cwd=work, check=True,
                           input=json.dumps(CASE).encode(), stdout=subprocess.PIPE)
    assert from_file == json.loads(piped.stdout)
    assert from_file["decision_1"]["organisation"] == "labour-3205"
    assert from_file["near_misses_1"][0]["rule"] == "suggestions"


def test_a_condition_defined_in_another_file_is_shown_from_there(work: pathlib.Path) -> None:
    (work / "config" / "rules" / "00-define.yaml").write_text(
        "define:\n  conditions:\n    unpaid:\n      text: [拖欠工资]\n", encoding="utf-8")
    (work / "config" / "rules" / "01-first.yaml").write_text(
        "rules:\n  - id: first\n    name: 首条\n    when: {use: unpaid}\n    manual: {reason: first}\n", encoding="utf-8")
    told = json.loads(explain(work, CASE, [*AT, "--json"]).stdout)
    assert told["decision_1"]["rule"] == "first"
    assert {"file": "rules/00-define.yaml", "line": 4, "condition": "text: [拖欠工资]"} in told["conditions_1"]


def test_an_hour_of_the_day_counts(work: pathlib.Path) -> None:
    (work / "config" / "rules" / "00-night.yaml").write_text(
        "rules:\n  - id: night\n    name: 夜间\n    when: {arrived: {working_time: false}}\n    manual: {reason: night}\n", encoding="utf-8")
    by_day, by_night = (json.loads(explain(work, CASE, ["--at", f"2026-05-06T{hour}", "--json"]).stdout)["decision_1"]["rule"]
                        for hour in ("10:00", "23:30"))
    assert (by_day, by_night) == ("labour", "night")
