"""What `report` says without a database, to the letter: the definitions, and what is wrong with a command line.

report/NAME.txt is what a command prints on both streams, with its exit code. UPDATE=1 writes the files anew, for a person to read
through. Years to come are taken out.
"""

import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
REFERRALCTL = os.environ.get("REFERRALCTL", str(ROOT / "build" / "asan" / "referralctl"))

CASES = {
    "definitions": ["definitions"],
    "definitions-json": ["definitions", "--json"],
    "definitions-format": ["definitions", "--format", "csv"],
    "no-period": [],
    "period": ["--period", "2026h1"],
    "period-ahead": ["--period", "9000Q2"],
    "by": ["--period", "2025", "--by", "town"],
    "by-mediator": ["--period", "2025", "--by", "mediator"],
    "figure": ["--period", "2025", "--figure", "complaints"],
    "format": ["--period", "2025", "--format", "xlsx"],
    "region": ["--period", "2025", "--region", "9999"],
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_said(name: str):
    done = subprocess.run([REFERRALCTL, "report", *CASES[name], "-c", "conf/base"], cwd=HERE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60, check=False)
    text = f"{done.stdout.decode('utf-8')}exit {done.returncode}\n"
    golden = HERE / "report" / f"{name}.txt"
    if os.environ.get("UPDATE"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
