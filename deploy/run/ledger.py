"""What a process did and was told, for the oracle; and what it tells the screen meanwhile.

A ledger is a file of JSON objects, one a line, only ever appended to. Bytes stand in it as hex.
Events go to standard output, one JSON object a line; run.py turns them into text.
"""
from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Iterator


class Ledger:
    """An append-only JSONL file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def write(self, kind: str, **fields: object) -> None:
        self._file.write(json.dumps({"kind": kind, **fields}, ensure_ascii=False) + "\n")


def read(path: Path) -> Iterator[dict]:
    """Every record of a ledger, in order. A torn last line, left by a killed process, is passed over."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                yield json.loads(line)


def tell(event: str, **fields: object) -> None:
    """Give run.py one event."""
    try:
        sys.stdout.write(json.dumps({"event": event, **fields}, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        pass
