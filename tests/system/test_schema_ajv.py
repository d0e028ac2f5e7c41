"""config/schema/ before a second validator, ajv in its strict mode, which also finds what is odd in a schema itself."""
from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "golden"))

import plainyaml  # noqa: E402

# By its path: the system tests have a test_schema of their own, about SQL.
spec = importlib.util.spec_from_file_location("golden_schema", ROOT / "tests" / "golden" / "test_schema.py")
golden = importlib.util.module_from_spec(spec)
spec.loader.exec_module(golden)


def wrong(modules: Path, documents: list[dict]) -> dict:
    schemas = {kind: json.loads((golden.SCHEMAS / f"{kind}.json").read_text(encoding="utf-8")) for kind in golden.KINDS}
    done = subprocess.run(["node", str(ROOT / "tests/system/node/schema.js")], timeout=120, check=True,
                          env={**os.environ, "NODE_PATH": str(modules)}, stdout=subprocess.PIPE, text=True,
                          input=json.dumps({"schemas": schemas, "documents": documents}))
    return json.loads(done.stdout)


def test_shipped_files_fit(modules):
    files = golden.yaml_files(golden.CONFIG)
    assert len(files) > 30
    documents = [{"kind": golden.kind_of(golden.CONFIG, path), "name": path.name,
                  "value": plainyaml.load(path.read_text(encoding="utf-8"))} for path in files]
    assert wrong(modules, documents) == {}


def test_mistakes_do_not(modules):
    cases = {
        "unknown key": {"rules": [{"id": "a", "name": "b", "when": {}, "manual": {"reason": "c"}, "priority": 3}]},
        "no outcome": {"rules": [{"id": "a", "name": "b", "when": {}}]},
        "two outcomes": {"rules": [{"id": "a", "name": "b", "when": {}, "manual": {"reason": "c"},
                                    "refuse": {"code": "d", "text": "e"}}]},
        "deep down": {"rules": [{"id": "a", "name": "b", "manual": {"reason": "c"},
                                 "when": {"any_of": [{"not": {"all_of": [{"chanel": "court"}]}}]}}]},
        "missing and more": {"rules": [{"id": "a", "name": "b", "manual": {"reason": "c"},
                                        "when": {"claim": {"missing": True, "at_most": 5}}}]},
        "no rung": {"rules": [{"id": "a", "name": "b", "when": {}, "route": []}]},
    }
    documents = [{"kind": "rules", "name": name, "value": value} for name, value in cases.items()]
    assert set(wrong(modules, documents)) == set(cases)
