"""`rules lint --since`: each finding tells how many referrals on record its rule decided."""
from __future__ import annotations

import json
import shutil

from conftest import EVERYBODY
from lab import Lab
from peers import Agency, referral


def test_findings_count_what_their_rules_decided(tmp_path) -> None:
    lab = Lab(tmp_path / "lab")
    try:
        lab.enrol(*EVERYBODY)
        lab.migrate()
        lab.start()
        with Agency(lab, "court-320505") as court:
            for i in range(3):
                court.submit_one(referral(f"n-{i}", category="neighbour"))
        assert lab.daemon.stop() == 0
        (rule,) = {row[0] for row in lab.sql("select rule from decision")}
        new = tmp_path / "new"
        shutil.copytree(lab.config, new)
        done = lab.ctl_run("rules", "lint", new, "--since", "1d", "--json")
        told = json.loads(done.stdout)
        assert told["findings"], told
        assert all(f["touched"] is not None for f in told["findings"] if f["rule"]), done.stderr
        counts = [f["touched"] for f in told["findings"] if f["rule"] == rule]
        assert counts and set(counts) == {3}, (rule, told["findings"])
        plain = json.loads(lab.ctl_run("rules", "lint", new, "--json").stdout)
        assert all(f["touched"] is None for f in plain["findings"])
    finally:
        lab.close()
