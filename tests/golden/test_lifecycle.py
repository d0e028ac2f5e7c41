"""docs/lifecycle.md and its Chinese edition hold the table that the program prints; the picture has every state."""
from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CTL = os.environ.get("REFERRALCTL", str(ROOT / "build" / "asan" / "referralctl"))


def told(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([CTL, "lifecycle", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("page, form", [("docs/lifecycle.md", "markdown"), ("docs/zh-CN/lifecycle.md", "markdown-zh")])
def test_the_page_holds_the_table(page, form):
    text = (ROOT / page).read_text(encoding="utf-8")
    table = re.search(r"<!-- table -->\n(.*?)<!-- end -->", text, re.S).group(1)
    assert table == told("--format", form).stdout, f"print it again: referralctl lifecycle --format {form}"


def test_the_picture_has_every_state_and_its_ways():
    dot = told("--format", "dot").stdout
    states = set(re.findall(r'^    "([\w-]+)" \[label=', dot, re.M))
    assert {"offered", "accepted", "suspended", "manual", "following", "failed-once", "stopped", "concluded", "refused", "withdrawn", "returned"} == states
    ways = re.findall(r'^    "([\w-]+)" -> "([\w-]+)" ', dot, re.M)
    assert ("accepted", "following") in ways and {end for way in ways for end in way} <= states
    drawn = told("--format", "svg")
    assert drawn.returncode == 0 and drawn.stdout.rstrip().endswith("</svg>"), drawn.stderr


def test_json_has_a_row_for_each_transition():
    import json
    rows = json.loads(told("--json").stdout)["transitions"]
    assert {(r["from"], r["event"]) for r in rows} >= {("offered", "accept"), ("following", "unfollowed")}
    assert len({(r["from"], r["event"]) for r in rows}) == len(rows)
    table = told("--format", "markdown").stdout.splitlines()[2:]
    assert len(table) == len(rows)


def test_an_unknown_format_names_those_there_are():
    wrong = told("--format", "pdf")
    assert wrong.returncode == 2 and "markdown-zh" in wrong.stderr
