"""A script: what everybody did, one JSON object a line, by logical names; the first line says how it was run."""
from __future__ import annotations

import json
from pathlib import Path


class Writer:
    """Keeps what was done, and writes it line by line as it is done: a run that dies leaves its script behind."""

    def __init__(self, path: Path | None, header: dict) -> None:
        self.lines: list[dict] = []
        self.header = header
        self.file = path.open("w", encoding="utf-8") if path else None
        if self.file:
            self.put(header)

    def put(self, line: dict) -> None:
        self.file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")

    def add(self, op: dict) -> None:
        if self.file:
            self.put(op)

    def close(self) -> None:
        if self.file:
            self.file.close()


def read(path: Path) -> tuple[dict, list[dict]]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not lines or "model" not in lines[0]:
        raise SystemExit(f"{path}: not a script of the model: its first line should say {{\"model\": 1, ...}}")
    return lines[0], lines[1:]


def write(path: Path, header: dict, ops: list[dict]) -> None:
    out = Writer(path, header)
    for op in ops:
        out.add(op)
    out.close()
