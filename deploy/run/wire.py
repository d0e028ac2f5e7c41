"""The wire contract as Python sees it: the generated protobuf code under one roof.

`protoc --python_out` writes packages named after the .proto paths into a directory of the build;
`load()` puts that directory on the path and gathers every message, enum and value in one namespace.
"""
from __future__ import annotations

import importlib
import sys
from types import SimpleNamespace

MODULES = ("vocabulary", "referral", "journal", "agency", "organisation", "envelope")
VERSION = 1


def load(directory: str) -> SimpleNamespace:
    """Import the generated code from `directory` and return all its public names."""
    sys.path.insert(0, directory)
    names: dict[str, object] = {}
    for module in MODULES:
        generated = importlib.import_module(f"referral.v1.{module}_pb2")
        names.update({k: v for k, v in vars(generated).items() if not k.startswith("_")})
    return SimpleNamespace(**names)


def number(pb: SimpleNamespace, prefix: str, word: str) -> int:
    """The number of a word as YAML and JSON write it: ("MODE", "court-pre-filing")."""
    return getattr(pb, f"{prefix}_{word.upper().replace('-', '_')}")


def word(enum: object, prefix: str, value: int) -> str:
    """The word of a number, or the number itself when it is not on the list."""
    try:
        return enum.Name(value)[len(prefix) + 1:].lower().replace("_", "-")
    except ValueError:
        return str(value)


def fault_codes(pb: SimpleNamespace, faults: object) -> list[str]:
    """The codes of a list of faults, as words."""
    return [word(pb.FaultCode, "FAULT_CODE", f.code) for f in faults]
