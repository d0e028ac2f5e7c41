"""The model of tests/model against the daemon under sanitizers: few events, every kind of them; `make model` does it with a million."""
from __future__ import annotations

import sys
from pathlib import Path

MODEL = Path(__file__).resolve().parents[1] / "model"
sys.path.insert(0, str(MODEL))

import model  # noqa: E402


def play(out: Path, *words: str) -> dict:
    """A run of its own; what it found."""
    options = model.arguments(["--pool", "150", "--window", "48", "--every", "1000", "--kills", "0.001", "--moves", "0.01",
                               "--out", str(out), *words])
    return model.one_job(options.seed, options.events, options, lambda done: None)


def test_random_actors_find_nothing_that_the_table_does_not_allow(tmp_path_factory):
    found = play(tmp_path_factory.mktemp("m"), "--events", "3000", "--seed", "3")
    assert not found["complaints"], "\n".join(text for _, text in found["complaints"])
    assert found["events"] == 3000 and found["referrals"] > 150
    taken = {name for name, n in found["taken"].items() if n}
    assert {"offered accept", "offered decline", "accepted conclude", "accepted withdraw"} <= taken, taken
    assert len(found["refused"]) > 10, "too little was tried that the table does not allow"
