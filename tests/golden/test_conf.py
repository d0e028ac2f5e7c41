"""Configuration mistakes and what the operator is told about them.

Each directory in conf/ but base/ is one case: its files are laid over a copy of base/, a file NAME.sed is a sed
script for base's NAME, a file `remove` lists what base has and the case has not. expected.txt is what
`referrald --check config` then says, to the letter, with the exit status in its last line.

REFERRALD=program runs another build; UPDATE=1 writes expected.txt anew, for a person to read through.
"""

import os
import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
CONF = HERE / "conf"
REFERRALD = os.environ.get("REFERRALD", str(HERE.parents[1] / "build" / "asan" / "referrald"))
CASES = sorted(p.name for p in CONF.iterdir() if p.is_dir() and p.name != "base")


def lay_over(case: pathlib.Path, config: pathlib.Path) -> None:
    for source in sorted(case.rglob("*")):
        name = source.relative_to(case)
        if source.is_dir() or str(name) == "expected.txt":
            continue
        if str(name) == "remove":
            for gone in source.read_text(encoding="utf-8").split():
                target = config / gone
                shutil.rmtree(target) if target.is_dir() else target.unlink()
        elif source.suffix == ".sed":
            subprocess.run(["sed", "-i", "-f", source, config / name.with_suffix("")], check=True)
        else:
            (config / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, config / name)


def check(work: pathlib.Path) -> str:
    done = subprocess.run(
        [REFERRALD, "--check", "config"],
        cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False,
    )
    said = done.stdout.decode("utf-8").replace(str(work.resolve()) + "/", "")
    return f"{said}exit {done.returncode}\n"


@pytest.mark.parametrize("name", CASES)
def test_conf(name: str, tmp_path: pathlib.Path) -> None:
    shutil.copytree(CONF / "base", tmp_path / "config")
    lay_over(CONF / name, tmp_path / "config")
    said = check(tmp_path)
    expected = CONF / name / "expected.txt"
    if os.environ.get("UPDATE"):
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")
