"""Versions: the log of publications, kept files brought back, and a rollback that nothing undoes by accident."""
from __future__ import annotations

import hashlib
import json
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from lab import BUILD
from peers import Agency, STATUS, referral

RULES = "rules/10-all.yaml"
NAME = "name: 其余"


def status(lab, config=None) -> dict:
    return lab.ctl_json("status", config=config)


def in_force(lab, config=None) -> str:
    return status(lab, config)["daemon"]["ruleset"]


def publications(lab) -> list[dict]:
    return lab.ctl_json("rules", "log")["publications"]


def rename(lab, new: str, config=None) -> None:
    """Another rule set, by the name of its last rule."""
    path = (config or lab.config) / RULES
    path.write_text(re.sub(r"(id: everything-else\n    name: ).*", rf"\g<1>{new}", path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.fixture
def two(fresh):
    """A running router that has published two rule sets: (first, second)."""
    fresh.start()
    first = in_force(fresh)
    rename(fresh, "第二版")
    fresh.ctl("reload", "--reason", "第二版，试行")
    return fresh, first, in_force(fresh)


# -- log and show --

def test_the_log_tells_who_when_why_and_how_much(two):
    lab, first, second = two
    with Agency(lab, "court-320505") as court:
        for i in range(3):
            court.submit_one(referral(f"log-{i}", category="labour"))
    rows = publications(lab)
    assert [row["hash"] for row in rows] == [second[:12], first[:12]]
    assert rows[0]["reason"] == "第二版，试行" and rows[1]["reason"] == "" and rows[1]["who"] == "start"
    assert rows[0]["who"] in (pwd.getpwuid(os.getuid()).pw_name, os.environ.get("SUDO_USER"))
    assert [row["decisions"] for row in rows] == [3, 0]
    assert rows[0]["rules"] == 7 and rows[0]["organisations"] > 5 and rows[0]["from"] == "directory"
    assert len(lab.ctl_json("rules", "log", "--limit", "1")["publications"]) == 1
    assert "第二版，试行" in lab.ctl("rules", "log")
    published = lab.daemon.events("ruleset.published")
    assert published[-1]["reason"] == "第二版，试行"


def test_a_start_or_a_reload_that_changes_nothing_is_no_publication(two):
    lab, _, second = two
    lab.ctl("reload", "--reason", "nothing new")
    lab.daemon.stop()
    lab.start()
    assert in_force(lab) == second and len(publications(lab)) == 2


def test_a_version_s_files_come_back_byte_for_byte(two, tmp_path):
    lab, first, second = two
    shown = lab.ctl_json("rules", "show", first[:8])
    assert shown["version"]["hash"] == first and not shown["version"]["in_force"]
    names = {f["name"]: f["sha256"] for f in shown["files"]}
    assert RULES in names and "referrald.yaml" not in names and not any(n.startswith("peers/") for n in names)
    text = lab.ctl("rules", "show", first[:6].upper(), RULES)
    assert NAME in text and hashlib.sha256(text.encode()).hexdigest() == names[RULES]
    lab.ctl("rules", "show", second, "--out", tmp_path / "out")
    for name in names:
        assert (tmp_path / "out" / name).read_bytes() == (lab.config / name).read_bytes()
    assert sorted(str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*") if p.is_file()) == sorted(names)
    done = lab.ctl_run("rules", "show", second, "--out", tmp_path / "out")
    assert done.returncode == 2 and "does not exist yet" in done.stderr


def test_a_hash_that_names_nothing_or_too_much_is_told(two):
    lab, first, second = two
    for words, told in ((("rules", "show", first[:5]), "at least the first 6"),
                        (("rules", "show", "zzzzzzzz"), "does not name a rule set"),
                        (("rules", "show", "0" * 64), "no rule set is kept"),
                        (("rules", "show", first + "0"), "does not name a rule set"),
                        (("rules", "show", first, "rules/none.yaml"), "has no file"),
                        (("rules", "rollback", first), "--reason")):
        done = lab.ctl_run(*words)
        assert done.returncode in (1, 2) and told in done.stderr, done.stderr
    lab.sql(f"INSERT INTO ruleset SELECT decode('{first[:10]}' || repeat('0', 54), 'hex'), published, publisher, names, digests "
            f"FROM ruleset WHERE hash = '\\x{first}'")
    done = lab.ctl_run("rules", "show", first[:8])
    assert done.returncode == 1 and "begins the hashes of 2 rule sets" in done.stderr and first in done.stderr


# -- rollback --

def test_a_rollback_is_in_force_at_once_and_survives_starts_and_reloads(two):
    lab, first, second = two
    answer = lab.ctl_json("rules", "rollback", first[:10], "--reason", "误派")
    assert answer["rollback"]["ruleset"] == first == in_force(lab)
    newest = publications(lab)[0]
    assert (newest["hash"], newest["from"], newest["reason"]) == (first[:12], "rollback", "误派")
    assert status(lab)["publication"]["directory"].startswith("pinned")
    with Agency(lab, "court-320505") as court:
        assert STATUS[court.submit_one(referral("after", category="labour")).status] == "ACCEPTED"
    assert publications(lab)[0]["decisions"] == 1
    # For a peer's key or the like: the rules stay.
    assert "pinned" in lab.ctl_json("reload")["reload"]["note"] and in_force(lab) == first
    lab.daemon.stop()
    daemon = lab.start()
    assert in_force(lab) == first and len(publications(lab)) == 3
    kept = daemon.events("ruleset.kept")
    assert len(kept) == 1 and kept[0]["ruleset"] == first and kept[0]["directory"] == second
    lab.daemon.kill()
    lab.start()
    assert in_force(lab) == first


def test_mended_files_are_published_by_a_reload_and_not_by_a_start(two):
    lab, first, second = two
    lab.ctl("rules", "rollback", first, "--reason", "误派")
    rename(lab, "第三版")
    assert "edited since" in status(lab)["publication"]["directory"]
    lab.daemon.stop()
    lab.start()
    assert in_force(lab) == first
    lab.ctl("reload", "--reason", "改好了")
    third = in_force(lab)
    assert third not in (first, second) and status(lab)["publication"]["directory"] == "as published"
    lab.daemon.stop()
    lab.start()
    assert in_force(lab) == third
    # And so may the very set that was rolled back from, when somebody says so.
    rename(lab, "第二版")
    lab.ctl("reload")
    assert in_force(lab) == second


def test_the_old_files_put_back_make_the_directory_the_source_again(two, tmp_path):
    lab, first, second = two
    lab.ctl("rules", "rollback", first, "--reason", "误派", "--out", tmp_path / "old")
    shutil.copytree(tmp_path / "old", lab.config, dirs_exist_ok=True)
    lab.ctl("reload")
    assert in_force(lab) == first and status(lab)["publication"]["directory"] == "as published"
    rename(lab, "第四版")
    lab.daemon.stop()
    lab.start()
    assert in_force(lab) not in (first, second)


def test_a_rollback_that_does_not_fit_leaves_everything(two):
    lab, first, second = two
    # A receiver for an organisation that the first version did not have.
    path = lab.config / "organisations" / "all.yaml"
    text = path.read_text(encoding="utf-8")
    extra = '  - {id: labour-new, name: 新设, kind: labour, region: "320505", specialities: [labour], capacity: 5}\n'
    path.write_text(re.sub(r"(?m)^organisations:\n", "organisations:\n" + extra, text), encoding="utf-8")
    (lab.config / "peers" / "new.yaml").write_text("receivers:\n  - {id: hub-new, name: 新中心, serves: [labour-new]}\n", encoding="utf-8")
    lab.ctl("reload")
    third = in_force(lab)
    done = lab.ctl_run("rules", "rollback", first, "--reason", "误派")
    assert done.returncode == 1 and "labour-new" in done.stderr and "stays" in done.stderr
    assert in_force(lab) == third and len(publications(lab)) == 3
    assert lab.value("SELECT count(*) FROM load WHERE organisation = 'labour-new'") == "1"
    for version, told in ((third, "published last"), ("0" * 64, "no rule set is kept")):
        done = lab.ctl_run("rules", "rollback", version, "--reason", "误派")
        assert done.returncode == 1 and told in done.stderr


def test_a_pinned_set_that_cannot_be_read_keeps_the_unchanged_directory_out_and_lets_an_edited_one_in(two):
    lab, first, second = two
    lab.ctl("rules", "rollback", first, "--reason", "误派")
    lab.daemon.stop()
    lab.sql(f"UPDATE ruleset_file SET bytes = 'rules: [broken' WHERE digest = "
            f"(SELECT u.d FROM ruleset r, unnest(r.names, r.digests) AS u(n, d) WHERE r.hash = '\\x{first}' AND u.n = '{RULES}')")
    daemon = lab.start(wait=False)
    assert daemon.wait_log("eof")
    assert daemon.stop() != 0 and any("mend the directory" in line.get("message", "") for line in daemon.lines)
    rename(lab, "第三版")
    daemon = lab.start()
    assert daemon.events("ruleset.set-aside") and in_force(lab) not in (first, second)


def test_other_daemons_take_a_rollback_over_at_their_next_reload(two):
    lab, first, second = two
    twin, _ = lab.twin()
    lab.start(config=twin)
    assert in_force(lab, twin) == second
    lab.ctl("rules", "rollback", first, "--reason", "误派")
    assert (in_force(lab), in_force(lab, twin)) == (first, second)
    assert status(lab, twin)["publication"]["in_force"] is False
    lab.ctl("reload", config=twin)
    assert in_force(lab, twin) == first
    lab.daemon.stop()
    lab.start(config=twin)
    assert in_force(lab, twin) == first


# -- who it was --

def test_the_operator_is_who_the_kernel_says(fresh):
    if os.geteuid() != 0:
        pytest.skip("takes root, to be somebody else")
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="referrald-who.") as open_to_all:
        os.chmod(open_to_all, 0o755)
        socket = Path(open_to_all) / "c.sock"
        program = shutil.copy(BUILD / "referralctl", open_to_all)
        text = (fresh.config / "referrald.yaml").read_text(encoding="utf-8")
        (fresh.config / "referrald.yaml").write_text(re.sub(r"ipc://\S+", f"ipc://{socket}", text), encoding="utf-8")
        fresh.start()
        socket.chmod(0o666)
        rename(fresh, "第二版")
        done = subprocess.run([program, "reload", "--socket", socket], user="daemon", env={"USER": "root", "SUDO_USER": "root"},
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/")
        assert done.returncode == 0, done.stderr
        assert publications(fresh)[0]["who"] == "daemon"


# -- what changed between versions --

def test_two_published_versions_and_a_directory_are_compared(fresh):
    fresh.start()
    first = in_force(fresh)
    path = fresh.config / RULES
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("rules:\n", "rules:\n  - {id: look-first, name: 先看, when: {claim: {over: 900000}}, manual: {reason: look}}\n", 1),
                    encoding="utf-8")
    same = fresh.ctl_run("rules", "diff", first[:8], first)
    assert same.returncode == 0 and ": 0 changes of hands" in same.stdout, same.stderr
    ahead = fresh.ctl_run("rules", "diff", first[:8], fresh.config, "--json")
    fresh.ctl("reload", "--reason", "大额先看")
    done = fresh.ctl_run("rules", "diff", first, in_force(fresh), "--json")
    assert ahead.returncode == done.returncode == 1
    told = json.loads(done.stdout)
    assert {x["now"]["rule"] for x in told["changes"]} == {"look-first"}
    assert told["before"] == f"ruleset {first[:12]}" and told["totals"]["changes"] == json.loads(ahead.stdout)["totals"]["changes"]
    none = fresh.ctl_run("rules", "diff", first, "0123456789")
    assert none.returncode == 2 and "no rule set is kept" in none.stderr
