"""The pages name what there is: files, functions, commands."""
from __future__ import annotations

import json
import re
import subprocess

from lab import BUILD, ROOT

ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
SOURCES = "\n".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "daemon").rglob("*.c")))
TICKED = re.findall(r"`([^`\n]+)`", ARCHITECTURE)


def test_every_path_in_the_architecture_exists():
    paths = [word for word in TICKED if re.fullmatch(r"[\w.-]+(/[\w.*-]+)+/?", word)]
    assert len(paths) > 20
    assert [p for p in paths if not list(ROOT.glob(p.rstrip("/")))] == []


def test_every_function_in_the_architecture_is_defined():
    names = [word[:-2] for word in TICKED if re.fullmatch(r"\w+\(\)", word)]
    assert len(names) > 8
    assert [n for n in names if not re.search(rf"^[a-z][\w \*]*\b{n}\([^;]*?\)\n\{{", SOURCES, re.M)] == []


def test_every_make_target_of_the_pages_exists():
    named = set()
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        named |= set(re.findall(r"(?:^ +|`)(?:sudo )?make ([a-z][a-z-]+)", page.read_text(encoding="utf-8"), re.M))
    makefiles = "\n".join(p.read_text(encoding="utf-8") for p in [ROOT / "Makefile", *ROOT.glob("*/*.mk"), *ROOT.glob("*/*/*.mk")])
    defined = set(re.findall(r"^([a-z][a-z-]*)(?: [a-z-]+)*:", makefiles, re.M))
    assert named >= {"run", "test"} and named <= defined


def test_every_link_between_the_pages_leads_somewhere():
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


OTHERS = {"check", "name"}          # referrald's own, and the manual's word for any


def commands() -> list[dict]:
    done = subprocess.run([str(BUILD / "referralctl"), "help", "--json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["commands"]


def manual(name: str) -> str:
    """A manual page's source without its markup."""
    text = (ROOT / "docs" / "man" / name).read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", re.sub(r"[*_\\]", "", text))


def test_every_command_and_option_of_referralctl_is_in_its_manual():
    page = manual("referralctl.1.scd")
    for command in commands():
        assert re.search(rf"\b{command['command']}\b", page), command["command"]
        for option in command["options"]:
            assert f"--{option['name']}" in page, (command["command"], option["name"])


def test_the_manual_names_no_option_that_does_not_exist():
    known = {option["name"] for command in commands() for option in command["options"]}
    assert set(re.findall(r"--([a-z][a-z-]+)", manual("referralctl.1.scd"))) - known - OTHERS == set()
