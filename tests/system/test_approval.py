"""Two people: nothing alone brings another rule set into force, and what is approved is exactly what was proposed."""
from __future__ import annotations

import os
import re
import signal
import subprocess

import pytest

from lab import BUILD
from peers import Agency, NoAnswer, organisation_pb2

RULES = "rules/10-all.yaml"


@pytest.fixture
def guarded(fresh):
    """A running router that needs two people; its first set was published by the first start."""
    if os.geteuid() != 0:
        pytest.skip("takes root, whose word about its own name counts")
    with (fresh.config / "referrald.yaml").open("a", encoding="utf-8") as f:
        f.write("publishing:\n  approval: required\n")
    fresh.start()
    return fresh


def by(lab, who: str, *words: object) -> subprocess.CompletedProcess:
    """referralctl called by `who` through sudo."""
    return subprocess.run([str(BUILD / "referralctl"), *map(str, words), "-c", str(lab.config)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120, env={**os.environ, "SUDO_USER": who})


def done(result: subprocess.CompletedProcess) -> str:
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def refused(result: subprocess.CompletedProcess, told: str) -> None:
    assert result.returncode == 1 and told in result.stderr, result.stdout + result.stderr


def rename(lab, new: str) -> None:
    path = lab.config / RULES
    path.write_text(re.sub(r"(id: everything-else\n    name: ).*", rf"\g<1>{new}", path.read_text(encoding="utf-8")), encoding="utf-8")


def in_force(lab) -> str:
    return lab.ctl_json("status")["daemon"]["ruleset"]


def proposed(lab) -> list[dict]:
    return lab.ctl_json("rules", "proposals")["proposals"]


def test_the_first_start_publishes_and_says_so(guarded):
    rows = guarded.ctl_json("rules", "log")["publications"]
    assert len(rows) == 1 and rows[0]["who"] == "start" and rows[0]["proposer"] == ""
    assert guarded.ctl_json("status")["publication"]["approval"] is True


def test_changed_rules_come_into_force_by_two_people_only(guarded):
    lab, first = guarded, in_force(guarded)
    rename(lab, "第二版")
    refused(by(lab, "anna", "reload"), "rules propose")
    since = lab.daemon.mark()
    lab.daemon.child.send_signal(signal.SIGHUP)
    assert lab.daemon.wait_log("ruleset.kept", since=since)["ruleset"] == first
    lab.daemon.stop()
    lab.start()
    assert in_force(lab) == first and "not approved" in lab.ctl_json("status")["publication"]["directory"]
    done(by(lab, "anna", "rules", "propose", "--reason", "骑手"))
    row, = proposed(lab)
    assert (row["who"], row["state"], row["reason"], row["kind"]) == ("anna", "open", "骑手", "directory")
    refused(by(lab, "anna", "rules", "approve", row["hash"]), "yourself")
    assert in_force(lab) == first
    # What the directory holds by now is nobody's business.
    rename(lab, "第三版")
    done(by(lab, "ben", "rules", "approve", row["hash"], "--reason", "看过"))
    second = in_force(lab)
    assert second.startswith(row["hash"]) and "第二版" in lab.ctl("rules", "show", second, RULES)
    newest = lab.ctl_json("rules", "log")["publications"][0]
    assert (newest["who"], newest["proposer"], newest["from"], newest["reason"]) == ("ben", "anna", "proposal", "骑手; 看过")
    assert proposed(lab)[0]["state"] == "published"
    refused(by(lab, "carl", "rules", "approve", row["hash"]), "published already")
    lab.daemon.stop()
    lab.start()
    assert in_force(lab) == second


def test_a_proposal_that_was_overtaken_is_refused(guarded):
    lab = guarded
    rename(lab, "甲")
    done(by(lab, "anna", "rules", "propose"))
    rename(lab, "乙")
    done(by(lab, "ben", "rules", "propose"))
    late, early = proposed(lab)
    done(by(lab, "anna", "rules", "approve", late["hash"]))
    assert [row["state"] for row in proposed(lab)] == ["published", "stale"]
    refused(by(lab, "ben", "rules", "approve", early["hash"]), "stale")
    assert in_force(lab).startswith(late["hash"])
    # The same set by somebody else, so that two have agreed to it.
    rename(lab, "甲")
    done(by(lab, "anna", "rules", "propose"))
    done(by(lab, "ben", "rules", "propose"))
    done(by(lab, "anna", "rules", "approve", early["hash"]))
    assert lab.ctl_json("rules", "log")["publications"][0]["proposer"] == "ben"


def test_what_has_errors_is_not_proposed(guarded):
    lab = guarded
    lab.edit(RULES, "{under: labour}", "{under: labor}")
    refused(by(lab, "anna", "rules", "propose"), "labor")
    assert proposed(lab) == []
    refused(by(lab, "anna", "rules", "approve", in_force(lab)), "nobody has proposed")


def test_a_rollback_takes_two_people_too(guarded):
    lab, first = guarded, in_force(guarded)
    rename(lab, "第二版")
    done(by(lab, "anna", "rules", "propose"))
    done(by(lab, "ben", "rules", "approve", proposed(lab)[0]["hash"]))
    second = in_force(lab)
    assert "approve" in done(by(lab, "anna", "rules", "rollback", first, "--reason", "误派"))
    assert in_force(lab) == second and proposed(lab)[0]["kind"] == "rollback"
    refused(by(lab, "anna", "rules", "approve", first), "yourself")
    done(by(lab, "ben", "rules", "approve", first))
    newest = lab.ctl_json("rules", "log")["publications"][0]
    assert in_force(lab) == first and (newest["from"], newest["reason"], newest["proposer"]) == ("rollback", "误派", "anna")
    lab.daemon.stop()
    lab.start()
    assert in_force(lab) == first


def test_a_set_that_was_only_proposed_cannot_be_rolled_back_to(guarded):
    rename(guarded, "第二版")
    done(by(guarded, "anna", "rules", "propose"))
    refused(by(guarded, "anna", "rules", "rollback", proposed(guarded)[0]["hash"], "--reason", "x"), "never in force")


def test_keys_are_revoked_by_one_person_while_rules_wait(guarded):
    lab, first = guarded, in_force(guarded)
    lab.edit(RULES, "{under: labour}", "{under: labor}")
    (lab.config / "keys" / "peers" / "court-320506.pub").unlink()
    refused(by(lab, "anna", "reload"), "peers and keys of the directory are in force")
    assert in_force(lab) == first
    with Agency(lab, "court-320506") as court:
        court.send(ping=organisation_pb2.Ping())
        with pytest.raises(NoAnswer):
            court.receive(1.0)


def test_without_a_name_to_record_nobody_approves(guarded):
    rename(guarded, "第二版")
    done(by(guarded, "anna", "rules", "propose"))
    refused(by(guarded, "x" * 80, "rules", "approve", proposed(guarded)[0]["hash"]), "who asks?")
