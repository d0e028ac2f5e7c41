"""config/schema/: made from the tables of the parser, checked here with an independent validator.

The schema may allow more than `check` (it knows no catalogue), never less: every shipped file passes, and of the mistakes
in conf/ those that a schema can express at all are rejected. schema/passes.txt lists the others.
"""

import os
import pathlib
import shutil
import subprocess

import jsonschema
import json
import pytest
import yaml

import plainyaml
from test_conf import CASES, CONF, lay_over

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CONFIG = ROOT / "config"
SCHEMAS = CONFIG / "schema"
PASSES = HERE / "schema" / "passes.txt"
REFERRALCTL = os.environ.get("REFERRALCTL", str(ROOT / "build" / "asan" / "referralctl"))
KINDS = ["rules", "organisations", "peers", "channels", "watches", "referrald"]


def kind_of(config: pathlib.Path, path: pathlib.Path) -> str:
    name = path.relative_to(config)
    return name.parts[0] if len(name.parts) > 1 else name.stem


def validator(kind: str) -> jsonschema.Draft7Validator:
    schema = json.loads((SCHEMAS / f"{kind}.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


VALIDATORS = {kind: validator(kind) for kind in KINDS}


def faults(config: pathlib.Path, path: pathlib.Path) -> list[str]:
    """What the validator finds; what is no YAML at all is a finding too."""
    try:
        document = plainyaml.load(path.read_bytes().decode("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return [f"{path.name}: no YAML: {error}"]
    if document is None:
        return []
    return [f"{path.name}: {'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
            for e in VALIDATORS[kind_of(config, path)].iter_errors(document)]


def yaml_files(config: pathlib.Path) -> list[pathlib.Path]:
    return sorted(p for p in config.rglob("*.yaml") if kind_of(config, p) in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_committed_schema_is_what_the_tables_say(kind: str) -> None:
    made = subprocess.run([REFERRALCTL, "rules", "schema", "--kind", kind], stdout=subprocess.PIPE, check=True).stdout
    assert made == (SCHEMAS / f"{kind}.json").read_bytes(), "run `make schema` and commit config/schema/"


@pytest.mark.parametrize("path", yaml_files(CONFIG), ids=lambda p: str(p.relative_to(CONFIG)))
def test_a_shipped_file_passes(path: pathlib.Path) -> None:
    assert faults(CONFIG, path) == []


@pytest.mark.parametrize("path", yaml_files(CONFIG), ids=lambda p: str(p.relative_to(CONFIG)))
def test_a_shipped_file_tells_editors_its_schema(path: pathlib.Path) -> None:
    up = "../schema" if path.parent != CONFIG else "schema"
    line = f"# yaml-language-server: $schema={up}/{kind_of(CONFIG, path)}.json"
    assert path.read_text(encoding="utf-8").split("\n", 1)[0] == line, "begin the file with this line"
    assert (path.parent / up / f"{kind_of(CONFIG, path)}.json").is_file()


def accepted(name: str, work: pathlib.Path) -> bool:
    config = work / name
    shutil.copytree(CONF / "base", config)
    lay_over(CONF / name, config)
    return not any(faults(config, path) for path in yaml_files(config))


def test_mistakes_that_a_schema_can_express_are_rejected(tmp_path: pathlib.Path) -> None:
    """passes.txt: `case: why a schema cannot tell`, one a line."""
    reasons = dict(line.split(": ", 1) for line in PASSES.read_text(encoding="utf-8").splitlines() if line)
    assert all(reasons.values())
    passed = {name for name in CASES if accepted(name, tmp_path)}
    right = {name for name in CASES if (CONF / name / "expected.txt").read_text(encoding="utf-8").endswith("exit 0\n")}
    assert sorted(right - passed) == [], "the schema rejects what `check` takes"
    assert sorted(passed - right - set(reasons)) == [], "the schema lets these mistakes pass"
    assert sorted(set(reasons) - passed) == [], "the schema rejects these by now: take them off passes.txt"
