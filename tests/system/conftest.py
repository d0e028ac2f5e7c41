"""Fixtures: a router of one's own for each module, with everybody enrolled."""
from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from lab import Lab  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "tests" / "system" / "node"
EVERYBODY = ["court-320505", "court-320506", "petition-320505", "police-320505", "procuratorate-320505",
             "platform-320505", "court-320102", "hub-320505", "hub-320506", "hub-3205", "hub-320102", "medical-320505"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A running router with the small configuration."""
    one = Lab(tmp_path_factory.mktemp("lab"))
    try:
        one.enrol(*EVERYBODY)
        one.migrate()
        one.start()
        yield one
    finally:
        one.close()


@pytest.fixture
def fresh(tmp_path):
    """A lab that is migrated, with everybody enrolled, and not started."""
    one = Lab(tmp_path)
    try:
        one.enrol(*EVERYBODY)
        one.migrate()
        yield one
    finally:
        one.close()


@pytest.fixture(scope="session")
def modules() -> Path:
    """The locked packages, without running anything that they bring along."""
    out = ROOT / "build" / "test" / "node"
    lock = (NODE / "package-lock.json").read_text(encoding="utf-8")
    if not (out / "package-lock.json").exists() or (out / "package-lock.json").read_text(encoding="utf-8") != lock:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        shutil.copy(NODE / "package.json", out)
        shutil.copy(NODE / "package-lock.json", out / "lock.new")
        (out / "lock.new").rename(out / "package-lock.json")
    if not (out / "node_modules").exists():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", out],
                       check=True, capture_output=True)
    return out / "node_modules"
