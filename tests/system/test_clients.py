"""Others can build on the .proto files and docs/protocol.md alone: the page's own programs, and a client in JavaScript."""
from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lab import ROOT, run
from peers import Agency, Receiver, referral

PAGE = ROOT / "docs" / "protocol.md"
NODE = Path(__file__).parent / "node"


@pytest.fixture(scope="module")
def programs(tmp_path_factory) -> Path:
    """The page's programs as files, beside what protoc makes."""
    out = tmp_path_factory.mktemp("programs")
    found = re.findall(r"^```python file=(\S+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert sorted(name for name, _ in found) == ["receiver.py", "sender.py"]
    for name, text in found:
        (out / name).write_text(text, encoding="utf-8")
    run(["protoc", "-I", ROOT / "proto", f"--python_out={out}", *sorted((ROOT / "proto" / "referral" / "v1").glob("*.proto"))])
    return out


def start(programs: Path, name: str, *words: object) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, str(programs / name), *map(str, words)], cwd=programs, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def end(child: subprocess.Popen, patience: float = 60) -> str:
    try:
        out, _ = child.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        child.kill()
        raise AssertionError(f"{child.args} does not end:\n{child.communicate()[0]}")
    assert child.returncode == 0, out
    return out


def connection(lab, name: str, side: str) -> list[object]:
    return ["--endpoint", lab.ends[side], "--router-key", lab.config / "keys" / "router.pub", "--key", lab.clients / f"{name}.key"]


def test_the_page_s_sender_and_receiver_bring_a_referral_to_its_end(lab, programs, tmp_path):
    receiver = start(programs, "receiver.py", *connection(lab, "hub-320505", "organisations"), "--count", 1)
    words = [*connection(lab, "court-320505", "agencies"), "--channel", "court", "--mode", "court-pre-filing", "--ref", "2026-0001",
             "--place", "320505002004", "--state", tmp_path / "cursor"]
    try:
        told = end(start(programs, "sender.py", *words))
        served = end(receiver)
    finally:
        receiver.kill()
        receiver.wait()
    assert "receipt ACCEPTED" in told and "concluded AGREED" in told, told
    assert "2026-0001" in served
    again = end(start(programs, "sender.py", *words))
    assert "given before" in again
    seq, digest = (tmp_path / "cursor").read_text().split()
    assert lab.sql("SELECT encode(journal.hash, 'hex'), cursor_seq FROM journal JOIN chain USING (city, agency)"
                   f" WHERE journal.seq = {seq} AND agency = 'court-320505'") == [[digest, seq]]


def test_a_refusal_reaches_the_reader_of_the_page_s_sender(lab, programs):
    child = start(programs, "sender.py", *connection(lab, "court-320505", "agencies"), "--channel", "court", "--mode",
                  "police-civil", "--ref", "2026-0002", "--place", "320505002004")
    out, _ = child.communicate(timeout=60)
    assert child.returncode == 1 and "FAULT_CODE_MODE_NOT_OF_CHANNEL at mode" in out


def test_the_lock_names_no_registry():
    assert "resolved" not in (NODE / "package-lock.json").read_text(encoding="utf-8")


def test_a_javascript_agency_submits_verifies_its_receipt_and_follows_the_chain(lab, modules):
    with Receiver(lab, "hub-320505") as hub, Agency(lab, "court-320505") as court:
        hub.hello()
        court.submit(referral("before-node"))
        done = subprocess.run(
            ["node", str(NODE / "agency.js"), lab.ends["agencies"], lab.router_key,
             (lab.clients / "court-320505.pub").read_text().strip(), lab.secret("court-320505").decode(), str(ROOT / "proto"),
             "node-1", "320505002004"],
            env={**os.environ, "NODE_PATH": str(modules)}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["status"] == 1 and told["organisation"].startswith("people-320505") and told["referral"]
    assert told["content_matches"] and told["anchored"] and told["repeated_identically"] and told["duplicate"]
    assert told["entries"] >= 4
