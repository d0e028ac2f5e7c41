"""What `rules diff` tells of an edited copy, to the letter; and that its witnesses are decided as it says.

Each directory of diff/ is laid over a copy of conf/base. NAME.txt is what is printed, NAME.json the same as JSON, each with
the exit code; moments of arrival are taken out. UPDATE=1 writes the files anew, for a person to read through.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
DIFF = HERE / "diff"
ROOT = HERE.parents[1]
REFERRALCTL = os.environ.get("REFERRALCTL", str(ROOT / "build" / "asan" / "referralctl"))
CASES = sorted(p.name for p in DIFF.iterdir() if p.is_dir())


def rules(work: pathlib.Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run([REFERRALCTL, "rules", *words], cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=120, check=False)


def directories(case: str, work: pathlib.Path) -> pathlib.Path:
    shutil.copytree(HERE / "conf" / "base", work / "before")
    shutil.copytree(HERE / "conf" / "base", work / "after")
    shutil.copytree(DIFF / case, work / "after", dirs_exist_ok=True)
    return work


@pytest.mark.parametrize("form", ["txt", "json"])
@pytest.mark.parametrize("case", CASES)
def test_what_is_printed(case: str, form: str, tmp_path: pathlib.Path) -> None:
    done = rules(directories(case, tmp_path), "diff", "before", "after", *(["--json"] if form == "json" else []))
    text = re.sub(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}", "MOMENT", done.stdout.decode("utf-8"))
    text += f"exit {done.returncode}\n"
    golden = DIFF / f"{case}.{form}"
    if os.environ.get("UPDATE"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", ["rules"])
def test_witnesses_are_decided_as_they_say(case: str, tmp_path: pathlib.Path) -> None:
    """Each is pasted under `given:` of a rule test of either side, which has to pass."""
    work = directories(case, tmp_path)
    told = json.loads(rules(work, "diff", "before", "after", "--json").stdout)
    shown = [(x["was"], x["now"], p["given"]) for x in told["changes"] for p in x["parts"] if p["exact"]]
    shown += [(x["was"], x["now"], x["given"]) for x in told["classifiers"] if x["witness"]]
    assert len(shown) > 3
    for side, directory in enumerate(("before", "after")):
        tests = ["tests:"]
        for i, one in enumerate(shown):
            outcome = f"rule: {one[side]['rule']}" if one[side] else "outcome: manual, reason: no-rule"
            tests += [f"  - name: witness {i}", f"    given: {one[2]}", f"    expect: {{{outcome}}}"]
        (work / directory / "rules" / "99-witnesses.yaml").write_text("\n".join(tests) + "\n", encoding="utf-8")
        done = rules(work, "test", directory, "--name", "witness")
        assert done.returncode == 0, done.stdout.decode("utf-8")
        assert f"tests: {len(shown)} passed".encode() in done.stdout


def test_what_is_left_out_is_counted(tmp_path: pathlib.Path) -> None:
    work = directories("rules", tmp_path)
    all_of_it = json.loads(rules(work, "diff", "before", "after", "--json").stdout)
    one = rules(work, "diff", "before", "after", "--limit", "1").stdout.decode("utf-8")
    n = all_of_it["totals"]["changes"]
    assert n == len(all_of_it["changes"]) > 2
    assert f"and {n - 1} more changes; --limit {n} shows all" in one
    told = json.loads(rules(work, "diff", "before", "after", "--limit", "1", "--json").stdout)
    assert (len(told["changes"]), told["totals"]["changes"], told["totals"]["limit"]) == (1, n, 1)


def test_the_shipped_rules_against_an_edited_copy(tmp_path: pathlib.Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "after")
    same = rules(tmp_path, "diff", str(ROOT / "config"), "after")
    assert same.returncode == 0 and same.stdout.count(b"\n") == 1, same.stdout.decode("utf-8")
    path = tmp_path / "after" / "rules" / "20-labour.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("over: 200000", "over: 190000", 1), encoding="utf-8")
    done = rules(tmp_path, "diff", str(ROOT / "config"), "after", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert [(x["was"]["rule"], x["now"]["rule"]) for x in told["changes"]] == [("wages", "wages-migrant-large")]
    for part in told["changes"][0]["parts"]:
        assert part["exact"] and 190000 < part["witness"]["claim"] <= 200000
    assert told["classifiers"] == [] and told["lists"] == []


def test_a_directory_that_cannot_serve_is_said(tmp_path: pathlib.Path) -> None:
    work = directories("rules", tmp_path)
    done = rules(work, "diff", "before", "nowhere")
    assert done.returncode == 2 and b"nowhere is not a rule set that could serve" in done.stdout


def test_a_word_weighed_otherwise_is_shown_by_a_text(tmp_path: pathlib.Path) -> None:
    """One point less for one row: no rule changes, and only texts that stand on the brink do."""
    shutil.copytree(ROOT / "config", tmp_path / "after")
    path = tmp_path / "after" / "rules" / "10-words.csv"
    text, n = re.subn(r"^(彩礼/.*),20$", r"\1,19", path.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
    assert n == 1
    path.write_text(text, encoding="utf-8")
    told = json.loads(rules(tmp_path, "diff", str(ROOT / "config"), "after", "--json").stdout)
    assert told["changes"] == [] and told["alike_only"]
    (one,) = told["classifiers"]
    assert one["classifier"] == "weigh-words" and one["trace"] == "changed"
    assert "彩礼" in one["given"] and one["was"]["rule"] != one["now"]["rule"]
