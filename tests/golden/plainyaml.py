"""YAML as the router's strict subset has it: the core schema of YAML 1.2, in which `yes` and a date are text."""

import re

import yaml


class Loader(yaml.SafeLoader):  # pylint: disable=too-many-ancestors
    """SafeLoader resolves by YAML 1.1; this one only knows null, true, false and numbers."""


Loader.yaml_implicit_resolvers = {}
for tag, form, first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(form), list(first))


def construct_int(loader: yaml.SafeLoader, node: yaml.Node) -> int:
    """Leading zeros are nothing special in YAML 1.2."""
    text = loader.construct_scalar(node)
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


Loader.add_constructor("tag:yaml.org,2002:int", construct_int)


def load(text: str) -> object:
    """One document."""
    return yaml.load(text, Loader)  # noqa: S506
