"""The same findings as SARIF 2.1.0: what the standard asks of each part, and that nothing is lost on the way.

The standard (OASIS, errata 01) by section: 3.13 log, 3.14 run, 3.18 tool, 3.49 rules, 3.27 results, 3.11 messages, 3.29
locations, 3.30 regions (columns from 1, the end column behind the last), 3.4 relative URIs with a base that ends in `/`.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import urllib.parse

import pytest

from test_conf import CASES, CONF, lay_over

ROOT = pathlib.Path(__file__).resolve().parents[2]
REFERRALCTL = os.environ.get("REFERRALCTL", str(ROOT / "build" / "asan" / "referralctl"))
HEADING = re.compile(r"^(?P<file>\S+?)(?::(?P<line>\d+))?(?::(?P<col>\d+))?: (?P<level>error|warning): ", re.MULTILINE)


def check(work: pathlib.Path, directory: str, *options: str) -> subprocess.CompletedProcess:
    return subprocess.run([REFERRALCTL, "rules", "check", directory, *options], cwd=work, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60, check=False)


def walk_result(result: dict, rules: list, base: pathlib.Path) -> tuple:
    """(file, line, col, level) of one result, after a look at all of it."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", result["ruleId"])
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert result["message"]["text"].strip()
    (location,) = result["locations"]
    artifact = location["physicalLocation"]["artifactLocation"]
    assert artifact["uriBaseId"] == "SRCROOT"
    assert not urllib.parse.urlparse(artifact["uri"]).scheme and not artifact["uri"].startswith("/")
    assert re.fullmatch(r"([A-Za-z0-9._~/-]|%[0-9A-F]{2})+", artifact["uri"])
    name = urllib.parse.unquote(artifact["uri"])
    region = location["physicalLocation"].get("region", {})
    if "startColumn" in region:
        assert 1 <= region["startColumn"] < region["endColumn"]
    if "snippet" in region:
        lines = (base / name).read_bytes().decode("utf-8-sig").split("\n")
        line = lines[region["startLine"] - 1].removesuffix("\r")
        assert region["snippet"]["text"] == line
        assert region["startColumn"] <= len(line) + 1, "columns count code points"
    return name, region.get("startLine"), region.get("startColumn"), result["level"]


@pytest.mark.parametrize("name", CASES)
def test_sarif_tells_what_the_text_tells(name: str, tmp_path: pathlib.Path) -> None:
    shutil.copytree(CONF / "base", tmp_path / "config")
    lay_over(CONF / name, tmp_path / "config")
    done = check(tmp_path, "config", "--format", "sarif")
    log = json.loads(done.stdout)
    assert set(log) == {"$schema", "version", "runs"} and log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == f"file://{urllib.parse.quote(str(tmp_path))}/"
    driver = run["tool"]["driver"]
    assert driver["name"] == "referralctl" and re.fullmatch(r"\d+\.\d+\.\d+", driver["version"])
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids)) and all(rule["shortDescription"]["text"] for rule in driver["rules"])
    found = [walk_result(result, driver["rules"], tmp_path) for result in run["results"]]
    expected = (CONF / name / "expected.txt").read_text(encoding="utf-8")
    told = [(m["file"], m["line"] and int(m["line"]), m["col"] and int(m["col"]), m["level"])
            for m in HEADING.finditer(expected) if m["file"] != "config"]
    assert [f for f in found if f[0] != "config"] == told
    assert f"exit {done.returncode}\n" == expected[-len("exit 0\n"):]


def test_an_absolute_directory_is_the_base(tmp_path: pathlib.Path) -> None:
    odd = tmp_path / "规则 目录"
    shutil.copytree(CONF / "base", odd)
    (odd / "rules" / "错 字.yaml").write_text("ruels:\n", encoding="utf-8")
    (run,) = json.loads(check(tmp_path, str(odd) + "/", "--format=sarif").stdout)["runs"]
    base = run["originalUriBaseIds"]["SRCROOT"]["uri"]
    assert base == f"file://{urllib.parse.quote(str(odd))}/"
    places = [r["locations"][0]["physicalLocation"] for r in run["results"]]
    assert [p["artifactLocation"]["uri"] for p in places] == ["rules/%E9%94%99%20%E5%AD%97.yaml"]
    assert run["results"][0]["ruleId"] == "unknown-key"
    assert run["results"][0]["message"]["text"] == "unknown key `ruels`; did you mean `rules`?"


def test_formats(tmp_path: pathlib.Path) -> None:
    shutil.copytree(CONF / "base", tmp_path / "config")
    text, as_json = check(tmp_path, "config"), check(tmp_path, "config", "--format", "json")
    assert text.stdout.endswith(b": OK\n") and json.loads(as_json.stdout)["ok"]
    assert check(tmp_path, "config", "--json").stdout == as_json.stdout
    wrong = check(tmp_path, "config", "--format", "xml")
    assert wrong.returncode == 2 and b"there are text, json, sarif" in wrong.stderr
