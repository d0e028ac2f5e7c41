"""Compare the manual pages with what the programs know; prints what is missing and exits 1."""
from __future__ import annotations

import json
import re
import sys
from pathlib import Path

MAN = Path("docs/man")


def page(name: str) -> str:
    """The text of a page, its escapes undone."""
    return (MAN / f"{name}.scd").read_text(encoding="utf-8").replace("\\_", "_")


def check_commands(help_file: str) -> list[str]:
    """Commands and options of referralctl, both ways."""
    text = page("referralctl.1")
    commands = json.loads(Path(help_file).read_text(encoding="utf-8"))["commands"]
    wrong, known = [], set()
    for command in commands:
        term = re.search(rf"^\*{command['command']}\*(.*(?:\n[^\t\n].*)*)", text, re.MULTILINE)
        if not term:
            wrong.append(f"referralctl.1: no entry for `{command['command']}`")
        for option in command["options"]:
            known.add(f"--{option['name']}")
            if option["letter"]:
                known.add(f"-{option['letter']}")
            if f"*--{option['name']}*" not in text:
                wrong.append(f"referralctl.1: --{option['name']} of `{command['command']}` is missing")
            elif term and option["required"] and option["name"] not in ("endpoint", "router-key", "key") and \
                    f"--{option['name']}" not in term.group(1):
                wrong.append(f"referralctl.1: `{command['command']}` does not show that it needs --{option['name']}")
    for used in sorted(set(re.findall(r"\*(--?[a-z][a-z-]*)\*", text)) - known - {"--name"}):
        wrong.append(f"referralctl.1: {used} does not exist")
    return wrong


def check_keys() -> list[str]:
    """Every key that a line of JSON may have."""
    source = Path("daemon/ctl/jsonl.c").read_text(encoding="utf-8")
    text = page("referralctl.1").split("# REFERRALS AS JSON")[1].split("\n# ")[0]
    words = set(re.findall(r"[a-z_0-9]+", text))
    keys = set(re.findall(r'^    \{"([a-z_0-9]+)", read_', source, re.MULTILINE))
    if len(keys) < 30:
        return [f"jsonl.c: only {len(keys)} keys found; has its form changed?"]
    return [f"referralctl.1: the key {key} is missing" for key in sorted(keys - words)]


def check_settings() -> list[str]:
    """Every setting of referrald.yaml, by its two names."""
    source = Path("daemon/conf/settings.c").read_text(encoding="utf-8")
    text = page("referrald.yaml.5")
    wrong, found = [], 0
    for section, body in re.findall(r"struct field (\w+)_fields\[\] = \{(.*?)\n\};", source, re.DOTALL):
        for key in re.findall(r'\{"(\w+)", read_', body):
            found += 1
            if f"*{section}.{key}*" not in text:
                wrong.append(f"referrald.yaml.5: {section}.{key} is missing")
    return wrong if found > 10 else [f"settings.c: only {found} settings found; has its form changed?"]


def check_daemon() -> list[str]:
    """Every option of referrald."""
    source = Path("daemon/referrald.c").read_text(encoding="utf-8")
    text = page("referrald.8")
    options = re.findall(r'\{"([a-z-]+)", \w+_argument, NULL, (?:\'(\w)\'|\w+)\}', source)
    told = {name: f"*-{letter}*, *--{name}*" if letter else f"\n*--{name}*\n" for name, letter in options}
    return [f"referrald.8: {words.strip()} is missing" for words in told.values() if words not in text]


def main() -> int:
    wrong = check_commands(sys.argv[1]) + check_keys() + check_settings() + check_daemon()
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
