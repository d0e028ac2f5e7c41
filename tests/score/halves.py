#!/usr/bin/env python3
"""Two halves of a file of labelled texts, by the hash of the text: one to tune the words by, one that nobody reads.

  halves.py TEXTS.jsonl --out DIR [--labels MAP.csv --judged JUDGED.csv]

Writes DIR/tuned.jsonl and DIR/kept.jsonl: the first hexadecimal digit of the SHA-256 of the text is even, or odd.
With both maps it also counts the labels that contradict their own text: a person has judged the text by itself
(JUDGED.csv has the fields that fit it, by hash), and the map accepts none of them for the label.
"""
from __future__ import annotations

import argparse
import csv
import hashlib
import json
from pathlib import Path


def accepted(path: Path) -> dict[str, set[str]]:
    """What a map accepts, by label."""
    answers: dict[str, set[str]] = {}
    with path.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            answers.setdefault(row["label"], set()).add(row["accept"])
    return answers


def main() -> None:
    parser = argparse.ArgumentParser(description="two halves of labelled texts, by the hash of the text")
    parser.add_argument("texts", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--judged", type=Path)
    args = parser.parse_args()
    labels = accepted(args.labels) if args.labels else {}
    judged = accepted(args.judged) if args.judged else {}
    halves: dict[str, list[str]] = {"tuned": [], "kept": []}
    against = {"tuned": 0, "kept": 0}
    for line in args.texts.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        digest = hashlib.sha256(item["text"].encode()).hexdigest()
        half = "kept" if int(digest[0], 16) % 2 else "tuned"
        halves[half].append(line)
        label = item.get("label") or item.get("cause") or item.get("charge") or item.get("category")
        fits = judged.get(f"sha256:{digest[:16]}")
        against[half] += bool(fits and label in labels and not fits & labels[label])
    args.out.mkdir(parents=True, exist_ok=True)
    for half, lines in halves.items():
        (args.out / f"{half}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        print(f"{half}: {len(lines)} lines" + (f", {against[half]} labels against their text" if judged else ""))


if __name__ == "__main__":
    main()
