"""What `rules lint` finds in rules with planted faults, to the letter; and that its witnesses are what it says.

Each directory of lint/ is laid over a copy of conf/base. NAME.txt is what is printed on both streams, with the exit code;
today's date is taken out. UPDATE=1 writes the files anew, for a person to read through.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
LINT = HERE / "lint"
ROOT = HERE.parents[1]
REFERRALCTL = os.environ.get("REFERRALCTL", str(ROOT / "build" / "asan" / "referralctl"))
CASES = sorted(p.name for p in LINT.iterdir() if p.is_dir())


def rules(work: pathlib.Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run([REFERRALCTL, "rules", *words], cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=120, check=False)


def directory(case: str, work: pathlib.Path) -> pathlib.Path:
    shutil.copytree(HERE / "conf" / "base", work / "config")
    shutil.copytree(LINT / case, work / "config", dirs_exist_ok=True)
    return work


def lint(work: pathlib.Path) -> dict:
    return json.loads(rules(work, "lint", "config", "--json").stdout)


@pytest.mark.parametrize("case", CASES)
def test_what_is_printed(case: str, tmp_path: pathlib.Path) -> None:
    done = rules(directory(case, tmp_path), "lint", "config")
    text = re.sub(r'at: "[0-9]{4}-[0-9]{2}-[0-9]{2} ', 'at: "TODAY ', done.stdout.decode("utf-8")) + f"exit {done.returncode}\n"
    golden = LINT / f"{case}.txt"
    if os.environ.get("UPDATE"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_witnesses_are_decided_as_they_say(case: str, tmp_path: pathlib.Path) -> None:
    """Each is pasted under `given:` of a rule test, which has to pass."""
    work = directory(case, tmp_path)
    found = [f for f in lint(work)["findings"] if f["witness"]]
    assert found
    tests = ["tests:"]
    for i, f in enumerate(found):
        outcome = f"rule: {f['decided_by']}" if f["decided_by"] else "outcome: manual, reason: no-rule"
        tests += [f"  - name: witness {i}", f"    given: {f['given']}", f"    expect: {{{outcome}}}"]
    (work / "config" / "rules" / "99-witnesses.yaml").write_text("\n".join(tests) + "\n", encoding="utf-8")
    done = rules(work, "test", "config", "--name", "witness")
    assert done.returncode == 0, done.stdout.decode("utf-8")
    assert f"tests: {len(found)} passed".encode() in done.stdout


def test_what_is_found_goes_with_the_rule_it_is_about(tmp_path: pathlib.Path) -> None:
    """A rule that never fires can be taken out without any test or finding changing; so for one without effect."""
    work = directory("faults", tmp_path)
    before = lint(work)
    dead = {f["rule"] for f in before["findings"] if f["kind"] in ("unreachable", "contradiction")}
    assert dead == {"town-wages", "nobody", "no-category-noise"}
    path = work / "config" / "rules" / "05-faults.yaml"
    text = path.read_text(encoding="utf-8")
    for rule in dead:
        text, n = re.subn(rf"  - id: {rule}\n(?:    .*\n)+", "", text)
        assert n == 1
    path.write_text(text, encoding="utf-8")
    after = lint(work)
    assert not [f for f in after["findings"] if f["kind"] in ("unreachable", "contradiction")]
    assert {f["rule"] for f in before["findings"]} - {f["rule"] for f in after["findings"]} == dead


def test_strict_counts_warnings(tmp_path: pathlib.Path) -> None:
    """`large` does what `rest` does with whatever it takes."""
    work = directory("gap", tmp_path)
    (work / "config" / "rules" / "10-labour.yaml").unlink()
    (work / "config" / "rules" / "90-rest.yaml").write_text(
        "rules:\n"
        "  - {id: large, name: 大额, when: {claim: {over: 5000}}, manual: {reason: look}}\n"
        "  - {id: rest, name: 其余, when: {}, manual: {reason: look}}\n", encoding="utf-8")
    relaxed, strict = rules(work, "lint", "config"), rules(work, "lint", "config", "--strict")
    assert relaxed.stdout == strict.stdout and b"rule `large` changes nothing" in relaxed.stdout
    assert (relaxed.returncode, strict.returncode) == (0, 1)


def test_the_shipped_rules_have_no_error(tmp_path: pathlib.Path) -> None:
    told = json.loads(rules(tmp_path, "lint", str(ROOT / "config"), "--json").stdout)
    assert told["errors"] == 0 and told["rules"] > 100, [f["cause"] for f in told["findings"] if f["level"] == "error"]


def test_a_condition_defined_in_another_file_is_found_where_it_is_written(tmp_path: pathlib.Path) -> None:
    work = directory("faults", tmp_path)
    (work / "config" / "rules" / "00-words.yaml").write_text(
        "define:\n  conditions:\n    loud:\n      text: [鼓声, 楼上鼓声]\n", encoding="utf-8")
    (work / "config" / "rules" / "06-loud.yaml").write_text(
        "rules:\n  - id: drums\n    name: 鼓声\n    when: {use: loud}\n    route: [{to: {kind: people}}]\n", encoding="utf-8")
    told = rules(work, "lint", "config").stdout.decode("utf-8")
    (line,) = [line for line in told.splitlines() if "楼上鼓声 (has" in line]
    assert line.startswith("config/rules/00-words.yaml:4: "), line
    (found,) = [f for f in lint(work)["findings"] if f.get("rule") == "drums" and f["kind"] == "idle-word"]
    assert (found["file"], found["line"]) == ("rules/00-words.yaml", 4)
