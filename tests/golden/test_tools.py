"""What the offline rule tools print, to the letter.

tools/ is laid over a copy of conf/base. NAME.txt is what a command prints on both streams, with its exit code. Times are
taken out. UPDATE=1 writes the files anew, for a person to read through.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import xml.etree.ElementTree

import pytest

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = HERE / "tools"
ROOT = HERE.parents[1]
REFERRALCTL = os.environ.get("REFERRALCTL", str(ROOT / "build" / "asan" / "referralctl"))

CASES = {
    "test": ["test"],
    "test-name": ["test", "--name", "欠薪"],
    "test-coverage": ["test", "--coverage"],
    "test-mutate": ["test", "--mutate"],
    "test-limit": ["test", "--mutate", "--limit", "10", "--seed", "7"],
    "test-no-directory": ["test", "elsewhere"],
    "graph": ["graph"],
    "graph-rule": ["graph", "--rule", "large-wages"],
    "graph-no-rule": ["graph", "--rule", "large-wage"],
    "graph-no-file": ["graph", "--file", "20-labour"],
    "graph-format": ["graph", "--format", "png"],
}
FAILING = """
tests:
  - name: 大额欠薪由村里处理
    given: {channel: court, mode: court-pre-filing, place: "320505001001", text: 单位欠薪一年, claim: 90000}
    expect: {rule: rest, kind: people}
"""


def rules(work: pathlib.Path, *words: str) -> subprocess.CompletedProcess:
    args = [REFERRALCTL, "rules", *words]
    if len(words) == 1 or words[1].startswith("--"):
        args.insert(3, "config")
    return subprocess.run(args, cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)


def said(done: subprocess.CompletedProcess) -> str:
    text = re.sub(r"\b\d+\.\d s\b", "N.N s", done.stdout.decode("utf-8"))
    return f"{text}exit {done.returncode}\n"


def compare(name: str, text: str) -> None:
    golden = TOOLS / f"{name}.txt"
    if os.environ.get("UPDATE"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.fixture(name="work")
def a_directory(tmp_path: pathlib.Path) -> pathlib.Path:
    shutil.copytree(HERE / "conf" / "base", tmp_path / "config")
    shutil.copytree(TOOLS / "rules", tmp_path / "config" / "rules", dirs_exist_ok=True)
    return tmp_path


@pytest.mark.parametrize("name", CASES)
def test_what_is_printed(name: str, work: pathlib.Path) -> None:
    compare(name, said(rules(work, *CASES[name])))


def test_a_failing_test_is_shown_where_it_stands(work: pathlib.Path) -> None:
    (work / "config" / "rules" / "30-case.yaml").write_text(FAILING, encoding="utf-8")
    compare("test-fails", said(rules(work, "test", "--coverage")))
    done = rules(work, "test", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1 and told["failed"] == 1 and told["passed"] == len(told["tests"]) - 1
    (failed,) = [t for t in told["tests"] if not t["passed"]]
    assert (failed["file"], failed["line"], failed["rule"]) == ("rules/30-case.yaml", 3, "large-wages")
    assert "rule `rest`, got `large-wages`" in failed["differs"] and failed["why"]


def test_json_tells_what_the_text_tells(work: pathlib.Path) -> None:
    told = json.loads(rules(work, "test", "--coverage", "--mutate", "--json").stdout)
    coverage = (TOOLS / "test-coverage.txt").read_text(encoding="utf-8")
    assert len(told["coverage"]["not_exercised"]) == coverage.count("\nconfig/") + coverage.startswith("config/")
    mutants = told["mutants"]
    assert f"mutants: {mutants['tried']}; {mutants['noticed']} noticed" in \
        (TOOLS / "test-mutate.txt").read_text(encoding="utf-8")
    assert len(mutants["unnoticed"]) == mutants["tried"] - mutants["noticed"]
    assert sum(kind["made"] for kind in mutants["kinds"]) == mutants["tried"] == mutants["there"]


def test_a_name_narrows_coverage_and_mutants_too(work: pathlib.Path) -> None:
    every, one = (json.loads(rules(work, "test", "--coverage", "--mutate", "--json", *name).stdout)
                  for name in ([], ["--name", "建议"]))
    assert one["coverage"]["rules"] == {"exercised": 1, "all": every["coverage"]["rules"]["all"]}
    assert one["mutants"]["tried"] == every["mutants"]["tried"]
    assert one["mutants"]["noticed"] < every["mutants"]["noticed"]


def test_pages_are_drawn_and_refer_to_each_other(work: pathlib.Path) -> None:
    (work / "pages").mkdir()
    done = rules(work, "graph", "--format", "svg", "--out", "pages")
    assert (done.returncode, done.stdout) == (0, b"")
    assert sorted(p.name for p in (work / "pages").iterdir()) == ["05-case.svg", "10-labour.svg", "90-rest.svg", "overview.svg"]
    overview = (work / "pages" / "overview.svg").read_text(encoding="utf-8")
    assert '"05-case.svg"' in overview and "大额劳动报酬" in overview
    page = xml.etree.ElementTree.fromstring((work / "pages" / "05-case.svg").read_text(encoding="utf-8"))
    drawn = "".join(page.itertext())
    assert "标的额 > 5000 元" in drawn and "接 rules/10-labour.yaml" in drawn and "退回：not-a-dispute" in drawn
    one = rules(work, "graph", "--format", "svg", "--file", "05-case")
    assert one.stdout == (work / "pages" / "05-case.svg").read_bytes()


def test_without_graphviz_it_says_what_to_install(work: pathlib.Path) -> None:
    done = subprocess.run([REFERRALCTL, "rules", "graph", "config", "--format", "svg"], cwd=work, env={"PATH": str(work)},
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1 and b"install the Debian package graphviz" in done.stderr


def test_a_seed_draws_the_same_again_and_another_draws_others(work: pathlib.Path) -> None:
    draws = [said(rules(work, "test", "--mutate", "--limit", "10", "--seed", seed)) for seed in ("1", "1", "2")]
    assert draws[0] == draws[1] != draws[2]
